"""The process: store, resource servers and control channel on one port, until a signal or the end of stdin."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from identity_example_com.v1.service import SERVICE as V1
from identity_example_com.v2.service import SERVICE as V2
from identity_service.versions import V1_OVER_V2

from goten.meta.v1 import descriptors as meta
from goten.meta.v1.service import SERVICE as META
from goten.server import MetadataUpkeep, ResourceServer, Server, WatchHub, resource_servers, running, stored_types
from goten.storage import open_storage
from goten.store import Store
from tests.servers.control import control_handlers
from tests.servers.faults import Faults
from tests.servers.faulty import FaultyServer, count_calls
from tests.servers.lagging import LaggingStore


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    port: int
    storage: str
    bookmark_interval: float
    faults: Mapping[str, Any]
    until_stdin_ends: bool


async def serve(options: Options) -> None:
    """Prints the address when it is ready, and returns when it is told to end."""
    # Names of identity.example.com can be below services of Meta, so who asks for policies needs these too.
    types = (*stored_types(V2, V1), meta.SERVICE)
    store = Store(open_storage(options.storage), types)
    hub = WatchHub(store, bookmark_interval=options.bookmark_interval)
    faults = Faults()
    faults.set(options.faults)
    lagging = LaggingStore(store, types, faults)
    servers = [FaultyServer(server, faults) for server in _servers(cast("Store", lagging), hub)]
    control = control_handlers(store, lagging, faults, lambda: count_calls(servers))
    host = Server([*(server.handlers() for server in servers), control], listen=f"127.0.0.1:{options.port}")
    async with running(store, hub, host, grace=0):
        print(f"serving {V2.domain} {V1.version}, {V2.version} on {host.address}", flush=True)
        await _told_to_end(options.until_stdin_ends)


def _servers(store: Store, hub: WatchHub) -> list[ResourceServer[Any, Any]]:
    rules = [MetadataUpkeep()]
    return [
        *resource_servers(V1, store, rules, hub=hub, versions=V1_OVER_V2),
        *resource_servers(V2, store, rules, hub=hub),
        ResourceServer(meta.SERVICE, store, rules, service=META, hub=hub),
    ]


async def _told_to_end(until_stdin_ends: bool) -> None:
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    if until_stdin_ends:
        # Nothing is ever written to it, so that it can be read only when it ends.
        loop.add_reader(sys.stdin.fileno(), told.set)
    await told.wait()
