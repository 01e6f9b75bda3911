"""The program of docs/tour-policy-store.md: whose policy governs a name, and what follows, while policies change."""

from __future__ import annotations

import asyncio
import sys

import grpc.aio
from identity.proto.v1 import project_pb2, project_service_pb2, project_service_pb2_grpc
from identity_example_com.v1.descriptors import SERVICE_ACCOUNT
from identity_example_com.v1.names import ServiceAccountName
from identity_example_com.v1.policy_store import register_policy_sources
from identity_example_com.v1.service import SERVICE

from goten.channels import StaticChannelProvider
from goten.policy_store import GoverningPolicies, HolderNotFound, PolicyStore
from goten.service_policies import StaticServicePolicies
from goten.syncing import SyncingError, compute_syncing
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy
from goten.watch import CHANNEL_OPTIONS

ROBOT = "projects/p1/regions/us-west2/serviceAccounts/robot"


async def main(address: str) -> None:
    # Names of identity.example.com can be below services of Meta, for which a standalone server stands in.
    servers = {"identity.example.com": address, "meta.goten.com": address}
    async with StaticChannelProvider(servers, options=CHANNEL_OPTIONS) as channels:
        identity = channels.channel("identity.example.com", "v1")
        await set_regions(identity, "projects/p1", "us-west2", "eastus2")
        store = PolicyStore(SERVICE, channels)
        register_policy_sources(store)
        async with store:
            for source in store.sources:
                print(f"{source.source}: {source.feed.state}")
            await show_answers(store)
            await show_syncing(store)
            await show_change(store, identity)


async def set_regions(channel: grpc.aio.Channel, project: str, *regions: str) -> None:
    """Creates a project, or changes its policy; the first region is its control region."""
    policy = MultiRegionPolicy(enabled_regions=regions, default_control_region=regions[0])
    request = project_service_pb2.UpdateProjectRequest(
        project=project_pb2.Project(name=project, multi_region_policy=policy), allow_missing=True
    )
    await project_service_pb2_grpc.ProjectServiceStub(channel).UpdateProject(request)


async def show_answers(store: PolicyStore) -> None:
    policy = await store.policy_for(ROBOT)
    assert policy is not None
    print(f"{ROBOT}: {', '.join(policy.enabled_regions)}")
    try:
        await store.policy_for("projects/p2/roles/viewer")
    except HolderNotFound as error:
        print(error)
    print("users/ada@example.com:", await store.policy_for("users/ada@example.com"))

    whole_service = MultiRegionPolicy(enabled_regions=["eastus2", "us-west2", "westeurope"])
    governing = GoverningPolicies(store, StaticServicePolicies({"identity.example.com": whole_service}))
    policy = await governing.policy_for("users/ada@example.com")
    assert policy is not None
    print(f"users/ada@example.com, by its service: {', '.join(policy.enabled_regions)}")


async def show_syncing(store: PolicyStore) -> None:
    name = ServiceAccountName.parse(ROBOT)
    try:
        syncing = compute_syncing(SERVICE_ACCOUNT, name, await store.policy_for(name), None)
    except SyncingError as error:
        print(error)
    else:
        print(f"owned by {syncing.owning_region}, held by {', '.join(syncing.regions)}")


async def show_change(store: PolicyStore, identity: grpc.aio.Channel) -> None:
    policy = before = await store.policy_for(ROBOT)
    await set_regions(identity, "projects/p1", "eastus2")
    while policy == before:
        await asyncio.sleep(0.001)
        policy = await store.policy_for(ROBOT)
    assert policy is not None
    print(f"{ROBOT}: {', '.join(policy.enabled_regions)}")
    await show_syncing(store)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
