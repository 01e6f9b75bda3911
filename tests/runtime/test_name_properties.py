"""Every way to read names, against a slow and plain reading of the rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from hypothesis import assume, given
from hypothesis import strategies as st

from goten.name_index import NameIndex
from goten.names import InvalidName, NamePattern, ResourceName
from tests.runtime.sample_generated import DeviceName, FileName, ProjectName, ReadingName, SensorName, SiteName

ID_PATTERNS = [
    None,
    "[a-c]+",
    "[a-c/]+",
    "[a-c][a-c~]*",
    "[^/]+",
    "[^a-]+",
    ".+",
    "a?b?",
    "a|ab|b~c",
    "(a|b)+(/c)*",
    "(a|b)+",
    "(?:a|bc?){1,2}|c",
    "^[ab]+$",
    "^a|b~?$",
    "(.)\\1",
    "[a-c~.-]{1,3}",
    "\\w[a-c/]?",
]
TEXTS = st.text("abc-~./ {é\n", max_size=12)


def fits(rule: str | None, any_depth: bool, value: str) -> bool:
    """NAME-2 and NAME-5 to NAME-9"""
    if value == "-":
        return True
    default = "[^{} ]+" if any_depth else "[^/{} ]+"
    return value != "" and value.isprintable() and re.fullmatch(rule or default, value, re.ASCII) is not None


def readings(pieces: Sequence[str], ids: Mapping[str, str | None], text: str) -> list[str] | None:
    """NAME-4 and NAME-10: `pieces` are literals and variables by turns."""
    if not text.startswith(pieces[0]):
        return None
    text = text.removeprefix(pieces[0])
    if len(pieces) == 1:
        return [] if text == "" else None
    variable, _, kind = pieces[1].partition("=")
    for end in range(len(text), 0, -1):
        rest = readings(pieces[2:], ids, text[end:]) if fits(ids.get(variable), kind == "**", text[:end]) else None
        if rest is not None:
            return [text[:end], *rest]
    return None


def expected(patterns: Sequence[NamePattern], text: str) -> tuple[int, tuple[str, ...]] | None:
    """NAME-12"""
    ranked = sorted(enumerate(patterns), key=lambda entry: -sum("{" not in part for part in entry[1].text.split("/")))
    for place, pattern in ranked:
        values = readings(re.split(r"[{}]", pattern.text), pattern.ids, text)
        if values is not None and not text.startswith("/"):
            return place, tuple(values)
    return None


def accepted(parse: Callable[[str], ResourceName], text: str) -> ResourceName | None:
    try:
        return parse(text)
    except InvalidName:
        return None


@st.composite
def name_patterns(draw: st.DrawFn) -> NamePattern:
    variables = iter("xyz")
    segments = []
    for _ in range(draw(st.integers(1, 3))):
        shapes = ["a", "b", "{}", "{=**}", "{}~{}", "{}-{=**}", "c.{}"]
        segment = ""
        for character in draw(st.sampled_from(shapes)):
            segment += character + next(variables, "") if character == "{" else character
        segments.append(segment)
    text = "/".join(segments)
    assume("{}" not in text and "{=" not in text)
    names = re.findall(r"\{(\w)", text)
    ids = {name: draw(st.sampled_from(ID_PATTERNS)) for name in names}
    return NamePattern(text, ids={name: regex for name, regex in ids.items() if regex})


@given(st.lists(name_patterns(), min_size=1, max_size=3), st.data())
def test_readers_agree_with_the_rules(patterns: list[NamePattern], data: st.DataObject) -> None:
    members = {"__slots__": (), "TYPE": "x.example.test/X", "PATTERNS": tuple(patterns)}
    name: type[ResourceName] = type("XName", (ResourceName,), members)
    likely = [re.sub(r"\{[^}]*\}", lambda _: data.draw(TEXTS), pattern.text) for pattern in patterns]
    for text in (*likely, data.draw(TEXTS)):
        for parse in (name.parse, NameIndex("x.example.test", [name]).parse):
            got = accepted(parse, text)
            assert (got and (patterns.index(got.pattern), got.ids)) == expected(patterns, text)


IDS = st.text("abcdefgh0123456789-", min_size=2, max_size=10).filter(lambda text: text[0].isalpha() and text[-1] != "-")
ANY_IDS = st.text(min_size=1, max_size=8)


@given(IDS, IDS, ANY_IDS)
def test_made_names_round_trip(project: str, region: str, device: str) -> None:
    """NAME-13"""
    try:
        name = DeviceName.of_project_region(project, region, device)
    except InvalidName:
        assert not fits(None, False, device)
        return
    assert name == DeviceName.parse(str(name)) == DeviceName.parse(name.full_name)
    assert name.ids == (project, region, device)
    assert name.parent == name.holder == ProjectName.of(project)
    sensor = SensorName.parse(f"{name}/sensors/s")
    assert sensor.parent == name


@given(IDS, IDS, ANY_IDS, ANY_IDS)
def test_made_names_with_two_ids_in_a_segment_round_trip(project: str, site: str, day: str, hour: str) -> None:
    """NAME-10, NAME-13"""
    try:
        name = ReadingName.of_project_site_region(project, site, "eu-1", day, hour)
    except InvalidName:
        assert "~" in hour or not (fits(None, False, day) and fits(None, False, hour))
        return
    assert name.ids == (project, site, "eu-1", day, hour)
    assert ReadingName.parse(str(name)) == name
    assert name.holder == SiteName.of_project(project, site)


@given(st.text())
def test_what_is_read_is_written_the_same(text: str) -> None:
    for name in (DeviceName, FileName):
        assert str(accepted(name.parse, text) or text) == text


@given(st.sampled_from(["projects/p1", "projects/p1/regions/eu-1/devices/d1", "devices/d1"]), st.text(min_size=1))
def test_nothing_may_follow_or_precede_a_name(text: str, more: str) -> None:
    """NAME-4: only what extends the last id in an allowed way is accepted."""
    for changed in (f"{text}\n", f"/{text}", f"{text}/", f"{more}{text}"):
        assert (accepted(DeviceName.parse, changed) is None) == (expected(DeviceName.PATTERNS, changed) is None)
