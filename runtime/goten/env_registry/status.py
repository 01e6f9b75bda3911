"""How a registry is, for whoever operates the process."""

from __future__ import annotations

from dataclasses import dataclass

from goten.env_registry.reducer import Phase, State
from goten.env_registry.registrar import Progress
from goten.env_registry.watches import Watches
from goten.watch import WatchState, WatchStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryStatus:
    """A moment of a registry (ENV-18). `age`: seconds since everything was known to be as in Meta; None: never."""

    phase: Phase
    age: float | None
    step: str
    """What the registration does, or did last."""
    reason: str
    """Why the registration is not complete, or not any more; empty where it is."""
    peer: str
    """The address of Meta."""
    services: WatchStatus
    deployments: WatchStatus
    subscribers: int


def age_of(watches: Watches, now: float) -> float:
    """Seconds since both watches were current last; 0 while they are."""
    since = [status.stale_since for status in (watches.services, watches.deployments)]
    return max(0.0, now - min((moment for moment in since if moment is not None), default=now))


def stuck_at(progress: Progress, state: State, watches: Watches) -> tuple[str, str]:
    """The step that a start does not get past, and the last reason why (ENV-20)."""
    if state.registered is None:
        return progress.step, progress.reason or state.amiss
    for name, status in (("services", watches.services), ("deployments", watches.deployments)):
        if status.state is not WatchState.CURRENT:
            return f"watch {name}", str(status)
    return "see imported services", f"{', '.join(state.missing)} is not in sight" if state.missing else ""
