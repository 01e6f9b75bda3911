from goten.meta.v1 import region_change_pb2 as _region_change_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar
from goten.meta.v1.region_change_pb2 import RegionChange as RegionChange

DESCRIPTOR: _descriptor.FileDescriptor
