"""The order of API versions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_VERSION: Final = re.compile(r"v(\d+)(?:p(\d+))?(?:(alpha|beta)(\d*))?", re.ASCII)
_STAGES: Final = {"alpha": 0, "beta": 1, None: 2}


def newest_first(versions: Iterable[str]) -> list[str]:
    """`versions` sorted: v2, v1, v1beta1, v1alpha2; what is no version comes last."""
    return sorted(versions, key=_age, reverse=True)


def _age(version: str) -> tuple[int, int, int, int, str]:
    parts = _VERSION.fullmatch(version)
    if parts is None:
        return (-1, 0, 0, 0, version)
    major, minor, stage, number = parts.groups()
    return (int(major), int(minor or 0), _STAGES[stage], int(number or 0), version)
