"""The Watch methods of one resource type: from a request to the responses of its stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final
from weakref import WeakValueDictionary

from goten.methods import MethodDescriptor
from goten.query import Selection, declared_views, parse_filter, parse_order
from goten.refusals import invalid, not_found
from goten.server.reading import name_reader
from goten.server.request_shapes import message_reader, reader
from goten.server.served import Served
from goten.server.watching.changes import ChangeSource
from goten.server.watching.hub import WatchHub
from goten.server.watching.one import OneFeed, OneSource
from goten.server.watching.operation import Feed, Opening, WatchOperation
from goten.server.watching.ordered import OrderedSource
from goten.server.watching.question import Question
from goten.server.watching.requests import RequestReader, WatchRequest
from goten.server.watching.shapes import ChangeShape, ResponseShape
from goten.server.watching.stateful import StatefulFeed
from goten.server.watching.stateless import StatelessFeed
from goten.server.watching.tokens import fingerprint
from goten.server.watching.written import Writing
from goten.types import view_pb2


class WatchMethods:
    """The Watch methods that a resource type has among `methods`, by verb. Raises NotServable.

    `operations` has them as calls, by their verbs: `watch`, `watch_one`.
    """

    def __init__(
        self, served: Served[Any, Any], methods: Mapping[str, MethodDescriptor[Any, Any]], hub: WatchHub
    ) -> None:
        operations: dict[str, WatchOperation] = {}
        if "watch" in methods:
            operations["watch"] = WatchOperation(hub, _Many(served, methods["watch"], hub).prepare)
        if "watch_one" in methods:
            operations["watch_one"] = WatchOperation(hub, _One(served, methods["watch_one"], hub).prepare)
        self.operations: Final[Mapping[str, WatchOperation]] = operations

    def watch(self, request: Any, caller: str = "") -> AsyncIterator[bytes]:
        """Watches a collection. Raises KeyError where there is no such method."""
        return self.operations["watch"](request, caller)

    def watch_one(self, request: Any, caller: str = "") -> AsyncIterator[bytes]:
        """Watches one resource. Raises KeyError where there is no such method."""
        return self.operations["watch_one"](request, caller)


class _Selecting:
    """What is sent of resources of a type, and what of that is noticed when it changes (FEED-9)."""

    def __init__(self, served: Served[Any, Any]) -> None:
        self._descriptor = served.descriptor
        self._views = declared_views(served.descriptor)

    def of(self, view: int, field_mask: Sequence[str]) -> tuple[Selection, Selection]:
        """Raises QueryError."""
        shown = Selection(self._descriptor, view, field_mask, views=self._views)
        if not field_mask:
            return shown, shown
        return shown, Selection(self._descriptor, view_pb2.NAME, field_mask, views=self._views)


class _Many:
    """Watch of a collection."""

    def __init__(self, served: Served[Any, Any], method: MethodDescriptor[Any, Any], hub: WatchHub) -> None:
        self._served = served
        self._method = method
        self._hub = hub
        self._reader = RequestReader(method)
        self._shape = ResponseShape(method, served.descriptor)
        self._selecting = _Selecting(served)
        self._writings: WeakValueDictionary[str, Writing] = WeakValueDictionary()

    def prepare(self, request: Any, caller: str) -> Opening:
        asked = self._reader.read(request)
        shown, noticed = self._selecting.of(asked.view, asked.field_mask)
        question = Question(
            scope=self._served.scopes.of(asked.parent),
            filter=parse_filter(asked.filter, self._served.descriptor.message),
            shown=shown,
            noticed=noticed,
            down=self._served.down,
        )
        return self._stateless(asked, question, caller) if asked.stateless else self._stateful(asked, question)

    def _stateless(self, asked: WatchRequest, question: Question, caller: str) -> Opening:
        self._check_kinds("STATELESS", {"current", "removed"})
        asked_for = fingerprint((self._method.full_name, *question.texts, caller))

        def make_source() -> ChangeSource:
            hub, stored = self._hub, self._served.stored
            writing = self._writing(question.shown)
            return ChangeSource(hub.store, stored, question, self._shape, writing, hub.cache, hub.kept_changes)

        def make_feed(source: ChangeSource) -> Feed:
            feed = StatelessFeed(source, asked.chunk, asked_for)
            self._begin(feed, source, asked, asked_for)
            return feed

        return Opening(self._served.stored.type, (self._method.full_name, question.texts), make_source, make_feed)

    def _writing(self, shown: Selection) -> Writing:
        """What all have in common who are shown the same."""
        writing = self._writings.get(shown.key)
        if writing is None:
            writing = self._writings[shown.key] = Writing(shown, self._shape.change)
        return writing

    def _begin(self, feed: StatelessFeed, source: ChangeSource, asked: WatchRequest, asked_for: str) -> None:
        """Where a stream begins (FEED-3, FEED-6, FEED-7, FEED-13)."""
        if asked.resume_token:
            revision = source.read_token(asked.resume_token, asked_for)
        elif asked.starting_time is None:
            return feed.begin()
        else:
            revision = source.revision_before(asked.starting_time)
        if revision is None:
            feed.reset()
        else:
            feed.go_on_from(revision)
        return None

    def _stateful(self, asked: WatchRequest, question: Question) -> Opening:
        self._check_kinds("STATEFUL", {"added", "modified", "removed"})
        descriptor = self._served.descriptor
        order = parse_order(asked.order_by, descriptor.message, name_field=descriptor.name_field)

        def make_source() -> OrderedSource:
            return OrderedSource(self._hub.store, self._served.stored, question, order, self._shape)

        def make_feed(source: OrderedSource) -> Feed:
            return StatefulFeed(source, asked.chunk, asked.page_size, asked.page_token)

        key = self._method.full_name, question.texts, str(order)
        return Opening(self._served.stored.type, key, make_source, make_feed)

    def _check_kinds(self, type: str, kinds: set[str]) -> None:
        """What the changes of the method cannot say, it cannot serve (FEED-1)."""
        missing = kinds - self._shape.change.kinds
        if missing:
            raise invalid("type", f"this method has no watch of type {type}", "ask for the other type")


class _One:
    """Watch of one resource."""

    def __init__(self, served: Served[Any, Any], method: MethodDescriptor[Any, Any], hub: WatchHub) -> None:
        self._served = served
        self._method = method
        self._hub = hub
        self._name, self._field = name_reader(method)
        self._view = reader(method.request, "view", 0)
        self._mask = message_reader(method.request, "field_mask")
        self._shape = ChangeShape(method, served.descriptor)
        self._selecting = _Selecting(served)

    def prepare(self, request: Any, caller: str) -> Opening:
        name = self._served.name_in(self._field, self._name(request))
        mask = self._mask(request)
        shown, noticed = self._selecting.of(self._view(request), () if mask is None else mask.paths)
        stored = self._served.stored

        def make_source() -> OneSource:
            return OneSource(
                self._hub.store,
                stored,
                name,
                shown=shown,
                noticed=noticed,
                down=self._served.down,
                shape=self._shape,
            )

        def make_feed(source: OneSource) -> Feed:
            if not source.look():
                raise not_found(stored.type, name)
            return OneFeed(source)

        return Opening((stored.type, name), (self._method.full_name, shown.key, noticed.key), make_source, make_feed)
