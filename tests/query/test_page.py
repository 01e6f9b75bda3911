"""The page for people who type filters says what is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from google.type import latlng_pb2  # type: ignore[import-untyped]

from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service
from goten.query import QueryError, parse_filter, parse_order

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "filters.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?<=\n\n)(?:    .*\n)+", PAGE)
CONDITIONS = re.findall(r"^\| `([a-z_.]+ [^`]+)` \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("text", [*BLOCKS[0].splitlines(), *CONDITIONS])
def test_a_filter_that_the_page_shows_is_one(text: str) -> None:
    """FILTER-1"""
    types: list[Any] = [Service, Deployment, latlng_pb2.LatLng]
    refusals = []
    for type in types:
        try:
            parse_filter(text.strip(), type)
        except QueryError as error:
            refusals.append(error)
    assert len(refusals) < len(types), refusals


@pytest.mark.parametrize(
    ("text", "line"),
    list(
        zip(
            ['dispaly_name = "Demo"', "display_name = Demo", 'metadata.create_time < "2026-11-24"'],
            BLOCKS[1].splitlines(),
            strict=True,
        )
    ),
)
def test_an_error_reads_as_the_page_shows(text: str, line: str) -> None:
    """FILTER-12"""
    with pytest.raises(QueryError) as caught:
        parse_filter(text, Service)
    assert str(caught.value) == line.strip()


def test_the_page_shows_conditions_and_an_order() -> None:
    assert len(CONDITIONS) >= 9
    (order,) = re.findall(r"between them: `([^`]+)`", PAGE)
    assert str(parse_order(order, Service)) == "metadata.create_time desc, display_name, name"
