"""Holders out of the own store: what StoreHolders gives a PolicyStore (STORE-7)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from identity.proto.v1 import project_pb2 as project_v1_pb2
from identity.proto.v2 import project_pb2
from identity_example_com.v1 import descriptors as v1
from identity_example_com.v2 import descriptors as v2
from identity_example_com.v2.service import SERVICE as IDENTITY

from goten.channels import StaticChannelProvider
from goten.meta.v1.descriptors import SERVICE
from goten.meta.v1.names import ServiceName
from goten.meta.v1.service import SERVICE as META
from goten.policy_sources import HolderChanges, own_source
from goten.policy_store import HolderNotFound, PolicyStore
from goten.server.versions import ServedVersion
from goten.storage import MemoryStorage, Storage, StorageUnavailable
from goten.store import NotStored, Store, StoreHolders, Transaction
from tests.store.scene import Breakable, delete, region, running, service, write

Batch = HolderChanges[Any, Any]


@asynccontextmanager
async def watching(
    store: Store, resume_point: str | None = None, holders: StoreHolders | None = None
) -> AsyncIterator[AsyncGenerator[Batch, None]]:
    """A watch of services, closed at the end of the block."""
    watch = cast("AsyncGenerator[Batch, None]", (holders or StoreHolders(store)).watch(SERVICE, resume_point))
    try:
        yield watch
    finally:
        await watch.aclose()


async def read(watch: AsyncIterator[Batch]) -> Batch:
    async with asyncio.timeout(5):
        return await anext(watch)


def ids(batch: Batch) -> list[str]:
    """The services that a batch tells of, in order; those that are gone with a minus."""
    return [f"{'-' if change.message is None else ''}{change.name.service_id}" for change in batch.changes]


async def test_get_has_what_was_acknowledged(storage: Storage) -> None:
    async with running(storage) as store:
        holders = StoreHolders(store)
        name = ServiceName.parse("services/s-a")
        assert await holders.get(SERVICE, name) is None
        await write(store, service("s-a", "A"))
        assert await holders.get(SERVICE, name) == service("s-a", "A")
        await delete(store, "s-a")
        assert await holders.get(SERVICE, name) is None


async def test_a_watch_begins_with_all_and_goes_on_with_changes(storage: Storage) -> None:
    """STORE-7"""
    async with running(storage) as store:
        await write(store, service("s-b"), service("s-a"), region("eu"))
        async with watching(store) as watch:
            first = await read(watch)
            assert (ids(first), first.reset, first.is_current) == (["s-a", "s-b"], True, True)
            await write(store, service("s-c"))
            await delete(store, "s-a")
            news = await read(watch)
            while len(news.changes) < 2:
                news = HolderChanges(changes=(*news.changes, *(await read(watch)).changes), is_current=True)
            assert (ids(news), news.reset, news.is_current) == (["s-c", "-s-a"], False, True)
            waiting = asyncio.ensure_future(anext(watch))
            await write(store, region("us"))
            await asyncio.sleep(0.01)
            assert not waiting.done(), "other types are not told of"
            await write(store, service("s-d"))
            assert ids(await waiting) == ["s-d"]


async def test_a_watch_goes_on_from_its_resume_point(storage: Storage) -> None:
    """STORE-13"""
    async with running(storage) as store:
        await write(store, service("s-a"), service("s-b"))
        async with watching(store) as watch:
            point = (await read(watch)).resume_point
        async with watching(store, point) as watch:
            nothing = await read(watch)
            assert (ids(nothing), nothing.reset, nothing.is_current) == ([], False, True)
        await delete(store, "s-b")
        await write(store, service("s-a", "new"))
        async with watching(store, point) as watch:
            later = await read(watch)
            assert (ids(later), later.reset) == (["-s-b", "s-a"], False)


async def test_a_resume_point_that_does_not_fit_leads_to_a_snapshot(storage: Storage) -> None:
    """STORE-13: another store, a future, and what is no point at all."""
    other = MemoryStorage()
    await other.start()
    async with running(storage) as store, running(other) as elsewhere:
        await write(elsewhere, service("s-x"))
        async with watching(elsewhere) as watch:
            foreign = (await read(watch)).resume_point
        await write(store, service("s-a"))
        async with watching(store) as watch:
            own = (await read(watch)).resume_point
        assert own is not None
        for point in (foreign, f"{own}000", "nonsense", own.partition("/")[0], "/1", ""):
            async with watching(store, point) as watch:
                batch = await read(watch)
                assert (ids(batch), batch.reset) == (["s-a"], True)
    await other.stop()


async def test_a_history_that_is_gone_leads_to_a_snapshot(storage: Storage) -> None:
    """STORE-13"""
    async with running(storage) as store:
        await write(store, service("s-a"))
        async with watching(store) as watch:
            point = (await read(watch)).resume_point
            await write(store, service("s-b"))
            await store.compact(store.revision)
            batch = await read(watch)
            assert (ids(batch), batch.reset, batch.is_current) == (["s-a", "s-b"], True, True)
        async with watching(store, point) as watch:
            assert (await read(watch)).reset


async def test_other_types_do_not_make_a_watch_old(storage: Storage) -> None:
    """STORE-7: a snapshot only where something of its own was missed."""
    async with running(storage, history=3) as store:
        await write(store, service("s-a"))
        async with watching(store) as watch:
            await read(watch)
            waiting = asyncio.ensure_future(anext(watch))
            for number in range(10):
                await write(store, region(f"r{number}"))
            await write(store, service("s-b"))
            batch = await waiting
            assert (ids(batch), batch.reset) == (["s-b"], False)
            for number in range(10):
                await write(store, service(f"s{number:02}"))
            batch = await read(watch)
            assert batch.reset, "this reader was too slow"
            assert len(batch.changes) == 12


@pytest.mark.parametrize("how", ["stopped", "failed"])
async def test_a_watch_does_not_outlive_its_store(how: str) -> None:
    inner = MemoryStorage()
    storage = Breakable(inner)
    await storage.start()
    async with running(storage) as store, watching(store) as watch:
        await read(watch)
        waiting = asyncio.ensure_future(anext(watch))
        await asyncio.sleep(0.01)
        if how == "stopped":
            await store.stop()
        else:
            await storage.break_with(StorageUnavailable("the storage", "broken", "mend it"))
        with pytest.raises(StorageUnavailable):
            await asyncio.wait_for(waiting, 5)
    await storage.stop()


async def test_a_cancelled_watch_leaves_nothing(storage: Storage) -> None:
    async with running(storage) as store:
        before = asyncio.all_tasks()

        async def follow() -> None:
            async for _ in StoreHolders(store).watch(SERVICE):
                pass

        task = asyncio.create_task(follow())
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task])
        assert asyncio.all_tasks() == before


# --- in another version than it is stored -----------------------------------------------------------------------------


def down(stored: project_pb2.Project) -> project_v1_pb2.Project:
    return project_v1_pb2.Project(
        name=stored.name, title=stored.display_name, multi_region_policy=stored.multi_region_policy
    )


PROJECT = ServedVersion(v1.PROJECT, v2.PROJECT, down=down)


async def put_project(store: Store, *regions: str) -> None:
    async def body(transaction: Transaction) -> None:
        project = project_pb2.Project(name="projects/p1", display_name="One")
        project.multi_region_policy.enabled_regions.extend(regions)
        transaction.put(v2.PROJECT, project)

    await store.transact(body)


async def test_holders_are_had_in_the_version_that_is_asked_for(storage: Storage) -> None:
    """METHOD-13"""
    async with running(storage, descriptors=[v2.PROJECT]) as store:
        await put_project(store, "eu")
        name = v1.PROJECT.name.parse("projects/p1")
        with pytest.raises(NotStored):
            await StoreHolders(store).get(v1.PROJECT, name)
        holders = StoreHolders(store, [PROJECT])
        found = await holders.get(v1.PROJECT, name)
        assert found is not None
        assert found.title == "One"
        watch = holders.watch(v1.PROJECT)
        [change] = (await read(watch)).changes
        assert change.name == name
        assert change.message == found
        await cast("AsyncGenerator[Batch, None]", watch).aclose()


async def test_a_name_that_the_version_does_not_have_is_not_told_of(storage: Storage) -> None:
    """METHOD-13"""
    account = ServedVersion(v1.SERVICE_ACCOUNT, v2.SERVICE_ACCOUNT)
    below = ("organizations/o1", "organizations/o1/folders/f1")

    async def body(transaction: Transaction) -> None:
        for parent in below:
            transaction.put(v2.SERVICE_ACCOUNT, v2.SERVICE_ACCOUNT.message(name=f"{parent}/serviceAccounts/robot"))

    async with running(storage, descriptors=[v2.SERVICE_ACCOUNT]) as store:
        await store.transact(body)
        watch = StoreHolders(store, [account]).watch(v1.SERVICE_ACCOUNT)
        assert [str(change.name) for change in (await read(watch)).changes] == [f"{below[0]}/serviceAccounts/robot"]
        await cast("AsyncGenerator[Batch, None]", watch).aclose()


async def test_a_policy_store_follows_its_own_store(storage: Storage) -> None:
    """STORE-7, STORE-13: what was acknowledged is the answer, by watch."""
    own = (v2.FOLDER, v2.ORGANIZATION, v2.PROJECT)
    async with running(storage, descriptors=[*own, SERVICE]) as store:
        holders = StoreHolders(store)
        async with StaticChannelProvider({}) as channels:
            policies = PolicyStore(IDENTITY, channels)
            for holder in own:
                policies.add(own_source(IDENTITY, holder, holders))
            policies.add(own_source(META, SERVICE, holders))
            async with policies:
                name = "projects/p1/roles/viewer"
                with pytest.raises(HolderNotFound):
                    await policies.policy_for(name)
                for regions in (("eu",), ("eu", "us")):
                    await put_project(store, *regions)
                    async with asyncio.timeout(5):
                        while (found := await _policy_of(policies, name)) != regions:
                            assert found in ((), ("eu",))
                            await asyncio.sleep(0.001)


async def _policy_of(policies: PolicyStore, name: str) -> tuple[str, ...]:
    try:
        policy = await policies.policy_for(name)
    except HolderNotFound:
        return ()
    assert policy is not None
    return policy.enabled_regions
