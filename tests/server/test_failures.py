"""Which status a failure becomes, and what travels with it."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from catalog_example_com.v1 import names as catalog
from devices_example_com.v1 import names as devices
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

from goten.names import InvalidName
from goten.owner_references import OwnerReferenceError, OwnerReferenceErrorCode
from goten.policy_context import PolicyRefusalCode, PolicyRefused, PolicyUnavailable
from goten.query import QueryError
from goten.refusals import STATUS_DETAILS_KEY, Refused, invalid, precondition, with_reason
from goten.server.failures import refusal_of
from goten.services_info import ServicesInfoError, ServicesInfoErrorCode
from goten.storage import StorageUnavailable, TransactionTooLarge
from goten.syncing import SyncingError, SyncingErrorCode

D1 = devices.DeviceName.parse("projects/p1/regions/us-west2/devices/d-1")


def bad_name() -> InvalidName:
    with pytest.raises(InvalidName) as raised:
        catalog.CategoryName.parse("x")
    return raised.value


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (bad_name(), "INVALID_ARGUMENT", "invalid resource name 'x'"),
        (
            QueryError("filter", "is odd", position=4, hint="mend it"),
            "INVALID_ARGUMENT",
            "filter: at character 4: is odd",
        ),
        (
            PolicyRefused(PolicyRefusalCode.NO_POLICY, "//d/x", "//d/projects/p1"),
            "FAILED_PRECONDITION",
            "//d/x: the policy of //d/projects/p1 governs it",
        ),
        (
            SyncingError(SyncingErrorCode.REGION_NOT_ENABLED, D1, "//d/projects/p1", "us-west2", ("eu-west1",)),
            "FAILED_PRECONDITION",
            "us-west2 is not enabled",
        ),
        (
            ServicesInfoError(ServicesInfoErrorCode.NO_SERVICE_ID, "x/y", "is no service id", "give a domain"),
            "INVALID_ARGUMENT",
            "metadata.services: 'x/y' is no service id; give a domain",
        ),
        (
            OwnerReferenceError(OwnerReferenceErrorCode.WILDCARD, "//d/x", "stands for many", "name one"),
            "INVALID_ARGUMENT",
            "metadata.owner_references: //d/x cannot be an owner",
        ),
        (PolicyUnavailable("not now"), "UNAVAILABLE", "not now"),
        (StorageUnavailable("db", "the disk is full", "make room"), "UNAVAILABLE", "the disk is full"),
        (TransactionTooLarge("bytes", 2, 1), "INVALID_ARGUMENT", "a transaction of 2 bytes"),
    ],
)
def test_what_is_known_has_a_status(error: Exception, code: str, text: str) -> None:
    """METHOD-12"""
    refused = refusal_of(error, "x.Y.Get")
    assert refused.code.name == code
    assert text in refused.message
    if code == "FAILED_PRECONDITION":
        assert isinstance(refused.details[0], error_details_pb2.PreconditionFailure)


def test_subclasses_count_as_what_they_are() -> None:
    class Slow(PolicyUnavailable):
        pass

    assert refusal_of(Slow("later"), "x.Y.Get").code is grpc.StatusCode.UNAVAILABLE


def sent(refused: Refused) -> Any:
    [(key, value)] = refused.trailing_metadata()
    assert key == STATUS_DETAILS_KEY
    return status_pb2.Status.FromString(value)


def test_details_travel_in_a_status() -> None:
    """METHOD-12"""
    status = sent(with_reason(invalid("name", "is odd", "mend it"), "ODD", "x.example.com", {"a": "b"}))
    assert (status.code, status.message) == (grpc.StatusCode.INVALID_ARGUMENT.value[0], "name: is odd; mend it")
    assert [detail.type_url.rpartition(".")[2] for detail in status.details] == ["BadRequest", "ErrorInfo"]


@pytest.mark.parametrize("letter", ["x", "é", "\U0001f600"])
def test_what_is_too_long_for_metadata_is_cut(letter: str) -> None:
    """METHOD-12"""
    refused = with_reason(precondition("KIND", "subject", letter * 100_000), "ODD", "x.example.com")
    assert len(refused.short_message.encode()) < 1600
    status = sent(refused)
    assert [detail.type_url.rpartition(".")[2] for detail in status.details] == ["PreconditionFailure", "ErrorInfo"]
    assert status.ByteSize() < 6000
