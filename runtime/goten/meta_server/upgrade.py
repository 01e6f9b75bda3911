"""The upgrade of a Deployment as a state machine: plain functions over messages (spec/protocol/upgrades.md).

Each function changes the Deployment that it is given, and raises Refused where the call is not possible. A call that
has nothing to change returns quietly.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.rules.formats import DATA_VERSION, check_format
from goten.meta_server.rules.refusing import listed, refused
from goten.meta_server.upgrade_shards import check_count, check_range, move
from goten.refusals import invalid
from goten.versions import newest_first

_READY: Final = Deployment.UpgradeState.READY
_INITIAL_SYNCING: Final = Deployment.UpgradeState.INITIAL_SYNCING
_SWITCHING: Final = Deployment.UpgradeState.SWITCHING


class Target(NamedTuple):
    """What an upgrade leads to; an empty data version or location tag stays as it is."""

    version: str
    data_version: str
    location_tag: str
    shards: int


def set_available(deployment: Deployment, service: Service, target: Target) -> None:
    """SetAvailableUpgrade (UPGRADE-2). With an automatic switch, the upgrade begins at once."""
    check_count("total_shards_count", target.shards)
    if target.data_version:
        check_format("target_db_data_version", target.data_version, DATA_VERSION)
    if deployment.upgrade_state.stage != _READY:
        _check_same(deployment, target)
        return
    _check_version(deployment, service.all_versions, target.version)
    deployment.available_upgrade.CopyFrom(
        Deployment.AvailableUpgrade(
            api_version=target.version,
            db_data_version=target.data_version,
            db_location_tag=target.location_tag,
            total_shards_count=target.shards,
        )
    )
    if deployment.automatic_version_switch or service.automatic_version_switch:
        begin(deployment)


def begin(deployment: Deployment) -> None:
    """BeginUpgrade (UPGRADE-3)."""
    if deployment.upgrade_state.stage != _READY:
        return
    if not deployment.HasField("available_upgrade"):
        hint = "call SetAvailableUpgrade first"
        raise refused("NO_AVAILABLE_UPGRADE", deployment.name, "no upgrade is available", hint)
    available = deployment.available_upgrade
    deployment.upgrade_state.CopyFrom(
        Deployment.UpgradeState(
            target_version=available.api_version,
            pending_shards=range(available.total_shards_count),
            stage=_INITIAL_SYNCING,
            db_data_target_version=available.db_data_version,
            db_target_location_tag=available.db_location_tag,
        )
    )


def notify(deployment: Deployment, start: int, end: int, ready: bool, total: int) -> None:
    """NotifyShardsUpgradeReadiness of the shards [start, end) (UPGRADE-4, UPGRADE-5)."""
    if total <= 0:
        raise invalid("total_shards_count", f"{total} is no number of shards", "give that of the upgrade")
    check_range(start, end, total)
    state = deployment.upgrade_state
    if state.stage == _READY:
        return
    known = deployment.available_upgrade.total_shards_count
    if total != known:
        reason = f"its upgrade has {known} shards, and not {total}"
        raise refused("OTHER_SHARDS", deployment.name, reason, f"divide the work into {known} shards")
    shards = move(state.ready_shards, state.pending_shards, start, end, ready)
    if shards.pending:
        state.ready_shards[:], state.pending_shards[:] = shards
    elif state.stage == _INITIAL_SYNCING:
        state.ready_shards[:], state.pending_shards[:] = (), range(total)
        state.stage = _SWITCHING
    else:
        _finish(deployment)


def _finish(deployment: Deployment) -> None:
    state = deployment.upgrade_state
    deployment.current_version = state.target_version
    deployment.db_data_version = state.db_data_target_version or deployment.db_data_version
    deployment.db_location_tag = state.db_target_location_tag or deployment.db_location_tag
    deployment.ClearField("available_upgrade")
    deployment.ClearField("upgrade_state")


def _check_same(deployment: Deployment, target: Target) -> None:
    available = deployment.available_upgrade
    known = Target(
        available.api_version, available.db_data_version, available.db_location_tag, available.total_shards_count
    )
    if target != known:
        reason = f"it is being upgraded to {_described(known)}, and not to {_described(target)}"
        raise refused("UPGRADE_IN_PROGRESS", deployment.name, reason, "wait until that upgrade is done")


def _described(target: Target) -> str:
    version, data_version, location_tag, shards = target
    data = f" with data version {data_version}" if data_version else ""
    location = f" at {location_tag}" if location_tag else ""
    return f"{version}{data}{location} in {shards} shards"


def _check_version(deployment: Deployment, versions: Collection[str], version: str) -> None:
    current = deployment.current_version
    if version not in versions:
        reason = f"its Service has {listed(versions) or 'no version'}, and not {version!r}"
        raise refused(
            "VERSION_MISSING", deployment.name, reason, "add the version to the Service first", version=version
        )
    if current and version != current and newest_first([version, current])[0] == current:
        reason = f"{version} is older than {current}, which it is at"
        raise refused("VERSION_OLDER", deployment.name, reason, "upgrade to a newer version", version=version)
