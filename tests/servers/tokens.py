"""Resume tokens: a place in the history of one store, for one kind of question."""

from __future__ import annotations

import hashlib

from tests.servers.store import Store


class ResumeTokens:
    """Tokens for one query; `query` is any text that is the same for the same question."""

    def __init__(self, store: Store, query: str) -> None:
        self._store = store
        self._query = hashlib.sha256(query.encode()).hexdigest()[:16]

    def issue(self, revision: int) -> str:
        return self._token(revision)

    def read(self, token: str) -> int | None:
        """The revision from which to go on; None for a token that does not fit: of another store or another query, from
        a time that this store never had, or compacted."""
        revision = token.rpartition(".")[2]
        if not (revision.isascii() and revision.isdigit()):
            return None
        number = int(revision)
        if not self._store.compacted <= number <= self._store.revision:
            return None
        return number if token == self._token(number) else None

    def _token(self, revision: int) -> str:
        return ".".join((self._store.id, self._store.epoch_at(revision), self._query, str(revision)))
