"""EnvRegistry: no backend works before it knows its surroundings (spec/protocol/env_registry.md)."""

from __future__ import annotations

from goten.env_registry.changes import Change, Changes, DeploymentChange, ServiceChange, Snapshot
from goten.env_registry.environment import Environment
from goten.env_registry.errors import (
    CallFailed,
    EnvRegistryError,
    NotInMeta,
    NotReady,
    RegistrationRefused,
    RegistryFailed,
    StartTimeout,
)
from goten.env_registry.lists import Aged
from goten.env_registry.options import Domain, EnvRegistryOptions, Location
from goten.env_registry.reducer import Phase
from goten.env_registry.registry import EnvRegistry
from goten.env_registry.starter import Starter
from goten.env_registry.status import RegistryStatus
from goten.env_registry.subscriptions import Subscription

__all__ = [
    "Aged",
    "CallFailed",
    "Change",
    "Changes",
    "DeploymentChange",
    "Domain",
    "EnvRegistry",
    "EnvRegistryError",
    "EnvRegistryOptions",
    "Environment",
    "Location",
    "NotInMeta",
    "NotReady",
    "Phase",
    "RegistrationRefused",
    "RegistryFailed",
    "RegistryStatus",
    "ServiceChange",
    "Snapshot",
    "StartTimeout",
    "Starter",
    "Subscription",
]
