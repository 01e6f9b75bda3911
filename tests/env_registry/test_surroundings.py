"""What is known, how far a registry is, and what subscribers are told (ENV-9 to ENV-14)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goten.env_registry.changes import Changes, Interest, Snapshot
from goten.env_registry.environment import Environment, with_deployments, with_services
from goten.env_registry.errors import RegistryFailed
from goten.env_registry.plans import copied
from goten.env_registry.reducer import (
    DeploymentsApplied,
    DeploymentsLost,
    Event,
    Phase,
    Registered,
    ServicesApplied,
    ServicesLost,
    State,
    reduce,
)
from goten.env_registry.subscriptions import Subscription, Subscriptions
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service
from goten.types.meta_pb2 import Meta
from goten.watch import Applied
from tests.env_registry.samples import DOMAIN, declaration, deployment, service

IAM = "iam.example.com"
OWN = Registered(declaration(imports={IAM: "v1"}), uuid="one")


def own_service(**fields: Any) -> Service:
    """As this process declares it."""
    stored = copied(OWN.declared.service)
    stored.MergeFrom(Service(**{"global_domain": DOMAIN, "metadata": Meta(uuid="one"), **fields}))
    return stored


def come(*messages: Service | Deployment) -> Event:
    """They appear."""
    services = {message.name: message for message in messages if isinstance(message, Service)}
    deployments = {message.name: message for message in messages if isinstance(message, Deployment)}
    return ServicesApplied(Applied(added=services)) if services else DeploymentsApplied(Applied(added=deployments))


def go(*messages: Service | Deployment) -> Event:
    """They disappear."""
    services = {message.name: message for message in messages if isinstance(message, Service)}
    deployments = {message.name: message for message in messages if isinstance(message, Deployment)}
    return ServicesApplied(Applied(removed=services)) if services else DeploymentsApplied(Applied(removed=deployments))


SERVICES = come(own_service(), service(IAM, "us-west2"))
DEPLOYMENTS = come(deployment(DOMAIN, "us-west2"), deployment(IAM, "us-west2"))
EVERYTHING: tuple[Event, ...] = (OWN, SERVICES, DEPLOYMENTS)


def after(*events: Event, state: State | None = None) -> State:
    state = state or State()
    for event in events:
        state = reduce(state, event).state
    return state


WATCHED = st.sampled_from(
    [
        SERVICES,
        DEPLOYMENTS,
        ServicesLost(),
        DeploymentsLost(),
        # Boundaries that are a prelude to another snapshot.
        ServicesApplied(Applied(added={f"services/{IAM}": service(IAM)}), current=False),
        DeploymentsApplied(Applied(), current=False),
    ]
)


@given(st.lists(WATCHED, max_size=12))
def test_is_ready_only_when_all_is_known_in_whatever_order_it_comes(events: list[Event]) -> None:
    """ENV-10"""
    state = after(OWN)
    current: dict[type[Event], bool] = {ServicesApplied: False, DeploymentsApplied: False}
    was_ready = False
    for event in events:
        state = reduce(state, event).state
        kind = ServicesApplied if isinstance(event, ServicesApplied | ServicesLost) else DeploymentsApplied
        current[kind] = event in (SERVICES, DEPLOYMENTS)
        was_ready = was_ready or all(current.values())
        assert (state.phase is not Phase.STARTING) == was_ready
        assert (state.phase is Phase.READY) == all(current.values())


def test_is_not_ready_without_a_service_that_it_imports() -> None:
    """ENV-10"""
    state = after(OWN, DEPLOYMENTS, come(own_service()))
    assert state.phase is Phase.STARTING
    assert state.missing == (f"services/{IAM}",)
    assert reduce(state, come(service(IAM))).state.phase is Phase.READY


def test_an_import_that_a_newer_generation_dropped_is_not_waited_for() -> None:
    """ENV-10, ENV-5: an old process starts again in the middle of an upgrade."""
    newer = copied(declaration(generation=2).service)
    newer.metadata.uuid = OWN.uuid
    assert after(OWN, DEPLOYMENTS, come(newer)).phase is Phase.READY


def broken_starts() -> Iterator[tuple[str, Event]]:
    """What the services watch shows when something happened to the own records since they were confirmed."""
    yield "is not in Meta", come(service(IAM, "us-west2"))
    yield "was changed: all_versions", come(service(DOMAIN, "us-west2", versions=("v2",)), service(IAM))
    yield "deleted and created again", come(own_service(metadata=Meta(uuid="another")), service(IAM))


@pytest.mark.parametrize(("reason", "services"), list(broken_starts()))
def test_a_start_begins_again_where_own_records_changed_meanwhile(reason: str, services: Event) -> None:
    """ENV-10: the watches may have opened when less was to be seen."""
    step = reduce(after(OWN, DEPLOYMENTS), services)
    assert step.look_again
    assert reason in step.state.amiss
    repaired = reduce(step.state, SERVICES)
    assert repaired.state.phase is Phase.STARTING, "what these watches say counts no more"
    assert not repaired.look_again, "once is enough"
    again = reduce(repaired.state, OWN).state
    assert again == State(registered=OWN)
    assert after(SERVICES, DEPLOYMENTS, state=again).phase is Phase.READY


def test_a_start_begins_again_where_only_the_deployments_show_it() -> None:
    """ENV-10: the services are as they were before a deletion, the deployments as after it."""
    own = Registered(OWN.declared, uuid="one", deployment_uuid="one")
    deployments = [
        deployment(DOMAIN, "us-west2", metadata=Meta(uuid=uuid)) for uuid in (own.deployment_uuid, "another")
    ]
    assert after(own, SERVICES, come(deployments[0])).phase is Phase.READY
    step = reduce(after(own, SERVICES), come(deployments[1]))
    assert (step.state.phase, step.look_again) == (Phase.STARTING, True)
    assert "deployments/us-west2 was deleted and created again" in step.state.amiss


def test_a_meta_that_gives_no_uuid_is_believed() -> None:
    """ENV-10"""
    assert after(Registered(OWN.declared), SERVICES, DEPLOYMENTS).phase is Phase.READY


def test_what_was_known_stays_in_use_while_a_watch_is_away() -> None:
    """ENV-11"""
    ready = after(*EVERYTHING)
    stale = reduce(ready, DeploymentsLost()).state
    assert stale.phase is Phase.STALE
    assert stale.environment is ready.environment
    back = reduce(stale, DeploymentsApplied(Applied()))
    assert back.state.phase is Phase.READY
    assert back.state.environment is ready.environment, "a bookmark changes nothing"
    assert back.look_again, "ENV-21: Meta may have lost what this process wrote"


def test_own_records_that_are_amiss_make_the_registration_look_again() -> None:
    """ENV-21"""
    ready = after(*EVERYTHING)
    for gone in (own_service(), deployment(DOMAIN, "us-west2")):
        assert reduce(ready, go(gone)).look_again
    without_v1 = Applied(changed={f"services/{DOMAIN}": service(DOMAIN)}, before={f"services/{DOMAIN}": own_service()})
    assert reduce(ready, ServicesApplied(without_v1)).state.amiss == (
        "services/devices.example.com was changed: multi_region_policy, used_services"
    )
    assert not reduce(ready, go(service(IAM))).look_again
    assert not reduce(ready, come(deployment(DOMAIN, "eastus2"))).look_again
    away = after(ServicesLost(), state=ready)
    assert not reduce(away, go(deployment(DOMAIN, "us-west2"))).look_again, "not before everything is current"


def test_snapshots_never_change() -> None:
    """ENV-12"""
    first = with_deployments(Environment(), [deployment("a.example.com", "us-west2")], [])
    second = with_deployments(
        first, [deployment("a.example.com", "eastus2")], ["services/a.example.com/deployments/us-west2"]
    )
    assert list(first.deployments_of("a.example.com")) == ["us-west2"]
    assert list(second.deployments_of("a.example.com")) == ["eastus2"]
    third = with_deployments(second, [], ["services/a.example.com/deployments/eastus2", "services/b/deployments/x"])
    assert third.deployments == {}
    assert with_services(second, [service("a.example.com")], []).deployments is second.deployments


def test_lookups() -> None:
    """ENV-12"""
    known = service("a.example.com", "us-west2", versions=("v2", "v1"))
    known.imported_versions.add(
        target_service="services/b.example.com", target_service_version="v3", current_service_version="v2"
    )
    environment = with_services(
        with_deployments(Environment(), [deployment("a.example.com", "us-west2")], []), [known], []
    )
    assert environment.versions("a.example.com") == ("v2", "v1")
    assert environment.versions("nobody") == ()
    assert environment.imported_version("a.example.com", "v2", "b.example.com") == "v3"
    assert environment.imported_version("a.example.com", "v1", "b.example.com") is None
    assert environment.imported_version("nobody", "v1", "b.example.com") is None
    found = environment.deployment("a.example.com", "us-west2")
    assert found is not None
    assert found.public_domain == "us-west2.a.example.com"
    assert environment.deployment("a.example.com", "eastus2") is None
    assert environment.service("nobody") is None


# --- subscriptions ---------------------------------------------------------------------------------------------------


class Hub:
    """A registry's main loop, reduced to what subscribers see."""

    def __init__(self) -> None:
        self.state = State()
        self.subscriptions = Subscriptions()

    def take(self, event: Event) -> None:
        step = reduce(self.state, event)
        self.state = step.state
        self.subscriptions.publish(step.changes, self.state.environment)

    def subscribe(self, interest: Interest | None = None, capacity: int = 1000) -> Subscription:
        interest = interest or Interest()
        subscription = self.subscriptions.make(interest.services, interest.regions, capacity)
        self.subscriptions.attach(subscription, self.state.environment)
        return subscription


def update(state: dict[str, Service | Deployment], item: Snapshot | Changes) -> None:
    """What a subscriber does with what it gets; it demands that changes follow on what it knows."""
    if isinstance(item, Snapshot):
        state.clear()
        state.update({message.name: message for message in item.services.values()})
        state.update(item.deployments)
        return
    for change in item.changes:
        assert state.get(change.name) == change.before, "a change was lost, or came twice"
        if change.after is None:
            del state[change.name]
        else:
            state[change.name] = change.after


commands = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.sampled_from(["a", "b", "a/x", "a/y", "b/x"]), st.integers(0, 3)),
        st.tuples(st.just("read"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("join"), st.sampled_from([1, 2, 1000]), st.integers(0, 3)),
        st.tuples(st.just("leave"), st.integers(0, 2), st.just(0)),
    ),
    max_size=60,
)
INTERESTS = (
    Interest(),
    Interest.of(["a"], None),
    Interest.of(None, ["x"]),
    Interest.of(["a"], ["y"]),
)


@given(commands)
def test_nothing_is_lost_or_comes_twice(script: list[tuple[str, str | int, int]]) -> None:
    """ENV-13, ENV-14: whenever a subscriber has read everything, it knows what it asked for, as it is."""
    asyncio.run(_follow(script))


async def _follow(script: list[tuple[str, str | int, int]]) -> None:
    hub = Hub()
    known: dict[str, Service | Deployment] = {}
    readers: list[tuple[Subscription, dict[str, Service | Deployment]]] = [(hub.subscribe(), {})]
    for kind, what, number in script:
        if kind == "set":
            _set(hub, known, str(what), number)
        elif kind == "join":
            readers.append((hub.subscribe(INTERESTS[number], int(what)), {}))
        elif kind == "leave":
            subscription, _ = readers.pop(int(what) % len(readers))
            subscription.close()
            readers = readers or [(hub.subscribe(), {})]
        else:
            subscription, state = readers[int(what) % len(readers)]
            await _read_some(subscription, state)
    assert len(hub.subscriptions) == len(readers)
    for subscription, state in readers:
        while await _read_some(subscription, state):
            pass
        assert state == {name: message for name, message in known.items() if subscription.interest.wants_name(name)}


def _set(hub: Hub, known: dict[str, Service | Deployment], path: str, number: int) -> None:
    """Puts or takes away (0) a service or a deployment, and tells the hub the difference."""
    domain, _, region = path.partition("/")
    message: Service | Deployment = (
        deployment(domain, region, local_network_id=str(number))
        if region
        else service(domain, display_name=str(number))
    )
    before = known.pop(message.name, None)
    if number:
        known[message.name] = message
    applied: Applied[Service | Deployment] = Applied(
        added={message.name: message} if number and before is None else {},
        changed={message.name: message} if number and before is not None else {},
        removed={message.name: before} if not number and before is not None else {},
        before={message.name: before} if number and before is not None else {},
    )
    kind = DeploymentsApplied if region else ServicesApplied
    hub.take(kind(applied))  # type: ignore[arg-type]


async def _read_some(subscription: Subscription, state: dict[str, Service | Deployment]) -> bool:
    reading = asyncio.ensure_future(anext(subscription))
    await asyncio.sleep(0)
    if not reading.done():
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        return False
    update(state, reading.result())
    return True


async def test_a_slow_reader_is_told_that_it_missed_something() -> None:
    """ENV-14"""
    hub = Hub()
    subscription = hub.subscribe(capacity=2)
    assert isinstance(await anext(subscription), Snapshot)
    for number in range(3):
        hub.take(come(service(f"s{number}.example.com")))
    snapshot = await anext(subscription)
    assert isinstance(snapshot, Snapshot)
    assert snapshot.reset
    assert len(snapshot.services) == 3
    hub.take(come(service("more.example.com")))
    assert isinstance(await anext(subscription), Changes)


async def test_closing_ends_the_iteration_and_lets_go() -> None:
    """ENV-13"""
    hub = Hub()
    async with hub.subscribe() as subscription:
        await anext(subscription)
        assert len(hub.subscriptions) == 1
        reading = asyncio.ensure_future(anext(subscription))
        await asyncio.sleep(0)
    with pytest.raises(StopAsyncIteration):
        await reading
    assert len(hub.subscriptions) == 0


async def test_a_failure_reaches_every_reader() -> None:
    """ENV-18"""
    hub = Hub()
    subscription = hub.subscribe()
    await anext(subscription)
    reading = asyncio.ensure_future(anext(subscription))
    await asyncio.sleep(0)
    hub.subscriptions.end(RegistryFailed("main loop", "because"))
    with pytest.raises(RegistryFailed):
        await reading


async def test_a_subscription_has_one_reader_and_room_for_one_change() -> None:
    hub = Hub()
    with pytest.raises(ValueError, match="capacity is 0"):
        hub.subscribe(capacity=0)
    subscription = hub.subscribe()
    await anext(subscription)
    reading = asyncio.ensure_future(anext(subscription))
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="one reader"):
        await anext(subscription)
    reading.cancel()


def test_an_interest_in_regions_leaves_services_in() -> None:
    """ENV-13"""
    with pytest.raises(TypeError, match="'us-west2' is one name"):
        Interest.of(None, "us-west2")
    interest = Interest.of(None, ["us-west2"])
    assert interest.wants_name("services/a")
    assert interest.wants_name("services/a/deployments/us-west2")
    assert not interest.wants_name("services/a/deployments/eastus2")
    hub = Hub()
    hub.take(come(deployment("a", "eastus2"), deployment("a", "us-west2")))
    snapshot = interest.snapshot(hub.state.environment)
    assert list(snapshot.deployments) == ["services/a/deployments/us-west2"]
