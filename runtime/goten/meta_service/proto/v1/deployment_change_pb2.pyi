from goten.meta.v1 import deployment_change_pb2 as _deployment_change_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar
from goten.meta.v1.deployment_change_pb2 import DeploymentChange as DeploymentChange

DESCRIPTOR: _descriptor.FileDescriptor
