from goten.types import multi_region_policy_pb2 as _multi_region_policy_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy as MultiRegionPolicy

DESCRIPTOR: _descriptor.FileDescriptor
