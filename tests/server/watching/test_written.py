"""What a mask leaves of a resource is worked out once for all watchers with that mask, whatever their filters."""

from __future__ import annotations

from typing import Any

import pytest

from goten.query import Selection
from goten.types import view_pb2
from tests.server.watching.rig import Rig, Stream, deployment, ids, running_rig

FILTERS = ('region = "r"', 'region != "x"', "")
MASK = ("region", "current_version")


class Picks:
    """How often something was selected of a resource."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        of = Selection.of

        def counted(selection: Selection, message: Any) -> Any:
            self.count += 1
            return of(selection, message)

        monkeypatch.setattr(Selection, "of", counted)


def watches(rig: Rig) -> list[Stream]:
    return [rig.watch(filter=text, view=view_pb2.NAME, mask=MASK) for text in FILTERS]


def shown(response: Any) -> list[tuple[str, str]]:
    found = [change.current.deployment for change in response.deployment_changes]
    return [(each.region, each.public_domain) for each in found]


async def test_resources_are_written_once_whatever_the_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_rig() as rig:
        await rig.put(*(deployment(f"d{number}", region="r", public_domain="p") for number in range(3)))
        picks = Picks(monkeypatch)
        streams = watches(rig)
        for stream in streams:
            assert shown(await stream.read()) == [("r", "")] * 3
            await stream.read_all()
        assert picks.count == 3
        await rig.put(deployment("d1", region="s"))
        for stream, told in zip(streams, (["-d1"], ["+d1"], ["+d1"]), strict=True):
            assert ids(await stream.read()) == told
            await stream.close()
        assert picks.count == 4


async def test_what_was_removed_and_came_again_is_told_as_it_is_now() -> None:
    async with running_rig() as rig:
        streams = watches(rig)
        for stream in streams:
            await stream.read_all()
        for region in ("r", "s", "r"):
            await rig.put(deployment("d", region=region))
            for stream in streams[1:]:
                assert shown(await stream.read()) == [(region, "")]
            await rig.remove(deployment("d").name)
            for stream in streams[1:]:
                assert ids(await stream.read()) == ["-d"]
        for stream in streams:
            await stream.close()
