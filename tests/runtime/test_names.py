"""Names as values: reading, making, ancestors, identity (spec/protocol/names.md)."""

from __future__ import annotations

import copy
import pickle

import pytest

from goten.names import InvalidName, InvalidNameCode, NamePattern, ResourceName
from tests.runtime.sample_generated import (
    SITES,
    DeviceName,
    FileName,
    OrganizationName,
    ProjectName,
    ReadingName,
    SensorName,
    SettingsName,
    SiteName,
    UsageName,
)


def refusal(text: str, name: type[ResourceName]) -> InvalidName:
    with pytest.raises(InvalidName) as caught:
        name.parse(text)
    return caught.value


class TestReading:
    def test_relative_and_full(self) -> None:
        """NAME-1"""
        name = DeviceName.parse("projects/p1/regions/us-west2/devices/d1")
        assert DeviceName.parse("//sites.example.test/projects/p1/regions/us-west2/devices/d1") == name
        assert name.full_name == "//sites.example.test/projects/p1/regions/us-west2/devices/d1"
        assert str(name) == "projects/p1/regions/us-west2/devices/d1"

    @pytest.mark.parametrize(
        "text",
        [
            "//identity.example.test/devices/d1",
            "//SITES.example.test/devices/d1",
            "//sites.example.test",
            "//",
            "///devices/d1",
        ],
    )
    def test_full_names_of_others_are_refused(self, text: str) -> None:
        """NAME-1"""
        error = refusal(text, DeviceName)
        assert error.code is InvalidNameCode.DOMAIN
        assert error.text == text
        assert "sites.example.test" in error.reason

    @pytest.mark.parametrize(
        "text",
        [
            "//sites.example.test/",
            "//sites.example.test//devices/d1",
            "//sites.example.test//sites.example.test/devices/d1",
        ],
    )
    def test_a_full_name_holds_a_relative_one(self, text: str) -> None:
        """NAME-1"""
        refusal(text, DeviceName)
        refusal(text, UsageName)
        with pytest.raises(InvalidName):
            SITES.parse_name(text)

    def test_what_is_known_of_a_name(self) -> None:
        name = DeviceName.parse("projects/p1/regions/us-west2/devices/d1")
        assert name.ids == ("p1", "us-west2", "d1")
        assert name.get("region") == "us-west2"
        assert name.get("organizationId") is None
        assert name.region == "us-west2"
        assert name.pattern is DeviceName.PATTERNS[0]
        assert name.pattern.variables == ("project", "region", "device")
        assert (name.project_id, name.device_id) == ("p1", "d1")

    def test_each_pattern_decides_for_its_names(self) -> None:
        name = DeviceName.parse("organizations/o1/devices/d")
        assert name.pattern is DeviceName.PATTERNS[1]
        assert name.region is None
        assert name.project_id is None
        assert name.device_id == "d"

    def test_patterns_that_spell_a_variable_differently(self) -> None:
        assert SensorName.parse("projects/p1/devices/d/notes/n").sensor_id == "n"
        assert SensorName.parse("organizations/o/devices/d/sensors/s").sensor_id == "s"

    def test_wildcards(self) -> None:
        """NAME-9"""
        assert not DeviceName.parse("devices/d").has_wildcard
        assert DeviceName.parse("projects/p1/regions/-/devices/d1").has_wildcard
        assert DeviceName.parse("projects/p1/regions/-/devices/d1").region == "-"
        assert SettingsName.parse("projects/-/settings").has_wildcard
        assert not SettingsName.parse("settings").has_wildcard
        assert ReadingName.parse("projects/p1/sites/s/regions/eu-1/readings/-~7").has_wildcard
        assert UsageName.parse("projects/-").has_wildcard
        assert not UsageName.parse("projects/a-").has_wildcard

    def test_a_lone_surrogate_is_not_printable(self) -> None:
        """NAME-2"""
        assert refusal("devices/\ud800", DeviceName).code is InvalidNameCode.UNPRINTABLE


class TestRefusals:
    def test_a_bad_id_is_named_with_its_rule(self) -> None:
        error = refusal("projects/P1", ProjectName)
        assert error.code is InvalidNameCode.ID
        assert "project is 'P1'" in error.reason
        assert "[a-z][a-z0-9-]{1,28}" in error.reason
        assert "projects/{project}" in error.hint
        assert str(error) == f"invalid resource name 'projects/P1': {error.reason}; {error.hint}"

    def test_an_empty_id_is_named(self) -> None:
        assert "device is empty" in refusal("devices/", DeviceName).reason

    def test_an_unknown_shape(self) -> None:
        error = refusal("gadgets/g1", DeviceName)
        assert error.code is InvalidNameCode.SHAPE
        assert "sites.example.test/Device" in error.reason
        assert all(pattern.text in error.hint for pattern in DeviceName.PATTERNS)

    def test_an_unprintable_character_is_shown_with_its_place(self) -> None:
        error = refusal("devices/d1\n", DeviceName)
        assert error.code is InvalidNameCode.UNPRINTABLE
        assert r"character 11 ('\n')" in error.reason

    def test_long_texts_are_cut_in_messages(self) -> None:
        assert len(str(refusal("devices/" + "d" * 100_000 + " ", DeviceName))) < 1000

    def test_errors_survive_pickling(self) -> None:
        error = refusal("gadgets/g1", DeviceName)
        again = pickle.loads(pickle.dumps(error))  # noqa: S301
        assert (again.code, again.text, again.reason, again.hint) == (error.code, error.text, error.reason, error.hint)

    def test_a_type_without_patterns_has_no_names(self) -> None:
        class Nameless(ResourceName):
            __slots__ = ()
            TYPE = "sites.example.test/Nameless"

        assert refusal("x", Nameless).code is InvalidNameCode.SHAPE

    @pytest.mark.parametrize(
        "text", ["logs/" + "a~" * 3000 + "/x", "logs/" + "~" * 3000 + "/", "logs/" + "é~" * 3000 + "/x"]
    )
    def test_hostile_names_are_refused_soon(self, text: str) -> None:
        """A name is no way to make a server busy: three variables in a segment, and a name that just does not fit."""

        class LogName(ResourceName):
            __slots__ = ()
            TYPE = "sites.example.test/Log"
            PATTERNS = (
                NamePattern("logs/{a}~{b}~{c}/lines/{line}"),
                NamePattern("logs/{a}~{b}~{c}", ids={"b": "(a|~)*"}),
            )

        refusal(text, LogName)


class TestMaking:
    def test_constructors_make_what_parse_reads(self) -> None:
        """NAME-13"""
        made: list[tuple[ResourceName, str]] = [
            (ProjectName.of("p1"), "projects/p1"),
            (DeviceName.of_project_region("p1", "us-west2", "d1"), "projects/p1/regions/us-west2/devices/d1"),
            (DeviceName.of_organization_id("o", "d"), "organizations/o/devices/d"),
            (DeviceName.of("größe"), "devices/größe"),
            (ReadingName.of_project_site_region("p1", "s", "eu-1", "a~b", "7"), f"{SITE_EU}/readings/a~b~7"),
            (FileName.of_project("p1", "a/b"), "projects/p1/files/a/b"),
            (SettingsName.of(), "settings"),
            (SettingsName.of_project("-"), "projects/-/settings"),
            (UsageName.of_any("any/name"), "any/name"),
        ]
        for name, text in made:
            assert str(name) == text
            assert name == type(name).parse(text)
            assert name.ids == type(name).parse(text).ids

    @pytest.mark.parametrize(
        ("project", "region", "device", "variable"),
        [
            ("", "us-west2", "d", "project"),
            ("p/q", "us-west2", "d", "project"),
            ("p 1", "us-west2", "d", "project"),
            ("p1", "US", "d", "region"),
            ("p1", "us-west2", "{device}", "device"),
            ("p1", "us-west2", "d\n", "device"),
            ("p1", "us-west2", "d/sensors/s", "device"),
        ],
    )
    def test_a_bad_id_is_refused(self, project: str, region: str, device: str, variable: str) -> None:
        """NAME-13"""
        with pytest.raises(InvalidName) as caught:
            DeviceName.of_project_region(project, region, device)
        assert caught.value.code is InvalidNameCode.ID
        assert caught.value.reason.startswith(f"{variable} is ")

    def test_ids_that_would_read_back_as_others_are_refused(self) -> None:
        """NAME-13"""
        for make in (
            lambda: ReadingName.of_project_site_region("p1", "s", "eu-1", "a", "b~7"),
            lambda: FileName.of_project("p1", "a/versions/1"),
        ):
            with pytest.raises(InvalidName) as caught:
                make()
            assert caught.value.code is InvalidNameCode.READ_BACK

    def test_any_name_is_still_a_name(self) -> None:
        """NAME-11"""
        for text in ("", "/x", "a b", "a\n"):
            with pytest.raises(InvalidName):
                UsageName.of_any(text)

    def test_only_parse_and_constructors_make_names(self) -> None:
        with pytest.raises(TypeError, match="parse"):
            ProjectName()


SITE_EU = "projects/p1/sites/s/regions/eu-1"


class TestAncestors:
    """NAME-14"""

    @pytest.mark.parametrize(
        ("name", "parent", "holder"),
        [
            (ProjectName.of("p1"), None, None),
            (SiteName.of_project("p1", "s"), ProjectName.of("p1"), ProjectName.of("p1")),
            (DeviceName.of_project_region("p1", "eu-1", "d"), ProjectName.of("p1"), ProjectName.of("p1")),
            (DeviceName.of_organization_id("o", "d"), OrganizationName.of("o"), OrganizationName.of("o")),
            (DeviceName.of("d"), None, None),
            (
                SensorName.of_project_region_device("p1", "eu-1", "d", "s"),
                DeviceName.of_project_region("p1", "eu-1", "d"),
                ProjectName.of("p1"),
            ),
            (
                SensorName.parse("projects/p1/devices/d/regions/eu-1/probes/x"),
                DeviceName.of_project_region("p1", "eu-1", "d"),
                ProjectName.of("p1"),
            ),
            (SensorName.parse("projects/p1/devices/d/notes/n"), None, ProjectName.of("p1")),
            (
                SensorName.parse("organizations/o/devices/d/sensors/s"),
                DeviceName.of_organization_id("o", "d"),
                OrganizationName.of("o"),
            ),
            (
                ReadingName.of_project_site_region("p1", "s", "eu-1", "a", "1"),
                SiteName.of_project("p1", "s"),
                SiteName.of_project("p1", "s"),
            ),
            (FileName.of_project("p1", "a/b"), ProjectName.of("p1"), ProjectName.of("p1")),
            (SettingsName.of_project("p1"), ProjectName.of("p1"), ProjectName.of("p1")),
            (SettingsName.of(), None, None),
            (UsageName.of_any("projects/p1/x"), None, None),
            (SiteName.parse("projects/-/sites/s"), ProjectName.of("-"), ProjectName.of("-")),
        ],
        ids=str,
    )
    def test_parent_and_holder(
        self, name: ResourceName, parent: ResourceName | None, holder: ResourceName | None
    ) -> None:
        assert name.parent == parent
        assert name.holder == holder

    def test_an_ancestor_obeys_its_own_id_patterns(self) -> None:
        name = SiteName.of_project("P1", "s")
        with pytest.raises(InvalidName, match="project is 'P1'"):
            _ = name.parent
        with pytest.raises(InvalidName, match="project is 'P1'"):
            _ = name.holder

    def test_a_declared_ancestor_that_is_no_prefix_cannot_be_formed(self) -> None:
        class StrayName(ResourceName):
            __slots__ = ()
            TYPE = "sites.example.test/Stray"
            PATTERNS = (NamePattern("strays/{stray}", parent=lambda: ProjectName, holder=lambda: SiteName),)

        assert StrayName.parse("strays/s").parent is None
        assert StrayName.parse("strays/s").holder is None


class TestIdentity:
    """NAME-15"""

    def test_equal_names_have_the_same_class_and_text(self) -> None:
        class OtherName(ResourceName):
            __slots__ = ()
            TYPE = "other.example.test/Project"
            PATTERNS = (NamePattern("projects/{project}"),)

        name = ProjectName.of("p1")
        assert name == ProjectName.parse("projects/p1")
        assert hash(name) == hash(ProjectName.parse("//identity.example.test/projects/p1"))
        assert name != ProjectName.of("p2")
        assert name != OtherName.parse("projects/p1")
        assert name != "projects/p1"
        assert {name: 1, OtherName.parse("projects/p1"): 2}[ProjectName.of("p1")] == 1

    def test_names_never_change(self) -> None:
        name = ProjectName.of("p1")
        for attribute in (*ResourceName.__slots__, "ids", "project_id", "new"):
            with pytest.raises(AttributeError, match="never changes"):
                setattr(name, attribute, "x")
            with pytest.raises(AttributeError, match="never changes"):
                delattr(name, attribute)
        assert str(name) == "projects/p1"
        assert not hasattr(name, "__dict__")

    @pytest.mark.parametrize(
        "name", [ProjectName.of("p1"), ReadingName.of_project_site_region("p1", "s", "-", "é", "1"), SettingsName.of()]
    )
    def test_copies_and_pickles(self, name: ResourceName) -> None:
        assert copy.copy(name) is name
        assert copy.deepcopy(name) is name
        again = pickle.loads(pickle.dumps(name))  # noqa: S301
        assert again == name
        assert again.ids == name.ids

    def test_repr_says_class_and_text(self) -> None:
        assert repr(ProjectName.of("p1")) == "ProjectName('projects/p1')"


class TestPatterns:
    """NAME-3"""

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "/projects/{project}",
            "projects/{project}/",
            "projects//{project}",
            "projects/{project",
            "projects/project}",
            "projects/{}",
            "projects/{project=***}",
            "projects/{project=a/*}",
            "projects/{{project}}",
            "projects/*",
            "a/{x}{y}",
            "a/{x}/b/{x}",
            "pro\njects/{project}",
        ],
    )
    def test_bad_patterns(self, text: str) -> None:
        with pytest.raises(ValueError, match="name pattern"):
            _ = NamePattern(text).variables

    def test_strange_variables(self) -> None:
        with pytest.raises(ValueError, match="no variable device, zone"):
            _ = NamePattern("projects/{project}", ids={"device": "x"}, region="zone").variables

    def test_a_bad_id_pattern(self) -> None:
        with pytest.raises(ValueError, match="no regular expression"):
            _ = NamePattern("projects/{project}", ids={"project": "("}).reader

    def test_patterns_are_only_read_when_needed(self) -> None:
        NamePattern("{{", ids={"x": "("}, parent=lambda: pytest.fail("called"))
