"""What the benchmarks' resources are called. It imports nothing, so that every process can have it."""

from __future__ import annotations

from typing import Final

CONTROL_REGION: Final = "us-west2"
REGIONS: Final = (CONTROL_REGION, *(f"region{number:02}" for number in range(1, 50)))
"""Regions that every Meta of a benchmark has; all services enable the first ones."""


def service_id(number: int) -> str:
    return f"s{number:06}.example.com"


def service_name(number: int) -> str:
    return f"services/{service_id(number)}"


def deployment_name(service: int, number: int) -> str:
    return f"{service_name(service)}/deployments/{REGIONS[number]}"


def resource_id(number: int, prefix: str = "Kind") -> str:
    """Letters only, always as many, and in order."""
    letters = ""
    for _ in range(5):
        number, letter = divmod(number, 26)
        letters = chr(ord("a") + letter) + letters
    return prefix + letters


def resource_name(service: int, number: int) -> str:
    return f"{service_name(service)}/resources/{resource_id(number)}"
