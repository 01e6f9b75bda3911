"""Calls of Meta, by its method descriptors. The channel may be any that has gRPC's calls, in process too.

What is no answer to the question counts as a failed call (ENV-23).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import grpc
import grpc.aio
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

from goten.channels import UnknownService
from goten.env_registry.declaration import META
from goten.env_registry.errors import CallFailed
from goten.env_registry.meta_channel import MetaChannel
from goten.env_registry.plans import Create, Update, copied
from goten.meta.v1 import methods
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.resource_pb2 import Resource
from goten.meta.v1.service_pb2 import Service
from goten.methods import MethodDescriptor, RequestT, ResponseT
from goten.refusals import STATUS_DETAILS_KEY

WrittenT = TypeVar("WrittenT", bound=Message)

_PAGE: Final = 500
_MAX_PAGES: Final = 200
"""A list that goes on after so many is no list."""


class MetaClient:
    """What a registration needs of Meta. All calls raise CallFailed; `timeout` is that of each, in seconds."""

    def __init__(self, meta: MetaChannel, timeout: float) -> None:
        self._meta = meta
        self._timeout = timeout

    async def service(self, name: str) -> Service | None:
        return await self._get(methods.GET_SERVICE, name)

    async def deployment(self, name: str) -> Deployment | None:
        return await self._get(methods.GET_DEPLOYMENT, name)

    async def resources(self, service: str) -> list[Resource]:
        """All Resources of a Service, by its resource name."""
        return await self._list(methods.LIST_RESOURCES, "resources", parent=service)

    async def regions(self) -> list[Region]:
        return await self._list(methods.LIST_REGIONS, "regions")

    async def write_service(self, plan: Create[Service] | Update[Service]) -> Service:
        return await self._write(plan, "service", methods.CREATE_SERVICE, methods.UPDATE_SERVICE)

    async def write_deployment(self, plan: Create[Deployment] | Update[Deployment]) -> Deployment:
        return await self._write(plan, "deployment", methods.CREATE_DEPLOYMENT, methods.UPDATE_DEPLOYMENT)

    async def write_resource(self, plan: Create[Resource] | Update[Resource]) -> Resource:
        return await self._write(plan, "resource", methods.CREATE_RESOURCE, methods.UPDATE_RESOURCE)

    async def call(self, method: MethodDescriptor[RequestT, ResponseT], request: RequestT) -> ResponseT:
        """One unary call. An answer that cannot be decoded counts as INTERNAL."""
        try:
            channel = self._meta.channel(META, "v1")
            make = channel.unary_unary(method.path, request_serializer=method.request.SerializeToString)
            return method.response.FromString(await make(request, timeout=self._timeout))
        except grpc.aio.AioRpcError as error:
            raise CallFailed(method.name, error.code().name, error.details() or "", _reason(error)) from error
        except (grpc.aio.UsageError, UnknownService) as error:
            raise CallFailed(method.name, "UNAVAILABLE", str(error)) from error
        except DecodeError as error:
            expected = method.response.DESCRIPTOR.full_name
            raise CallFailed(method.name, "INTERNAL", f"the answer is no {expected}") from error

    async def _get(self, method: MethodDescriptor[Any, ResponseT], name: str) -> ResponseT | None:
        try:
            found = await self.call(method, method.request(name=name))
        except CallFailed as error:
            if error.code == "NOT_FOUND":
                return None
            raise
        answered: Any = found
        if answered.name != name:
            raise CallFailed(method.name, "INTERNAL", f"the answer is {answered.name!r}, and not {name}")
        return found

    async def _list(self, method: MethodDescriptor[Any, Any], field: str, **query: str) -> list[Any]:
        found: list[Any] = []
        token = ""
        for _ in range(_MAX_PAGES):
            request = method.request(page_size=_PAGE, page_token=token, **query)
            response = await self.call(method, request)
            # A message that is kept as it came keeps its whole page in memory.
            found += map(copied, getattr(response, field))
            token = response.next_page_token
            if not token:
                return found
        raise CallFailed(method.name, "INTERNAL", f"the answer has no end: {len(found)} {field} in {_MAX_PAGES} pages")

    async def _write(
        self,
        plan: Create[WrittenT] | Update[WrittenT],
        field: str,
        create: MethodDescriptor[Any, WrittenT],
        update: MethodDescriptor[Any, WrittenT],
    ) -> WrittenT:
        if isinstance(plan, Create):
            return await self.call(create, _create_request(create, field, plan.message))
        request = update.request(**{field: plan.message})
        request.update_mask.paths.extend(plan.paths)
        request.cas.conditional_state.CopyFrom(plan.stored)
        request.cas.field_mask.CopyFrom(FieldMask(paths=plan.paths))
        return await self.call(update, request)


def _create_request(create: MethodDescriptor[Any, Any], field: str, message: Any) -> Any:
    request = create.request(**{field: message})
    if create.parent_path is not None:
        request.parent = "/".join(message.name.split("/")[:-2])
    return request


def _reason(error: grpc.aio.AioRpcError) -> str:
    """The reason in a google.rpc.ErrorInfo of the status."""
    metadata: Sequence[tuple[str, str | bytes]] = tuple(error.trailing_metadata() or ())
    raw = next((value for key, value in metadata if key == STATUS_DETAILS_KEY and isinstance(value, bytes)), b"")
    info = error_details_pb2.ErrorInfo()
    try:
        details = status_pb2.Status.FromString(raw).details
        return next((str(info.reason) for detail in details if detail.Unpack(info)), "")
    except DecodeError:
        return ""
