"""What a process has to write of its Deployment (ENV-6, ENV-22)."""

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

_FIELDS: Final = ("public_domain", "private_domain", "labelled_domains", "local_network_id", "location")


def plan_deployment(
    declared: Declaration, stored: Deployment | None, *, starting: bool, global_domain: str = ""
) -> Create[Deployment] | Update[Deployment] | None:
    """`global_domain` is that of the stored Service.

    Raises RegistrationRefused where another endpoint is registered under the same generation (ENV-6).
    """
    if stored is None:
        return Create(declared.deployment)
    merged = copied(stored)
    if may_overwrite(declared.generation, stored.env_registry_generation, starting=starting):
        _check_endpoint(declared, stored, global_domain)
        _overwrite(merged, declared.deployment)
        merged.env_registry_generation = declared.generation or stored.env_registry_generation
    planned = update(stored, merged)
    if stored.metadata.annotations.get(DISABLED_AT_STOP) != declared.runtime:
        return planned
    merged.is_disabled = False
    del merged.metadata.annotations[DISABLED_AT_STOP]
    paths = planned.paths if planned is not None else ()
    return Update(merged, stored, (*paths, "is_disabled", "metadata.annotations"))


def plan_disabling(stored: Deployment | None, runtime: RuntimeKind) -> Update[Deployment] | None:
    """Takes a Deployment out of service, and notes which processes may undo that (ENV-22)."""
    if stored is None or stored.is_disabled:
        return None
    disabled = copied(stored)
    disabled.is_disabled = True
    disabled.metadata.annotations[DISABLED_AT_STOP] = str(runtime)
    return Update(disabled, stored, ("is_disabled", "metadata.annotations"))


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
            "stop the other deployment, give both the same endpoint, or set replace_endpoint",
        )
