from identity.proto.v2 import folder_pb2 as _folder_pb2
from identity.proto.v2 import organization_pb2 as _organization_pb2
from identity.proto.v2 import project_pb2 as _project_pb2
from identity.proto.v2 import role_pb2 as _role_pb2
from identity.proto.v2 import role_binding_pb2 as _role_binding_pb2
from identity.proto.v2 import service_account_pb2 as _service_account_pb2
from identity.proto.v2 import service_account_key_pb2 as _service_account_key_pb2
from identity.proto.v2 import user_pb2 as _user_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar
from identity.proto.v2.folder_pb2 import Folder as Folder
from identity.proto.v2.organization_pb2 import Organization as Organization
from identity.proto.v2.project_pb2 import Project as Project
from identity.proto.v2.role_pb2 import Role as Role
from identity.proto.v2.role_binding_pb2 import RoleBinding as RoleBinding
from identity.proto.v2.service_account_pb2 import ServiceAccount as ServiceAccount
from identity.proto.v2.service_account_key_pb2 import ServiceAccountKey as ServiceAccountKey
from identity.proto.v2.user_pb2 import User as User

DESCRIPTOR: _descriptor.FileDescriptor
