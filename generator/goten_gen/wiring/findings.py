"""What a main file lacks, or does in the wrong order; plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from goten_gen.wiring.packages import Package

if TYPE_CHECKING:
    from goten_gen.wiring.main_file import Found, MainFile


class Code(StrEnum):
    NO_REGISTRY = "wire-no-registry"
    REGISTRY_LATE = "wire-registry-late"
    NO_POLICY_STORE = "wire-no-policy-store"
    NO_SOURCES = "wire-no-sources"
    UNREGISTERED_VERSION = "wire-unregistered-version"
    NO_VARIABLE = "wire-no-variable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. `mended`: inserting calls does it; otherwise its owner has to move code."""

    code: Code
    file: str
    line: int
    message: str
    hint: str
    package: str = ""

    @property
    def mended(self) -> bool:
        return self.code not in (Code.REGISTRY_LATE, Code.UNREGISTERED_VERSION, Code.NO_VARIABLE)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.code}: {self.message}\n    hint: {self.hint}"


def find(main: MainFile, packages: Sequence[Package]) -> list[Finding]:
    """In the order of lines."""
    findings = [*_registry(main, packages)]
    for package in packages:
        findings += _policies(main, package)
    return sorted(findings, key=lambda finding: finding.line)


def _registry(main: MainFile, packages: Sequence[Package]) -> list[Finding]:
    name = main.entry.name.value
    if main.registry is None:
        text = f"{name} does not start the EnvRegistry"
        hint = f"call {packages[0].module}.env_registry.start_env_registry first thing"
        return [Finding(Code.NO_REGISTRY, main.path, main.entry_line, text, hint)]
    found = []
    early = _first([*main.stores, *main.sources, *main.uses])
    if early is not None and early.line < main.registry.line:
        text = (
            f"{early.name.rpartition('.')[2]} comes before the EnvRegistry, which starts in line {main.registry.line}"
        )
        found.append(Finding(Code.REGISTRY_LATE, main.path, early.line, text, "move it behind start_env_registry"))
    if not main.registry.variable:
        text = "what start_env_registry answers is not kept in a variable"
        hint = "write `async with await start_env_registry(...) as registry:`"
        found.append(Finding(Code.NO_VARIABLE, main.path, main.registry.line, text, hint))
    others = [f"{package.module}.env_registry.REGISTRATION" for package in packages]
    for package, registration in zip(packages, others, strict=True):
        if package.module != main.registry.package and registration not in main.registry.arguments:
            text = f"{package.module} is not registered"
            hint = f"give {registration} to start_env_registry"
            found.append(Finding(Code.UNREGISTERED_VERSION, main.path, main.registry.line, text, hint, package.module))
    return found


def _policies(main: MainFile, package: Package) -> list[Finding]:
    store = next((store for store in main.stores if store.package == package.module), None)
    if store is None:
        line = main.registry.line if main.registry else main.entry_line
        text = f"there is no PolicyStore of {package.module}"
        hint = f"make one with {package.module}.service.SERVICE and the EnvRegistry, once that has started"
        return [Finding(Code.NO_POLICY_STORE, main.path, line, text, hint, package.module)]
    if any(call.package == package.module for call in main.sources):
        return []
    text = f"no policy sources of {package.module} are registered"
    hint = f"call {package.module}.policy_store.register_policy_sources with the PolicyStore"
    return [Finding(Code.NO_SOURCES, main.path, store.line, text, hint, package.module)]


def _first(calls: Sequence[Found]) -> Found | None:
    return min(calls, key=lambda call: call.line, default=None)
