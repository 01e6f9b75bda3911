"""Calls that are made to do harm: every method of a Meta server, in all the ways in which clients misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from enum import StrEnum
from random import Random
from typing import Any, NamedTuple

import grpc
import grpc.aio
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]
from grpc_health.v1 import health_pb2  # type: ignore[import-untyped]
from grpc_reflection.v1alpha import reflection_pb2  # type: ignore[import-untyped]

from goten.admin.v1 import admin_pb2
from goten.meta.v1 import (
    deployment_service_pb2,
    region_service_pb2,
    resource_service_pb2,
    service_service_pb2,
)
from goten.server.host import MAX_REQUEST_BYTES
from tests.processes.fuzzed_messages import Fuzzer, as_text, damaged, deep, in_field, message_class

PATIENCE = 20.0
_TOKEN_FIELDS = ("next_page_token", "prev_page_token", "resume_token")
_REGISTRY = (deployment_service_pb2, region_service_pb2, resource_service_pb2, service_service_pb2)
_OTHERS = (admin_pb2, health_pb2, reflection_pb2)


class Conduct(StrEnum):
    """What the client does with its call."""

    WHOLE = "waits for the answer; of a watch, for some responses"
    CANCEL = "cancels it at any moment"
    DEADLINE = "gives it next to no time"
    HOLD = "leaves the stream open, and does not read on"
    MISSHAPEN = "sends another number of requests than the method takes"


class Method(NamedTuple):
    path: str
    resource: str
    request: type[Message]
    response: type[Message]
    client_streams: bool
    server_streams: bool


class FuzzedCall(NamedTuple):
    method: Method
    requests: Sequence[bytes]
    conduct: Conduct
    delay: float
    """Seconds until it is cancelled, or its deadline."""

    @property
    def is_hasty(self) -> bool:
        """Whether it may be over before all is sent."""
        return self.method.client_streams or self.conduct not in (Conduct.WHOLE, Conduct.HOLD)

    def __str__(self) -> str:
        sent = ", ".join(map(as_text, self.requests[:3]))
        return f"{self.method.path} [{sent}] ({len(self.requests)} requests); the client {self.conduct}"


class Outcome(NamedTuple):
    code: grpc.StatusCode
    details: str = ""
    status: Any = None
    """The google.rpc.Status, where one came along."""
    responses: Sequence[bytes] = ()


def methods_of(*modules: Any) -> list[Method]:
    return [
        Method(
            path=f"/{service.full_name}/{method.name}",
            resource=f"meta.goten.com/{service.name.removesuffix('Service')}",
            request=message_class(method.input_type),
            response=message_class(method.output_type),
            client_streams=method.client_streaming,
            server_streams=method.server_streaming,
        )
        for module in modules
        for service in module.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    ]


REGISTRY_METHODS = methods_of(*_REGISTRY)
OTHER_METHODS = methods_of(*_OTHERS)


def _weight(method: Method) -> int:
    """More comes than goes."""
    name = method.path.rpartition("/")[2]
    return 1 if name.startswith("Delete") else 12 if name.startswith(("Create", "Update")) else 4


_WEIGHTS = [_weight(method) for method in REGISTRY_METHODS]


def make_call(random: Random, tokens: Sequence[str]) -> FuzzedCall:
    """The same generator and tokens make the same call."""
    method = random.choice(OTHER_METHODS)
    if random.random() < 0.92:
        (method,) = random.choices(REGISTRY_METHODS, _WEIGHTS)
    fuzzer = Fuzzer(random, random.choice([0.0, 0.0, 0.02, 0.1, 0.4]), tokens)
    many = random.choice([0, 1, 1, 1, 3]) if method.client_streams else 1
    requests = [fuzzer.message(method.request, method.resource).SerializeToString() for _ in range(many)]
    if random.random() < 0.15:
        requests = [damaged(request, random) for request in requests]
    elif random.random() < 0.02:
        requests = [_with_deep_struct(random)]
    conduct = _conduct(random, method)
    if conduct is Conduct.MISSHAPEN:
        requests = requests * random.choice([0, 2])
    return FuzzedCall(method, requests, conduct, random.choice([0.0, 0.0005, 0.002, 0.01]))


def _conduct(random: Random, method: Method) -> Conduct:
    draw = random.random()
    if draw < 0.07:
        return Conduct.CANCEL
    if draw < 0.10:
        return Conduct.DEADLINE
    if draw < 0.11 and not method.client_streams:
        return Conduct.MISSHAPEN
    if method.server_streams and draw < 0.3:
        return Conduct.HOLD
    return Conduct.WHOLE


def _with_deep_struct(random: Random) -> bytes:
    """A Deployment with a deep progress bar, as the body of a creation or an update."""
    status = in_field(5, deep(random.choice([10, 29, 31, 33, 3_000])))
    return in_field(2, in_field(1, b"services/a.example.com/deployments/us-west2") + in_field(16, status))


class FuzzingClient:
    """Makes the calls. It holds the streams that are left open until `close`."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._channel = grpc.aio.insecure_channel(address, options=[("grpc.max_send_message_length", -1)])
        self._held: list[Any] = []

    async def run(self, call: FuzzedCall) -> Outcome:
        method = call.method
        timeout = PATIENCE
        if call.conduct in (Conduct.DEADLINE, Conduct.MISSHAPEN):
            timeout = 0.0005 + call.delay if call.conduct is Conduct.DEADLINE else 0.2
        streams = method.client_streams or call.conduct is Conduct.MISSHAPEN
        shape = f"{'stream' if streams else 'unary'}_{'stream' if method.server_streams else 'unary'}"
        made = getattr(self._channel, shape)(method.path)
        rpc = made(_sent(call.requests) if streams else call.requests[0], timeout=timeout)
        if call.conduct is Conduct.CANCEL:
            asyncio.get_running_loop().call_later(call.delay, rpc.cancel)
        return await self._received(rpc, call)

    async def _received(self, rpc: Any, call: FuzzedCall) -> Outcome:
        responses: list[bytes] = []
        try:
            if not call.method.server_streams:
                return Outcome(grpc.StatusCode.OK, responses=[await rpc])
            while (response := await rpc.read()) is not grpc.aio.EOF:
                responses.append(response)
                if call.conduct is Conduct.HOLD:
                    self._held.append(rpc)
                    break
                if len(responses) >= 3 or _is_current(call.method.response, response):
                    rpc.cancel()
                    break
            return Outcome(grpc.StatusCode.OK, responses=responses)
        except grpc.aio.AioRpcError as error:
            return _outcome_of(error, responses)
        except asyncio.CancelledError:
            if not rpc.cancelled():
                raise
            return Outcome(grpc.StatusCode.CANCELLED, "by the client", responses=responses)

    @property
    def held(self) -> int:
        return len(self._held)

    async def leave(self) -> None:
        """Cancels the streams that were left open."""
        held, self._held = self._held, []
        for rpc in held:
            rpc.cancel()

    async def close(self) -> None:
        await self.leave()
        await self._channel.close()


async def _sent(requests: Iterable[bytes]) -> AsyncIterator[bytes]:
    for request in requests:
        yield request


def _is_current(kind: type[Message], response: bytes) -> bool:
    """Whether that is the end of a snapshot, or all that comes: a watch has no end."""
    if "is_current" not in kind.DESCRIPTOR.fields_by_name:
        return kind.DESCRIPTOR.name.startswith("Watch") or kind.DESCRIPTOR.name == "HealthCheckResponse"
    return bool(getattr(kind.FromString(response), "is_current"))  # noqa: B009


def _outcome_of(error: grpc.aio.AioRpcError, responses: Sequence[bytes]) -> Outcome:
    status = None
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
    return Outcome(error.code(), error.details() or "", status, responses)


def tokens_in(call: FuzzedCall, outcome: Outcome) -> Iterable[str]:
    """Tokens that the server gave out; also checks that what it answered can be read."""
    for response in outcome.responses:
        answer = call.method.response.FromString(response)
        for field in _TOKEN_FIELDS:
            if token := getattr(answer, field, ""):
                yield token


_NEVER = {
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.DATA_LOSS,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.UNKNOWN,
}
_ENDED_WHILE_SENDING = "Internal error from Core"
"""What gRPC for Python makes of an end that comes before it has sent all of its requests; no server says that."""
_OF_CONDUCT = {
    Conduct.CANCEL: {grpc.StatusCode.CANCELLED},
    # A stream of requests that comes too late is cancelled by the client itself.
    Conduct.DEADLINE: {grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED},
    # gRPC for Python lets a call without a request wait for ever.
    Conduct.MISSHAPEN: {grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED},
}


_FOR_NOW = ("an import is going on", "are still being taken away")


def complaint(call: FuzzedCall, outcome: Outcome) -> str:
    """What is wrong with an answer (METHOD-12); empty: nothing."""
    code = outcome.code
    largest = max(map(len, call.requests), default=0)
    if code is grpc.StatusCode.OK or code in _OF_CONDUCT.get(call.conduct, ()):
        return ""
    if outcome.details == _ENDED_WHILE_SENDING and (call.is_hasty or largest > MAX_REQUEST_BYTES):
        return ""
    if code in _NEVER:
        return "this status must not come"
    if not outcome.details:
        return "it has no reason"
    if "CLIENT:" in outcome.details:
        return "the answer is larger than clients take"
    if code is grpc.StatusCode.UNAVAILABLE and not any(reason in outcome.details for reason in _FOR_NOW):
        return "nothing was unavailable"
    if "SERVER: Received message larger than max" in outcome.details:
        return "" if largest > MAX_REQUEST_BYTES else "it was not that large"
    if outcome.status is None:
        return "it has no google.rpc.Status"
    if code is grpc.StatusCode.INVALID_ARGUMENT and not _violations(outcome.status):
        return "it has no BadRequest"
    return ""


def _violations(status: Any) -> list[str]:
    bad = error_details_pb2.BadRequest()
    for detail in status.details:
        if detail.Unpack(bad):
            return [violation.description for violation in bad.field_violations if violation.description]
    return []
