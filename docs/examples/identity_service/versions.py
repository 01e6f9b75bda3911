"""How v1 is served out of a store that holds v2."""

from __future__ import annotations

from typing import Any, Final

from example_runtime import renamed
from identity.proto.v1 import role_binding_pb2 as role_binding_v1_pb2
from identity.proto.v2 import role_binding_pb2
from identity_example_com.v1 import descriptors as v1
from identity_example_com.v1.service import SERVICE as V1
from identity_example_com.v2 import descriptors as v2
from identity_example_com.v2.service import SERVICE as V2

from goten.server import CommonFields, ServedVersion, served_over

_BINDINGS: Final = CommonFields(v1.ROLE_BINDING, v2.ROLE_BINDING)


def _binding_up(
    binding: role_binding_v1_pb2.RoleBinding, before: role_binding_pb2.RoleBinding | None
) -> role_binding_pb2.RoleBinding:
    """v1 knows one member, the first. It takes no other away."""
    stored: role_binding_pb2.RoleBinding = _BINDINGS.up(binding, before)
    stored.members[:1] = [binding.member] if binding.member else []
    return stored


def _binding_down(stored: role_binding_pb2.RoleBinding) -> role_binding_v1_pb2.RoleBinding:
    binding: role_binding_v1_pb2.RoleBinding = _BINDINGS.down(stored)
    binding.member = stored.members[0] if stored.members else ""
    return binding


V1_OVER_V2: Final[tuple[ServedVersion[Any, Any], ...]] = served_over(
    V1,
    V2,
    [
        renamed(v1.ORGANIZATION, v2.ORGANIZATION, title="display_name"),
        renamed(v1.PROJECT, v2.PROJECT, title="display_name"),
        renamed(v1.ROLE, v2.ROLE, title="display_name"),
        ServedVersion(v1.ROLE_BINDING, v2.ROLE_BINDING, up=_binding_up, down=_binding_down),
        renamed(v1.SERVICE_ACCOUNT, v2.SERVICE_ACCOUNT, title="display_name"),
        renamed(v1.USER, v2.USER, title="display_name"),
    ],
)
