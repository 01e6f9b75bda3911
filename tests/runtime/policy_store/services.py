"""Small services over the example holders, and ways to write down their policies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from identity.proto.v1 import organization_pb2, project_change_pb2, project_pb2, project_service_pb2
from identity_example_com.v1 import descriptors as identity
from identity_example_com.v1 import names as identity_names
from identity_example_com.v1.service import SERVICE as IDENTITY

from goten.descriptors import Descriptor, SyncType
from goten.names import NamePattern, ResourceName
from goten.policy import Policy
from goten.services import PolicyHolder, ServiceDescriptor, ServiceImport

T = TypeVar("T")

WATCH = "/example.identity.v1.ProjectService/WatchProjects"
GET = "/example.identity.v1.ProjectService/GetProject"
LIST = "/example.identity.v1.OrganizationService/ListOrganizations"
GET_ORGANIZATION = "/example.identity.v1.OrganizationService/GetOrganization"


class RoomName(ResourceName):
    """Governed by identity's projects, which are watched."""

    __slots__ = ()
    TYPE: ClassVar[str] = "rooms.example.test/Room"
    VERSION: ClassVar[str] = "v1"
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = (
        NamePattern("projects/{project}/rooms/{room}", holder=lambda: identity_names.ProjectName),
        NamePattern("rooms/{room}"),
    )


class HallName(ResourceName):
    """Governed by identity's organizations, which are polled."""

    __slots__ = ()
    TYPE: ClassVar[str] = "halls.example.test/Hall"
    VERSION: ClassVar[str] = "v1"
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = (
        NamePattern("organizations/{organization}/halls/{hall}", holder=lambda: identity_names.OrganizationName),
    )


def descriptor(name: type[ResourceName], message: Any = project_pb2.Project) -> Descriptor[Any, Any]:
    """Of a resource type that is no holder; nobody looks at its message."""
    kind = name.TYPE.partition("/")[2]
    return Descriptor(
        type=name.TYPE,
        version=name.VERSION,
        singular=kind,
        plural=f"{kind}s",
        name=name,
        message=message,
        name_field="name",
        parents=(),
        parentless=True,
        metadata_field="metadata",
        policy_field=None,
        sync_type=SyncType.DEFAULT,
        references=(),
    )


def always(value: T) -> Callable[[], T]:
    return lambda: value


def service(*names: type[ResourceName], holders: tuple[Descriptor[Any, Any], ...] = ()) -> ServiceDescriptor:
    return ServiceDescriptor(
        domain=names[0].TYPE.partition("/")[0],
        version=names[0].VERSION,
        resources=tuple(descriptor(name) for name in names),
        apis=(),
        access={},
        imports=(ServiceImport("identity.example.com", "v1", lambda: IDENTITY),),
        holders=tuple(PolicyHolder(holder.type, holder.version, always(holder)) for holder in holders),
    )


ROOMS = service(RoomName, holders=(identity.PROJECT,))
HALLS = service(HallName, holders=(identity.ORGANIZATION,))


def policy(*regions: str) -> Policy:
    """The first region is the control region."""
    return Policy(enabled_regions=regions, default_control_region=regions[0] if regions else "")


def project(name: str, *regions: str) -> project_pb2.Project:
    message = project_pb2.Project(name=name)
    if regions:
        message.multi_region_policy.CopyFrom(policy(*regions).to_message())
    return message


def organization(name: str, *regions: str) -> organization_pb2.Organization:
    message = organization_pb2.Organization(name=name)
    message.spec.placement.policy.CopyFrom(policy(*regions).to_message())
    return message


def watched(
    *changed: project_pb2.Project | str, token: str = "", reset: bool = False
) -> project_service_pb2.WatchProjectsResponse:
    """Projects as `current`, names as `removed`; a boundary if there is a token."""
    change = project_change_pb2.ProjectChange
    return project_service_pb2.WatchProjectsResponse(
        project_changes=[
            change(removed=change.Removed(name=item))
            if isinstance(item, str)
            else change(current=change.Current(project=item))
            for item in changed
        ],
        resume_token=token,
        is_current=bool(token),
        snapshot_size=-1,
        is_hard_reset=reset,
    )
