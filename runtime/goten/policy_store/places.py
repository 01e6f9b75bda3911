"""From any name to whoever knows the policy of its holder, and to the holder's name (STORE-1 to STORE-3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import Final, Literal, NamedTuple, TypeAlias

from goten.names import NamePattern, ResourceName
from goten.policy_store.answers import Answers, GlobalNames, NoSource
from goten.policy_store.errors import ForeignName
from goten.policy_store.holder_cuts import holder_cut
from goten.policy_store.holder_regex import Found, HolderRegex, Refusal, refuse_all
from goten.services import ServiceDescriptor

Place: TypeAlias = tuple[Answers, str]
"""Whom to ask, and for what name."""

Collection: TypeAlias = tuple[Answers, str, Refusal]
"""The place of the names in a collection, and what refuses last segments that are not sure to make such a name."""

MOST_KNOWN: Final = 16_384
"""So many collections are remembered, some 4 MB, and so many names that had to be read one by one, some 10 MB."""

UNKNOWN: Final[Collection] = (GlobalNames(), "", refuse_all)
"""In place of a collection that is not remembered."""


class _OneByOne(dict[str, Literal[False]]):
    """As a refusal: of all last segments but those that are in it, since names with them were read."""

    def __missing__(self, last: str) -> bool:
        return True


class _Plan(NamedTuple):
    """What names of one pattern lead to."""

    answers: Answers
    prefix: str
    """The holder's name is this, followed by the first id; empty where it is not so simple."""
    segments: int | None
    """The holder's name is the first segments of the name, so many; None: it must be made."""


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
        own = _holder_regex(service, self._own_answers)
        self._regexes = {service.domain: own}
        self._find_own = own.find
        self.collections: Final[dict[str, Collection]] = {}
        """By what stands before the last slash of a name. What they say never changes. Whoever is in a hurry looks here
        first."""
        self._one_by_one: dict[str, _OneByOne] = {}
        self._read_one_by_one = 0

    def find(self, text: str) -> Place:
        """The place of a name. Raises InvalidName where no resource has such a name, ForeignName."""
        collection, _, last = text.rpartition("/")
        answers, holder, refuses = self.collections.get(collection, UNKNOWN)
        return self.read(text, collection) if refuses(last) else (answers, holder)

    def read(self, text: str, collection: str) -> Place:
        """The same for a name that is in `collection`, where what is remembered of that refuses it."""
        place = self._find_own(text) or self._find_full(text)
        if place is None:
            place = *self.of(self._read(text)), refuse_all
        answers, holder, refuses = place
        if refuses is refuse_all:
            self._remember_one(text, collection, place)
        else:
            if len(self.collections) >= MOST_KNOWN:
                self._forget()
            self.collections[collection] = place
            self._one_by_one.pop(collection, None)
        return answers, holder

    def of(self, name: ResourceName) -> Place:
        """The place of a typed name. Raises InvalidName where an id is none by the holder's rules."""
        # The slots behind `pattern` and `str()`, and the usual cut written out: they cost half of it.
        plan = self._plans.get(name._pattern)
        if plan is None:
            plan = self._plans[name._pattern] = self._plan(type(name), name.pattern)
        answers, prefix, segments = plan
        if prefix:
            return answers, prefix + name._found[1]
        if segments is None:
            return answers, str(name.holder)
        return answers, "/".join(name._found.string.split("/", segments)[:segments])

    def _remember_one(self, text: str, collection: str, place: Collection) -> None:
        """For a name in a collection that no regular expression decides about."""
        if self._read_one_by_one >= MOST_KNOWN:
            self._forget()
        answers, holder, _ = place
        lasts = self._one_by_one.get(collection)
        if lasts is None:
            # A name of one segment is in no collection, and would pass for one that a slash is put before.
            if not collection or collection in self.collections:
                return
            lasts = self._one_by_one[collection] = _OneByOne()
            self.collections[collection] = answers, holder, lasts.__getitem__
        elif self.collections[collection][:2] != (answers, holder):
            return
        lasts[text[len(collection) + 1 :]] = False
        self._read_one_by_one += 1

    def _forget(self) -> None:
        self.collections.clear()
        self._one_by_one.clear()
        self._read_one_by_one = 0

    def _find_full(self, text: str) -> Found[Answers] | None:
        """By the regular expression of the service that a full name says."""
        if not text.startswith("//"):
            return None
        domain, _, relative = text[2:].partition("/")
        regex = self._regexes.get(domain)
        if regex is None:
            service = self._service_of(text)
            regex = self._regexes[domain] = _holder_regex(service, partial(self._answers, service))
        return regex.find(relative)

    def _read(self, text: str) -> ResourceName:
        service = self._service_of(text) if text.startswith("//") else self._service
        return service.parse_name(text)

    def _service_of(self, text: str) -> ServiceDescriptor:
        """Of a full name."""
        service = self._services.get(text[2:].partition("/")[0])
        if service is None:
            raise ForeignName(text, str(self._service))
        return service

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
            return _Plan(self._global, "", 0)
        answers = self._source_of(ancestor.name) or NoSource(name, ancestor.name)
        cut = holder_cut(pattern)
        if cut is None:
            return _Plan(answers, "", None)
        theirs = ancestor.name.PATTERNS[ancestor.pattern]
        is_simple = len(theirs.variables) == 1 and theirs.shape.template.endswith("%s")
        return _Plan(answers, theirs.shape.template % "" if is_simple else "", cut.segments)

    def _own_answers(self, holder: type[ResourceName] | None) -> Answers:
        """Raises SourceMissing."""
        answers = self._answers(self._service, holder)
        if isinstance(answers, NoSource):
            raise answers.missing()
        return answers

    def _answers(self, service: ServiceDescriptor, holder: type[ResourceName] | None) -> Answers:
        if holder is None:
            return self._global
        return self._source_of(holder) or NoSource(service.resources[0].name, holder)


def _holder_regex(
    service: ServiceDescriptor, target: Callable[[type[ResourceName] | None], Answers]
) -> HolderRegex[Answers]:
    return HolderRegex([resource.name for resource in service.resources], target)
