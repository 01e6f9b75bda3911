"""A real gRPC server of projects that are watched, small and in memory, for tests; it can be told to do harm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import grpc
import grpc.aio
from identity.proto.v1 import project_change_pb2, project_pb2, project_service_pb2, project_service_pb2_grpc

Project = project_pb2.Project
Change = project_change_pb2.ProjectChange
Request = project_service_pb2.WatchProjectsRequest
Response = project_service_pb2.WatchProjectsResponse


class ProjectStore:
    """Projects, and a log of changes; a token is a revision."""

    def __init__(self) -> None:
        self.projects: dict[str, Project] = {}
        self.log: list[Change] = []
        self.compacted = 0
        self.changed = asyncio.Event()

    def put(self, name: str, title: str = "") -> None:
        self.projects[name] = Project(name=name, title=title)
        self._append(Change(current=Change.Current(project=self.projects[name])))

    def delete(self, name: str) -> None:
        del self.projects[name]
        self._append(Change(removed=Change.Removed(name=name)))

    def compact(self) -> None:
        self.compacted = len(self.log)

    def _append(self, change: Change) -> None:
        self.log.append(change)
        self.changed.set()
        self.changed = asyncio.Event()


class ProjectServer(project_service_pb2_grpc.ProjectServiceServicer):
    """Serves a store on a port of its own choosing, the same one after each start."""

    def __init__(self, store: ProjectStore) -> None:
        self.store = store
        self.requests: list[Request] = []
        self.refuse_tokens = False
        self.said_sizes: list[int] = []
        self.port = 0
        self.idle = asyncio.Event()
        """Set while there is no stream; for one client."""
        self._server: grpc.aio.Server | None = None

    async def start(self) -> None:
        self._server = grpc.aio.server()
        add: Any = project_service_pb2_grpc.add_ProjectServiceServicer_to_server
        add(self, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self._server.start()

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop(None)
            self._server = None

    async def WatchProjects(self, request: Request, context: Any) -> AsyncIterator[Response]:
        self.requests.append(request)
        self.idle.clear()
        try:
            async for response in self._watch(request, context):
                yield response
        finally:
            self.idle.set()

    async def _watch(self, request: Request, context: Any) -> AsyncIterator[Response]:
        if request.resume_token and self.refuse_tokens:
            await context.abort(grpc.StatusCode.OUT_OF_RANGE, "no such revision")
        revision = int(request.resume_token or -1)
        if request.resume_token and revision < self.store.compacted:
            yield Response(is_hard_reset=True, snapshot_size=-1)
            revision = -1
        if revision < 0:
            revision = len(self.store.log)
            snapshot = [Change(current=Change.Current(project=project)) for project in self.store.projects.values()]
            for response in chunks(snapshot, request.max_chunk_size, revision):
                yield response
            yield Response(snapshot_size=self.said_sizes.pop() if self.said_sizes else len(snapshot))
        else:
            yield Response(is_current=True, resume_token=str(revision), snapshot_size=-1)
        while True:
            if revision == len(self.store.log):
                await self.store.changed.wait()
            changes, revision = self.store.log[revision:], len(self.store.log)
            for response in chunks(changes, request.max_chunk_size, revision):
                yield response


def chunks(changes: list[Change], size: int, revision: int) -> Iterable[Response]:
    """The last response is the boundary."""
    for start in range(0, len(changes), size):
        yield Response(project_changes=changes[start : start + size], snapshot_size=-1)
    yield Response(is_current=True, resume_token=str(revision), snapshot_size=-1)
