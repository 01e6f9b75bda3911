from goten.types import view_pb2 as _view_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar
from goten.types.view_pb2 import View as View

DESCRIPTOR: _descriptor.FileDescriptor
UNSPECIFIED: _view_pb2.View
NAME: _view_pb2.View
BASIC: _view_pb2.View
DETAIL: _view_pb2.View
FULL: _view_pb2.View
