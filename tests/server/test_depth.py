"""How deep what is stored may be nested."""

from __future__ import annotations

from typing import Any

import pytest
from catalog.proto.v1.category_pb2 import Category
from google.protobuf.struct_pb2 import Struct

from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.deployment_service_pb2 import WatchDeploymentsResponse
from goten.refusals import Refused
from goten.server.depth import check_depth
from tests.server.two_versions import ThingV1


def thing(depth: int, field: str = "parts") -> Any:
    """A message in which that many messages are nested."""
    message = ThingV1()
    part = message
    for _ in range(depth - 1):
        part = getattr(part, field).add()
    return message


def test_lists_of_messages() -> None:
    """METHOD-11"""
    check_depth(thing(90))
    with pytest.raises(Refused, match="is nested deeper than 90 levels"):
        check_depth(thing(91))


def deployment(depth: int) -> Deployment:
    """Nested structs, in a list of messages."""
    struct: dict[str, Any] = {}
    for _ in range(depth):
        struct = {"x": struct, "y": [1]}
    message = Deployment()
    progress = Struct()
    progress.update(struct)
    message.data_update_statuses.add().progress_bar.append(progress)
    return message


def is_stored(message: Deployment) -> bool:
    try:
        check_depth(message)
    except Refused:
        return False
    return True


def test_structs() -> None:
    """METHOD-11"""
    deepest = max(depth for depth in range(32) if is_stored(deployment(depth)))
    assert 25 <= deepest <= 30
    with pytest.raises(Refused, match="Deployment: is nested deeper"):
        check_depth(deployment(deepest + 1))
    # It can be read where it is deepest: in a change of a watch.
    response = WatchDeploymentsResponse()
    response.deployment_changes.add().current.deployment.CopyFrom(deployment(deepest))
    assert WatchDeploymentsResponse.FromString(response.SerializeToString()) == response


def test_types_that_cannot_be_deep_are_not_looked_at() -> None:
    check_depth(Category(name="categories/c"))


def test_maps() -> None:
    """METHOD-11"""
    message = ThingV1()
    part = message.by_id["a"]
    for _ in range(87):
        part = part.parts.add()
    check_depth(message)
    part.parts.add().parts.add()
    with pytest.raises(Refused):
        check_depth(message)
