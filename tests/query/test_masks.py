"""Masks over messages with every kind of field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goten.meta.v1 import descriptors, service_service_pb2
from goten.meta.v1.service_pb2 import Service
from goten.query import QueryError, differing_paths, masked_response, overwrite, pick, set_paths
from tests.query.everything import FIELDS, LISTS, MAPS, MESSAGES, SCALARS, Everything, everythings

ALL_FIELDS = tuple(FIELDS)
IN_PLACE = [
    "inner.inner.text",
    "one_inner.labels",
    'labels."a.b"',
    "counts.a",
    "by_number.1",
    "by_flag.true",
    "by_text.a",
]
DEEP = ["by_text.a.text", "by_text.b.inner", "inner.by_text.a.labels.b", "inner.time.seconds", "wrapped_text.value"]
IN_LISTS = ["inners.text", "inners.inners", "inners.inner.mood", "inner.inners.double", "inners.labels.a"]
WRITABLE = st.lists(st.sampled_from([*ALL_FIELDS, *IN_PLACE, *DEEP]), max_size=5)
READABLE = st.lists(st.sampled_from([*ALL_FIELDS, *IN_PLACE, *DEEP, *IN_LISTS]), max_size=5)


def copy(message: Any) -> Any:
    copied = type(message)()
    copied.CopyFrom(message)
    return copied


@given(everythings(), everythings())
def test_overwriting_everything_copies(target: Any, source: Any) -> None:
    """FILTER-17, FILTER-19: presence and oneofs included."""
    for paths in (ALL_FIELDS, ("*",), reversed(ALL_FIELDS)):
        written = copy(target)
        overwrite(written, source, paths)
        assert written == source
    assert pick(source, ALL_FIELDS) == source
    assert pick(source, ()) == Everything()


@given(everythings(), everythings(), WRITABLE)
def test_what_is_overwritten_agrees_and_the_rest_stays(target: Any, source: Any, paths: list[str]) -> None:
    """FILTER-19, FILTER-20"""
    written, kept = copy(target), copy(source)
    overwrite(written, source, paths)
    assert source == kept
    assert differing_paths(written, source, paths) == []
    assert pick(written, paths) == pick(source, paths)
    again = copy(written)
    overwrite(again, source, paths)
    assert again == written
    # A field of a oneof that was set has cleared the others.
    oneof = (
        {"one_text", "one_number", "one_inner"}
        if written.WhichOneof("choice") != target.WhichOneof("choice")
        else set()
    )
    untouched = [name for name in ALL_FIELDS if name not in oneof | {path.partition(".")[0] for path in paths}]
    assert differing_paths(written, target, untouched) == []


@given(everythings(), everythings())
def test_an_update_without_mask_writes_what_is_set(target: Any, source: Any) -> None:
    """FILTER-19, FILTER-21: over nothing, that is all there is."""
    paths = set_paths(source)
    written = Everything()
    overwrite(written, source, paths)
    assert written == source
    assert pick(source, paths) == source
    overwrite(target, source, paths)
    assert differing_paths(target, source, paths) == []


@given(everythings(), everythings(), st.none() | READABLE)
def test_messages_differ_exactly_where_what_is_shown_differs(a: Any, b: Any, paths: list[str] | None) -> None:
    """FILTER-18, FILTER-20"""
    found = differing_paths(a, b, paths)
    shown = ALL_FIELDS if paths is None else paths
    assert bool(found) == (pick(a, shown) != pick(b, shown))
    assert sorted(found) == sorted(differing_paths(b, a, paths))
    assert len(found) == len(set(found))
    assert differing_paths(a, copy(a), paths) == []
    if paths is None or not set(paths) & set(IN_LISTS):
        overwrite(a, b, found)
        assert pick(a, shown) == pick(b, shown)


@given(everythings(), READABLE)
def test_what_is_shown_is_shown_of_the_message_alone(message: Any, paths: list[str]) -> None:
    """FILTER-17, FILTER-18"""
    before = copy(message)
    shown = pick(message, paths)
    assert message == before
    assert pick(shown, paths) == shown
    assert pick(message, [*paths, *paths]) == shown
    assert pick(message, reversed(paths)) == shown
    assert differing_paths(shown, message, paths) == []


@pytest.mark.parametrize("paths", [["inners.text"], ["text", "inner.inners.inner"], ["by_text.a.inners.text"]])
def test_a_part_of_a_list_is_not_overwritten(paths: list[str]) -> None:
    """FILTER-17"""
    with pytest.raises(QueryError, match="write inners as a whole") as caught:
        overwrite(Everything(), Everything(), paths)
    assert caught.value.field == "update_mask"


def test_every_kind_of_field_is_there() -> None:
    assert set(FIELDS) == {*SCALARS, *MESSAGES, *LISTS, *MAPS, "name", "maybe", "one_text", "one_number", "one_inner"}


# --- response masks ---

STORED = Service(name="services/a", display_name="A", global_domain="a.example.com")
STORED.metadata.labels["x"] = "1"
Mask = service_service_pb2.UpdateServiceRequest.ResponseMask


def respond(mask: Any, written: Iterable[str] = ("display_name", "metadata.labels")) -> Service:
    return masked_response(descriptors.SERVICE, mask, STORED, written)


def test_an_answer_carries_the_whole_resource_unless_a_mask_says_otherwise() -> None:
    """FILTER-23"""
    assert respond(None) is STORED
    assert respond(Mask()) is STORED
    assert respond(Mask(skip_entire_response_body=False)) is STORED
    assert respond(Mask(updated_fields_only=False)) is STORED
    assert respond(service_service_pb2.CreateServiceRequest.ResponseMask(skip_entire_response_body=True)) == Service()


def test_an_answer_carries_what_its_mask_says() -> None:
    """FILTER-23"""
    assert respond(Mask(skip_entire_response_body=True)) == Service()
    assert respond(Mask(body_mask={"paths": ["global_domain"]})) == Service(global_domain="a.example.com")
    updated = respond(Mask(updated_fields_only=True))
    assert updated == pick(STORED, ("name", "display_name", "metadata"))
    with pytest.raises(QueryError) as caught:
        respond(Mask(body_mask={"paths": ["displayName"]}))
    assert caught.value.field == "response_mask.body_mask"
