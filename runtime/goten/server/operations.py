"""The methods of one resource type as plain calls: what gRPC serves, and what code in the same process can use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Generic, TypeAlias

from goten.descriptors import Descriptor, MessageT, NameT
from goten.methods import MethodDescriptor
from goten.server.failures import refusal_of
from goten.server.naming import CheckName, NameFor
from goten.server.reading import BatchGet, Get, List
from goten.server.saving import Saver
from goten.server.served import Served
from goten.server.versions import ServedVersion
from goten.server.writing import Create, Delete, Update

Operation: TypeAlias = Callable[[Any, str], Awaitable[Any]]
"""(request, caller) to the response."""


class ResourceOperations(Generic[MessageT, NameT]):
    """Get, BatchGet, List, Create, Update and Delete of one type, those of them that `methods` has by verb.

    A response may be, or hold, what is in the store: it is never to be changed.
    """

    def __init__(
        self,
        descriptor: Descriptor[MessageT, NameT],
        saver: Saver,
        methods: Mapping[str, MethodDescriptor[Any, Any]],
        *,
        guarded: bool = False,
        name_for: NameFor | None = None,
        check_name: CheckName | None = None,
        stored_as: ServedVersion[MessageT, Any] | None = None,
    ) -> None:
        """`guarded`: writes take turns, for rules read what they change. Raises ValueError for methods of no use."""
        self.served: Final = Served(descriptor, saver, stored_as)
        self.methods: Final = methods
        self.unary: Final[Mapping[str, Operation]] = {}
        made = self.unary
        served = self.served
        if "get" in methods:
            made["get"] = Get(served, methods["get"])
        if "batch_get" in methods:
            made["batch_get"] = BatchGet(served, methods["batch_get"])
        if "list" in methods:
            made["list"] = List(served, methods["list"])
        if "create" in methods:
            method = methods["create"]
            made["create"] = Create(served, method, guarded=guarded, name_for=name_for, check_name=check_name)
        if "update" in methods:
            made["update"] = Update(served, methods["update"], guarded=guarded, check_name=check_name)
        if "delete" in methods:
            made["delete"] = Delete(served, methods["delete"], guarded=guarded)

    async def get(self, request: Any, *, caller: str = "") -> Any:
        """Raises Refused, as all operations do, and KeyError for a method that the service does not have."""
        return await self.call("get", request, caller=caller)

    async def batch_get(self, request: Any, *, caller: str = "") -> Any:
        return await self.call("batch_get", request, caller=caller)

    async def list(self, request: Any, *, caller: str = "") -> Any:
        return await self.call("list", request, caller=caller)

    async def create(self, request: Any, *, caller: str = "") -> Any:
        return await self.call("create", request, caller=caller)

    async def update(self, request: Any, *, caller: str = "") -> Any:
        return await self.call("update", request, caller=caller)

    async def delete(self, request: Any, *, caller: str = "") -> Any:
        return await self.call("delete", request, caller=caller)

    async def call(self, verb: str, request: Any, *, caller: str = "") -> Any:
        """The operation of a verb, such as `batch_get`."""
        operation = self.unary[verb]
        try:
            return await operation(request, caller)
        except Exception as error:
            raise refusal_of(error, self.methods[verb].full_name) from error
