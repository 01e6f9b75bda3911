"""`goten-meta get` and `goten-meta list`."""

from __future__ import annotations

import argparse
import time
from typing import Any

from goten.meta.v1.service import SERVICE
from goten.meta_server.cli import OK
from goten.meta_server.commands.connection import Connection, talk
from goten.meta_server.commands.rpcs import unary
from goten.meta_server.commands.targets import Collection, descriptor_of, parse_collection, parse_name
from goten.meta_server.output import Table, as_json, in_full, json_document, note, terminal_width, write
from goten.meta_server.output_columns import COLUMNS


def run_get(options: argparse.Namespace) -> int:
    name = parse_name(options.name)
    method = SERVICE.access[descriptor_of(name).type]["get"]

    async def body(connection: Connection) -> Any:
        return await connection.call(unary(connection.channel, method)(method.request(name=str(name))))

    message = talk(options.address, body)
    write(json_document(as_json(message)) if options.format == "json" else in_full(message))
    return OK


def run_list(options: argparse.Namespace) -> int:
    collection = parse_collection(options.collection)

    async def body(connection: Connection) -> list[Any]:
        return await _pages(connection, collection, options)

    messages = talk(options.address, body)
    if options.format == "json":
        write(json_document({collection.field: [as_json(message) for message in messages]}))
    else:
        _print_table(collection, messages)
    return OK


async def _pages(connection: Connection, collection: Collection, options: argparse.Namespace) -> list[Any]:
    method = SERVICE.access[collection.descriptor.type]["list"]
    call = unary(connection.channel, method)
    found: list[Any] = []
    token = ""
    while True:
        left = options.page_size if options.limit is None else min(options.page_size, options.limit - len(found))
        request = method.request(filter=options.filter, order_by=options.order_by, page_size=left, page_token=token)
        if method.parent_path is not None:
            setattr(request, method.parent_path, collection.parent)
        response = await connection.call(call(request))
        found += getattr(response, collection.field)
        token = response.next_page_token
        if not token or len(found) == options.limit:
            return found


def _print_table(collection: Collection, messages: list[Any]) -> None:
    if not messages:
        note(f"no {collection.field} found")
        return
    columns = COLUMNS[collection.descriptor.type]
    now = time.time()
    rows = [columns.row(message, now) for message in messages]
    table = Table(columns.headers, rows, terminal_width())
    write("\n".join([table.header(), *map(table.line, rows)]))
