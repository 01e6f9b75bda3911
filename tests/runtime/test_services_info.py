"""The services that a resource belongs to and concerns."""

from __future__ import annotations

import pytest

from goten.services_info import (
    ServicesInfoError,
    ServicesInfoErrorCode,
    add_allowed_services,
    ensure_services_info,
    remove_allowed_services,
)
from goten.types.meta_pb2 import Meta, ServicesInfo

A, B, C = "a.example.com", "b.example.com", "c.example.com"


def test_ensure_sets_owner_and_allowed_services_in_order() -> None:
    """META-9"""
    meta = Meta()
    assert ensure_services_info(meta, B, [C, A, C]) == ServicesInfo(owning_service=B, allowed_services=[A, B, C])
    assert meta.services.owning_service == B


@pytest.mark.parametrize(
    "info",
    [
        ServicesInfo(owning_service=B, allowed_services=[C, B]),
        ServicesInfo(owning_service=B),
        ServicesInfo(allowed_services=[C]),
    ],
)
def test_ensure_leaves_what_is_there(info: ServicesInfo) -> None:
    """META-10"""
    meta = Meta(services=info)
    assert ensure_services_info(meta, A, [A]) == info
    assert meta == Meta(services=info)


def test_add_keeps_order_and_says_whether_anything_changed() -> None:
    """META-9"""
    meta = Meta()
    ensure_services_info(meta, B)
    assert add_allowed_services(meta, C, A)
    assert list(meta.services.allowed_services) == [A, B, C]
    assert not add_allowed_services(meta, A)
    assert not add_allowed_services(meta)


def test_add_brings_what_others_wrote_into_order() -> None:
    """META-9"""
    meta = Meta(services=ServicesInfo(owning_service=B, allowed_services=[C, A, C]))
    assert add_allowed_services(meta, A)
    assert list(meta.services.allowed_services) == [A, B, C]


def test_add_works_without_an_owner() -> None:
    """META-9"""
    meta = Meta()
    assert add_allowed_services(meta, B, A)
    assert meta == Meta(services=ServicesInfo(allowed_services=[A, B]))


def test_remove() -> None:
    """META-9"""
    meta = Meta()
    ensure_services_info(meta, A, [B, C])
    assert remove_allowed_services(meta, C, "unknown.example.com")
    assert list(meta.services.allowed_services) == [A, B]
    assert not remove_allowed_services(meta, C)


def test_remove_from_nothing_changes_nothing() -> None:
    meta = Meta()
    assert not remove_allowed_services(meta, A)
    assert meta == Meta()


def test_the_owner_stays_allowed() -> None:
    """META-11"""
    meta = Meta()
    ensure_services_info(meta, A, [B])
    with pytest.raises(ServicesInfoError, match=r"'a\.example\.com' owns the resource and stays allowed") as refused:
        remove_allowed_services(meta, B, A)
    assert refused.value.code is ServicesInfoErrorCode.OWNER_STAYS
    assert list(meta.services.allowed_services) == [A, B]


@pytest.mark.parametrize("service", ["", "services/a.example.com", "//a.example.com", "a.example.com/Device"])
def test_services_are_ids_and_not_names(service: str) -> None:
    """META-9"""
    meta = Meta()
    with pytest.raises(ServicesInfoError, match="is no service id; give the domain of a service") as refused:
        ensure_services_info(meta, A, [service])
    assert (refused.value.code, refused.value.service) == (ServicesInfoErrorCode.NO_SERVICE_ID, service)
    with pytest.raises(ServicesInfoError):
        ensure_services_info(meta, service)
    with pytest.raises(ServicesInfoError):
        add_allowed_services(meta, service)
    assert meta == Meta()
