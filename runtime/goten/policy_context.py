"""The policies that code may rely on for what it writes, in context variables (spec/protocol/context.md).

The context maps the full name of a policy holder (`//identity.example.com/projects/p1`), or of a Service for names that
no holder governs (`//meta.goten.com/services/identity.example.com`), to a policy. Tasks inherit it and cannot change
that of others. Threads inherit it where they are started by `asyncio.to_thread`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token
from enum import StrEnum
from types import MappingProxyType, TracebackType
from typing import Final, Self, TypeAlias

from goten.names import ResourceName
from goten.policy import AnyPolicy, Policy, as_policy
from goten.syncing import governor_of

Policies: TypeAlias = Mapping[str, Policy]

_NONE: Final[Policies] = MappingProxyType({})
# Two layers, since each request of a client stream replaces the policies of the one before, and nothing else.
_of_request: ContextVar[Policies] = ContextVar("goten_policies_of_request", default=_NONE)
_of_code: ContextVar[Policies] = ContextVar("goten_policies_of_code", default=_NONE)

_SHOWN: Final = 5


class PolicyRefusalCode(StrEnum):
    """The kinds of PolicyRefused."""

    NO_POLICY = "context-no-policy"
    """The context does not hold the policy of the holder that governs the resource."""
    REGION_NOT_ENABLED = "context-region-not-enabled"
    """The owning region is none that the governing policy enables."""
    NO_CONTROL_REGION = "context-no-control-region"
    """The name contains no region, and the governing policy has no default control region."""


class PolicyRefused(Exception):
    """The context does not allow a write of a resource, or lacks the policy that it was asked for.

    `resource` and `holder` are full names; `holder` is the policy holder that governs the resource, or its Service.
    `region` is the owning region, empty where it is not known, `enabled_regions` what the policy enables, and `known`
    whose policies there are, where the right one is missing.
    """

    def __init__(
        self,
        code: PolicyRefusalCode,
        resource: str,
        holder: str,
        *,
        region: str = "",
        enabled_regions: tuple[str, ...] = (),
        known: tuple[str, ...] = (),
    ) -> None:
        super().__init__(code, resource, holder, region, enabled_regions, known)
        self.code = code
        self.resource = resource
        self.holder = holder
        self.region = region
        self.enabled_regions = enabled_regions
        self.known = known
        self.reason, self.hint = self._explanation()

    def __str__(self) -> str:
        return f"{self.resource} is refused: {self.reason}; {self.hint}"

    def _explanation(self) -> tuple[str, str]:
        enabled = f"which enables {', '.join(self.enabled_regions) or 'no region'}"
        match self.code:
            case PolicyRefusalCode.NO_POLICY:
                reason = f"the policy of {self.holder} governs it, and the context holds {_listed(self.known)}"
                return reason, "create that holder if it does not exist, else put its policy there with use_policy"
            case PolicyRefusalCode.REGION_NOT_ENABLED:
                reason = f"its owning region {self.region} is not enabled in the policy of {self.holder}, {enabled}"
                return reason, "enable that region there, or choose an enabled one"
            case PolicyRefusalCode.NO_CONTROL_REGION:
                reason = (
                    f"no region owns it: none is in its name, and the policy of {self.holder} has no control region"
                )
                return reason, "set default_control_region in that policy"


def _listed(holders: tuple[str, ...]) -> str:
    if not holders:
        return "none"
    more = [f"{len(holders) - _SHOWN} more"] if len(holders) > _SHOWN else []
    return f"only {', '.join([*holders[:_SHOWN], *more])}"


def current_policies() -> Policies:
    """The policies of this context; it never changes, later ones are in other mappings (CONTEXT-2)."""
    request, code = _of_request.get(), _of_code.get()
    if not request or not code:
        return code or request
    return MappingProxyType({**request, **code})


def require_policy(name: ResourceName) -> Policy:
    """The policy in this context that governs `name` (CONTEXT-1).

    Raises PolicyRefused where it is not there, InvalidName where an id of `name` is none by the holder's rules.
    """
    return policy_among(current_policies(), name)


def policy_among(policies: Policies, name: ResourceName) -> Policy:
    """The one of `policies` that governs `name`. Raises as `require_policy` does."""
    governor = governor_of(name)
    policy = policies.get(governor)
    if policy is None:
        known = tuple(sorted(policies))
        raise PolicyRefused(
            PolicyRefusalCode.NO_POLICY, name.full_name, governor, region=name.region or "", known=known
        )
    return policy


@contextmanager
def use_policy(holder: ResourceName | str, policy: AnyPolicy) -> Iterator[None]:
    """Adds the policy of a holder, or of a Service, to the context of a `with` block (CONTEXT-3).

    `holder` is a name, or a full name as text; other text raises ValueError. It comes before a policy of the same
    holder that the RPC's request brought. Use `add_policy` where the block would contain a `yield` of an asynchronous
    generator: its consumer would see the policy.
    """
    before, within = _of_code.get(), _of_code_with(holder, policy)
    token = _of_code.set(within)
    try:
        yield
    finally:
        try:
            _of_code.reset(token)
        except ValueError:
            # The block began in another context: its generator went on, or was closed, in another task. A PolicyScope
            # may have brought along what was set then.
            if _of_code.get() is within:
                _of_code.set(before)


def add_policy(holder: ResourceName | str, policy: AnyPolicy) -> None:
    """`use_policy` for the rest of the task, or of the RPC's handler (CONTEXT-4)."""
    _of_code.set(_of_code_with(holder, policy))


def set_request_policies(policies: Policies) -> None:
    """For interceptors: replaces what the last request brought here; what code added stays (CONTEXT-12)."""
    _of_request.set(MappingProxyType(dict(policies)))


class PolicyUnavailable(Exception):
    """A policy is not known now, and may be later; the text says why. Resolvers raise it."""


class PolicyScope:
    """A context of policies for code that runs in steps, such as an asynchronous generator (CONTEXT-5).

    It begins as the context in which it is made. Each step is a `with` block of it: what a step sets is there in the
    next one, whichever task runs it, and is never seen outside.
    """

    def __init__(self) -> None:
        self._state = _of_request.get(), _of_code.get()
        self._tokens: tuple[Token[Policies], Token[Policies]] | None = None

    def __enter__(self) -> Self:
        if self._tokens is not None:
            raise RuntimeError("a step of this PolicyScope is under way")
        request, code = self._state
        self._tokens = _of_request.set(request), _of_code.set(code)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._state = _of_request.get(), _of_code.get()
        tokens, self._tokens = self._tokens, None
        for variable, token in zip((_of_request, _of_code), tokens or (), strict=False):
            # Raised where a step that will never go on is closed from another context, in which nothing was set.
            with suppress(ValueError):
                variable.reset(token)


def _of_code_with(holder: ResourceName | str, policy: AnyPolicy) -> Policies:
    full_name = holder if isinstance(holder, str) else holder.full_name
    if not full_name.startswith("//"):
        raise ValueError(f"{full_name!r} is no full name of a policy holder or Service, such as //domain/projects/p1")
    return MappingProxyType({**_of_code.get(), full_name: as_policy(policy)})
