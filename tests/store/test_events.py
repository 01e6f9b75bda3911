"""What a store tells of changes, at once and later."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from goten.meta.v1.descriptors import REGION, SERVICE
from goten.storage import Compacted, Storage
from goten.store import Applied, ResourceEvent, Store, Transaction
from tests.store.scene import Mirror, delete, region, running, service, write


def brief(events: Sequence[ResourceEvent]) -> list[tuple[int, str]]:
    return [(event.revision, event.name) for event in events]


async def test_listeners_hear_of_a_change_before_the_writer_is_answered(storage: Storage) -> None:
    async with running(storage) as store:
        heard: list[tuple[int, int]] = []
        detach = store.attach(lambda applied: heard.append((applied.revision, store.count(SERVICE))))
        revision = await write(store, service("a"))
        assert heard == [(revision, 1)]
        detach()
        await write(store, service("b"))
        assert len(heard) == 1
        detach()


async def test_a_transaction_is_told_of_as_a_whole(storage: Storage) -> None:
    async with running(storage) as store:
        await write(store, service("old", "1"), service("gone"))
        told: list[Applied] = []
        store.attach(told.append)

        async def body(transaction: Transaction) -> None:
            transaction.put(SERVICE, service("old", "2"))
            transaction.put(SERVICE, service("new"))
            transaction.delete(SERVICE, "services/gone")
            transaction.put(REGION, region("eu"))
            transaction.put_record("i/x", b"1")

        revision = (await store.transact(body, guarded=True))[1]
        assert [applied.revision for applied in told] == [revision]
        services = {event.name: (event.before, event.after) for event in told[0].events[SERVICE.type]}
        assert services == {
            "services/old": (service("old", "1"), service("old", "2")),
            "services/new": (None, service("new")),
            "services/gone": (service("gone"), None),
        }
        assert brief(told[0].events[REGION.type]) == [(revision, "regions/eu")]
        assert {record.key: record.value for record in told[0].records}["i/x"] == b"1"
        assert brief(store.events_after(REGION, revision - 1)) == [(revision, "regions/eu")]


async def test_listeners_may_come_and_go_while_others_hear(storage: Storage) -> None:
    async with running(storage) as store:
        heard: list[str] = []

        def first(_: Applied) -> None:
            heard.append("first")
            detach_second()
            store.attach(lambda applied: heard.append("third"))

        store.attach(first)
        detach_second = store.attach(lambda applied: heard.append("second"))
        await write(store, service("a"))
        await write(store, service("b"))
        assert heard == ["first", "second", "first", "third"]


async def test_events_are_found_by_type_and_revision(storage: Storage) -> None:
    async with running(storage) as store:
        begin = store.revision
        a = await write(store, service("a"))
        await write(store, region("eu"))
        b = await write(store, service("b"), service("c"))
        gone = await delete(store, "a")
        expected = [(a, "services/a"), (b, "services/b"), (b, "services/c"), (gone, "services/a")]
        assert brief(store.events_after(SERVICE, begin)) == expected
        assert brief(store.events_after(SERVICE, a)) == expected[1:]
        assert brief(store.events_after(SERVICE, b)) == expected[3:]
        assert brief(store.events_after(SERVICE, gone)) == []
        assert brief(store.events_after(SERVICE, gone + 100)) == []


async def test_history_is_bounded_over_all_types(storage: Storage) -> None:
    async with running(storage, history=10) as store:
        first = await write(store, region("eu"))
        revisions = [await write(store, service(f"s{number}")) for number in range(30)]
        assert store.history_start == revisions[19]
        assert [event.revision for event in store.events_after(SERVICE, revisions[19])] == revisions[20:]
        assert brief(store.events_after(REGION, revisions[19])) == []
        with pytest.raises(Compacted) as compacted:
            store.events_after(REGION, first)
        assert compacted.value.compacted == revisions[19]


async def test_a_history_of_none_is_possible(storage: Storage) -> None:
    async with running(storage, history=0) as store:
        revision = await write(store, service("a"))
        assert store.history_start == revision
        assert brief(store.events_after(SERVICE, revision)) == []
        with pytest.raises(Compacted):
            store.events_after(SERVICE, revision - 1)


async def test_long_histories_keep_their_order_when_the_oldest_are_dropped(storage: Storage) -> None:
    async with running(storage, history=1_500) as store:
        for start in range(0, 4_500, 100):
            await write(store, *(service(f"s{start + number}") for number in range(100)))
        events = store.events_after(SERVICE, store.history_start)
        assert 1_400 <= len(events) <= 1_500
        assert brief(events) == sorted(brief(events), key=lambda event: event[0])
        assert events[-1].revision == store.revision


async def test_deleting_what_is_not_there_is_no_event(storage: Storage) -> None:
    async with running(storage) as store:
        mirror = Mirror(store)

        async def body(transaction: Transaction) -> None:
            transaction.delete(SERVICE, "services/none")
            transaction.put(REGION, region("eu"))

        await store.transact(body)
        assert SERVICE.type not in mirror.told[-1].events


class Times:
    """Time in seconds since 1970, set by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def times(store: Store) -> list[float]:
    return [event.time for event in store.events_after(SERVICE, store.history_start)]


async def test_the_time_of_a_change_is_its_update_time(storage: Storage) -> None:
    """FEED-13; where the resource does not say when, it is the time at which the store was told."""
    now = Times()
    async with running(storage, now=now) as store:
        now.now = 2_000.0
        await write(store, service("a", updated=1_500.25))
        await write(store, service("a", "left alone", updated=1_500.25))
        now.now = 3_000.0
        await delete(store, "a")
        await write(store, service("b"))
        assert times(store) == [1_500.25, 2_000.0, 3_000.0, 3_000.0]


async def test_times_never_fall_and_are_never_in_the_future(storage: Storage) -> None:
    now = Times()
    async with running(storage, now=now) as store:
        await write(store, service("a", updated=900.0))
        await write(store, service("b", updated=99_000.0))
        await write(store, service("c", updated=500.0))
        now.now = 900.0
        await delete(store, "a")
        assert times(store) == [900.0, 1_000.0, 1_000.0, 1_000.0]


async def test_after_a_restart_a_change_without_a_time_has_that_of_the_next(storage: Storage) -> None:
    now = Times()
    async with running(storage, now=now) as store:
        now.now = 5_000.0
        await write(store, service("a", updated=1_000.0))
        await delete(store, "a")
        await write(store, service("b", updated=3_000.0))
        await write(store, service("c", updated=2_000.0))
        await delete(store, "b")
    now.now = 6_000.0
    async with running(storage, now=now) as store:
        assert times(store) == [1_000.0, 3_000.0, 3_000.0, 3_000.0, 6_000.0]
        assert store.history_time == 0.0


async def test_the_time_since_when_all_events_are_known(storage: Storage) -> None:
    now = Times()
    async with running(storage, now=now, history=2) as store:
        assert store.history_time == 0.0
        for number in range(4):
            now.now = 1_000.0 + number
            await write(store, service(f"s{number}"))
        assert store.history_time == 1_001.0
        assert times(store) == [1_002.0, 1_003.0]
