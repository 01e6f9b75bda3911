"""What can go wrong with a storage."""

from __future__ import annotations


class StorageError(Exception):
    """Base of all errors of storages."""


class StorageUnavailable(StorageError):
    """The storage cannot be used: a full disk, a locked or damaged file, a lost server, or it was stopped.

    Nothing of a transaction that ended so was done, unless `uncertain`: then it may have been.
    """

    def __init__(self, subject: str, reason: str, hint: str, *, uncertain: bool = False) -> None:
        super().__init__(subject, reason, hint)
        self.subject = subject
        self.reason = reason
        self.hint = hint
        self.uncertain = uncertain

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason}; {self.hint}"


class TransactionTooLarge(StorageError):
    """A transaction exceeds a limit of the interface: `what` (operations or bytes), how many, and the limit."""

    def __init__(self, what: str, count: int, limit: int) -> None:
        super().__init__(what, count, limit)
        self.what = what
        self.count = count
        self.limit = limit

    def __str__(self) -> str:
        return f"a transaction of {self.count} {self.what}; at most {self.limit} are possible"


class Compacted(StorageError):
    """Changes after `revision` were asked for, but those up to `compacted` are forgotten."""

    def __init__(self, revision: int, compacted: int) -> None:
        super().__init__(revision, compacted)
        self.revision = revision
        self.compacted = compacted

    def __str__(self) -> str:
        return f"changes after revision {self.revision} are not known any more: compacted up to {self.compacted}"
