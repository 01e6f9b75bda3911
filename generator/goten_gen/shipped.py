"""Folders that ship with the generator: the protocol's protos and the templates."""

from __future__ import annotations

import os
from functools import cache

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_CHECKOUT = os.path.dirname(os.path.dirname(_PACKAGE))


@cache
def shipped_folder(folder: str) -> str:
    """Path of `folder` ("spec/proto", "templates"): inside the package when installed, else in the checkout."""
    for base in (_PACKAGE, _CHECKOUT):
        path = os.path.join(base, *folder.split("/"))
        if os.path.isdir(path):
            return path
    raise RuntimeError(f"{folder} is missing beside {_PACKAGE}: reinstall goten[gen]")
