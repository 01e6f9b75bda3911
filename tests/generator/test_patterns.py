"""Name patterns: which texts are some, what is read from them, and names made and read by them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goten_gen.name_match import make_name, match_name
from goten_gen.patterns import BadPattern, Pattern, is_regex, parse_pattern, strip_anchors

# --- what is a pattern -----------------------------------------------------------------------------------------------

EMPTY = "an empty segment"
NO_SEGMENT = "is neither a literal nor variables with one of ~_.- between them"
NO_VARIABLE = "is no variable"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", EMPTY),
        ("/", EMPTY),
        ("/projects/{project}", EMPTY),
        ("projects/{project}/", EMPTY),
        ("projects//{project}", EMPTY),
        ("projects/{project}/x/{project}", "variable {project} stands twice"),
        ("{project}~{project=**}", "variable {project} stands twice"),
        ("projects/{project", NO_SEGMENT),
        ("projects/project}", NO_SEGMENT),
        ("projects/{{project}}", NO_SEGMENT),
        ("projects/x{project}", NO_SEGMENT),
        ("projects/{project}x", NO_SEGMENT),
        ("projects/~{project}", NO_SEGMENT),
        ("projects/{a}{b}", NO_SEGMENT),
        ("projects/{a}~~{b}", NO_SEGMENT),
        ("projects/{a}:{b}", NO_SEGMENT),
        ("projects/{a}*{b}", NO_SEGMENT),
        ("projects/{name=a/*}", NO_SEGMENT),
        ("projects/{}", NO_VARIABLE),
        ("projects/{ project }", NO_VARIABLE),
        ("projects/{1st}", NO_VARIABLE),
        ("projects/{my-project}", NO_VARIABLE),
        ("projects/{a.b}", NO_VARIABLE),
        ("projects/{größe}", NO_VARIABLE),
        ("projects/{project=}", NO_VARIABLE),
        ("projects/{project=***}", NO_VARIABLE),
        ("projects/{project=x}", NO_VARIABLE),
        ("projects/{project\n}", NO_VARIABLE),
        ("projects/{a}~{1}", NO_VARIABLE),
        ("projects/*", "'*' cannot stand in one; the pattern of any name is '*' alone"),
        ("*/{project}", "'*' cannot stand in one"),
        ("**", "'*' cannot stand in one"),
        ("projects*/{project}", "'*' cannot stand in one"),
        ("it's/{project}", '"\'" cannot stand in one'),
        ('"projects"/{project}', "'\"' cannot stand in one"),
        ("`projects`", "'`' cannot stand in one"),
        ("größen/{project}", "'ö' cannot stand in one"),
        ("проекты/{project}", "'п' cannot stand in one"),
        ("my projects/{project}", "' ' cannot stand in one"),
        ("projects/{project}\n", NO_SEGMENT),
        ("projects\n", "'\\n' cannot stand in one"),
        ("projects\\{project}", NO_SEGMENT),
        ("projects?", "'?' cannot stand in one"),
    ],
)
def test_what_is_no_pattern(text: str, reason: str) -> None:
    """NAME-3"""
    with pytest.raises(BadPattern) as error:
        parse_pattern(text)
    assert reason in str(error.value)


@pytest.mark.parametrize(
    ("text", "variables", "literals", "collection", "own"),
    [
        (
            "customers/{customer_id}/adGroupAds/{ad_group_id}~{ad_id}",
            "customer_id ad_group_id ad_id",
            2,
            "adGroupAds",
            2,
        ),
        ("projects/{project}/locations/{location}/{x=**}", "project location x", 2, "", 1),
        ("{property}/{type}", "property type", 0, "", 1),
        ("users/{user}/settings", "user", 2, "", 1),
        ("_deleted-topic_", "", 1, "", 1),
        (
            "organizations/{organization}/locations/{location}/workloads/{workload}",
            "organization location workload",
            3,
            "workloads",
            2,
        ),
        ("spaces/{space}/members/{member}", "space member", 2, "members", 2),
        ("{name=**}", "name", 0, "", 1),
        ("{name=*}", "name", 0, "", 1),
        ("*", "", 0, "", 1),
        ("inventories/-/items/{item}", "item", 3, "items", 2),
        ("projects/{project}.{zone}/x/{id}", "project zone id", 2, "x", 2),
        ("a/{b}_{c}-{d}~{e}", "b c d e", 1, "a", 2),
        ("100%/$&+,;=:@!/{_x9}", "_x9", 2, "$&+,;=:@!", 2),
    ],
)
def test_what_a_pattern_has(text: str, variables: str, literals: int, collection: str, own: int) -> None:
    """NAME-3, DETECT-2b, DETECT-6d"""
    pattern = parse_pattern(text)
    assert str(pattern) == text
    assert pattern.variables == tuple(variables.split())
    assert (pattern.literal_count, pattern.collection, pattern.tail) == (literals, collection, own)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a/{b}", "a/{c=*}", True),
        ("a/{b}", "b/{b}", False),
        ("a/{b}", "a/{b=**}", False),
        ("a/{b}~{c}", "a/{x}~{y}", True),
        ("a/{b}~{c}", "a/{b}.{c}", False),
        ("a/{b}~{c=**}", "a/{b}~{c}", False),
        ("a/{b}~{c=**}", "a/{b=**}~{c}", False),
        ("a/{b}/regions/{region}/c/{d}", "regions/{region}/a/{b}/c/{d}", True),
        ("a/{b}/regions/{region}", "a/{b}", False),
        ("a/{b}/regions/{region=**}/c/{d}", "a/{b}/c/{d}", False),
    ],
)
def test_comparing_patterns(one: str, other: str, same: bool) -> None:
    """DETECT-6a"""
    assert (parse_pattern(one).shape(scopes=True) == parse_pattern(other).shape(scopes=True)) is same


# --- names made and read ---------------------------------------------------------------------------------------------


def read(pattern: str, text: str) -> Sequence[str] | None:
    values = match_name(parse_pattern(pattern), text, ids={})
    return None if values is None else list(values.values())


@pytest.mark.parametrize(
    ("pattern", "text", "values"),
    [
        ("customers/{customer_id}/adGroupAds/{ad_group_id}~{ad_id}", "customers/1/adGroupAds/2~3", ["1", "2", "3"]),
        ("customers/{customer_id}/adGroupAds/{ad_group_id}~{ad_id}", "customers/1/adGroupAds/2", None),
        ("projects/{project}/locations/{location}/{x=**}", "projects/p/locations/l/a/b/c", ["p", "l", "a/b/c"]),
        ("projects/{project}/locations/{location}/{x=**}", "projects/p/locations/l", None),
        ("{property}/{type}", "p/t", ["p", "t"]),
        ("{property}/{type}", "p/t/u", None),
        ("users/{user}/settings", "users/a@b.c/settings", ["a@b.c"]),
        ("_deleted-topic_", "_deleted-topic_", []),
        ("_deleted-topic_", "_deleted_topic_", None),
        (
            "organizations/{organization}/locations/{location}/workloads/{workload}",
            "organizations/o/locations/l/workloads/-",
            ["o", "l", "-"],
        ),
        ("spaces/{space}/members/{member}", "spaces/AAA/members/users%2F1", ["AAA", "users%2F1"]),
        ("{name=**}", "a//b/", ["a//b/"]),
        ("*", "a/b", []),
        ("inventories/-/items/{item}", "inventories/-/items/i", ["i"]),
        ("inventories/-/items/{item}", "inventories/v/items/i", None),
        ("projects/{project}.{zone}/x/{id}", "projects/example.com.z/x/1", ["example.com", "z", "1"]),
        ("projects/{project}.{zone}/x/{id}", "projects/pz/x/1", None),
    ],
)
def test_names_of_published_patterns(pattern: str, text: str, values: list[str] | None) -> None:
    """NAME-4 to NAME-11"""
    assert read(pattern, text) == values


def ids_of(pattern: Pattern) -> st.SearchStrategy[dict[str, str]]:
    """Ids with which a name can be read in one way only: without separators, and slashes at the end of the name."""
    plain = st.text(
        st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="/{}~_.-"), min_size=1
    )
    path = st.lists(plain, min_size=1).map("/".join)
    deep = {variable for segment in pattern.segments for variable in segment.deep}
    ids = {variable: path if variable in deep else plain for variable in pattern.variables}
    return st.fixed_dictionaries({variable: choice | st.just("-") for variable, choice in ids.items()})


@pytest.mark.parametrize(
    "text",
    [
        "_deleted-topic_",
        "projects/{project}",
        "users/{user}/settings",
        "{property}/{type}",
        "customers/{customer_id}/adGroupAds/{ad_group_id}~{ad_id}",
        "projects/{project}.{zone}/x/{id}",
        "projects/{project}/locations/{location}/{x=**}",
        "links/{source}~{target=**}",
        "a/{b}_{c}-{d}~{e}",
        "{name=**}",
    ],
)
@given(data=st.data())
def test_a_name_made_of_ids_reads_back_as_these(text: str, data: st.DataObject) -> None:
    """NAME-13"""
    pattern = parse_pattern(text)
    values = data.draw(ids_of(pattern))
    assert match_name(pattern, make_name(pattern, values), ids={}) == values


@given(text=st.text("ab~/-{ ", max_size=20))
def test_what_is_read_makes_the_same_name(text: str) -> None:
    """NAME-4, NAME-13"""
    for pattern in map(parse_pattern, ("{a}~{b}/{c=**}", "a/{b=**}~{c}", "{a}/{b}")):
        values = match_name(pattern, text, ids={})
        assert values is None or make_name(pattern, values) == text


def test_a_text_that_is_made_to_be_slow_is_refused() -> None:
    """NAME-10: as are names in which nothing fits, however many ways there are to cut them."""
    assert read("x/{a}~{b}~{c}~{d}", "x/" + "~" * 20_000) is None
    assert read("x/{a}~{b}~{c}/y", "x/" + "~" * 200 + " /y") is None
    assert read("x/{a}~{b}~{c}~{d}", "x/" + "~" * 100) == ["~" * 94, "~", "~", "~"]
    assert read("projects/{project}/{file=**}", "projects/p/" + "a-b~c/" * 1000) == ["p", "a-b~c/" * 1000]


# --- id patterns -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("regex", "bare"),
    [
        ("^[a-z]+$", "[a-z]+"),
        ("[a-z]+", "[a-z]+"),
        ("^a|b$", "a|b"),
        (r"a\$", r"a\$"),
        (r"^\$$", r"\$"),
        ("[$^]", "[$^]"),
        ("^$", "^$"),
        ("^", "^"),
    ],
)
def test_anchors_around_an_id_pattern(regex: str, bare: str) -> None:
    """NAME-6. Without its anchors a pattern for nothing would be no pattern."""
    assert strip_anchors(regex) == bare


@pytest.mark.parametrize(
    ("text", "expected"),
    [("[a-z]+", True), ("[a-z", False), ("(", False), ("a{2,1}", False), ("(?P<x>a)(?P<x>b)", False), ("", True)],
)
def test_what_is_a_regular_expression(text: str, expected: bool) -> None:
    """NAME-6"""
    assert is_regex(text) is expected
