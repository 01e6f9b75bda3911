"""What a synthetic proto tree holds: service versions, their resources, and who imports whom. No text yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.tree.resources import DOMAIN, ResourcePlan, plan_resources
from benchmarks.tree.words import FOLDERS, QUALIFIERS

SERVICES_PER_FILE = 24 / 580
RESOURCES_PER_FILE = 150 / 580
MIN_FILES = 30


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """One service version in folder `<folder>/proto/<version>`."""

    folder: str
    version: str
    resources: tuple[ResourcePlan, ...]
    imports: tuple[ServicePlan, ...]

    @property
    def domain(self) -> str:
        return f"{self.folder}.{DOMAIN}"

    @property
    def package(self) -> str:
        return f"acme.{self.folder.replace('-', '_')}.{self.version}"

    @property
    def directory(self) -> str:
        return f"{self.folder}/proto/{self.version}"

    @property
    def umbrella(self) -> str:
        """Import path of the file that imports all others of this service version."""
        return f"{self.directory}/{self.folder.replace('-', '_')}.proto"


def plan_tree(files: int, seed: int) -> tuple[ServicePlan, ...]:
    """Plans a tree of exactly `files` protos, imported services before those that import them.

    Every service version has an umbrella and a common file, every resource three files; what is left to `files` are
    files of custom methods. Raises ValueError where `files` is below `MIN_FILES`.
    """
    if files < MIN_FILES:
        raise ValueError(f"a synthetic tree has at least {MIN_FILES} protos, not {files}")
    services = max(2, round(files * SERVICES_PER_FILE))
    resources = round(files * RESOURCES_PER_FILE)
    custom = files - 2 * services - 3 * resources
    planned: list[ServicePlan] = []
    for index, (folder_index, folder, version) in zip(range(services), _service_versions(), strict=False):
        rng = Random(f"{seed}/{folder}")
        counts = _share(resources, services, index), _share(custom, services, index)
        own = plan_resources(rng, folder_index, f"{folder}.{DOMAIN}", *counts)
        planned.append(ServicePlan(folder, version, own, _imports(rng, planned)))
    return tuple(planned)


def _share(total: int, among: int, index: int) -> int:
    """The part of `total` that number `index` of `among` gets when it is dealt out evenly."""
    return total * (index + 1) // among - total * index // among


def _service_versions() -> Iterator[tuple[int, str, str]]:
    """Endless (folder number, folder, version): `iam` first, every fourth folder with an older version as well."""
    yield 0, "iam", "v1"
    number = 1
    while True:
        rank, place = divmod(number - 1, len(FOLDERS))
        folder = FOLDERS[place]
        if rank:
            turn, qualifier = divmod(rank - 1, len(QUALIFIERS))
            folder = f"{QUALIFIERS[qualifier]}{turn or ''}-{folder}"
        elif number % 5 == 3:
            folder += "-hub"
        if number % 4 == 2:
            yield number, folder, "v1alpha2"
        yield number, folder, "v1"
        number += 1


def _imports(rng: Random, planned: list[ServicePlan]) -> tuple[ServicePlan, ...]:
    """`iam` and up to two of the services planned before, always in their newest version."""
    if not planned:
        return ()
    newest = [service for service in planned[1:] if service.version == "v1"]
    others = rng.sample(newest, min(len(newest), rng.randint(0, 2)))
    return (planned[0], *sorted(others, key=lambda service: service.folder))
