"""`metadata.syncing`: the region that owns a resource and those with a copy of it (spec/protocol/syncing.md)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from goten.descriptors import Descriptor, MessageT, NameT, SyncType
from goten.metadata import MetadataNotSupported
from goten.names import ResourceName
from goten.policy import Policy, copy_regions

if TYPE_CHECKING:
    from goten.types.meta_pb2 import Meta


class Syncing(NamedTuple):
    """What `metadata.syncing` says; region ids, `regions` in order and with the owner."""

    owning_region: str
    regions: tuple[str, ...]


class SyncingErrorCode(StrEnum):
    """The kinds of SyncingError."""

    REGION_NOT_ENABLED = "syncing-region-not-enabled"
    """The owning region is none that the governing policy enables."""
    NO_CONTROL_REGION = "syncing-no-control-region"
    """The name contains no region, and the governing policy has no default control region."""
    NO_POLICY = "syncing-no-policy"
    """A policy that decides was not given."""


class SyncingError(ValueError):
    """A resource has no owning region that is allowed, or no known one (SYNC-4 to SYNC-6).

    `name` and `holder` are full names; the holder is the resource whose policy decides: a policy holder, or a Service.
    `region` is the owning region, empty where it is not known, and `enabled_regions` what the policy enables.
    """

    def __init__(
        self,
        code: SyncingErrorCode,
        name: ResourceName,
        holder: str,
        region: str = "",
        enabled_regions: tuple[str, ...] = (),
    ) -> None:
        super().__init__(code, name, holder, region, enabled_regions)
        self.code = code
        self.name = name.full_name
        self.holder = holder
        self.region = region
        self.enabled_regions = enabled_regions
        self.reason, self.hint = self._explanation()

    def __str__(self) -> str:
        return f"{self.name} cannot be saved: {self.reason}; {self.hint}"

    def _explanation(self) -> tuple[str, str]:
        enabled = f"which enables {', '.join(self.enabled_regions) or 'no region'}"
        match self.code:
            case SyncingErrorCode.NO_POLICY:
                reason = f"the policy of {self.holder} decides which regions hold it, and is not known"
                return reason, "give that policy"
            case SyncingErrorCode.NO_CONTROL_REGION:
                reason = (
                    f"its name contains no region, and the policy of {self.holder}, {enabled}, has no control region"
                )
                return reason, "set default_control_region in that policy"
            case SyncingErrorCode.REGION_NOT_ENABLED:
                reason = f"its owning region {self.region} is not enabled in the policy of {self.holder}, {enabled}"
                return reason, "enable that region there, or choose an enabled one"


def service_name(domain: str) -> str:
    """The full name of a service's own resource, which holds the policy of its global names."""
    return f"//meta.goten.com/services/{domain}"


def governor_of(name: ResourceName) -> str:
    """The full name of the resource whose policy governs `name` (SYNC-2): a policy holder, else its Service.

    Raises InvalidName where an id of `name` is none by the holder's rules.
    """
    holder = name.holder
    return service_name(name.TYPE.partition("/")[0]) if holder is None else holder.full_name


def compute_syncing(
    descriptor: Descriptor[Any, NameT], name: NameT, policy: Policy | None, service_policy: Policy | None
) -> Syncing:
    """Which region owns the resource `name`, and which ones hold it (SYNC-2 to SYNC-6).

    `policy` is that of the holder which governs the name. It counts for nothing where none does, as for a holder
    itself: what decides then is `service_policy`, that of the service of the type. The latter may be None where
    nothing depends on it.

    Raises SyncingError where the owning region is not allowed or not known, InvalidName instead where the holder to be
    named in it has none, and MetadataNotSupported for a type that is no part of the multi-region design.
    """
    if descriptor.metadata_field is None:
        raise MetadataNotSupported(descriptor.type)
    governed = name.pattern.holder_ancestor is not None
    governing = policy if governed else service_policy
    if governing is None:
        raise SyncingError(SyncingErrorCode.NO_POLICY, name, governor_of(name))
    region = name.region
    owner = governing.default_control_region if region is None else region
    if owner not in governing.enabled_regions:
        raise _refusal(name, owner, governing)
    if service_policy is None and descriptor.sync_type is SyncType.ALWAYS_GLOBALLY:
        raise SyncingError(SyncingErrorCode.NO_POLICY, name, service_name(descriptor.domain))
    regions = copy_regions(
        policy if governed else None,
        owner=owner,
        resource_type=descriptor.type,
        sync_type=descriptor.sync_type,
        service_policy=service_policy,
    )
    return Syncing(owner, regions)


def _refusal(name: ResourceName, owner: str, governing: Policy) -> SyncingError:
    code = SyncingErrorCode.REGION_NOT_ENABLED if owner else SyncingErrorCode.NO_CONTROL_REGION
    return SyncingError(code, name, governor_of(name), owner, governing.enabled_regions)


def fill_syncing(
    descriptor: Descriptor[MessageT, Any], message: MessageT, policy: Policy | None, service_policy: Policy | None
) -> Syncing:
    """Sets `metadata.syncing` of a resource to what `compute_syncing` says of its name, and returns it (SYNC-1).

    Raises as that does, and InvalidName where the message's name is none; the message is as it was then.
    """
    syncing = compute_syncing(descriptor, descriptor.name_of(message), policy, service_policy)
    target = descriptor.ensure_metadata(message).syncing
    target.owning_region = syncing.owning_region
    target.regions[:] = syncing.regions
    return syncing


def syncing_of(meta: Meta) -> Syncing | None:
    """What `meta.syncing` says; None where it is not filled."""
    if not meta.syncing.owning_region:
        return None
    return Syncing(meta.syncing.owning_region, tuple(meta.syncing.regions))
