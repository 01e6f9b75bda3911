"""How code below the gRPC layer says that a request cannot be served."""

from __future__ import annotations

import grpc


class Refused(Exception):
    """Ends an RPC with a status."""

    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details


def invalid(details: str) -> Refused:
    """The request can never be served."""
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, details)


def not_found(name: str) -> Refused:
    return Refused(grpc.StatusCode.NOT_FOUND, f"{name} does not exist")
