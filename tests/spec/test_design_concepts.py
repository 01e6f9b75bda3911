"""docs/design-concepts.md: every rule, file, symbol and test that it names is there; tests quote section 2."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

REPO = Path(__file__).resolve().parents[2]
PAGE = REPO / "docs/design-concepts.md"
SECTIONS = {
    1: "Meta Service as Service Registry",
    2: "EnvRegistry as Service Discovery",
    3: "Resource Metadata",
    4: "Multi-Region Policy Store",
}
NOT_BUILT = "not built yet: "


class Row(NamedTuple):
    section: int
    line: int
    sentence: str
    rules: str
    code: str
    tests: str
    note: str

    @property
    def built(self) -> bool:
        return not self.code.startswith(NOT_BUILT)

    @property
    def test_ids(self) -> list[str]:
        return re.findall(r"`([^`]+)`", self.tests)


def read_rows(text: str) -> Iterator[Row]:
    section = 0
    for number, line in enumerate(text.splitlines(), 1):
        if heading := re.match(r"## (\d)\. ", line):
            section = int(heading[1])
        elif section and line.startswith("|") and not line.startswith(("| sentence |", "|---")):
            yield Row(section, number, *(cell.strip() for cell in line.strip("|").split("|")))


TEXT = PAGE.read_text(encoding="utf-8")
ROWS = [*read_rows(TEXT)]
BUILT = [row for row in ROWS if row.built]


def of_line(row: Row) -> str:
    return f"line {row.line}"


# --- what code and tests hold ----------------------------------------------------------------------------------------


@cache
def parsed(path: str) -> ast.Module:
    return ast.parse((REPO / path).read_text(encoding="utf-8"))


def members(node: ast.AST) -> dict[str, ast.AST]:
    """What a module or a class defines, by name."""
    found: dict[str, ast.AST] = {}
    for child in getattr(node, "body", []):
        match child:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found[name] = child
            case ast.AnnAssign(target=ast.Name(id=name)):
                found[name] = child
            case ast.Assign(targets=targets):
                found.update((target.id, child) for target in targets if isinstance(target, ast.Name))
    return found


def find(path: str, names: list[str]) -> ast.AST | None:
    """The definition at the end of a chain of names, such as a class and its method."""
    node: ast.AST | None = parsed(path)
    for name in names:
        node = None if node is None else members(node).get(name)
    return node


def docstring(test_id: str) -> str:
    path, *names = test_id.split("::")
    found = find(path, names)
    assert isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef), test_id
    return ast.get_docstring(found) or ""


def words(text: str) -> str:
    """Words alone, with spaces around each: how quotes and line ends are written does not matter."""
    return f" {' '.join(re.findall(r'[a-z0-9/-]+', text.lower()))} "


def quotes(text: str, section: int) -> list[str]:
    """What a docstring cites of a section: `Design Concepts 2: "this", "and this".`"""
    cited = re.search(rf"Design Concepts {section}: (.*)", text, re.DOTALL)
    return [] if cited is None else re.findall(r'"([^"]+)"', cited[1])


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_has_the_four_sections() -> None:
    assert re.findall(r"^## (\d)\. (.+)$", TEXT, re.MULTILINE) == [(str(n), title) for n, title in SECTIONS.items()]
    assert {row.section for row in ROWS} == set(SECTIONS)


def test_a_sentence_has_one_row() -> None:
    sentences = [(row.section, words(row.sentence)) for row in ROWS]
    assert len(sentences) == len(set(sentences))


@pytest.mark.parametrize("row", ROWS, ids=of_line)
def test_rules_exist(row: Row) -> None:
    known = {
        rule
        for page in (REPO / "spec/protocol").glob("*.md")
        for rule in re.findall(r"^(?:\*\*|## )([A-Z]+-\d+[a-z]?)[:.]", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    named = [] if row.rules == "—" else row.rules.split(", ")
    assert set(named) - known == set()


@pytest.mark.parametrize("row", ROWS, ids=of_line)
def test_what_is_not_built_says_why_and_all_else_has_code_and_tests(row: Row) -> None:
    if row.built:
        assert row.test_ids != []
        assert re.fullmatch(r"`[^`]+`(<br>`[^`]+`)*", row.code)
        assert re.fullmatch(r"`[^`]+`(<br>`[^`]+`)*", row.tests)
    else:
        assert row.code.removeprefix(NOT_BUILT) != ""
        assert row.tests == "—"


@pytest.mark.parametrize("row", BUILT, ids=of_line)
def test_code_is_there(row: Row) -> None:
    for item in re.findall(r"`([^`]+)`", row.code):
        path, _, symbol = item.partition("::")
        assert (REPO / path).is_file(), item
        if path.endswith(".py"):
            assert find(path, symbol.split(".")) is not None, item
        else:
            text = (REPO / path).read_text(encoding="utf-8")
            assert re.search(rf"(?<!\w){re.escape(symbol)}(?!\w)", text), item


@pytest.mark.parametrize("row", BUILT, ids=of_line)
def test_tests_are_there(row: Row) -> None:
    for item in row.test_ids:
        path, *names = item.split("::")
        assert path.startswith("tests/")
        assert Path(path).name.startswith("test_")
        assert names[-1].startswith("test_")
        found = find(path, names)
        assert isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef), item


@pytest.mark.parametrize("row", [row for row in BUILT if row.section == 2], ids=of_line)
def test_a_test_quotes_every_sentence_of_section_2(row: Row) -> None:
    quoted = [quote for item in row.test_ids for quote in quotes(docstring(item), 2)]
    assert any(words(quote) in words(row.sentence) for quote in quoted), row.sentence


def test_what_tests_quote_is_on_the_page() -> None:
    strangers = []
    for path in (REPO / "tests").rglob("test_*.py"):
        if path == Path(__file__).resolve() or "Design Concepts" not in path.read_text(encoding="utf-8"):
            continue
        for node in ast.walk(parsed(str(path.relative_to(REPO)))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for section in SECTIONS:
                sentences = [words(row.sentence) for row in ROWS if row.section == section]
                for quote in quotes(ast.get_docstring(node) or "", section):
                    if not any(words(quote) in sentence for sentence in sentences):
                        strangers.append((path.name, node.name, quote))
    assert strangers == []
