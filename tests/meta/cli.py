"""A Meta server in this process, and commands of goten-meta on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import grpc.aio
import pytest

from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.deployment_service_pb2 import CreateDeploymentRequest
from goten.meta.v1.deployment_service_pb2_grpc import DeploymentServiceStub
from goten.meta.v1.resource_pb2 import Resource
from goten.meta.v1.resource_service_pb2 import CreateResourceRequest
from goten.meta.v1.resource_service_pb2_grpc import ResourceServiceStub
from goten.meta.v1.service_pb2 import Service
from goten.meta.v1.service_service_pb2 import CreateServiceRequest
from goten.meta.v1.service_service_pb2_grpc import ServiceServiceStub
from goten.meta_server.app import MetaApp
from goten.meta_server.cli import main
from goten.meta_server.config import MetaConfig


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


class Terminal:
    """Runs commands, in another thread than the server's."""

    def __init__(self, address: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.address = address
        self._capsys = capsys

    async def run(self, *arguments: str) -> Outcome:
        """A command that talks to the server."""
        return await self.plain(*arguments, "--address", self.address)

    async def plain(self, *arguments: str) -> Outcome:
        self._capsys.readouterr()
        try:
            code = await asyncio.to_thread(main, arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
        captured = self._capsys.readouterr()
        return Outcome(code, captured.out, captured.err)


@asynccontextmanager
async def meta_app(storage: str = "memory:", region: str = "us-west2", **settings: object) -> AsyncIterator[MetaApp]:
    """A server on any free port."""
    given = {"listen": "127.0.0.1:0", "stop_grace": 1.0, **settings}
    config = MetaConfig(region=region, storage=storage, **given)  # type: ignore[arg-type]
    app = MetaApp(config)
    await app.start()
    try:
        yield app
    finally:
        await app.stop()


async def register(address: str, domain: str = "library.example.com", region: str = "us-west2") -> None:
    """A service with a deployment and a resource type."""
    name = f"services/{domain}"
    async with grpc.aio.insecure_channel(address) as channel:
        service = Service(name=name, display_name="A library", all_versions=["v1"], global_domain=domain)
        service.multi_region_policy.enabled_regions.append(region)
        service.multi_region_policy.default_control_region = region
        await ServiceServiceStub(channel).CreateService(CreateServiceRequest(service=service))
        deployment = Deployment(service_name=name, region=f"regions/{region}", current_version="v1")
        await DeploymentServiceStub(channel).CreateDeployment(
            CreateDeploymentRequest(parent=name, deployment=deployment)
        )
        resource = Resource(plural_name="Books", fqn=f"{domain}/Book", versions=["v1"])
        resource.versioned_infos.add(version="v1")
        await ResourceServiceStub(channel).CreateResource(CreateResourceRequest(parent=name, resource=resource))


async def until(condition: Callable[[], bool], what: str, *, pause: float = 0.002) -> None:
    """Returns once `condition` holds. Raises AssertionError if it does not within ten seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + 10
    while not condition():
        assert loop.time() < deadline, f"it takes too long until {what}"
        await asyncio.sleep(pause)
