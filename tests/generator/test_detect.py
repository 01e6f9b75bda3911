"""The detection rules, each on the smallest tree that shows it, through `goten-gen inspect --format json`."""

import pytest

from tests.generator.trees import POLICY, Tree, proto, resource


def iam(version: str = "v1", *extra: str) -> str:
    return proto(f"iam.{version}", resource("iam.x.com/Project", "projects/{project}", fields=POLICY) + "".join(extra))


# --- DETECT-1: resources and service versions ---


def test_nested_messages_are_resources(tree: Tree) -> None:
    """DETECT-1"""
    inner = resource("a.x.com/Part", "parts/{part}")
    tree.write({"a.proto": proto("a.v1", f"message Outer {{ {inner} }}")})
    assert tree.inspect().records["a/Part"]["proto_message"] == "a.v1.Outer.Part"


@pytest.mark.parametrize(
    ("package", "version"),
    [
        ("a.v1", "v1"),
        ("a.v17.resources", "v17"),
        ("a.v1p1beta1", "v1p1beta1"),
        ("a.v1alpha2", "v1alpha2"),
        ("a.v2.b.v3", "v3"),
        ("a.v1.v2beta.x", "v2beta"),
        ("a.b", ""),
        ("a.v1x", ""),
        ("a.version1", ""),
    ],
)
def test_version_is_the_last_part_of_the_package_that_looks_like_one(tree: Tree, package: str, version: str) -> None:
    """DETECT-1"""
    tree.write({"a.proto": proto(package, resource("a.x.com/Thing", "things/{thing}"))})
    run = tree.inspect()
    assert [record["version"] for record in run.records.values()] == [version]
    assert run.codes == ([] if version else ["no-version"])
    assert run.code == 0


def test_a_file_without_resources_belongs_to_its_package_else_its_folder_else_nobody(tree: Tree) -> None:
    """DETECT-1, DETECT-8: only the imports of the service's own files count."""
    plain = 'syntax = "proto3"; package {p}; import "iam/iam.proto"; message M {{ iam.v1.Project p = 1; }}'
    tree.write(
        {
            "iam/iam.proto": iam(),
            "a/a.proto": proto("a.v1", resource("a.x.com/A", "as/{a}")),
            "elsewhere/by_package.proto": plain.format(p="a.v1"),
            "b/b.proto": proto("b.v1", resource("b.x.com/B", "bs/{b}")),
            "b/by_folder.proto": plain.format(p="other"),
            "c/c.proto": proto("c.v1", resource("c.x.com/C", "cs/{c}"), "none/nobody.proto"),
            "none/nobody.proto": plain.format(p="nobody"),
        }
    )
    records = tree.inspect().records
    assert records["a/A"]["imports"] == {"iam.x.com": "v1"}
    assert records["b/B"]["imports"] == {"iam.x.com": "v1"}
    assert records["c/C"]["imports"] == {}


def test_the_first_path_of_a_duplicate_type_wins(tree: Tree) -> None:
    """DETECT-1: an error in one package, a warning in several."""
    thing = resource("a.x.com/Thing", "things/{thing}")
    tree.write(
        {
            "a/one.proto": proto("a.v1", thing),
            "b/two.proto": proto("b.v1", thing.replace("things/", "objects/")),
        }
    )
    run = tree.inspect()
    assert run.records["a/Thing"]["proto_file"] == "a/one.proto"
    assert (run.code, run.codes) == (0, ["duplicate-type"])
    tree.write({"a/three.proto": proto("a.v1", thing.replace("message Thing", "message Other"))})
    run = tree.inspect()
    assert (run.code, run.codes) == (1, ["duplicate-type"] * 2)


def test_definitions_are_known_as_parents_only(tree: Tree) -> None:
    """DETECT-1, DETECT-6"""
    option = 'option (google.api.resource_definition) = { type: "b.x.com/Shelf" pattern: "shelves/{shelf}" };'
    tree.write({"a.proto": proto("a.v1", option + resource("a.x.com/Book", "shelves/{shelf}/books/{book}"))})
    run = tree.inspect()
    assert list(run.records) == ["a/Book"]
    assert run.records["a/Book"]["parents"] == ["b.x.com/Shelf"]
    assert run.codes == []


# --- DETECT-2: singular and plural ---


@pytest.mark.parametrize(
    ("type_", "pattern", "options", "names"),
    [
        ("a.x.com/AlertingPolicy", "alertingPolicies/{alerting_policy}", "", ("AlertingPolicy", "AlertingPolicies")),
        ("a.x.com/Key", "keys/{key}", 'singular: "cryptoKey" plural: "cryptoKeys"', ("CryptoKey", "CryptoKeys")),
        ("a.x.com/Settings", "projects/{project}/settings", "", ("Settings", "Settings")),
        ("a.x.com/Config", "projects/{project}/theConfig", "", ("Config", "TheConfig")),
        ("a.x.com/Pair", "{a}~{b}", "", ("Pair", "Pair")),
    ],
)
def test_singular_and_plural(tree: Tree, type_: str, pattern: str, options: str, names: tuple[str, str]) -> None:
    """DETECT-2"""
    tree.write({"a.proto": proto("a.v1", resource(type_, pattern, options=options))})
    (record,) = tree.inspect().records.values()
    assert (record["singular"], record["plural"]) == names


# --- DETECT-3: policy holders ---


def holder(tree: Tree, body: str) -> tuple[object, list[str]]:
    tree.write({"a.proto": proto("a.v1", body)})
    run = tree.inspect()
    record = run.records["a/Thing"]
    assert record["policy_holder"] == (record["policy_field"] is not None)
    return record["policy_field"], [code for code in run.codes if code != "holder-without-access"]


def thing(fields: str) -> str:
    return resource("a.x.com/Thing", "things/{thing}", fields=fields)


def test_a_policy_field_makes_a_holder(tree: Tree) -> None:
    """DETECT-3"""
    assert holder(tree, thing(POLICY)) == ("policy", [])


def test_a_policy_is_found_through_singular_messages_and_the_shortest_path_wins(tree: Tree) -> None:
    """DETECT-3"""
    body = """
        message Spec { Placement placement = 1; Spec next = 2; }
        message Placement { goten.types.MultiRegionPolicy policy = 1; }
    """
    assert holder(tree, body + thing("Spec spec = 3;")) == ("spec.placement.policy", [])
    assert holder(tree, body + thing("Spec spec = 3; Placement flat = 4;")) == ("flat.policy", [])


def test_maps_and_repeated_fields_make_no_holder(tree: Tree) -> None:
    """DETECT-3"""
    body = "message Spec { repeated goten.types.MultiRegionPolicy many = 1; }"
    fields = "Spec spec = 3; repeated Spec specs = 4; map<string, goten.types.MultiRegionPolicy> by_id = 5;"
    assert holder(tree, body + thing(fields)) == (None, [])


def test_two_paths_of_equal_length_are_ambiguous_and_the_first_field_wins(tree: Tree) -> None:
    """DETECT-3"""
    fields = "goten.types.MultiRegionPolicy b = 4; goten.types.MultiRegionPolicy a = 3;"
    assert holder(tree, thing(fields)) == ("b", ["ambiguous-holder-field"])


def test_recursive_messages_end(tree: Tree) -> None:
    """DETECT-3"""
    assert holder(tree, "message Loop { Loop loop = 1; Thing thing = 2; }" + thing("Loop loop = 3;")) == (None, [])


# --- DETECT-4: metadata ---


@pytest.mark.parametrize(
    ("fields", "expected", "codes"),
    [
        ("goten.types.Meta metadata = 2;", "metadata", []),
        ("goten.types.Meta meta = 2;", "meta", []),
        ("goten.types.Meta other = 2; goten.types.Meta metadata = 3;", "metadata", ["several-meta-fields"]),
        ("goten.types.Meta one = 2; goten.types.Meta two = 3;", "one", ["several-meta-fields"]),
        ("repeated goten.types.Meta metadata = 2;", None, ["meta-not-singular"]),
        ("map<string, goten.types.Meta> metadata = 2;", None, []),
        ("Inner inner = 2; message Inner { goten.types.Meta metadata = 1; }", None, []),
    ],
)
def test_metadata(tree: Tree, fields: str, expected: str | None, codes: list[str]) -> None:
    """DETECT-4"""
    option = 'option (google.api.resource) = { type: "a.x.com/Thing" pattern: "things/{thing}" };'
    tree.write({"a.proto": proto("a.v1", f"message Thing {{ {option} string name = 1; {fields} }}")})
    run = tree.inspect()
    record = run.records["a/Thing"]
    assert (record["metadata_field"], record["supports_metadata"]) == (expected, expected is not None)
    assert run.codes == codes


# --- DETECT-5: regional ---


@pytest.mark.parametrize(
    ("pattern", "regional"),
    [
        ("projects/{project}/regions/{region}/things/{thing}", True),
        ("regions/{region}/things/{thing}", True),
        ("regions/{region}/settings", True),
        ("things/{thing}", False),
        ("projects/{project}/regions/{region}", False),
        ("regions/{area}/things/{thing}", False),
        ("areas/{region}/things/{thing}", False),
        ("regions/{region}~{thing}/parts/{part}", False),
    ],
)
def test_regional(tree: Tree, pattern: str, regional: bool) -> None:
    """DETECT-5"""
    tree.write({"a.proto": proto("a.v1", resource("a.x.com/Thing", pattern))})
    assert tree.inspect().records["a/Thing"]["regional"] is regional


def test_where_regions_are_a_resource_the_pair_is_a_parent(tree: Tree) -> None:
    """DETECT-5"""
    body = resource("a.x.com/Region", "regions/{region}") + resource("a.x.com/Zone", "regions/{region}/zones/{zone}")
    tree.write({"a.proto": proto("a.v1", body)})
    record = tree.inspect().records["a/Zone"]
    assert (record["regional"], record["parents"], record["parentless"]) == (False, ["a.x.com/Region"], False)


# --- DETECT-6: parents ---


def test_the_longest_proper_prefix_is_the_parent_region_scopes_aside(tree: Tree) -> None:
    """DETECT-6"""
    body = "".join(
        [
            resource("a.x.com/Project", "projects/{project}"),
            resource("a.x.com/Device", "projects/{project}/regions/{region}/devices/{device}"),
            resource("a.x.com/Port", "projects/{p}/regions/{region}/devices/{d}/ports/{port}"),
            resource("a.x.com/Far", "projects/{project}/devices/{device}/fars/{far}"),
            resource("a.x.com/Settings", "projects/{project}/settings"),
            resource("a.x.com/Root", "roots/{root}", "projects/{project}/roots/{root}"),
            resource("a.x.com/RegionalRoot", "regions/{region}/regionalRoots/{root}"),
        ]
    )
    tree.write({"a.proto": proto("a.v1", body)})
    run = tree.inspect()
    found = {label: (record["parents"], record["parentless"]) for label, record in run.records.items()}
    assert found == {
        "a/Project": ([], True),
        "a/Device": (["a.x.com/Project"], False),
        "a/Port": (["a.x.com/Device"], False),
        "a/Far": (["a.x.com/Device"], False),
        "a/Settings": (["a.x.com/Project"], False),
        "a/Root": (["a.x.com/Project"], True),
        "a/RegionalRoot": ([], True),
    }
    assert run.codes == []


def test_no_resource_is_its_own_parent(tree: Tree) -> None:
    """DETECT-6"""
    tree.write({"a.proto": proto("a.v1", resource("a.x.com/Folder", "folders/{a}", "folders/{a}/folders/{b}"))})
    run = tree.inspect()
    assert run.records["a/Folder"]["parents"] == []
    assert run.codes == ["unknown-parent"]


def test_own_parents_win_however_short_over_imported_ones(tree: Tree) -> None:
    """DETECT-6"""
    longer = resource("iam.x.com/Team", "projects/{project}/teams/{team}")
    own = resource("a.x.com/Project", "projects/{project}")
    mine = resource("a.x.com/Thing", "projects/{project}/teams/{team}/things/{thing}")
    tree.write(
        {
            "iam.proto": iam("v1", longer),
            "a.proto": proto("a.v1", own + mine, "iam.proto"),
            "b.proto": proto("b.v1", mine.replace("a.x.com", "b.x.com"), "iam.proto"),
        }
    )
    records = tree.inspect().records
    assert records["a/Thing"]["parents"] == ["a.x.com/Project"]
    assert records["b/Thing"]["parents"] == ["iam.x.com/Team"]


def test_unknown_parents_are_warned_about(tree: Tree) -> None:
    """DETECT-6"""
    tree.write({"a.proto": proto("a.v1", resource("a.x.com/Thing", "lost/{lost}/things/{thing}"))})
    run = tree.inspect()
    assert (run.code, run.codes) == (0, ["unknown-parent"])
    assert run.records["a/Thing"]["parents"] == []


# --- DETECT-7: governing holders ---


def test_the_nearest_holder_governs_and_none_governs_itself(tree: Tree) -> None:
    """DETECT-7"""
    folder = resource("a.x.com/Folder", "organizations/{o}/folders/{f}", fields=POLICY)
    body = resource("a.x.com/Organization", "organizations/{o}", fields=POLICY) + folder
    body += resource(
        "a.x.com/Thing", "organizations/{o}/folders/{f}/things/{t}", "organizations/{o}/things/{t}", "ts/{t}"
    )
    tree.write({"a.proto": proto("a.v1", body)})
    records = tree.inspect().records
    assert records["a/Thing"]["governed_by"] == {
        "organizations/{o}/folders/{f}/things/{t}": "a.x.com/Folder",
        "organizations/{o}/things/{t}": "a.x.com/Organization",
        "ts/{t}": None,
    }
    assert records["a/Folder"]["governed_by"] == {"organizations/{o}/folders/{f}": "a.x.com/Organization"}
    assert records["a/Organization"]["governed_by"] == {"organizations/{o}": None}


def tied_tree(tree: Tree, *more_imports: str) -> None:
    """Services p and q have a holder of the same pattern; a imports both, others import q."""
    imports = ["p.proto", "q.proto"]
    tree.write(
        {
            "p.proto": proto("p.v1", resource("p.x.com/Project", "projects/{project}", fields=POLICY)),
            "q.proto": proto("q.v1", resource("q.x.com/Project", "projects/{project}", fields=POLICY)),
            "a/a.proto": proto("a.v1", resource("a.x.com/Thing", "projects/{project}/things/{thing}"), *imports),
        }
    )
    for name in more_imports:
        tree.write({f"{name}/x.proto": proto(f"{name}.v1", resource(f"{name}.x.com/X", "xs/{x}"), "q.proto")})


def test_of_tied_holders_the_smallest_type_wins(tree: Tree) -> None:
    """DETECT-7, tie rule"""
    tied_tree(tree)
    run = tree.inspect("a")
    assert run.records["a/Thing"]["governed_by"] == {"projects/{project}/things/{thing}": "p.x.com/Project"}
    assert run.codes == ["tied-holders"]


def test_of_tied_holders_the_service_that_most_import_wins_whatever_is_selected(tree: Tree) -> None:
    """DETECT-7, tie rule"""
    tied_tree(tree, "b", "c")
    for path in ("", "a", "a/a.proto"):
        run = tree.inspect(path, "--service", "a.x.com")
        assert run.records["a/Thing"]["governed_by"] == {"projects/{project}/things/{thing}": "q.x.com/Project"}
        assert any(
            reason["rule"] == "DETECT-7" and "p.x.com" in reason["text"] for reason in run.records["a/Thing"]["reasons"]
        )


def test_goten_yaml_overrides_the_holder(tree: Tree) -> None:
    """DETECT-7, SETTINGS-1"""
    tied_tree(tree, "b", "c")
    settings = 'service: a.x.com\nresources: {Thing: {governed_by: {"projects/{project}/things/{thing}": %s}}}\n'
    for said, expected in (("p.x.com/Project", "p.x.com/Project"), ("null", None)):
        tree.write({"a/goten.yaml": settings % said})
        run = tree.inspect("a")
        assert list(run.records["a/Thing"]["governed_by"].values()) == [expected]
        assert run.codes == []


# --- DETECT-8: imports ---


def test_the_imported_version_is_the_one_that_protos_import(tree: Tree) -> None:
    """DETECT-8"""
    tree.write(
        {
            "iam/v1.proto": iam("v1"),
            "iam/v2.proto": iam("v2"),
            "a/v1.proto": proto("a.v1", resource("a.x.com/A", "as/{a}"), "iam/v1.proto"),
            "a/v2.proto": proto("a.v2", resource("a.x.com/A", "as/{a}"), "iam/v2.proto"),
        }
    )
    run = tree.inspect()
    assert run.records["a/A"]["imports"] == {"iam.x.com": "v1"}
    assert run.records["a/A@v2"]["imports"] == {"iam.x.com": "v2"}
    assert "guessed-version" not in run.codes


def test_references_import_the_newest_version_with_a_warning(tree: Tree) -> None:
    """DETECT-8"""
    reference = 'string p = 3 [(google.api.resource_reference).type = "iam.x.com/Project"];'
    lost = 'string l = 4 [(google.api.resource_reference).type = "lost.x.com/Thing"];'
    own = 'string o = 5 [(google.api.resource_reference).type = "Nothing"];'
    tree.write({f"iam/{v}.proto": iam(v) for v in ("v1alpha2", "v1beta1", "v1")})
    tree.write({"a/a.proto": proto("a.v1", resource("a.x.com/A", "as/{a}", fields=reference + lost + own))})
    run = tree.inspect("a")
    assert run.records["a/A"]["imports"] == {"iam.x.com": "v1"}
    assert sorted(run.codes) == ["guessed-version", "unknown-domain", "unknown-reference"]
    assert run.code == 0


def test_settings_and_skeletons_import(tree: Tree) -> None:
    """DETECT-8"""
    skeleton = "name: a.x.com\nproto: {package: {name: a, currentVersion: v1}}\nimports: [iam.x.com, gone.x.com]\n"
    tree.write(
        {
            "iam/v1.proto": iam("v1"),
            "iam/v2.proto": iam("v2"),
            "a/proto/v1/a.proto": proto("a.v1", resource("a.x.com/A", "as/{a}")),
            "a/proto/api-skeleton-v1.yaml": skeleton,
        }
    )
    assert tree.inspect("a").records["a/A"]["imports"] == {"iam.x.com": "v2"}
    tree.write({"goten.yaml": "services: {a.x.com@v1: {imports: {iam.x.com: v1}}}\n"})
    assert tree.inspect("a").records["a/A"]["imports"] == {"iam.x.com": "v1"}


def test_a_cycle_of_services_is_warned_about_once(tree: Tree) -> None:
    """DETECT-8"""
    b_reference = 'string b = 3 [(google.api.resource_reference).type = "b.x.com/B"];'
    tree.write(
        {
            "a.proto": proto("a.v1", resource("a.x.com/A", "as/{a}", fields=b_reference)),
            "b.proto": proto("b.v1", resource("b.x.com/B", "bs/{b}"), "a.proto"),
        }
    )
    run = tree.inspect()
    assert (run.code, run.codes) == (0, ["service-cycle"])


def test_meta_is_always_there_to_import(tree: Tree) -> None:
    """DETECT-8: the Meta service comes with the protocol."""
    body = resource("a.x.com/Role", "services/{service}/roles/{role}")
    tree.write({"a.proto": proto("a.v1", body, "goten-sdk/meta-service/proto/v1/meta.proto")})
    record = tree.inspect().records["a/Role"]
    assert record["imports"] == {"meta.goten.com": "v1"}
    assert record["parents"] == ["meta.goten.com/Service"]


# --- DETECT-9: access ---

SERVICE = """
message GetThingRequest { string name = 1; }
message ListThingsRequest { string parent = 1; }
message ListThingsResponse { repeated Thing things = 1; }
message WatchThingsRequest { string parent = 1; }
message WatchThingsResponse { repeated Thing changes = 1; }
message Empty {}
service Things {
  rpc GetThing(GetThingRequest) returns (Thing);
  rpc ListThings(ListThingsRequest) returns (ListThingsResponse);
  rpc WatchThings(WatchThingsRequest) returns (stream WatchThingsResponse);
  rpc GetThingByMail(GetThingRequest) returns (Thing);
  rpc CreateThing(Thing) returns (Thing);
  rpc DeleteThing(GetThingRequest) returns (Thing);
}
"""


def test_access_is_by_exact_name_request_and_response(tree: Tree) -> None:
    """DETECT-9"""
    tree.write({"a.proto": proto("a.v1", resource("a.x.com/Thing", "things/{thing}", fields=POLICY) + SERVICE)})
    run = tree.inspect()
    assert run.records["a/Thing"]["access"] == {
        "get": "a.v1.Things.GetThing",
        "list": "a.v1.Things.ListThings",
        "watch": "a.v1.Things.WatchThings",
    }
    assert run.codes == []


def test_a_holder_without_watch_is_polled(tree: Tree) -> None:
    """DETECT-9"""
    service = SERVICE.replace("rpc WatchThings(WatchThingsRequest) returns (stream WatchThingsResponse);", "")
    tree.write({"a.proto": proto("a.v1", resource("a.x.com/Thing", "things/{thing}", fields=POLICY) + service)})
    assert tree.inspect().codes == ["holder-without-watch"]


# --- DETECT-10 and id patterns ---


def test_sync_types_come_from_annotation_settings_skeleton_in_that_order(tree: Tree) -> None:
    """DETECT-10"""
    annotated = resource("a.x.com/A", "as/{a}").replace(
        "string name", "option (goten.annotations.syncing_opts).type = NEVER; string name"
    )
    body = (
        annotated + resource("a.x.com/B", "bs/{b}") + resource("a.x.com/C", "cs/{c}") + resource("a.x.com/D", "ds/{d}")
    )
    items = "".join(
        f"- name: {name}\n  idPattern: '[a-z]\\\\w+'\n  multiRegion: {{syncType: ALWAYS_GLOBALLY}}\n" for name in "ABC"
    )
    tree.write(
        {
            "a/v1/a.proto": proto("a.v1", body, "goten-sdk/annotations/multi_region.proto"),
            "a/api-skeleton-v1.yaml": f"name: a.x.com\nresources:\n{items}",
            "goten.yaml": "service: a.x.com\nresources: {A: {sync_type: DEFAULT}, B: {sync_type: ALWAYS_IN_SCOPE}}\n",
        }
    )
    run = tree.inspect()
    found = {label: (record["sync_type"], record["id_pattern"]) for label, record in run.records.items()}
    assert found == {
        "a/A": ("NEVER", "[a-z]\\w+"),
        "a/B": ("ALWAYS_IN_SCOPE", "[a-z]\\w+"),
        "a/C": ("ALWAYS_GLOBALLY", "[a-z]\\w+"),
        "a/D": ("DEFAULT", None),
    }
    assert run.codes == ["never-ungoverned"]


def test_resources_described_by_goten_annotations_only(tree: Tree) -> None:
    """DETECT-1, DETECT-2, DETECT-6: annotations where present win over inference."""
    spec = """
        message Project { option (google.api.resource) = { type: "a.x.com/Project" pattern: "projects/{project}" };
          string name = 1; }
        message Device {
          option (goten.annotations.resource) = {
            plural: "Devices" collection: "devices" parents: "Project" parents: "" scope_attributes: "Region"
            id_pattern: "[a-z]+" };
          string name = 1;
        }
    """
    tree.write({"a.proto": proto("a.v1", spec, "goten-sdk/annotations/resource.proto")})
    record = tree.inspect().records["a/Device"]
    assert record["patterns"] == [
        "projects/{project}/regions/{region}/devices/{device}",
        "regions/{region}/devices/{device}",
    ]
    assert (record["parents"], record["parentless"], record["id_pattern"]) == (["a.x.com/Project"], True, "[a-z]+")


def test_a_definition_counts_only_for_the_files_that_make_it(tree: Tree) -> None:
    """DETECT-1, DETECT-5"""
    option = 'option (google.api.resource_definition) = { type: "b.x.com/Region" pattern: "regions/{region}" };'
    tree.write(
        {
            "a.proto": proto("a.v1", option + resource("a.x.com/A", "regions/{region}/as/{a}")),
            "b.proto": proto("b.v1", resource("b.x.com/B", "regions/{region}/bs/{b}")),
        }
    )
    record = tree.inspect().records["b/B"]
    assert (record["regional"], record["parents"], record["parentless"]) == (True, [], True)


def test_shared_definitions_of_imported_files_are_in_sight(tree: Tree) -> None:
    """DETECT-6"""
    option = 'option (google.api.resource_definition) = { type: "c.x.com/Project" pattern: "projects/{project}" };'
    tree.write(
        {
            "common/common.proto": proto("common", option),
            "a/a.proto": proto("a.v1", resource("a.x.com/A", "projects/{project}/as/{a}"), "common/common.proto"),
        }
    )
    run = tree.inspect("a")
    assert (run.records["a/A"]["parents"], run.records["a/A"]["imports"]) == (["c.x.com/Project"], {})
    assert run.codes == []


def test_references_to_types_that_a_known_service_does_not_have(tree: Tree) -> None:
    """DETECT-8"""
    fields = "".join(
        f'string f{n} = {n} [(google.api.resource_reference).type = "{type_}"];'
        for n, type_ in enumerate(["iam.x.com/Nope", "a.x.com/Nope", "*", "iam.x.com/Project"], 3)
    )
    tree.write({"iam.proto": iam(), "a.proto": proto("a.v1", resource("a.x.com/A", "as/{a}", fields=fields))})
    run = tree.inspect("a.proto")
    assert run.codes == ["unknown-reference"] * 2
    assert run.records["a/A"]["imports"] == {"iam.x.com": "v1"}


def test_the_collection_of_any_pattern_goes_before_the_last_literal(tree: Tree) -> None:
    """DETECT-2"""
    tree.write({"a.proto": proto("a.v1", resource("a.x.com/Config", "projects/{p}/theConfig", "configs/{config}"))})
    assert tree.inspect().records["a/Config"]["plural"] == "Configs"


def test_every_conclusion_has_its_reason(tree: Tree) -> None:
    """DETECT-3 to DETECT-7, DETECT-10"""
    tree.write(
        {"iam.proto": iam(), "a.proto": proto("a.v1", resource("a.x.com/A", "projects/{project}/as/{a}"), "iam.proto")}
    )
    rules = [reason["rule"] for reason in tree.inspect().records["a/A"]["reasons"]]
    assert rules == ["DETECT-6", "DETECT-7", "DETECT-4", "DETECT-10"]


def test_a_field_annotated_with_the_own_type_holds_the_name(tree: Tree) -> None:
    """DETECT-4"""
    body = """
        message Ad {
          option (google.api.resource) = { type: "a.x.com/Ad" pattern: "ads/{group}~{ad}" };
          string resource_name = 1 [(google.api.resource_reference).type = "a.x.com/Ad"];
        }
    """
    tree.write({"a.proto": proto("a.v1", body)})
    assert tree.inspect().codes == []


def test_contradicting_settings_are_a_mistake(tree: Tree) -> None:
    """SETTINGS-1"""
    text = "service: a.x.com\ngeneration: {}\n"
    tree.write({"a.proto": proto("a.v1", resource("a.x.com/A", "as/{a}"))})
    tree.write({"one/goten.yaml": text.format(2), "two/goten.yaml": text.format(3)})
    run = tree.inspect()
    assert (run.code, run.codes) == (1, ["bad-settings"])


def test_a_definition_of_the_own_service_version_needs_no_import(tree: Tree) -> None:
    """DETECT-1, DETECT-6"""
    option = 'option (google.api.resource_definition) = { type: "a.x.com/Customer" pattern: "customers/{customer}" };'
    tree.write(
        {
            "a/v1/c.proto": proto("a.v1", option),
            "a/v1/r/t.proto": proto("a.v1.r", resource("a.x.com/Thing", "customers/{customer}/things/{thing}")),
        }
    )
    assert tree.inspect().records["a/Thing"]["parents"] == ["a.x.com/Customer"]
