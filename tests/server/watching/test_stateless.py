"""What STATELESS watchers are sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from goten.meta.v1 import descriptors as meta
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.service_pb2 import Service
from goten.query import QueryError
from goten.refusals import Refused
from goten.server.watching import changes
from goten.server.watching.batches import MAX_CHUNK
from goten.types import view_pb2, watch_type_pb2
from tests.server.watching.recording import revision_of
from tests.server.watching.rig import PARENT, Rig, changes_of, deployment, ids, name_of, running_rig


def outline(responses: Sequence[Any]) -> list[str]:
    """Each response in short: its changes, `.` at a boundary, `!` for a hard reset, `=n` for a size."""
    return [
        " ".join(
            (
                *(["!"] if response.is_hard_reset else []),
                *ids(response),
                *(["."] if response.is_current else []),
                *([f"={response.snapshot_size}"] if response.snapshot_size >= 0 else []),
            )
        )
        for response in responses
    ]


async def synced(rig: Rig, **fields: Any) -> str:
    """The resume token of a watch that has everything."""
    async with rig.watch(**fields) as stream:
        tokens: list[str] = [response.resume_token for response in await stream.read_all() if response.is_current]
        return tokens[0]


# --- snapshots -------------------------------------------------------------------------------------------------------


async def test_a_snapshot_then_its_boundary_then_its_size() -> None:
    """FEED-3, FEED-5."""
    async with running_rig() as rig:
        await rig.put(deployment("a"), deployment("b"))
        async with rig.watch() as stream:
            responses = await stream.read_all()
            assert outline(responses) == ["+a +b", ".", "=2"]
            assert {kind for kind, _ in changes_of(responses[0])} == {"current"}
            assert [response.snapshot_size for response in responses] == [-1, -1, 2]
            assert [bool(response.resume_token) for response in responses] == [False, True, False]


async def test_an_empty_snapshot() -> None:
    """FEED-3."""
    async with running_rig() as rig, rig.watch() as stream:
        assert outline(await stream.read_all()) == [".", "=0"]


async def test_a_snapshot_in_chunks() -> None:
    """FEED-4."""
    async with running_rig() as rig:
        await rig.put(*map(deployment, "abcde"))
        async with rig.watch(max_chunk_size=2) as stream:
            assert outline(await stream.read_all()) == ["+a +b", "+c +d", "+e", ".", "=5"]


async def test_a_server_has_a_limit_of_its_own() -> None:
    """FEED-4."""
    async with running_rig() as rig:
        for start in range(0, MAX_CHUNK + 100, 100):
            await rig.put(*(deployment(f"d{number}") for number in range(start, start + 100)))
        for asked in (0, MAX_CHUNK + 1):
            async with rig.watch(max_chunk_size=asked) as stream:
                assert len(changes_of(await stream.read())) == MAX_CHUNK


async def test_a_snapshot_is_of_one_revision() -> None:
    """FEED-2, FEED-3: what happens while it is sent comes after it."""
    async with running_rig() as rig:
        await rig.put(deployment("a"), deployment("b", region="old"))
        async with rig.watch(max_chunk_size=1) as stream:
            assert ids(await stream.read()) == ["+a"]
            await rig.remove(name_of("a"))
            await rig.put(deployment("b", region="new"), deployment("c"))
            responses = await stream.read_all()
            assert outline(responses) == ["+b", ".", "=2", "-a", "+b", "+c ."]
            assert changes_of(responses[0])[0][1].region == "old"


async def test_a_snapshot_that_is_shared_is_not_older_than_any_of_those_who_share_it() -> None:
    """FEED-2."""
    async with running_rig() as rig:
        await rig.put(*map(deployment, "ab"))
        async with rig.watch(max_chunk_size=1) as first, rig.watch(max_chunk_size=1) as second:
            await first.read()
            revision = await rig.put(Region(name="regions/r"))
            await second.read()
            assert first.raw == second.raw
            await rig.put(deployment("c"))
            responses = await second.read_all()
            assert outline(responses) == ["+b", ".", "=2", "+c ."]
            assert revision_of(responses[1].resume_token) == revision


async def test_only_what_is_below_the_parent() -> None:
    async with running_rig() as rig:
        other = deployment("x")
        other.name = other.name.replace("s.example.com", "s.example.com2")
        await rig.put(deployment("a"), other)
        async with rig.watch() as stream, rig.watch(parent="services/-") as all_services:
            assert outline(await stream.read_all()) == ["+a", ".", "=1"]
            assert outline(await all_services.read_all()) == ["+a +x", ".", "=2"]


# --- changes ---------------------------------------------------------------------------------------------------------


async def test_changes_come_with_a_boundary_each_time() -> None:
    """FEED-2, FEED-5, FEED-8."""
    async with running_rig() as rig, rig.watch() as stream:
        await stream.read_all()
        tokens = set()
        for write, expected in [
            (rig.put(deployment("a")), "+a ."),
            (rig.put(deployment("a", region="r")), "+a ."),
            (rig.remove(name_of("a")), "-a ."),
        ]:
            await write
            [response] = await stream.read_all()
            assert outline([response]) == [expected]
            assert response.snapshot_size == -1
            tokens.add(response.resume_token)
        assert len(tokens) == 3


async def test_what_is_stored_together_is_sent_together() -> None:
    """FEED-2."""
    async with running_rig() as rig, rig.watch(max_chunk_size=2) as stream:
        await stream.read_all()
        await rig.put(*map(deployment, "abc"))
        assert outline(await stream.read_all()) == ["+a +b", "+c ."]


async def test_what_waits_is_sent_together() -> None:
    """FEED-4: in as few responses as possible, the last change of each resource."""
    async with running_rig() as rig, rig.watch() as stream:
        await stream.read_all()
        reading = await stream.poll()
        assert reading is None
        async with rig.watch() as slow:
            await slow.read()
            for region in ("r1", "r2"):
                await rig.put(deployment("a", region=region))
                await rig.put(deployment("b"))
            await rig.remove(name_of("b"))
            sent = await slow.read_all()
            assert outline(sent)[-1:] == ["+a -b ."]
            assert changes_of(sent[-1])[0][1].region == "r2"


async def test_other_types_and_parents_do_not_wake_it() -> None:
    async with running_rig() as rig, rig.watch() as stream:
        await stream.read_all()
        await rig.put(Region(name="regions/r1"))
        other = deployment("x")
        other.name = other.name.replace("s.example.com", "t.example.com")
        await rig.put(other)
        assert await stream.poll() is None


async def test_starting_and_ceasing_to_match() -> None:
    """FEED-8."""
    async with running_rig() as rig, rig.watch(filter='region = "r"') as stream:
        await stream.read_all()
        sent: list[list[str]] = []
        for region in ("other", "r", "r", "other", "other"):
            await rig.put(deployment("a", region=region, is_disabled=len(sent) % 2 == 1))
            sent.append(outline(await stream.read_all()))
        assert sent == [[], ["+a ."], ["+a ."], ["-a ."], []]
        await rig.put(deployment("a", region="r"))
        await stream.read_all()
        await rig.remove(name_of("a"))
        assert outline(await stream.read_all()) == ["-a ."]


async def test_coming_and_going_unseen_is_told_of() -> None:
    """FEED-4, FEED-8: of what came and went between two responses, the end is told."""
    async with running_rig() as rig:
        await rig.put(deployment("a", region="r"))
        async with rig.watch(filter='region = "r"') as stream:
            await stream.read()
            await rig.put(deployment("a", region="other"))
            await rig.put(deployment("a", region="r"))
            await rig.put(deployment("b", region="r"))
            await rig.put(deployment("b", region="other"))
            assert outline(await stream.read_all()) == [".", "=1", "+a -b ."]


# --- masks -----------------------------------------------------------------------------------------------------------


async def test_the_view_says_what_is_sent() -> None:
    """FEED-9."""
    async with running_rig() as rig:
        await rig.put(Service(name="services/s", display_name="S", global_domain="g"))
        async with rig.watch(meta.SERVICE, view=view_pb2.NAME) as stream:
            [(_, sent)] = changes_of((await stream.read_all())[0])
            assert sent == Service(name="services/s", display_name="S")
            await rig.put(Service(name="services/s", display_name="S", global_domain="h"))
            assert await stream.poll() is None
            await rig.put(Service(name="services/s", display_name="T", global_domain="h"))
            [(_, sent)] = changes_of(await stream.read())
            assert sent.display_name == "T"


async def test_a_change_beside_the_mask_is_not_sent() -> None:
    """FEED-9: one in it brings all that the view shows."""
    async with running_rig() as rig:
        await rig.put(deployment("a", region="r", public_domain="p1"))
        for view, shows_all in ((view_pb2.UNSPECIFIED, True), (view_pb2.NAME, False)):
            async with rig.watch(view=view, mask=["region"]) as stream:
                await stream.read_all()
                await rig.put(deployment("a", region="r", public_domain="p2"))
                assert await stream.poll() is None
                await rig.put(deployment("a", region="s", public_domain="p2"))
                [(_, sent)] = changes_of(await stream.read())
                assert sent == deployment("a", region="s", public_domain="p2" if shows_all else "")
            await rig.put(deployment("a", region="r", public_domain="p1"))


async def test_coming_and_going_is_sent_whatever_the_mask() -> None:
    """FEED-8: the filter looks at what the mask leaves out."""
    async with running_rig() as rig:
        watched = rig.watch(view=view_pb2.NAME, mask=["private_domain"], filter='region = "r"')
        async with watched as stream:
            await stream.read_all()
            await rig.put(deployment("a", region="r"))
            assert outline(await stream.read_all()) == ["+a ."]
            await rig.put(deployment("a", region="s"))
            assert outline(await stream.read_all()) == ["-a ."]


# --- resumption ------------------------------------------------------------------------------------------------------


async def test_a_resumed_watch_gets_what_it_missed() -> None:
    """FEED-6: deletions included; no snapshot, no size."""
    async with running_rig() as rig:
        await rig.put(*map(deployment, "abc"))
        token = await synced(rig)
        await rig.remove(name_of("a"))
        await rig.put(deployment("b", region="r"))
        await rig.put(deployment("d"))
        async with rig.watch(resume_token=token) as stream:
            assert outline(await stream.read_all()) == ["-a +b +d ."]
            await rig.put(deployment("e"))
            assert outline(await stream.read_all()) == ["+e ."]


async def test_a_resumed_watch_that_missed_nothing_is_current_at_once() -> None:
    """FEED-6."""
    async with running_rig() as rig:
        await rig.put(deployment("a"))
        token = await synced(rig)
        async with rig.watch(resume_token=token) as stream:
            [response] = await stream.read_all()
            assert outline([response]) == ["."]
            assert response.resume_token


async def test_a_resumed_watch_becomes_current_when_it_has_all() -> None:
    """FEED-2: chunks before that are no boundaries."""
    async with running_rig() as rig:
        token = await synced(rig)
        for id in "abc":
            await rig.put(deployment(id))
        async with rig.watch(resume_token=token, max_chunk_size=1) as stream:
            assert outline(await stream.read_all()) == ["+a", "+b", "+c ."]


async def test_a_resumed_watch_that_missed_much_that_is_none_of_its_business(monkeypatch: pytest.MonkeyPatch) -> None:
    """FEED-6: the boundary comes when all of that was looked through."""
    monkeypatch.setattr(changes, "REPLAYED_AT_ONCE", 3)
    async with running_rig() as rig:
        token = await synced(rig, filter='region = "r"')
        for number in range(10):
            await rig.put(*(deployment(f"{id}{number}", region="s") for id in "ab"))
        async with rig.watch(filter='region = "r"', resume_token=token) as stream:
            assert outline(await stream.read_all()) == ["."]
        await rig.put(deployment("c", region="r"))
        await rig.put(*(deployment(f"d{number}", region="s") for number in range(10)))
        async with rig.watch(filter='region = "r"', resume_token=token) as stream:
            assert outline(await stream.read_all()) == ["+c", "."]


async def test_a_boundary_comes_while_others_go_on_writing() -> None:
    """FEED-2: it does not run away from a client that reads slowly."""
    async with running_rig() as rig:
        token = await synced(rig)
        for id in "abc":
            await rig.put(deployment(id))
        async with rig.watch(resume_token=token, max_chunk_size=1) as stream:
            sent = []
            for number in range(6):
                await rig.put(deployment(f"x{number}"))
                sent.append(await stream.read())
            assert outline(sent) == ["+a", "+b", "+c", "+x0 .", "+x1", "+x2"]


async def test_every_boundary_has_a_token_that_fits() -> None:
    """FEED-7."""
    async with running_rig() as rig:
        async with rig.watch() as stream:
            boundaries = await stream.read_all()
            for id in "abc":
                await rig.put(deployment(id))
                boundaries += await stream.read_all()
        for response, missed in zip(
            [response for response in boundaries if response.is_current],
            ["+a +b +c .", "+b +c .", "+c .", "."],
            strict=True,
        ):
            async with rig.watch(resume_token=response.resume_token) as resumed:
                assert outline(await resumed.read_all()) == [missed]


@pytest.mark.parametrize(
    "token", ["x", "é", "a" * 1000, "MS9zdG9yZQ", "AAAA////"], ids=["short", "foreign", "long", "parts", "bytes"]
)
async def test_what_is_no_token_is_answered_by_a_reset(token: str) -> None:
    """FEED-7, FEED-10."""
    async with running_rig() as rig:
        await rig.put(deployment("a"))
        async with rig.watch(resume_token=token) as stream:
            responses = await stream.read_all()
            assert outline(responses) == ["!", "+a", ".", "=1"]
            assert not responses[0].is_current


@pytest.mark.parametrize(
    "asked",
    [
        {"filter": 'region = "r"'},
        {"parent": "services/-"},
        {"mask": ["region"]},
        {"view": view_pb2.NAME},
        {"caller": "other.example.com"},
    ],
    ids=lambda asked: next(iter(asked)),
)
async def test_a_token_of_another_question_is_answered_by_a_reset(asked: dict[str, Any]) -> None:
    """FEED-7."""
    async with running_rig() as rig:
        token = await synced(rig)
        async with rig.watch(resume_token=token, **asked) as stream:
            assert (await stream.read()).is_hard_reset


async def test_another_way_to_ask_the_same_keeps_the_token() -> None:
    """FEED-7."""
    async with running_rig() as rig:
        token = await synced(rig, filter='region="r"', max_chunk_size=3, mask=["region", "metadata"])
        async with rig.watch(
            resume_token=token, filter='( region = "r" )', max_chunk_size=7, mask=["metadata", "region"]
        ) as stream:
            assert outline(await stream.read_all()) == ["."]


async def test_a_token_whose_history_is_forgotten_is_answered_by_a_reset() -> None:
    """FEED-7."""
    async with running_rig(history=3) as rig:
        old = await synced(rig)
        await rig.put(deployment("a"))
        await rig.put(deployment("b"))
        await rig.put(deployment("c"))
        recent = await synced(rig)
        await rig.put(deployment("d"))
        async with rig.watch(resume_token=old) as stream:
            assert outline(await stream.read_all()) == ["!", "+a +b +c +d", ".", "=4"]
        async with rig.watch(resume_token=recent) as stream:
            assert outline(await stream.read_all()) == ["+d ."]


async def test_a_token_that_was_compacted_is_answered_by_a_reset() -> None:
    """FEED-7."""
    async with running_rig() as rig:
        token = await synced(rig)
        await rig.put(deployment("a"))
        await rig.store.compact(rig.store.revision)
        async with rig.watch(resume_token=token) as stream:
            assert (await stream.read()).is_hard_reset


# --- slow clients ----------------------------------------------------------------------------------------------------


async def test_a_slow_client_is_reset() -> None:
    """FEED-10, FEED-12: it skips what it did not read, and nothing is kept for it."""
    async with (
        running_rig(history=3, kept_changes=3) as rig,
        rig.watch(max_chunk_size=1) as slow,
        rig.watch() as fast,
    ):
        await fast.read_all()
        await slow.read()
        for id in "abcdefgh":
            await rig.put(deployment(id))
            assert outline(await fast.read_all()) == [f"+{id} ."]
        assert outline(await slow.read_all()) == ["=0", "!", *(f"+{id}" for id in "abcdefgh"), ".", "=8"]


async def test_a_client_that_is_not_slow_needs_no_reset_however_much_happens_elsewhere() -> None:
    """FEED-11: changes of others do not make it old."""
    async with running_rig(history=3) as rig, rig.watch() as stream:
        await stream.read_all()
        assert await stream.poll() is None
        for number in range(20):
            await rig.put(Region(name=f"regions/r{number}"))
        await rig.put(deployment("a"))
        assert outline(await stream.read_all()) == ["+a ."]


async def test_what_one_of_them_has_read_is_kept_for_the_others_for_a_while() -> None:
    """FEED-10, FEED-12: from one bookmark to the next, beyond what the store keeps."""
    async with running_rig(history=3) as rig, rig.watch() as slow, rig.watch() as slower, rig.watch() as fast:
        await slow.read()
        await slower.read()
        await fast.read_all()
        for id in "abcdef":
            await rig.put(deployment(id))
            await fast.read_all()
        await rig.clock.advance(25)
        assert outline(await slow.read_all()) == ["=0", "+a +b +c +d +e +f ."]
        await rig.clock.advance(25)
        assert outline(await slower.read_all()) == ["=0", "!", "+a +b +c +d +e +f", ".", "=6"]


# --- bookmarks -------------------------------------------------------------------------------------------------------


async def test_quiet_streams_get_bookmarks() -> None:
    """FEED-11."""
    async with running_rig(history=3) as rig, rig.watch() as stream:
        [first, _] = await stream.read_all()
        assert await stream.poll() is None
        for number in range(20):
            await rig.put(Region(name=f"regions/r{number}"))
        await rig.clock.advance(24)
        assert await stream.poll() is None
        await rig.clock.advance(1)
        [bookmark] = await stream.read_all()
        assert outline([bookmark]) == ["."]
        assert bookmark.snapshot_size == -1
        async with rig.watch(resume_token=first.resume_token) as stream:
            assert (await stream.read()).is_hard_reset
        async with rig.watch(resume_token=bookmark.resume_token) as stream:
            assert outline(await stream.read_all()) == ["."]


async def test_bookmarks_come_again_and_again() -> None:
    """FEED-11."""
    async with running_rig(bookmark_interval=7) as rig, rig.watch() as stream:
        await stream.read_all()
        for _ in range(3):
            assert await stream.poll() is None
            await rig.clock.advance(7)
            assert outline(await stream.read_all()) == ["."]


async def test_a_client_that_was_slow_is_not_behind_once_it_has_read_all() -> None:
    """FEED-10: bookmarks that went to others do not take away what it needs."""
    async with running_rig(history=3) as rig, rig.watch() as slow, rig.watch() as quick:
        await quick.read_all()
        assert outline([await slow.read()]) == ["."]
        for number in range(10):
            await rig.put(Region(name=f"regions/r{number}"))
        assert await quick.poll() is None
        await rig.clock.advance(25)
        await quick.read_all()
        assert outline(await slow.read_all()) == ["=0"]
        await rig.put(*(Region(name=f"regions/s{number}") for number in range(10)))
        await rig.clock.advance(25)
        assert outline(await slow.read_all()) == ["."]
        await rig.put(deployment("a"))
        assert outline(await slow.read_all()) == ["+a ."]


# --- starting time ---------------------------------------------------------------------------------------------------


class Now:
    def __init__(self) -> None:
        self.time = 1_000.0

    def __call__(self) -> float:
        return self.time


async def test_changes_from_a_time_on() -> None:
    """FEED-13: no snapshot, no size, a boundary at once, and tokens as ever."""
    now = Now()
    async with running_rig(now=now) as rig:
        for id in "abc":
            now.time += 10
            await rig.put(deployment(id))
        for seconds, expected in [(1010, "+a +b +c ."), (1011, "+b +c ."), (1030, "+c ."), (1031, "."), (9999, ".")]:
            async with rig.watch(starting_time=Timestamp(seconds=seconds)) as stream:
                [response] = await stream.read_all()
                assert outline([response]) == [expected]
        async with rig.watch(starting_time=Timestamp(seconds=9999)) as stream:
            [boundary] = await stream.read_all()
            now.time += 10
            await rig.put(deployment("d"))
            assert outline(await stream.read_all()) == ["+d ."]
        async with rig.watch(resume_token=boundary.resume_token, starting_time=Timestamp(seconds=1)) as stream:
            assert outline(await stream.read_all()) == ["+d ."]


async def test_a_time_before_the_history() -> None:
    """FEED-13."""
    now = Now()
    async with running_rig(now=now, history=2) as rig:
        for id in "abc":
            now.time += 10
            await rig.put(deployment(id))
        async with rig.watch(starting_time=Timestamp(seconds=1010)) as stream:
            assert outline(await stream.read_all()) == ["!", "+a +b +c", ".", "=3"]
        async with rig.watch(starting_time=Timestamp(seconds=1011)) as stream:
            assert outline(await stream.read_all()) == ["+b +c ."]


# --- requests --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"order_by": "name"}, "order_by"),
        ({"page_size": 5}, "page_size"),
        ({"page_token": "r.e.O.5"}, "page_token"),
        ({"max_chunk_size": -1}, "max_chunk_size"),
        ({"type": 7}, "type"),
        ({"parent": "nonsense"}, "parent"),
        ({"type": watch_type_pb2.STATEFUL, "resume_token": "x"}, "resume_token"),
        ({"type": watch_type_pb2.STATEFUL, "starting_time": Timestamp(seconds=1)}, "starting_time"),
        ({"type": watch_type_pb2.STATEFUL, "max_chunk_size": -1}, "max_chunk_size"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_requests_that_can_never_be_served(fields: dict[str, Any], field: str) -> None:
    """FEED-1."""
    async with running_rig() as rig, rig.watch(**fields) as stream:
        with pytest.raises(Refused, match=f"^INVALID_ARGUMENT: {field}: "):
            await stream.read()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"filter": "no_such_field = 1"}, "filter"),
        ({"filter": "region ="}, "filter"),
        ({"mask": ["no_such_field"]}, "field_mask"),
        ({"type": watch_type_pb2.STATEFUL, "order_by": "no_such_field"}, "order_by"),
        ({"type": watch_type_pb2.STATEFUL, "page_token": "x"}, "page_token"),
        ({"type": watch_type_pb2.STATEFUL, "page_size": -1}, "page_size"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_cannot_be_read(fields: dict[str, Any], field: str) -> None:
    """FEED-1: the engine makes INVALID_ARGUMENT of it."""
    async with running_rig() as rig, rig.watch(**fields) as stream:
        with pytest.raises(QueryError) as caught:
            await stream.read()
        assert caught.value.field == field


async def test_the_end_of_the_server_ends_streams() -> None:
    """FEED-18: those that wait, those that do not, and those that come."""
    async with running_rig() as rig:
        await rig.put(*map(deployment, "abc"))
        async with rig.watch() as waiting, rig.watch(max_chunk_size=1) as busy, rig.watch() as late:
            await waiting.read_all()
            await busy.read()
            assert rig.hub.watchers == 2
            rig.hub.close()
            for stream in (waiting, busy, late):
                with pytest.raises(Refused) as caught:
                    await stream.read()
                assert caught.value.code is grpc.StatusCode.UNAVAILABLE
            assert rig.hub.watchers == 0


async def test_a_store_that_fails_ends_streams() -> None:
    """FEED-18: and says why."""
    async with running_rig() as rig, rig.watch() as stream:
        await stream.read_all()
        assert await stream.poll() is None
        await rig.store.storage.stop()
        with pytest.raises(Refused, match=r"^UNAVAILABLE: .*storage"):
            await stream.read()


async def test_closing_a_stream_ends_the_watch() -> None:
    async with running_rig() as rig:
        async with rig.watch() as stream:
            await stream.read_all()
            assert await stream.poll() is None
            assert rig.hub.watchers == 1
        assert rig.hub.watchers == 0
        assert PARENT in name_of("a")
