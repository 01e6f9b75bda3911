"""A service whose requests and responses have only the fields that they cannot do without."""

from __future__ import annotations

from typing import Any

from google.protobuf import empty_pb2

from goten.descriptors import Descriptor, SyncType
from goten.methods import MethodDescriptor, MethodKind, Routing
from goten.names import NamePattern, ResourceName
from goten.services import Api, ServiceDescriptor
from tests.server.compiled import compile_protos

_PACKAGE = "goten.tests.bare"
_TYPE = "bare.example.com/Note"
_MESSAGES = compile_protos(
    {
        "bare.proto": f"""
syntax = "proto3";
package {_PACKAGE};
message Note {{ string name = 1; string text = 2; }}
message GetNoteRequest {{ string name = 1; }}
message BatchGetNotesRequest {{ repeated string names = 1; }}
message BatchGetNotesResponse {{ repeated Note found = 1; }}
message ListNotesRequest {{}}
message ListNotesResponse {{ repeated Note notes = 1; }}
message CreateNoteRequest {{ Note note = 1; }}
message UpdateNoteRequest {{ Note note = 1; }}
message DeleteNoteRequest {{ string name = 1; }}
"""
    }
)


def message(kind: str, **fields: Any) -> Any:
    return _MESSAGES[f"{_PACKAGE}.{kind}"](**fields)


class NoteName(ResourceName):
    __slots__ = ()
    TYPE = _TYPE
    PATTERNS = (NamePattern("notes/{note}"),)


NOTE: Descriptor[Any, NoteName] = Descriptor(
    type=_TYPE,
    version="",
    singular="Note",
    plural="Notes",
    name=NoteName,
    message=_MESSAGES[f"{_PACKAGE}.Note"],
    name_field="name",
    parents=(),
    parentless=True,
    metadata_field=None,
    policy_field=None,
    sync_type=SyncType.DEFAULT,
    references=(),
)


def _method(
    verb: str, name: str, response: Any, *, name_path: str | None = None, body_path: str | None = None
) -> MethodDescriptor[Any, Any]:
    return MethodDescriptor(
        full_name=f"{_PACKAGE}.NoteService.{name}",
        kind=MethodKind.UNARY,
        verb=verb,
        resource=_TYPE,
        request=_MESSAGES[f"{_PACKAGE}.{name}Request"],
        response=response,
        name_path=name_path,
        parent_path=None,
        body_path=body_path,
        writes=verb in ("create", "update", "delete"),
        routing=Routing(),
    )


METHODS = {
    "get": _method("get", "GetNote", NOTE.message, name_path="name"),
    "batch_get": _method(
        "batch_get", "BatchGetNotes", _MESSAGES[f"{_PACKAGE}.BatchGetNotesResponse"], name_path="names"
    ),
    "list": _method("list", "ListNotes", _MESSAGES[f"{_PACKAGE}.ListNotesResponse"]),
    "create": _method("create", "CreateNote", NOTE.message, name_path="note.name", body_path="note"),
    "update": _method("update", "UpdateNote", NOTE.message, name_path="note.name", body_path="note"),
    "delete": _method("delete", "DeleteNote", empty_pb2.Empty, name_path="name"),
}

SERVICE = ServiceDescriptor(
    domain="bare.example.com",
    version="",
    resources=(NOTE,),
    apis=(Api(f"{_PACKAGE}.NoteService", tuple(METHODS.values())),),
    access={_TYPE: METHODS},
)
