"""Generated packages, as a main file means them: what there is to call in each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from goten_gen.sources import SourceError

MODULES = ("env_registry", "policy_store")
_PART_OF_PACKAGE = re.compile(
    r"(?P<package>[a-z_]\w*\.(?:v\d\w*|unversioned))\."
    r"(?:env_registry|policy_store|service|methods|descriptors|names)(?:\.|$)"
)
_VERSION = re.compile(r"v(\d+)(?:p(\d+))?(?:(alpha|beta)(\d*))?")
_STAGES = {"alpha": 0, "beta": 1, None: 2}


@dataclass(frozen=True, slots=True)
class Package:
    """A generated package of one service version. `own_holders`: its policies come from the service's own store."""

    module: str
    own_holders: bool

    @property
    def version(self) -> str:
        return self.module.rpartition(".")[2]


def named_in(qualified_names: Iterable[str]) -> list[str]:
    """The generated packages that imported names belong to, newest version first."""
    found = {match["package"] for name in qualified_names if (match := _PART_OF_PACKAGE.match(name))}
    return newest_first(found)


def newest_first(modules: Iterable[str]) -> list[str]:
    return sorted(sorted(modules), key=lambda module: _age(module.rpartition(".")[2]), reverse=True)


def _age(version: str) -> tuple[int, int, int, int]:
    match = _VERSION.fullmatch(version)
    if match is None:
        return (-1, 0, 0, 0)
    major, minor, stage, number = match.groups()
    return (int(major), int(minor or 0), _STAGES[stage], int(number or 0))


def find_packages(modules: Sequence[str], main: Path, generated: str) -> list[Package]:
    """The packages, newest version first. Raises SourceError for one that is not there, and for another service's."""
    services = {module.rpartition(".")[0] for module in modules}
    if len(services) > 1:
        raise SourceError(
            str(main), f"one process is one service, not {', '.join(sorted(services))}", "name one's with --package"
        )
    return [_find(module, main, generated) for module in newest_first(set(modules))]


def _find(module: str, main: Path, generated: str) -> Package:
    searched = [Path(generated)] if generated else list(_roots(main))
    for root in searched:
        folder = root.joinpath(*module.split("."))
        if all((folder / f"{name}.py").is_file() for name in MODULES):
            text = (folder / "policy_store.py").read_text(encoding="utf-8")
            return Package(module, own_holders="own_source(" in text)
    raise SourceError(
        module,
        f"no such generated package in {', '.join(str(root) for root in searched)}",
        "name the folder that `goten-gen generate --out` wrote with --generated DIR",
    )


def _roots(main: Path) -> Iterator[Path]:
    """Where generated code may lie: beside the main file, above it, and in the `src` of each of these."""
    folder = main.resolve().parent
    for candidate in (folder, *folder.parents):
        yield candidate
        yield candidate / "src"
        yield candidate / "generated_examples"
        if (candidate / "pyproject.toml").exists() or (candidate / ".git").exists():
            return
