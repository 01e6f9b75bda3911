"""Requests that are refused: a status code, a message for people, and details for programs (google.rpc)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

STATUS_DETAILS_KEY: Final = "grpc-status-details-bin"

# Peers refuse metadata of more than 8 KB or so. A message travels percent-encoded, and a second time in the details.
_LONGEST_MESSAGE: Final = 1500
_LONGEST_DETAILS: Final = 4096
_LONGEST_FIELD: Final = 200


class Refused(Exception):
    """Ends a request with a status. Raised by whatever takes part in serving it, middlewares included."""

    def __init__(self, code: grpc.StatusCode, message: str, details: Iterable[Message] = ()) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.details = tuple(details)

    def __str__(self) -> str:
        return f"{self.code.name}: {self.message}"

    @property
    def short_message(self) -> str:
        """The message, cut where it is too long to travel in metadata."""
        return _shortened(self.message)

    def trailing_metadata(self) -> tuple[tuple[str, bytes], ...]:
        """What carries the details to the client: a google.rpc.Status. Details that are too long are left out."""
        status = status_pb2.Status(code=self.code.value[0], message=self.short_message)
        for detail in self.details:
            added = status.details.add()
            added.Pack(detail)
            if status.ByteSize() > _LONGEST_DETAILS:
                status.details.pop()
        return ((STATUS_DETAILS_KEY, status.SerializeToString()),)


def invalid(field: str, reason: str, hint: str = "") -> Refused:
    """INVALID_ARGUMENT: what is in `field` of the request (dotted path) can never be served."""
    text = f"{reason}; {hint}" if hint else reason
    # Cut, so that they travel even where the message is as long as it can be.
    violation = error_details_pb2.BadRequest.FieldViolation(field=field[:_LONGEST_FIELD], description=_shortened(text))
    return Refused(
        grpc.StatusCode.INVALID_ARGUMENT,
        f"{field}: {text}",
        [error_details_pb2.BadRequest(field_violations=[violation])],
    )


def invalid_request(reason: str) -> Refused:
    """INVALID_ARGUMENT: the request as a whole can never be served."""
    violation = error_details_pb2.BadRequest.FieldViolation(description=_shortened(reason))
    details = error_details_pb2.BadRequest(field_violations=[violation])
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, reason, [details])


def not_found(resource_type: str, name: str) -> Refused:
    """NOT_FOUND: there is no such resource."""
    return Refused(grpc.StatusCode.NOT_FOUND, f"{name} does not exist", [_info(resource_type, name, "does not exist")])


def already_exists(resource_type: str, name: str) -> Refused:
    """ALREADY_EXISTS: a resource of that name is there."""
    return Refused(grpc.StatusCode.ALREADY_EXISTS, f"{name} exists already", [_info(resource_type, name, "exists")])


def precondition(kind: str, subject: str, reason: str, hint: str = "") -> Refused:
    """FAILED_PRECONDITION: the state of the system does not allow it now.

    `kind` is SCREAMING_SNAKE and names the rule (`SERVICE_IMPORTED`), `subject` the resource whose state it is.
    """
    text = f"{reason}; {hint}" if hint else reason
    violation = error_details_pb2.PreconditionFailure.Violation(
        type=kind, subject=subject, description=_shortened(text)
    )
    return Refused(
        grpc.StatusCode.FAILED_PRECONDITION,
        f"{subject}: {text}",
        [error_details_pb2.PreconditionFailure(violations=[violation])],
    )


def with_reason(refused: Refused, reason: str, domain: str, metadata: Mapping[str, str] | None = None) -> Refused:
    """`refused` with a google.rpc.ErrorInfo, by which programs tell it from others of the same code."""
    info: Any = error_details_pb2.ErrorInfo(reason=reason, domain=domain, metadata=dict(metadata or {}))
    return Refused(refused.code, refused.message, [*refused.details, info])


def _info(resource_type: str, name: str, description: str) -> Any:
    return error_details_pb2.ResourceInfo(resource_type=resource_type, resource_name=name, description=description)


def _shortened(text: str) -> str:
    encoded = text.encode(errors="replace")
    if len(encoded) <= _LONGEST_MESSAGE // 3 or (text.isascii() and len(encoded) <= _LONGEST_MESSAGE):
        return text
    cut = encoded[: _LONGEST_MESSAGE if text.isascii() else _LONGEST_MESSAGE // 3]
    return f"{cut.decode(errors='ignore')}..."
