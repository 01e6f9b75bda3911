"""From any resource name to the policy that governs it (spec/protocol/policy_store.md)."""

from __future__ import annotations

from goten.policy_store.errors import (
    DuplicateSource,
    FetchFailed,
    ForeignName,
    HolderNotFound,
    NotInCache,
    NotRunning,
    ServicePolicyUnknown,
    SourceMissing,
    SourcesNotReady,
    StalePolicy,
    WildcardHolder,
)
from goten.policy_store.governing import GoverningPolicies
from goten.policy_store.options import PolicyStoreOptions, WhenLost
from goten.policy_store.status import SourceStatus
from goten.policy_store.store import PolicyStore

__all__ = [
    "DuplicateSource",
    "FetchFailed",
    "ForeignName",
    "GoverningPolicies",
    "HolderNotFound",
    "NotInCache",
    "NotRunning",
    "PolicyStore",
    "PolicyStoreOptions",
    "ServicePolicyUnknown",
    "SourceMissing",
    "SourceStatus",
    "SourcesNotReady",
    "StalePolicy",
    "WhenLost",
    "WildcardHolder",
]
