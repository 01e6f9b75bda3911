"""Reading a main file, finding what it lacks, and writing it back whole."""

from __future__ import annotations

import difflib
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from goten_gen.sources import SourceError
from goten_gen.wiring.edit import Choices, insert
from goten_gen.wiring.findings import Finding, find
from goten_gen.wiring.main_file import MainFile, read_main
from goten_gen.wiring.packages import Package, find_packages, named_in


@dataclass(frozen=True, slots=True, kw_only=True)
class WireOptions:
    """What `goten-gen wire` is told. `packages` are modules (`devices_example_com.v2`); by default, those imported."""

    packages: tuple[str, ...] = ()
    generated: str = ""
    function: str = ""
    choices: Choices = field(default_factory=Choices)


@dataclass(frozen=True, slots=True)
class Wired:
    """What was found in `before`, and the text that mends what can be mended."""

    path: str
    before: str
    after: str
    findings: tuple[Finding, ...]

    @property
    def changed(self) -> bool:
        return self.before != self.after

    @property
    def left(self) -> tuple[Finding, ...]:
        """What the owner of the file has to mend."""
        return tuple(finding for finding in self.findings if not finding.mended)

    def diff(self) -> str:
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True), self.path, self.path
        )
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)

    def write(self) -> None:
        """Replaces the file in one step; an interrupted run leaves the old one."""
        path = Path(self.path).resolve()
        handle, staged = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(self.after)
            os.chmod(staged, path.stat().st_mode)
            os.replace(staged, path)
        except BaseException:
            os.unlink(staged)
            raise


def wire(path: str, options: WireOptions) -> Wired:
    """Raises SourceError for a file that cannot be wired, with the reason; nothing is written here."""
    try:
        text = Path(path).read_bytes().decode()
    except OSError as error:
        raise SourceError(path, error.strerror or str(error), "name a Python file") from error
    except UnicodeDecodeError as error:
        raise SourceError(path, "it is not UTF-8", "convert it first") from error
    main = read_main(path, text, options.function)
    packages = _packages(main, options)
    findings = tuple(find(main, packages))
    mended = [finding for finding in findings if finding.mended]
    after = insert(main, packages, mended, options.choices) if mended else text
    return Wired(path, text, after, findings)


def _packages(main: MainFile, options: WireOptions) -> list[Package]:
    modules = list(options.packages) or named_in(f"{name}." for name in main.imported)
    if not modules:
        raise SourceError(
            main.path,
            "it imports no generated package",
            "say which service it is with --package, as in --package devices_example_com.v1",
        )
    return find_packages(modules, Path(main.path), options.generated)
