"""Pages of a list, forwards and backwards, cut out of a sorted sequence without copying it (FILTER-16)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, Final, NamedTuple

from goten.query.errors import QueryError
from goten.query.order import OrderBy
from goten.query.page_token import LONGEST_TOKEN, PageToken, parse_page_token

DEFAULT_PAGE_SIZE: Final = 100
MAX_PAGE_SIZE: Final = 1000

_key_of_row = itemgetter(0)


class Page(NamedTuple):
    """Names in order. A token is empty where there is no such page; the numbers are 0 unless they were asked for."""

    names: list[str]
    prev_page_token: str
    next_page_token: str
    current_offset: int
    """How many come before the page."""
    total_results_count: int


def prefix_bounds(names: Sequence[str], prefix: str) -> tuple[int, int]:
    """The part of sorted `names` that begins with `prefix`: from, to."""
    return bisect_left(names, prefix), bisect_left(names, prefix + chr(0x10FFFF))


def select_page(
    order: OrderBy,
    rows: Sequence[Any],
    *,
    page_size: int = 0,
    page_token: str = "",
    matches: Callable[[str], bool] | None = None,
    bounds: tuple[int, int] | None = None,
    with_info: bool = False,
    default_size: int = DEFAULT_PAGE_SIZE,
    max_size: int = MAX_PAGE_SIZE,
) -> Page:
    """The page that `page_token` leads to, the first one without a token.

    `rows` are sorted: names where `order.by_name`, else pairs of `order.key(message)` and name. The list is what of
    them lies within `bounds` (from, to; None: everything) and whose name `matches` (None: everything does), which is
    asked for no more names than the page and its tokens need, unless `with_info`.

    Raises QueryError for a negative `page_size`, and for a token that is none, or of a list in another order.
    """
    size = _size(page_size, default_size, max_size)
    token = parse_page_token(page_token) if page_token else None
    return _List(order, rows, matches, bounds or (0, len(rows))).page(token, size, with_info)


def _size(asked: int, default: int, most: int) -> int:
    if asked < 0:
        raise QueryError("page_size", f"is {asked}", hint="leave it out, or ask for 1 or more")
    return min(asked or default, most)


class _List:
    """Items are spoken of by their index in `rows`."""

    def __init__(
        self, order: OrderBy, rows: Sequence[Any], matches: Callable[[str], bool] | None, bounds: tuple[int, int]
    ) -> None:
        self._order = order
        self._rows = rows
        self._matches = matches
        self._low, self._high = bounds

    def page(self, token: PageToken | None, size: int, with_info: bool) -> Page:
        start = self._low if token is None else self._place(token)
        left, right = range(start - 1, self._low - 1, -1), range(start, self._high)
        if token is not None and token.left:
            picked, is_more = self._pick(left, size)
            picked = picked[::-1]
            before, after = is_more, self._any(right)
        else:
            picked, is_more = self._pick(right, size)
            before, after = self._any(left), is_more
        prev = self._token(token, picked, left=True) if before else ""
        following = self._token(token, picked, left=False) if after else ""
        offset = self._count(range(self._low, picked[0] if picked else start)) if with_info else 0
        total = self._count(range(self._low, self._high)) if with_info else 0
        return Page(self._names(picked), prev, following, offset, total)

    def _place(self, token: PageToken) -> int:
        """The index that the token's place has: what is right of the place begins there."""
        if isinstance(token.place, int):
            return self._nth(token.place)
        key = self._order.key_of_cursor(token.place)
        # Right of the place and including it begins where left of it and excluding it ends.
        bisect = bisect_left if token.left is not token.inclusive else bisect_right
        if self._order.by_name:
            return bisect(self._rows, key, self._low, self._high)
        return bisect(self._rows, key, self._low, self._high, key=_key_of_row)

    def _nth(self, offset: int) -> int:
        if self._matches is None:
            return min(self._low + offset, self._high)
        matching = filter(self._is_match, range(self._low, self._high))
        return next(islice(matching, offset, None), self._high)

    def _token(self, token: PageToken | None, picked: Sequence[int], *, left: bool) -> str:
        """Leads away from the page: from its first or last item, from its place where it is empty."""
        if picked:
            text = str(PageToken(left, False, self._cursor(picked[0 if left else -1])))
            if len(text) <= LONGEST_TOKEN:
                return text
            passed = range(self._low, picked[0] if left else picked[-1] + 1)
            return str(PageToken(left, False, self._count(passed)))
        # A list that has items left or right of an empty page was entered by a token.
        assert token is not None
        return str(PageToken(left, not token.inclusive, token.place))

    def _cursor(self, index: int) -> Any:
        row = self._rows[index]
        return self._order.cursor(row if self._order.by_name else row[0])

    def _name(self, index: int) -> str:
        row = self._rows[index]
        name: str = row if self._order.by_name else row[1]
        return name

    def _names(self, picked: Sequence[int]) -> list[str]:
        if picked and isinstance(picked, range) and self._order.by_name:
            return list(self._rows[picked[0] : picked[-1] + 1])
        return [self._name(index) for index in picked]

    def _is_match(self, index: int) -> bool:
        return self._matches is None or self._matches(self._name(index))

    def _pick(self, among: range, size: int) -> tuple[Sequence[int], bool]:
        """The first `size` matches, and whether there are more."""
        if self._matches is None:
            return among[:size], len(among) > size
        found = list(islice(filter(self._is_match, among), size + 1))
        return found[:size], len(found) > size

    def _any(self, among: range) -> bool:
        return bool(among) if self._matches is None else any(map(self._is_match, among))

    def _count(self, among: range) -> int:
        return len(among) if self._matches is None else sum(map(self._is_match, among))
