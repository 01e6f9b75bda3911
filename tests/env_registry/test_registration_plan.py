"""What a process writes, given what is stored (ENV-2 to ENV-8, ENV-22)."""

from __future__ import annotations

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from goten.env_registry.declaration import Declaration
from goten.env_registry.deployment_plan import is_overlooked, plan_deployment, plan_disabling
from goten.env_registry.errors import RegistrationRefused
from goten.env_registry.options import Location
from goten.env_registry.plans import Create, Update, copied
from goten.env_registry.resource_plan import plan_resources
from goten.env_registry.service_plan import plan_service
from goten.meta.v1.resource_pb2 import Resource
from goten.meta.v1.service_pb2 import Service
from goten.registration import RuntimeKind
from tests.env_registry.samples import declaration, service

PLACE = Location(continent="NA", country="US")
SEEN = ("iam.example.com", "meta.goten.com")


def written(plan: Create[Service] | Update[Service] | None, stored: Service | None) -> Service:
    """What Meta has stored after a plan."""
    if plan is None:
        assert stored is not None
        return stored
    if isinstance(plan, Create):
        return plan.message
    return apply(plan, stored)


def apply(plan: Update[Service], stored: Service | None) -> Service:
    assert stored is not None
    result = Service()
    result.CopyFrom(stored)
    for path in plan.paths:
        result.ClearField(path)
    FieldMask(paths=plan.paths).MergeMessage(plan.message, result)
    return result


def register(*declared: Declaration, stored: Service | None = None) -> Service:
    """Starts one after the other."""
    for one in declared:
        stored = written(plan_service(one, stored, starting=True), stored)
    assert stored is not None
    return stored


def imports(stored: Service) -> set[tuple[str, str, str]]:
    return {
        (entry.current_service_version, entry.target_service, entry.target_service_version)
        for entry in stored.imported_versions
    }


def test_everyone_uses_meta_who_does_not_import_it() -> None:
    """ENV-2"""
    assert list(declaration().service.used_services) == ["services/meta.goten.com"]
    importer = declaration(imports={"meta.goten.com": "v1"}, used_services=("audit.example.com",))
    assert list(importer.service.used_services) == ["services/audit.example.com"]
    assert list(importer.service.imported_services) == ["services/meta.goten.com"]


def test_the_first_one_creates_the_service() -> None:
    """ENV-4"""
    plan = plan_service(declaration("v2", "v1", region="eastus2"), None, starting=True)
    assert isinstance(plan, Create)
    assert plan.message.multi_region_policy.default_control_region == "eastus2"
    assert list(plan.message.all_versions) == ["v2", "v1"]
    assert plan.message.global_domain == "devices.example.com"
    configured = declaration(control_region="us-west2", region="eastus2").service.multi_region_policy
    assert (configured.default_control_region, list(configured.enabled_regions)) == ("us-west2", ["eastus2"])


def test_a_later_one_adds_its_region_and_nothing_else() -> None:
    """ENV-3, ENV-4"""
    first = register(declaration())
    plan = plan_service(declaration(region="eastus2"), first, starting=True)
    assert isinstance(plan, Update)
    assert plan.paths == ("multi_region_policy",)
    both = written(plan, first)
    assert list(both.multi_region_policy.enabled_regions) == ["us-west2", "eastus2"]
    assert both.multi_region_policy.default_control_region == "us-west2"


def test_what_others_added_is_no_reason_to_write() -> None:
    """ENV-3"""
    stored = register(declaration())
    stored.used_services.extend(["services/audit.example.com", "services/iam.example.com"])
    stored.multi_region_policy.enabled_regions.append("westeurope")
    stored.all_versions.insert(0, "v3")
    stored.imported_versions.add(
        target_service="services/iam.example.com", target_service_version="v2", current_service_version="v3"
    )
    stored.imported_services.append("services/iam.example.com")
    assert plan_service(declaration(), stored, starting=True) is None


def test_imports_of_served_versions_are_made_equal() -> None:
    """ENV-3: those of other versions stay."""
    old = register(declaration("v1", imports={"iam.example.com": "v1", "audit.example.com": "v1"}))
    new = register(declaration("v2", "v1", generation=2, imports={"iam.example.com": "v2"}), stored=old)
    assert imports(new) == {("v2", "services/iam.example.com", "v2"), ("v1", "services/iam.example.com", "v2")}
    assert list(new.imported_services) == ["services/iam.example.com"]
    assert "services/audit.example.com" in new.used_services, "ENV-5: old processes go on seeing it"
    only_v2 = register(declaration("v2", generation=3), stored=new)
    assert imports(only_v2) == {("v1", "services/iam.example.com", "v2")}
    assert list(only_v2.imported_services) == ["services/iam.example.com"]


def test_an_older_generation_adds_its_region_and_versions_only() -> None:
    """ENV-5: a rollback, or the last old process of an upgrade."""
    new = register(declaration("v2", generation=2, imports={"iam.example.com": "v2"}, global_domain="new.example.com"))
    old = declaration(
        "v2", "v1", region="eastus2", imports={"audit.example.com": "v1"}, global_domain="old.example.com"
    )
    both = register(old, stored=new)
    assert list(both.multi_region_policy.enabled_regions) == ["us-west2", "eastus2"]
    assert list(both.all_versions) == ["v2", "v1"]
    assert (both.global_domain, both.env_registry_generation) == ("new.example.com", 2)
    assert imports(both) == {("v2", "services/iam.example.com", "v2"), ("v1", "services/audit.example.com", "v1")}
    assert plan_service(old, both, starting=True) is None


def test_of_equal_generations_the_last_start_wins_and_nobody_fights_back() -> None:
    """ENV-5, ENV-21"""
    one, other = declaration(global_domain="one.example.com"), declaration(global_domain="other.example.com")
    stored = register(one, other)
    assert stored.global_domain == "other.example.com"
    assert plan_service(one, stored, starting=False) is None
    assert plan_service(other, stored, starting=False) is None


def test_an_old_process_that_starts_again_adds_nothing_that_was_dropped() -> None:
    """ENV-5: in the middle of a rolling upgrade, and at its rollback."""
    old, new = declaration(imports={"audit.example.com": "v1"}), declaration(generation=2)
    stored = register(old, new, old)
    assert (list(stored.imported_services), imports(stored)) == ([], set())
    assert list(stored.used_services) == ["services/audit.example.com", "services/meta.goten.com"]
    assert register(new, stored=stored) == stored


def test_an_empty_option_says_nothing() -> None:
    """ENV-6: a controller without options beside a server that has some."""
    server = declaration(
        global_domain="global.example.com", private_domain="10.0.0.1", local_network_id="net-1", location=PLACE
    )
    controller = declaration(runtime=RuntimeKind.CONTROLLER)
    stored = register(server)
    assert plan_service(controller, stored, starting=True) is None
    for declared in (controller, server):
        assert plan_deployment(declared, server.deployment, starting=True) is None
    first = register(controller)
    assert first.global_domain == "devices.example.com"
    assert register(server, stored=first).global_domain == "global.example.com"
    plan = plan_deployment(server, controller.deployment, starting=True)
    assert isinstance(plan, Update)
    assert plan.paths == ("private_domain", "local_network_id", "location")


def test_what_was_taken_away_by_hand_comes_back() -> None:
    """ENV-21"""
    needy = declaration(imports={"iam.example.com": "v1"}, used_services=("audit.example.com",))
    whole = register(needy)
    assert plan_service(needy, whole, starting=False) is None
    robbed = service("devices.example.com", "us-west2", env_registry_generation=1)
    plan = plan_service(needy, robbed, starting=False)
    assert isinstance(plan, Update)
    assert list(plan.message.used_services) == [f"services/{each}" for each in ("audit.example.com", *SEEN)]
    assert plan_service(needy, plan.message, starting=False) is None
    robbed.env_registry_generation = 2
    assert plan_service(needy, robbed, starting=False) is None, "ENV-5: an older one adds regions and versions only"
    declared = declaration("v1", region="eastus2")
    stored = register(declaration(), declared)
    del stored.multi_region_policy.enabled_regions[:]
    stored.multi_region_policy.enabled_regions.append("us-west2")
    again = written(plan_service(declared, stored, starting=False), stored)
    assert list(again.multi_region_policy.enabled_regions) == ["us-west2", "eastus2"]


SERVED = st.sampled_from([("v1",), ("v2", "v1"), ("v2",), ("v3", "v2")])
IMPORTED = st.dictionaries(st.sampled_from(["a.example.com", "b.example.com"]), st.sampled_from(["v1", "v2"]))


@st.composite
def declarations(draw: st.DrawFn) -> Declaration:
    return declaration(
        *draw(SERVED),
        region=draw(st.sampled_from(["us-west2", "eastus2", "westeurope"])),
        generation=draw(st.integers(0, 3)),
        imports=draw(IMPORTED),
        used_services=tuple(draw(st.sets(st.sampled_from(["c.example.com", "d.example.com"])))),
    )


@given(st.lists(declarations(), min_size=1, max_size=6))
def test_processes_come_to_rest(declared: list[Declaration]) -> None:
    """ENV-3, ENV-5, ENV-21: once all have started, no one has anything to write, and nobody lacks anything.

    Whoever starts, in whatever order and generation, goes on seeing what it imports and uses.
    """
    stored = register(*declared)
    for one in declared:
        assert plan_service(one, stored, starting=False) is None
        assert one.region in stored.multi_region_policy.enabled_regions
        assert {*one.versions} <= {*stored.all_versions}
        if one.generation in (0, stored.env_registry_generation):
            assert {*one.service.used_services, *one.service.imported_services} <= visible(stored)
    assert plan_service(declared[-1], stored, starting=True) is None
    assert stored.env_registry_generation == max(one.generation for one in declared)
    for own, target, _ in imports(stored):
        assert own in stored.all_versions, "REG-10"
        assert target in stored.imported_services, "REG-10"


@given(declarations(), st.lists(declarations(), max_size=5))
def test_a_process_that_runs_loses_sight_of_nothing(running: Declaration, others: list[Declaration]) -> None:
    """ENV-5: whatever other processes of its service start after it."""
    before = register(running)
    after = register(*others, stored=before)
    assert {*running.service.imported_services} <= visible(after)


def visible(stored: Service) -> set[str]:
    return {*stored.imported_services, *stored.used_services}


# --- deployments -----------------------------------------------------------------------------------------------------


def test_a_deployment_begins_with_the_highest_version_and_keeps_the_one_it_has() -> None:
    """ENV-6"""
    declared = declaration("v2", "v1", public_domain="127.0.0.1:9001")
    plan = plan_deployment(declared, None, starting=True)
    assert isinstance(plan, Create)
    stored = plan.message
    assert (stored.current_version, stored.region) == ("v2", "regions/us-west2")
    stored.current_version = "v1"
    assert plan_deployment(declared, stored, starting=True) is None


def test_another_endpoint_of_the_same_generation_is_an_error_that_names_both() -> None:
    """ENV-6: a second deployment of one service in one region."""
    stored = declaration(public_domain="127.0.0.1:9001").deployment
    second = declaration(public_domain="127.0.0.1:9002")
    with pytest.raises(
        RegistrationRefused, match=r"127\.0\.0\.1:9001 already, and this process at 127\.0\.0\.1:9002"
    ) as caught:
        plan_deployment(second, stored, starting=True)
    assert "GOTEN_REPLACE_ENDPOINT=1" in caught.value.hint
    assert plan_deployment(second, stored, starting=False) is None, "ENV-5: after its start it only adds"
    for allowed in (
        declaration(public_domain="127.0.0.1:9002", replace_endpoint=True),
        declaration(public_domain="127.0.0.1:9002", generation=2),
    ):
        plan = plan_deployment(allowed, stored, starting=True)
        assert isinstance(plan, Update)
        assert plan.message.public_domain == "127.0.0.1:9002"
    older = declaration(public_domain="127.0.0.1:9003", generation=1)
    stored.env_registry_generation = 2
    assert plan_deployment(older, stored, starting=True) is None


def test_an_endpoint_that_meta_filled_in_is_nobodys() -> None:
    """ENV-6: a controller, which has no endpoint, was first."""
    stored = declaration().deployment
    stored.public_domain = "us-west2.devices.example.com"
    plan = plan_deployment(declaration(public_domain="127.0.0.1:9001"), stored, starting=True)
    assert isinstance(plan, Update)
    assert plan.message.public_domain == "127.0.0.1:9001"
    controller = plan_deployment(declaration(), plan.message, starting=True)
    assert controller is None, "a process without an endpoint leaves the one that is there"


@pytest.mark.parametrize(
    ("global_domain", "filled"),
    [
        ("", "us-west2.devices.example.com"),
        ("example.com:8443", "us-west2.example.com:8443"),
        ("127.0.0.1:9000", "127.0.0.1:9000"),
        ("[::1]:9000", "[::1]:9000"),
    ],
)
def test_what_meta_fills_in_follows_from_the_stored_service(global_domain: str, filled: str) -> None:
    """ENV-6, REG-16"""
    stored = declaration().deployment
    stored.public_domain = filled
    server = declaration(public_domain="127.0.0.1:9001")
    plan = plan_deployment(server, stored, starting=True, global_domain=global_domain)
    assert isinstance(plan, Update)
    with pytest.raises(RegistrationRefused):
        plan_deployment(server, stored, starting=True, global_domain="other.example.com")


def test_an_older_process_whose_endpoint_nobody_dials_is_told() -> None:
    """ENV-5"""
    stored = declaration(public_domain="127.0.0.1:9001", generation=2).deployment
    assert is_overlooked(declaration(public_domain="127.0.0.1:9002"), stored)
    assert not is_overlooked(declaration(public_domain="127.0.0.1:9001"), stored)
    assert not is_overlooked(declaration(), stored)
    assert not is_overlooked(declaration(public_domain="127.0.0.1:9002", generation=3), stored)


def test_a_deployment_that_was_disabled_at_its_stop_comes_back() -> None:
    """ENV-22: with the start of such a process, also an older one, or because another of them still runs."""
    declared = declaration(generation=2)
    stored = declared.deployment
    stored.metadata.annotations["team"] = "a"
    plan = plan_disabling(declared, stored)
    assert plan is not None
    disabled = plan.message
    assert plan_disabling(declared, disabled) is None
    for server, starting in ((declared, True), (declared, False), (declaration(generation=1), True)):
        back = plan_deployment(server, disabled, starting=starting)
        assert isinstance(back, Update)
        assert not back.message.is_disabled
        assert dict(back.message.metadata.annotations) == {"team": "a"}
    controller = declaration(generation=2, runtime=RuntimeKind.CONTROLLER)
    assert plan_deployment(controller, disabled, starting=True) is None, "it does not answer in place of the server"


def test_a_deployment_that_an_operator_disabled_stays_so() -> None:
    """ENV-22"""
    declared = declaration()
    stored = declared.deployment
    stored.is_disabled = True
    assert plan_disabling(declared, stored) is None
    assert plan_deployment(declared, stored, starting=True) is None


def test_the_last_one_that_started_alone_disables_a_deployment() -> None:
    """ENV-22: those that said at their start that they would."""
    first, second = (declaration(disable_at_stop=True) for _ in range(2))
    plan = plan_deployment(first, None, starting=True)
    assert isinstance(plan, Create)
    stored = plan.message
    assert plan_deployment(first, stored, starting=True) is None
    assert plan_deployment(second, stored, starting=False) is None, "ENV-5: no ping-pong"
    signed = plan_deployment(second, stored, starting=True)
    assert isinstance(signed, Update)
    assert signed.paths == ("metadata.annotations",)
    assert plan_disabling(first, signed.message) is None
    disabled = plan_disabling(second, signed.message)
    assert disabled is not None
    back = plan_deployment(first, disabled.message, starting=False)
    assert isinstance(back, Update)
    assert plan_disabling(first, back.message) is not None, "it is alone now"
    unsaid = declaration()
    unsigned = plan_deployment(unsaid, stored, starting=True)
    assert isinstance(unsigned, Update)
    assert dict(unsigned.message.metadata.annotations) == {}
    controller = declaration(disable_at_stop=True, runtime=RuntimeKind.CONTROLLER)
    beside = plan_deployment(controller, stored, starting=True)
    assert isinstance(beside, Update)
    assert len(beside.message.metadata.annotations) == 2, "each kind of process for itself"


def test_a_deployment_stays_out_of_service_as_long_as_it_is_said() -> None:
    """ENV-24"""
    waiting = declaration(out_of_service=True)
    created = plan_deployment(waiting, None, starting=True)
    assert isinstance(created, Create)
    assert created.message.is_disabled
    for starting in (True, False):
        assert plan_deployment(waiting, created.message, starting=starting) is None
        again = plan_deployment(waiting, declaration().deployment, starting=starting)
        assert isinstance(again, Update)
        assert again.message.is_disabled
    serving = plan_deployment(declaration(), created.message, starting=True)
    assert isinstance(serving, Update)
    assert not serving.message.is_disabled


# --- resources -------------------------------------------------------------------------------------------------------


def test_versions_of_resources_are_unions() -> None:
    """ENV-7"""
    (created,) = plan_resources(declaration("v1"), [], overwrite=True)
    stored = created.message
    assert (stored.name, stored.fqn) == ("services/devices.example.com/resources/Device", "devices.example.com/Device")
    for overwrite in (True, False):
        (update,) = plan_resources(declaration("v2"), [stored], overwrite=overwrite)
        assert isinstance(update, Update)
        assert update.paths == ("versions", "versioned_infos")
        assert list(update.message.versions) == ["v2", "v1"]
        assert [info.version for info in update.message.versioned_infos] == ["v2", "v1"]
        for served in (("v1",), ("v2",), ("v2", "v1")):
            assert plan_resources(declaration(*served), [update.message], overwrite=overwrite) == []


def test_what_contradicts_is_overwritten_by_whoever_may() -> None:
    """ENV-5, ENV-7"""
    declared = declaration("v1")
    stored = copied(declared.resources[0])
    stored.plural_name = "Gadgets"
    stored.versioned_infos[0].is_regional = False
    assert plan_resources(declared, [stored], overwrite=False) == []
    (update,) = plan_resources(declared, [stored], overwrite=True)
    assert isinstance(update, Update)
    assert update.paths == ("plural_name", "versioned_infos")


def test_plans_never_change_what_is_stored() -> None:
    stored: list[Message] = [service("devices.example.com", "us-west2"), Resource(name="x")]
    before = [message.SerializeToString() for message in stored]
    plan_service(declaration("v2", region="eastus2", generation=5), service("devices.example.com"), starting=True)
    plan_resources(declaration("v2"), [stored[1]], overwrite=True)  # type: ignore[list-item]
    assert [message.SerializeToString() for message in stored] == before
