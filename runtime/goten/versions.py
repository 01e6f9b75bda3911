"""What API versions look like, and their order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_VERSION: Final = re.compile(r"v(\d+)(?:p(\d+))?(?:(alpha|beta)(\d*))?", re.ASCII)
_LONGEST: Final = 64
_STAGES: Final = {"alpha": 0, "beta": 1, None: 2}


def is_version(text: str) -> bool:
    """Whether it is an API version, such as v1, v2p1 or v1beta3 (REG-5)."""
    return _parts(text) is not None


def newest_first(versions: Iterable[str]) -> list[str]:
    """`versions` sorted: v2, v1, v1beta1, v1alpha2; what is no version comes last."""
    return sorted(versions, key=_age, reverse=True)


def _age(version: str) -> tuple[int, int, int, int, str]:
    parts = _parts(version)
    if parts is None:
        return (-1, 0, 0, 0, version)
    major, minor, stage, number = parts.groups()
    return (int(major), int(minor or 0), _STAGES[stage], int(number or 0), version)


def _parts(version: str) -> re.Match[str] | None:
    return _VERSION.fullmatch(version) if len(version) <= _LONGEST else None
