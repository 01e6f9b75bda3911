"""Generated code in tests: written to a folder, imported, and forgotten again."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

from goten_gen.model import World
from goten_gen.render import render_services

Importer: TypeAlias = Callable[[str], ModuleType]


def write_services(world: World, folder: Path) -> set[str]:
    """Writes the generated files of all service versions; returns the top-level packages."""
    files = render_services(world, list(world.services))
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    return {file.path.partition("/")[0] for file in files}


@contextmanager
def imported(world: World, folder: Path) -> Iterator[Importer]:
    """Writes all service versions and hands over a function that imports their modules from `folder`, even where
    modules of the same name are loaded already; those are back afterwards."""
    packages = write_services(world, folder) | {path.name for path in folder.iterdir() if path.is_dir()}
    hidden = _forget(packages)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield lambda name: importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))
        _forget(packages)
        sys.modules.update(hidden)


def _forget(packages: set[str]) -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.partition(".")[0] in packages]
    return {name: sys.modules.pop(name) for name in names}
