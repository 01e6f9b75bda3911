"""Where services and deployments listen: `host` or `host:port` (REG-5, REG-16)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Final

from goten.channels import is_loopback
from goten.meta.v1.common_pb2 import LabelledDomain
from goten.refusals import invalid

_HOST: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]{0,251}[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]{2,45}\]"
_ENDPOINT: Final = re.compile(rf"({_HOST})(?::([0-9]{{1,5}}))?", re.ASCII)
_LAST_PORT: Final = 65535


def check_endpoint(field: str, text: str) -> None:
    """Raises Refused (INVALID_ARGUMENT) for what is neither empty nor an endpoint."""
    found = _ENDPOINT.fullmatch(text)
    if text and (found is None or not 0 < int(found[2] or 443) <= _LAST_PORT):
        raise invalid(field, f"{text!r} is no endpoint", "give host or host:port; without a port, 443 is meant")


def check_labelled(domains: Iterable[LabelledDomain]) -> None:
    """Raises Refused (INVALID_ARGUMENT) for a label that is there twice, and for a domain that is no endpoint."""
    seen: set[str] = set()
    for place, labelled in enumerate(domains):
        if labelled.label in seen:
            raise invalid(
                f"labelled_domains[{place}].label", f"{labelled.label!r} is there twice", "use each label once"
            )
        seen.add(labelled.label)
        check_endpoint(f"labelled_domains[{place}].domain", labelled.domain)


def regional_endpoint(region: str, global_domain: str) -> str:
    """`{region}.{global_domain}`, its port included. An address of numbers has no names below it, and stays."""
    found = _ENDPOINT.fullmatch(global_domain)
    try:
        ipaddress.ip_address(found[1].strip("[]") if found else global_domain)
    except ValueError:
        return f"{region}.{global_domain}"
    return global_domain


def is_usual(endpoint: str, region: str, global_domain: str) -> bool:
    """Whether a deployment's endpoint has the recommended form, or leads to this machine."""
    return endpoint == regional_endpoint(region, global_domain) or is_loopback(endpoint)
