"""What went wrong, as the status that ends a request (METHOD-12)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

import grpc

from goten.names import InvalidName
from goten.owner_references import OwnerReferenceError
from goten.policy_context import PolicyRefused, PolicyUnavailable
from goten.query import QueryError
from goten.refusals import Refused, invalid, invalid_request, precondition
from goten.services_info import ServicesInfoError
from goten.storage import StorageUnavailable, TransactionTooLarge
from goten.syncing import SyncingError

_LOG: Final = logging.getLogger("goten.server")


class PartFailed(RuntimeError):
    """A part of a server, which runs for as long as the server does, ended for a reason that nobody expected.

    `part` says which, such as "the watch hub"; the cause is what ended it.
    """

    def __init__(self, part: str, cause: BaseException) -> None:
        super().__init__(part, cause)
        self.part = part
        self.__cause__ = cause

    def __str__(self) -> str:
        return f"{self.part} failed ({type(self.__cause__).__name__}); see the log, and start again"


def refusal_of(error: Exception, method: str) -> Refused:
    """The status for an exception that ended a request of a method (its full name).

    What nobody expected is INTERNAL: it is logged with its traceback, and its text is not told.
    """
    if isinstance(error, Refused):
        return error
    for kind in type(error).__mro__:
        explain = _KNOWN.get(kind)
        if explain is not None:
            return explain(error)
    _LOG.error("a request failed", extra={"event": "request-failed", "method": method}, exc_info=error)
    return Refused(grpc.StatusCode.INTERNAL, "the server failed; its log has the reason")


def invalid_name(field: str, error: InvalidName) -> Refused:
    """INVALID_ARGUMENT: a field of the request holds what is no name there."""
    return invalid(field, error.reason, error.hint)


def _of_query(error: QueryError) -> Refused:
    place = "" if error.position is None else f"at character {error.position}: "
    return invalid(error.field, f"{place}{error.reason}", error.hint)


def _of_name(error: InvalidName) -> Refused:
    return invalid_request(str(error))


def _of_policy(error: PolicyRefused) -> Refused:
    return precondition(_kind(error.code), error.resource, error.reason, error.hint)


def _of_syncing(error: SyncingError) -> Refused:
    return precondition(_kind(error.code), error.name, error.reason, error.hint)


def _of_services(error: ServicesInfoError) -> Refused:
    return invalid("metadata.services", f"{error.service!r} {error.reason}", error.hint)


def _of_owners(error: OwnerReferenceError) -> Refused:
    return invalid("metadata.owner_references", str(error))


def _too_large(error: TransactionTooLarge) -> Refused:
    return invalid_request(f"what is to be written is too large: {error}")


def _unavailable(error: Exception) -> Refused:
    return Refused(grpc.StatusCode.UNAVAILABLE, str(error))


def _kind(code: str) -> str:
    return code.replace("-", "_").upper()


_KNOWN: Final[Mapping[type, Callable[[Any], Refused]]] = {
    InvalidName: _of_name,
    OwnerReferenceError: _of_owners,
    PolicyRefused: _of_policy,
    PolicyUnavailable: _unavailable,
    QueryError: _of_query,
    ServicesInfoError: _of_services,
    StorageUnavailable: _unavailable,
    SyncingError: _of_syncing,
    TransactionTooLarge: _too_large,
}
