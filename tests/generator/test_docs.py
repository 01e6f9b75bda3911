"""The pages say what is so: examples print what is printed beside them, and nothing is left out or made up.

After a change of wording, `python -m tests.generator.test_docs` runs all examples and writes their output anew.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from goten_gen import cli, output_error
from goten_gen.diagnostics import CODES, Code, to_json
from goten_gen.keys import Position
from goten_gen.settings import read_settings
from tests.generator.trees import Tree, proto, resource

REPO = Path(__file__).resolve().parents[2]
DOCS = REPO / "docs"
RULES = REPO / "spec" / "protocol"

WITH_EXAMPLES = ("diagnostics.md", "goten-gen.md", "goten-yaml.md", "inspect.md")
FOLDER = "/home/me/tree"
"""What the pages call the folder that their examples run in."""

ALL_CODES: dict[str, Code] = {code.id: code for code in (*CODES, *output_error.CODES)}
NEED_A_BROKEN_MACHINE = {"output-busy", "output-denied", "output-failed"}
"""Codes without an example: they take another process, another user or a bad disk, which test_output.py has."""


# --- reading pages ---------------------------------------------------------------------------------------------------


@dataclass
class Section:
    """A heading with what follows up to the next one, and the example in it.

    A fenced block right behind a line that is only a path in backquotes is a file. A `console` block holds commands
    behind `$ `, each with all that it prints, in a folder that has the files of the section and of those around it.
    """

    level: int
    title: str
    around: Section | None
    text: str = ""
    files: dict[str, str] = field(default_factory=dict)
    blocks: list[tuple[str, str]] = field(default_factory=list)
    """(language, content) of the fenced blocks that are neither files nor commands."""
    commands: list[tuple[str, str]] = field(default_factory=list)

    def all_files(self) -> dict[str, str]:
        return (self.around.all_files() if self.around else {}) | self.files

    def add_block(self, language: str, line_before: str, lines: list[str]) -> None:
        content = "".join(f"{line}\n" for line in lines)
        if name := _FILE_NAME.fullmatch(line_before):
            self.files[name[1]] = content
        elif language != "console":
            self.blocks.append((language, content))
        else:
            for command_and_output in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
                command, _, output = command_and_output.partition("\n")
                self.commands.append((command, output))

    def first_cells(self) -> list[str]:
        """What stands in backquotes in the first column of the section's tables."""
        return re.findall(r"^\| \[?`([^`]+)`", self.text, re.MULTILINE)


_HEADING = re.compile(r"(#+) (.+)")
_FENCE = re.compile(r"```(\w*)")
_FILE_NAME = re.compile(r"`([^`]+)`")


def read_sections(page: Path) -> list[Section]:
    sections: list[Section] = []
    lines = iter(page.read_text(encoding="utf-8").splitlines())
    before = ""
    for line in lines:
        if heading := _HEADING.fullmatch(line):
            level = len(heading[1])
            around = next((section for section in reversed(sections) if section.level < level), None)
            sections.append(Section(level, heading[2], around))
        elif fence := _FENCE.fullmatch(line):
            sections[-1].add_block(fence[1], before, list(_until_fence(lines)))
        else:
            sections[-1].text += f"{line}\n"
        before = line or before
    return sections


def _until_fence(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line == "```":
            return
        yield line
    raise AssertionError("a fenced block does not end")


def section_of(page: str, title: str) -> Section:
    return next(section for section in PAGES[page] if section.title == title)


PAGES = {page: read_sections(DOCS / page) for page in WITH_EXAMPLES}
EXAMPLES = {f"{page}: {section.title}": section for page in PAGES for section in PAGES[page] if section.commands}
CODE_SECTIONS = {
    section.title: section
    for section in PAGES["diagnostics.md"]
    if section.level == 3 and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", section.title)
}


# --- examples --------------------------------------------------------------------------------------------------------


def run_command(command: str) -> str:
    """What `command` prints in the working folder; goten-gen runs in this process, anything else in a shell."""
    words = shlex.split(command)
    if words[0] == "goten-gen" and not set("|><;&$") & set(command):
        return run_here(*words[1:])
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PATH": path},
        check=False,
    )
    return done.stdout.decode()


def run_here(*arguments: str) -> str:
    """What goten-gen prints, on both streams, as a terminal would show it."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), contextlib.suppress(SystemExit):
        cli.main(arguments)
    return printed.getvalue()


def run_example(section: Section, folder: Path) -> list[str]:
    """What each of the section's commands prints, in `folder`, which the pages call `FOLDER`."""
    for name, content in section.all_files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    with contextlib.chdir(folder):
        return [run_command(command).replace(str(folder), FOLDER) for command, _ in section.commands]


@pytest.mark.parametrize("section", EXAMPLES.values(), ids=EXAMPLES)
def test_an_example_prints_what_the_page_says(section: Section, tmp_path: Path) -> None:
    """goten-yaml.md shows SETTINGS-1, SETTINGS-2, SETTINGS-3, SETTINGS-4, SETTINGS-5, SETTINGS-6, SETTINGS-7 and
    SETTINGS-8; diagnostics.md has an example of every warning that a rule calls for."""
    printed = run_example(section, tmp_path.resolve())
    assert [*zip((command for command, _ in section.commands), printed, strict=True)] == section.commands


# --- diagnostics.md --------------------------------------------------------------------------------------------------


def test_every_code_has_a_section_and_no_section_is_about_something_else() -> None:
    assert sorted(CODE_SECTIONS) == sorted(ALL_CODES)


@pytest.mark.parametrize("code", ALL_CODES)
def test_a_section_says_the_severity_and_shows_the_code(code: str) -> None:
    section = CODE_SECTIONS[code]
    assert section.text.lstrip().lower().startswith(f"*{ALL_CODES[code].severity}"), "the section begins otherwise"
    assert any(f"[{code}]" in output for _, output in section.commands) is (code not in NEED_A_BROKEN_MACHINE)


def test_the_json_of_a_diagnostic_is_documented_key_by_key() -> None:
    written = to_json(CODES[0].at(Position("a.proto"), "message"), str)
    assert section_of("diagnostics.md", "As JSON").first_cells() == list(written)


# --- goten-gen.md ----------------------------------------------------------------------------------------------------


def options_of(command: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])(--?[A-Za-z][a-z-]*)", run_here(command, "--help"))) - {"-h", "--help"}


def test_every_option_is_documented_and_no_other() -> None:
    offered = set().union(*(options_of(command) for command in ("generate", "inspect", "explain")))
    headings = " ".join(section.title for section in PAGES["goten-gen.md"])
    assert set(re.findall(r"(?<!\S)--?[A-Za-z][a-z-]*", headings)) == offered
    assert "--version" in section_of("goten-gen.md", "goten-gen").text


def test_every_command_is_documented_and_no_other() -> None:
    offered = set(re.findall(r"^    ([a-z]+) ", run_here("--help"), re.MULTILINE))
    documented = {s.title.removeprefix("goten-gen ") for s in PAGES["goten-gen.md"] if s.title.startswith("goten-gen ")}
    assert documented == offered


def test_the_json_report_is_documented_key_by_key() -> None:
    section = section_of("goten-gen.md", "JSON")
    ((_, printed),) = section.commands
    assert section.first_cells() == list(json.loads(printed))


# --- goten-yaml.md ---------------------------------------------------------------------------------------------------


def test_every_yaml_example_is_read_without_complaint() -> None:
    """SETTINGS-1: those that show a mistake are files of examples, whose output is compared."""
    blocks = [
        content for section in PAGES["goten-yaml.md"] for language, content in section.blocks if language == "yaml"
    ]
    blocks += [
        content for section in CODE_SECTIONS.values() for language, content in section.blocks if language == "yaml"
    ]
    assert blocks
    for content in blocks:
        settings, complaints = read_settings(content.encode(), "goten.yaml")
        assert settings, content
        assert complaints == []


def test_every_key_is_documented_and_no_other() -> None:
    """SETTINGS-1: the message about an unknown key lists those that are known."""
    known = {"services"}
    for content in ("service: a\nunknown: 1\n", "service: a\nresources: {A: {unknown: 1}}\n"):
        _, (complaint,) = read_settings(content.encode(), "goten.yaml")
        known.update(complaint.message.rpartition("known are ")[2].split(", "))
    assert set(section_of("goten-yaml.md", "All keys").first_cells()) == known


def test_an_annotation_wins_over_goten_yaml_and_that_over_a_skeleton(tree: Tree) -> None:
    """SETTINGS-4, SETTINGS-5: also in a skeleton whose backslashes are doubled."""
    device = resource("a.x.com/Device", "devices/{device}")
    tree.write({"a.proto": proto("a.v1", device)})
    assert id_pattern(tree) is None
    skeleton = "name: a.x.com\nresources: [{name: Device, idPattern: '[a-z]\\\\d'}]\n"
    tree.write({"api-skeleton-v1.yaml": skeleton})
    assert id_pattern(tree) == r"[a-z]\d"
    tree.write({"goten.yaml": "service: a.x.com\nresources: {Device: {id_pattern: '[b-z]'}}\n"})
    assert id_pattern(tree) == "[b-z]"
    annotation = 'option (goten.annotations.resource) = { id_pattern: "[c-z]" };\n  string name'
    annotated = device.replace("string name", annotation)
    tree.write({"a.proto": proto("a.v1", annotated, "goten/annotations/resource.proto")})
    assert id_pattern(tree) == "[c-z]"


def id_pattern(tree: Tree) -> object:
    (record,) = tree.inspect().records.values()
    return record["id_pattern"]


def test_of_two_files_in_the_same_terms_the_one_above_wins_and_a_version_over_both(tree: Tree) -> None:
    """SETTINGS-2, SETTINGS-3"""
    tree.write({"deep/a.proto": proto("nameless", resource("a.x.com/Device", "devices/{device}"))})
    said = "{resources: {Device: {id_pattern: %s}}}"
    tree.write({"deep/goten.yaml": f"services: {{a.x.com: {said % 'below'}}}\n"})
    assert id_pattern(tree) == "below"
    tree.write({"goten.yaml": f"services: {{a.x.com: {said % 'above'}}}\n"})
    assert id_pattern(tree) == "above"
    tree.write({"deep/goten.yaml": f"services: {{a.x.com@: {said % 'version'}}}\n"})
    assert id_pattern(tree) == "version"


# --- rules and links -------------------------------------------------------------------------------------------------


_RULE = re.compile(r"^(?:## |\*\*)([A-Z]+-\d+[a-z]?)[:.]", re.MULTILINE)


def rules() -> list[str]:
    return [rule for page in sorted(RULES.glob("*.md")) for rule in _RULE.findall(page.read_text(encoding="utf-8"))]


def cited(*folders: str) -> dict[str, set[str]]:
    """Rule ids that text files below `folders` cite, each with the files."""
    families = "|".join(sorted({rule.partition("-")[0] for rule in rules()}))
    pattern = re.compile(rf"\b(?:{families})-\d+[a-z]?\b")
    found: dict[str, set[str]] = {}
    for folder in folders:
        for path in (REPO / folder).rglob("*"):
            if path.suffix in (".py", ".md", ".json", ".j2", ".proto", ".yaml") and path.is_file():
                for rule in pattern.findall(path.read_text(encoding="utf-8")):
                    found.setdefault(rule, set()).add(str(path.relative_to(REPO)))
    return found


def test_a_rule_has_one_id_and_an_id_one_rule() -> None:
    found = rules()
    assert len(found) == len(set(found))
    whole = [rule for rule in found if rule[-1].isdigit()]
    for family in {rule.partition("-")[0] for rule in whole}:
        numbers = [int(rule.partition("-")[2]) for rule in whole if rule.startswith(f"{family}-")]
        assert numbers == list(range(1, len(numbers) + 1)), family


def test_every_rule_is_cited_by_a_test() -> None:
    uncited = {rule for rule in rules() if rule[-1].isdigit()} - cited("tests", "spec/vectors").keys()
    assert uncited == set()


def test_every_cited_rule_exists() -> None:
    known = set(rules())
    found = cited("generator", "runtime", "templates", "spec", "tests", "docs", "benchmarks")
    assert {rule: sorted(files) for rule, files in found.items() if rule not in known} == {}


def anchor(title: str) -> str:
    """The anchor that renderers make of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


LINKING = [*sorted(DOCS.glob("*.md")), *sorted(RULES.glob("*.md"))]


@pytest.mark.parametrize("page", LINKING, ids=[str(page.relative_to(REPO)) for page in LINKING])
def test_links_lead_somewhere(page: Path) -> None:
    sections = read_sections(page)
    for target in re.findall(r"\]\(([^)\s]+)\)", "".join(section.text for section in sections)):
        path, _, fragment = target.partition("#")
        if "://" in target:
            continue
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        assert not fragment or fragment in {anchor(section.title) for section in read_sections(there)}, target


# --- writing output anew ---------------------------------------------------------------------------------------------


def update(page: str) -> None:
    """Runs the page's examples, and puts what they print behind their commands."""
    printed: list[str] = []
    for section in PAGES[page]:
        with tempfile.TemporaryDirectory() as folder:
            printed += run_example(section, Path(folder).resolve())
    text = (DOCS / page).read_text(encoding="utf-8")
    outputs = iter(printed)
    block = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    command = re.compile(r"^(\$ .*\n)(?:(?!\$ ).*\n)*", re.MULTILINE)

    def renew(found: re.Match[str]) -> str:
        return f"```console\n{command.sub(lambda line: line[1] + next(outputs), found[1])}```"

    (DOCS / page).write_text(block.sub(renew, text), encoding="utf-8")


if __name__ == "__main__":
    for name in PAGES:
        update(name)
