"""docs/goten-meta.md says what there is: every command, every option, every key with its default."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from goten.meta_server import cli
from goten.meta_server.config import MetaConfig, read_config
from goten.meta_server.output_columns import COLUMNS


@pytest.fixture(scope="module")
def page(repo: Path) -> str:
    return (repo / "docs" / "goten-meta.md").read_text()


def commands() -> dict[str, argparse.ArgumentParser]:
    # argparse tells of subcommands only so.
    actions = [action for action in cli._parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(actions[0].choices)


def test_every_command_and_no_other(page: str) -> None:
    usage = re.findall(r"^    goten-meta (\w+)", page, re.MULTILINE)
    assert usage == list(commands())


def test_every_option(page: str) -> None:
    for name, command in commands().items():
        for option in command._option_string_actions:
            assert option in ("-h", "--help") or f"`{option}" in page, f"{name} {option}"


def test_every_key_with_its_default(page: str) -> None:
    assert dict(documented_defaults(page)) == {
        field.name: "must be given" if field.default is MISSING else str(field.default) or "see below"
        for field in fields(MetaConfig)
    }


def documented_defaults(page: str) -> Iterator[tuple[str, str]]:
    for key, default in re.findall(r"^\|[^|]*\| `(\w+)` +\| ([^|]+?) +\|", page, re.MULTILINE):
        yield key, "()" if default == "none" else default.strip("`")


def test_the_example_of_a_file_is_read(page: str, tmp_path: Path) -> None:
    for number, example in enumerate(re.findall(r"```toml\n(.*?)```", page, re.DOTALL)):
        file = tmp_path / f"{number}.toml"
        file.write_text(example)
        assert read_config(str(file), {}).regions == ("us-west2", "eastus2", "westeu1")


def test_tables_are_as_they_are_printed(page: str) -> None:
    for headers in (columns.headers for kind, columns in COLUMNS.items() if kind != "meta.goten.com/Region"):
        assert re.search(r"^" + " +".join(headers) + "$", page, re.MULTILINE), headers
