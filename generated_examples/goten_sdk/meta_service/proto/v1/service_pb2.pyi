from goten.meta.v1 import service_pb2 as _service_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar
from goten.meta.v1.service_pb2 import Service as Service

DESCRIPTOR: _descriptor.FileDescriptor
