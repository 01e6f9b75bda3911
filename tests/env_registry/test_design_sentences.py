"""Sentences of section 2 of the Design Concepts, each as something that happens beside a real Meta.

`docs/design-concepts.md` says which test proves which sentence; some are proved elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from identity_example_com.v1.env_registry import REGISTRATION as IDENTITY_REGISTRATION

from goten.admin.v1.admin_pb2 import GetStatusRequest
from goten.admin.v1.admin_pb2_grpc import AdminServiceStub
from goten.channels import UnknownService
from goten.env_registry import (
    Changes,
    EnvRegistry,
    EnvRegistryOptions,
    NotReady,
    RegistrationRefused,
    Snapshot,
    Starter,
)
from goten.meta.v1 import methods
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.descriptors import DEPLOYMENT, RESOURCE, SERVICE
from goten.meta.v1.env_registry import REGISTRATION as META_REGISTRATION
from goten.meta.v1.region_service_pb2 import ListRegionsRequest
from goten.meta.v1.region_service_pb2_grpc import RegionServiceStub
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.app import MetaApp
from goten.meta_server.config import MetaConfig
from goten.methods import MethodDescriptor
from goten.registration import Registration, RuntimeKind
from goten.watch import WatchState, WatchTiming
from goten_gen import cli
from tests.env_registry.neighbourhood import QUICK, Neighbourhood, until
from tests.env_registry.samples import registration

REPO = Path(__file__).resolve().parents[2]
DEVICES, IAM, AUDIT, SHOP = "devices.example.com", "iam.example.com", "audit.example.com", "shop.example.com"
META, IDENTITY = "meta.goten.com", "identity.example.com"


class Starts:
    """Starts processes of generated services, as their `main` does."""

    def __init__(self, town: Neighbourhood, stack: AsyncExitStack) -> None:
        self._town = town
        self._stack = stack

    async def start(
        self, registration: Registration, runtime: RuntimeKind, region: str = "us-west2", **options: Any
    ) -> EnvRegistry:
        timing = WatchTiming(backoff=QUICK)
        wanted: dict[str, Any] = {"deadline": 10.0, "jitter": 0.0, "retries": QUICK, "watch": timing, **options}
        starter = Starter(EnvRegistryOptions(region=region, meta=self._town.address, **wanted))
        return await self._stack.enter_async_context(await starter.start((registration,), runtime))


@pytest.fixture
async def starts(town: Neighbourhood) -> AsyncIterator[Starts]:
    async with AsyncExitStack() as stack:
        yield Starts(town, stack)


def regions_by_service(registry: EnvRegistry) -> dict[str, set[str]]:
    return {domain: {*regions} for domain, regions in registry.environment.deployments.items()}


async def stored_regions(town: Neighbourhood, domain: str) -> list[str]:
    found = await town.meta.service(f"services/{domain}")
    return [] if found is None else [*found.multi_region_policy.enabled_regions]


async def change_deployment(town: Neighbourhood, name: str, **fields: Any) -> None:
    update = methods.UPDATE_DEPLOYMENT
    request = update.request(deployment=Deployment(name=name, **fields))
    request.update_mask.paths.extend(fields)
    await town.meta.call(update, request)


async def change_service(town: Neighbourhood, name: str, **fields: Any) -> None:
    update = methods.UPDATE_SERVICE
    request = update.request(service=Service(name=name, **fields))
    request.update_mask.paths.extend(fields)
    await town.meta.call(update, request)


def told(message: Service | Deployment | None) -> str:
    """What the functions above change."""
    if message is None:
        return "gone"
    return message.display_name if isinstance(message, Service) else message.local_network_id


async def delete_deployment(town: Neighbourhood, name: str) -> None:
    delete = methods.DELETE_DEPLOYMENT
    await town.meta.call(delete, delete.request(name=name))


async def test_when_start_returns_all_is_registered_and_known(town: Neighbourhood) -> None:
    """ENV-1, ENV-9, ENV-10; Design Concepts 2: "It must allow a Deployment to register itself in a Meta service, so
    others can see it.", "It must allow the discovery of other services with their deployments and resources.", "User of
    EnvRegistry instance must complete self-registration in Meta Service.", "EnvRegistry must obtain the current state
    of services and deployments.", "any backend runtime knows its surroundings before executing its tasks", "all backend
    runtimes must be able to see other services and deployments, which are relevant for them", "EnvRegistry registration
    initializes regions, services, deployments, and resources", "registration of Meta resources finishes after a
    successful run", "it gets only Services and Deployments that are relevant", "Higher levels will see all those below
    or above them, but they won't be able to see neighbors"."""
    for region in ("us-west2", "eastus2"):
        await town.start(IAM, region)
    await town.start(AUDIT)
    await town.start("neighbour.example.com", imports={IAM: "v1"})
    await town.start(SHOP, imports={IAM: "v1"}, used_services=(DEVICES,))
    registry = await town.start(DEVICES, imports={IAM: "v1"}, used_services=(AUDIT,))
    # No waiting from here on: what follows holds at once.
    assert regions_by_service(registry) == {
        META: {"us-west2"},
        IAM: {"us-west2", "eastus2"},
        AUDIT: {"us-west2"},
        SHOP: {"us-west2"},
        DEVICES: {"us-west2"},
    }
    assert {*registry.environment.services} == {META, IAM, AUDIT, SHOP, DEVICES}
    for domain in (DEVICES, IAM):
        assert [resource.fqn for resource in (await registry.resources(domain)).value] == [f"{domain}/Device"]
    assert await town.meta.service(f"services/{DEVICES}") is not None
    assert await town.meta.deployment(f"services/{DEVICES}/deployments/us-west2") is not None
    assert [resource.fqn for resource in await town.meta.resources(f"services/{DEVICES}")] == [f"{DEVICES}/Device"]


async def test_a_start_that_is_not_complete_lets_nothing_be_done(town: Neighbourhood) -> None:
    """ENV-10; Design Concepts 2: "it must block till initialization is completed", "the backend service, if it cannot
    successfully pass initialization, will be blocked from any useful work", "then it waits for a signal showing all is
    fine", "Catch initialization signal from the runInit function, which guarantees information about our service is
    stored in Meta."."""
    registry = town.registry(registration(domain=DEVICES, imports={IAM: "v1"}))
    starting = asyncio.create_task(registry.start())
    await until(lambda: registry.status.reason != "")
    assert await town.meta.service(f"services/{DEVICES}") is None
    assert not starting.done()
    for use in (
        lambda: registry.environment,
        lambda: registry.deployment,
        lambda: registry.channel(META, "v1"),
        registry.subscribe,
    ):
        with pytest.raises(NotReady):
            use()
    await town.start(IAM)
    await starting
    assert await town.meta.service(registry.service.name) is not None
    assert await town.meta.deployment(registry.deployment.name) is not None


async def test_the_first_deployment_creates_and_the_next_one_updates(town: Neighbourhood) -> None:
    """ENV-3, ENV-4; Design Concepts 2: "The service resource is created by the first deployment of a given service.",
    "The next deployment of the same service, in the next region, will just send UpdateService.", "where field-enabled
    regions contain a new region ID", "it has getters for self Deployment and Service"."""
    first = await town.start(DEVICES)
    created = first.service
    assert list(created.multi_region_policy.enabled_regions) == ["us-west2"]
    next_one = await town.start(DEVICES, "eastus2")
    updated = next_one.service
    assert updated.metadata.uuid == created.metadata.uuid
    assert updated.metadata.generation == created.metadata.generation + 1
    assert list(updated.multi_region_policy.enabled_regions) == ["us-west2", "eastus2"]
    assert updated.multi_region_policy.default_control_region == "us-west2"
    own = [registry.deployment.name for registry in (first, next_one)]
    assert own == [f"services/{DEVICES}/deployments/{region}" for region in ("us-west2", "eastus2")]


async def test_every_kind_of_process_registers_and_clashes_end_well(town: Neighbourhood, starts: Starts) -> None:
    """ENV-1, ENV-7; Design Concepts 2: "it can only be used by server, controller, and db-controller runtimes", "All
    deployments for a given service are responsible for Resource instances.", "they may initially be sending clashing
    create requests", "transactions in Meta service, coupled with CAS requests made by EnvRegistry, ensure eventual
    consistency"."""
    starting = [
        starts.start(IDENTITY_REGISTRATION, runtime, public_domain=domain)
        for runtime, domain in (
            (RuntimeKind.CONTROLLER, ""),
            (RuntimeKind.SERVER, "127.0.0.1:9001"),
            (RuntimeKind.DB_CONTROLLER, ""),
        )
    ]
    registries = await asyncio.gather(*starting)
    deployment = f"services/{IDENTITY}/deployments/us-west2"
    for registry in registries:
        assert registry.deployment.name == deployment
    stored = await town.meta.deployment(deployment)
    assert stored is not None
    assert stored.public_domain == "127.0.0.1:9001"
    expected = {resource.type for resource in IDENTITY_REGISTRATION.resources}
    assert {resource.fqn for resource in await town.meta.resources(f"services/{IDENTITY}")} == expected


FORGETFUL = """
import asyncio
from catalog_example_com.v1.service import SERVICE

async def main():
    await serve(SERVICE)

asyncio.run(main())
"""


def test_mains_start_it_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Design Concepts 2: "all backend runtimes must initialize and run the EnvRegistry component and it must be one of
    the first things to do"."""
    mains = sorted((REPO / "docs/examples").glob("*_service/__main__.py"))
    assert mains != []
    for path in mains:
        assert check_main(path) == 0, capsys.readouterr().err
    forgetful = tmp_path / "main.py"
    forgetful.write_text(FORGETFUL)
    assert check_main(forgetful) == 1
    assert "wire-no-registry: main does not start the EnvRegistry" in capsys.readouterr().err


def check_main(path: Path) -> int:
    return cli.main(["wire", str(path), "--generated", str(REPO / "generated_examples"), "--check"])


async def test_connections_are_made_by_what_it_knows(town: Neighbourhood) -> None:
    """ENV-15; Design Concepts 2: "EnvRegistry can be safely used to find other services, and deployments, and make
    networking connections"."""
    registry = await town.start(DEVICES)
    found = registry.environment.deployment(META, "us-west2")
    assert found is not None
    assert found.public_domain == town.address
    regions = await RegionServiceStub(registry.channel(META, "v1")).ListRegions(ListRegionsRequest())
    assert [region.name for region in regions.regions] == ["regions/eastus2", "regions/us-west2"]


async def test_each_deployment_answers_for_its_own_record(town: Neighbourhood) -> None:
    """ENV-21; Design Concepts 2: "Each deployment is responsible for its deployment resource in Meta."."""
    name = f"services/{DEVICES}/deployments/eastus2"
    west = await town.start(DEVICES)
    east = await town.start(DEVICES, "eastus2")
    await delete_deployment(town, name)

    async def is_back() -> bool:
        return await town.meta.deployment(name) is not None and "eastus2" in await stored_regions(town, DEVICES)

    await until(is_back)
    await east.stop()
    await until(lambda: west.environment.deployment(DEVICES, "eastus2") is not None)
    await delete_deployment(town, name)
    await until(lambda: west.environment.deployment(DEVICES, "eastus2") is None)
    await asyncio.sleep(0.2)
    assert await town.meta.deployment(name) is None
    assert await stored_regions(town, DEVICES) == ["us-west2"]


async def test_two_watches_go_on_and_there_are_no_more(town: Neighbourhood) -> None:
    """ENV-9, ENV-12; Design Concepts 2: "It must provide a way to obtain real-time updates of what is happening in the
    environment.", "One goroutine keeps running runDeploymentsWatch", "Second goroutine keeps running runServicesWatch",
    "Process changes detected by runServicesWatch.", "Process changes detected by runDeploymentsWatch.", "we need a main
    synchronization loop", "The final goroutine is the main one", "we need services and their regional deployments
    only"."""

    async def watchers() -> int:
        return (await AdminServiceStub(town.channel).GetStatus(GetStatusRequest())).watchers

    async def only_those_of_meta() -> bool:
        return await watchers() == 2

    await until(only_those_of_meta)
    registry = await town.start(DEVICES)
    status = registry.status
    assert (status.services.state, status.deployments.state) == (WatchState.CURRENT, WatchState.CURRENT)
    assert await watchers() == 4
    service = f"services/{DEVICES}"
    async with registry.subscribe() as subscription:
        assert isinstance(await anext(subscription), Snapshot)
        for number in range(5):
            await change_service(town, service, display_name=f"name {number}")
            await change_deployment(town, f"{service}/deployments/us-west2", local_network_id=f"net-{number}")
            seen: set[str] = set()
            while not {f"name {number}", f"net-{number}"} <= seen:
                item = await anext(subscription)
                assert isinstance(item, Changes)
                seen |= {told(change.after) for change in item.changes}
            assert (registry.service.display_name, registry.deployment.local_network_id) == (
                f"name {number}",
                f"net-{number}",
            )


async def test_subscribers_come_and_go_while_it_runs(town: Neighbourhood) -> None:
    """ENV-13; Design Concepts 2: "Attachment of new real-time subscribers.", "When they attach, they must get a
    snapshot of past events.", "Detachment of real-time subscribers."."""
    registry = await town.start(DEVICES)
    deployment = f"services/{DEVICES}/deployments/us-west2"
    early, leaving = registry.subscribe(), registry.subscribe()
    for subscription in (early, leaving):
        await anext(subscription)
    await change_deployment(town, deployment, local_network_id="net-1")
    for subscription in (early, leaving):
        assert isinstance(await anext(subscription), Changes)
    leaving.close()
    late = registry.subscribe()
    past = await anext(late)
    assert isinstance(past, Snapshot)
    assert past.deployments[deployment].local_network_id == "net-1"
    await change_deployment(town, deployment, local_network_id="net-2")
    for subscription in (early, late):
        assert isinstance(await anext(subscription), Changes)
    with pytest.raises(StopAsyncIteration):
        await anext(leaving)
    assert registry.status.subscribers == 2


async def test_the_top_service_is_aware_of_all(town: Neighbourhood, starts: Starts) -> None:
    """ENV-2, ENV-9; Design Concepts 2: "EnvRegistry for top service (like meta.goten.com) is aware of all Services and
    Deployments"."""
    await town.start(IAM)
    await town.start(IAM, "eastus2")
    await town.start(AUDIT, "eastus2")
    top = await starts.start(META_REGISTRATION, RuntimeKind.CONTROLLER)
    assert regions_by_service(top) == {META: {"us-west2"}, IAM: {"us-west2", "eastus2"}, AUDIT: {"eastus2"}}
    await town.start(SHOP, imports={IAM: "v1"})
    await until(lambda: SHOP in top.environment.services and SHOP in top.environment.deployments)


async def test_deployments_are_upgraded_one_by_one(town: Neighbourhood) -> None:
    """UPGRADE-1, ENV-15; Design Concepts 1: "Deployments for a single service do not need to upgrade at once to the new
    version"."""
    for region in ("us-west2", "eastus2"):
        await town.start(IAM, region)
        await town.start(IAM, region, "v2", "v1", generation=2)
    registry = await town.start(DEVICES, imports={IAM: "v1"})
    west = f"services/{IAM}/deployments/us-west2"
    steps: list[tuple[MethodDescriptor[Any, Any], dict[str, Any]]] = [
        (methods.SET_AVAILABLE_UPGRADE, {"target_api_version": "v2", "total_shards_count": 1}),
        (methods.BEGIN_UPGRADE, {}),
        *[(methods.NOTIFY_SHARDS_UPGRADE_READINESS, {"shards_to": 1, "ready": True, "total_shards_count": 1})] * 2,
    ]
    for method, fields in steps:
        await town.meta.call(method, method.request(name=west, **fields))

    def versions() -> dict[str, str]:
        known = registry.environment.deployments_of(IAM)
        return {region: deployment.current_version for region, deployment in known.items()}

    await until(lambda: versions() == {"us-west2": "v2", "eastus2": "v1"})
    for version, region in (("v2", "us-west2"), ("v1", "us-west2"), ("v1", "eastus2")):
        registry.channel(IAM, version, region)
    with pytest.raises(UnknownService):
        registry.channel(IAM, "v2", "eastus2")


# --- the place of Meta itself ----------------------------------------------------------------------------------------


class Gate:
    """Holds back the registration of Meta itself."""

    def __init__(self) -> None:
        self.reached, self.open = asyncio.Event(), asyncio.Event()

    async def save(self, context: Any, descriptor: Any, old: Any, new: Any) -> Any:
        if descriptor is SERVICE:
            self.reached.set()
            await self.open.wait()
        return new


async def test_the_server_of_meta_is_registered_before_it_serves() -> None:
    """ENV-19; Design Concepts 2: "Server instance of meta.goten.com must use local-mode EnvRegistry.", "it can't
    connect to itself via API", "it must succeed in EnvRegistry initialization before running its API server", "Since
    meta is the first service, it is responsible for this resource to be initialized."."""
    gate = Gate()
    app = MetaApp(MetaConfig(region="us-west2", listen="127.0.0.1:0", storage="memory:"), front=[gate])
    starting = asyncio.create_task(app.start())
    try:
        await asyncio.wait_for(gate.reached.wait(), 5)
        async with grpc.aio.insecure_channel(app.address) as channel:
            regions = RegionServiceStub(channel)
            with pytest.raises(grpc.aio.AioRpcError, match="the server is not ready yet"):
                await regions.ListRegions(ListRegionsRequest())
            assert not starting.done()
            gate.open.set()
            await starting
            assert [region.name for region in (await regions.ListRegions(ListRegionsRequest())).regions] == [
                "regions/us-west2"
            ]
        [service], [deployment] = (
            [entry.message for entry in app.store.entries(kind)] for kind in (SERVICE, DEPLOYMENT)
        )
        assert isinstance(service, Service)
        assert isinstance(deployment, Deployment)
        assert (service.name, list(service.multi_region_policy.enabled_regions)) == (f"services/{META}", ["us-west2"])
        assert deployment.public_domain == app.address
        assert app.store.count(RESOURCE) == len(META_REGISTRATION.resources)
    finally:
        gate.open.set()
        await asyncio.gather(starting, return_exceptions=True)
        await app.stop()


@pytest.mark.parametrize("runtime", list(RuntimeKind))
async def test_every_other_service_asks_the_meta_of_its_region(
    town: Neighbourhood, starts: Starts, runtime: RuntimeKind
) -> None:
    """ENV-19; Design Concepts 2: "Each service, except meta.goten.com itself, must connect to the regional meta
    service"."""
    options = EnvRegistryOptions(region="us-west2", deadline=1.0, jitter=0)
    with pytest.raises(RegistrationRefused, match=r"local mode is for the server of meta\.goten\.com alone"):
        await Starter(options, meta_channel=object()).start((IDENTITY_REGISTRATION,), runtime)
    registry = await starts.start(IDENTITY_REGISTRATION, runtime)
    assert registry.status.peer == town.address
    known = registry.environment.deployment(META, "us-west2")
    assert known is not None
    assert known.public_domain == registry.status.peer


async def test_other_processes_of_meta_ask_its_server(town: Neighbourhood, starts: Starts) -> None:
    """ENV-19; Design Concepts 2: "In the primary region, connect to the API server of meta.goten.com in the primary
    region (intra-region)"."""
    before = await town.meta.deployment(f"services/{META}/deployments/us-west2")
    registry = await starts.start(META_REGISTRATION, RuntimeKind.DB_CONTROLLER)
    assert registry.status.peer == town.address
    assert registry.deployment.public_domain == town.address
    assert before == await town.meta.deployment(f"services/{META}/deployments/us-west2")


async def test_the_db_controller_of_the_next_region_registers_in_the_primary_one(
    town: Neighbourhood, starts: Starts
) -> None:
    """ENV-19, ENV-3; Design Concepts 2: "In the secondary region, connect to the API server of meta.goten.com in the
    primary region", "the meta-db-controller in the secondary region registers itself in the primary region
    meta-service", "This way primary region gets the awareness of the next region's creation."."""
    devices = await town.start(DEVICES)
    assert await stored_regions(town, META) == ["us-west2"]
    await starts.start(META_REGISTRATION, RuntimeKind.DB_CONTROLLER, "eastus2", public_domain="127.0.0.1:9002")
    assert await stored_regions(town, META) == ["us-west2", "eastus2"]
    await until(lambda: devices.environment.deployment(META, "eastus2") is not None)
    meta = devices.environment.service(META)
    assert meta is not None
    assert meta.multi_region_policy.default_control_region == "us-west2"
