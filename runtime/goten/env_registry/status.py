"""How a registry is, for whoever operates the process."""

from __future__ import annotations

from dataclasses import dataclass

from goten.env_registry.reducer import Phase
from goten.watch import WatchStatus


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
