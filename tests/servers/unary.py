"""The unary methods of one resource type, by verb."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from goten.message_paths import find_message
from goten.methods import MethodDescriptor
from tests.servers.faults import Faults
from tests.servers.pages import cut_page
from tests.servers.refusal import invalid, not_found
from tests.servers.resources import Resources
from tests.servers.selection import Selection, check_mask, pick
from tests.servers.shapes import items_field
from tests.servers.store import Store

UnaryHandler = Callable[[Any], Awaitable[Any]]


class UnaryMethods:
    """Get, BatchGet, List, Create, Update and Delete, from request to response. They raise Refused."""

    def __init__(
        self, resources: Resources, methods: Mapping[str, MethodDescriptor[Any, Any]], store: Store, faults: Faults
    ) -> None:
        self._resources = resources
        self._descriptor = resources.descriptor
        self._methods = methods
        self._store = store
        self._faults = faults
        self.calls: dict[str, int] = {}
        """How often each verb was called."""

    def handlers(self) -> dict[str, UnaryHandler]:
        """By verb, for those that the API has."""
        known: dict[str, UnaryHandler] = {
            "get": self._get,
            "batch_get": self._batch_get,
            "list": self._list,
            "create": self._create,
            "update": self._update,
            "delete": self._delete,
        }
        return {verb: self._counted(verb, handle) for verb, handle in known.items() if verb in self._methods}

    def _counted(self, verb: str, handle: UnaryHandler) -> UnaryHandler:
        async def counting(request: Any) -> Any:
            self.calls[verb] = self.calls.get(verb, 0) + 1
            await self._faults.before_answer()
            return await handle(request)

        return counting

    async def _get(self, request: Any) -> Message:
        selection = self._selection(request)
        found = self._find(request.name)
        await asyncio.sleep(self._faults.get_delay)
        if found is None:
            raise not_found(request.name)
        return selection.of(found)

    async def _batch_get(self, request: Any) -> Any:
        selection = self._selection(request)
        found = {name: self._find(name) for name in request.names}
        await asyncio.sleep(self._faults.get_delay)
        response = self._methods["batch_get"].response()
        there = [selection.of(message) for message in found.values() if message is not None]
        self._items("batch_get", response).extend(there)
        response.missing.extend(name for name, message in found.items() if message is None)
        return response

    async def _list(self, request: Any) -> Any:
        selection = self._selection(request)
        if request.filter or request.order_by not in ("", "name"):
            raise invalid("this server lists in order of names, and knows no filter")
        found = self._all()
        names = list(found)
        page = cut_page(names, request.page_size, request.page_token)
        await asyncio.sleep(self._faults.get_delay)
        response = self._methods["list"].response(prev_page_token=page.prev_token, next_page_token=page.next_token)
        self._items("list", response).extend(selection.of(found[name]) for name in names[page.first : page.end])
        if request.include_paging_info:
            response.current_offset, response.total_results_count = page.first, len(names)
        return response

    async def _create(self, request: Any) -> Message:
        created = self._resources.create(self._body("create", request))
        return self._masked(created, request.response_mask, created)

    async def _update(self, request: Any) -> Message:
        body = self._body("update", request)
        if request.HasField("cas"):
            check_mask(self._descriptor, request.cas.field_mask)
            self._resources.compare(body, request.cas.conditional_state, request.cas.field_mask)
        updated = self._resources.update(body, request.update_mask, allow_missing=request.allow_missing)
        return self._masked(updated, request.response_mask, body)

    async def _delete(self, request: Any) -> Any:
        self._resources.delete(request.name, allow_missing=request.allow_missing)
        return self._methods["delete"].response()

    def _find(self, name: str) -> Message | None:
        if name in self._faults.hidden:
            return None
        if self._faults.lag_at is None:
            return self._store.get(self._descriptor.type, name)
        return self._all().get(name)

    def _all(self) -> dict[str, Message]:
        return self._store.all(self._descriptor.type, self._faults.lag_at)

    def _selection(self, request: Any) -> Selection:
        return Selection(self._descriptor, request.view, request.field_mask)

    def _items(self, verb: str, response: Any) -> Any:
        return getattr(response, items_field(self._methods[verb], self._descriptor))

    def _body(self, verb: str, request: Any) -> Message:
        """Raises Refused for a request without a resource."""
        path = self._methods[verb].body_path
        body = find_message(request, (path,)) if path else None
        if body is None:
            raise invalid(f"the request has no {path}")
        return body

    def _masked(self, written: Message, mask: Any, body: Message) -> Message:
        """What of a written resource the caller wants to see."""
        match mask.WhichOneof("masking"):
            case "skip_entire_response_body":
                return type(written)()
            case "updated_fields_only":
                return pick(written, FieldMask(paths=[field.name for field, _ in body.ListFields()]))
            case "body_mask":
                check_mask(self._descriptor, mask.body_mask)
                return pick(written, mask.body_mask)
        return written
