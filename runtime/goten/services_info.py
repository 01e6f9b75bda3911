"""`metadata.services`: the service that owns a resource, and those it is relevant for (spec/protocol/metadata.md)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from goten.descriptors import Descriptor, MessageT

if TYPE_CHECKING:
    from goten.types.meta_pb2 import Meta, ServicesInfo


class ServicesInfoErrorCode(StrEnum):
    """The kinds of ServicesInfoError."""

    NO_SERVICE_ID = "services-info-no-service-id"
    """An empty text, or the name of a resource, where the id of a service belongs."""
    OWNER_STAYS = "services-info-owner-stays"
    """The owning service cannot be taken from the allowed ones."""


class ServicesInfoError(ValueError):
    """A change of `metadata.services` that is refused because of `service` (META-9, META-11)."""

    def __init__(self, code: ServicesInfoErrorCode, service: str, reason: str, hint: str) -> None:
        super().__init__(code, service, reason, hint)
        self.code = code
        self.service = service
        self.reason = reason
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.service!r} {self.reason}; {self.hint}"


def ensure_services_info(meta: Meta, owning_service: str, allowed_services: Iterable[str] = ()) -> ServicesInfo:
    """Sets owner and allowed services, the owner among them, unless `meta` says either already (META-9, META-10).

    Returns what `meta` holds then. Raises ServicesInfoError for what is no service id.
    """
    if not (meta.services.owning_service or meta.services.allowed_services):
        allowed = _checked([owning_service, *allowed_services])
        meta.services.owning_service = owning_service
        _set_allowed(meta, allowed)
    return meta.services


def add_allowed_services(meta: Meta, *services: str) -> bool:
    """Makes the resource relevant for `services`; whether that changed anything (META-9).

    Raises ServicesInfoError for what is no service id.
    """
    return _set_allowed(meta, {*meta.services.allowed_services, *_checked(services)})


def remove_allowed_services(meta: Meta, *services: str) -> bool:
    """Takes `services` from the allowed ones; whether that changed anything (META-9).

    Raises ServicesInfoError where the owner is among them (META-11).
    """
    owner = meta.services.owning_service
    if owner and owner in services:
        reason, hint = "owns the resource and stays allowed", "set another owning_service first"
        raise ServicesInfoError(ServicesInfoErrorCode.OWNER_STAYS, owner, reason, hint)
    return _set_allowed(meta, set(meta.services.allowed_services).difference(services))


def fill_default_services_info(descriptor: Descriptor[MessageT, Any], message: MessageT, service: str) -> None:
    """What a save by `service` adds to a resource, if its type supports metadata and has that default (META-10).

    Raises ServicesInfoError where `service` is no service id.
    """
    if descriptor.services_info_default and descriptor.supports_metadata:
        ensure_services_info(descriptor.ensure_metadata(message), service)


def _set_allowed(meta: Meta, services: Iterable[str]) -> bool:
    """Puts the services in order, and the owner among them."""
    owner = meta.services.owning_service
    allowed = sorted({*services, owner} if owner else {*services})
    if meta.services.allowed_services == allowed:
        return False
    meta.services.allowed_services[:] = allowed
    return True


def _checked(services: Iterable[str]) -> list[str]:
    checked = list(services)
    for service in checked:
        if not service or "/" in service:
            reason, hint = "is no service id", "give the domain of a service, such as iam.edgelq.com"
            raise ServicesInfoError(ServicesInfoErrorCode.NO_SERVICE_ID, service, reason, hint)
    return checked
