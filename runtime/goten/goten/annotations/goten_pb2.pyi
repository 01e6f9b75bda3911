from goten.annotations import goten_pb2 as _goten_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar
from goten.annotations.goten_pb2 import GoPackage as GoPackage
from goten.annotations.goten_pb2 import FieldType as FieldType
from goten.annotations.goten_pb2 import MergeOpts as MergeOpts
from goten.annotations.goten_pb2 import OnReferencedObjectDeleted as OnReferencedObjectDeleted

DESCRIPTOR: _descriptor.FileDescriptor
OBJECT_EXT_GEN_ALL_FIELD_NUMBER: int
object_ext_gen_all: _descriptor.FieldDescriptor
OBJECT_EXT_GEN_FIELD_NUMBER: int
object_ext_gen: _descriptor.FieldDescriptor
TYPE_FIELD_NUMBER: int
type: _descriptor.FieldDescriptor
PRIMARY_ID_FIELD_NUMBER: int
primary_id: _descriptor.FieldDescriptor
OUTPUT_ONLY_FIELD_NUMBER: int
output_only: _descriptor.FieldDescriptor
MERGE_FIELD_NUMBER: int
merge: _descriptor.FieldDescriptor
UNDEFINED: _goten_pb2.OnReferencedObjectDeleted
BLOCK: _goten_pb2.OnReferencedObjectDeleted
UNSET: _goten_pb2.OnReferencedObjectDeleted
CASCADE_DELETE: _goten_pb2.OnReferencedObjectDeleted
ASYNC_UNSET: _goten_pb2.OnReferencedObjectDeleted
ASYNC_CASCADE_DELETE: _goten_pb2.OnReferencedObjectDeleted
ALLOW_DANGLING: _goten_pb2.OnReferencedObjectDeleted
