"""Names that stand for many holders: no source should deliver them, and none may be answered for (STORE-3)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from goten.descriptors import Descriptor
from goten.names import WILDCARD, InvalidName, ResourceName


class Wildcards:
    """Finds names of a holder type that have wildcards, and what is no name, among very many good ones."""

    def __init__(self, holder: Descriptor[Any, Any]) -> None:
        self._name: type[ResourceName] = holder.name
        patterns = holder.patterns
        self._only = (
            tuple(pattern.shape.template % WILDCARD for pattern in patterns)
            if all(len(pattern.variables) == 1 for pattern in patterns)
            else None
        )
        """All there are, where each pattern has one variable."""

    def among(self, names: Collection[str]) -> list[str]:
        if self._only is not None:
            return [name for name in self._only if name in names]
        return [name for name in names if WILDCARD in name and self._has_wildcard(name)]

    def _has_wildcard(self, name: str) -> bool:
        try:
            return self._name.parse(name).has_wildcard
        except InvalidName:
            return True
