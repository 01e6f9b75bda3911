"""What happens on every save: the chain, and the middlewares that keep metadata right."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from catalog.proto.v1.category_pb2 import Category
from catalog_example_com.v1 import descriptors as catalog
from device_management.proto.v1.device_pb2 import Device
from device_management.proto.v1.enrollment_token_pb2 import EnrollmentToken
from device_management.proto.v1.log_entry_pb2 import LogEntry
from device_management.proto.v1.project_pb2 import Project
from devices_example_com.v1 import descriptors as devices

from goten.descriptors import Descriptor, MessageT, NameT
from goten.meta.v1 import descriptors as meta
from goten.meta.v1.region_pb2 import Region
from goten.names import InvalidName
from goten.policy import Policy
from goten.service_policies import StaticServicePolicies
from goten.store_middleware import (
    MiddlewareChain,
    MiddlewareMistake,
    SaveContext,
    ServicesInfoMiddleware,
    StoreMiddleware,
    SyncingMiddleware,
)
from goten.syncing import SyncingError
from goten.types.meta_pb2 import Meta, ServicesInfo, SyncingMeta

PROJECT = "//devices.example.com/projects/p1"
SERVICE = "//meta.goten.com/services/devices.example.com"
POLICY = Policy(("eu-west1", "us-west2"), "eu-west1")
SERVICE_POLICY = Policy(("ap-south1", "eu-west1", "us-west2"), "us-west2")
D1 = "projects/p1/regions/us-west2/devices/d-1"


def context(**policies: Policy) -> SaveContext:
    known = {"project": PROJECT, "service": SERVICE, "meta": "//meta.goten.com/services/meta.goten.com"}
    by_name = {known[key]: policy for key, policy in policies.items()}
    return SaveContext(service="devices.example.com", policies=by_name, time=datetime(2024, 1, 1, tzinfo=UTC))


class Recorded:
    """Appends its letter to the title of a device, and records what it saw."""

    def __init__(self, letter: str, seen: list[str]) -> None:
        self.letter = letter
        self.seen = seen

    async def save(
        self, context: SaveContext, descriptor: Descriptor[MessageT, NameT], old: MessageT | None, new: MessageT | None
    ) -> MessageT | None:
        self.seen.append(f"{self.letter}: {getattr(new, 'title', None)}")
        if isinstance(new, Device):
            new.title += self.letter
        return new


class Refusing:
    async def save(
        self, context: SaveContext, descriptor: Descriptor[MessageT, NameT], old: MessageT | None, new: MessageT | None
    ) -> MessageT | None:
        raise PermissionError(context.service)


class Forgetful:
    """Lacks its `return new`."""

    async def save(self, context: SaveContext, descriptor: Any, old: Any, new: Any) -> Any:
        return None


class Resurrecting:
    async def save(self, context: SaveContext, descriptor: Any, old: Any, new: Any) -> Any:
        return new or old


async def test_each_middleware_gets_what_the_one_before_returned() -> None:
    seen: list[str] = []
    inner = MiddlewareChain([Recorded("b", seen), Recorded("c", seen)])
    chain: StoreMiddleware = MiddlewareChain((Recorded("a", seen), *inner.middlewares))
    saved = await chain.save(context(), devices.DEVICE, None, Device(name=D1, title="-"))
    assert saved == Device(name=D1, title="-abc")
    assert seen == ["a: -", "b: -a", "c: -ab"]


async def test_a_chain_without_middlewares_changes_nothing() -> None:
    assert await MiddlewareChain(()).save(context(), devices.DEVICE, None, Device(name=D1)) == Device(name=D1)


async def test_a_deletion_passes_through() -> None:
    seen: list[str] = []
    chain = MiddlewareChain([Recorded("a", seen), SyncingMiddleware(StaticServicePolicies({}))])
    assert await chain.save(context(), devices.DEVICE, Device(name=D1), None) is None
    assert seen == ["a: None"]


async def test_after_a_refusal_no_other_is_asked() -> None:
    seen: list[str] = []
    chain = MiddlewareChain([Refusing(), Recorded("b", seen)])
    with pytest.raises(PermissionError, match=r"devices\.example\.com"):
        await chain.save(context(), devices.DEVICE, None, Device(name=D1))
    assert seen == []


async def test_a_write_never_becomes_a_deletion_nor_a_deletion_a_write() -> None:
    with pytest.raises(MiddlewareMistake, match=r"Forgetful\.save returned None for a write of devices"):
        await MiddlewareChain([Forgetful()]).save(context(), devices.DEVICE, None, Device(name=D1))
    with pytest.raises(MiddlewareMistake, match=r"Resurrecting\.save returned a resource for a deletion of devices"):
        await MiddlewareChain([Resurrecting()]).save(context(), devices.DEVICE, Device(name=D1), None)


# --- syncing ---------------------------------------------------------------------------------------------------------

SYNCING = SyncingMiddleware(StaticServicePolicies({"devices.example.com": SERVICE_POLICY.to_message()}))


async def test_syncing_of_a_governed_resource() -> None:
    """SYNC-1: creation and every later save, whatever the writer put there"""
    expected = Device(
        name=D1, metadata=Meta(syncing=SyncingMeta(owning_region="us-west2", regions=["eu-west1", "us-west2"]))
    )
    assert await SYNCING.save(context(project=POLICY), devices.DEVICE, None, Device(name=D1)) == expected
    forged = Device(name=D1, metadata=Meta(syncing=SyncingMeta(owning_region="ap-south1", regions=["ap-south1"])))
    assert await SYNCING.save(context(project=POLICY), devices.DEVICE, expected, forged) == expected


async def test_syncing_follows_the_policy_at_the_time_of_the_save() -> None:
    """SYNC-1"""
    old = await SYNCING.save(context(project=POLICY), devices.DEVICE, None, Device(name=D1))
    wider = Policy((*POLICY.enabled_regions, "us-east1"), "eu-west1")
    new = await SYNCING.save(context(project=wider), devices.DEVICE, old, Device(name=D1))
    assert new is not None
    assert list(new.metadata.syncing.regions) == ["eu-west1", "us-east1", "us-west2"]


async def test_a_project_authorises_nothing_in_another() -> None:
    """SYNC-6"""
    other = Device(name=D1.replace("p1", "p2"))
    with pytest.raises(SyncingError, match=r"the policy of //devices\.example\.com/projects/p2 decides"):
        await SYNCING.save(context(project=POLICY, service=SERVICE_POLICY), devices.DEVICE, None, other)


async def test_a_region_that_is_not_enabled_is_refused() -> None:
    """SYNC-4"""
    with pytest.raises(SyncingError, match="ap-south1 is not enabled"):
        await SYNCING.save(
            context(project=POLICY), devices.DEVICE, None, Device(name=D1.replace("us-west2", "ap-south1"))
        )


async def test_a_holder_goes_by_the_policy_of_its_service_in_the_context() -> None:
    """SYNC-2, SYNC-6"""
    saved = await SYNCING.save(context(service=SERVICE_POLICY), devices.PROJECT, None, Project(name="projects/p1"))
    assert saved is not None
    assert list(saved.metadata.syncing.regions) == ["ap-south1", "eu-west1", "us-west2"]
    with pytest.raises(SyncingError, match=SERVICE):
        await SYNCING.save(context(project=POLICY), devices.PROJECT, None, Project(name="projects/p1"))


async def test_copies_to_all_regions_of_the_service_go_by_its_registered_policy() -> None:
    """SYNC-3, SYNC-6"""
    token = EnrollmentToken(name="projects/p1/enrollmentTokens/t")
    saved = await SYNCING.save(context(project=POLICY), devices.ENROLLMENT_TOKEN, None, token)
    assert saved is not None
    assert saved.metadata.syncing.owning_region == "eu-west1"
    assert list(saved.metadata.syncing.regions) == ["ap-south1", "eu-west1", "us-west2"]
    unregistered = SyncingMiddleware(StaticServicePolicies({}))
    with pytest.raises(SyncingError, match=f"the policy of {SERVICE} decides"):
        await unregistered.save(context(project=POLICY), devices.ENROLLMENT_TOKEN, None, token)


async def test_a_type_without_metadata_passes_untouched() -> None:
    """SYNC-7"""
    entry = LogEntry(name=f"{D1}/logEntries/20240101T000000.000Z-1")
    chain = MiddlewareChain([SYNCING, ServicesInfoMiddleware()])
    assert await chain.save(context(), devices.LOG_ENTRY, None, entry) == LogEntry(name=entry.name)


async def test_a_resource_needs_a_name() -> None:
    with pytest.raises(InvalidName):
        await SYNCING.save(context(project=POLICY), devices.DEVICE, None, Device())


# --- services --------------------------------------------------------------------------------------------------------


async def test_the_service_that_saves_owns_what_nobody_else_does() -> None:
    """META-10"""
    saved = await ServicesInfoMiddleware().save(context(), devices.DEVICE, None, Device(name=D1))
    info = ServicesInfo(owning_service="devices.example.com", allowed_services=["devices.example.com"])
    assert saved == Device(name=D1, metadata=Meta(services=info))


@pytest.mark.parametrize(
    "info",
    [
        ServicesInfo(owning_service="a.example.com", allowed_services=["a.example.com", "b.example.com"]),
        ServicesInfo(owning_service="a.example.com"),
        ServicesInfo(allowed_services=["b.example.com"]),
    ],
)
async def test_what_business_logic_has_set_stays(info: ServicesInfo) -> None:
    """META-10"""
    device = Device(name=D1, metadata=Meta(services=info))
    saved = await ServicesInfoMiddleware().save(context(), devices.DEVICE, None, device)
    assert saved == Device(name=D1, metadata=Meta(services=info))


async def test_a_descriptor_turns_the_default_off() -> None:
    """META-10"""
    services = ServicesInfoMiddleware()
    region, category = Region(name="regions/us-west2"), Category(name="categories/c")
    assert await services.save(context(), meta.REGION, None, region) == Region(name="regions/us-west2")
    assert await services.save(context(), catalog.CATEGORY, None, category) == Category(name="categories/c")


async def test_a_deletion_needs_no_services() -> None:
    assert await ServicesInfoMiddleware().save(context(), devices.DEVICE, Device(name=D1), None) is None


async def test_both_together_fill_the_metadata_of_a_new_resource() -> None:
    """SYNC-1, META-10"""
    chain = MiddlewareChain([SYNCING, ServicesInfoMiddleware()])
    saved = await chain.save(context(project=POLICY), devices.DEVICE, None, Device(name=D1))
    assert saved is not None
    assert saved.metadata.syncing.owning_region == "us-west2"
    assert saved.metadata.services.owning_service == "devices.example.com"
