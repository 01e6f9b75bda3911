from goten.meta.v1 import common_pb2 as _common_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar
from goten.meta.v1.common_pb2 import LabelledDomain as LabelledDomain

DESCRIPTOR: _descriptor.FileDescriptor
