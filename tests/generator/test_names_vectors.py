"""How `goten-gen explain` reads names: the cases of spec/vectors/names.json, names of several types, ancestors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goten.name_index import NameIndex
from goten.names import InvalidName, NamePattern, ResourceName
from goten_gen.explanation import Match, explain, find_matches
from goten_gen.keys import ServiceKey
from goten_gen.model import PatternUse, Service, TypeRef
from goten_gen.patterns import parse_pattern
from tests.generator import model_builder as build

VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "names.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))

DOMAIN = "vectors.example.test"
KEY = ServiceKey(DOMAIN, "v1")
THING = TypeRef(f"{DOMAIN}/Thing", "v1")
OTHER = TypeRef(f"{DOMAIN}/Other", "v1")


def scoped(text: str, region: str | None = "region", **roles: Any) -> PatternUse:
    """A use of the pattern whose region scope has the variable `region`, where the pattern has it."""
    variables = parse_pattern(text).variables
    return build.use(text, region_scope=variables.index(region) if region in variables else None, **roles)


def service_of(case: dict[str, Any]) -> Service:
    uses = [scoped(text, case["region"]) for text in case["patterns"]]
    return build.service(KEY, build.resource(THING, *uses, variable_patterns=case["ids"]))


def reading(match: Match) -> dict[str, Any]:
    return {"pattern": match.resource.patterns.index(match.use), "values": match.values}


@pytest.mark.parametrize("case", CASES, ids=[f"{case['rule']}: {case['note']}" for case in CASES])
def test_vector(case: dict[str, Any]) -> None:
    """NAME-1 to NAME-12: relative and in full."""
    found = find_matches(case["text"], [service_of(case)])
    assert [reading(match) for match in found] == ([] if case["expect"] is None else [case["expect"]])
    in_full = find_matches(f"//{DOMAIN}/{case['text']}", [service_of(case)])
    assert [reading(match) for match in in_full] == [reading(match) for match in found]


# --- the same as the runtime -----------------------------------------------------------------------------------------

ID_PATTERNS = ["[a-c/]+", "a|ab|b~c", "(.)\\1", "(?i)[ab]+", "a?b?", "(?<!b)c.*", "^[^-]+$", "[a-c][a-c~]*"]


@st.composite
def pattern_texts(draw: st.DrawFn) -> str:
    """`*`, or up to three segments of a literal or of up to three of the variables x, y, z."""
    variables = iter("xyz")
    segments = []
    for size in draw(st.lists(st.integers(0, 2), min_size=1, max_size=3)):
        names = [name for name, _ in zip(variables, range(size), strict=False)]
        kinds = [draw(st.sampled_from(["", "=*", "=**"])) for _ in names]
        braces = [f"{{{name}{kind}}}" for name, kind in zip(names, kinds, strict=True)]
        segments.append(draw(st.sampled_from("~_.-")).join(braces) or draw(st.sampled_from(["a", "b-c", "-"])))
    return draw(st.sampled_from(["/".join(segments), "/".join(segments), "*"]))


def read_by_generator(text: str, patterns: list[str], ids: dict[str, str]) -> tuple[int, list[str]] | None:
    found = find_matches(text, [build.service(KEY, build.resource(THING, *patterns, variable_patterns=ids))])
    return (reading(found[0])["pattern"], list(found[0].values.values())) if found else None


def read_by_runtime(text: str, patterns: list[str], ids: dict[str, str]) -> tuple[int, list[str]] | None:
    uses = []
    for pattern in patterns:
        known = parse_pattern(pattern).variables
        uses.append(NamePattern(pattern, ids={v: regex for v, regex in ids.items() if v in known}))
    name = type("ThingName", (ResourceName,), {"__slots__": (), "TYPE": THING.type, "PATTERNS": tuple(uses)})
    try:
        found = NameIndex(DOMAIN, [name]).parse(text)
    except InvalidName:
        return None
    return uses.index(found.pattern), list(found.ids) if found.pattern.variables else []


@given(
    text=st.text("abc-~./ {é\n", max_size=12),
    patterns=st.lists(pattern_texts(), min_size=1, max_size=3, unique=True),
    ids=st.dictionaries(st.sampled_from("xyz"), st.sampled_from(ID_PATTERNS)),
)
def test_explain_reads_names_as_the_runtime_does(text: str, patterns: list[str], ids: dict[str, str]) -> None:
    """NAME-1 to NAME-12"""
    assert read_by_generator(text, patterns, ids) == read_by_runtime(text, patterns, ids)


# --- of several types ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "text", "expected"),
    [
        pytest.param("{kind}/{item}", "things/{thing}", "things/t", OTHER, id="most literal segments"),
        pytest.param("things/{a}", "things/{b}", "things/t", THING, id="of equals the first"),
        pytest.param("*", "things/{thing}", "things/t", OTHER, id="any name is the last resort"),
        pytest.param("*", "{name}", "t", THING, id="any name has as few literal segments as a lone variable"),
        pytest.param("{name}", "*", "t", THING, id="and is chosen by order then"),
    ],
)
def test_the_type_of_a_name(first: str, second: str, text: str, expected: TypeRef) -> None:
    """NAME-12"""
    service = build.service(KEY, build.resource(THING, first), build.resource(OTHER, second))
    assert [match.resource.type for match in find_matches(text, [service])] == [expected.type]


def test_a_full_name_of_another_service_is_none_of_this_one() -> None:
    """NAME-1"""
    service = build.service(KEY, build.resource(THING, "*"))
    for text in ("//other.example.test/a", f"//{DOMAIN}", f"//{DOMAIN}/", f"//{DOMAIN}//a", "///a", "//"):
        assert find_matches(text, [service]) == []


# --- names of ancestors ----------------------------------------------------------------------------------------------


def parent_line(name: str, child: PatternUse, parent: PatternUse, ids: dict[str, str] | None = None) -> str:
    """What `explain` says of the parent of `name`, which has the pattern `child`."""
    service = build.service(
        KEY, build.resource(THING, child), build.resource(OTHER, parent, variable_patterns=ids or {})
    )
    match = next(match for match in find_matches(name, [service]) if match.resource.type == THING.type)
    lines = (line.strip() for line in explain(match, build.world(service)))
    return next(line.removeprefix("parent").strip() for line in lines if line.startswith("parent"))


@pytest.mark.parametrize(
    ("name", "child", "parent", "expected"),
    [
        pytest.param("a/1/b/2", "a/{a}/b/{b}", "a/{x}", "a/1", id="by place, not by variable"),
        pytest.param("a/1~2/b/3", "a/{a}~{b}/b/{c}", "a/{b}~{a}", "a/1~2", id="several in a segment"),
        pytest.param("a/1/2/b/3", "a/{a=**}/b/{b}", "a/{a=**}", "a/1/2", id="an id with slashes"),
        pytest.param(
            "a/1/regions/eu/b/2", "a/{a}/regions/{region}/b/{b}", "a/{a}", "a/1", id="a region that it does not have"
        ),
        pytest.param(
            "a/1/regions/eu/b/2/c/3",
            "a/{a}/regions/{region}/b/{b}/c/{c}",
            "regions/{region}/a/{a}/b/{b}",
            "regions/eu/a/1/b/2",
            id="the region at another place",
        ),
    ],
)
def test_the_name_of_an_ancestor(name: str, child: str, parent: str, expected: str) -> None:
    """NAME-14"""
    line = parent_line(name, scoped(child, parent=OTHER), scoped(parent))
    assert line == f"{OTHER.type} //{DOMAIN}/{expected}"


def test_a_region_that_is_a_parent_like_any_other() -> None:
    """NAME-14, DETECT-5: a service version that declares regions has no region scopes."""
    child = build.use("regions/{region}/zones/{zone}", parent=OTHER)
    assert parent_line("regions/eu/zones/z", child, build.use("regions/{region}")).endswith("/regions/eu")


def test_an_ancestor_that_needs_a_region_which_the_name_does_not_have() -> None:
    """NAME-14"""
    parent = scoped("regions/{region}/a/{a}")
    for child in (scoped("a/{a}/b/{b}", parent=OTHER, parent_pattern=None), scoped("a/{a}/b/{b}", parent=OTHER)):
        assert parent_line("a/1/b/2", child, parent) == OTHER.type


def test_the_ids_of_an_ancestor_obey_its_own_id_patterns() -> None:
    """NAME-14"""
    child, parent = scoped("a/{a}/b/{b}", parent=OTHER), scoped("a/{a}")
    assert parent_line("a/1/b/2", child, parent, {"a": "[0-9]"}).endswith("/a/1")
    assert parent_line("a/-/b/2", child, parent, {"a": "[0-9]"}).endswith("/a/-")
    refused = parent_line("a/x/b/2", child, parent, {"a": "[0-9]"})
    assert refused == f"{OTHER.type} (a/x is no name of it: an id does not match its id pattern)"
