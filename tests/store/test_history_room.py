"""How much of the past a store holds in memory."""

from __future__ import annotations

import pytest

from goten.meta.v1.descriptors import SERVICE
from goten.storage import Compacted, Storage
from tests.store.scene import running, service, write


async def test_large_resources_leave_room_for_fewer_events(storage: Storage) -> None:
    """FEED-7: who asks for what is not held is told so, after a start too."""
    async with running(storage, history_bytes=100_000) as store:
        revisions = [await write(store, service("a", f"{number}" * 10_000)) for number in range(10, 60)]
        small = [await write(store, service("b", "x")) for _ in range(3)]
        held = store.events_after(SERVICE, store.history_start)
        assert [event.revision for event in held] == [*revisions[-4:], *small]
        with pytest.raises(Compacted):
            store.events_after(SERVICE, store.history_start - 1)
    async with running(storage, history_bytes=100_000) as store:
        again = store.events_after(SERVICE, store.history_start)
        assert [event.revision for event in again] == [event.revision for event in held]


async def test_the_last_event_is_held_however_large_it_is(storage: Storage) -> None:
    async with running(storage, history_bytes=1_000) as store:
        await write(store, service("a", "x"))
        revision = await write(store, service("a", "y" * 50_000))
        assert [event.revision for event in store.events_after(SERVICE, revision - 1)] == [revision]
        assert store.history_start == revision - 1
