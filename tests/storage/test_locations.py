"""Storages by the text that names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from goten.storage import MemoryStorage, SqliteStorage, StorageLocationError, open_storage


def test_a_path_names_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """STORAGE-10: relative to the folder at that time, or to the home directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/someone")
    for text, path in (
        ("sqlite:meta.db", tmp_path / "meta.db"),
        ("sqlite:/var/lib/meta.db", Path("/var/lib/meta.db")),
        ("sqlite:~/a:b.db", Path("/home/someone/a:b.db")),
    ):
        storage = open_storage(text)
        assert isinstance(storage, SqliteStorage)
        assert storage.path == path
    assert list(tmp_path.iterdir()) == []


def test_memory_is_a_storage_of_its_own() -> None:
    assert isinstance(open_storage("memory:"), MemoryStorage)
    assert open_storage("memory:") is not open_storage("memory:")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "names no storage"),
        ("meta.db", "names no storage"),
        ("memory", "names no storage"),
        ("etcd:127.0.0.1:2379", "names no storage"),
        ("SQLITE:meta.db", "names no storage"),
        ("memory:x", "nothing can follow memory:"),
        ("sqlite:", "the path is missing"),
        ("sqlite:a\0b", "a path has no such character"),
        ("sqlite::memory:", "is no file"),
    ],
)
def test_another_text_is_refused(text: str, reason: str) -> None:
    with pytest.raises(StorageLocationError) as caught:
        open_storage(text)
    assert isinstance(caught.value, ValueError)
    assert (caught.value.text, caught.value.reason) == (text, reason)
    assert "sqlite:PATH" in str(caught.value)
