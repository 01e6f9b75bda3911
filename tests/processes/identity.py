"""What tests do to the identity server: every call has a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import grpc
import grpc.aio
from identity.proto.v1 import (
    organization_pb2,
    organization_service_pb2,
    organization_service_pb2_grpc,
    project_pb2,
    project_service_pb2,
    project_service_pb2_grpc,
)

from goten.types import watch_type_pb2
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy
from tests.servers.control import Control

DEADLINE = 10.0
"""No wait of a test is longer, in seconds."""

Project = project_pb2.Project
Organization = organization_pb2.Organization
WatchResponse = project_service_pb2.WatchProjectsResponse


def policy(*regions: str) -> MultiRegionPolicy:
    """Enables regions; the first one controls."""
    return MultiRegionPolicy(enabled_regions=regions, default_control_region=regions[0])


class Identity:
    """A client of one server, which waits for one that is being started; `channel` stays with who made it."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.projects = project_service_pb2_grpc.ProjectServiceStub(channel)
        self.organizations = organization_service_pb2_grpc.OrganizationServiceStub(channel)
        self.control = Control(channel)

    async def put_project(self, name: str, regions: Sequence[str] = ("us-west2",), title: str = "") -> Project:
        """Creates a project, or replaces policy and title."""
        request = project_service_pb2.UpdateProjectRequest(
            project=Project(name=name, title=title, multi_region_policy=policy(*regions)), allow_missing=True
        )
        return await self.projects.UpdateProject(request, timeout=DEADLINE, wait_for_ready=True)

    async def delete_project(self, name: str) -> None:
        await self.projects.DeleteProject(
            project_service_pb2.DeleteProjectRequest(name=name), timeout=DEADLINE, wait_for_ready=True
        )

    async def get_project(self, name: str, **fields: Any) -> Project:
        return await self.projects.GetProject(
            project_service_pb2.GetProjectRequest(name=name, **fields), timeout=DEADLINE, wait_for_ready=True
        )

    async def put_organization(self, name: str, regions: Sequence[str] = ("us-west2",)) -> Organization:
        """Creates an organization, or replaces its policy."""
        organization = Organization(name=name)
        organization.spec.placement.policy.CopyFrom(policy(*regions))
        request = organization_service_pb2.UpdateOrganizationRequest(organization=organization, allow_missing=True)
        return await self.organizations.UpdateOrganization(request, timeout=DEADLINE, wait_for_ready=True)

    def watch(self, **fields: Any) -> Stream:
        """Opens a STATELESS watch of projects."""
        request = project_service_pb2.WatchProjectsRequest(type=watch_type_pb2.STATELESS, **fields)
        return Stream(self.projects.WatchProjects(request, timeout=60))


class Stream:
    """An open watch of projects. Use it as an async context manager, so that it is closed."""

    def __init__(self, call: Any) -> None:
        self._call = call

    async def __aenter__(self) -> Stream:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._call.cancel()

    async def next(self, within: float = DEADLINE) -> WatchResponse:
        """The next response. Raises TimeoutError if none comes, AioRpcError if the stream ends in error."""
        async with asyncio.timeout(within):
            response = await self._call.read()
        assert isinstance(response, WatchResponse), "the server ended the stream"
        return response

    async def until_current(self) -> list[WatchResponse]:
        """All responses up to the next boundary."""
        responses = [await self.next()]
        while not responses[-1].is_current:
            responses.append(await self.next())
        return responses


def names(responses: Iterable[WatchResponse]) -> list[str]:
    """The names that responses tell about, in order; those of removed ones with a minus."""
    changes = [change for response in responses for change in response.project_changes]
    return [
        f"-{change.removed.name}" if change.WhichOneof("change_type") == "removed" else change.current.project.name
        for change in changes
    ]


async def code_of(call: Any) -> grpc.StatusCode:
    """The status with which a call fails."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error.code()
    raise AssertionError("the call succeeded")
