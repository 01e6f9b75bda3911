from goten.types import meta_pb2 as _meta_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar
from goten.types.meta_pb2 import Meta as Meta
from goten.types.meta_pb2 import LabelSelector as LabelSelector
from goten.types.meta_pb2 import LabelSelectorRequirement as LabelSelectorRequirement
from goten.types.meta_pb2 import OwnerReference as OwnerReference
from goten.types.meta_pb2 import SyncingMeta as SyncingMeta
from goten.types.meta_pb2 import Lifecycle as Lifecycle
from goten.types.meta_pb2 import ServicesInfo as ServicesInfo

DESCRIPTOR: _descriptor.FileDescriptor
