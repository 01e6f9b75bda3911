"""Two versions of a message that differ in every way that fields can differ; compiled when imported."""

from __future__ import annotations

from typing import Any

from goten.descriptors import Descriptor, SyncType
from goten.names import NamePattern, ResourceName
from tests.server.compiled import compile_protos

_PROTO = """
syntax = "proto3";
package goten.tests.versions.v1;
import "google/protobuf/struct.proto";

message Thing {
  enum Colour { NONE = 0; RED = 1; BLUE = 2; }
  enum Size { UNKNOWN = 0; SMALL = 1; LARGE = 2; }
  message Part {
    string id = 1;
    int32 weight = 2;
    string only_in_v1 = 3;
    repeated Part parts = 4;
  }
  string name = 1;
  string title = 2;
  int64 count = 3;
  Colour colour = 4;
  Size size = 5;
  Part main = 6;
  repeated Part parts = 7;
  map<string, Part> by_id = 8;
  map<string, string> labels = 9;
  repeated int32 numbers = 10;
  oneof kind { string word = 11; Part body = 12; }
  optional string note = 13;
  google.protobuf.Struct free = 14;
  string renumbered = 15;
  int32 retyped = 16;
  string single = 17;
  string only_in_v1 = 18;
  repeated google.protobuf.Value values = 19;
  Part retold = 20;
}
"""

_CHANGES = (
    ("versions.v1", "versions.v2"),
    ("SMALL = 1; LARGE = 2;", "LARGE = 1; SMALL = 2;"),
    ("string only_in_v1 = 3;", "string only_in_v2 = 5;"),
    ("RED = 1; BLUE = 2;", "RED = 1; BLUE = 2; GREEN = 3;"),
    ("string renumbered = 15", "string renumbered = 25"),
    ("int32 retyped", "string retyped"),
    ("string single", "repeated string single"),
    ("string only_in_v1 = 18", "string only_in_v2 = 28"),
    ("Part retold = 20", "google.protobuf.Struct retold = 20"),
)


class ThingName(ResourceName):
    __slots__ = ()
    TYPE = "versions.example.com/Thing"
    PATTERNS = (NamePattern("things/{thing}"),)


def _compile() -> tuple[Any, Any]:
    later = _PROTO
    for before, after in _CHANGES:
        assert before in later
        later = later.replace(before, after)
    compiled = compile_protos({"thing_v1.proto": _PROTO, "thing_v2.proto": later})
    return compiled["goten.tests.versions.v1.Thing"], compiled["goten.tests.versions.v2.Thing"]


ThingV1, ThingV2 = _compile()


def _descriptor(version: str, message: Any) -> Descriptor[Any, ThingName]:
    return Descriptor(
        type=ThingName.TYPE,
        version=version,
        singular="Thing",
        plural="Things",
        name=ThingName,
        message=message,
        name_field="name",
        parents=(),
        parentless=True,
        metadata_field=None,
        policy_field=None,
        sync_type=SyncType.DEFAULT,
        references=(),
    )


V1 = _descriptor("v1", ThingV1)
V2 = _descriptor("v2", ThingV2)
