"""Clients that register services which import and use each other, and know what of it has to be stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import count
from random import Random
from typing import Any, TypeAlias

import grpc
import grpc.aio

from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.resource_pb2 import Resource
from goten.meta.v1.service_pb2 import Service
from tests.meta.world import deployment, resource, service
from tests.processes.registry import Registry, Seen

REGIONS = ("us-west2", "eastus2", "westeu1")
RESOURCES = [f"Thing{letter}" for letter in "abcdefgh"]
PATHS = ("all_versions", "multi_region_policy", "imported_services", "imported_versions", "used_services")

Facts: TypeAlias = Mapping[str, object]
"""By name: the mark of a resource's last write; by name and `#regions`: what a Service enables."""

_marks = count(1)


def domain(number: int) -> str:
    return f"s{number}.example.com"


class Unreachable(Exception):
    """The server was gone before it answered."""


class Registering:
    """Writes one Service and what is below it; nobody else does. It imports services of higher numbers.

    `acknowledged` is what has to be stored. Where the server went without an answer, `doubtful` is what else may be.
    """

    def __init__(
        self,
        registry: Registry,
        number: int,
        of: int,
        random: Random,
        registered: Callable[[str, Sequence[str]], Awaitable[None]] | None = None,
    ) -> None:
        """`registered` is called after each write of the Service that was acknowledged, with its id, and the ids of
        what it imports or uses now.
        """
        self._registry = registry
        self._registered = registered
        self._random = random
        self._others = [domain(other) for other in range(of) if other != number]
        self._importable = [domain(other) for other in range(number + 1, of)]
        self.domain = domain(number)
        self.name = f"services/{self.domain}"
        self.acknowledged: Facts = {}
        self.doubtful: Facts | None = None
        self.writes = 0

    async def run(self) -> None:
        """Goes on until the server is gone."""
        try:
            while True:
                await self.act()
        except Unreachable:
            return

    async def act(self) -> None:
        """Writes something. Raises Unreachable."""
        acts = [self._put_service, self._put_deployment, self._put_resource, self._put_resource, self._delete]
        await self._random.choice(acts)()

    def check(self, seen: Seen) -> None:
        """What is stored is what was acknowledged, or all of what is doubtful. From now on, that is what is known."""
        found = self._facts(seen)
        assert found in (self.acknowledged, self.doubtful), (found, self.acknowledged, self.doubtful)
        self.acknowledged, self.doubtful = found, None

    def _facts(self, seen: Seen) -> Facts:
        own = {name: each for name, each in seen.by_name.items() if f"{name}/".startswith(f"{self.name}/")}
        facts: dict[str, object] = {name: each.metadata.labels["mark"] for name, each in own.items()}
        if self.name in own:
            facts[f"{self.name}#regions"] = [*own[self.name].multi_region_policy.enabled_regions]
        return facts

    async def _put_service(self) -> None:
        random = self._random
        imports = random.sample(self._importable, k=min(len(self._importable), random.randint(0, 2)))
        uses = random.sample(self._others, k=random.randint(0, min(2, len(self._others))))
        new = _marked(service(self.domain, regions=REGIONS, imports=imports, uses=uses, global_domain=self.domain))
        expected = {**self.acknowledged, self.name: _mark(new), f"{self.name}#regions": [*REGIONS]}
        call = self._registry.update(new, *PATHS, "metadata.labels", "global_domain")
        if await self._write(call, expected) and self._registered is not None:
            await self._registered(self.domain, sorted({*imports, *uses}))

    async def _put_deployment(self) -> None:
        new = _marked(deployment(self.domain, self._random.choice(REGIONS), current_version="v1"))
        await self._put(new, "is_disabled")

    async def _put_resource(self) -> None:
        await self._put(_marked(resource(self.domain, self._random.choice(RESOURCES))), "versions")

    async def _put(self, new: Any, path: str) -> None:
        expected = {**self.acknowledged, new.name: _mark(new)}
        await self._write(self._registry.update(new, path, "metadata.labels"), expected)

    async def _delete(self) -> None:
        names = sorted(name for name in self.acknowledged if "#" not in name)
        if not names:
            return
        name = self._random.choice(names)
        if name == self.name:
            if self._random.random() < 0.5:
                await self._write(self._registry.delete(name), {})
            return
        expected = {kept: fact for kept, fact in self.acknowledged.items() if kept != name}
        enabled = expected[f"{self.name}#regions"]
        assert isinstance(enabled, list)
        expected[f"{self.name}#regions"] = [region for region in enabled if not name.endswith(f"deployments/{region}")]
        await self._write(self._registry.delete(name), expected)

    async def _write(self, call: Awaitable[object], expected: Facts) -> bool:
        """Whether it was done; it may be refused."""
        self.doubtful = expected
        try:
            await call
        except grpc.aio.AioRpcError as error:
            if not _was_refused(error):
                raise Unreachable from error
            self.doubtful = None
            return False
        self.acknowledged, self.doubtful = expected, None
        self.writes += 1
        return True


def _was_refused(error: grpc.aio.AioRpcError) -> bool:
    """By the server, in words of its own; nothing was done then."""
    if error.code() is grpc.StatusCode.UNAVAILABLE:
        return "are still being taken away" in (error.details() or "")
    assert error.code() in (grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.NOT_FOUND), error
    return True


def _marked(new: Service | Deployment | Resource) -> Any:
    new.metadata.labels["mark"] = str(next(_marks))
    return new


def _mark(new: Any) -> str:
    mark: str = new.metadata.labels["mark"]
    return mark
