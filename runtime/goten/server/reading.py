"""Get, BatchGet and List: from a request to its response, without gRPC (METHOD-1 to METHOD-4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Final

import grpc

from goten.methods import MethodDescriptor
from goten.query import Filter, OrderBy, Page, Selection, parse_filter, parse_order, prefix_bounds, select_page
from goten.refusals import Refused, invalid, not_found, with_reason
from goten.server.bounded import LONGEST_TEXT, Bounded
from goten.server.request_shapes import Selections, items_field, reader
from goten.server.scopes import Scope
from goten.server.served import Served
from goten.server.wire import embed, tag

MAX_NAMES: Final = 1000
"""So many names a BatchGet may have."""
MAX_PAGE_BYTES: Final = 3_000_000
"""A page ends before it exceeds this: clients take no more than 4 MB, unless they were told to."""
MAX_ANSWER_BYTES: Final = 4_000_000
"""An answer that cannot be cut is refused beyond this; the client would refuse it without a reason."""

_KEPT: Final = 256
_KEPT_ORDERS: Final = 4


class Get:
    def __init__(self, served: Served[Any, Any], method: MethodDescriptor[Any, Any]) -> None:
        """Raises ValueError for a method whose requests hold no name."""
        self._served = served
        self._name, self._field = name_reader(method)
        self._selections = Selections(method, served.descriptor)

    async def __call__(self, request: Any, caller: str = "") -> Any:
        selection = self._selections.of(request)
        name = self._served.name_in(self._field, self._name(request))
        message = self._served.find(name)
        if message is None:
            raise not_found(self._served.descriptor.type, name)
        return selection.of(message)


class BatchGet:
    def __init__(self, served: Served[Any, Any], method: MethodDescriptor[Any, Any]) -> None:
        """Raises ValueError for a method whose requests hold no names, or whose responses no resources."""
        self._served = served
        self._names, self._field = name_reader(method)
        self._selections = Selections(method, served.descriptor)
        self._response = method.response
        self._items = items_field(method, served.descriptor)
        self._tells_missing = "missing" in method.response.DESCRIPTOR.fields_by_name

    async def __call__(self, request: Any, caller: str = "") -> Any:
        texts = self._names(request)
        if len(texts) > MAX_NAMES:
            raise invalid(self._field, f"holds {len(texts)} names", f"ask for {MAX_NAMES} at most")
        selection = self._selections.of(request)
        # One name twice is one resource, in the place of the first (METHOD-2).
        names = dict.fromkeys(self._served.name_in(f"{self._field}[{index}]", text) for index, text in enumerate(texts))
        found = {name: self._served.find(name) for name in names}
        missing = [name for name, message in found.items() if message is None]
        if missing and not self._tells_missing:
            raise not_found(self._served.descriptor.type, missing[0])
        shown = []
        size = sum(len(name.encode()) for name in missing)
        for message in found.values():
            if message is not None:
                shown.append(selection.of(message))
                size += shown[-1].ByteSize()
            if size > MAX_ANSWER_BYTES:
                raise _too_large(len(names))
        response = self._response(**{self._items: shown})
        if missing:
            response.missing.extend(missing)
        return response


class List:
    def __init__(self, served: Served[Any, Any], method: MethodDescriptor[Any, Any]) -> None:
        """Raises ValueError for a method whose responses hold no resources."""
        self._served = served
        request, response = method.request, method.response
        self._parent = reader(request, method.parent_path or "", "")
        self._filter = reader(request, "filter", "")
        self._order = reader(request, "order_by", "")
        self._size = reader(request, "page_size", 0)
        self._token = reader(request, "page_token", "")
        self._with_info = reader(request, "include_paging_info", False)
        self._selections = Selections(method, served.descriptor)
        self._response = response
        self._items = items_field(method, served.descriptor)
        self._tag = tag(response.DESCRIPTOR.fields_by_name[self._items].number)
        told = {*response.DESCRIPTOR.fields_by_name}
        self._tells: Final = [field for field in Page._fields if field in told]
        self._queries = Queries(served)

    async def __call__(self, request: Any, caller: str = "") -> Any:
        selection = self._selections.of(request)
        scope = self._served.scopes.of(self._parent(request))
        condition = self._queries.filter(self._filter(request))
        order = self._queries.order(self._order(request))
        rows, bounds = self._queries.rows(order, scope)
        size = self._size(request)
        while True:
            page = select_page(
                order,
                rows,
                page_size=size,
                page_token=self._token(request),
                matches=self._queries.matcher(scope, condition, among_rows=not order.by_name),
                bounds=bounds,
                with_info=self._with_info(request),
            )
            response = self._response_with(page, selection)
            if response is not None:
                return self._tell(response, page)
            size = max(1, len(page.names) // 2)

    def _response_with(self, page: Page, selection: Selection) -> Any:
        """A response with the resources of a page; None where they do not fit into one. One alone always does."""
        if selection.whole and self._served.down is None:
            return self._response_as_stored(page)
        shown: list[Any] = []
        size = 0
        for message in map(self._served.find, page.names):
            if message is not None:
                shown.append(selection.of(message))
                size += shown[-1].ByteSize()
                if size > MAX_PAGE_BYTES and len(page.names) > 1:
                    return None
        return self._response(**{self._items: shown})

    def _response_as_stored(self, page: Page) -> Any:
        find, stored = self._served.store.get, self._served.stored
        entries = [entry for entry in [find(stored, name) for name in page.names] if entry is not None]
        if sum([len(entry.data) for entry in entries]) > MAX_PAGE_BYTES and len(page.names) > 1:
            return None
        # To read what is stored takes half as long as to copy the messages.
        return self._response.FromString(b"".join([embed(self._tag, entry.data) for entry in entries]))

    def _tell(self, response: Any, page: Page) -> Any:
        for field in self._tells:
            value = getattr(page, field)
            if value:
                setattr(response, field, value)
        return response


class Queries:
    """Reads filters and orders for one type, keeping those read last, and finds the rows that they are about."""

    def __init__(self, served: Served[Any, Any]) -> None:
        self._served = served
        self._message = served.descriptor.message
        self._by_name = parse_order("", self._message, name_field=served.descriptor.name_field)
        self._filters: Bounded[str, Filter] = Bounded(_KEPT)
        self._orders: Bounded[str, OrderBy] = Bounded(_KEPT)
        self._sorted: Bounded[tuple[int, str, str], Sequence[Any]] = Bounded(_KEPT_ORDERS)

    def filter(self, text: str) -> Filter | None:
        """None where all resources match. Raises QueryError."""
        if not text:
            return None
        found = self._filters.get(text)
        if found is None:
            found = parse_filter(text, self._message)
            if len(text) <= LONGEST_TEXT:
                self._filters.add(text, found)
        return None if found.matches_all else found

    def order(self, text: str) -> OrderBy:
        """Raises QueryError."""
        if not text:
            return self._by_name
        found = self._orders.get(text)
        if found is None:
            found = parse_order(text, self._message, name_field=self._served.descriptor.name_field)
            if len(text) <= LONGEST_TEXT:
                self._orders.add(text, found)
        return found

    def rows(self, order: OrderBy, scope: Scope) -> tuple[Sequence[Any], tuple[int, int] | None]:
        """What `select_page` is to choose from, and the part of it that is in the scope (None: all of it)."""
        store, stored = self._served.store, self._served.stored
        if order.by_name:
            names = store.names(stored)
            return names, prefix_bounds(names, scope.prefix) if scope.prefix else None
        key = store.revision, str(order), scope.key
        rows = self._sorted.get(key)
        if rows is None:
            rows = self._sorted.add(key, self._sort(order, scope))
        return rows, None

    def _sort(self, order: OrderBy, scope: Scope) -> Sequence[Any]:
        served = self._served
        entries = served.store.entries(served.stored, scope.prefix)
        return sorted(
            (order.key(served.as_served(entry.message)), entry.name)
            for entry in entries
            if scope.matches is None or scope.matches(entry.name)
        )

    def matcher(
        self, scope: Scope, condition: Filter | None, *, among_rows: bool = False
    ) -> Callable[[str], bool] | None:
        """Whether the resource of a name is meant; None where all are. `among_rows`: all are in the scope."""
        in_scope = None if among_rows else scope.matches
        if condition is None:
            return in_scope
        find, is_match = self._served.find, condition.matches

        def matches(name: str) -> bool:
            if in_scope is not None and not in_scope(name):
                return False
            message = find(name)
            return message is not None and is_match(message)

        return matches


def _too_large(names: int) -> Refused:
    reason = f"the answer with these {names} names exceeds the {MAX_ANSWER_BYTES} bytes that clients take"
    hint = "ask for fewer at a time, or for less by a field_mask"
    refused = Refused(grpc.StatusCode.RESOURCE_EXHAUSTED, f"{reason}; {hint}")
    return with_reason(refused, "ANSWER_TOO_LARGE", "goten", {"limit": str(MAX_ANSWER_BYTES)})


def name_reader(method: MethodDescriptor[Any, Any]) -> tuple[Callable[[Any], Any], str]:
    """Reads the name, or the names, in requests of a method; and the path. Raises ValueError where they have none."""
    if not method.name_path:
        raise ValueError(f"requests of {method} hold no name")
    return attrgetter(method.name_path), method.name_path
