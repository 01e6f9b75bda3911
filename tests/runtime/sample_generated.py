"""Two small services, written by hand in the shape of generated code: what the runtime is tested with.

`identity.example.test` has the holders Project and Organization (which cannot be watched); `sites.example.test` has a
holder of its own, below projects, and resources of every shape of name.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from goten.descriptors import Descriptor, Reference, SyncType
from goten.methods import MethodDescriptor, MethodKind, Routing
from goten.names import NamePattern, ResourceName
from goten.policy_sources import HolderStore, PolicySources, imported_source, own_source
from goten.registration import EnvRegistryStarter, Registration, RegistryT_co, RuntimeKind
from goten.services import Api, PolicyHolder, ServiceDescriptor, ServiceImport
from tests.runtime import sample_messages

# --- names -----------------------------------------------------------------------------------------------------------


class ProjectName(ResourceName):
    __slots__ = ()
    TYPE: ClassVar[str] = "identity.example.test/Project"
    VERSION: ClassVar[str] = "v1"
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = (
        NamePattern("projects/{project}", ids={"project": "[a-z][a-z0-9-]{1,28}"}),
    )

    @classmethod
    def of(cls, project_id: str) -> Self:
        return cls._of(0, project_id)

    @property
    def project_id(self) -> str:
        return self._id("project")


class OrganizationName(ResourceName):
    __slots__ = ()
    TYPE: ClassVar[str] = "identity.example.test/Organization"
    VERSION: ClassVar[str] = "v1"
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = (NamePattern("organizations/{organization}"),)

    @classmethod
    def of(cls, organization_id: str) -> Self:
        return cls._of(0, organization_id)


class SiteName(ResourceName):
    __slots__ = ()
    TYPE: ClassVar[str] = "sites.example.test/Site"
    VERSION: ClassVar[str] = "v1"
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = (
        NamePattern("projects/{project}/sites/{site}", parent=lambda: ProjectName, holder=lambda: ProjectName),
    )

    @classmethod
    def of_project(cls, project_id: str, site_id: str) -> Self:
        return cls._of(0, project_id, site_id)


class DeviceName(ResourceName):
    __slots__ = ()
    TYPE: ClassVar[str] = "sites.example.test/Device"
    VERSION: ClassVar[str] = "v1"
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = (
        NamePattern(
            "projects/{project}/regions/{region}/devices/{device}",
            region="region",
            parent=lambda: ProjectName,
            holder=lambda: ProjectName,
        ),
        NamePattern(
            "organizations/{organizationId}/devices/{device}",
            ids={"device": "[a-z]+"},
            parent=lambda: OrganizationName,
            holder=lambda: OrganizationName,
        ),
        NamePattern("devices/{device}"),
    )

    @classmethod
    def of_project_region(cls, project_id: str, region_id: str, device_id: str) -> Self:
        return cls._of(0, project_id, region_id, device_id)

    @classmethod
    def of_organization_id(cls, organization_id: str, device_id: str) -> Self:
        return cls._of(1, organization_id, device_id)

    @classmethod
    def of(cls, device_id: str) -> Self:
        return cls._of(2, device_id)

    @property
    def project_id(self) -> str | None:
        return self._optional_id("project")

    @property
    def device_id(self) -> str:
        return self._id("device")


class SensorName(ResourceName):
    """Below devices of every kind; the region scope of the second pattern stands elsewhere, the third has none."""

    __slots__ = ()
    TYPE: ClassVar[str] = "sites.example.test/Sensor"
    VERSION: ClassVar[str] = "v1"
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = (
        NamePattern(
            "projects/{project}/regions/{region}/devices/{device}/sensors/{sensor}",
            region="region",
            parent=lambda: DeviceName,
            holder=lambda: ProjectName,
        ),
        NamePattern(
            "projects/{project}/devices/{device}/regions/{region}/probes/{sensor}",
            region="region",
            parent=lambda: DeviceName,
            holder=lambda: ProjectName,
        ),
        NamePattern(
            "projects/{project}/devices/{device}/notes/{note}", parent=lambda: DeviceName, holder=lambda: ProjectName
        ),
        NamePattern(
            "organizations/{organization}/devices/{device}/sensors/{sensor}",
            parent=lambda: DeviceName,
            parent_pattern=1,
            holder=lambda: OrganizationName,
        ),
    )

    @classmethod
    def of_project_region_device(cls, project_id: str, region_id: str, device_id: str, sensor_id: str) -> Self:
        return cls._of(0, project_id, region_id, device_id, sensor_id)

    @property
    def sensor_id(self) -> str:
        return self._id("sensor", "note")


class ReadingName(ResourceName):
    __slots__ = ()
    TYPE: ClassVar[str] = "sites.example.test/Reading"
    VERSION: ClassVar[str] = "v1"
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = (
        NamePattern(
            "projects/{project}/sites/{site}/regions/{region}/readings/{day}~{hour}",
            region="region",
            parent=lambda: SiteName,
            holder=lambda: SiteName,
        ),
    )

    @classmethod
    def of_project_site_region(cls, project_id: str, site_id: str, region_id: str, day_id: str, hour_id: str) -> Self:
        return cls._of(0, project_id, site_id, region_id, day_id, hour_id)


class FileName(ResourceName):
    __slots__ = ()
    TYPE: ClassVar[str] = "sites.example.test/File"
    VERSION: ClassVar[str] = "v1"
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = (
        NamePattern("projects/{project}/files/{file=**}", parent=lambda: ProjectName, holder=lambda: ProjectName),
        NamePattern("projects/{project}/files/{file}/versions/{version}"),
    )

    @classmethod
    def of_project(cls, project_id: str, file_id: str) -> Self:
        return cls._of(0, project_id, file_id)


class SettingsName(ResourceName):
    __slots__ = ()
    TYPE: ClassVar[str] = "sites.example.test/Settings"
    VERSION: ClassVar[str] = "v1"
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = (
        NamePattern("projects/{project}/settings", parent=lambda: ProjectName, holder=lambda: ProjectName),
        NamePattern("settings"),
    )

    @classmethod
    def of_project(cls, project_id: str) -> Self:
        return cls._of(0, project_id)

    @classmethod
    def of(cls) -> Self:
        return cls._of(1)


class UsageName(ResourceName):
    __slots__ = ()
    TYPE: ClassVar[str] = "sites.example.test/Usage"
    VERSION: ClassVar[str] = "v1"
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = (NamePattern("*"),)

    @classmethod
    def of_any(cls, name: str) -> Self:
        return cls._of(0, name)


# --- descriptors -----------------------------------------------------------------------------------------------------

PROJECT = Descriptor(
    type="identity.example.test/Project",
    version="v1",
    singular="Project",
    plural="Projects",
    name=ProjectName,
    message=sample_messages.Project,
    name_field="name",
    parents=(),
    parentless=True,
    metadata_field="metadata",
    policy_field=("spec", "regions", "policy"),
    sync_type=SyncType.DEFAULT,
    references=(),
)

ORGANIZATION = Descriptor(
    type="identity.example.test/Organization",
    version="v1",
    singular="Organization",
    plural="Organizations",
    name=OrganizationName,
    message=sample_messages.Organization,
    name_field="name",
    parents=(),
    parentless=True,
    metadata_field="metadata",
    policy_field=("policy",),
    sync_type=SyncType.ALWAYS_GLOBALLY,
    references=(),
)

SITE = Descriptor(
    type="sites.example.test/Site",
    version="v1",
    singular="Site",
    plural="Sites",
    name=SiteName,
    message=sample_messages.Site,
    name_field="name",
    parents=("identity.example.test/Project",),
    parentless=False,
    metadata_field="metadata",
    policy_field=("policy",),
    sync_type=SyncType.DEFAULT,
    references=(),
)

DEVICE = Descriptor(
    type="sites.example.test/Device",
    version="v1",
    singular="Device",
    plural="Devices",
    name=DeviceName,
    message=sample_messages.Device,
    name_field="name",
    parents=("identity.example.test/Project", "identity.example.test/Organization"),
    parentless=True,
    metadata_field="metadata",
    policy_field=None,
    sync_type=SyncType.DEFAULT,
    references=(Reference("site", "sites.example.test/Site", "v1"),),
)

SETTINGS = Descriptor(
    type="sites.example.test/Settings",
    version="v1",
    singular="Settings",
    plural="Settings",
    name=SettingsName,
    message=sample_messages.Settings,
    name_field="name",
    parents=("identity.example.test/Project",),
    parentless=True,
    metadata_field=None,
    policy_field=None,
    sync_type=SyncType.NEVER,
    references=(),
    services_info_default=False,
)

USAGE = Descriptor(
    type="sites.example.test/Usage",
    version="v1",
    singular="Usage",
    plural="Usages",
    name=UsageName,
    message=sample_messages.Usage,
    name_field="",
    parents=(),
    parentless=True,
    metadata_field=None,
    policy_field=None,
    sync_type=SyncType.DEFAULT,
    references=(),
)

# --- methods ---------------------------------------------------------------------------------------------------------


def _read(full_name: str, verb: str, resource: str) -> MethodDescriptor[Any, Any]:
    return MethodDescriptor(
        full_name=full_name,
        kind=MethodKind.SERVER_STREAM if verb == "watch" else MethodKind.UNARY,
        verb=verb,
        resource=resource,
        request=sample_messages.Request,
        response=sample_messages.Response,
        name_path="name" if verb == "get" else None,
        parent_path=None if verb == "get" else "parent",
        body_path=None,
        writes=False,
        routing=Routing(resource_paths=("name",) if verb == "get" else (), scope_paths=("parent",)),
    )


GET_PROJECT = _read("sample.identity.v1.ProjectService.GetProject", "get", "identity.example.test/Project")
LIST_PROJECTS = _read("sample.identity.v1.ProjectService.ListProjects", "list", "identity.example.test/Project")
WATCH_PROJECTS = _read("sample.identity.v1.ProjectService.WatchProjects", "watch", "identity.example.test/Project")
LIST_ORGANIZATIONS = _read(
    "sample.identity.v1.OrganizationService.ListOrganizations", "list", "identity.example.test/Organization"
)
GET_DEVICE = _read("sample.sites.v1.DeviceService.GetDevice", "get", "sites.example.test/Device")

# --- services --------------------------------------------------------------------------------------------------------

IDENTITY = ServiceDescriptor(
    domain="identity.example.test",
    version="v1",
    resources=(PROJECT, ORGANIZATION),
    apis=(
        Api("sample.identity.v1.ProjectService", (GET_PROJECT, LIST_PROJECTS, WATCH_PROJECTS)),
        Api("sample.identity.v1.OrganizationService", (LIST_ORGANIZATIONS,)),
    ),
    access={
        "identity.example.test/Project": {"get": GET_PROJECT, "list": LIST_PROJECTS, "watch": WATCH_PROJECTS},
        "identity.example.test/Organization": {"list": LIST_ORGANIZATIONS},
    },
)

SITES = ServiceDescriptor(
    domain="sites.example.test",
    version="v1",
    resources=(USAGE, SITE, DEVICE, SETTINGS),
    apis=(Api("sample.sites.v1.DeviceService", (GET_DEVICE,)),),
    access={"sites.example.test/Device": {"get": GET_DEVICE}},
    imports=(ServiceImport("identity.example.test", "v1", lambda: IDENTITY),),
    holders=(
        PolicyHolder("identity.example.test/Organization", "v1", lambda: ORGANIZATION),
        PolicyHolder("identity.example.test/Project", "v1", lambda: PROJECT),
        PolicyHolder("sites.example.test/Site", "v1", lambda: SITE),
    ),
)

# --- policy store and env registry -----------------------------------------------------------------------------------


def register_policy_sources(sources: PolicySources, own_store: HolderStore | None = None) -> None:
    sources.add(imported_source(IDENTITY, ORGANIZATION))
    sources.add(imported_source(IDENTITY, PROJECT))
    sources.add(own_source(SITES, SITE, own_store))


REGISTRATION = Registration(service=SITES, generation=1)


async def start_env_registry(
    starter: EnvRegistryStarter[RegistryT_co], runtime: RuntimeKind, *others: Registration
) -> RegistryT_co:
    return await starter.start((REGISTRATION, *others), runtime)
