"""Archives as text: JSON lines, the header first, then a resource a line (docs/goten-meta.md)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import IO, Any, Final, NoReturn

from google.protobuf import json_format
from google.protobuf.message import Message

from goten.admin.checking import ArchiveCheck, BadArchive
from goten.admin.v1.admin_pb2 import ArchivedResource, ArchiveHeader
from goten.meta.v1.service import SERVICE
from goten.meta_server.archive_terms import needed_by

MAX_LINE: Final = 16 * 1024 * 1024
"""Bytes. A resource has at most 1.5 MB in binary form."""
_MARK: Final = "goten_archive"


class ArchiveError(Exception):
    """A file is no archive that can be taken; the text begins with file and line."""


# --- writing ---------------------------------------------------------------------------------------------------------


def header_line(header: ArchiveHeader) -> str:
    return _line(
        {
            _MARK: header.format,
            "service": header.service,
            "version": header.version,
            "store": header.store_id,
            "revision": header.revision,
            "time": header.time.ToJsonString(),
            "resources": header.resources,
            "unsettled": list(header.unsettled),
        }
    )


def resource_line(archived: ArchivedResource) -> str:
    """In JSON; in base64 what JSON cannot hold: fields that this release does not know, numbers that are none.

    Raises KeyError for a type that Meta does not have, DecodeError for a message that is none of the type.
    """
    message = _MESSAGES[archived.type].FromString(archived.resource)
    form = _as_json(message) if _knows_all(message, archived.resource) else None
    if form is None:
        return _line({"type": archived.type, "binary": base64.b64encode(archived.resource).decode()})
    return _line({"type": archived.type, "resource": form})


def _as_json(message: Message) -> dict[str, Any] | None:
    try:
        form: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    except (json_format.Error, TypeError):
        return None
    return form


def _knows_all(message: Message, binary: bytes) -> bool:
    message.DiscardUnknownFields()
    return message.ByteSize() == len(binary)


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


# --- reading ---------------------------------------------------------------------------------------------------------


class ArchiveReader:
    """Reads an archive and checks it, line by line. All it does raises ArchiveError.

    `label` is what errors call the file.
    """

    def __init__(self, file: IO[bytes], label: str) -> None:
        self._file = file
        self._label = label
        self._number = 0
        values = self._next()
        if values is None:
            self._refuse("it is empty; goten-meta export writes what can be imported")
        self.header = self._header(values)
        try:
            self._check = ArchiveCheck(SERVICE, self.header, needed_by)
        except BadArchive as bad:
            self._refuse(bad.reason)

    def resources(self) -> Iterator[ArchivedResource]:
        """All resources; when they are read to the end, the archive is whole, and may be taken."""
        while (values := self._next()) is not None:
            yield self._resource(values)
        try:
            self._check.end()
        except BadArchive as bad:
            if bad.place is not None:
                # The header has line 1.
                self._number = bad.place + 2
            self._refuse(bad.reason)

    def _next(self) -> dict[str, Any] | None:
        line = self._file.readline(MAX_LINE + 1)
        if not line:
            return None
        self._number += 1
        if len(line) > MAX_LINE:
            self._refuse(f"the line is longer than {MAX_LINE} bytes")
        try:
            values = json.loads(line)
        except json.JSONDecodeError as error:
            self._refuse(f"this is no JSON: {error.msg} (column {error.colno})")
        except (UnicodeDecodeError, RecursionError) as error:
            self._refuse(f"this is no JSON: {error}")
        if not isinstance(values, dict):
            self._refuse("this is no JSON object")
        return values

    def _header(self, values: Mapping[str, Any]) -> ArchiveHeader:
        if _MARK not in values:
            self._refuse(f"the header is missing: the first line of an export has {_MARK!r}")
        names = {_MARK: "format", "store": "store_id"}
        header = ArchiveHeader()
        self._fill(header, {names.get(key, key): value for key, value in values.items()})
        return header

    def _resource(self, values: Mapping[str, Any]) -> ArchivedResource:
        form = values.keys() - {"type"}
        if not isinstance(values.get("type"), str) or form not in ({"resource"}, {"binary"}):
            self._refuse("""a line has the keys "type" and "resource" (or "binary"), and no others""")
        try:
            descriptor = self._check.descriptor(values["type"])
            message = descriptor.message()
            if "binary" in form:
                archived = ArchivedResource(type=descriptor.type, resource=self._binary(values["binary"]))
                self._check.add(archived)
                return archived
            self._fill(message, values["resource"])
            self._check.add_message(descriptor, message)
        except BadArchive as bad:
            self._refuse(bad.reason)
        return ArchivedResource(type=descriptor.type, resource=message.SerializeToString(deterministic=True))

    def _fill(self, message: Message, values: Any) -> None:
        if not isinstance(values, dict):
            self._refuse(f"a {message.DESCRIPTOR.name} is a JSON object")
        try:
            json_format.ParseDict(values, message)
        except (json_format.Error, TypeError, ValueError, RecursionError) as error:
            self._refuse(f"this is no {message.DESCRIPTOR.full_name}: {error}")

    def _binary(self, text: Any) -> bytes:
        try:
            return base64.b64decode(text, validate=True)
        except (TypeError, ValueError) as error:
            self._refuse(f""""binary" is no base64: {error}""")

    def _refuse(self, reason: str) -> NoReturn:
        raise ArchiveError(f"{self._label}:{max(self._number, 1)}: {reason}") from None


_MESSAGES: Final = {descriptor.type: descriptor.message for descriptor in SERVICE.resources}
