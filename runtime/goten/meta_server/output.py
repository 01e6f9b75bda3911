"""What commands print: tables that fit, one resource in full, and JSON."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, Final

from google.protobuf import json_format
from google.protobuf.message import Message

_GAP: Final = "  "
_CUT: Final = "…"
_LEAST: Final = 6


def terminal_width() -> int | None:
    """Columns of the terminal that standard output is; None where it is none, or does not say."""
    if not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size((0, 0)).columns or None


class Table:
    """Lays out rows below `headers`, no wider than `width` where that is possible without cutting the first column.

    Widths are decided by the rows at hand: these are aligned, all of them cut where a column had to become narrower. A
    later row may be wider: it is cut elsewhere only where the line would not fit.
    """

    def __init__(self, headers: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> None:
        self._headers = headers
        self._width = width
        self._widths = [max(map(len, column)) for column in zip(headers, *rows, strict=True)]
        natural = [*self._widths]
        if width is not None:
            self._shrink(width)
        self._narrowed = {place for place, width in enumerate(self._widths) if width < natural[place]}

    def header(self) -> str:
        return self._line(self._headers)

    def line(self, row: Sequence[str]) -> str:
        line = self._line(self._cut(row, self._narrowed))
        if self._width is None or len(line) <= self._width:
            return line
        return self._line(self._cut(row, range(1, len(row))))

    def _shrink(self, width: int) -> None:
        """Takes from the widest column, again and again; never from the first, nor below what the header needs."""
        least = [max(len(header), _LEAST) for header in self._headers]
        while sum(self._widths) + len(_GAP) * (len(self._widths) - 1) > width:
            able = [place for place in range(1, len(self._widths)) if self._widths[place] > least[place]]
            if not able:
                return
            self._widths[max(able, key=self._widths.__getitem__)] -= 1

    def _cut(self, row: Sequence[str], places: Container[int]) -> Sequence[str]:
        return [
            cell if place not in places or len(cell) <= width else cell[: width - 1] + _CUT
            for place, (cell, width) in enumerate(zip(row, self._widths, strict=True))
        ]

    def _line(self, row: Sequence[str]) -> str:
        return _GAP.join(cell.ljust(width) for cell, width in zip(row, self._widths, strict=True)).rstrip()


def printable(text: str) -> str:
    """`text` without what a terminal would obey: control characters become `?`."""
    return "".join(char if char.isprintable() else "?" for char in text)


def as_json(message: Message) -> dict[str, Any]:
    """The message in protobuf's JSON, with the names of fields as filters and masks have them."""
    found: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return found


def json_document(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def json_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def in_full(message: Message) -> str:
    """All that is set in a message, a field a line, what is inside of a field indented below it."""
    return "\n".join(_lines(as_json(message), 0))


def _lines(values: Mapping[str, Any], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for key, value in values.items():
        if isinstance(value, dict):
            yield f"{indent}{printable(key)}:"
            yield from _lines(value, depth + 1)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{indent}{key}:"
            for item in value:
                yield from _item(list(_lines(item, depth + 2)), indent)
        else:
            text = ", ".join(map(_scalar, value)) if isinstance(value, list) else _scalar(value)
            yield f"{indent}{printable(key)}: {text}"


def _item(lines: Sequence[str], indent: str) -> Iterator[str]:
    """Lines of an item of a list: the first one with a dash."""
    start = len(indent) + 2
    yield f"{indent}  - {lines[0][start + 2 :]}" if lines else f"{indent}  -"
    yield from lines[1:]


def _scalar(value: Any) -> str:
    return printable(value) if isinstance(value, str) else json.dumps(value)


def write(lines: str) -> None:
    """To standard output, at once: what is printed may be watched, or read by another program."""
    sys.stdout.write(lines + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """To standard error: for the person, not for what reads the output."""
    sys.stderr.write(f"goten-meta: {printable(' '.join(text.split()))}\n")
    sys.stderr.flush()
