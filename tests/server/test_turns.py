"""Streams take turns at writing: who waits, who does not, and what becomes of slow readers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from goten.server.turns import WritingTurns

SOON = 0.001
NEVER = 3600.0


class Reader:
    """A stream's context whose writes end when the test says so."""

    def __init__(self, turns: WritingTurns) -> None:
        self.context = turns.paced(self)  # type: ignore[arg-type]
        self.writing: asyncio.Future[None] | None = None
        self.written: list[Any] = []

    async def write(self, response: Any) -> None:
        self.writing = asyncio.get_running_loop().create_future()
        try:
            await self.writing
        finally:
            self.writing = None
        self.written.append(response)

    def peer(self) -> str:
        return "ipv4:127.0.0.1:1"

    def read(self) -> None:
        assert self.writing is not None
        self.writing.set_result(None)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def busy(turns: WritingTurns, count: int) -> list[Reader]:
    """Streams that have just been written to."""
    readers = [Reader(turns) for _ in range(count)]
    tasks = send(readers, "first")
    await settle()
    for reader in readers:
        reader.read()
    await asyncio.gather(*tasks)
    return readers


def send(readers: list[Reader], response: str) -> list[asyncio.Future[None]]:
    return [asyncio.ensure_future(reader.context.write(response)) for reader in readers]


def under_way(readers: list[Reader]) -> list[int]:
    return [number for number, reader in enumerate(readers) if reader.writing is not None]


async def end(tasks: list[asyncio.Future[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_streams_that_were_quiet_are_written_to_at_once() -> None:
    turns = WritingTurns(2, patience=NEVER)
    readers = [Reader(turns) for _ in range(5)]
    tasks = send(readers, "event")
    await settle()
    assert under_way(readers) == [0, 1, 2, 3, 4]
    await end(tasks)


async def test_streams_that_go_on_take_turns_in_their_order() -> None:
    readers = await busy(WritingTurns(2, patience=NEVER, quiet=NEVER), 5)
    tasks = send(readers, "next")
    await settle()
    assert under_way(readers) == [0, 1]
    readers[1].read()
    await settle()
    assert under_way(readers) == [0, 2]
    for number in (0, 2, 3, 4):
        readers[number].read()
        await settle()
    await asyncio.gather(*tasks)
    assert [reader.written for reader in readers] == [["first", "next"]] * 5


async def test_those_that_go_on_wait_for_an_event_that_went_to_all() -> None:
    turns = WritingTurns(2, patience=NEVER, quiet=NEVER)
    [early] = await busy(turns, 1)
    others = [Reader(turns) for _ in range(3)]
    tasks = send(others, "event") + send([early], "next")
    await settle()
    assert under_way([*others, early]) == [0, 1, 2]
    others[0].read()
    await settle()
    assert under_way([early]) == []
    others[1].read()
    await settle()
    assert under_way([early]) == [0]
    await end(tasks)


async def test_slow_readers_keep_nobody_waiting_for_long() -> None:
    readers = await busy(WritingTurns(2, patience=SOON, quiet=NEVER), 5)
    tasks = send(readers, "next")
    for _ in range(1000):
        if len(under_way(readers)) == 5:
            break
        await asyncio.sleep(SOON)
    # What ends late ends no turn of others.
    for reader in readers:
        reader.read()
    await asyncio.gather(*tasks)
    again = send(readers, "again")
    await settle()
    assert under_way(readers) == [0, 1]
    await end(again)


@pytest.mark.parametrize("given", [False, True])
async def test_who_leaves_passes_the_turn_on(given: bool) -> None:
    """Whether it waits still, or was just given its turn."""
    readers = await busy(WritingTurns(1, patience=NEVER, quiet=NEVER), 3)
    tasks = send(readers, "next")
    await settle()
    if given:
        readers[0].read()
        await tasks[0]
    tasks[1].cancel()
    await settle()
    if not given:
        readers[0].read()
        await settle()
    assert under_way(readers) == [2]
    await end(tasks)


async def test_a_write_that_fails_ends_its_turn() -> None:
    readers = await busy(WritingTurns(1, patience=NEVER, quiet=NEVER), 2)
    tasks = send(readers, "next")
    await settle()
    assert readers[0].writing is not None
    readers[0].writing.set_exception(ConnectionError())
    await settle()
    assert under_way(readers) == [1]
    assert isinstance(tasks[0].exception(), ConnectionError)
    await end(tasks)


async def test_all_the_rest_is_that_of_the_context() -> None:
    assert Reader(WritingTurns()).context.peer() == "ipv4:127.0.0.1:1"
