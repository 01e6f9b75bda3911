"""What ids and other texts have to look like (REG-3, REG-5).

A name that breaks these rules makes a published client fail every List and Watch that carries it, for ever. What is
stored already is not looked at again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache
from typing import ClassVar, Final

from goten.id_patterns import REGION_ID
from goten.meta.v1 import descriptors, names
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.resource_pb2 import Resource
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.rules.endpoints import check_endpoint, check_labelled
from goten.meta_server.rules.rule import Rule
from goten.names import InvalidName
from goten.refusals import invalid
from goten.store_middleware import SaveContext
from goten.versions import is_version

SERVICE_ID: Final = r"[a-z][a-z0-9\-.]{0,28}[a-z0-9]"
RESOURCE_ID: Final = "[a-zA-Z]{1,128}"
DATA_VERSION: Final = "v[0-9.]{1,64}"
PLURAL_NAME: Final = "[A-Z][a-zA-Z]{1,132}"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def check_format(field: str, text: str, pattern: str) -> None:
    """Raises Refused (INVALID_ARGUMENT) unless all of `text` matches; `pattern` is one of a few."""
    if _compiled(pattern).fullmatch(text) is None:
        raise invalid(field, f"{text!r} is not allowed", f"expected {pattern}")


def check_version(field: str, text: str) -> None:
    """Raises Refused (INVALID_ARGUMENT) unless `text` is an API version, or empty: where protos name none."""
    if text and not is_version(text):
        raise invalid(field, f"{text!r} is no version", "expected one such as v1, v2p1, v2beta or v2alpha1")


def _check_new_versions(field: str, versions: Iterable[str], stored: Collection[str]) -> None:
    for place, version in enumerate(versions):
        if version not in stored:
            check_version(f"{field}[{place}]", version)


def tidy_service_name(field: str, text: str) -> str:
    """The relative name of one Service that `text` is. Raises Refused (INVALID_ARGUMENT)."""
    try:
        name = names.ServiceName.parse(text)
    except InvalidName as error:
        raise invalid(field, error.reason, error.hint) from None
    if name.has_wildcard:
        raise invalid(field, f"{name} stands for many services", "name one")
    return str(name)


class RegionFormat(Rule[Region]):
    """The id of a new one."""

    only_for: ClassVar = descriptors.REGION

    async def write(self, context: SaveContext, old: Region | None, new: Region) -> Region:
        if old is None:
            check_format("name", names.RegionName.parse(new.name).region_id, REGION_ID)
        return new


class ServiceFormat(Rule[Service]):
    """Ids, versions, endpoints, regions in the policy; names of others are made relative, and repetitions left out."""

    only_for: ClassVar = descriptors.SERVICE

    async def write(self, context: SaveContext, old: Service | None, new: Service) -> Service:
        if old is None:
            check_format("name", names.ServiceName.parse(new.name).service_id, SERVICE_ID)
        if old is None or old.global_domain != new.global_domain:
            check_endpoint("global_domain", new.global_domain)
        if old is None or old.labelled_domains != new.labelled_domains:
            check_labelled(new.labelled_domains)
        _check_new_versions("all_versions", new.all_versions, () if old is None else old.all_versions)
        _check_policy(old, new)
        _tidy_names(new)
        return new


def _check_policy(old: Service | None, new: Service) -> None:
    policy = new.multi_region_policy
    if old is not None and old.multi_region_policy == policy:
        return
    for place, region in enumerate(policy.enabled_regions):
        check_format(f"multi_region_policy.enabled_regions[{place}]", region, REGION_ID)
    for place, criterion in enumerate(policy.criteria_for_disabled_sync):
        for field in ("source_region", "dest_region"):
            region = getattr(criterion, field)
            if region:
                check_format(f"multi_region_policy.criteria_for_disabled_sync[{place}].{field}", region, REGION_ID)


def _tidy_names(new: Service) -> None:
    for field in ("imported_services", "used_services"):
        listed = getattr(new, field)
        tidy = dict.fromkeys(tidy_service_name(f"{field}[{place}]", text) for place, text in enumerate(listed))
        if [*tidy] != [*listed]:
            listed[:] = tidy
    for place, entry in enumerate(new.imported_versions):
        entry.target_service = tidy_service_name(f"imported_versions[{place}].target_service", entry.target_service)
    if new.leading_service:
        new.leading_service = tidy_service_name("leading_service", new.leading_service)


class DeploymentFormat(Rule[Deployment]):
    """The id of a new one, endpoints, and the data version."""

    only_for: ClassVar = descriptors.DEPLOYMENT

    async def write(self, context: SaveContext, old: Deployment | None, new: Deployment) -> Deployment:
        if old is None:
            check_format("name", names.DeploymentName.parse(new.name).deployment_id, REGION_ID)
        before = Deployment() if old is None else old
        for field in ("public_domain", "private_domain"):
            if getattr(before, field) != getattr(new, field):
                check_endpoint(field, getattr(new, field))
        if before.labelled_domains != new.labelled_domains:
            check_labelled(new.labelled_domains)
        if new.db_data_version and before.db_data_version != new.db_data_version:
            check_format("db_data_version", new.db_data_version, DATA_VERSION)
        return new


class ResourceFormat(Rule[Resource]):
    """The id of a new one, its plural and its versions."""

    only_for: ClassVar = descriptors.RESOURCE

    async def write(self, context: SaveContext, old: Resource | None, new: Resource) -> Resource:
        if old is None:
            check_format("name", names.ResourceName.parse(new.name).resource_id, RESOURCE_ID)
        if new.plural_name and (old is None or old.plural_name != new.plural_name):
            check_format("plural_name", new.plural_name, PLURAL_NAME)
        _check_new_versions("versions", new.versions, () if old is None else old.versions)
        return new
