"""What STATEFUL watchers are sent: a page, and how it changes."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from goten.meta.v1 import descriptors as meta
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.region_pb2 import Region
from goten.query import select_page
from goten.query.order import parse_order
from goten.server.watching.snapshot import SCANNED_AT_ONCE
from goten.types import view_pb2
from tests.server.watching.rig import Rig, Stream, deployment, name_of, running_rig


def told(response: Any) -> list[str]:
    """Changes as `+a0`, `-a0`, `a0>1`, with their indexes."""
    found = []
    for change in response.deployment_changes:
        kind = change.WhichOneof("change_type")
        held = getattr(change, kind)
        if kind == "removed":
            found.append(f"-{_id(held.name)}{held.view_index}")
        elif kind == "added":
            found.append(f"+{_id(held.deployment.name)}{held.view_index}")
        else:
            assert kind == "modified"
            assert held.name == held.deployment.name
            found.append(f"{_id(held.name)}{held.previous_view_index}>{held.view_index}")
    return found


def _id(name: str) -> str:
    return name.rpartition("/")[2]


async def read(stream: Stream) -> list[str]:
    """The changes of the only response that comes."""
    [response] = await stream.read_all()
    assert response.is_current
    return told(response)


async def test_a_page_then_its_boundary() -> None:
    """FEED-14: no token, no size."""
    async with running_rig() as rig:
        await rig.put(*map(deployment, "cab"))
        async with rig.watch_pages() as stream:
            [response] = await stream.read_all()
            assert told(response) == ["+a0", "+b1", "+c2"]
            assert (response.is_current, response.snapshot_size, response.resume_token) == (True, -1, "")


async def test_an_empty_page() -> None:
    """FEED-14."""
    async with running_rig() as rig, rig.watch_pages() as stream:
        assert await read(stream) == []
        await rig.put(deployment("a"))
        assert await read(stream) == ["+a0"]


async def test_coming_changing_and_going() -> None:
    """FEED-14, FEED-15."""
    async with running_rig() as rig:
        await rig.put(*map(deployment, "bd"))
        async with rig.watch_pages() as stream:
            await stream.read_all()
            await rig.put(deployment("c"))
            assert await read(stream) == ["+c1"]
            await rig.put(deployment("b", region="r"))
            assert await read(stream) == ["b0>0"]
            await rig.remove(name_of("b"))
            assert await read(stream) == ["-b0"]


async def test_moving_in_an_order() -> None:
    """FEED-15."""
    async with running_rig() as rig:
        await rig.put(*(deployment(id, region=f"r{place}") for place, id in enumerate("abcd")))
        async with rig.watch_pages(order_by="region desc") as stream:
            assert await read(stream) == ["+d0", "+c1", "+b2", "+a3"]
            await rig.put(deployment("d", region="a"))
            assert await read(stream) == ["d0>3"]
            await rig.put(deployment("a", region="z"), deployment("b", region="zz"))
            assert await read(stream) == ["b1>0", "a2>1"]


async def test_pushed_out_of_the_page_and_moved_into_it() -> None:
    """FEED-14."""
    async with running_rig() as rig:
        await rig.put(*map(deployment, "bcd"))
        async with rig.watch_pages(page_size=2) as stream:
            assert await read(stream) == ["+b0", "+c1"]
            await rig.put(deployment("a"))
            assert await read(stream) == ["-c1", "+a0"]
            await rig.remove(name_of("a"))
            assert await read(stream) == ["-a0", "+c1"]
            await rig.put(deployment("e"))
            assert await stream.poll() is None


async def test_a_filter() -> None:
    async with running_rig() as rig:
        await rig.put(deployment("a", region="r"), deployment("b", region="s"))
        async with rig.watch_pages(filter='region = "r"') as stream:
            assert await read(stream) == ["+a0"]
            await rig.put(deployment("a", region="s"), deployment("b", region="r"))
            assert await read(stream) == ["-a0", "+b0"]


async def test_a_mask() -> None:
    """FEED-9, FEED-14: a change that is not in the mask is not sent, unless the resource moved."""
    async with running_rig() as rig:
        await rig.put(deployment("a", region="r1"), deployment("b", region="r2"))
        watched = rig.watch_pages(view=view_pb2.NAME, mask=["private_domain"], order_by="region")
        async with watched as stream:
            assert await read(stream) == ["+a0", "+b1"]
            await rig.put(deployment("b", region="r3"))
            assert await stream.poll() is None
            await rig.put(deployment("b", region="r3", private_domain="p"))
            assert await read(stream) == ["b1>1"]
            await rig.put(deployment("a", region="r4"))
            [response] = await stream.read_all()
            assert told(response) == ["a0>1"]
            assert response.deployment_changes[0].modified.deployment == deployment("a")


async def test_page_tokens_are_told_when_they_change() -> None:
    """FEED-16."""
    async with running_rig() as rig:
        await rig.put(*map(deployment, "ab"))
        async with rig.watch_pages(page_size=2) as stream:
            [response] = await stream.read_all()
            assert not response.HasField("page_token_change")
            await rig.put(deployment("c"))
            [response] = await stream.read_all()
            assert told(response) == []
            next_page = response.page_token_change.next_page_token
            assert next_page
            assert response.page_token_change.prev_page_token == ""
            await rig.put(deployment("a", region="r"))
            [response] = await stream.read_all()
            assert not response.HasField("page_token_change")
            async with rig.watch_pages(page_size=2, page_token=next_page) as second:
                [response] = await second.read_all()
                assert told(response) == ["+c0"]
                assert response.page_token_change.prev_page_token
            await rig.remove(name_of("c"))
            [response] = await stream.read_all()
            assert response.HasField("page_token_change")
            assert response.page_token_change.next_page_token == ""


async def test_pages_in_chunks() -> None:
    """FEED-4: the boundary comes with the last of them."""
    async with running_rig() as rig:
        await rig.put(*map(deployment, "abc"))
        async with rig.watch_pages(max_chunk_size=2) as stream:
            first, second = await stream.read_all()
            assert (told(first), first.is_current, first.snapshot_size) == (["+a0", "+b1"], False, -1)
            assert (told(second), second.is_current) == (["+c2"], True)


async def test_bookmarks() -> None:
    """FEED-11, FEED-14."""
    async with running_rig() as rig, rig.watch_pages() as stream:
        await stream.read_all()
        assert await stream.poll() is None
        await rig.clock.advance(25)
        assert await read(stream) == []


async def test_it_needs_no_history() -> None:
    """FEED-12, FEED-14: however slow, it gets the page as it is."""
    async with running_rig(history=2) as rig:
        await rig.put(*map(deployment, "abc"))
        async with rig.watch_pages(max_chunk_size=1, page_size=3) as stream:
            await stream.read()
            for number in range(10):
                await rig.put(deployment("a", region=f"r{number}"), Region(name=f"regions/r{number}"))
            await rig.remove(name_of("b"))
            sent = [line for response in await stream.read_all() for line in told(response)]
            assert sent == ["+b1", "+c2", "-b1", "a0>0"]


async def test_others_get_a_turn_while_a_large_collection_is_sorted() -> None:
    async with running_rig() as rig:
        count = SCANNED_AT_ONCE + 10
        for start in range(0, count, 100):
            await rig.put(*(deployment(f"d{number:05}") for number in range(start, min(start + 100, count))))
        async with rig.watch_pages(page_size=1) as stream, rig.watch_pages(page_size=2) as other:
            assert await read(stream) == ["+d000000"]
            assert await read(other) == ["+d000000", "+d000011"]


ORDERS = ["", "region", "region desc", "is_disabled, region desc, name desc"]


class Page:
    """A client that does each change by its indexes alone."""

    def __init__(self) -> None:
        self.items: list[Deployment] = []

    def take(self, responses: Sequence[Any]) -> None:
        for response in responses:
            for change in response.deployment_changes:
                self._do(change)

    def _do(self, change: Any) -> None:
        kind = change.WhichOneof("change_type")
        if kind == "added":
            self.items.insert(change.added.view_index, change.added.deployment)
        elif kind == "removed":
            assert self.items.pop(change.removed.view_index).name == change.removed.name
        else:
            modified = change.modified
            assert self.items.pop(modified.previous_view_index).name == modified.name
            self.items.insert(modified.view_index, modified.deployment)


def expected_page(rig: Rig, order_by: str, size: int, token: str) -> list[Any]:
    """What a List would show."""
    order = parse_order(order_by, Deployment)
    messages: dict[str, Any] = {entry.name: entry.message for entry in rig.store.entries(meta.DEPLOYMENT)}
    matching = {name: message for name, message in messages.items() if message.region != "r0"}
    rows: list[Any] = sorted(
        name if order.by_name else (order.key(message), name) for name, message in matching.items()
    )
    return [messages[name] for name in select_page(order, rows, page_size=size, page_token=token).names]


async def write_something(rig: Rig, random: Random) -> None:
    ids = random.sample("abcdefgh", random.randint(1, 3))
    if random.random() < 0.3:
        await rig.remove(*map(name_of, ids))
    else:
        await rig.put(
            *(deployment(id, region=f"r{random.randint(0, 3)}", is_disabled=random.random() < 0.5) for id in ids)
        )


@pytest.mark.parametrize("seed", range(20))
async def test_a_page_is_always_that_of_a_list(seed: int) -> None:
    """FEED-14, FEED-15: whatever the order, the place and the pace."""
    random = Random(seed)
    async with running_rig(history=random.choice([3, 1000])) as rig:
        for _ in range(5):
            await write_something(rig, random)
        order_by = random.choice(ORDERS)
        token = random.choice(["", "r.e.O.2", "l.i.O.4"])
        size = random.randint(1, 5)
        asked: dict[str, Any] = {
            "order_by": order_by,
            "page_size": size,
            "page_token": token,
            "filter": 'region != "r0"',
        }
        async with rig.watch_pages(**asked, max_chunk_size=random.choice([0, 1, 2])) as stream:
            page = Page()
            for _ in range(30):
                for _ in range(random.randint(0, 3)):
                    await write_something(rig, random)
                page.take(await stream.read_all())
                assert page.items == expected_page(rig, order_by, size, token), f"seed {seed}"
