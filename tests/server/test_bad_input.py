"""Requests that are made to do harm: each ends with a status, and the server goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.struct_pb2 import Struct
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goten.meta.v1 import (
    deployment_pb2,
    deployment_service_pb2,
    deployment_service_pb2_grpc,
    resource_pb2,
    resource_service_pb2,
)
from goten.meta.v1.service import SERVICE
from goten.refusals import Refused
from goten.server.operations import ResourceOperations
from tests.server.scene import Scene, refused, serving, violation

NAME = "services/iam.example.com/deployments/us-west2"
REFUSALS = {"INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "ABORTED"}


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with serving(SERVICE) as scene:
        yield scene


@pytest.fixture
def deployments(scene: Scene) -> Any:
    return deployment_service_pb2_grpc.DeploymentServiceStub(scene.channel)


def nested(levels: int) -> Struct:
    struct: dict[str, Any] = {}
    for _ in range(levels):
        struct = {"x": struct}
    made = Struct()
    made.update(struct)
    return made


def deployment(levels: int) -> deployment_pb2.Deployment:
    made = deployment_pb2.Deployment(name=NAME)
    made.data_update_statuses.add().progress_bar.append(nested(levels))
    return made


async def test_deep_messages(scene: Scene, deployments: Any) -> None:
    """METHOD-11, METHOD-12"""
    request = deployment_service_pb2.CreateDeploymentRequest(deployment=deployment(30))
    assert "nested deeper than 90 levels" in violation(await refused(deployments.CreateDeployment(request)))[1]
    path = "/goten.meta.v1.DeploymentService/CreateDeployment"
    call: Any = scene.channel.unary_unary(path)
    for depth in (33, 5_000):
        # Written by hand, for no library writes what it could not read.
        deep = b""
        for _ in range(depth):
            value = b"\x2a" + _length(deep) + deep
            entry = b"\x0a\x01x\x12" + _length(value) + value
            deep = b"\x0a" + _length(entry) + entry
        status = b"\x2a" + _length(deep) + deep
        body = b"\x82\x01" + _length(status) + status
        error = await refused(call(b"\x12" + _length(body) + body))
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "nested deeper than 100 levels" in str(error.details())


def _length(data: bytes) -> bytes:
    number, out = len(data), b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


async def test_unknown_fields_are_no_mistake(scene: Scene) -> None:
    path = "/goten.meta.v1.DeploymentService/GetDeployment"
    call: Any = scene.channel.unary_unary(path)
    request = deployment_service_pb2.GetDeploymentRequest(name=NAME).SerializeToString()
    error = await refused(call(request + b"\xfa\x7f\x03abc"))
    assert error.code() is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize(
    "text",
    ["(" * 20_000, "NOT " * 20_000, "a=" * 20_000, 'name = "' + "x" * 100_000, "name LIKE '" + "%" * 5_000 + "'"],
)
async def test_long_filters(deployments: Any, text: str) -> None:
    """METHOD-12"""
    request = deployment_service_pb2.ListDeploymentsRequest(filter=text)
    assert violation(await refused(deployments.ListDeployments(request)))[0] == "filter"


async def test_masks_of_many_paths(deployments: Any) -> None:
    """METHOD-12"""
    mask = FieldMask(paths=[f"metadata.labels.l{number}" for number in range(5_000)])
    request = deployment_service_pb2.ListDeploymentsRequest(field_mask=mask)
    assert violation(await refused(deployments.ListDeployments(request)))[0] == "field_mask"


texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "-", "services/-", NAME, "services/iam.example.com", "//meta.goten.com/services/x", "r.e.O.1"]
    ),
    st.text(alphabet="/-.=()[]'\" andornotin1aé\x00\n", max_size=40),
)
masks = st.builds(
    lambda paths: FieldMask(paths=paths),
    st.lists(st.one_of(texts, st.sampled_from(["name", "metadata", "metadata.labels.a", "versions"])), max_size=3),
)
views = st.integers(-1, 9)
bodies = st.builds(
    resource_pb2.Resource, name=texts, plural_name=texts, fqn=texts, versions=st.lists(texts, max_size=2)
)
requests = st.one_of(
    st.builds(resource_service_pb2.GetResourceRequest, name=texts, field_mask=masks, view=views),
    st.builds(resource_service_pb2.BatchGetResourcesRequest, names=st.lists(texts, max_size=3), view=views),
    st.builds(
        resource_service_pb2.ListResourcesRequest,
        parent=texts,
        filter=texts,
        order_by=texts,
        page_token=texts,
        page_size=st.integers(-2, 5),
        field_mask=masks,
    ),
    st.builds(resource_service_pb2.CreateResourceRequest, parent=texts, resource=bodies),
    st.builds(
        resource_service_pb2.UpdateResourceRequest,
        resource=bodies,
        update_mask=masks,
        allow_missing=st.booleans(),
        cas=st.one_of(
            st.none(),
            st.builds(resource_service_pb2.UpdateResourceRequest.CAS, conditional_state=bodies, field_mask=masks),
        ),
    ),
    st.builds(resource_service_pb2.DeleteResourceRequest, name=texts, allow_missing=st.booleans()),
)

VERBS = {
    method.request: verb
    for verb, method in SERVICE.access["meta.goten.com/Resource"].items()
    if not method.server_streaming
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(requests, max_size=5))
async def test_random_requests_are_answered_or_refused(caplog: pytest.LogCaptureFixture, sequence: list[Any]) -> None:
    """METHOD-12"""
    async with serving(SERVICE) as scene:
        server = scene.servers["meta.goten.com/Resource"]
        for request in sequence:
            code = await _code(server.operations, request)
            assert code in REFUSALS | {"OK"}
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def _code(operations: ResourceOperations[Any, Any], request: Any) -> str:
    try:
        await operations.call(VERBS[type(request)], request)
    except Refused as error:
        return error.code.name
    return "OK"
