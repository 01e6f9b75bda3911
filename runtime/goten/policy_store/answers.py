"""Whoever answers for the holders of names: a source, or what stands where there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn, Protocol

from goten.names import ResourceName
from goten.policy import Policy
from goten.policy_store.errors import SourceMissing


class Answers(Protocol):
    """Answers by the relative names of holders of one type; a source does."""

    @property
    def fresh(self) -> Mapping[str, Policy | None]: ...

    async def obtain(self, name: str) -> Policy | None: ...

    def peek(self, name: str) -> Policy | None: ...


class GlobalNames:
    """No holder governs them, and the name of theirs is empty: the answer is None."""

    def __init__(self) -> None:
        self.fresh: Mapping[str, None] = {"": None}

    async def obtain(self, name: str) -> None:
        return None

    def peek(self, name: str) -> None:
        return None


class NoSource:
    """Names of the service of `name` need a source for `holder`, and there is none: the answer is SourceMissing."""

    def __init__(self, name: type[ResourceName], holder: type[ResourceName]) -> None:
        self.fresh: Mapping[str, Policy] = {}
        self._name = name
        self._holder = holder

    async def obtain(self, name: str) -> NoReturn:
        raise self.missing()

    def peek(self, name: str) -> NoReturn:
        raise self.missing()

    def missing(self) -> SourceMissing:
        service = f"{self._name.TYPE.partition('/')[0]} {self._name.VERSION}".rstrip()
        holder = f"{self._holder.TYPE} {self._holder.VERSION}".rstrip()
        return SourceMissing(service, [holder], register_call(self._name))


def register_call(name: type[ResourceName]) -> str:
    """The call that registers all sources that names of the service version of `name` need."""
    package, _, module = name.__module__.rpartition(".")
    if module != "names":
        domain = re.sub("[.-]", "_", name.TYPE.partition("/")[0])
        package = f"{domain}.{name.VERSION or 'unversioned'}"
    return f"{package}.policy_store.register_policy_sources(store)"
