"""What a generated initializer registers at a PolicyStore, and the static policies of services."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from goten.descriptors import Descriptor, MessageT, NameT
from goten.policy_sources import (
    HolderChanges,
    HolderStore,
    NoPolicySource,
    PolicySource,
    SourceMode,
    imported_source,
    own_source,
)
from goten.service_policies import ServicePolicies, StaticServicePolicies
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy
from tests.runtime.sample_generated import (
    DEVICE,
    GET_PROJECT,
    IDENTITY,
    LIST_ORGANIZATIONS,
    LIST_PROJECTS,
    ORGANIZATION,
    PROJECT,
    SITE,
    SITES,
    WATCH_PROJECTS,
    register_policy_sources,
)


class EmptyStore:
    """A store of nothing."""

    async def get(self, descriptor: Descriptor[MessageT, NameT], name: NameT) -> MessageT | None:
        return None

    async def watch(
        self, descriptor: Descriptor[MessageT, NameT], resume_point: str | None = None
    ) -> AsyncIterator[HolderChanges[MessageT, NameT]]:
        yield HolderChanges(reset=True, is_current=True, resume_point="0")


class Collected(list[PolicySource]):
    def add(self, source: PolicySource) -> None:
        self.append(source)


def test_an_initializer_registers_every_holder() -> None:
    store: HolderStore = EmptyStore()
    sources = Collected()
    register_policy_sources(sources, store)
    assert [(source.holder, source.service, source.version) for source in sources] == [
        (ORGANIZATION, "identity.example.test", "v1"),
        (PROJECT, "identity.example.test", "v1"),
        (SITE, "sites.example.test", "v1"),
    ]
    assert [source.own_store for source in sources] == [None, None, store]


def test_a_holder_with_a_watch_method_is_watched() -> None:
    source = imported_source(IDENTITY, PROJECT)
    assert source.mode is SourceMode.WATCH
    assert (source.get, source.list, source.watch) == (GET_PROJECT, LIST_PROJECTS, WATCH_PROJECTS)
    assert str(source) == "identity.example.test/Project v1 (watch)"


def test_a_holder_without_one_is_polled() -> None:
    """DETECT-9"""
    source = imported_source(IDENTITY, ORGANIZATION)
    assert source.mode is SourceMode.POLL
    assert (source.get, source.list, source.watch) == (None, LIST_ORGANIZATIONS, None)


def test_the_own_store_is_watched_without_any_rpc() -> None:
    source = own_source(SITES, SITE, EmptyStore())
    assert source.mode is SourceMode.WATCH
    assert source.watch is None
    assert str(source) == "sites.example.test/Site v1 (own store)"


def test_an_own_holder_without_store_is_reached_as_an_imported_one() -> None:
    own, imported = own_source(IDENTITY, PROJECT), imported_source(IDENTITY, PROJECT)
    assert (own.mode, own.watch, own.own_store) == (imported.mode, imported.watch, None)


def test_what_can_be_no_source_is_refused() -> None:
    with pytest.raises(NoPolicySource, match=r"sites.example.test/Device is no source of policies: its message"):
        own_source(SITES, DEVICE, EmptyStore())
    with pytest.raises(NoPolicySource, match=r"sites.example.test v1 has no such resource"):
        imported_source(SITES, PROJECT)
    with pytest.raises(NoPolicySource, match="no Get, List or Watch method"):
        imported_source(SITES, SITE)


def test_static_policies_of_services() -> None:
    given = MultiRegionPolicy(enabled_regions=["us-west2"], default_control_region="us-west2")
    policies: ServicePolicies = StaticServicePolicies({"sites.example.test": given})
    given.enabled_regions.append("eu-1")
    policy = policies.policy("sites.example.test")
    assert policy is not None
    assert list(policy.enabled_regions) == ["us-west2"]
    assert policies.policy("identity.example.test") is None
