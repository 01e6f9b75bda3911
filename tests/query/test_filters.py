"""What filters are beside what they match: values that can be kept, read without harm."""

from __future__ import annotations

import inspect
import sys
import time

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.service_pb2 import Service
from goten.query import QueryError, parse_filter
from goten.types.meta_pb2 import Meta
from tests.query.everything import Everything


def test_filters_that_are_written_differently_are_one_key() -> None:
    """FILTER-11"""
    kept = {parse_filter('name = \'a\' AND (display_name IN ("x", "y"))', Service): 1}
    assert kept[parse_filter('((name=="a" and display_name in ["y", "x"]))', Service)] == 1
    assert parse_filter('name = "b"', Service) not in kept


@pytest.mark.parametrize("key", ["-", "--", "-a", "-1e", "5", "5e5", "5-a", "a-", "_", "NULL", "a.b", "+", "é", ""])
def test_a_filter_can_be_read_from_what_it_says(key: str) -> None:
    """FILTER-3: whatever a key of a map is."""
    for text in (f'metadata.labels = {{"{key}": "x"}}', f'metadata.labels."{key}" = "x"'):
        parsed = parse_filter(text, Service)
        assert parse_filter(str(parsed), Service) == parsed
        assert parsed.matches(Service(metadata=Meta(labels={key: "x"})))


def test_filters_over_two_types_are_two() -> None:
    assert parse_filter('name = "a"', Service) != parse_filter('name = "a"', Region)
    assert parse_filter("", Service) != parse_filter("", Region)
    assert parse_filter("", Service) != ""


def test_an_empty_filter_says_that_it_matches_all() -> None:
    """FILTER-1"""
    assert parse_filter(" \n", Service).matches_all
    assert not parse_filter('name = "a"', Service).matches_all
    assert repr(parse_filter("", Service)) == "<Filter of goten.meta.v1.Service: all>"


def test_paths_are_those_that_decide() -> None:
    text = (
        'metadata.labels."a.b" = "x" OR NOT (imported_versions.target_service != "y" AND metadata.labels."a.b" = "z")'
    )
    assert parse_filter(text, Service).paths == ("imported_versions.target_service", 'metadata.labels."a.b"')


def test_an_error_names_the_field_of_the_request() -> None:
    """FILTER-12"""
    with pytest.raises(QueryError) as caught:
        parse_filter("name <", Service, field="request.filter")
    assert str(caught.value) == "request.filter: at character 6: expected a value, not the end"


def test_messages_of_another_pool_match_too() -> None:
    """FILTER-4: such a pool has its own classes, of times and of what literals make."""
    pool = descriptor_pool.DescriptorPool()
    for name in ("google/protobuf/timestamp.proto", "google/protobuf/duration.proto", "google/protobuf/wrappers.proto"):
        pool.Add(_copy(name))
    pool.Add(_copy("goten/tests/query/everything.proto"))
    other = message_factory.GetMessageClass(pool.FindMessageTypeByName("goten.tests.query.Everything"))
    message = Everything(text="a", inners=[{"text": "b", "small": 1}])
    message.time.seconds = 1
    foreign = other.FromString(message.SerializeToString())
    text = 'time = "1970-01-01T00:00:01Z" AND inners CONTAINS {text: "b", small: 1} AND text = "a"'
    assert parse_filter(text, other).matches(foreign)
    assert parse_filter(text, Everything).matches(message)


def _copy(name: str) -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto()
    descriptor_pool.Default().FindFileByName(name).CopyToProto(file)
    return file


@pytest.mark.parametrize(
    "text",
    [
        " OR ".join(f'text LIKE "%{place}{"%a_" * 300}"' for place in range(50)),
        "text LIKE '%" + "a_" * 490 + "b%'",
        "name IN (" + ",".join(f'"{place}"' for place in range(6000)) + ")",
        " AND ".join(f'labels."{place}" != "x"' for place in range(900)),
        "(" * 60_000,
        "a." * 30_000 + "a = 1",
        "a" * 60_000 + " = 1",
        "name = " + "\\" * 60_000,
        'name = "' + "\\" * 60_000,
        "labels = {" + ",".join(f'"{place}": "x"' for place in range(4000)) + "}",
        "texts CONTAINS ALL (" + ",".join('"a"' for _ in range(9000)) + ")",
    ],
    ids=lambda text: text[:20],
)
def test_hostile_texts_cost_time_in_proportion(text: str) -> None:
    """FILTER-2: the bound is a hundred times what it takes, and far below what a power of the length would take."""
    message = Everything(text="a" * 20_000, texts=["a"] * 100)
    begin = time.perf_counter()
    try:
        parse_filter(text, Everything).matches(message)
    except QueryError as error:
        assert len(str(error)) < 1000  # noqa: PT017
    assert time.perf_counter() - begin < 5


NESTED = [
    "inner = " + "{inner: " * 63 + "{}" + "}" * 63,
    "inners = " + "[{inners: " * 31 + "[]" + "}]" * 31,
    "(" * 64 + 'text = "a"' + ")" * 64,
    "NOT (" * 32 + 'text = "a" OR name = "b"' + ")" * 32,
    ".".join(["inner"] * 31 + ["text"]) + ' = "a"',
]


@pytest.mark.parametrize("text", NESTED, ids=lambda text: text[:10])
def test_the_deepest_filter_leaves_half_of_the_stack(text: str) -> None:
    """FILTER-2"""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 500)
    try:
        assert not parse_filter(text, Everything).matches(Everything()) or "NOT" in text
    finally:
        sys.setrecursionlimit(limit)


def test_reading_a_message_never_changes_it() -> None:
    """FILTER-6: protobuf makes messages and entries of maps of mere looks at them."""
    message = Everything()
    text = 'inner.inner.text = "x" OR by_text.a.text = "x" OR counts.a = 1 OR inner.time IS NULL AND inners.text != "x"'
    assert parse_filter(text, Everything).matches(message)
    assert message.ListFields() == []
