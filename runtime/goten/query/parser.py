"""From the words of a filter to what it says (FILTER-1, FILTER-2, FILTER-3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from goten.query.errors import QueryError, shown
from goten.query.scanner import END, Token, is_plain, scan, segments_of, text_of
from goten.query.syntax import Both, Condition, Either, Entry, Literal, Negation, Node, Operator

LONGEST: Final = 65_536
MAX_CONDITIONS: Final = 1000
MAX_DEPTH: Final = 64
MAX_VALUES: Final = 10_000
_LONGEST_NUMBER: Final = 400

_COMPARISONS: Final = {
    "=": (Operator.EQUAL, False),
    "==": (Operator.EQUAL, False),
    "!=": (Operator.EQUAL, True),
    "<": (Operator.LESS, False),
    "<=": (Operator.LESS_EQUAL, False),
    ">": (Operator.GREATER, False),
    ">=": (Operator.GREATER_EQUAL, False),
}
_CONTAINS: Final = ("CONTAINS", "CONTAIN", "HAS", "HAVE")
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_CONSTANTS: Final = {"TRUE": True, "FALSE": False, "NULL": None}


def parse(text: str, field: str) -> Node | None:
    """None for a text without words. Raises QueryError."""
    return _Parser(scan(text, field, LONGEST), field).whole()


class _Parser:
    def __init__(self, tokens: list[Token], field: str) -> None:
        self._tokens = tokens
        self._field = field
        self._next = 0
        self._depth = 0
        self._conditions = 0
        self._values = 0

    def whole(self) -> Node | None:
        if self._token.kind == END:
            return None
        node = self._either()
        if self._token.kind != END:
            raise self._expected("AND, OR or the end")
        return node

    # --- tokens ---

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _keyword(self) -> str:
        """The next token in capitals, if it may be a keyword."""
        token = self._token
        return token.word.upper() if token.kind == "path" else ""

    def _take_keyword(self, *keywords: str) -> bool:
        if self._keyword() not in keywords:
            return False
        self._next += 1
        return True

    def _sign(self) -> str:
        token = self._token
        return token.word if token.kind == "sign" else ""

    def _take_sign(self, sign: str) -> bool:
        if self._sign() != sign:
            return False
        self._next += 1
        return True

    def _expected(self, what: str, hint: str = "") -> QueryError:
        token = self._token
        return QueryError(self._field, f"expected {what}, not {token}", position=token.position, hint=hint)

    def _deeper(self, position: int) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryError(self._field, f"is nested deeper than {MAX_DEPTH}", position=position)

    # --- conditions and what joins them ---

    def _either(self) -> Node:
        return self._joined("OR", self._both, Either)

    def _both(self) -> Node:
        return self._joined("AND", self._single, Both)

    def _joined(self, keyword: str, part: Callable[[], Node], join: Callable[[list[Node]], Node]) -> Node:
        items = [part()]
        while self._take_keyword(keyword):
            items.append(part())
        return items[0] if len(items) == 1 else join(items)

    def _single(self) -> Node:
        position = self._token.position
        if self._take_keyword("NOT"):
            self._deeper(position)
            node: Node = Negation(self._single())
        elif self._take_sign("("):
            self._deeper(position)
            node = self._either()
            if not self._take_sign(")"):
                raise self._expected("AND, OR or )")
        else:
            return self._condition()
        self._depth -= 1
        return node

    def _condition(self) -> Condition:
        token = self._token
        if token.kind != "path":
            raise self._expected("a field")
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise QueryError(self._field, f"has more than {MAX_CONDITIONS} conditions", position=token.position)
        path = segments_of(self._take(), self._field)
        position = self._token.position
        operator, negated = self._operator(token)
        needs_none = operator in (Operator.IS_NULL, Operator.IS_NAN)
        operand = None if needs_none else self._operand(operator)
        if operator is Operator.CONTAINS and operand is not None and isinstance(operand.value, tuple):
            operator = Operator.CONTAINS_ALL
        return Condition(path, operator, position, operand, negated)

    def _operator(self, path: Token) -> tuple[Operator, bool]:
        if self._sign() in _COMPARISONS:
            return _COMPARISONS[self._take().word]
        if self._take_keyword("IS"):
            negated = self._take_keyword("NOT")
            if self._take_keyword("NULL"):
                return Operator.IS_NULL, negated
            if self._take_keyword("NAN"):
                return Operator.IS_NAN, negated
            raise self._expected("NULL or NAN" if negated else "NULL, NAN or NOT")
        negated = self._take_keyword("NOT")
        if self._take_keyword("IN"):
            return Operator.IN, negated
        if self._take_keyword("LIKE"):
            return Operator.LIKE, negated
        if self._take_keyword(*_CONTAINS):
            return self._kind_of_contains(), negated
        if negated:
            raise self._expected("IN, LIKE or CONTAINS")
        raise self._expected("an operator", hint=f"for a field that is true or false, write {shown(path.word)} = true")

    def _kind_of_contains(self) -> Operator:
        if self._take_keyword("ANY"):
            return Operator.CONTAINS_ANY
        if self._take_keyword("ALL"):
            return Operator.CONTAINS_ALL
        self._take_keyword("VALUE")
        return Operator.CONTAINS

    def _operand(self, operator: Operator) -> Literal:
        takes_list = operator in (Operator.IN, Operator.CONTAINS_ANY, Operator.CONTAINS_ALL)
        if takes_list and self._sign() not in ("(", "["):
            raise self._expected("a list", hint='write it as ("a", "b")')
        return self._value()

    # --- values ---

    def _value(self) -> Literal:
        token = self._token
        self._values += 1
        if self._values > MAX_VALUES:
            raise QueryError(self._field, f"has more than {MAX_VALUES} values", position=token.position)
        if token.kind == "text":
            return Literal(text_of(self._take(), self._field), token.position)
        if token.kind == "number":
            return Literal(self._number(), token.position)
        if self._keyword() in _CONSTANTS:
            return Literal(_CONSTANTS[self._take().word.upper()], token.position)
        if self._sign() in _CLOSING:
            return self._collection()
        hint = f'write texts in quotes: "{token.word}"' if token.kind == "path" and len(token.word) < 80 else ""
        raise self._expected("a value", hint)

    def _number(self) -> int | float:
        token = self._take()
        if len(token.word) > _LONGEST_NUMBER:
            raise QueryError(self._field, f"{shown(token.word)} is too long for a number", position=token.position)
        return float(token.word) if set(token.word) & set(".eE") else int(token.word)

    def _collection(self) -> Literal:
        opening = self._take()
        self._deeper(opening.position)
        closing = _CLOSING[opening.word]
        value = self._map() if opening.word == "{" else self._list(closing)
        if not self._take_sign(closing):
            raise self._expected(f"a comma or {closing}")
        self._depth -= 1
        return Literal(value, opening.position)

    def _list(self, closing: str) -> tuple[Literal, ...]:
        items: list[Literal] = []
        while self._sign() != closing:
            items.append(self._value())
            if not self._take_sign(","):
                break
        return tuple(items)

    def _map(self) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        while self._sign() != "}":
            token = self._token
            key = self._key()
            if key in entries:
                raise QueryError(self._field, f"the map has {shown(key)} twice", position=token.position)
            if not self._take_sign(":"):
                raise self._expected("a colon")
            entries[key] = Entry(self._value(), token.position)
            if not self._take_sign(","):
                break
        return entries

    def _key(self) -> str:
        token = self._token
        if token.kind != "text" and not is_plain(token.word):
            raise self._expected("a key", hint='write maps as {"key": "value"}')
        self._next += 1
        return text_of(token, self._field) if token.kind == "text" else token.word
