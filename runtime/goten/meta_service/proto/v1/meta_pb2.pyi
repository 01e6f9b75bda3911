from goten.meta.v1 import meta_pb2 as _meta_pb2
from goten.meta.v1 import deployment_pb2 as _deployment_pb2
from goten.meta.v1 import deployment_custom_pb2 as _deployment_custom_pb2
from goten.meta.v1 import deployment_service_pb2 as _deployment_service_pb2
from goten.meta.v1 import region_pb2 as _region_pb2
from goten.meta.v1 import region_service_pb2 as _region_service_pb2
from goten.meta.v1 import resource_pb2 as _resource_pb2
from goten.meta.v1 import resource_service_pb2 as _resource_service_pb2
from goten.meta.v1 import service_pb2 as _service_pb2
from goten.meta.v1 import service_service_pb2 as _service_service_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor
