"""What a process has to write of its Deployment (ENV-6, ENV-22, ENV-24)."""

from __future__ import annotations

from typing import Final

from google.protobuf.field_mask_pb2 import FieldMask

from goten.env_registry.declaration import Declaration
from goten.env_registry.errors import RegistrationRefused
from goten.env_registry.plans import Create, Update, copied, is_older, may_overwrite, update
from goten.meta.v1.deployment_pb2 import Deployment
from goten.registration import RuntimeKind

DISABLED_AT_STOP: Final = "goten.com/disabled-at-stop"
"""The annotation of a Deployment that one of its own processes disabled; its value is the kind of that process."""

LAST_STARTED: Final = "goten.com/last-started-"
"""With the kind of a process: the annotation that tells which one of those that disable it started last."""

_FIELDS: Final = ("public_domain", "private_domain", "labelled_domains", "local_network_id", "location")


def plan_deployment(
    declared: Declaration, stored: Deployment | None, *, starting: bool, global_domain: str = ""
) -> Create[Deployment] | Update[Deployment] | None:
    """`global_domain` is that of the stored Service.

    Raises RegistrationRefused where another endpoint is registered under the same generation (ENV-6).
    """
    if stored is None:
        return Create(_created(declared))
    merged = copied(stored)
    if may_overwrite(declared.generation, stored.env_registry_generation, starting=starting):
        _check_endpoint(declared, stored, global_domain)
        _overwrite(merged, declared.deployment)
        merged.env_registry_generation = declared.generation or stored.env_registry_generation
    planned = update(stored, merged)
    paths = planned.paths if planned is not None else ()
    if declared.out_of_service:
        _disable(merged, declared.runtime)
    elif stored.metadata.annotations.get(DISABLED_AT_STOP) == declared.runtime:
        merged.is_disabled = False
        del merged.metadata.annotations[DISABLED_AT_STOP]
        _sign(merged, declared)
    elif starting:
        _sign(merged, declared)
    if merged.is_disabled != stored.is_disabled:
        paths = (*paths, "is_disabled")
    if merged.metadata.annotations != stored.metadata.annotations:
        paths = (*paths, "metadata.annotations")
    return Update(merged, stored, paths) if paths else None


def plan_disabling(declared: Declaration, stored: Deployment | None) -> Update[Deployment] | None:
    """Takes a Deployment out of service, and notes which processes may undo that (ENV-22).

    None: it is so already, or a process that started later is there.
    """
    if stored is None or stored.is_disabled:
        return None
    if stored.metadata.annotations.get(LAST_STARTED + declared.runtime, "") != declared.process:
        return None
    disabled = copied(stored)
    _disable(disabled, declared.runtime)
    return Update(disabled, stored, ("is_disabled", "metadata.annotations"))


def _created(declared: Declaration) -> Deployment:
    deployment = copied(declared.deployment)
    _sign(deployment, declared)
    if declared.out_of_service:
        _disable(deployment, declared.runtime)
    return deployment


def _disable(deployment: Deployment, runtime: RuntimeKind) -> None:
    """An operator's hand may have been first, and stays."""
    if not deployment.is_disabled:
        deployment.is_disabled = True
        deployment.metadata.annotations[DISABLED_AT_STOP] = runtime


def _sign(deployment: Deployment, declared: Declaration) -> None:
    """This process is the last of its kind that started: those before it leave the deployment in service (ENV-22)."""
    if declared.process:
        deployment.metadata.annotations[LAST_STARTED + declared.runtime] = declared.process
    else:
        deployment.metadata.annotations.pop(LAST_STARTED + declared.runtime, None)


def is_overlooked(declared: Declaration, stored: Deployment) -> bool:
    """Whether nobody will dial the endpoint of this process: a newer generation has registered another (ENV-5)."""
    wanted = declared.deployment.public_domain
    older = is_older(declared.generation, stored.env_registry_generation)
    return older and wanted not in ("", stored.public_domain)


def _overwrite(deployment: Deployment, wanted: Deployment) -> None:
    """What is left empty is nothing that this process says: another of the same deployment may know it."""
    said = FieldMask(paths=[field.name for field, _ in wanted.ListFields() if field.name in _FIELDS])
    said.MergeMessage(wanted, deployment, replace_message_field=True, replace_repeated_field=True)


def _check_endpoint(declared: Declaration, stored: Deployment, global_domain: str) -> None:
    wanted, known = declared.deployment.public_domain, stored.public_domain
    same_generation = declared.generation == stored.env_registry_generation
    # What Meta filled in says nothing: a controller may have been first, which has no endpoint. Who is out of service
    # listens nowhere.
    replaceable = not wanted or stored.is_disabled or known in ("", wanted, declared.default_endpoint(global_domain))
    if same_generation and not replaceable and not declared.replace_endpoint:
        raise RegistrationRefused(
            stored.name,
            f"it listens at {known} already, and this process at {wanted}, under the same generation",
            "stop the other deployment, or give both the same endpoint; if that one crashed, start this one with "
            "replace_endpoint (in the environment: GOTEN_REPLACE_ENDPOINT=1)",
        )
