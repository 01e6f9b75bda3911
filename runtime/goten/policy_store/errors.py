"""What a PolicyStore raises."""

from __future__ import annotations

from collections.abc import Sequence

from goten.policy_context import PolicyUnavailable


class HolderNotFound(LookupError):
    """The policy holder `holder` (full name) does not exist, so no policy governs what is below it (STORE-11)."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder

    def __str__(self) -> str:
        return f"there is no {self.holder}, so no policy governs what is below it; create it first"


class WildcardHolder(ValueError):
    """A name whose holder has a wildcard stands below many holders, and so has no one policy (STORE-3)."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder

    def __str__(self) -> str:
        return f"{self.holder} stands for many policy holders: ask for each of them instead of '-'"


class ForeignName(LookupError):
    """A full name of a service that the store's own service does not import, so its version is not known (STORE-2)."""

    def __init__(self, name: str, service: str) -> None:
        super().__init__(name, service)
        self.name = name
        self.service = service

    def __str__(self) -> str:
        return f"{self.name} belongs to a service that {self.service} does not import; ask with a typed name"


class NotInCache(LookupError):
    """`cached_policy_for` has no answer; `policy_for` would fetch one."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder

    def __str__(self) -> str:
        return f"the policy of {self.holder} is not in the cache; await policy_for"


class FetchFailed(PolicyUnavailable):
    """The policy of `holder` is not in the cache and could not be fetched; `reason` says why (STORE-8)."""

    def __init__(self, holder: str, reason: str) -> None:
        super().__init__(holder, reason)
        self.holder = holder
        self.reason = reason

    def __str__(self) -> str:
        return f"the policy of {self.holder} could not be fetched: {self.reason}"


class StalePolicy(PolicyUnavailable):
    """What is known of `holder` is too old to be used, and nothing newer can be had (STORE-12).

    `age`: seconds since the source was lost. `allowed`: how many may be served, 0 where stale ones never are. `reason`
    says what became of the source, and of the fetch if there was one.
    """

    def __init__(self, holder: str, age: float, allowed: float, reason: str) -> None:
        super().__init__(holder, age, allowed, reason)
        self.holder = holder
        self.age = age
        self.allowed = allowed
        self.reason = reason

    def __str__(self) -> str:
        bound = f"of which {self.allowed:g} are allowed" if self.allowed else "and stale ones are not used"
        return f"the policy of {self.holder} is stale for {self.age:.1f} s, {bound}: {self.reason}"


class ServicePolicyUnknown(PolicyUnavailable):
    """A name is global, and nobody knows the policy of its service, `service` (STORE-17)."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.service = service

    def __str__(self) -> str:
        return f"the policy of the service {self.service} is not known"


class SourceMissing(LookupError):
    """No source is registered for policy holders that are needed (STORE-4). `call` is what registers them."""

    def __init__(self, service: str, holders: Sequence[str], call: str) -> None:
        super().__init__(service, tuple(holders), call)
        self.service = service
        self.holders = tuple(holders)
        self.call = call

    def __str__(self) -> str:
        return f"names of {self.service} need policies of {', '.join(self.holders)}: call {self.call} before start()"


class DuplicateSource(ValueError):
    """Another source of the same type and version is registered (STORE-4)."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.source = source

    def __str__(self) -> str:
        return f"there is another source for {self.source}"


class SourcesNotReady(TimeoutError):
    """Not all sources became current in time; `waiting` describes each of those (STORE-15)."""

    def __init__(self, waited: float, waiting: Sequence[str]) -> None:
        super().__init__(waited, tuple(waiting))
        self.waited = waited
        self.waiting = tuple(waiting)

    def __str__(self) -> str:
        return f"policy sources were not ready within {self.waited:g} s: {'; '.join(self.waiting)}"


class NotRunning(RuntimeError):
    """A PolicyStore was asked, or changed, when it could not be: `state` says what it is."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state

    def __str__(self) -> str:
        return f"this PolicyStore is {self.state}"
