"""Holders below holders, whose collections have parents."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import grpc
import pytest
from identity.proto.v2 import folder_change_pb2, folder_pb2, folder_service_pb2
from identity_example_com.v2 import descriptors, methods
from identity_example_com.v2 import names as identity_v2_names
from identity_example_com.v2.policy_store import register_policy_sources
from identity_example_com.v2.service import SERVICE as IDENTITY_V2

from goten.descriptors import Descriptor, SyncType
from goten.meta.v1.methods import WATCH_SERVICES
from goten.names import NamePattern, ResourceName
from goten.policy_sources import PolicySource, SourceMode
from goten.policy_store import HolderNotFound
from goten.watch import WatchState
from tests.runtime.policy_store.network import Stream
from tests.runtime.policy_store.scene import Scene
from tests.runtime.policy_store.services import always, policy, service
from tests.runtime.watch.fakes import settle

FOLDERS = methods.WATCH_FOLDERS.path
EU, US = policy("eu"), policy("us")


def folder(name: str, *regions: str) -> folder_pb2.Folder:
    message = folder_pb2.Folder(name=name)
    descriptors.FOLDER.ensure_policy(message).CopyFrom(policy(*regions).to_message())
    return message


def folders(*changed: folder_pb2.Folder, token: str) -> folder_service_pb2.WatchFoldersResponse:
    current = folder_change_pb2.FolderChange.Current
    return folder_service_pb2.WatchFoldersResponse(
        folder_changes=[folder_change_pb2.FolderChange(current=current(folder=item)) for item in changed],
        resume_token=token,
        is_current=True,
        snapshot_size=-1,
    )


# --- identity v2: organizations have folders, both have roles -------------------------------------------------------


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """The folder o1/f1 is in eu, the organization o1 in us."""
    scene = Scene(IDENTITY_V2)
    register_policy_sources(scene.store)
    starting = asyncio.create_task(scene.store.start())
    await settle()
    for method in (methods.WATCH_PROJECTS, methods.WATCH_ORGANIZATIONS, WATCH_SERVICES):
        response: Any = method.response(is_current=True, resume_token="t1", snapshot_size=-1)
        if method is methods.WATCH_ORGANIZATIONS:
            organization = response.organization_changes.add().current.organization
            organization.name = "organizations/o1"
            descriptors.ORGANIZATION.ensure_policy(organization).CopyFrom(US.to_message())
        await scene.network.streams[method.path][0].send(response)
    await scene.network.streams[FOLDERS][0].send(folders(folder("organizations/o1/folders/f1", "eu"), token="t1"))
    await starting
    yield scene
    await scene.close()


async def test_the_nearest_holder_governs(scene: Scene) -> None:
    """STORE-1"""
    role = identity_v2_names.RoleName
    for name, expected in (
        ("organizations/o1/folders/f1/roles/r", EU),
        (role.of_organization_folder("o1", "f1", "r"), EU),
        ("organizations/o1/folders/f1", US),
        (identity_v2_names.FolderName.of_organization("o1", "f1"), US),
        ("organizations/o1/roles/r", US),
        (role.of_organization("o1", "r"), US),
        ("organizations/o1", None),
        ("roles/r", None),
    ):
        assert await scene.ask(name) == expected
        assert await scene.ask(name) == expected


async def test_all_parents_are_watched(scene: Scene) -> None:
    """STORE-5"""
    assert scene.network.streams[FOLDERS][0].request.parent == "organizations/-"
    assert not hasattr(scene.network.streams[methods.WATCH_PROJECTS.path][0].request, "parent")


async def test_the_outer_holder_is_no_substitute(scene: Scene) -> None:
    """STORE-1, STORE-11"""
    asking = await scene.asking("organizations/o1/folders/f2/roles/r")
    (get,) = scene.network.calls[methods.GET_FOLDER.path]
    assert get.request.name == "organizations/o1/folders/f2"
    await get.fail(grpc.StatusCode.NOT_FOUND)
    with pytest.raises(HolderNotFound, match=r"there is no //identity.example.com/organizations/o1/folders/f2"):
        await asking


async def test_sources_are_lost_one_by_one(scene: Scene) -> None:
    """STORE-12, STORE-16"""
    await scene.network.streams[FOLDERS][0].end()
    lost = [status.source for status in scene.store.sources if status.stale_for is not None]
    assert lost == ["identity.example.com/Folder v2 (watch)"]
    await scene.clock.advance(301)
    await scene.asking("organizations/o1/folders/f1/roles/r")
    assert len(scene.network.calls[methods.GET_FOLDER.path]) == 1


# --- a holder type with two kinds of parents --------------------------------------------------------------------------


class DeskName(ResourceName):
    __slots__ = ()
    TYPE: ClassVar[str] = "desks.example.test/Desk"
    VERSION: ClassVar[str] = "v1"
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = (
        NamePattern("teams/{team}/desks/{desk}"),
        NamePattern("floors/{floor}/regions/{region}/desks/{desk}", region="region"),
    )


class LampName(ResourceName):
    __slots__ = ()
    TYPE: ClassVar[str] = "desks.example.test/Lamp"
    VERSION: ClassVar[str] = "v1"
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = (
        NamePattern("teams/{team}/desks/{desk}/lamps/{lamp}", holder=always(DeskName)),
        NamePattern(
            "floors/{floor}/regions/{region}/desks/{desk}/lamps/{lamp}",
            region="region",
            holder=always(DeskName),
            holder_pattern=1,
        ),
    )


DESK: Descriptor[Any, Any] = Descriptor(
    type=DeskName.TYPE,
    version="v1",
    singular="Desk",
    plural="Desks",
    name=DeskName,
    message=folder_pb2.Folder,
    name_field="name",
    parents=(),
    parentless=False,
    metadata_field="metadata",
    policy_field=descriptors.FOLDER.policy_field,
    sync_type=SyncType.DEFAULT,
    references=(),
)
DESKS = PolicySource(
    holder=DESK,
    service="desks.example.test",
    version="v1",
    mode=SourceMode.WATCH,
    get=methods.GET_FOLDER,
    list=methods.LIST_FOLDERS,
    watch=methods.WATCH_FOLDERS,
)
TEAM_LAMP, FLOOR_LAMP = "teams/t1/desks/d1/lamps/l", "floors/f1/regions/eu-1/desks/d1/lamps/l"


@pytest.fixture
async def desks() -> AsyncIterator[Scene]:
    scene = Scene(service(LampName, holders=(DESK,)))
    scene.store.add(DESKS)
    starting = asyncio.create_task(scene.store.start())
    await settle()
    team, floor = streams(scene)
    await team.send(folders(folder("teams/t1/desks/d1", "eu"), token="t1"))
    assert not starting.done()
    assert scene.state == WatchState.CONNECTING
    await floor.send(folders(folder("floors/f1/regions/eu-1/desks/d1", "us"), token="t1"))
    await starting
    yield scene
    await scene.close()


def streams(scene: Scene) -> list[Stream]:
    """The last two: of desks of teams, and of floors."""
    return sorted(scene.network.streams[FOLDERS][-2:], key=lambda stream: "floors" in str(stream.request.parent))


async def test_each_kind_of_parent_is_watched(desks: Scene) -> None:
    """STORE-5"""
    assert [stream.request.parent for stream in streams(desks)] == ["teams/-", "floors/-/regions/-"]
    assert (await desks.ask(TEAM_LAMP), await desks.ask(FLOOR_LAMP)) == (EU, US)
    assert desks.status.delivered == 2


async def test_a_reset_of_one_keeps_what_the_other_delivered(desks: Scene) -> None:
    """STORE-13"""
    team, _ = streams(desks)
    await team.send(folder_service_pb2.WatchFoldersResponse(is_hard_reset=True, snapshot_size=-1))
    assert desks.state == WatchState.SYNCING
    await team.send(folders(token="t9"))
    assert await desks.ask(FLOOR_LAMP) == US
    with pytest.raises(HolderNotFound):
        await desks.ask(TEAM_LAMP)


async def test_the_source_is_lost_with_any_of_its_watches(desks: Scene) -> None:
    """STORE-12, STORE-16"""
    await desks.clock.advance(5)
    team, floor = streams(desks)
    await team.send(folders(token="t2"))
    await floor.end(details="gone")
    await desks.clock.advance(2)
    status = desks.status
    assert (status.feed.state, status.stale_for, status.feed.age) == (WatchState.CONNECTING, 2, 7)
    assert (status.feed.failures, status.feed.reason) == (1, "UNAVAILABLE: gone")
    await desks.clock.advance(299)
    await desks.asking(TEAM_LAMP)
    assert len(desks.network.calls[methods.GET_FOLDER.path]) == 1


async def test_polls_list_each_kind_of_parent() -> None:
    """STORE-5, STORE-14"""
    scene = Scene(service(LampName, holders=(DESK,)))
    scene.store.add(
        PolicySource(
            holder=DESK,
            service=DESKS.service,
            version="v1",
            mode=SourceMode.POLL,
            get=DESKS.get,
            list=DESKS.list,
            watch=None,
        )
    )
    desk_of = {
        "teams/-": folder("teams/t1/desks/d1", "eu"),
        "floors/-/regions/-": folder("floors/f1/regions/eu-1/desks/d1", "us"),
    }
    scene.network.script[methods.LIST_FOLDERS.path] = lambda request: folder_service_pb2.ListFoldersResponse(
        folders=[desk_of[request.parent]]
    )
    await scene.store.start()
    assert (await scene.ask(TEAM_LAMP), await scene.ask(FLOOR_LAMP)) == (EU, US)
    await scene.close()
