"""Orders of lists: `display_name desc, name` (FILTER-13, FILTER-14)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from google.protobuf.descriptor import Descriptor

from goten.query.criteria import Criterion
from goten.query.errors import QueryError
from goten.query.paths import resolve
from goten.query.scanner import END, Segment, Token, scan, segments_of

if TYPE_CHECKING:
    from google.protobuf.message import Message

LONGEST: Final = 4096
MAX_CRITERIA: Final = 16


class OrderBy:
    """In which order messages are listed. Equal, and of one hash, where type and normalised text are equal.

    `by_name`: in order of names, first to last; a key is then the name itself. `str` is the normalised text.
    """

    def __init__(self, message_name: str, criteria: Sequence[Criterion]) -> None:
        """`criteria` end with the name."""
        self.message_name: Final = message_name
        self.by_name: Final = len(criteria) == 1 and not criteria[0].descending
        self.key: Final[Callable[[Any], Any]] = criteria[0].key if self.by_name else _joined(criteria)
        """From a message to what orders it: sorted keys are sorted messages."""
        self._criteria = tuple(criteria)
        self._text = ", ".join(map(str, criteria))

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<OrderBy of {self.message_name}: {self._text}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OrderBy):
            return NotImplemented
        return self._text == other._text and self.message_name == other.message_name

    def __hash__(self) -> int:
        return hash((self.message_name, self._text))

    def cursor(self, key: Any) -> dict[str, str]:
        """What a page token carries of a message with that key: texts by path, none for what is missing."""
        parts = (key,) if self.by_name else key
        texts = (
            (criterion.path, criterion.text_of(part)) for criterion, part in zip(self._criteria, parts, strict=True)
        )
        return {path: text for path, text in texts if text is not None}

    def values(self, message: Message) -> dict[str, str]:
        """The cursor of a message."""
        return self.cursor(self.key(message))

    def key_of_cursor(self, cursor: Mapping[str, str]) -> Any:
        """The key that `cursor` was made of. Raises QueryError for what this order made no cursor of."""
        parts = tuple(criterion.part_of(cursor.get(criterion.path)) for criterion in self._criteria)
        if not cursor.keys() <= {criterion.path for criterion in self._criteria}:
            raise QueryError("page_token", "is of a list in another order")
        return parts[0] if self.by_name else parts


def _joined(criteria: Sequence[Criterion]) -> Callable[[Any], Any]:
    keys = [criterion.key for criterion in criteria]
    if len(keys) == 2:
        first, second = keys
        return lambda message: (first(message), second(message))
    return lambda message: tuple([key(message) for key in keys])


def parse_order(
    text: str, message_type: type[Message], *, name_field: str = "name", field: str = "order_by"
) -> OrderBy:
    """Reads criteria such as `display_name desc, name`; the name comes last wherever it is not named.

    `field` is what errors call the text. Raises QueryError, with the position in `text`.
    """
    descriptor: Any = message_type.DESCRIPTOR
    if not text.strip():
        return _by_name(descriptor, name_field)
    criteria = _Reader(scan(text, field, LONGEST), descriptor, field).criteria()
    names = [place for place, criterion in enumerate(criteria) if criterion.path == name_field]
    if names:
        # No two messages have the same name, so nothing behind it counts.
        return OrderBy(descriptor.full_name, criteria[: names[0] + 1])
    return OrderBy(descriptor.full_name, [*criteria, _name(descriptor, name_field)])


@lru_cache(maxsize=256)
def _by_name(message: Descriptor, name_field: str) -> OrderBy:
    return OrderBy(message.full_name, [_name(message, name_field)])


def _name(message: Descriptor, name_field: str) -> Criterion:
    return Criterion(resolve([Segment(name_field, 0)], message, "name_field"), descending=False)


class _Reader:
    def __init__(self, tokens: Sequence[Token], message: Descriptor, request_field: str) -> None:
        self._tokens = iter(tokens)
        self._message = message
        self._request_field = request_field

    def criteria(self) -> list[Criterion]:
        criteria: dict[str, Criterion] = {}
        while True:
            token = next(self._tokens)
            if token.kind != "path":
                raise self._refused(f"expected a field, not {token}", token)
            criterion, token_behind = self._criterion(token)
            if criterion.path in criteria:
                raise self._refused(f"{criterion.path} is there twice", token)
            criteria[criterion.path] = criterion
            if token_behind.kind == END:
                return list(criteria.values())
            if token_behind.word != ",":
                raise self._refused(f"expected a comma, asc, desc or the end, not {token_behind}", token_behind)
            if len(criteria) == MAX_CRITERIA:
                raise self._refused(f"has more than {MAX_CRITERIA} criteria", token_behind)

    def _criterion(self, token: Token) -> tuple[Criterion, Token]:
        """A criterion that begins with a token, and the token behind it."""
        path = resolve(segments_of(token, self._request_field), self._message, self._request_field)
        if path.is_many or not path.kind.ordered:
            raise self._refused(f"{path} is no single value with an order", token)
        direction = next(self._tokens)
        word = direction.word.upper() if direction.kind == "path" else ""
        if word not in ("ASC", "DESC"):
            return Criterion(path, descending=False), direction
        return Criterion(path, descending=word == "DESC"), next(self._tokens)

    def _refused(self, reason: str, token: Token) -> QueryError:
        return QueryError(self._request_field, reason, position=token.position)
