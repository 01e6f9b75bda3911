from goten.meta.v1 import resource_change_pb2 as _resource_change_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar
from goten.meta.v1.resource_change_pb2 import ResourceChange as ResourceChange

DESCRIPTOR: _descriptor.FileDescriptor
