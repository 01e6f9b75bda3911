"""Views and field masks: which part of a resource an answer carries."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import field_mask_pb2
from hypothesis import given

from goten.descriptors import Descriptor, SyncType
from goten.meta.v1.descriptors import DEPLOYMENT, REGION, SERVICE
from goten.meta.v1.service_pb2 import Service
from goten.names import ResourceName
from goten.query import QueryError, Selection, declared_views
from goten.types import view_pb2
from tests.query.everything import Everything, everythings
from tests.query.test_masks import READABLE

EVERYTHING: Descriptor[Any, Any] = Descriptor(
    type="query.example.test/Everything",
    version="v1",
    singular="Everything",
    plural="Everythings",
    name=ResourceName,
    message=Everything,
    name_field="name",
    parents=(),
    parentless=True,
    metadata_field=None,
    policy_field=None,
    sync_type=SyncType.DEFAULT,
    references=(),
)


def test_the_view_name_has_what_the_type_declares() -> None:
    """FILTER-22"""
    assert declared_views(SERVICE) == {view_pb2.NAME: ("display_name",)}
    assert declared_views(DEPLOYMENT) == {}
    assert Selection(SERVICE, view_pb2.NAME).paths == ("display_name", "name")
    assert Selection(DEPLOYMENT, view_pb2.NAME).paths == ("name",)


def test_what_views_have_can_be_given() -> None:
    """FILTER-22: for types that declare nothing."""
    views = {view_pb2.NAME: ("title",), view_pb2.BASIC: ("title", "metadata.labels")}
    assert Selection(REGION, view_pb2.NAME, views=views).paths == ("name", "title")
    assert Selection(REGION, view_pb2.BASIC, views=views).paths == ("metadata.labels", "name", "title")
    assert Selection(REGION, view_pb2.DETAIL, views=views).whole
    assert Selection(SERVICE, view_pb2.NAME, views={}).paths == ("name",)


@pytest.mark.parametrize("view", [view_pb2.UNSPECIFIED, view_pb2.BASIC, view_pb2.DETAIL, view_pb2.FULL, 77])
def test_the_whole_resource_is_the_same_object(view: int) -> None:
    """FILTER-22"""
    selection = Selection(SERVICE, view, field_mask_pb2.FieldMask(paths=["metadata.create_time"]))
    message = Service(name="services/a")
    assert selection.whole
    assert selection.key == "*"
    assert selection.of(message) is message
    assert selection.differs(message, Service(name="services/b"))
    assert not selection.differs(message, Service(name="services/a"))


def test_a_mask_of_all_fields_is_the_whole_resource() -> None:
    """FILTER-17, FILTER-22"""
    assert Selection(SERVICE, view_pb2.NAME, ["*"]).whole
    assert Selection(REGION, view_pb2.NAME, ["title", "metadata"]).whole
    assert not Selection(REGION, view_pb2.NAME, ["title", "metadata.labels"]).whole


def test_equal_selections_have_equal_keys() -> None:
    """FILTER-22"""
    one = Selection(SERVICE, view_pb2.NAME, ['metadata.labels."a"', "metadata.create_time"])
    other = Selection(SERVICE, view_pb2.NAME, ["metadata.create_time", "name", "metadata.labels.a"])
    assert one.key == other.key == "display_name,metadata.create_time,metadata.labels.a,name"
    assert one.key != Selection(SERVICE, view_pb2.NAME, ["metadata.labels.b", "metadata.create_time"]).key


def test_everything_but_one_part_can_be_selected() -> None:
    """FILTER-18: what a registry watches, all but `metadata.services`."""
    fields: Any = SERVICE.message.DESCRIPTOR.fields_by_name
    metadata = [f"metadata.{name}" for name in fields["metadata"].message_type.fields_by_name]
    rest = [name for name in fields if name != "metadata"]
    selection = Selection(SERVICE, view_pb2.NAME, {*metadata, *rest} - {"metadata.services"})
    message = Service(name="services/a", all_versions=["v1"])
    message.metadata.labels["a"] = "b"
    message.metadata.create_time.seconds = 5
    message.metadata.services.allowed_services.append("a")
    other = Service.FromString(message.SerializeToString())
    other.metadata.services.allowed_services.append("b")
    assert not selection.differs(message, other)
    message.metadata.ClearField("services")
    assert selection.of(other) == message
    other.metadata.create_time.nanos = 1
    assert selection.differs(message, other)


@given(everythings(), everythings(), READABLE)
def test_messages_differ_if_what_is_selected_differs(a: Any, b: Any, paths: list[str]) -> None:
    """FILTER-20"""
    selection = Selection(EVERYTHING, view_pb2.NAME, paths)
    assert selection.differs(a, b) == (selection.of(a) != selection.of(b))
    again = Selection(EVERYTHING, view_pb2.NAME, selection.paths or ["*"])
    assert again.key == selection.key


def test_a_bad_mask_is_refused_whatever_the_view() -> None:
    """FILTER-17"""
    for view in (view_pb2.NAME, view_pb2.FULL):
        with pytest.raises(QueryError) as caught:
            Selection(SERVICE, view, ["name", "metadata.lables"])
        assert (caught.value.field, caught.value.position) == ("field_mask", 9)
        assert caught.value.hint == "did you mean labels?"
