"""Unary RPCs of any generated service, for policies: what to ask for, and how a call ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import grpc
import grpc.aio

from goten.channels import ChannelProvider, UnknownService
from goten.descriptors import Descriptor
from goten.methods import MethodDescriptor
from goten.names import WILDCARD, NamePattern
from goten.policy import PackedPolicy
from goten.policy_sources import PolicySource
from goten.types import view_pb2

VIEW = view_pb2.NAME
_MOST_KNOWN = 4096


class CallFailed(Exception):
    """An RPC brought no answer: `code` is the name of a gRPC status code."""

    def __init__(self, code: str, details: str) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details

    def __str__(self) -> str:
        return f"{self.code}: {self.details}" if self.details else self.code


class Server:
    """The server of a source, wherever it is at the time of a call."""

    def __init__(self, channels: ChannelProvider, source: PolicySource, region: str | None) -> None:
        self._channels = channels
        self._source = source
        self._region = region

    async def call(self, method: MethodDescriptor[Any, Any], request: Any) -> Any:
        """The response. Raises CallFailed; a server that cannot be reached is not waited for."""
        try:
            channel = self._channels.channel(self._source.service, self._source.version, self._region)
            invoke: Any = channel.unary_unary(
                method.path,
                request_serializer=method.request.SerializeToString,
                response_deserializer=method.response.FromString,
            )
            return await invoke(request, wait_for_ready=False)
        except UnknownService as error:
            raise CallFailed("UNAVAILABLE", str(error)) from error
        except grpc.aio.AioRpcError as error:
            raise CallFailed(error.code().name, error.details() or "") from error
        except grpc.aio.UsageError as error:
            raise CallFailed("UNAVAILABLE", str(error)) from error
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise CallFailed("CANCELLED", "the channel was closed") from error


def ask_for_policy(method: MethodDescriptor[Any, Any], holder: Descriptor[Any, Any]) -> Any:
    """A request of `method` for no more of a holder than its name and its policy, as far as it can say so (STORE-5)."""
    request = method.request()
    fields = method.request.DESCRIPTOR.fields_by_name
    if "view" in fields:
        request.view = VIEW
    if "field_mask" in fields:
        request.field_mask.paths.append(policy_path(holder))
    return request


def policy_path(holder: Descriptor[Any, Any]) -> str:
    """The dotted path to the policy in a holder's message."""
    return ".".join(holder.policy_field or ())


def policy_packer(holder: Descriptor[Any, Any]) -> Callable[[Any], PackedPolicy]:
    """Takes the policy out of a holder's message, packed; one that is not set is empty, and enables no region.

    It is called for a hundred thousand holders. They share few policies, as a rule: equal ones are kept once, unless
    there prove to be thousands of different ones.
    """
    find = attrgetter(policy_path(holder))
    # Of the class, not of a message: those look among their fields first.
    serialize = type(find(holder.message())).SerializeToString
    known: dict[bytes, bytes] = {}
    are_few = True

    def pack(message: Any) -> PackedPolicy:
        nonlocal are_few
        content: bytes = serialize(find(message))
        if not are_few:
            return content
        try:
            return known[content]
        except KeyError:
            known[content] = content
            if len(known) >= _MOST_KNOWN:
                are_few = False
                known.clear()
            return content

    return pack


def collections(method: MethodDescriptor[Any, Any], holder: Descriptor[Any, Any]) -> tuple[str, ...]:
    """The parents in which `method` has to look to find every holder, with wildcards for ids."""
    if method.parent_path is None:
        return ("",)
    return tuple(dict.fromkeys(_any_parent(pattern) for pattern in holder.patterns))


def _any_parent(pattern: NamePattern) -> str:
    """What stands before the last pair of a name, or before the last literal."""
    segments = pattern.shape.segments
    before = segments[: -2 if segments and segments[-1].variables else -1]
    return "/".join(WILDCARD.join(segment.literals) for segment in before)
