"""Reading names: by the generated class, and in two ways that people write by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from devices_example_com.v1.names import DeviceName

from benchmarks.operations.timing import seconds_each

COUNT = 1000
TEXTS = [f"projects/p{number}/regions/us-west{number % 7}/devices/d{number}" for number in range(COUNT)]
_PATTERN = re.compile(r"projects/(?P<project>[^/]+)/regions/(?P<region>[^/]+)/devices/(?P<device>[^/]+)")


@dataclass(slots=True)
class ByHand:
    """What is left of a name that was taken apart by hand."""

    project: str
    region: str
    device: str


def split(text: str) -> ByHand:
    """Checks nothing but the number of segments."""
    _, project, _, region, _, device = text.split("/")
    return ByHand(project, region, device)


def match(text: str) -> ByHand:
    """Raises ValueError for what is no name."""
    found = _PATTERN.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return ByHand(**found.groupdict())


def fresh_texts() -> list[str]:
    """Names as requests bring them: strings that nobody has hashed yet."""
    return [text[:1] + text[1:] for text in TEXTS]


def _time(read: Callable[[str], object]) -> float:
    def turn(texts: list[str]) -> None:
        for text in texts:
            read(text)

    return seconds_each(fresh_texts, turn, COUNT)


def parse_seconds() -> float:
    """By the generated class."""
    return _time(DeviceName.parse)


def split_seconds() -> float:
    """By `str.split`."""
    return _time(split)


def match_seconds() -> float:
    """By a regular expression."""
    return _time(match)
