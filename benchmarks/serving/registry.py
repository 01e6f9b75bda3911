"""Fills a SQLite file with services, deployments and resources, by the rules of the real server.

python -m benchmarks.serving.registry FILE SERVICES REGIONS DEPLOYMENTS RESOURCES
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.serving.names import (
    CONTROL_REGION,
    REGIONS,
    deployment_name,
    resource_name,
    service_id,
    service_name,
)
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.descriptors import DEPLOYMENT, RESOURCE, SERVICE
from goten.meta.v1.resource_pb2 import Resource
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.app import MetaApp
from goten.meta_server.config import MetaConfig
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy

_AT_ONCE: Final = 40
"""So many resources in a transaction; what rules read counts to its limits too."""


class Contents(NamedTuple):
    """What a registry has, beside what Meta registers of itself; the last three are per service."""

    services: int
    regions: int = 1
    """So many regions each service enables."""
    deployments: int = 0
    resources: int = 0
    uses_meta: int = 0
    """1: each service uses meta.goten.com."""


def registry(folder: Path, contents: Contents) -> Path:
    """A copy of the SQLite file with these contents. The first time it is made, which takes a while.

    Raises CalledProcessError where it cannot be made.
    """
    made = folder / f"registry-{'-'.join(map(str, contents))}.sqlite"
    if not made.exists():
        building = made.with_suffix(".building")
        command = [sys.executable, "-m", "benchmarks.serving.registry", str(building), *map(str, contents)]
        subprocess.run(command, cwd=Path(__file__).resolve().parents[2], check=True)
        building.rename(made)
    copy = folder / f"used-{os.getpid()}-{made.name}"
    shutil.copyfile(made, copy)
    return copy


def forget(copy: Path) -> None:
    """Deletes a copy, and what SQLite has beside it."""
    for file in copy.parent.glob(f"{copy.name}*"):
        file.unlink()


async def build(path: Path, contents: Contents) -> None:
    config = MetaConfig(region=CONTROL_REGION, regions=REGIONS, listen="127.0.0.1:0", storage=f"sqlite:{path}")
    app = MetaApp(config)
    await app.start()
    try:
        for services in _chunks(_services(contents)):
            # One transaction writes one Service. What follows from them is written once for all that wait.
            await asyncio.gather(*(_save(app, SERVICE, [service], guarded=True) for service in services))
        for deployments in _chunks(_deployments(contents)):
            await _save(app, DEPLOYMENT, deployments, guarded=True)
        for resources in _chunks(_resources(contents)):
            await _save(app, RESOURCE, resources, guarded=False)
        # Empties the log, so that a start has no history to read that a long-running server would not keep.
        await app.store.compact(app.store.revision)
    finally:
        await app.stop()


async def _save(app: Any, descriptor: Any, messages: list[Any], *, guarded: bool) -> None:
    async def body(saving: Any) -> None:
        for message in messages:
            await saving.save(descriptor, message)

    await app.saver.transact(body, guarded=guarded, caller="meta.goten.com")


def _services(contents: Contents) -> Iterator[Service]:
    regions = REGIONS[: contents.regions]
    policy = MultiRegionPolicy(enabled_regions=regions, default_control_region=CONTROL_REGION)
    for number in range(contents.services):
        yield Service(
            name=service_name(number),
            display_name=f"Service number {number:06}",
            multi_region_policy=policy,
            all_versions=["v1"],
            global_domain=service_id(number),
            used_services=["services/meta.goten.com"] if contents.uses_meta else [],
        )


def _deployments(contents: Contents) -> Iterator[Deployment]:
    for service in range(contents.services):
        for number in range(contents.deployments):
            yield Deployment(name=deployment_name(service, number), current_version="v1")


def _resources(contents: Contents) -> Iterator[Resource]:
    for service in range(contents.services):
        for number in range(contents.resources):
            yield new_resource(resource_name(service, number))


def new_resource(name: str) -> Resource:
    plural = f"{name.rpartition('/')[2]}s"
    infos = [Resource.VersionedInfo(version="v1", is_regional=True)]
    return Resource(name=name, plural_name=plural, versions=["v1"], versioned_infos=infos)


def _chunks(messages: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(messages)
    while chunk := list(islice(iterator, _AT_ONCE)):
        yield chunk


if __name__ == "__main__":
    asyncio.run(build(Path(sys.argv[1]), Contents(*map(int, sys.argv[2:]))))
