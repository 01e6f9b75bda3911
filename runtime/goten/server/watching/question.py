"""What a watch of a collection asks for: which resources, and which part of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeAlias

from google.protobuf.message import Message

from goten.query import Filter, Selection
from goten.server.scopes import Scope
from goten.store import ResourceEvent

Change: TypeAlias = tuple[str, Message | None]
"""A name, and how the resource is served now; None: it left the collection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Watches with equal keys are sent the same.

    `shown` is what is sent of a resource, `noticed` that part of it whose changes are sent (FEED-9). `down` makes the
    served message of a stored one; None: they are the same.
    """

    scope: Scope
    filter: Filter
    shown: Selection
    noticed: Selection
    down: Callable[[Any], Message] | None = None

    @property
    def key(self) -> Hashable:
        return self.texts

    @property
    def texts(self) -> tuple[str, ...]:
        """The same for the same question about one type."""
        return self.scope.prefix, self.scope.key, str(self.filter), self.shown.key, self.noticed.key

    @property
    def asks_for_all(self) -> bool:
        """Whether every resource with the prefix of the scope is sent, and as a whole."""
        return self.scope.matches is None and self.down is None and self.filter.matches_all and self.shown.whole

    def covers(self, name: str) -> bool:
        """Whether a resource of that name can be in the collection."""
        scope = self.scope
        return name.startswith(scope.prefix) and (scope.matches is None or scope.matches(name))

    def serve(self, stored: Message) -> Message:
        """A stored message in the version that is served."""
        return stored if self.down is None else self.down(stored)

    def find(self, stored: Message | None) -> Message | None:
        """The served message, if it matches; its name is known to be covered."""
        if stored is None:
            return None
        message = self.serve(stored)
        return message if self.filter.matches(message) else None

    def change(self, event: ResourceEvent) -> Change | None:
        """What a watcher is told of an event; None: nothing (FEED-8, FEED-9)."""
        if not self.covers(event.name):
            return None
        after = self.find(event.after)
        before = self.find(event.before)
        if after is None:
            return (event.name, None) if before is not None or not event.before_known else None
        if before is not None and not self.noticed.differs(before, after):
            return None
        return event.name, after
