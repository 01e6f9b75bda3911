"""Writing through the middlewares without gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from catalog.proto.v1.category_pb2 import Category
from catalog_example_com.v1 import descriptors as catalog
from device_management.proto.v1.device_pb2 import Device
from device_management.proto.v1.group_pb2 import Group
from devices_example_com.v1 import descriptors as devices

from goten.names import ResourceName
from goten.policy import Policy
from goten.policy_context import PolicyRefusalCode, PolicyRefused, use_policy
from goten.policy_guard import PolicyGuard
from goten.server.metadata_upkeep import MetadataUpkeep
from goten.server.saving import MovedBySave, Saver, Saving
from goten.store import Store
from goten.store_middleware import MiddlewareChain, SaveContext, SaveTransaction
from tests.server.scene import running_store

D1 = "projects/p1/regions/us-west2/devices/d-1"
G1 = "projects/p1/groups/g1"
PROJECT = "//devices.example.com/projects/p1"
POLICY = Policy(("us-west2",), "us-west2")
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)

Save = Callable[[SaveContext, Any, Any, Any], Awaitable[Any]]


class Rule:
    """A middleware made of a function; it records what it saw."""

    def __init__(self, save: Save | None = None) -> None:
        self._save = save
        self.seen: list[tuple[str | None, str | None]] = []
        self.contexts: list[SaveContext] = []

    async def save(self, context: SaveContext, descriptor: Any, old: Any, new: Any) -> Any:
        self.seen.append((getattr(old, "title", None), getattr(new, "title", None)))
        self.contexts.append(context)
        return new if self._save is None else await self._save(context, descriptor, old, new)


class Resolver:
    """Knows the policy of one project, and records for which names it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def policy_for(self, name: ResourceName) -> Policy | None:
        self.asked.append(str(name))
        return POLICY if str(name.holder) == "projects/p1" else None


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with running_store([devices.DEVICE, devices.GROUP, catalog.CATEGORY]) as store:
        yield store


def saver(store: Store, *middlewares: Any, **options: Any) -> Saver:
    options = {"service": "devices.example.com", "clock": lambda: NOW, **options}
    return Saver(store, MiddlewareChain(middlewares), **options)


def title(store: Store, name: str = D1) -> str | None:
    entry = store.get(devices.DEVICE, name)
    return None if entry is None else entry.message.title  # type: ignore[attr-defined]


async def test_every_write_passes_the_chain(store: Store) -> None:
    rule = Rule()
    saving = saver(store, rule)

    async def write(transaction: SaveTransaction) -> str:
        saved = await transaction.save(devices.DEVICE, Device(name=f"//devices.example.com/{D1}", title="a"))
        assert saved == Device(name=D1, title="a")
        await transaction.save(devices.DEVICE, Device(name=D1, title="b"))
        return "done"

    assert await saving.transact(write, caller="iam.example.com") == "done"
    assert rule.seen == [(None, "a"), ("a", "b")]
    assert title(store) == "b"
    context = rule.contexts[0]
    assert (context.service, context.time, context.caller) == ("devices.example.com", NOW, "iam.example.com")

    async def delete(transaction: SaveTransaction) -> list[bool]:
        return [await transaction.delete(devices.DEVICE, name) for name in (f"//devices.example.com/{D1}", D1)]

    assert await saving.transact(delete) == [True, False]
    assert rule.seen[2:] == [("b", None)]
    assert title(store) is None


async def test_rules_write_other_resources_in_the_same_transaction(store: Store) -> None:
    async def save_group(context: SaveContext, descriptor: Any, old: Any, new: Any) -> Any:
        transaction = context.transaction
        if descriptor is devices.DEVICE and new is not None:
            await transaction.save(devices.GROUP, Group(name=G1, title=new.title))
            transaction.put(devices.GROUP, Group(name="projects/p1/groups/past", title="past the chain"))
            transaction.put_record("i/test", b"1")
        elif descriptor is devices.DEVICE:
            await transaction.delete(devices.GROUP, G1)
            transaction.remove(devices.GROUP, "projects/p1/groups/past")
            transaction.delete_record("i/test")
        return new

    rule = Rule(save_group)
    saving = saver(store, rule)

    async def write(transaction: SaveTransaction) -> list[str]:
        await transaction.save(devices.DEVICE, Device(name=D1, title="a"))
        assert await transaction.get_record("i/test") == b"1"
        return [group.title for group in await transaction.list(devices.GROUP, "projects/p1/")]

    assert await saving.transact(write) == ["a", "past the chain"]
    assert rule.seen == [(None, "a"), (None, "a")]
    revisions = {entry.mod_revision for entry in store.entries(devices.GROUP)}
    device = store.get(devices.DEVICE, D1)
    assert device is not None
    assert revisions == {device.mod_revision}
    assert store.record("i/test") is not None

    async def delete(transaction: SaveTransaction) -> bool:
        return await transaction.delete(devices.DEVICE, D1)

    await saving.transact(delete)
    assert store.count(devices.GROUP) == 0
    assert store.record("i/test") is None


async def test_a_refusal_leaves_nothing(store: Store) -> None:
    async def refuse(context: SaveContext, descriptor: Any, old: Any, new: Any) -> Any:
        if new.title == "bad":
            raise PermissionError("bad")
        return new

    async def write(transaction: SaveTransaction) -> None:
        transaction.on_committed(unexpected)
        await transaction.save(devices.DEVICE, Device(name=D1, title="good"))
        await transaction.save(devices.DEVICE, Device(name=D1.replace("d-1", "d-2"), title="bad"))

    async def unexpected(revision: int) -> None:
        raise AssertionError

    with pytest.raises(PermissionError):
        await saver(store, Rule(refuse)).transact(write)
    assert title(store) is None


async def test_callbacks_come_after_the_commit_and_before_the_answer(store: Store) -> None:
    told: list[tuple[int, str | None]] = []

    async def tell(revision: int) -> None:
        await asyncio.sleep(0)
        told.append((revision, title(store)))

    async def write(transaction: SaveTransaction) -> None:
        transaction.on_committed(tell)
        await transaction.save(devices.DEVICE, Device(name=D1, title="a"))

    saving = saver(store)
    await saving.transact(write)
    assert told == [(store.revision, "a")]
    await saving.transact(write)
    assert told == [(store.revision, "a")] * 2


async def test_only_the_attempt_that_was_committed_calls_back(store: Store) -> None:
    saving = saver(store)
    told: list[str] = []
    attempts = 0

    async def write(transaction: SaveTransaction) -> None:
        nonlocal attempts
        attempts += 1
        number = f"attempt {attempts}"
        before = await transaction.get(devices.DEVICE, D1)
        transaction.on_committed(lambda revision: tell(number))
        if attempts == 1:
            await saving.transact(other)
        await transaction.save(devices.DEVICE, Device(name=D1, title=f"after {getattr(before, 'title', None)}"))

    async def other(transaction: SaveTransaction) -> None:
        await transaction.save(devices.DEVICE, Device(name=D1, title="other"))

    async def tell(number: str) -> None:
        told.append(number)

    await saving.transact(write)
    assert (told, title(store)) == (["attempt 2"], "after other")


async def test_a_write_that_changes_nothing_passes_the_chain_and_is_not_stored(store: Store) -> None:
    """METHOD-10"""
    rule = Rule()
    saving = saver(store, rule, MetadataUpkeep())

    async def write(transaction: SaveTransaction) -> Device:
        return await transaction.save(devices.DEVICE, Device(name=D1, title="a"))

    first = await saving.transact(write)
    revision = store.revision
    assert await saving.transact(write) == first
    assert store.revision == revision
    assert len(rule.seen) == 2


async def test_policies_are_asked_for_exactly_what_is_written(store: Store) -> None:
    resolver = Resolver()
    rule = Rule()
    saving = saver(store, PolicyGuard(), rule, policies=resolver)

    async def write(transaction: SaveTransaction) -> None:
        await transaction.save(devices.DEVICE, Device(name=D1))
        await transaction.save(devices.GROUP, Group(name=G1))

    await saving.transact(write)
    assert resolver.asked == [D1, G1]
    assert [dict(context.policies) for context in rule.contexts] == [{PROJECT: POLICY}] * 2

    async def write_elsewhere(transaction: SaveTransaction) -> None:
        await transaction.save(devices.DEVICE, Device(name=D1.replace("p1", "p2")))

    with pytest.raises(PolicyRefused) as refused:
        await saving.transact(write_elsewhere)
    assert refused.value.code is PolicyRefusalCode.NO_POLICY


async def test_policies_of_the_context_come_first(store: Store) -> None:
    resolver = Resolver()
    rule = Rule()
    saving = saver(store, rule, policies=resolver)
    narrower = Policy(("eu-west1",), "eu-west1")

    async def write(transaction: SaveTransaction) -> None:
        await transaction.save(devices.DEVICE, Device(name=D1))

    with use_policy(PROJECT, narrower):
        await saving.transact(write)
    assert resolver.asked == []
    assert rule.contexts[0].policies[PROJECT] == narrower


async def test_guarded_transactions_take_turns(store: Store) -> None:
    saving = saver(store)
    inside = 0
    most = 0

    async def write(transaction: SaveTransaction) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0)
        count = len(await transaction.list(devices.DEVICE))
        transaction.put(devices.DEVICE, Device(name=D1.replace("d-1", f"d-{count}")))
        inside -= 1

    await asyncio.gather(*(saving.transact(write, guarded=True) for _ in range(8)))
    assert (most, store.count(devices.DEVICE)) == (1, 8)


async def test_a_middleware_must_not_move_a_resource(store: Store) -> None:
    async def move(context: SaveContext, descriptor: Any, old: Any, new: Any) -> Any:
        new.name = "categories/other"
        return new

    async def write(saving: Saving) -> None:
        await saving.save(catalog.CATEGORY, Category(name="categories/c1"))

    with pytest.raises(MovedBySave, match="changed the name categories/c1 to 'categories/other'"):
        await saver(store, Rule(move)).transact(write)


def test_a_save_without_transaction_says_so() -> None:
    context = SaveContext(service="x", policies={}, time=NOW)
    with pytest.raises(RuntimeError, match="this save has no transaction to get in"):
        _ = context.transaction.get
