"""Serving resources over gRPC: one engine for every type that has a descriptor (spec/protocol/methods.md)."""

from __future__ import annotations

from goten.server.adaptor import stream_handler, unary_handler
from goten.server.common_fields import CommonFields
from goten.server.host import Server
from goten.server.listening import ListenRefused
from goten.server.logs import set_up_logging
from goten.server.metadata_upkeep import MetadataUpkeep
from goten.server.middlewares import standard_middlewares
from goten.server.naming import id_rule, random_id
from goten.server.operations import ResourceOperations
from goten.server.resource_server import ResourceServer
from goten.server.running import run, running, serve
from goten.server.saving import Saver, Saving
from goten.server.services import resource_servers, served_over, stored_types
from goten.server.versions import ServedVersion
from goten.server.watching import WatchHub

__all__ = [
    "CommonFields",
    "ListenRefused",
    "MetadataUpkeep",
    "ResourceOperations",
    "ResourceServer",
    "Saver",
    "Saving",
    "ServedVersion",
    "Server",
    "WatchHub",
    "id_rule",
    "random_id",
    "resource_servers",
    "run",
    "running",
    "serve",
    "served_over",
    "set_up_logging",
    "standard_middlewares",
    "stored_types",
    "stream_handler",
    "unary_handler",
]
