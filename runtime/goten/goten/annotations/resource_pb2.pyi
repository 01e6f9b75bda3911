from goten.annotations import resource_pb2 as _resource_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar
from goten.annotations.resource_pb2 import ViewSpec as ViewSpec
from goten.annotations.resource_pb2 import PagerSpec as PagerSpec
from goten.annotations.resource_pb2 import ScopeAttributeSpec as ScopeAttributeSpec
from goten.annotations.resource_pb2 import ResourceSpec as ResourceSpec
from goten.annotations.resource_pb2 import SearchSpec as SearchSpec
from goten.annotations.resource_pb2 import ResourceChange as ResourceChange

DESCRIPTOR: _descriptor.FileDescriptor
RESOURCE_FIELD_NUMBER: int
resource: _descriptor.FieldDescriptor
RESOURCE_CHANGE_FIELD_NUMBER: int
resource_change: _descriptor.FieldDescriptor
SCOPE_ATTRIBUTE_FIELD_NUMBER: int
scope_attribute: _descriptor.FieldDescriptor
SEARCH_FIELD_NUMBER: int
search: _descriptor.FieldDescriptor
