"""From any name to whoever knows the policy of its holder, and to the holder's name (STORE-1 to STORE-3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final, NamedTuple, Protocol, TypeAlias

from goten.names import NamePattern, ResourceName
from goten.policy import Policy
from goten.policy_store.errors import ForeignName, SourceMissing
from goten.policy_store.holder_cuts import holder_cut
from goten.policy_store.holder_regex import HolderRegex
from goten.services import ServiceDescriptor


class Answers(Protocol):
    """Answers by the relative names of holders of one type; a source does."""

    fresh: Mapping[str, Policy]

    async def obtain(self, name: str) -> Policy | None: ...

    def peek(self, name: str) -> Policy | None: ...


class GlobalNames:
    """No holder governs them: the answer is None."""

    def __init__(self) -> None:
        self.fresh: Mapping[str, Policy] = {}

    async def obtain(self, name: str) -> None:
        return None

    def peek(self, name: str) -> None:
        return None


Place: TypeAlias = tuple[Answers, str]
"""Whom to ask, and for what name."""

MOST_KNOWN: Final = 16_384
"""Names whose place is remembered: some 5 MB."""


class _Plan(NamedTuple):
    """What names of one pattern lead to. The holder's name is the first `segments` segments; None: it must be made."""

    answers: Answers
    segments: int | None


class NamePlaces:
    """Places of names, relative ones of `service` and others.

    `source_of` knows the source of a class of holders. Raises SourceMissing where that answers None for one that
    governs names of the service.
    """

    def __init__(self, service: ServiceDescriptor, source_of: Callable[[type[ResourceName]], Answers | None]) -> None:
        self._service = service
        self._source_of = source_of
        self._global = GlobalNames()
        self._plans: dict[NamePattern, _Plan] = {}
        regex = HolderRegex([resource.name for resource in service.resources], self._own_answers)
        self._match, self._targets = regex.match, regex.targets
        self.known: Final[dict[str, Place]] = {}
        """Places by text, which never change. Look here first."""

    def find(self, text: str) -> Place:
        """The place of a name that is not among the known ones.

        Raises InvalidName where no resource has such a name, ForeignName, SourceMissing.
        """
        # HolderRegex.find, written out: a call less on the way of every new name.
        found = self._match(text)
        if found is not None:
            group = found.lastindex or 0
            place = self._targets[group], found[group]
        else:
            place = self.of(self._read(text))
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        self.known[text] = place
        return place

    def of(self, name: ResourceName) -> Place:
        """The place of a typed name. Raises InvalidName where an id is none by the holder's rules, SourceMissing."""
        # The slots behind `pattern` and `str()`, and the usual cut written out: they cost half of it.
        plan = self._plans.get(name._pattern)
        if plan is None:
            plan = self._plans[name._pattern] = self._plan(type(name), name.pattern)
        answers, segments = plan
        text = name._found.string
        if segments == 2:
            return answers, text[: text.find("/", text.find("/") + 1)]
        if segments is None:
            return answers, str(name.holder)
        return answers, "/".join(text.split("/", segments)[:segments])

    def _read(self, text: str) -> ResourceName:
        if not text.startswith("//"):
            return self._service.parse_name(text)
        service = self._services.get(text[2:].partition("/")[0])
        if service is None:
            raise ForeignName(text, str(self._service))
        return service.parse_name(text)

    @cached_property
    def _services(self) -> Mapping[str, ServiceDescriptor]:
        """By domain, in the version that is imported, directly first."""
        services: dict[str, ServiceDescriptor] = {}
        waiting = [self._service]
        for service in waiting:
            if service.domain not in services:
                services[service.domain] = service
                waiting += [imported.load() for imported in service.imports]
        return services

    def _plan(self, name: type[ResourceName], pattern: NamePattern) -> _Plan:
        ancestor = pattern.holder_ancestor
        if ancestor is None:
            return _Plan(self._global, 0)
        answers = self._source_of(ancestor.name)
        if answers is None:
            raise _missing(name, ancestor.name)
        cut = holder_cut(pattern)
        return _Plan(answers, None if cut is None else cut.segments)

    def _own_answers(self, holder: type[ResourceName] | None) -> Answers:
        if holder is None:
            return self._global
        answers = self._source_of(holder)
        if answers is None:
            raise _missing(self._service.resources[0].name, holder)
        return answers


def _missing(name: type[ResourceName], holder: type[ResourceName]) -> SourceMissing:
    """Names of the service of `name` need a source for `holder`."""
    service = f"{name.TYPE.partition('/')[0]} {name.VERSION}".rstrip()
    return SourceMissing(service, [f"{holder.TYPE} {holder.VERSION}".rstrip()], register_call(name))


def register_call(name: type[ResourceName]) -> str:
    """The call that registers all sources that names of the service version of `name` need."""
    package, _, module = name.__module__.rpartition(".")
    if module != "names":
        domain = re.sub("[.-]", "_", name.TYPE.partition("/")[0])
        package = f"{domain}.{name.VERSION or 'unversioned'}"
    return f"{package}.policy_store.register_policy_sources(store)"
