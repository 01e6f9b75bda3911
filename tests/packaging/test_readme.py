"""What the README promises a newcomer is true."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest


def test_example_in_the_readme_prints_what_it_says(repo: Path) -> None:
    outcome = doctest.testfile(str(repo / "README.md"), module_relative=False)
    assert outcome.attempted > 0
    assert outcome.failed == 0


@pytest.mark.parametrize("page", ["README.md", "docs/README.md"])
def test_links_lead_somewhere(repo: Path, page: str) -> None:
    links = [link for link in re.findall(r"]\(([^)#]+)", (repo / page).read_text()) if "://" not in link]
    assert links
    assert [link for link in links if not (repo / page).parent.joinpath(link).exists()] == []
