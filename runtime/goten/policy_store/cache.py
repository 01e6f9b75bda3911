"""What is known of the holders of one source, and how long it counts. Pure: no I/O, no clock (STORE-6 to STORE-13)."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Final, NamedTuple

from goten.policy import PackedPolicy, Policy
from goten.watch import Applied


class Missing(Enum):
    """In place of a policy: the holder does not exist."""

    MISSING = auto()


MISSING: Final = Missing.MISSING


class _Fetched(NamedTuple):
    answer: Policy | Missing
    asked_at: float
    until: float


class HolderCache:
    """Policies by the relative names of their holders: those that the source delivered, and those that were fetched.

    Every holder that was delivered is kept, `max_fetched` of the others.
    """

    def __init__(self, max_fetched: int) -> None:
        self._max_fetched = max_fetched
        self._fetched: dict[str, _Fetched] = {}
        self._delivered: dict[str, PackedPolicy] = {}
        self.asked: Final[dict[str, Policy]] = {}
        """Policies of those delivered holders that `policy` was asked for. Right while the source is current, else
        stale."""

    def policy(self, name: str) -> Policy | None:
        """What the source delivered. Unpacks it for whoever asks first, as most holders are never asked for."""
        policy = self.asked.get(name)
        if policy is None:
            packed = self._delivered.get(name)
            if packed is None:
                return None
            policy = self.asked[name] = Policy.unpacked(packed)
        return policy

    def has_delivered(self, name: str) -> bool:
        return name in self._delivered

    @property
    def delivered_count(self) -> int:
        return len(self._delivered)

    def apply(self, applied: Applied[PackedPolicy], now: float, missing_until: float) -> None:
        """A watch says what differs (STORE-7). A holder that it removes is missing, until `missing_until` without
        asking again."""
        self._take(applied)
        if applied.snapshot:
            # That a holder is missing is what the snapshot says too; what else it does not have is gone.
            self._keep_fetched(lambda fetched: fetched.answer is MISSING)
        for name in applied.removed:
            self.put(name, MISSING, now, missing_until)

    def apply_poll(self, applied: Applied[PackedPolicy], asked_at: float) -> None:
        """A poll that began at `asked_at` says what differs. Fetches that began later are newer (STORE-14).

        A holder that is not on the pages is not taken to be missing: it may have slipped from one to another.
        """
        self._take(applied)
        self._keep_fetched(lambda fetched: fetched.asked_at >= asked_at)

    def drop(self, name: str) -> None:
        """Forgets what the source delivered under a name."""
        self._delivered.pop(name, None)
        self.asked.pop(name, None)

    def put(self, name: str, answer: Policy | Missing, asked_at: float, until: float) -> None:
        """Keeps what a fetch that began at `asked_at` answered (STORE-9)."""
        self._fetched.pop(name, None)
        if until > asked_at:
            if len(self._fetched) >= self._max_fetched:
                del self._fetched[next(iter(self._fetched))]
            self._fetched[name] = _Fetched(answer, asked_at, until)

    def fetched(self, name: str, now: float) -> Policy | Missing | None:
        """What a fetch answered, while it counts."""
        found = self._fetched.get(name)
        if found is None:
            return None
        if found.until <= now:
            del self._fetched[name]
            return None
        return found.answer

    def clear(self) -> None:
        self._delivered.clear()
        self.asked.clear()
        self._fetched.clear()

    @property
    def fetched_count(self) -> int:
        return len(self._fetched)

    def _take(self, applied: Applied[PackedPolicy]) -> None:
        for name in applied.removed:
            self.drop(name)
        self._delivered.update(applied.added)
        self._delivered.update(applied.changed)
        for outdated in (self.asked, self._fetched):
            if outdated:
                for name in (*applied.added, *applied.changed):
                    outdated.pop(name, None)

    def _keep_fetched(self, may_stay: Callable[[_Fetched], bool]) -> None:
        self._fetched = {
            name: fetched
            for name, fetched in self._fetched.items()
            if name not in self._delivered and may_stay(fetched)
        }
