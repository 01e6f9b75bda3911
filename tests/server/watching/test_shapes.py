"""Changes and responses as bytes: what they say when a client reads them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goten.meta.v1 import methods
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.deployment_service_pb2 import WatchDeploymentResponse, WatchDeploymentsResponse
from goten.meta.v1.descriptors import DEPLOYMENT, REGION
from goten.server.watching.shapes import ChangeShape, NotServable, ResponseShape
from goten.server.wire import varint
from goten.watch import ResponseReader, copy_message

SHAPE = ResponseShape(methods.WATCH_DEPLOYMENTS, DEPLOYMENT)
WRITE = SHAPE.change
READER = ResponseReader(methods.WATCH_DEPLOYMENTS, DEPLOYMENT, copy_message)


def read(data: bytes) -> Any:
    return WatchDeploymentsResponse.FromString(data)


def deployment(name: str, filling: str = "") -> Deployment:
    return Deployment(name=name, private_domain=filling)


@given(st.lists(st.text(max_size=40_000), max_size=3))
def test_changes_one_after_the_other_are_a_response(texts: list[str]) -> None:
    written = [deployment(f"services/s/deployments/d{place}", text) for place, text in enumerate(texts)]
    data = b"".join(WRITE.current(message.SerializeToString()) for message in written)
    response = read(data + SHAPE.plain)
    assert [change.current.deployment for change in response.deployment_changes] == written
    assert READER.read(response).changes == tuple((message.name, message) for message in written)


@given(st.integers(0, 2**40))
def test_numbers(number: int) -> None:
    read_back = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(varint(number)))
    assert read_back == number
    assert [byte >> 7 for byte in varint(number)] == [1] * (len(varint(number)) - 1) + [0]


def test_kinds_of_changes() -> None:
    one = deployment("services/s/deployments/d")
    data = one.SerializeToString()
    said = b"".join((WRITE.added(data, 3), WRITE.modified(one.name, data, 4, 5), WRITE.removed(one.name, 6)))
    added, modified, removed = read(said).deployment_changes
    assert (added.added.deployment, added.added.view_index) == (one, 3)
    assert (modified.modified.name, modified.modified.deployment) == (one.name, one)
    assert (modified.modified.previous_view_index, modified.modified.view_index) == (4, 5)
    assert (removed.removed.name, removed.removed.view_index) == (one.name, 6)


def test_what_carries_no_size_says_so() -> None:
    """FEED-5."""
    for data in (SHAPE.plain, SHAPE.hard_reset, SHAPE.boundary("token"), WRITE.removed("x") + SHAPE.plain):
        assert read(data).snapshot_size == -1


def test_a_size_is_alone() -> None:
    """FEED-5."""
    assert read(SHAPE.size(0)) == WatchDeploymentsResponse(snapshot_size=0)


def test_a_boundary() -> None:
    response = read(SHAPE.boundary("token", ("before", "")))
    assert (response.is_current, response.resume_token) == (True, "token")
    assert response.page_token_change.prev_page_token == "before"
    assert not read(SHAPE.boundary("token")).HasField("page_token_change")


def test_a_hard_reset() -> None:
    """FEED-10."""
    assert read(SHAPE.hard_reset) == WatchDeploymentsResponse(is_hard_reset=True, snapshot_size=-1)


def test_a_watch_of_one_resource() -> None:
    write = ChangeShape(methods.WATCH_DEPLOYMENT, DEPLOYMENT)
    one = deployment("services/s/deployments/d")
    assert WatchDeploymentResponse.FromString(write.current(one.SerializeToString())).change.current.deployment == one
    assert WatchDeploymentResponse.FromString(write.removed(one.name)).change.removed.name == one.name


@pytest.mark.parametrize("method", [methods.GET_DEPLOYMENT, methods.WATCH_DEPLOYMENT])
def test_methods_that_do_not_watch_collections(method: Any) -> None:
    with pytest.raises(NotServable, match=method.full_name):
        ResponseShape(method, DEPLOYMENT)


def test_a_method_of_another_type() -> None:
    with pytest.raises(NotServable, match=r"holds no goten\.meta\.v1\.Region"):
        ResponseShape(methods.WATCH_DEPLOYMENTS, REGION)
