"""Pages: whatever the order, the size and the filter, a walk meets every item once."""

from __future__ import annotations

from bisect import insort
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goten.query import (
    MAX_PAGE_SIZE,
    OrderBy,
    Page,
    PageToken,
    QueryError,
    parse_order,
    parse_page_token,
    prefix_bounds,
    select_page,
)
from tests.query.everything import Everything, everythings

ORDERS = [
    "",
    "name desc",
    "text",
    "text desc, large",
    "maybe",
    "double desc, maybe desc, name desc",
    "time desc",
    "span, flag desc",
    'labels."a.b" desc',
    "one_text, mood desc, data, wrapped_double",
]
NAMES = st.lists(st.integers(0, 60).map("n{:02}".format), unique=True, max_size=12)
BY_NAME = parse_order("", Everything)


@st.composite
def lists(draw: st.DrawFn) -> tuple[OrderBy, list[Any]]:
    """An order, and rows as `select_page` takes them."""
    order = parse_order(draw(st.sampled_from(ORDERS)), Everything)
    messages = []
    for name in draw(NAMES):
        message = draw(everythings())
        message.name = name
        messages.append(message)
    if order.by_name:
        return order, sorted(message.name for message in messages)
    return order, sorted((order.key(message), message.name) for message in messages)


def names_of(order: OrderBy, rows: list[Any]) -> list[str]:
    return rows if order.by_name else [name for _, name in rows]


@given(st.data(), lists(), st.integers(1, 5))
def test_a_walk_meets_every_item_once_and_back_again(
    data: st.DataObject, ordered: tuple[OrderBy, list[Any]], size: int
) -> None:
    """FILTER-13, FILTER-14, FILTER-15, FILTER-16"""
    order, rows = ordered
    names = names_of(order, rows)
    kept = data.draw(st.none() | st.sets(st.sampled_from(names))) if names else None
    expected = [name for name in names if kept is None or name in kept]

    def page(token: str) -> Page:
        found = select_page(
            order,
            rows,
            page_size=size,
            page_token=token,
            matches=None if kept is None else kept.__contains__,
            with_info=True,
        )
        assert found.total_results_count == len(expected)
        assert expected[found.current_offset : found.current_offset + len(found.names)] == found.names
        assert bool(found.prev_page_token) == (found.current_offset > 0)
        assert bool(found.next_page_token) == (found.current_offset + len(found.names) < len(expected))
        return found

    forwards = [page("")]
    while forwards[-1].next_page_token:
        forwards.append(page(forwards[-1].next_page_token))
    assert [name for found in forwards for name in found.names] == expected
    backwards = [forwards[-1]]
    while backwards[-1].prev_page_token:
        backwards.append(page(backwards[-1].prev_page_token))
    assert [found.names for found in reversed(backwards)] == [found.names for found in forwards]


@given(st.data(), NAMES, NAMES, st.integers(1, 3), st.booleans())
def test_a_walk_meets_what_stays_once_while_others_come_and_go(
    data: st.DataObject, staying: list[str], fleeting: list[str], size: int, backwards: bool
) -> None:
    """FILTER-16"""
    names = sorted({*staying, *fleeting})
    found: list[str] = []
    token = "l.e.O.1000" if backwards else ""
    for _ in range(200):
        page = select_page(BY_NAME, names, page_size=size, page_token=token)
        found = [*page.names, *found] if backwards else [*found, *page.names]
        token = page.prev_page_token if backwards else page.next_page_token
        if not token:
            break
        come_or_go(data, names, [name for name in fleeting if name not in staying])
    assert not token
    assert [name for name in found if name in staying] == sorted(staying)
    assert found == sorted(set(found))


def come_or_go(data: st.DataObject, names: list[str], fleeting: list[str]) -> None:
    for name in data.draw(st.lists(st.sampled_from(fleeting), max_size=2)) if fleeting else ():
        if name in names:
            names.remove(name)
        else:
            insort(names, name)


@given(st.data(), NAMES, st.integers(0, 15), st.integers(1, 4), st.booleans())
def test_an_offset_counts_what_matches(
    data: st.DataObject, names: list[str], offset: int, size: int, left: bool
) -> None:
    """FILTER-15, FILTER-16"""
    kept = data.draw(st.none() | st.sets(st.sampled_from(names))) if names else None
    expected = sorted(name for name in names if kept is None or name in kept)
    page = select_page(
        BY_NAME,
        sorted(names),
        page_size=size,
        page_token=str(PageToken(left, data.draw(st.booleans()), offset)),
        matches=None if kept is None else kept.__contains__,
    )
    end = min(offset, len(expected))
    assert page.names == (expected[max(0, end - size) : end] if left else expected[offset : offset + size])


TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@given(st.booleans(), st.booleans(), st.integers(0, 2**31 - 1) | st.dictionaries(TEXTS, TEXTS, min_size=1))
def test_a_token_reads_as_what_was_written(left: bool, inclusive: bool, place: int | dict[str, str]) -> None:
    """FILTER-15"""
    token = PageToken(left, inclusive, place)
    assert parse_page_token(str(token)) == token


@given(st.sampled_from(ORDERS), everythings(), everythings())
def test_a_cursor_stands_for_the_key_it_was_made_of(text: str, one: Any, other: Any) -> None:
    """FILTER-13, FILTER-14: in whatever order its pairs come back."""
    order = parse_order(text, Everything)
    cursor = dict(reversed(order.values(one).items()))
    place = parse_page_token(str(PageToken(False, False, cursor))).place
    assert not isinstance(place, int)
    key = order.key_of_cursor(place)
    assert (key < order.key(other)) == (order.key(one) < order.key(other))
    assert not key < order.key(one)
    assert not order.key(one) < key


def test_a_part_of_the_names_has_pages_of_its_own() -> None:
    """FILTER-16"""
    names = sorted(["a/1", "b/1", "b/2", "b/3", "b0", "c/1"])
    bounds = prefix_bounds(names, "b/")
    page = select_page(BY_NAME, names, page_size=2, bounds=bounds, with_info=True)
    assert page.names == ["b/1", "b/2"]
    assert page[3:] == (0, 3)
    page = select_page(BY_NAME, names, page_size=2, bounds=bounds, page_token=page.next_page_token, with_info=True)
    assert page.names == ["b/3"]
    assert not page.next_page_token
    assert page[3:] == (2, 3)
    assert select_page(BY_NAME, names, bounds=prefix_bounds(names, "x/"), with_info=True) == ([], "", "", 0, 0)


def test_a_filter_is_asked_for_no_more_than_the_page_needs() -> None:
    asked: list[str] = []

    def matches(name: str) -> bool:
        asked.append(name)
        return True

    names = [f"n{number:05}" for number in range(20_000)]
    select_page(BY_NAME, names, page_size=10, page_token="r.e.C.bmFtZQ==:bjEwMDAw", matches=matches)
    assert len(asked) == 12


def test_sizes_have_a_default_and_a_limit() -> None:
    """FILTER-16: a type may have others."""
    names = [f"n{number:05}" for number in range(5000)]
    assert len(select_page(BY_NAME, names).names) == 100
    assert len(select_page(BY_NAME, names, page_size=2_000_000_000).names) == MAX_PAGE_SIZE
    assert len(select_page(BY_NAME, names, default_size=7).names) == 7
    assert len(select_page(BY_NAME, names, page_size=50, max_size=20).names) == 20
    with pytest.raises(QueryError, match="page_size: is -1"):
        select_page(BY_NAME, names, page_size=-1)


@pytest.mark.parametrize("cursor", [{}, {"text": "a"}, {"name": "a", "text": "b"}, {"name": "a", "maybe": "x"}])
def test_a_cursor_of_another_order_is_refused(cursor: dict[str, str]) -> None:
    """FILTER-15"""
    order = parse_order("maybe", Everything)
    with pytest.raises(QueryError) as caught:
        select_page(order, [], page_token=str(PageToken(False, False, cursor)))
    assert caught.value.field == "page_token"


def test_orders_are_compared_by_what_they_say() -> None:
    """FILTER-13"""
    assert parse_order("text ASC ,name", Everything) == parse_order("text", Everything)
    assert hash(parse_order("text asc", Everything)) == hash(parse_order("text", Everything))
    assert parse_order("text desc", Everything) != parse_order("text", Everything)
    assert parse_order("name asc", Everything).by_name
    assert not parse_order("name desc", Everything).by_name
    assert str(parse_order("name desc, text", Everything)) == "name desc"
    assert parse_order("large", Everything, name_field="text").key(Everything(large=5, text="x")) == (5, "x")
