"""`goten-meta export` and `goten-meta import`: on a running server, or directly on the storage of a stopped one."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from functools import partial
from typing import IO, Any, Final

from goten.admin.exporting import CHUNK_BYTES, export
from goten.admin.importing import Importer
from goten.admin.v1.admin_pb2 import ExportRequest, ExportResponse, ImportRequest, ImportResponse
from goten.admin.v1.admin_pb2_grpc import AdminServiceStub
from goten.meta.v1.service import SERVICE
from goten.meta_server.archive import ArchiveError, ArchiveReader, header_line, resource_line
from goten.meta_server.archive_terms import leave_unsettled, needed_by, unsettled_services
from goten.meta_server.cli import OK, CommandFailed
from goten.meta_server.commands.connection import Connection, talk
from goten.meta_server.commands.direct import directly
from goten.meta_server.output import note
from goten.meta_server.own_regions import is_own_record
from goten.store import Store

_STANDARD: Final = "-"


# --- export ----------------------------------------------------------------------------------------------------------


def run_export(options: argparse.Namespace) -> int:
    if options.storage is not None:
        resources, revision = directly(
            options.storage, lambda store: _save(export(store, SERVICE, needed_by, unsettled_services), options.file)
        )
    else:
        resources, revision = talk(options.address, lambda connection: _save(_exported(connection), options.file))
    note(f"{resources} resources exported, as they were at revision {revision}")
    return OK


def _exported(connection: Connection) -> AsyncIterable[ExportResponse]:
    return AdminServiceStub(connection.channel).Export(ExportRequest())


async def _save(responses: AsyncIterable[ExportResponse], path: str) -> tuple[int, int]:
    """Writes an archive; the number of resources, and their revision."""
    written = revision = expected = 0
    with _target(path) as file:
        async for response in responses:
            if response.HasField("header"):
                revision, expected = response.header.revision, response.header.resources
                file.write(header_line(response.header).encode())
            for archived in response.resources:
                file.write(resource_line(archived).encode())
            written += len(response.resources)
        if written != expected:
            raise CommandFailed(f"the export ended after {written} of {expected} resources")
        file.flush()
    return written, revision


@contextlib.contextmanager
def _target(path: str) -> Iterator[IO[bytes]]:
    """The file to write; what is at `path` is replaced when all is written, and stays as it is if that fails."""
    if path == _STANDARD:
        yield sys.stdout.buffer
        return
    if os.path.exists(path) and not os.path.isfile(path):
        # A device or a pipe takes what comes; another file in its place would not be it any more.
        with open(path, "wb") as file:
            yield file
        return
    try:
        with _draft(path) as file:
            yield file
    except OSError as error:
        # Who asked for an export knows nothing of a draft.
        raise CommandFailed(f"{path}: {error.strerror or error}") from None


@contextlib.contextmanager
def _draft(path: str) -> Iterator[IO[bytes]]:
    folder, name = os.path.split(os.path.abspath(path))
    handle, draft = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
    try:
        with open(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


# --- import ----------------------------------------------------------------------------------------------------------


def run_import(options: argparse.Namespace) -> int:
    label = "standard input" if options.file == _STANDARD else options.file
    try:
        with contextlib.ExitStack() as stack:
            file = sys.stdin.buffer if options.file == _STANDARD else stack.enter_context(open(options.file, "rb"))
            done = _import(options, ArchiveReader(file, label))
    except ArchiveError as error:
        raise CommandFailed(str(error), "nothing was imported") from None
    note(f"{done.resources} resources imported; all are there at revision {done.revision}")
    return OK


def _import(options: argparse.Namespace, reader: ArchiveReader) -> ImportResponse:
    if options.storage is not None:
        return directly(options.storage, lambda store: _import_into(store, reader), create=True)
    return talk(options.address, lambda connection: _send(connection, reader))


async def _import_into(store: Store, reader: ArchiveReader) -> ImportResponse:
    async def requests() -> AsyncIterator[ImportRequest]:
        for request in _requests(reader):
            yield request

    importer = Importer(
        store,
        SERVICE,
        needed_by=needed_by,
        is_own=partial(is_own_record, store),
        leave_unsettled=leave_unsettled,
    )
    return await importer.run(requests())


async def _send(connection: Connection, reader: ArchiveReader) -> ImportResponse:
    call: Any = AdminServiceStub(connection.channel).Import()
    try:
        for request in _requests(reader):
            await call.write(request)
        await call.done_writing()
    except asyncio.InvalidStateError:
        # The server has answered already: it refuses.
        pass
    except ArchiveError:
        call.cancel()
        raise
    answer: ImportResponse = await call
    return answer


def _requests(reader: ArchiveReader) -> Iterator[ImportRequest]:
    """The archive in messages of moderate size. Raises ArchiveError, at the end where the archive is not whole."""
    request = ImportRequest(header=reader.header)
    size = 0
    for archived in reader.resources():
        request.resources.append(archived)
        size += len(archived.resource)
        if size >= CHUNK_BYTES:
            yield request
            request, size = ImportRequest(), 0
    yield request
