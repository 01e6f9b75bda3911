"""What watchers share, and what they do not."""

from __future__ import annotations

from typing import Any

import pytest

from goten.server.watching.question import Question
from goten.store import ResourceEvent
from tests.server.watching.rig import deployment, ids, name_of, running_rig


class Counts:
    """How often questions were asked about events and about resources."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events = 0
        self.resources = 0
        change, find = Question.change, Question.find

        def counted_change(question: Question, event: ResourceEvent) -> Any:
            self.events += 1
            return change(question, event)

        def counted_find(question: Question, stored: Any) -> Any:
            self.resources += 1
            return find(question, stored)

        monkeypatch.setattr(Question, "change", counted_change)
        monkeypatch.setattr(Question, "find", counted_find)


async def test_a_change_is_worked_out_once_for_all_who_ask_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """And sent to all of them as the same bytes, whatever order of words they used."""
    async with running_rig() as rig:
        streams = [
            rig.watch(filter=text) for text in ('region="r"', 'region = "r"', '(region = "r")') for _ in range(3)
        ]
        for stream in streams:
            await stream.read_all()
            assert await stream.poll() is None
        counts = Counts(monkeypatch)
        await rig.put(deployment("a", region="r"))
        for stream in streams:
            assert ids(await stream.read()) == ["+a"]
        assert counts.events == 1
        assert len({id(stream.raw[-1]) for stream in streams}) == 1
        for stream in streams:
            await stream.close()


async def test_a_snapshot_is_made_once_for_all_who_want_it_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counts(monkeypatch)
    async with running_rig() as rig:
        await rig.put(*(deployment(f"d{number}", region="r") for number in range(6)))
        streams = [rig.watch(filter='region = "r"', max_chunk_size=2) for _ in range(3)]
        for _ in range(3):
            assert len({id((await stream.read(), stream.raw[-1])[1]) for stream in streams}) == 1
        assert counts.resources == 6
        for stream in streams:
            await stream.close()


async def test_callers_share_all_but_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """FEED-7."""
    async with (
        running_rig() as rig,
        rig.watch(caller="a.example.com") as one,
        rig.watch(caller="b.example.com") as other,
    ):
        await one.read_all()
        await other.read_all()
        counts = Counts(monkeypatch)
        await rig.put(deployment("a"))
        first, second = await one.read(), await other.read()
        assert counts.events == 1
        assert first.resume_token != second.resume_token


async def test_what_came_late_is_sent_with_what_came_before() -> None:
    """FEED-4: watchers that stopped at different revisions go on together."""
    async with running_rig() as rig:
        streams = []
        for number in range(4):
            await rig.put(deployment("x", region=f"r{number}"))
            streams.append(rig.watch(filter='region = "r"'))
            await streams[-1].read_all()
            assert await streams[-1].poll() is None
        await rig.put(deployment("a", region="r"))
        for stream in streams:
            assert ids(await stream.read()) == ["+a"]
        assert len({id(stream.raw[-1]) for stream in streams}) == 1
        for stream in streams:
            await stream.close()


async def test_watchers_are_counted() -> None:
    async with running_rig() as rig:
        await rig.put(deployment("a"))
        async with (
            rig.watch() as one,
            rig.watch() as two,
            rig.watch_pages() as pages,
            rig.watch_one(name_of("a")) as last,
        ):
            for count, stream in enumerate((one, two, pages, last), start=1):
                assert rig.hub.watchers == count - 1
                await stream.read()
                assert rig.hub.watchers == count
        assert rig.hub.watchers == 0


async def test_a_question_that_fails_ends_those_who_ask_it_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_rig() as rig, rig.watch() as good, rig.watch(filter='region = "r"') as bad:
        for stream in (good, bad):
            await stream.read_all()
            assert await stream.poll() is None
        change = Question.change

        def fail(question: Question, event: ResourceEvent) -> Any:
            if str(question.filter):
                raise ZeroDivisionError
            return change(question, event)

        monkeypatch.setattr(Question, "change", fail)
        await rig.put(deployment("a"))
        assert ids(await good.read()) == ["+a"]
        with pytest.raises(ZeroDivisionError):
            await bad.read()
        await rig.put(deployment("b"))
        assert ids(await good.read()) == ["+b"]


async def test_hubs_can_be_stopped_twice() -> None:
    async with running_rig() as rig:
        await rig.hub.stop()
        await rig.hub.stop()


async def test_a_thousand_watchers_need_no_task_and_no_timer_each() -> None:
    """FEED-11: bookmarks for all of them come from one clock."""
    async with running_rig() as rig:
        streams = [rig.watch() for _ in range(100)]
        for stream in streams:
            await stream.read_all()
            assert await stream.poll() is None
        assert len(rig.clock.sleeping) == 1
        await rig.clock.advance(25)
        for stream in streams:
            assert (await stream.read()).is_current
        for stream in streams:
            await stream.close()
