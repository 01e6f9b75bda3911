from goten.types import watch_type_pb2 as _watch_type_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar
from goten.types.watch_type_pb2 import WatchType as WatchType

DESCRIPTOR: _descriptor.FileDescriptor
STATEFUL: _watch_type_pb2.WatchType
STATELESS: _watch_type_pb2.WatchType
