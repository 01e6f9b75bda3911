"""What two versions of a message have in common, and what an update through one of them keeps of the other."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct, Value

from goten.meta.v1 import descriptors as meta
from goten.server.versions import ServedVersion
from tests.server.two_versions import V1, V2, ThingV1, ThingV2

VERSION = ServedVersion(V1, V2)
"""Served as v1, stored as v2."""


def stored(**fields: Any) -> Any:
    return ThingV2(name="things/t", **fields)


def served(**fields: Any) -> Any:
    return ThingV1(name="things/t", **fields)


FREE = Struct()
FREE.update({"a": [1, 2], "b": {"c": None}})

COMMON: list[dict[str, Any]] = [
    {"title": "x", "count": -(2**40)},
    {"colour": 2},
    {"main": {"id": "a", "weight": 3, "parts": [{"id": "b", "parts": [{"id": "c"}]}]}},
    {"main": {}},
    {"parts": [{"id": "a"}, {}, {"id": "b"}]},
    {"by_id": {"a": {"id": "a"}, "": {}}},
    {"labels": {"a": "b", "c": ""}},
    {"numbers": [0, -1, 5]},
    {"word": ""},
    {"body": {"id": "x"}},
    {"note": ""},
    {"free": FREE, "values": [Value(string_value="s"), Value()]},
    {"free": Struct()},
]


@pytest.mark.parametrize("fields", COMMON)
def test_what_both_versions_have_is_copied_both_ways(fields: dict[str, Any]) -> None:
    """METHOD-14"""
    assert VERSION.down(stored(**fields)) == served(**fields)
    assert VERSION.up(served(**fields), None) == stored(**fields)


@pytest.mark.parametrize("fields", COMMON)
def test_an_update_makes_the_stored_resource_look_as_it_says(fields: dict[str, Any]) -> None:
    """METHOD-14"""
    full = {key: value for other in COMMON for key, value in other.items() if key != "body"}
    before = stored(**full, only_in_v2="kept")
    updated = VERSION.up(served(**fields), before)
    assert VERSION.down(updated) == served(**fields)
    assert updated.only_in_v2 == "kept"
    assert before == stored(**full, only_in_v2="kept")


@pytest.mark.parametrize(
    "fields",
    [
        {"size": 1},
        {"renumbered": "x"},
        {"retyped": "x"},
        {"single": ["x"]},
        {"only_in_v2": "x"},
        {"retold": FREE},
    ],
)
def test_what_differs_in_number_type_or_meaning_is_not_copied_and_is_kept(fields: dict[str, Any]) -> None:
    """METHOD-14"""
    assert VERSION.down(stored(**fields)) == served()
    updated = VERSION.up(served(title="new"), stored(**fields))
    assert updated == stored(title="new", **fields)


def test_a_number_that_only_one_enum_has_stays_a_number() -> None:
    """METHOD-14"""
    assert VERSION.down(stored(colour=3)).colour == 3
    assert VERSION.up(served(colour=3), None) == stored(colour=3)


def test_messages_keep_what_the_served_version_cannot_express() -> None:
    """METHOD-14"""
    before = stored(main={"id": "a", "only_in_v2": "kept"})
    changed = VERSION.up(served(main={"id": "b"}), before)
    assert changed == stored(main={"id": "b", "only_in_v2": "kept"})
    assert VERSION.up(served(), before) == stored()


def test_items_that_do_not_change_keep_it_wherever_they_move() -> None:
    """METHOD-14"""
    before = stored(parts=[{"id": "a", "only_in_v2": "1"}, {"id": "b", "only_in_v2": "2"}])
    changed = VERSION.up(served(parts=[{"id": "b"}, {"id": "c"}, {"id": "a"}]), before)
    expected = [{"id": "b", "only_in_v2": "2"}, {"id": "c"}, {"id": "a", "only_in_v2": "1"}]
    assert changed == stored(parts=expected)


def test_entries_of_maps_keep_it_under_their_keys() -> None:
    """METHOD-14"""
    before = stored(by_id={"a": {"id": "a", "only_in_v2": "1"}, "b": {"id": "b"}})
    changed = VERSION.up(served(by_id={"a": {"id": "x"}, "c": {"id": "c"}}), before)
    assert changed == stored(by_id={"a": {"id": "x", "only_in_v2": "1"}, "c": {"id": "c"}})


def test_an_update_that_changes_nothing_is_none() -> None:
    """METHOD-10, METHOD-14"""
    before = stored(parts=[{"id": "a", "only_in_v2": "1"}], only_in_v2="x", body={"id": "k", "only_in_v2": "y"})
    assert VERSION.up(VERSION.down(before), before) == before


def test_functions_of_the_service_take_the_place_of_the_default() -> None:
    """METHOD-13"""

    def down(thing: Any) -> Any:
        return ThingV1(name=thing.name, only_in_v1=thing.only_in_v2)

    version = ServedVersion(V1, V2, down=down)
    assert version.down(stored(only_in_v2="x")) == served(only_in_v1="x")
    assert version.up(served(title="x"), None) == stored(title="x")


def test_a_type_is_not_served_as_another() -> None:
    with pytest.raises(ValueError, match=r"meta\.goten\.com/Service v1 cannot be stored as meta\.goten\.com/Region v1"):
        ServedVersion(meta.SERVICE, meta.REGION)
