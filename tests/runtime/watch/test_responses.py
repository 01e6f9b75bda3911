"""Requests and responses of generated Watch methods, as plain data and back (WATCH-1, WATCH-2, WATCH-18)."""

from __future__ import annotations

import inspect
from typing import Any

import devices_example_com.v1.service as devices_v1
import devices_example_com.v2.service as devices_v2
import identity_example_com.v1.service as identity_v1
import identity_example_com.v2.service as identity_v2
import pytest
from google.protobuf import empty_pb2
from identity.proto.v1 import project_change_pb2, project_pb2, project_service_pb2
from identity_example_com.v1 import descriptors, methods

import goten.meta.v1.service as meta_v1
from goten.descriptors import Descriptor
from goten.methods import MethodDescriptor
from goten.types.view_pb2 import View
from goten.watch import NotWatchable, Response, ResponseReader, WatchQuery, copy_message

SERVICES = [devices_v1.SERVICE, devices_v2.SERVICE, identity_v1.SERVICE, identity_v2.SERVICE, meta_v1.SERVICE]
WATCHABLE: list[tuple[Descriptor[Any, Any], MethodDescriptor[Any, Any]]] = [
    (resource, method)
    for service in SERVICES
    for resource in service.resources
    if (method := service.access_method(resource.type, "watch")) is not None
]
Change = project_change_pb2.ProjectChange
Project = project_pb2.Project
WatchProjectsResponse = project_service_pb2.WatchProjectsResponse


@pytest.fixture
def reader() -> ResponseReader[Project, Project]:
    return ResponseReader(methods.WATCH_PROJECTS, descriptors.PROJECT, copy_message)


@pytest.mark.parametrize(("resource", "method"), WATCHABLE, ids=[str(method) for _, method in WATCHABLE])
def test_every_generated_watch_is_read_and_asked(
    resource: Descriptor[Any, Any], method: MethodDescriptor[Any, Any]
) -> None:
    query = WatchQuery()
    query.check(method)
    request = query.request(method, "t1")
    assert (request.type, request.resume_token) == (1, "t1")
    read = ResponseReader(method, resource, copy_message).read(method.response(snapshot_size=-1))
    assert read == Response()


def test_there_are_many() -> None:
    assert len(WATCHABLE) > 10
    assert {resource.domain for resource, _ in WATCHABLE} == {service.domain for service in SERVICES}


def test_a_query_becomes_a_request() -> None:
    """WATCH-1."""
    query = WatchQuery(parent="projects/p1", filter="a = 1", view=View.NAME, field_mask=("a", "b"), max_chunk_size=7)
    request: Any = query.request(methods.WATCH_ROLES, "t1")
    assert (request.parent, request.filter, request.view, request.max_chunk_size) == ("projects/p1", "a = 1", 1, 7)
    assert list(request.field_mask.paths) == ["a", "b"]
    assert (request.order_by, request.page_size, request.page_token) == ("", 0, "")
    assert query.request(methods.WATCH_ROLES, "", 3).max_chunk_size == 3


def test_all_kinds_of_change_say_how_a_resource_is(reader: ResponseReader[Project, Project]) -> None:
    """WATCH-2."""
    projects = [Project(name=f"projects/p{number}", title="x") for number in range(3)]
    response = WatchProjectsResponse(
        project_changes=[
            Change(added=Change.Added(project=projects[0], view_index=3)),
            Change(modified=Change.Modified(name="projects/p1", project=projects[1])),
            Change(current=Change.Current(project=projects[2])),
            Change(removed=Change.Removed(name="projects/p3")),
        ],
        is_current=True,
        resume_token="t1",
        snapshot_size=5,
        is_soft_reset=True,
        is_hard_reset=True,
    )
    changes = (*((project.name, project) for project in projects), ("projects/p3", None))
    assert reader.read(response) == Response(changes, True, "t1", 5, True, True)


def test_changes_without_a_name_are_told_apart(reader: ResponseReader[Project, Project]) -> None:
    """WATCH-18."""
    response = WatchProjectsResponse(
        project_changes=[
            Change(),
            Change(current=Change.Current(project=Project(title="x"))),
            Change(current=Change.Current()),
            Change(removed=Change.Removed()),
        ]
    )
    assert reader.read(response).changes == (("", None),) * 4


def test_what_is_kept_is_what_keep_makes_of_it() -> None:
    def title(project: Project) -> str:
        return project.title

    reader = ResponseReader(methods.WATCH_PROJECTS, descriptors.PROJECT, title)
    response = WatchProjectsResponse(
        project_changes=[Change(current=Change.Current(project=Project(name="projects/p1", title="one")))]
    )
    assert reader.read(response).changes == (("projects/p1", "one"),)


def test_a_copy_is_independent() -> None:
    response = WatchProjectsResponse(
        project_changes=[Change(current=Change.Current(project=Project(name="projects/p1")))]
    )
    original = response.project_changes[0].current.project
    copy = copy_message(original)
    original.title = "changed"
    assert (type(copy), copy.name, copy.title) == (Project, "projects/p1", "")


def altered(original: Any, **changes: Any) -> Any:
    """A descriptor like `original`, with some arguments of its constructor changed."""
    names = inspect.signature(type(original)).parameters
    return type(original)(**{**{name: getattr(original, name) for name in names}, **changes})


@pytest.mark.parametrize(
    ("method", "query", "reason"),
    [
        (methods.LIST_PROJECTS, WatchQuery(), "it is no Watch method of a collection"),
        (methods.WATCH_PROJECT, WatchQuery(), "it is no Watch method of a collection"),
        (methods.WATCH_PROJECTS, WatchQuery(parent="a/b"), "its request has no parent, so a/b cannot be one"),
        (altered(methods.WATCH_PROJECTS, request=empty_pb2.Empty), WatchQuery(), "its request has no field type"),
    ],
)
def test_a_method_that_cannot_take_a_query(method: MethodDescriptor[Any, Any], query: WatchQuery, reason: str) -> None:
    with pytest.raises(NotWatchable) as caught:
        query.check(method)
    assert caught.value.reason == reason
    assert str(caught.value) == f"{method.full_name} cannot be watched: {reason}"


@pytest.mark.parametrize(
    ("method", "resource", "reason"),
    [
        (altered(methods.WATCH_PROJECTS, response=Project), descriptors.PROJECT, "its response has no field is_cu"),
        (methods.WATCH_PROJECTS, descriptors.ROLE, "kind added in its response holds no example.identity.v1.Role"),
        (methods.WATCH_PROJECTS, altered(descriptors.PROJECT, name_field=""), "no field with the name"),
    ],
)
def test_a_method_that_does_not_watch_the_resource(
    method: MethodDescriptor[Any, Any], resource: Descriptor[Any, Any], reason: str
) -> None:
    with pytest.raises(NotWatchable, match=reason):
        ResponseReader(method, resource, copy_message)


def test_chunks_hold_something() -> None:
    with pytest.raises(ValueError, match="max_chunk_size is 0"):
        WatchQuery(max_chunk_size=0)
