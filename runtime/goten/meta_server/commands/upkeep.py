"""`goten-meta status` and `goten-meta compact`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from goten.admin.compacting import compact
from goten.admin.v1.admin_pb2 import CompactRequest, GetStatusRequest, Status
from goten.admin.v1.admin_pb2_grpc import AdminServiceStub
from goten.meta_server.cli import OK
from goten.meta_server.commands.connection import Connection, talk
from goten.meta_server.commands.direct import directly
from goten.meta_server.output import as_json, json_document, note, printable, write


def run_status(options: argparse.Namespace) -> int:
    async def body(connection: Connection) -> Status:
        return await connection.call(AdminServiceStub(connection.channel).GetStatus(GetStatusRequest()))

    status = talk(options.address, body)
    if options.format == "json":
        write(json_document(_json(status)))
    else:
        pairs = list(_pairs(status))
        width = max(len(label) for label, _ in pairs)
        write("\n".join(f"{label:<{width}}  {printable(text)}" for label, text in pairs))
    return OK


def run_compact(options: argparse.Namespace) -> int:
    async def body(connection: Connection) -> int:
        request = CompactRequest(revision=options.revision)
        return (await AdminServiceStub(connection.channel).Compact(request)).compacted

    if options.storage is not None:
        compacted = directly(options.storage, lambda store: compact(store, options.revision))
    else:
        compacted = talk(options.address, body)
    note(f"changes up to revision {compacted} are forgotten")
    return OK


def _json(status: Status) -> dict[str, Any]:
    """All fields, those that are 0 included; numbers as numbers."""
    values = as_json(status)
    for field in status.DESCRIPTOR.fields:
        if field.message_type is None:
            values[field.name] = getattr(status, field.name)
    values["counts"] = {count.type: count.resources for count in status.counts}
    return values


def _pairs(status: Status) -> Iterator[tuple[str, str]]:
    yield "server", f"{status.service} {status.version}, region {status.region}, release {status.release}"
    yield "serving", f"no: {status.reason}" if not status.serving else "yes"
    yield "since", status.start_time.ToJsonString()
    yield "storage", status.storage
    yield "store", status.store_id
    yield "revision", str(status.revision)
    yield "compacted", f"up to {status.compacted}; in memory from {status.history_start} on"
    yield "resources", ", ".join(f"{count.resources} {count.type.rpartition('/')[2]}" for count in status.counts)
    yield "watchers", str(status.watchers)
    yield (
        "unsettled",
        f"{status.unsettled} services, for {status.unsettled_seconds:.1f} s" if status.unsettled else "none",
    )
