"""What an error that ends a watch stream means, and what a watch itself raises."""

from __future__ import annotations

from enum import Enum, auto

OK = "OK"


class Verdict(Enum):
    """What to do about the end of a stream (WATCH-10 to WATCH-12)."""

    RETRY = auto()
    """Open another with the same resume token."""
    RESTART = auto()
    """Open another without a token."""
    FATAL = auto()
    """Give up."""


# What a server may answer because of the token alone.
_ABOUT_THE_TOKEN = frozenset({"OUT_OF_RANGE", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "DATA_LOSS"})
# What no repetition heals: wrong method, wrong request, wrong caller.
_PERMANENT = frozenset({"UNIMPLEMENTED", "PERMISSION_DENIED", "UNAUTHENTICATED", "NOT_FOUND", "INVALID_ARGUMENT"})


def judge(code: str, *, with_token: bool, has_worked: bool) -> Verdict:
    """What the gRPC status `code` (its name, `OK` where the server just ended the stream) means.

    `with_token`: the stream was opened with, or has reached, a resume token. `has_worked`: the watch was current
    before. A watch that has worked is never given up: roles, credentials and servers come back (WATCH-12).
    """
    if with_token and code in _ABOUT_THE_TOKEN:
        return Verdict.RESTART
    if code in _PERMANENT and not has_worked:
        return Verdict.FATAL
    return Verdict.RETRY


class StreamEnded(Exception):
    """A stream is over: `code` is the name of a gRPC status code, OK where the server just ended it."""

    def __init__(self, code: str, details: str) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details

    def __str__(self) -> str:
        return f"{self.code}: {self.details}" if self.details else self.code


class WatchFailed(Exception):
    """A watch has ended for good. `watch` says which, `reason` why; an exception that caused it is the cause."""

    def __init__(self, watch: str, reason: str) -> None:
        super().__init__(watch, reason)
        self.watch = watch
        self.reason = reason

    def __str__(self) -> str:
        return f"the watch of {self.watch} failed: {self.reason}"


class WatchNotCurrent(TimeoutError):
    """A watch did not become current in the time it was given. `waited` in seconds; `state` is what it was up to."""

    def __init__(self, watch: str, waited: float, state: str) -> None:
        super().__init__(watch, waited, state)
        self.watch = watch
        self.waited = waited
        self.state = state

    def __str__(self) -> str:
        return f"the watch of {self.watch} did not become current within {self.waited:g} s; it is {self.state}"


class NotWatchable(ValueError):
    """A method is no STATELESS watch of a resource, or cannot take a query. `reason` says what is missing."""

    def __init__(self, method: str, reason: str) -> None:
        super().__init__(method, reason)
        self.method = method
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.method} cannot be watched: {self.reason}"
