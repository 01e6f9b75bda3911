"""A clock that is turned by hand, and a network without a network, for tests of running watches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import grpc
import grpc.aio
from identity.proto.v1 import project_change_pb2, project_pb2, project_service_pb2

from goten.channels import UnknownService

Response = project_service_pb2.WatchProjectsResponse
Project = project_pb2.Project


async def settle() -> None:
    """Lets every task go on as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


class HandClock:
    """`advance` is the only way in which time goes by."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            return
        future = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + seconds, future))
        await future

    async def advance(self, seconds: float) -> None:
        await settle()
        end = self._now + seconds
        while due := [when for when, future in self._sleepers if when <= end and not future.done()]:
            self._now = max(self._now, min(due))
            for when, future in self._sleepers:
                if when <= self._now and not future.done():
                    future.set_result(None)
            self._sleepers = [sleeper for sleeper in self._sleepers if not sleeper[1].done()]
            await settle()
        self._now = end
        await settle()

    @property
    def sleeping(self) -> list[float]:
        """How much longer each sleeper sleeps."""
        return sorted(when - self._now for when, future in self._sleepers if not future.done())


class FakeCall:
    """A stream whose server is the test."""

    def __init__(self, request: Any) -> None:
        self.request = request
        self.cancelled = False
        self._coming: asyncio.Queue[Callable[[], Any]] = asyncio.Queue()

    def send(self, *responses: Response | bytes) -> None:
        for response in responses:
            raw = response if isinstance(response, bytes) else response.SerializeToString()
            self._coming.put_nowait(partial(bytes, raw))

    def end(self, code: grpc.StatusCode = grpc.StatusCode.OK, details: str = "") -> None:
        def finish() -> Any:
            if code is grpc.StatusCode.OK:
                return grpc.aio.EOF
            raise grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details)

        self._coming.put_nowait(finish)

    def drop(self) -> None:
        """As grpc.aio does when somebody closes the channel under an RPC."""

        def cancelled() -> Any:
            raise asyncio.CancelledError

        self._coming.put_nowait(cancelled)

    async def read(self) -> Any:
        return (await self._coming.get())()

    def cancel(self) -> None:
        self.cancelled = True


class FakeNetwork:
    """A ChannelProvider, and its channels: `calls` are the streams in order, the last one is `call`."""

    def __init__(self) -> None:
        self.calls: list[FakeCall] = []
        self.asked: list[tuple[str, str, str | None]] = []
        self.known = True
        self.closed = False

    @property
    def call(self) -> FakeCall:
        return self.calls[-1]

    def channel(self, service: str, version: str, region: str | None = None) -> grpc.aio.Channel:
        self.asked.append((service, version, region))
        if not self.known:
            raise UnknownService(service, version, region, "nothing is known")
        return cast(grpc.aio.Channel, self)

    def unary_stream(self, path: str, request_serializer: Callable[[Any], bytes]) -> Callable[..., FakeCall]:
        assert path == "/example.identity.v1.ProjectService/WatchProjects"

        def call(request: Any, *, wait_for_ready: bool) -> FakeCall:
            assert not wait_for_ready
            if self.closed:
                raise grpc.aio.UsageError("Channel is closed.")
            raw = request_serializer(request)
            self.calls.append(FakeCall(project_service_pb2.WatchProjectsRequest.FromString(raw)))
            return self.call

        return call


def project(name: str, title: str = "") -> Project:
    return Project(name=name, title=title)


def response(*changed: Project | str, token: str = "", size: int = -1, is_hard_reset: bool = False) -> Response:
    """Projects as `current`, names as `removed`; a boundary if there is a token."""
    change = project_change_pb2.ProjectChange
    return Response(
        project_changes=[
            change(removed=change.Removed(name=item))
            if isinstance(item, str)
            else change(current=change.Current(project=item))
            for item in changed
        ],
        resume_token=token,
        is_current=bool(token),
        snapshot_size=size,
        is_hard_reset=is_hard_reset,
    )
