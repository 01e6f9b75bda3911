"""Create, Update and Delete: from a request to its response, without gRPC (METHOD-5 to METHOD-11)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import grpc

from goten.methods import MethodDescriptor
from goten.query import check_mask, differing_paths, masked_response, overwrite, set_paths
from goten.refusals import Refused, already_exists, not_found, with_reason
from goten.server.metadata_upkeep import keep_output_only
from goten.server.naming import CheckName, NameFor, Naming
from goten.server.reading import name_reader
from goten.server.request_shapes import Bodies, message_reader, reader
from goten.server.saving import Saving
from goten.server.served import Served

T = TypeVar("T")


class Create:
    def __init__(
        self,
        served: Served[Any, Any],
        method: MethodDescriptor[Any, Any],
        *,
        guarded: bool = False,
        name_for: NameFor | None = None,
        check_name: CheckName | None = None,
    ) -> None:
        """Raises ValueError for a method whose requests hold no resource."""
        self._served = served
        self._guarded = guarded
        self._bodies = Bodies(method, served.descriptor)
        self._naming = Naming(served, method, self._bodies.name_field, name_for, check_name)

    async def __call__(self, request: Any, caller: str = "") -> Any:
        body = self._bodies.of(request)
        response_mask = self._bodies.response_mask(request)
        name = self._naming.of(request, body)

        async def create(saving: Saving) -> Any:
            if await saving.get(self._served.stored, str(name)) is not None:
                raise already_exists(self._served.descriptor.type, str(name))
            return await save_new(self._served, saving, str(name), body)

        saved = await self._served.saver.transact(create, guarded=self._guarded, caller=caller)
        return masked_response(self._served.descriptor, response_mask, self._served.as_served(saved), ())


class Update:
    def __init__(
        self,
        served: Served[Any, Any],
        method: MethodDescriptor[Any, Any],
        *,
        guarded: bool = False,
        check_name: CheckName | None = None,
    ) -> None:
        """Raises ValueError for a method whose requests hold no resource."""
        self._served = served
        self._guarded = guarded
        self._bodies = Bodies(method, served.descriptor)
        self._mask = message_reader(method.request, "update_mask")
        self._cas = message_reader(method.request, "cas")
        self._allow_missing = reader(method.request, "allow_missing", False)
        self._check_name = check_name

    async def __call__(self, request: Any, caller: str = "") -> Any:
        served, descriptor = self._served, self._served.descriptor
        body = self._bodies.of(request)
        response_mask = self._bodies.response_mask(request)
        name = served.parsed_name(self._bodies.name_field, getattr(body, descriptor.name_field))
        paths = self._paths(request, body)
        expected = Expected.of(served, self._cas(request))
        allow_missing = self._allow_missing(request)

        async def update(saving: Saving) -> Any:
            before = await saving.get(served.stored, str(name))
            if before is None:
                if not allow_missing:
                    raise not_found(descriptor.type, str(name))
                if expected is not None:
                    expected.check(str(name), descriptor.message())
                if self._check_name is not None:
                    self._check_name(name)
                return await save_new(served, saving, str(name), body)
            old = served.as_served(before)
            if expected is not None:
                expected.check(str(name), old)
            new = descriptor.message()
            new.CopyFrom(old)
            overwrite(new, body, paths)
            setattr(new, descriptor.name_field, str(name))
            keep_output_only(descriptor, new, old)
            return await saving.replace(served.stored, str(name), before, served.as_stored(new, before))

        saved = await served.saver.transact(update, guarded=self._guarded, caller=caller)
        return masked_response(descriptor, response_mask, served.as_served(saved), paths)

    def _paths(self, request: Any, body: Any) -> tuple[str, ...]:
        """What is to be written: what the mask says; without one, what is set."""
        mask = self._mask(request)
        if mask is not None and mask.paths:
            return check_mask("update_mask", self._served.descriptor, mask, writes=True)
        return set_paths(body)


class Delete:
    def __init__(self, served: Served[Any, Any], method: MethodDescriptor[Any, Any], *, guarded: bool = False) -> None:
        """Raises ValueError for a method whose requests hold no name."""
        self._served = served
        self._guarded = guarded
        self._name, self._field = name_reader(method)
        self._allow_missing = reader(method.request, "allow_missing", False)
        self._response = method.response

    async def __call__(self, request: Any, caller: str = "") -> Any:
        name = self._served.name_in(self._field, self._name(request))

        allow_missing = self._allow_missing(request)

        async def delete(saving: Saving) -> None:
            if not await saving.delete(self._served.stored, name) and not allow_missing:
                raise not_found(self._served.descriptor.type, name)

        await self._served.saver.transact(delete, guarded=self._guarded, caller=caller)
        return self._response()


class Expected:
    """The state that an update demands (`cas`)."""

    def __init__(self, served: Served[Any, Any], state: Any, paths: Iterable[str] | None) -> None:
        self._served = served
        self._state = state
        self._paths = paths

    @classmethod
    def of(cls, served: Served[Any, Any], cas: Any) -> Expected | None:
        """None where the request demands none. Raises QueryError for a mask that the resource does not fit."""
        if cas is None:
            return None
        paths = check_mask("cas.field_mask", served.descriptor, cas.field_mask) if cas.field_mask.paths else None
        return cls(served, cas.conditional_state, paths)

    def check(self, name: str, found: Any) -> None:
        """Raises Refused (ABORTED) where what is found differs from what is expected (METHOD-8)."""
        differing = differing_paths(found, self._state, self._paths)
        if differing:
            paths = ", ".join(differing)
            message = f"{name} is not as the request expects it: {paths} differ; read it again, and decide anew"
            refused = Refused(grpc.StatusCode.ABORTED, message)
            domain = self._served.descriptor.domain
            raise with_reason(refused, "STATE_DIFFERS", domain, {"resource": name, "paths": paths})


async def save_new(served: Served[Any, Any], saving: Saving, name: str, body: Any) -> Any:
    """Saves what a request brought as a new resource. The request stays as it is, for the next attempt."""
    new = served.descriptor.message()
    new.CopyFrom(body)
    setattr(new, served.descriptor.name_field, name)
    keep_output_only(served.descriptor, new, None)
    return await saving.replace(served.stored, name, None, served.as_stored(new, None))
