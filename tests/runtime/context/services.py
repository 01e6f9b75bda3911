"""The example services by what a test has at hand, and policies."""

from __future__ import annotations

from typing import Any, Final

import catalog_example_com.v1.service
import devices_example_com.v1.service
import devices_example_com.v2.service
import identity_example_com.v1.service
import identity_example_com.v2.service

import goten.meta.v1.service
from goten.descriptors import Descriptor
from goten.methods import MethodDescriptor
from goten.policy import Policy
from goten.services import ServiceDescriptor
from goten.syncing import service_name

DEVICES: Final = devices_example_com.v1.service.SERVICE
IDENTITY: Final = identity_example_com.v1.service.SERVICE
META: Final = goten.meta.v1.service.SERVICE

SERVICES: Final = (
    catalog_example_com.v1.service.SERVICE,
    DEVICES,
    devices_example_com.v2.service.SERVICE,
    IDENTITY,
    identity_example_com.v2.service.SERVICE,
    META,
)

US: Final = "us-west2"
EU: Final = "eu-west1"
IN_US: Final = Policy((US,), US)
IN_EU: Final = Policy((EU,), EU)
IN_BOTH: Final = Policy((EU, US), US)

DEVICES_SERVICE: Final = service_name("devices.example.com")
IDENTITY_SERVICE: Final = service_name("identity.example.com")


def project(project_id: str) -> str:
    """The full name of a project of the devices service."""
    return f"//devices.example.com/projects/{project_id}"


def method_of(full_name: str) -> tuple[ServiceDescriptor, MethodDescriptor[Any, Any]]:
    for service in SERVICES:
        method = service.method(full_name)
        if method is not None:
            return service, method
    raise LookupError(full_name)


def descriptor_of(resource_type: str, version: str) -> Descriptor[Any, Any]:
    for service in SERVICES:
        descriptor = service.resource(resource_type)
        if descriptor is not None and service.version == version:
            return descriptor
    raise LookupError(resource_type)
