"""Tables, resources in full, JSON and lines of a watch, as people and programs get them."""

from __future__ import annotations

import json

from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.resource_pb2 import Resource
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.output import Table, in_full, printable
from goten.meta_server.output_changes import JsonChanges, TableChanges, changed_paths
from goten.meta_server.output_columns import COLUMNS, age, state
from goten.watch import Applied

NOW = 1_000_000.0


def service(name: str = "services/library.example.com", **fields: object) -> Service:
    found = Service(name=name, all_versions=["v1"], **fields)  # type: ignore[arg-type]
    found.multi_region_policy.default_control_region = "us-west2"
    found.multi_region_policy.enabled_regions.append("us-west2")
    found.metadata.create_time.seconds = int(NOW) - 300
    return found


class TestTable:
    ROWS = (("services/a", "v1,v2", "a rather long text"), ("services/bcd", "v1", "short"))

    def test_columns_are_as_wide_as_what_they_hold(self) -> None:
        table = Table(("NAME", "VERSIONS", "TEXT"), self.ROWS, None)
        assert [table.header(), *map(table.line, self.ROWS)] == [
            "NAME          VERSIONS  TEXT",
            "services/a    v1,v2     a rather long text",
            "services/bcd  v1        short",
        ]

    def test_it_fits_the_terminal_by_cutting_the_widest_column(self) -> None:
        table = Table(("NAME", "VERSIONS", "TEXT"), self.ROWS, 34)
        lines = [table.header(), *map(table.line, self.ROWS)]
        assert lines[1] == "services/a    v1,v2     a rather …"
        assert max(map(len, lines)) == 34

    def test_later_rows_are_cut_only_where_the_line_would_not_fit(self) -> None:
        later = ("services/a", "v1", "a text that is longer than those before")
        assert Table(("NAME", "VERSIONS", "TEXT"), self.ROWS, None).line(later).endswith(" those before")
        assert Table(("NAME", "VERSIONS", "TEXT"), self.ROWS, 80).line(later).endswith(" those before")
        assert Table(("NAME", "VERSIONS", "TEXT"), self.ROWS, 50).line(later).endswith(" a text that is lo…")

    def test_rows_at_hand_are_aligned_whichever_of_them_fits(self) -> None:
        rows = [("services/a", "a text that is too long", "12d"), ("services/b", "short", "1d")]
        table = Table(("NAME", "TEXT", "AGE"), [*rows, ("services/c", "a text that is no shorter than it", "")], 30)
        assert [table.header(), *map(table.line, rows)] == [
            "NAME        TEXT           AGE",
            "services/a  a text that …  12d",
            "services/b  short          1d",
        ]
        # It would fit without its last column, and not be aligned.
        assert table.line(("services/d", "fourteen chars", "")) == "services/d  fourteen cha…"

    def test_names_are_never_cut(self) -> None:
        table = Table(("NAME", "TEXT"), [("n" * 50, "x" * 50)], 20)
        assert table.line(("n" * 50, "x" * 50)) == "n" * 50 + "  xxxxx…"

    def test_no_rows(self) -> None:
        assert Table(("NAME", "TEXT"), [], 80).header() == "NAME  TEXT"


class TestColumns:
    def test_region(self) -> None:
        assert COLUMNS["meta.goten.com/Region"].row(Region(name="regions/a1"), NOW) == ("regions/a1", "-", "-")

    def test_service(self) -> None:
        found = service(imported_services=["services/iam.example.com"], global_domain="library.example.com")
        found.used_services.extend(f"services/s{n}.example.com" for n in range(6))
        assert COLUMNS["meta.goten.com/Service"].row(found, NOW) == (
            "services/library.example.com",
            "v1",
            "us-west2",
            "us-west2",
            "iam.example.com",
            "s0.example.com,s1.example.com,s2.example.com,+3",
            "library.example.com",
            "5m",
        )

    def test_deployment(self) -> None:
        found = Deployment(name="services/a/deployments/b", current_version="v1", public_domain="b.example.com:8080")
        row = COLUMNS["meta.goten.com/Deployment"].row(found, NOW)
        assert row == ("services/a/deployments/b", "v1", "b.example.com:8080", "READY", "-")

    def test_states_of_a_deployment(self) -> None:
        found = Deployment()
        found.available_upgrade.api_version = "v2"
        assert state(found) == "READY for v2"
        upgrade = found.upgrade_state
        upgrade.stage, upgrade.target_version = Deployment.UpgradeState.INITIAL_SYNCING, "v2"
        upgrade.ready_shards.extend([0, 1])
        upgrade.pending_shards.append(2)
        assert state(found) == "INITIAL_SYNCING to v2 2/3"
        found.is_disabled = True
        assert state(found) == "DISABLED"

    def test_resource(self) -> None:
        found = Resource(name="services/a/resources/Book", plural_name="Books", versions=["v2", "v1"])
        found.versioned_infos.add(version="v2", is_regional=True)
        row = COLUMNS["meta.goten.com/Resource"].row(found, NOW)
        assert row == ("services/a/resources/Book", "Books", "v2,v1", "v2", "-")

    def test_age(self) -> None:
        found = Region()
        for seconds, text in ((0, "0s"), (119, "119s"), (120, "2m"), (7200, "2h"), (172_800, "2d"), (-5, "0s")):
            found.metadata.create_time.seconds = int(NOW) - seconds
            assert age(found, NOW) == text

    def test_control_characters_do_not_reach_the_terminal(self) -> None:
        row = COLUMNS["meta.goten.com/Region"].row(Region(name="regions/a1", title="a\x1b[2Jb\nc"), NOW)
        assert row[1] == "a?[2Jb?c"
        assert printable("ä€") == "ä€"


def test_a_resource_in_full() -> None:
    found = Service(name="services/a", all_versions=["v2", "v1"], automatic_version_switch=True)
    found.imported_versions.add(target_service="services/b", target_service_version="v1")
    found.imported_versions.add(target_service="services/c")
    found.multi_region_policy.enabled_regions.append("us-west2")
    assert in_full(found).splitlines() == [
        "name: services/a",
        "multi_region_policy:",
        "  enabled_regions: us-west2",
        "all_versions: v2, v1",
        "imported_versions:",
        "  - target_service: services/b",
        "    target_service_version: v1",
        "  - target_service: services/c",
        "automatic_version_switch: true",
    ]


class TestChanges:
    def test_paths_that_changed(self) -> None:
        before, after = service(), service()
        after.metadata.generation = 5
        after.metadata.update_time.seconds = 5
        assert changed_paths(before, after) == []
        after.all_versions.append("v0")
        after.multi_region_policy.enabled_regions.append("eastus2")
        after.metadata.labels["a"] = "b"
        after.metadata.create_time.seconds = 7
        assert changed_paths(before, after) == [
            "metadata.create_time",
            "metadata.labels",
            "multi_region_policy.enabled_regions",
            "all_versions",
        ]
        assert changed_paths(Service(), after)[:2] == ["name", "metadata"]

    def test_json_lines(self) -> None:
        first, second = service("services/a"), service("services/b")
        printer = JsonChanges()
        lines = [json.loads(line) for line in printer.lines(Applied(added={"services/a": first}, snapshot=True))]
        assert [(line["event"], line.get("name")) for line in lines] == [("is", "services/a"), ("current", None)]
        assert lines[0]["resource"]["all_versions"] == ["v1"]
        lines = [
            json.loads(line)
            for line in printer.lines(
                Applied(
                    added={"services/b": second},
                    changed={"services/a": first},
                    before={"services/a": second},
                    removed={"services/c": first},
                )
            )
        ]
        assert [(line["event"], line["name"], "resource" in line) for line in lines] == [
            ("added", "services/b", True),
            ("changed", "services/a", True),
            ("removed", "services/c", False),
        ]

    def test_table(self) -> None:
        printer = TableChanges(COLUMNS["meta.goten.com/Service"], None, lambda: NOW)
        before, after = service(), service(display_name="Library")
        lines = list(printer.lines(Applied(added={before.name: before}, snapshot=True)))
        assert lines[0].split() == [
            "TIME",
            "EVENT",
            "NAME",
            "VERSIONS",
            "REGIONS",
            "CONTROL",
            "IMPORTS",
            "USED",
            "ENDPOINT",
            "AGE",
        ]
        assert lines[1].split()[1:] == ["is", before.name, "v1", "us-west2", "us-west2", "-", "-", "-", "5m"]
        assert lines[0].index("NAME") == lines[1].index("services/")
        applied = Applied(changed={before.name: after}, before={before.name: before})
        lines = list(printer.lines(applied))
        assert lines[0].split()[1:3] == ["changed", before.name]
        assert lines[1].strip() == "display_name"
        lines = list(printer.lines(Applied(removed={before.name: after})))
        assert lines[0].split()[1:3] == ["removed", before.name]
