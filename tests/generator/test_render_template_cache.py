"""Compiled templates are kept only where nobody else can plant code, and never used when something is wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from goten_gen.template_cache import TemplateCache, cache_folder, is_private

SETTINGS = {"trim_blocks": True}


def render(folder: Path, source: str = "Hello {{ name }}", settings: object = SETTINGS) -> str:
    loader = DictLoader({"t": source})
    cache = TemplateCache(str(folder), settings)
    return Environment(loader=loader, bytecode_cache=cache, autoescape=False).get_template("t").render(name="you")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "cache"
    path.mkdir(mode=0o700)
    return path


def kept(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_template_is_compiled_once(folder: Path) -> None:
    assert render(folder) == "Hello you"
    first = kept(folder)
    assert len(first) == 1
    (folder / next(iter(first))).touch()
    assert render(folder) == "Hello you"
    assert kept(folder) == first


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 500, "cut", "flipped"])
def test_a_broken_file_is_as_good_as_none(folder: Path, content: bytes | str) -> None:
    render(folder)
    ((name, good),) = kept(folder).items()
    broken = {"cut": good[:-1], "flipped": good[:-1] + bytes([good[-1] ^ 1])}
    (folder / name).write_bytes(content if isinstance(content, bytes) else broken[content])
    assert render(folder) == "Hello you"
    assert kept(folder) == {name: good}


def test_another_source_or_other_settings_are_compiled_anew(folder: Path) -> None:
    render(folder)
    before = kept(folder)
    assert render(folder, "Bye {{ name }}") == "Bye you"
    assert kept(folder) != before
    render(folder, settings={})
    assert kept(folder) != before


def test_without_the_folder_templates_still_work(tmp_path: Path) -> None:
    assert render(tmp_path / "missing") == "Hello you"
    assert not (tmp_path / "missing").exists()


def test_the_folder_is_made_for_the_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    folder = cache_folder()
    assert folder == str(tmp_path / "caches" / "goten-gen" / "templates")
    assert os.stat(folder).st_mode & 0o777 == 0o700
    assert cache_folder() == folder


def test_a_relative_setting_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "caches")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == str(tmp_path / ".cache" / "goten-gen" / "templates")


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert cache_folder() is None


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_a_folder_that_others_can_enter_is_not_private(folder: Path, mode: int) -> None:
    assert is_private(str(folder))
    folder.chmod(mode)
    assert not is_private(str(folder))


def test_a_link_is_not_private(folder: Path) -> None:
    link = folder.with_name("link")
    link.symlink_to(folder)
    assert not is_private(str(link))


def test_a_folder_that_others_can_swap_is_not_private(folder: Path) -> None:
    folder.parent.chmod(0o777)
    assert not is_private(str(folder))
    folder.parent.chmod(0o1777)
    assert is_private(str(folder))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_not_private(folder: Path) -> None:
    os.chown(folder, 12345, -1)
    assert not is_private(str(folder))
