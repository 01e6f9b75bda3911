"""Serving an older version of a type whose fields were renamed since."""

from __future__ import annotations

from typing import Any

from goten.descriptors import Descriptor
from goten.server import CommonFields, ServedVersion


def renamed(served: Descriptor[Any, Any], stored: Descriptor[Any, Any], **fields: str) -> ServedVersion[Any, Any]:
    """A version in which texts have other names: `title="display_name"`. Other fields in common are copied."""
    common = CommonFields(served, stored)

    def up(message: Any, before: Any) -> Any:
        made = common.up(message, before)
        for old, new in fields.items():
            setattr(made, new, getattr(message, old))
        return made

    def down(message: Any) -> Any:
        made = common.down(message)
        for old, new in fields.items():
            setattr(made, old, getattr(message, new))
        return made

    return ServedVersion(served, stored, up=up, down=down)
