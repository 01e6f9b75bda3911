"""A client of Meta's four types, by their descriptors."""

from __future__ import annotations

from typing import Any, cast

import grpc.aio
from google.protobuf.message import Message

from goten.descriptors import Descriptor
from goten.meta.v1.descriptors import DEPLOYMENT, REGION, RESOURCE, SERVICE
from goten.meta.v1.service import SERVICE as META
from tests.meta.broken import broken_rules
from tests.meta.world import World, descriptor_of

TYPES: tuple[Descriptor[Any, Any], ...] = (REGION, SERVICE, DEPLOYMENT, RESOURCE)
TIMEOUT = 10.0


class Registry:
    """Calls raise grpc.aio.AioRpcError."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel

    async def call(self, verb: str, descriptor: Descriptor[Any, Any], **fields: Any) -> Any:
        """The method of a verb, such as `batch_get`."""
        method = META.access[descriptor.type][verb]
        made: Any = self._channel.unary_unary(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        return await made(method.request(**fields), timeout=TIMEOUT)

    async def create(self, resource: Message) -> Any:
        descriptor = descriptor_of(cast("Any", resource).name)
        return await self.call("create", descriptor, **{_body(descriptor): resource})

    async def update(self, resource: Message, *paths: str) -> Any:
        """Creates it where it is not there."""
        descriptor = descriptor_of(cast("Any", resource).name)
        fields = {_body(descriptor): resource, "update_mask": {"paths": paths}, "allow_missing": True}
        return await self.call("update", descriptor, **fields)

    async def delete(self, name: str) -> None:
        await self.call("delete", descriptor_of(name), name=name)

    async def get(self, name: str) -> Any:
        """None where it is not there."""
        try:
            return await self.call("get", descriptor_of(name), name=name)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return None
            raise

    async def all(self, descriptor: Descriptor[Any, Any]) -> list[Any]:
        """In order of names."""
        found: list[Any] = []
        token = ""
        while True:
            page = await self.call("list", descriptor, page_size=500, page_token=token)
            field = next(field.name for field in page.DESCRIPTOR.fields if field.message_type is not None)
            found += getattr(page, field)
            token = page.next_page_token
            if not token:
                return found


class Seen:
    """All that is stored, as it was seen at some time."""

    def __init__(self, resources: dict[str, list[Any]]) -> None:
        self._resources = resources

    @classmethod
    async def of(cls, registry: Registry) -> Seen:
        return cls({descriptor.type: await registry.all(descriptor) for descriptor in TYPES})

    def all(self, descriptor: Descriptor[Any, Any]) -> list[Any]:
        return self._resources[descriptor.type]

    @property
    def by_name(self) -> dict[str, Any]:
        return {each.name: each for resources in self._resources.values() for each in resources}

    def broken_rules(self) -> list[str]:
        return broken_rules(cast("World", self))


def _body(descriptor: Descriptor[Any, Any]) -> str:
    path = META.access[descriptor.type]["create"].body_path
    assert path is not None
    return path
