"""The process: store, APIs and control channel on one port, until a signal or the end of stdin."""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import grpc.aio
from identity_example_com.v1 import descriptors
from identity_example_com.v1.service import SERVICE

from goten.meta.v1 import descriptors as meta_descriptors
from goten.meta.v1 import service as meta_service
from goten.watch import SERVER_OPTIONS
from tests.servers.api import ResourceApi, add_apis, count_calls
from tests.servers.control import add_control
from tests.servers.faults import Faults
from tests.servers.journal import Journal
from tests.servers.store import Store

SERVED = (
    (SERVICE, descriptors.PROJECT),
    (SERVICE, descriptors.ORGANIZATION),
    # Names of identity.example.com can be below services of Meta, so who asks for policies needs these too.
    (meta_service.SERVICE, meta_descriptors.SERVICE),
)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    port: int
    state: Path | None
    bookmark_interval: float
    history: int
    until_stdin_ends: bool


async def serve(options: Options) -> None:
    """Prints the address when it is ready, and returns when it is told to end."""
    journal = Journal(options.state) if options.state else None
    store = Store({resource.type: resource.message for _, resource in SERVED}, journal, options.history)
    faults = Faults()
    apis = [ResourceApi(service, resource, store, faults, options.bookmark_interval) for service, resource in SERVED]
    # Without so_reuseport, a port that is taken is an error.
    server = grpc.aio.server(options=[*SERVER_OPTIONS, ("grpc.so_reuseport", 0)])
    add_apis(server, apis)
    add_control(server, store, faults, lambda: count_calls(apis))
    port = server.add_insecure_port(f"127.0.0.1:{options.port}")
    await server.start()
    print(f"listening on 127.0.0.1:{port}", flush=True)
    await _told_to_end(options.until_stdin_ends)
    await server.stop(grace=None)
    store.close()


async def _told_to_end(until_stdin_ends: bool) -> None:
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    if until_stdin_ends:
        # Nothing is ever written to it, so that it can be read only when it ends.
        loop.add_reader(sys.stdin.fileno(), told.set)
    await told.wait()
