"""Refusals of the registry's rules: each has a reason that programs can tell from others (REG-2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import grpc
from google.rpc import error_details_pb2  # type: ignore[import-untyped]

from goten.refusals import Refused, precondition, with_reason

DOMAIN: Final = "meta.goten.com"
IMPORT_NOT_AVAILABLE: Final = "IMPORT_NOT_AVAILABLE"
"""The only reason that goes away when another service arrives: whoever registers waits for it (REG-12)."""

_SHOWN: Final = 5


def refused(kind: str, subject: str, reason: str, hint: str, **metadata: str) -> Refused:
    """FAILED_PRECONDITION: the registry as it is now does not allow it.

    `kind` names the rule in a PreconditionFailure and in an ErrorInfo, which also carries `metadata`.
    """
    return with_reason(precondition(kind, subject, reason, hint), kind, DOMAIN, metadata)


def refused_caller(subject: str, reason: str, hint: str) -> Refused:
    """PERMISSION_DENIED: somebody else may do it."""
    return _plain(grpc.StatusCode.PERMISSION_DENIED, "CALLER_NOT_META", subject, reason, hint)


def refused_for_now(kind: str, subject: str, reason: str, hint: str) -> Refused:
    """UNAVAILABLE: the same request succeeds a little later."""
    return _plain(grpc.StatusCode.UNAVAILABLE, kind, subject, reason, hint)


def listed(names: Iterable[str]) -> str:
    """Names in order, for people: not more than a few."""
    ordered = sorted(names)
    more = [f"{len(ordered) - _SHOWN} more"] if len(ordered) > _SHOWN else []
    return ", ".join([*ordered[:_SHOWN], *more])


def _plain(code: grpc.StatusCode, kind: str, subject: str, reason: str, hint: str) -> Refused:
    info = error_details_pb2.ErrorInfo(reason=kind, domain=DOMAIN)
    return Refused(code, f"{subject}: {reason}; {hint}", [info])
