"""From names to holders: the vectors, and every name against the way that reads it in full."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import permutations
from pathlib import Path
from typing import Any, ClassVar

import pytest
from catalog_example_com.v1.service import SERVICE as CATALOG
from devices_example_com.v1.service import SERVICE as DEVICES
from devices_example_com.v2 import names as devices_v2_names
from devices_example_com.v2.service import SERVICE as DEVICES_V2
from hypothesis import given
from hypothesis import strategies as st
from identity_example_com.v1 import names as identity_names
from identity_example_com.v1.service import SERVICE as IDENTITY
from identity_example_com.v2 import names as identity_v2_names
from identity_example_com.v2.service import SERVICE as IDENTITY_V2

from goten.meta.v1.names import ServiceName
from goten.meta.v1.service import SERVICE as META
from goten.names import InvalidName, NamePattern, ResourceName
from goten.policy import Policy
from goten.policy_store import ForeignName, SourceMissing, WildcardHolder
from goten.policy_store.holder_regex import HolderRegex
from goten.policy_store.places import NamePlaces
from goten.services import ServiceDescriptor
from tests.runtime.policy_store.scene import Watching
from tests.runtime.policy_store.services import ROOMS, RoomName, always, policy, service
from tests.runtime.test_name_properties import ID_PATTERNS, TEXTS, name_patterns

CASES = json.loads((Path(__file__).parents[3] / "spec" / "vectors" / "holders.json").read_text(encoding="utf-8"))
EXAMPLES = [CATALOG, DEVICES, DEVICES_V2, IDENTITY, IDENTITY_V2, META]


class Asked:
    """Stands for a source: it is where a name leads to."""

    def __init__(self, holder: type[ResourceName]) -> None:
        self.holder = holder
        self.fresh: Mapping[str, Policy] = {}

    async def obtain(self, name: str) -> Policy | None:
        raise AssertionError(name)

    def peek(self, name: str) -> Policy | None:
        raise AssertionError(name)


def make_places(of: ServiceDescriptor) -> NamePlaces:
    return NamePlaces(of, Asked)


def holder_at(places: NamePlaces, name: str | ResourceName) -> ResourceName | None:
    """The holder that the store would ask for; None: the name is global. Raises InvalidName as the store does."""
    if isinstance(name, str):
        answers, holder = places.find(name)
    else:
        answers, holder = places.of(name)
    return answers.holder.parse(holder) if isinstance(answers, Asked) else None


def read_in_full(of: ServiceDescriptor, text: str) -> ResourceName | None:
    """What the rules for names say (NAME-12, NAME-14)."""
    return of.parse_name(text).holder


def outcome(work: Any, *arguments: Any) -> Any:
    try:
        return work(*arguments)
    except (InvalidName, ForeignName):
        return "invalid"


def assert_right(of: ServiceDescriptor, places: NamePlaces, text: str) -> None:
    """Asks twice, since what was asked for is remembered."""
    expected = outcome(read_in_full, of, text)
    assert outcome(holder_at, places, text) == expected
    assert outcome(holder_at, places, text) == expected
    if not text.startswith("/"):
        assert outcome(holder_at, places, f"//{of.domain}/{text}") == expected
        assert outcome(holder_at, places, f"//{of.domain}/{text}") == expected
    typed = outcome(of.parse_name, text)
    if typed != "invalid":
        assert outcome(holder_at, places, typed) == expected


# --- vectors ----------------------------------------------------------------------------------------------------------


def name_class(type_: str, *patterns: NamePattern) -> type[ResourceName]:
    members = {"__slots__": (), "TYPE": type_, "VERSION": "v1", "PATTERNS": patterns, "__module__": __name__}
    return type("SomeName", (ResourceName,), members)


def names_of(case: dict[str, Any]) -> Iterator[type[ResourceName]]:
    holders: dict[tuple[str, str], type[ResourceName]] = {}
    for number, entry in enumerate(case["patterns"]):
        holder = None
        if "holder" in entry:
            key = entry.get("holder_type", "own.example.test/Holder"), entry["holder"]
            own = NamePattern(entry["holder"], ids=entry.get("holder_ids", {}), region=entry.get("holder_region"))
            others = map(NamePattern, entry.get("holder_others", []))
            holder = holders.setdefault(key, name_class(key[0], own, *others))
        yield name_class(
            f"own.example.test/Type{number}",
            NamePattern(
                entry["pattern"],
                ids=entry.get("ids", {}),
                region=entry.get("region"),
                holder=None if holder is None else always(holder),
            ),
        )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['rule']} {case['note']}")
def test_vectors(case: dict[str, Any]) -> None:
    """STORE-1, STORE-2, STORE-3"""
    own = service(*names_of(case))
    places = make_places(own)
    holder = outcome(holder_at, places, case["text"])
    if holder is None:
        got: dict[str, Any] = {"global": True}
    elif isinstance(holder, str):
        got = {"invalid": True}
    elif holder.has_wildcard:
        got = {"wildcard": True}
    else:
        got = {"holder": str(holder)}
        if "holder_type" in case["expect"]:
            got["holder_type"] = holder.TYPE
    assert got == case["expect"]
    assert_right(own, places, case["text"])


# --- all names --------------------------------------------------------------------------------------------------------

HARD_IDS = [
    "p1",
    "us-west2",
    "-",
    "--",
    "a-b",
    "A",
    "a~b",
    "a~b~c",
    "a/b",
    "a/groups/b",
    "regions/eu-1",
    "regions",
    "devices",
    "settings",
    "certificates",
    "v1.2.3-4",
    "fw-1.2.3",
    "0a:1b:2c",
    "RT-0042",
    "20240131T101500.250Z-17",
    "identity.example.com",
    "ge0.1",
    "é",
    "a b",
    "a{b",
    "a\n",
    "\x00",
    "",
    "x" * 300,
]


CHANGES: list[Callable[[str], str]] = [
    *[str] * 5,
    "/{}".format,
    "{}/".format,
    "{}\n".format,
    str.upper,
    lambda text: text[:-1],
]


@st.composite
def names_like(draw: st.DrawFn, of: ServiceDescriptor) -> str:
    """A name of some pattern, with ids that fit and ids that do not; sometimes with something else done to it."""
    patterns = [pattern for resource in of.resources for pattern in resource.patterns]
    pattern = draw(st.sampled_from(patterns))

    def value(found: re.Match[str]) -> str:
        rule = pattern.ids.get(found[1].partition("=")[0])
        own = [st.from_regex(re.compile(rule, re.ASCII), fullmatch=True)] if rule else []
        return str(draw(st.one_of(st.sampled_from(HARD_IDS), TEXTS, *own)))

    text = re.sub(r"\{([^}]*)\}", value, pattern.text)
    return draw(st.sampled_from(CHANGES))(text)


@pytest.mark.parametrize("of", EXAMPLES, ids=str)
@given(data=st.data())
def test_names_of_the_examples(of: ServiceDescriptor, data: st.DataObject) -> None:
    """STORE-1, STORE-2"""
    assert_right(of, make_places(of), data.draw(names_like(of)))


def assert_collections_are_right(
    of: ServiceDescriptor, places: NamePlaces, name: str, lasts: list[str], changes: list[Callable[[str], str]]
) -> None:
    """What is remembered of the collections of a name never leads to another answer for any other."""
    outcome(holder_at, places, name)
    segments = name.split("/")
    for count in range(1, len(segments) + 1):
        collection = "/".join(segments[:count])
        for last in lasts:
            assert_right(of, places, f"{collection}/{last}")
        for change in changes:
            assert_right(of, places, change(collection))
            assert_right(of, places, f"{change(collection)}/{lasts[0]}")
    assert_right(of, places, name)


@pytest.mark.parametrize("of", EXAMPLES, ids=str)
@given(data=st.data())
def test_names_near_names_of_the_examples(of: ServiceDescriptor, data: st.DataObject) -> None:
    """STORE-1, STORE-2: other last segments, other lengths, and texts that are no names, where names were before."""
    places = make_places(of)
    for _ in range(data.draw(st.integers(1, 2))):
        name = data.draw(names_like(of))
        lasts = data.draw(st.lists(st.one_of(st.sampled_from(HARD_IDS), TEXTS), min_size=1, max_size=4))
        assert_collections_are_right(of, places, name, lasts, data.draw(st.lists(st.sampled_from(CHANGES), max_size=2)))


@pytest.mark.parametrize("of", EXAMPLES, ids=str)
def test_every_last_segment_in_every_collection_of_the_examples(of: ServiceDescriptor) -> None:
    """STORE-1, STORE-2"""
    texts = [pattern.text for resource in of.resources for pattern in resource.patterns]
    literals = {segment for text in texts for segment in text.split("/") if "{" not in segment}
    for id_ in ("p1", "us-west2", "-", "é"):
        places = make_places(of)
        for text in texts:
            assert_collections_are_right(
                of, places, re.sub(r"\{[^}]*\}", id_, text), [*HARD_IDS, *sorted(literals)], CHANGES
            )


@pytest.mark.parametrize("of", EXAMPLES, ids=str)
def test_plain_names_of_the_examples_take_the_short_way(of: ServiceDescriptor) -> None:
    """The fast path is of use: it decides for every pattern but those with id patterns that allow slashes."""
    regex = HolderRegex([resource.name for resource in of.resources], lambda holder: holder)
    slow = []
    for resource in of.resources:
        for pattern in resource.patterns:
            text = re.sub(r"\{[^}]*\}", "-", pattern.text)
            found = regex.find(text)
            if found is None:
                slow.append(pattern.text)
            else:
                holder = resource.name.parse(text).holder
                assert found[0] is (None if holder is None else type(holder))
                assert holder is None or found[1] == str(holder)
    assert slow == (
        ["projects/{project}/regions/{region}/devices/{device}/configFiles/{config_file}"] if of is DEVICES else []
    )


@st.composite
def services(draw: st.DrawFn) -> ServiceDescriptor:
    """A few types with patterns of all shapes, each below some holder, whose pattern may be a beginning of theirs."""
    holders: dict[str, type[ResourceName]] = {}
    names = []
    for number in range(draw(st.integers(1, 4))):
        bare = draw(name_patterns())
        segments = bare.text.split("/")
        text = "/".join(segments[: draw(st.integers(0, len(segments)))])
        holder = None
        if text and text != bare.text and draw(st.booleans()):
            ids = {name: draw(st.sampled_from(ID_PATTERNS)) for name in re.findall(r"\{(\w)", text)}
            own = NamePattern(text, ids={name: rule for name, rule in ids.items() if rule})
            others = [NamePattern(other) for other in draw(st.lists(st.sampled_from(["a/{x}", "{x}/{y}"]), max_size=1))]
            holder = holders.setdefault(text, name_class("x.example.test/Holder", own, *others))
        load = None if holder is None else always(holder)
        names.append(name_class(f"x.example.test/T{number}", NamePattern(bare.text, ids=bare.ids, holder=load)))
    return service(*names)


@given(services(), st.data())
def test_names_of_any_service(of: ServiceDescriptor, data: st.DataObject) -> None:
    """STORE-1, STORE-2"""
    places = make_places(of)
    for resource in of.resources:
        for pattern in resource.patterns:
            name = re.sub(r"\{[^}]*\}", lambda _: data.draw(TEXTS), pattern.text)
            assert_right(of, places, name)
            assert_collections_are_right(of, places, name, [data.draw(TEXTS), "a", "-", ""], ["/{}".format])
    assert_right(of, places, data.draw(TEXTS))


def test_names_of_one_segment_are_no_collection() -> None:
    """STORE-2: what was learnt of them does not let a leading slash pass."""
    of = service(
        name_class("x.example.test/T", NamePattern("{x}")), name_class("x.example.test/U", NamePattern("here"))
    )
    places = make_places(of)
    for text in ("a", "/a", "here", "/here", "é", "/é", "//x.example.test/a", "//x.example.test//a"):
        assert_right(of, places, text)


def test_a_last_id_with_slashes_says_nothing_of_others() -> None:
    """STORE-2: `b/cdef` is too long for an id, though `cdef` alone is not, and `b` was in one before."""
    of = service(name_class("x.example.test/T", NamePattern("a/{x}", ids={"x": "[a-z/]{1,5}"})))
    places = make_places(of)
    for text in ("a/b", "a/b/c", "a/b/cdef", "a/b/cd", "a/cdefgh", "a/b/"):
        assert_right(of, places, text)


def test_a_collection_in_which_ids_decide_about_the_holder() -> None:
    """STORE-1: rules that look around are beyond the one regular expression."""
    holder = name_class("x.example.test/Holder", NamePattern("a/{y}"))
    of = service(
        name_class("x.example.test/T", NamePattern("a/{y}/{x}", ids={"x": "o(?=n).*"}, holder=always(holder))),
        name_class("x.example.test/U", NamePattern("a/{y}/{x}", ids={"x": "t(?=w).*"})),
    )
    places = make_places(of)
    for text in ("a/b/one", "a/b/two", "a/b/once", "a/b/twice", "a/b/none", "a/b/one"):
        assert_right(of, places, text)
    assert holder_at(places, "a/b/one") == holder.parse("a/b")
    assert holder_at(places, "a/b/two") is None


def test_an_odd_name_leaves_its_collection_fast() -> None:
    """Whether it comes before the others or after them."""
    for texts in (["projects/p/enrollmentTokens/é", "projects/p/enrollmentTokens/a"] * 2, []):
        places = make_places(DEVICES)
        for text in [*texts, "projects/p/enrollmentTokens/b", "projects/p/enrollmentTokens/é"]:
            assert_right(DEVICES, places, text)
            places.find(text)
        _, _, refuses = places.collections["projects/p/enrollmentTokens"]
        assert not refuses("c")


SCOPES = ["projects/{p}", "sites/{s}", "regions/{r}"]


@pytest.mark.parametrize("parts", [*permutations(SCOPES), *permutations(SCOPES, 2)], ids="/".join)
@pytest.mark.parametrize("holder_text", ["projects/{p}/sites/{s}", "projects/{p}/regions/{q}/sites/{s}", "sites/{s}"])
def test_region_scopes_anywhere(parts: tuple[str, ...], holder_text: str) -> None:
    """STORE-1"""
    text = "/".join([*parts, "things/{thing}"])
    holder = name_class("x.example.test/Holder", NamePattern(holder_text, region="q" if "{q}" in holder_text else None))
    region = "r" if "{r}" in text else None
    of = service(name_class("x.example.test/T", NamePattern(text, region=region, holder=always(holder))))
    assert_right(of, make_places(of), re.sub(r"\{[^}]*\}", "us-west2", text))


# --- of other services ------------------------------------------------------------------------------------------------


async def test_wildcards_are_refused(watching: Watching) -> None:
    """STORE-3: in whatever form, and without asking anybody."""
    for name in (
        "projects/-/rooms/r",
        "//rooms.example.test/projects/-/rooms/r",
        RoomName.parse("projects/-/rooms/r"),
        "//identity.example.com/projects/-/roles/r",
    ):
        with pytest.raises(WildcardHolder, match=r"//identity.example.com/projects/- stands for many policy holders"):
            await watching.store.policy_for(name)
        with pytest.raises(WildcardHolder):
            watching.store.cached_policy_for(name)
    assert await watching.ask("projects/p1/rooms/-") == policy("eu")
    assert watching.gets == []


async def test_unknown_shapes_are_refused_whatever_is_cached(watching: Watching) -> None:
    """STORE-2"""
    assert await watching.ask("projects/p1/rooms/r") == policy("eu")
    for text in ("projects/p1/nonsense/r", "projects/p1/rooms", "projects/p1/rooms/r\n", "/projects/p1/rooms/r", ""):
        with pytest.raises(InvalidName):
            await watching.store.policy_for(text)
        with pytest.raises(InvalidName):
            watching.store.cached_policy_for(text)


async def test_the_store_reads_names_as_its_service_does(watching: Watching) -> None:
    """STORE-2: with names of the same collections asked for before, and policies that nobody asked for."""
    policies = {"projects/p1": policy("eu"), "projects/p2": policy("us")}
    collections = ["projects/p1/rooms", "projects/p2/rooms", "projects/-/rooms", "rooms", "/rooms", "projects/p1", ""]
    for last in [*HARD_IDS, *HARD_IDS]:
        for collection in collections:
            text = f"{collection}/{last}" if collection else last
            for form in (text, f"//rooms.example.test/{text}"):
                expected: Any = outcome(ROOMS.parse_name, form)
                if isinstance(expected, ResourceName):
                    holder = expected.holder
                    expected = None if holder is None else policies.get(str(holder), "wildcard")
                assert await answer(watching, form) == expected, form
    assert watching.gets == []


async def answer(watching: Watching, text: str) -> Any:
    try:
        policy = await watching.ask(text)
        assert watching.store.cached_policy_for(text) == policy
    except (InvalidName, ForeignName):
        return "invalid"
    except WildcardHolder:
        return "wildcard"
    return policy


async def test_relative_names_belong_to_the_own_service(watching: Watching) -> None:
    """STORE-2: identity has roles, rooms has none."""
    with pytest.raises(InvalidName):
        await watching.store.policy_for("projects/p1/roles/r")
    assert await watching.ask("//identity.example.com/projects/p1/roles/r") == policy("eu")


async def test_full_names_of_what_is_not_imported_are_refused(watching: Watching) -> None:
    """STORE-2: its version is not known; a typed name has one."""
    with pytest.raises(ForeignName, match=r"rooms.example.test v1 does not import; ask with a typed name"):
        await watching.store.policy_for("//devices.example.com/projects/p1/groups/g")
    for bad in ("//", "//identity.example.com", "//identity.example.com/", "///projects/p1"):
        with pytest.raises((ForeignName, InvalidName)):
            await watching.store.policy_for(bad)


async def test_imports_of_imports_are_known(watching: Watching) -> None:
    """STORE-2: identity imports meta."""
    assert await watching.ask("//meta.goten.com/services/identity.example.com/deployments/eu") is None


async def test_a_holder_without_a_source_names_the_call(watching: Watching) -> None:
    """STORE-4: of a service whose names are asked for beside the own ones."""
    call = "call identity_example_com.v1.policy_store.register_policy_sources"
    for name in (
        "//identity.example.com/organizations/o1/roles/r",
        identity_names.RoleName.of_organization("o1", "r"),
    ):
        with pytest.raises(SourceMissing, match=call) as caught:
            await watching.store.policy_for(name)
        assert caught.value.holders == ("identity.example.com/Organization v1",)
    with pytest.raises(SourceMissing, match=r"call devices_example_com.v2.policy_store"):
        await watching.store.policy_for(devices_v2_names.GroupName.of_project("p1", "g"))


def test_versions_are_told_apart() -> None:
    """STORE-2: v1 and v2 of one service have the same names, and holders of their own."""
    places = make_places(DEVICES)
    text = "//identity.example.com/projects/p1/roles/r"
    assert holder_at(places, text) == identity_names.ProjectName.of("p1")
    typed = identity_v2_names.RoleName.of_organization_folder("o1", "f1", "r")
    assert holder_at(places, typed) == identity_v2_names.FolderName.of_organization("o1", "f1")
    assert holder_at(make_places(DEVICES_V2), text) == identity_v2_names.ProjectName.of("p1")
    assert holder_at(make_places(IDENTITY), "services/x.example.test/roles/r") == ServiceName.of("x.example.test")


def test_places_are_remembered_in_bounded_number() -> None:
    places = make_places(DEVICES)
    for number in range(40_000):
        places.find(f"projects/p{number}/settings")
    assert len(places.collections) <= 16_384
    assert holder_at(places, "projects/p1/settings") == devices_holder("p1")


def test_names_that_are_read_one_by_one_are_remembered_in_bounded_number() -> None:
    """Here because the last id may hold slashes."""
    places = make_places(DEVICES)
    collection = "projects/p1/regions/us-west2/devices/dev/configFiles/a"

    def is_remembered(number: int) -> bool:
        _, _, refuses = places.collections[collection]
        return not refuses(f"b{number}")

    for number in range(20_000):
        places.find(f"{collection}/b{number}")
        if number == 16_000:
            assert is_remembered(0)
    assert not is_remembered(0)
    assert is_remembered(19_999)
    assert holder_at(places, f"{collection}/b0") == devices_holder("p1")


def devices_holder(project: str) -> ResourceName:
    from devices_example_com.v1.names import ProjectName

    return ProjectName.of(project)


class OddName(ResourceName):
    """No generated class: its module is not called names."""

    __slots__ = ()
    TYPE: ClassVar[str] = "odd-1.example.test/Odd"
    VERSION: ClassVar[str] = ""
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = (
        NamePattern("projects/{project}/odds/{odd}", holder=lambda: identity_names.ProjectName),
    )


async def test_a_source_that_no_descriptor_mentions_is_missed_at_the_start() -> None:
    """STORE-4: the holder is in the names, and not among the holders of the service."""
    with pytest.raises(SourceMissing, match=r"call odd_1_example_test.unversioned.policy_store.register"):
        NamePlaces(service(OddName), lambda _: None)
