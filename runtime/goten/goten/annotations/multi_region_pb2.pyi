from goten.annotations import multi_region_pb2 as _multi_region_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar
from goten.annotations.multi_region_pb2 import Region as Region
from goten.annotations.multi_region_pb2 import SyncingOpts as SyncingOpts
from goten.annotations.multi_region_pb2 import RoutingSpec as RoutingSpec

DESCRIPTOR: _descriptor.FileDescriptor
MULTI_REGION_ROUTING_FIELD_NUMBER: int
multi_region_routing: _descriptor.FieldDescriptor
SYNCING_OPTS_FIELD_NUMBER: int
syncing_opts: _descriptor.FieldDescriptor
