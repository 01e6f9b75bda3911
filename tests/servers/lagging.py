"""A store that can be read as it was some time ago."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from goten.descriptors import Descriptor
from goten.store import Entry, Store
from tests.servers.faults import Faults


class _Moment(NamedTuple):
    revision: int
    entries: Mapping[Descriptor[Any, Any], Mapping[str, Entry]]
    """In order of names."""


class LaggingStore:
    """Stands in for a store: as long as the fault says so, reads find what was there when it was set.

    Transactions and all else are the store's.
    """

    def __init__(self, store: Store, descriptors: Iterable[Descriptor[Any, Any]], faults: Faults) -> None:
        self._store = store
        self.descriptors = tuple(descriptors)
        self._faults = faults
        self._then: _Moment | None = None

    def follow_fault(self) -> None:
        """To be called whenever faults were set or cleared."""
        if not self._faults.lag:
            self._then = None
        elif self._then is None:
            entries = {
                descriptor: {entry.name: entry for entry in self._store.entries(descriptor)}
                for descriptor in self.descriptors
            }
            self._then = _Moment(self._store.revision, entries)

    @property
    def revision(self) -> int:
        return self._store.revision if self._then is None else self._then.revision

    def get(self, descriptor: Descriptor[Any, Any], name: str) -> Entry | None:
        return self._store.get(descriptor, name) if self._then is None else self._then.entries[descriptor].get(name)

    def names(self, descriptor: Descriptor[Any, Any]) -> Sequence[str]:
        return self._store.names(descriptor) if self._then is None else list(self._then.entries[descriptor])

    def entries(self, descriptor: Descriptor[Any, Any], prefix: str = "") -> Sequence[Entry]:
        if self._then is None:
            return self._store.entries(descriptor, prefix)
        return [entry for name, entry in self._then.entries[descriptor].items() if name.startswith(prefix)]

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._store, attribute)
