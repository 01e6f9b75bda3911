"""Filters against an evaluator that walks the tree; any text whatever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from goten.meta.v1.service_pb2 import Service
from goten.query import QueryError, parse_filter, parse_order, parse_page_token
from tests.query.everything import Everything, everythings
from tests.query.slow_filter import Node, nodes, texts_of


@given(st.data(), nodes(), st.lists(everythings(), max_size=4))
def test_a_filter_matches_what_its_tree_says(data: st.DataObject, node: Node, messages: list[Any]) -> None:
    """FILTER-1, FILTER-6, FILTER-7, FILTER-8, FILTER-9, FILTER-10, FILTER-11: in all ways of writing."""
    text = data.draw(texts_of(node))
    parsed = parse_filter(text, Everything)
    normalised = parse_filter(str(parsed), Everything)
    assert normalised == parsed
    assert hash(normalised) == hash(parsed)
    assert normalised.paths == parsed.paths
    for message in [*messages, Everything()]:
        before = message.SerializeToString(deterministic=True)
        assert parsed.matches(message) is node.holds(message)
        assert normalised.matches(message) is node.holds(message)
        assert message.SerializeToString(deterministic=True) == before


def parsed_or_refused(parse: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return parse(*arguments)
    except QueryError as error:
        return error


def check_position(error: QueryError, field: str, text: str) -> None:
    assert error.field == field
    assert error.position is not None
    assert 0 <= error.position <= len(text)
    assert str(error)


WORDS = st.sampled_from(
    [
        *(
            "text",
            "labels.a",
            'labels."a',
            "inner.inners.texts",
            "name",
            "mood",
            "time",
            "double",
            "missing.field",
            ".",
        ),
        *("AND", "or", "NOT", "IN", "LIKE", "IS", "NULL", "NAN", "CONTAINS", "ANY", "ALL", "VALUE", "TRUE"),
        *(
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "=",
            "==",
            "!=",
            "<",
            ">=",
            "!",
            "5",
            "-1.5e3",
            "1e999",
            "5s",
            "9" * 30,
        ),
        *(
            '"x"',
            "'x'",
            '"',
            "\\",
            '"\\ud800"',
            '"%_\\\\"',
            '"1970-01-01T00:00:00Z"',
            '"9999-12-31T23:59:59-23:59"',
            "é",
            "\ud800",
        ),
    ]
)
ANYTHING = st.text() | st.lists(WORDS, max_size=12).map(" ".join) | st.lists(WORDS, max_size=12).map("".join)


@given(ANYTHING)
def test_any_text_is_a_filter_or_an_error_with_a_position(text: str) -> None:
    """FILTER-3, FILTER-4, FILTER-5, FILTER-12"""
    parsed = parsed_or_refused(parse_filter, text, Everything)
    if isinstance(parsed, QueryError):
        check_position(parsed, "filter", text)
    else:
        assert parse_filter(str(parsed), Everything) == parsed


@given(st.data(), nodes(), st.sampled_from(["drop", "double", "swap", "cut"]))
def test_a_filter_with_a_slip_is_a_filter_or_an_error(data: st.DataObject, node: Node, slip: str) -> None:
    """FILTER-12"""
    text = data.draw(texts_of(node))
    place = data.draw(st.integers(0, max(0, len(text) - 2)))
    slips = {
        "drop": text[:place] + text[place + 1 :],
        "double": text[:place] + text[place : place + 1] + text[place:],
        "swap": text[:place] + text[place : place + 2][::-1] + text[place + 2 :],
        "cut": text[:place],
    }
    parsed = parsed_or_refused(parse_filter, slips[slip], Everything)
    if isinstance(parsed, QueryError):
        check_position(parsed, "filter", slips[slip])


@given(
    ANYTHING | st.lists(st.sampled_from(["name", "asc", "DESC", ",", "display_name", " ", "metadata"])).map(" ".join)
)
def test_any_text_is_an_order_or_an_error_with_a_position(text: str) -> None:
    """FILTER-13"""
    order = parsed_or_refused(parse_order, text, Service)
    if isinstance(order, QueryError):
        check_position(order, "order_by", text)
    else:
        assert parse_order(str(order), Service) == order


@given(ANYTHING | st.from_regex(r"[lr]\.[ie]\.[OCS]\.[0-9a-zA-Z=,:+/]*", fullmatch=True))
def test_any_text_is_a_page_token_or_an_error(text: str) -> None:
    """FILTER-15"""
    token = parsed_or_refused(parse_page_token, text)
    if isinstance(token, QueryError):
        assert token.field == "page_token"
    else:
        assert parse_page_token(str(token)) == token
