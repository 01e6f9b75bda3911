from pathlib import Path

import pytest

from tests.generator.trees import Tree


@pytest.fixture
def tree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Tree:
    """An empty proto tree."""
    root = tmp_path / "tree"
    root.mkdir()
    return Tree(root, capsys)
