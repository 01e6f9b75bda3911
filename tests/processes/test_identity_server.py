"""The example identity service in v1, over a store that holds v2, seen through generated stubs.

It is the server of the other tests in this folder, which all stand on what is shown here.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode
from identity.proto.v1 import organization_service_pb2, project_service_pb2

from goten.types import view_pb2
from tests.processes.conftest import STATE, remove_state
from tests.processes.identity import DEADLINE, Identity, Project, code_of, names, policy
from tests.servers.process import ServerProcess

POLICY = FieldMask(paths=["multi_region_policy"])


async def fill(identity: Identity, prefix: str, count: int) -> list[str]:
    created = [f"projects/{prefix}{number}" for number in range(count)]
    for name in created:
        await identity.put_project(name)
    return created


# --- reading and writing ----------------------------------------------------------------------------------------------


async def test_a_project_can_be_created_read_changed_and_deleted(shared: Identity) -> None:
    project = Project(name="projects/crud", title="First", multi_region_policy=policy("eu", "us"))
    create = project_service_pb2.CreateProjectRequest(project=project)
    created = await shared.projects.CreateProject(create, timeout=DEADLINE)
    assert created.metadata.uuid
    assert created == await shared.get_project("projects/crud")
    assert await code_of(shared.projects.CreateProject(create, timeout=DEADLINE)) is StatusCode.ALREADY_EXISTS

    project.multi_region_policy.CopyFrom(policy("eu"))
    project.title = ""
    update = project_service_pb2.UpdateProjectRequest(project=project)
    updated = await shared.projects.UpdateProject(update, timeout=DEADLINE)
    assert updated.title == "First", "what is not set is not written without a mask"
    assert updated.multi_region_policy == policy("eu")
    assert updated.metadata.uuid == created.metadata.uuid
    assert updated.metadata.resource_version != created.metadata.resource_version
    update.update_mask.paths.append("title")
    assert not (await shared.projects.UpdateProject(update, timeout=DEADLINE)).title

    await shared.delete_project("projects/crud")
    assert await code_of(shared.get_project("projects/crud")) is StatusCode.NOT_FOUND
    assert await code_of(shared.delete_project("projects/crud")) is StatusCode.NOT_FOUND
    assert await code_of(shared.projects.UpdateProject(update, timeout=DEADLINE)) is StatusCode.NOT_FOUND


async def test_an_update_can_be_conditional(shared: Identity) -> None:
    await shared.put_project("projects/cas", title="now")
    update = project_service_pb2.UpdateProjectRequest(project=Project(name="projects/cas", title="next"))
    update.cas.conditional_state.title = "before"
    update.cas.field_mask.paths.append("title")
    assert await code_of(shared.projects.UpdateProject(update, timeout=DEADLINE)) is StatusCode.ABORTED
    update.cas.conditional_state.title = "now"
    assert (await shared.projects.UpdateProject(update, timeout=DEADLINE)).title == "next"


@pytest.mark.parametrize("name", ["", "projects/", "projects/-", "organizations/o1", "projects/a/b"])
async def test_what_is_no_name_is_refused(shared: Identity, name: str) -> None:
    create = project_service_pb2.CreateProjectRequest(project=Project(name=name))
    assert await code_of(shared.projects.CreateProject(create, timeout=DEADLINE)) is StatusCode.INVALID_ARGUMENT


async def test_a_list_has_pages_in_both_directions(shared: Identity) -> None:
    created = [f"organizations/page{number}" for number in range(7)]
    for name in created:
        await shared.put_organization(name)

    async def read(token: str) -> organization_service_pb2.ListOrganizationsResponse:
        request = organization_service_pb2.ListOrganizationsRequest(
            page_size=3, page_token=token, include_paging_info=True, view=view_pb2.NAME
        )
        return await shared.organizations.ListOrganizations(request, timeout=DEADLINE)

    pages = [await read("")]
    while pages[-1].next_page_token:
        pages.append(await read(pages[-1].next_page_token))
    assert [[item.name for item in page.organizations] for page in pages] == [created[:3], created[3:6], created[6:]]
    assert [page.current_offset for page in pages] == [0, 3, 6]
    assert {page.total_results_count for page in pages} == {7}
    assert not any(item.HasField("spec") for page in pages for item in page.organizations)
    assert not pages[0].prev_page_token
    assert (await read(pages[2].prev_page_token)).organizations == pages[1].organizations
    assert (await read(pages[1].prev_page_token)).organizations == pages[0].organizations
    assert await code_of(read("garbage")) is StatusCode.INVALID_ARGUMENT


async def test_several_can_be_read_at_once(shared: Identity) -> None:
    found = await fill(shared, "batch", 2)
    request = project_service_pb2.BatchGetProjectsRequest(names=[*found, "projects/nobody"])
    response = await shared.projects.BatchGetProjects(request, timeout=DEADLINE)
    assert [project.name for project in response.projects] == found
    assert response.missing == ["projects/nobody"]


async def test_view_and_mask_choose_what_is_answered(shared: Identity) -> None:
    await shared.put_project("projects/view", title="Title")
    assert await shared.get_project("projects/view", view=view_pb2.NAME) == Project(name="projects/view")
    both = await shared.get_project("projects/view", view=view_pb2.NAME, field_mask=POLICY)
    assert both == Project(name="projects/view", multi_region_policy=policy("us-west2"))
    unknown = FieldMask(paths=["colour"])
    assert await code_of(shared.get_project("projects/view", field_mask=unknown)) is StatusCode.INVALID_ARGUMENT


# --- watching ---------------------------------------------------------------------------------------------------------


async def test_a_snapshot_comes_in_chunks_up_to_the_boundary_and_its_size_alone_after_it(shared: Identity) -> None:
    """FEED-3, FEED-5"""
    created = await fill(shared, "p", 7)
    async with shared.watch(max_chunk_size=3) as stream:
        chunks = await stream.until_current()
        assert [len(chunk.project_changes) for chunk in chunks] == [3, 3, 1, 0]
        assert names(chunks) == created
        assert [chunk.is_current for chunk in chunks] == [False, False, False, True]
        assert [bool(chunk.resume_token) for chunk in chunks] == [False, False, False, True]
        size = await stream.next()
        assert size == type(size)(snapshot_size=7)
        assert {chunk.snapshot_size for chunk in chunks} == {-1}


async def test_an_empty_collection_is_a_boundary(shared: Identity) -> None:
    async with shared.watch() as stream:
        first = await stream.next()
        assert first.is_current
        assert first.resume_token
        assert not first.project_changes


async def test_changes_follow_the_snapshot_and_bookmarks_come_when_all_is_quiet(shared: Identity) -> None:
    await shared.control.set(size_error=None)
    async with shared.watch() as stream:
        first = (await stream.until_current())[-1]
        await shared.put_organization("organizations/o1")
        bookmark = await stream.next()
        assert bookmark.is_current
        assert not bookmark.project_changes
        assert bookmark.snapshot_size == -1
        assert bookmark.resume_token != first.resume_token, "what does not concern the watcher moves it on, too"
        await shared.put_project("projects/p1")
        await shared.delete_project("projects/p1")
        seen: list[str] = []
        while "-projects/p1" not in seen:
            seen += names([await stream.next()])
        assert seen == ["projects/p1", "-projects/p1"]


async def test_a_stream_is_not_silent_because_others_write(shared: Identity) -> None:
    """WATCH-15: bookmarks come whatever happens that does not concern the watcher."""
    await shared.control.set(size_error=None)
    writer = asyncio.create_task(_write_organizations(shared))
    async with shared.watch() as stream:
        assert (await stream.next()).is_current
        assert (await stream.next(within=1)).is_current
    writer.cancel()
    await asyncio.wait([writer])


async def _write_organizations(shared: Identity) -> None:
    while True:
        await shared.put_organization("organizations/busy")
        await asyncio.sleep(0.01)


async def test_a_resumed_watch_hears_what_happened_meanwhile_and_is_current_at_once(shared: Identity) -> None:
    await fill(shared, "p", 3)
    async with shared.watch() as stream:
        token = (await stream.until_current())[-1].resume_token
    async with shared.watch(resume_token=token) as stream:
        (first,) = await stream.until_current()
        assert not first.project_changes
    await shared.put_project("projects/p1", title="new")
    await shared.delete_project("projects/p2")
    async with shared.watch(resume_token=token, max_chunk_size=1) as stream:
        assert names(await stream.until_current()) == ["projects/p1", "-projects/p2"]


@pytest.mark.parametrize("why", ["garbage", "compacted", "other mask", "future"])
async def test_a_token_that_does_not_fit_leads_to_a_hard_reset_alone_and_a_snapshot(shared: Identity, why: str) -> None:
    created = await fill(shared, "p", 2)
    async with shared.watch() as stream:
        token = (await stream.until_current())[-1].resume_token
    query: dict[str, Any] = {}
    match why:
        case "garbage":
            token = "garbage"
        case "compacted":
            await shared.put_project(created[0], title="new")
            await shared.control.compact()
        case "other mask":
            query = {"view": view_pb2.NAME}
        case "future":
            token += "0"
    async with shared.watch(resume_token=token, **query) as stream:
        reset = await stream.next()
        assert reset == type(reset)(is_hard_reset=True, snapshot_size=-1)
        assert names(await stream.until_current()) == created


async def test_a_watcher_that_is_slower_than_the_history_is_long_gets_a_hard_reset(shared: Identity) -> None:
    created = await fill(shared, "p", 2)
    await shared.control.set(size_error=None)
    async with shared.watch() as stream:
        await stream.until_current()
        await shared.control.set(hold_watch=True)
        await shared.delete_project(created[0])
        await shared.control.compact()
        await shared.control.set(hold_watch=False)
        while not (response := await stream.next()).is_hard_reset:
            assert not response.project_changes
        assert names(await stream.until_current()) == created[1:]


async def test_what_changes_outside_of_the_selection_is_not_sent(shared: Identity) -> None:
    await shared.put_project("projects/p1", ["eu"], title="one")
    async with shared.watch(view=view_pb2.NAME, field_mask=POLICY) as stream:
        (first,) = (await stream.until_current())[0].project_changes
        assert first.current.project == Project(name="projects/p1", multi_region_policy=policy("eu"))
        await shared.put_project("projects/p1", ["eu"], title="two")
        await shared.put_project("projects/p1", ["us"], title="two")
        seen: list[Project] = []
        while not seen:
            seen = [change.current.project for change in (await stream.next()).project_changes]
        assert seen == [Project(name="projects/p1", multi_region_policy=policy("us"))]


async def test_a_starting_time_brings_what_changed_since_and_no_snapshot(shared: Identity) -> None:
    await shared.put_project("projects/before")
    await asyncio.sleep(0.01)
    moment = Timestamp()
    moment.GetCurrentTime()
    await shared.put_project("projects/after")
    async with shared.watch(starting_time=moment) as stream:
        responses = await stream.until_current()
        assert names(responses) == ["projects/after"]
        assert responses[-1].resume_token


async def test_one_project_can_be_watched(shared: Identity) -> None:
    request = project_service_pb2.WatchProjectRequest(name="projects/alone")
    nobody = shared.projects.WatchProject(request, timeout=DEADLINE)
    assert await code_of(nobody.read()) is StatusCode.NOT_FOUND
    await shared.put_project("projects/alone")
    call = shared.projects.WatchProject(request, timeout=DEADLINE)
    seen: list[str | None] = []

    async def see_next() -> None:
        response = await call.read()
        assert isinstance(response, project_service_pb2.WatchProjectResponse)
        seen.append(response.change.WhichOneof("change_type"))

    await see_next()
    await shared.delete_project("projects/alone")
    await see_next()
    await shared.put_project("projects/alone")
    await see_next()
    assert seen == ["current", "removed", "current"]
    call.cancel()


async def test_watches_that_make_no_sense_are_refused(shared: Identity) -> None:
    """FEED-1"""
    for field in ({"page_size": 1}, {"order_by": "name"}, {"page_token": "r.e.O.0"}, {"filter": "title = "}):
        async with shared.watch(**field) as stream:
            assert await code_of(stream.next()) is StatusCode.INVALID_ARGUMENT


# --- what outlives the process ----------------------------------------------------------------------------------------


async def test_what_was_acknowledged_survives_sigkill_and_tokens_go_on(
    server: ServerProcess, identity: Identity
) -> None:
    await fill(identity, "p", 2)
    async with identity.watch() as stream:
        token = (await stream.until_current())[-1].resume_token
    await identity.delete_project("projects/p0")
    server.restart()
    await identity.put_project("projects/p2")
    async with identity.watch(resume_token=token) as stream:
        assert names(await stream.until_current()) == ["-projects/p0", "projects/p2"]
    assert (await identity.get_project("projects/p1")).multi_region_policy == policy("us-west2")


async def test_a_store_restored_from_a_copy_resumes_nothing_that_the_copy_does_not_have(
    server: ServerProcess, identity: Identity, tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    backup.mkdir()
    await identity.put_project("projects/p0")
    server.kill()
    copy_state(tmp_path, backup)
    server.start()
    await identity.put_project("projects/lost")
    async with identity.watch() as stream:
        token = (await stream.until_current())[-1].resume_token
    server.kill()
    copy_state(backup, tmp_path)
    server.start()
    await fill(identity, "new", 3)
    async with identity.watch(resume_token=token) as stream:
        assert (await stream.next()).is_hard_reset
        assert "projects/lost" not in names(await stream.until_current())


def copy_state(source: Path, target: Path) -> None:
    """The file of a store, with what SQLite has beside it."""
    remove_state(target)
    for file in source.glob(f"{STATE}*"):
        shutil.copy(file, target)


# --- faults -----------------------------------------------------------------------------------------------------------


async def test_faults_can_be_set_and_end(shared: Identity) -> None:
    await shared.put_project("projects/fault", title="old")
    control = shared.control
    await control.set(hidden=["projects/fault"])
    assert await code_of(shared.get_project("projects/fault")) is StatusCode.NOT_FOUND
    await control.set(hidden=[], lag=True)
    await shared.put_project("projects/fault", title="new")
    assert (await shared.get_project("projects/fault")).title == "old"
    await control.set(lag=False, refuse="UNAVAILABLE")
    assert await code_of(shared.get_project("projects/fault")) is StatusCode.UNAVAILABLE
    await control.set(refuse="", frozen=True)
    request = project_service_pb2.GetProjectRequest(name="projects/fault")
    assert await code_of(shared.projects.GetProject(request, timeout=0.1)) is StatusCode.DEADLINE_EXCEEDED
    await control.clear()
    assert (await shared.get_project("projects/fault")).title == "new"
    assert (await control.calls())["Project.get"] >= 4


async def test_a_delayed_get_answers_what_was_there_before(shared: Identity) -> None:
    await shared.put_project("projects/slow", title="old")
    await shared.control.set(get_delay=0.2)
    getting = asyncio.create_task(shared.get_project("projects/slow"))
    await asyncio.sleep(0.1)
    await shared.put_project("projects/slow", title="new")
    assert (await getting).title == "old"


async def test_an_unknown_fault_is_an_error(shared: Identity) -> None:
    with pytest.raises(grpc.aio.AioRpcError, match="colour"):
        await shared.control.set(colour="blue")
