"""Filters as trees, written down in many ways, and decided by walking the tree: slow, and on its own."""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from tests.query.everything import FIELDS, LISTS, MAPS, TEXTS, VALUES

# --- values of a path ---


def plain(value: Any) -> Any:
    """A value, as it is compared."""
    descriptor = getattr(value, "DESCRIPTOR", None)
    if descriptor is None or descriptor.name == "Everything":
        return value
    if descriptor.name in ("Timestamp", "Duration"):
        return Fraction(value.seconds) + Fraction(value.nanos, 10**9)
    return value.value


def values_at(message: Any, path: tuple[Any, ...]) -> list[Any]:
    """All values that a path leads to; a whole map is a dict."""
    name: Any
    rest: list[Any]
    name, *rest = path
    field = FIELDS[name]
    if name in MAPS:
        entries = {key: getattr(message, name)[key] for key in getattr(message, name)}
        if not rest:
            return [{key: plain(value) for key, value in entries.items()}]
        key, *rest = rest
        found = [entries[key]] if key in entries else []
    elif name in LISTS:
        found = list(getattr(message, name))
    elif rest:
        found = [getattr(message, name)]
    else:
        found = [getattr(message, name)] if not field.has_presence or message.HasField(name) else []
    if rest:
        return [value for at in found for value in values_at(at, tuple(rest))]
    return [plain(value) for value in found]


def is_null(message: Any, path: tuple[Any, ...]) -> bool:
    """FILTER-7"""
    *around, last = path
    is_plain = last in FIELDS and last not in LISTS and not FIELDS[last].has_presence
    # A key of a map may be called like a field.
    if around and around[-1] in MAPS:
        is_plain = False
    values = values_at(message, path)
    return not any(values) if is_plain else not values


# --- conditions ---

SINGLE_PATHS: dict[str, list[tuple[Any, ...]]] = {
    "text": [
        ("text",),
        ("name",),
        ("wrapped_text",),
        ("one_text",),
        ("labels", "a.b"),
        ("labels", "a"),
        ("inner", "text"),
    ],
    "number": [("small",), ("large",), ("maybe",), ("one_number",), ("counts", "a"), ("inner", "inner", "large")],
    "double": [("double",), ("single",), ("wrapped_double",), ("by_text", "a", "double")],
    "mood": [("mood",), ("by_flag", True), ("one_inner", "mood")],
    "flag": [("flag",), ("inner", "flag")],
    "data": [("data",)],
    "time": [("time",), ("inner", "time")],
    "span": [("span",)],
}
MANY_PATHS: dict[str, list[tuple[Any, ...]]] = {
    "text": [("texts",), ("inners", "text"), ("inners", "texts"), ("inners", "labels", "a"), ("by_text", "a", "texts")],
    "number": [("numbers",), ("inners", "large"), ("inners", "maybe"), ("inner", "inners", "small")],
    "mood": [("moods",), ("inners", "moods")],
    "time": [("times",), ("inners", "time")],
    "double": [("inners", "double"), ("inners", "inners", "wrapped_double")],
}
MAP_PATHS: dict[str, list[tuple[Any, ...]]] = {"text": [("labels",), ("inners", "labels")], "number": [("counts",)]}

MOODS = ("CALM", "GLAD", "SAD")
ORDERINGS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(frozen=True)
class Value:
    """What is compared with, and how it is written."""

    value: Any
    text: str


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@st.composite
def literals(draw: st.DrawFn, kind: str) -> Value:
    if kind == "text":
        text = draw(TEXTS)
        return Value(text, draw(st.sampled_from([quoted(text), json.dumps(text)])))
    if kind == "number":
        number = draw(st.integers(-2, 2))
        return Value(number, draw(st.sampled_from([str(number), f'"{number}"', f"{number}.0", f"{number}e0"])))
    if kind == "double":
        double = draw(st.sampled_from([0.0, -0.0, 1.5, -1.0, math.inf]))
        return Value(double, '"Infinity"' if double == math.inf else repr(double))
    if kind == "mood":
        mood = draw(st.integers(0, 3))
        return Value(mood, quoted(MOODS[mood]) if mood < 3 and draw(st.booleans()) else str(mood))
    if kind == "flag":
        flag = draw(st.booleans())
        return Value(flag, draw(st.sampled_from([str(flag), str(flag).lower(), str(flag).upper()])))
    if kind == "data":
        data = draw(VALUES["data"])
        return Value(data, quoted(base64.b64encode(data).decode()))
    seconds, nanos = draw(st.integers(0, 2)), draw(st.sampled_from(["", ".5", ".000000001", ".500000000"]))
    value = seconds + Fraction(f"0{nanos}" if nanos else 0)
    if kind == "span":
        return Value(value, f'"{seconds}{nanos}s"')
    hours = draw(st.integers(-3, 3))
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, hours=hours)
    zone = f"{'-' if hours < 0 else '+'}{abs(hours):02}:00"
    return Value(value, f'"{moment:%Y-%m-%dT%H:%M:%S}{nanos}{zone}"')


@dataclass(frozen=True)
class Test:
    """A condition, without NOT."""

    __test__ = False

    path: tuple[Any, ...]
    operator: str
    operands: tuple[Value, ...] = ()

    def holds(self, message: Any) -> bool:
        values = values_at(message, self.path)
        wanted = [operand.value for operand in self.operands]
        if self.operator == "=":
            return any(value == wanted[0] for value in values)
        if self.operator in ORDERINGS:
            return any(ORDERINGS[self.operator](value, wanted[0]) for value in values)
        if self.operator == "LIKE":
            return any(is_like(value, wanted[0]) for value in values)
        if self.operator == "IS NULL":
            return is_null(message, self.path)
        if self.operator == "IS NAN":
            return any(math.isnan(value) for value in values)
        if self.operator in ("IN", "CONTAINS ANY"):
            return any(self.has(values, one) for one in wanted)
        return all(self.has(values, one) for one in wanted)

    def has(self, values: list[Any], one: Any) -> bool:
        if not values or not isinstance(values[0], dict):
            return any(value == one for value in values)
        if isinstance(one, dict):
            return any(one.items() <= value.items() for value in values)
        return any(one in value for value in values)


def is_like(text: str, pattern: str) -> bool:
    """By trying everything."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(is_like(text[cut:], pattern[1:]) for cut in range(len(text) + 1))
    if pattern[0] == "\\":
        return text[:1] == pattern[1] and is_like(text[1:], pattern[2:])
    return bool(text) and pattern[0] in ("_", text[0]) and is_like(text[1:], pattern[1:])


PATTERNS = st.lists(st.sampled_from(["a", "b", "%", "_", "\\%", "\\_", "\\\\", "é"]), max_size=5).map("".join)


@st.composite
def tests(draw: st.DrawFn) -> Test:
    shape = draw(st.sampled_from(["single", "many", "map"]))
    if shape == "map":
        kind = draw(st.sampled_from(sorted(MAP_PATHS)))
        path = draw(st.sampled_from(MAP_PATHS[kind]))
        operator = draw(st.sampled_from(["CONTAINS", "CONTAINS ANY", "CONTAINS ALL", "IS NULL", "="]))
        return _map_test(draw, path, operator, kind)
    paths = SINGLE_PATHS if shape == "single" else MANY_PATHS
    kind = draw(st.sampled_from(sorted(paths)))
    path = draw(st.sampled_from(paths[kind]))
    operators = ["=", *ORDERINGS, "IN", "IS NULL"]
    operators += ["LIKE"] * (kind == "text") + ["IS NAN"] * (kind == "double")
    operators += ["CONTAINS", "CONTAINS ANY", "CONTAINS ALL"] * (shape == "many")
    operator = draw(st.sampled_from(operators))
    if operator in ("IS NULL", "IS NAN"):
        return Test(path, operator)
    if operator == "LIKE":
        pattern = draw(PATTERNS)
        return Test(path, operator, (Value(pattern, quoted(pattern)),))
    is_list = operator in ("IN", "CONTAINS ANY", "CONTAINS ALL")
    return Test(path, operator, tuple(draw(literals(kind)) for _ in range(draw(st.integers(0, 3)) if is_list else 1)))


def _map_test(draw: st.DrawFn, path: tuple[Any, ...], operator: str, kind: str) -> Test:
    if operator == "IS NULL":
        # A whole map is there, even if empty.
        return Test(path, "=", (Value({}, "{}"),)) if path[0] != "inners" else Test(path, "CONTAINS ANY")
    whole = st.builds(
        lambda key, value: Value({key.value: value.value}, f"{{{key.text}: {value.text}}}"),
        literals("text"),
        literals(kind),
    )
    one = whole if operator == "=" else whole | literals("text")
    count = draw(st.integers(0, 2)) if operator in ("CONTAINS ANY", "CONTAINS ALL") else 1
    return Test(path, operator, tuple(draw(one) for _ in range(count)))


# --- what joins them ---


@dataclass(frozen=True)
class Join:
    """AND, OR, or NOT of one."""

    word: str
    parts: tuple[Node, ...]

    def holds(self, message: Any) -> bool:
        if self.word == "NOT":
            return not self.parts[0].holds(message)
        return (all if self.word == "AND" else any)(part.holds(message) for part in self.parts)


Node = Test | Join


def nodes() -> st.SearchStrategy[Node]:
    return st.recursive(
        tests(),
        lambda parts: (
            st.builds(Join, st.sampled_from(["AND", "OR"]), st.lists(parts, min_size=2, max_size=3).map(tuple))
            | st.builds(lambda part: Join("NOT", (part,)), parts)
        ),
        max_leaves=6,
    )


# --- writing ---


@st.composite
def texts_of(draw: st.DrawFn, node: Node) -> str:
    """A filter that says what the tree says, in some way of writing."""
    return _written(draw, node, 0)


def _written(draw: st.DrawFn, node: Node, binding: int) -> str:
    """`binding`: 0 around OR, 1 around AND, 2 around NOT."""
    if isinstance(node, Test):
        return _written_test(draw, node)
    word = draw(st.sampled_from([node.word, node.word.lower(), node.word.title()]))
    own = {"OR": 0, "AND": 1, "NOT": 2}[node.word]
    if node.word == "NOT":
        text = f"{word} {_written(draw, node.parts[0], 2)}"
    else:
        text = f" {word} ".join(
            _written(draw, part, own + 1 if part is not node.parts[0] else own) for part in node.parts
        )
    return f"({text})" if own < binding or draw(st.booleans()) else text


def _written_test(draw: st.DrawFn, test: Test) -> str:
    path = ".".join(_part(draw, part, place) for place, part in enumerate(test.path))
    words = test.operator
    if words.startswith("CONTAINS"):
        words = words.replace("CONTAINS", draw(st.sampled_from(["CONTAINS", "HAS", "have", "Contain"])))
        if words.isalpha():
            words += draw(st.sampled_from(["", " VALUE"]))
    elif words == "=":
        words = draw(st.sampled_from(["=", "=="]))
    operands = [operand.text for operand in test.operands]
    if test.operator in ("IN", "CONTAINS ANY", "CONTAINS ALL"):
        brackets = draw(st.sampled_from(["()", "[]"]))
        return f"{path} {words} {brackets[0]}{', '.join(operands)}{brackets[1]}"
    space = draw(st.sampled_from([" ", "  ", "\n\t"]))
    return f"{path}{space}{words}{space}{''.join(operands)}"


def _part(draw: st.DrawFn, part: Any, place: int) -> str:
    text = part if isinstance(part, str) else str(part).lower()
    needs_quotes = not text.replace("_", "a").isalnum()
    return quoted(text) if needs_quotes or (place and draw(st.booleans())) else text
