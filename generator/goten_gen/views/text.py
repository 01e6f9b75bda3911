"""Text as Python source: string literals and docstrings, safe for any input and left alone by black.

No character of the input can end the literal or docstring that it stands in, and none reaches the source that does not
show: control, format (bidirectional), surrogate and unassigned characters become escapes.
"""

from __future__ import annotations

from collections.abc import Iterable


def literal(text: str) -> str:
    """A string literal of ASCII characters; in double quotes unless single quotes need fewer escapes."""
    body = text.encode("unicode_escape").decode("ascii")
    if '"' not in body:
        return f'"{body}"'
    if body.count('"') <= body.count("'"):
        return '"' + body.replace('"', '\\"') + '"'
    return "'" + body.replace("'", "\\'") + "'"


def docstring(summary: str, *paragraphs: str, indent: int = 0) -> str:
    """What stands between the triple quotes of a docstring.

    `summary` is a line that neither begins nor ends with a quote; each of `paragraphs` is text of any kind, set off by
    an empty line, left out where it is blank. `indent` counts the columns of the docstring.
    """
    margin = " " * indent
    lines = [_escaped(summary)]
    for paragraph in paragraphs:
        block = _block(paragraph)
        if block:
            lines += ["", *(margin + _escaped(line) if line else "" for line in block)]
    if len(lines) > 1:
        lines.append(margin)
    return "\n".join(lines)


def _block(text: str) -> list[str]:
    """The text's lines without trailing space, common indentation, and blank lines at the ends."""
    lines = [line.expandtabs(4).rstrip() for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    common = _indentation(lines)
    if common:
        return _outdented(lines, common)
    # A proto comment has a space behind each `//`, and that of the first line may have been stripped off already.
    return lines[:1] + _outdented(lines[1:], min(1, _indentation(lines[1:])))


def _outdented(lines: Iterable[str], columns: int) -> list[str]:
    return [line[columns:] for line in lines]


def _indentation(lines: Iterable[str]) -> int:
    return min((len(line) - len(line.lstrip(" ")) for line in lines if line), default=0)


def _escaped(line: str) -> str:
    if line.isprintable() and "\\" not in line and '"""' not in line:
        return line
    shown = (c if c.isprintable() and c != "\\" else c.encode("unicode_escape").decode("ascii") for c in line)
    return "".join(shown).replace('"""', '\\"\\"\\"')
