"""Arithmetic on multi-region policies: who may own a resource, and who gets a copy (spec/protocol/policy.md).

Every function takes a policy as the `goten.types.MultiRegionPolicy` message that travels, or as the `Policy` that is
read from it once and then asked often.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from goten.descriptors import SyncType
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy

# Python 3.11 takes longer to find a member in its class than the rest of `copy_regions` takes.
_DEFAULT: Final = SyncType.DEFAULT
_NEVER: Final = SyncType.NEVER
_ALWAYS_GLOBALLY: Final = SyncType.ALWAYS_GLOBALLY

PackedPolicy: TypeAlias = bytes
"""A MultiRegionPolicy, serialised: a quarter of the memory of a Policy, for those that nobody may ever ask for."""

_MOST_KNOWN: Final = 4096
_LONGEST_KNOWN: Final = 4096


class Criterion(NamedTuple):
    """A rule that forbids copies; an empty field matches everything (POLICY-6)."""

    resource_type: str = ""
    """A full type, such as `devices.example.com/Device`."""
    source_region: str = ""
    """The region that owns the data."""
    dest_region: str = ""
    """The region that would receive the copy."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a MultiRegionPolicy says, as a value: equal if it means the same (POLICY-1).

    Both tuples are brought into order, without repetitions and without empty region ids.
    """

    enabled_regions: tuple[str, ...] = ()
    default_control_region: str = ""
    criteria: tuple[Criterion, ...] = ()
    _copies: dict[tuple[str, str], tuple[str, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )
    """What criteria leave of the enabled regions, by type and owner. Bounded, since owners are enabled regions."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "enabled_regions", tuple(sorted(set(self.enabled_regions) - {""})))
        object.__setattr__(self, "criteria", tuple(sorted(set(self.criteria))))

    @classmethod
    def from_message(cls, message: MultiRegionPolicy) -> Policy:
        """The policy in `message`, which may change afterwards.

        Messages of the same content give the same object, as a rule.
        """
        content = message.SerializeToString()
        return _known.get(content) or _remembered(content, _read(message))

    @classmethod
    def unpacked(cls, packed: PackedPolicy) -> Policy:
        """The policy as `from_message` makes it. Raises google.protobuf.message.DecodeError for other bytes."""
        return _known.get(packed) or _remembered(packed, _read(MultiRegionPolicy.FromString(packed)))

    def to_message(self) -> MultiRegionPolicy:
        """A new message."""
        return MultiRegionPolicy(
            enabled_regions=self.enabled_regions,
            default_control_region=self.default_control_region,
            criteria_for_disabled_sync=[
                MultiRegionPolicy.CriteriaForDisabledSync(
                    resource_type_name=resource_type, source_region=source_region, dest_region=dest_region
                )
                for resource_type, source_region, dest_region in self.criteria
            ],
        )


AnyPolicy: TypeAlias = Policy | MultiRegionPolicy

# Policies by the bytes of their messages, as many holders share few policies. Bounded, as holders' owners choose them.
_known: dict[bytes, Policy] = {}


class ServicePolicyMissing(ValueError):
    """Copies depend on the policy of the service, and it was not given (POLICY-11)."""

    def __init__(self, resource_type: str) -> None:
        super().__init__(resource_type)
        self.resource_type = resource_type

    def __str__(self) -> str:
        service = self.resource_type.partition("/")[0]
        return f"where copies of {self.resource_type} go depends on the policy of the service {service}: give it too"


def as_policy(policy: AnyPolicy) -> Policy:
    """`policy` as a value."""
    return policy if isinstance(policy, Policy) else Policy.from_message(policy)


def is_enabled(policy: AnyPolicy, region: str) -> bool:
    """Whether a policy enables a region (POLICY-2)."""
    return region in as_policy(policy).enabled_regions


def owning_region(policy: AnyPolicy, name_region: str | None) -> str:
    """The region that owns a resource, of which the name contains `name_region`, if any (POLICY-4).

    It need not be enabled, and is empty where the name needs a control region and the policy has none.
    """
    return as_policy(policy).default_control_region if name_region is None else name_region


def may_be_created_in(policy: AnyPolicy, region: str, *, regional: bool) -> bool:
    """Whether `region` can own resources that the policy governs, regional ones or others (POLICY-5)."""
    policy = as_policy(policy)
    return region in policy.enabled_regions and (regional or region == policy.default_control_region)


def is_copy_forbidden(policy: AnyPolicy, resource_type: str, source_region: str, dest_region: str) -> bool:
    """Whether a criterion forbids copies of a type from its owning region to another (POLICY-6, POLICY-7)."""
    if source_region == dest_region:
        return False
    copy = (resource_type, source_region, dest_region)
    return any(
        all(wanted in ("", actual) for wanted, actual in zip(criterion, copy, strict=True))
        for criterion in as_policy(policy).criteria
    )


def copy_regions(
    policy: AnyPolicy | None,
    *,
    owner: str,
    resource_type: str,
    sync_type: SyncType,
    service_policy: AnyPolicy | None,
) -> tuple[str, ...]:
    """The ids of the regions that hold a resource, its owner included, in order (POLICY-8 to POLICY-10).

    `policy` is the one that governs the resource, None for a global name. `service_policy`, that of its service, may be
    None where nothing depends on it; else this raises ServicePolicyMissing.
    """
    if sync_type is _NEVER:
        return (owner,)
    if policy is None or sync_type is _ALWAYS_GLOBALLY:
        if service_policy is None:
            raise ServicePolicyMissing(resource_type)
        return _with(as_policy(service_policy).enabled_regions, owner)
    policy = as_policy(policy)
    if sync_type is _DEFAULT and policy.criteria:
        return _permitted(policy, resource_type, owner)
    return _with(policy.enabled_regions, owner)


def may_be_read_from(
    policy: AnyPolicy | None,
    region: str,
    *,
    owner: str,
    resource_type: str,
    sync_type: SyncType,
    service_policy: AnyPolicy | None,
) -> bool:
    """Whether `region` holds a resource (POLICY-12); arguments and errors are those of `copy_regions`."""
    return region in copy_regions(
        policy, owner=owner, resource_type=resource_type, sync_type=sync_type, service_policy=service_policy
    )


def _with(regions: tuple[str, ...], owner: str) -> tuple[str, ...]:
    return regions if owner in regions else tuple(sorted((*regions, owner)))


def _permitted(policy: Policy, resource_type: str, owner: str) -> tuple[str, ...]:
    """The enabled regions that no criterion forbids, and the owner."""
    known = policy._copies.get((resource_type, owner))
    if known is not None:
        return known
    enabled = policy.enabled_regions
    allowed = tuple(region for region in enabled if not is_copy_forbidden(policy, resource_type, owner, region))
    if owner not in enabled:
        return _with(allowed, owner)
    policy._copies[resource_type, owner] = allowed
    return allowed


def _remembered(content: bytes, policy: Policy) -> Policy:
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    if len(content) <= _LONGEST_KNOWN:
        _known[content] = policy
    return policy


def _read(message: MultiRegionPolicy) -> Policy:
    return Policy(
        enabled_regions=tuple(message.enabled_regions),
        default_control_region=message.default_control_region,
        criteria=tuple(
            Criterion(criterion.resource_type_name, criterion.source_region, criterion.dest_region)
            for criterion in message.criteria_for_disabled_sync
        ),
    )
