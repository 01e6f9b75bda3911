"""Literals and docstrings: any text, as source that evaluates to it and that black leaves alone."""

from __future__ import annotations

import ast

import black
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from goten_gen.views.text import docstring, literal

# Characters that end or escape something, or do not show, far more often than chance would have them.
TEXTS = st.text(st.one_of(st.sampled_from("\"'\\\n\r\t\x00{}%# \u202e\u2028\xa0\ud800N"), st.characters()), max_size=40)


@given(TEXTS)
@example('"""')
@example("'''\"\"\"")
@example("\\")
@example('\\"')
@example("\ud800\u202e\x85")
def test_a_literal_evaluates_to_its_text_and_is_stable(text: str) -> None:
    source = literal(text)
    assert ast.literal_eval(source) == text
    assert source.isascii()
    assert source.isprintable()
    assert black.format_str(f"x = [{source}]\n", mode=black.Mode(line_length=1000)) == f"x = [{source}]\n"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("a", '"a"'),
        ("it's", '"it\'s"'),
        ('say "a"', "'say \"a\"'"),
        ("'\"", '"\'\\""'),
        ("a\\d", '"a\\\\d"'),
        ("é", '"\\xe9"'),
    ],
)
def test_quotes_are_chosen_as_black_does(text: str, source: str) -> None:
    assert literal(text) == source


@given(TEXTS, st.sampled_from([0, 4]))
@example('"""', 4)
@example('""""', 4)
@example("\\", 4)
@example("x\\\n", 4)
@example("# fmt: off\n  a\n\tb", 0)
@example("{{ x }}{% raw %}", 4)
def test_a_docstring_is_one_string_and_stable(text: str, indent: int) -> None:
    inside = docstring("Summary.", text, indent=indent)
    source = f'"""{inside}"""\n\nx = 1\n'
    if indent:
        source = f'class A:\n    """{inside}"""\n\n    x = 1\n'
    tree = ast.parse(source)
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else tree.body
    assert [type(node) for node in body] == [ast.Expr, ast.Assign]
    assert all(line.isprintable() for line in source.split("\n"))
    assert black.format_str(source, mode=black.Mode()) == source


def test_a_docstring_keeps_what_its_text_says() -> None:
    text = ' First "line".\n   * a \\d+\n   * é\n'
    lines = ["Summary.", "", '    First "line".', "      * a \\\\d+", "      * é", "    "]
    assert docstring("Summary.", text, indent=4) == "\n".join(lines)


def test_lines_behind_a_stripped_first_one_are_brought_into_line() -> None:
    assert docstring("S.", "First\n second\n   * third") == "S.\n\nFirst\nsecond\n  * third\n"


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t\n \u2028"])
def test_blank_text_leaves_a_docstring_of_one_line(text: str) -> None:
    assert docstring("Summary.", text, indent=4) == "Summary."
