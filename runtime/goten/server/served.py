"""What all methods of one resource type share: its store, its names, and the version in which it is served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Generic

from goten.descriptors import Descriptor, MessageT, NameT
from goten.names import InvalidName
from goten.refusals import invalid
from goten.server.failures import invalid_name
from goten.server.saving import Saver
from goten.server.scopes import Scopes
from goten.server.versions import ServedVersion


class Served(Generic[MessageT, NameT]):
    """A type as it is served: `descriptor` in requests and answers, `stored` in the store.

    `down` and `up` lead from the one to the other; both are None where a type is served as it is stored.
    """

    def __init__(
        self, descriptor: Descriptor[MessageT, NameT], saver: Saver, version: ServedVersion[MessageT, Any] | None = None
    ) -> None:
        """Raises ValueError where `version` serves another type than `descriptor`, and for a type without names."""
        if not descriptor.name_field:
            raise ValueError(f"{descriptor} has no name field")
        if version is not None and version.served is not descriptor:
            raise ValueError(f"{version} does not serve {descriptor}")
        self.descriptor: Final = descriptor
        self.stored: Final[Descriptor[Any, Any]] = descriptor if version is None else version.stored
        self.saver: Final = saver
        self.store: Final = saver.store
        self.scopes: Final = Scopes(descriptor, every_name=version is None)
        self.down: Final[Callable[[Any], MessageT] | None] = None if version is None else version.down
        self.up: Final[Callable[[MessageT, Any], Any] | None] = None if version is None else version.up

    def name_in(self, field: str, text: str) -> str:
        """The relative name of one resource that `field` of a request holds.

        Raises Refused (INVALID_ARGUMENT) for what is no name, and for one that stands for many (METHOD-1).
        """
        return str(self.parsed_name(field, text))

    def parsed_name(self, field: str, text: str) -> NameT:
        """As `name_in`."""
        try:
            name = self.descriptor.name.parse(text)
        except InvalidName as error:
            raise invalid_name(field, error) from None
        if name.has_wildcard:
            raise invalid(field, f"{name} stands for many resources", "name one")
        return name

    def find(self, name: str) -> MessageT | None:
        """The resource with a relative name, as it is served; it is shared and never changed."""
        entry = self.store.get(self.stored, name)
        if entry is None:
            return None
        return self.as_served(entry.message)

    def below(self, parent: str) -> list[MessageT]:
        """The resources below a parent, in order of names; shared and never changed. Raises as `Scopes.of` does."""
        scope = self.scopes.of(parent)
        entries = self.store.entries(self.stored, scope.prefix)
        matches = scope.matches
        return [self.as_served(entry.message) for entry in entries if matches is None or matches(entry.name)]

    def as_served(self, stored: Any) -> MessageT:
        message: MessageT = stored if self.down is None else self.down(stored)
        return message

    def as_stored(self, served: MessageT, before: Any) -> Any:
        """What to store for `served`, where `before` (None: nothing) is stored; it may be `served` itself."""
        return served if self.up is None else self.up(served, before)
