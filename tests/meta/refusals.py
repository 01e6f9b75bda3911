"""What tests expect of a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import grpc
import pytest
from google.rpc import error_details_pb2  # type: ignore[import-untyped]

from goten.refusals import Refused


@contextmanager
def refused(kind: str, *words: str, code: str = "FAILED_PRECONDITION", **metadata: str) -> Iterator[None]:
    """Something inside is refused for this reason, with these words in the message and these metadata of it."""
    with pytest.raises(Refused) as caught:
        yield
    check_refusal(caught.value, kind, *words, code=code, **metadata)


def check_refusal(error: Refused, kind: str, *words: str, code: str = "FAILED_PRECONDITION", **metadata: str) -> None:
    assert error.code is grpc.StatusCode[code], error
    for word in words:
        assert word in error.message
    infos = [detail for detail in error.details if isinstance(detail, error_details_pb2.ErrorInfo)]
    assert [(info.reason, info.domain) for info in infos] == [(kind, "meta.goten.com")]
    assert metadata.items() <= dict(infos[0].metadata).items()
    failures = [detail for detail in error.details if isinstance(detail, error_details_pb2.PreconditionFailure)]
    kinds = [violation.type for failure in failures for violation in failure.violations]
    assert kinds == ([kind] if code == "FAILED_PRECONDITION" else [])


@contextmanager
def invalid(field: str, *words: str) -> Iterator[None]:
    """Something inside is INVALID_ARGUMENT because of a field, with these words in the message."""
    with pytest.raises(Refused) as caught:
        yield
    error = caught.value
    assert error.code is grpc.StatusCode.INVALID_ARGUMENT, error
    violations = [
        violation.field
        for detail in error.details
        if isinstance(detail, error_details_pb2.BadRequest)
        for violation in detail.field_violations
    ]
    assert violations == [field]
    for word in words:
        assert word in error.message


@contextmanager
def not_found(name: str) -> Iterator[None]:
    """Something inside is NOT_FOUND because of a resource."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code is grpc.StatusCode.NOT_FOUND
    infos = [detail for detail in caught.value.details if isinstance(detail, error_details_pb2.ResourceInfo)]
    assert [info.resource_name for info in infos] == [name]
