"""The language-neutral cases of spec/vectors/names.json, read by classes made for each."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from goten.name_index import NameIndex
from goten.names import InvalidName, NamePattern, ResourceName

SPEC = Path(__file__).resolve().parents[2] / "spec"
CASES: list[dict[str, Any]] = json.loads((SPEC / "vectors" / "names.json").read_text(encoding="utf-8"))


def name_class(case: dict[str, Any]) -> type[ResourceName]:
    patterns = []
    for text in case["patterns"]:
        variables = re.findall(r"\{([^{}=]+)", text)
        ids = {variable: regex for variable, regex in case["ids"].items() if variable in variables}
        patterns.append(NamePattern(text, ids=ids, region=case["region"] if case["region"] in variables else None))
    members = {"__slots__": (), "TYPE": "vectors.example.test/Thing", "PATTERNS": tuple(patterns)}
    return type("ThingName", (ResourceName,), members)


def reading(name: ResourceName) -> dict[str, Any]:
    values = dict(zip(name.pattern.variables, name.ids, strict=True))
    return {"pattern": type(name).PATTERNS.index(name.pattern), "values": values}


@pytest.mark.parametrize("case", CASES, ids=[f"{case['rule']}-{place}" for place, case in enumerate(CASES)])
def test_vector(case: dict[str, Any]) -> None:
    """Each way to read a name agrees with the vector; what is accepted reads back from its full form."""
    name = name_class(case)
    index = NameIndex("vectors.example.test", [name])
    if case["expect"] is None:
        with pytest.raises(InvalidName):
            name.parse(case["text"])
        with pytest.raises(InvalidName):
            index.parse(case["text"])
        return
    parsed = name.parse(case["text"])
    assert reading(parsed) == case["expect"], case["note"]
    assert str(parsed) == case["text"]
    assert index.parse(case["text"]) == parsed
    assert name.parse(parsed.full_name) == parsed
    assert reading(name.parse(parsed.full_name)) == case["expect"]


def test_vectors_cover_the_rules_of_reading() -> None:
    rules = re.findall(r"^\*\*(NAME-\d+)", (SPEC / "protocol" / "names.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert rules == [f"NAME-{number}" for number in range(1, len(rules) + 1)]
    # NAME-3 is about patterns, and what follows NAME-12 about names that are read already.
    assert {case["rule"] for case in CASES} == set(rules[:12]) - {"NAME-3"}
