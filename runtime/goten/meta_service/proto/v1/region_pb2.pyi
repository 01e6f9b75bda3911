from goten.meta.v1 import region_pb2 as _region_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar
from goten.meta.v1.region_pb2 import Region as Region

DESCRIPTOR: _descriptor.FileDescriptor
