"""What is known, how far a registry is, and what subscribers are told (ENV-9 to ENV-14)."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goten.env_registry.changes import Changes, Interest, Snapshot
from goten.env_registry.environment import Environment, with_deployments, with_services
from goten.env_registry.errors import RegistryFailed
from goten.env_registry.reducer import (
    DeploymentsApplied,
    DeploymentsWatch,
    Event,
    Phase,
    Registered,
    ServicesApplied,
    ServicesWatch,
    State,
    reduce,
)
from goten.env_registry.subscriptions import Subscription, Subscriptions
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service
from goten.watch import Applied
from tests.env_registry.samples import DOMAIN, deployment, service

OWN = Registered(
    f"services/{DOMAIN}", f"services/{DOMAIN}/deployments/us-west2", frozenset({"services/iam.example.com"})
)


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


EVERYTHING: tuple[Event, ...] = (
    OWN,
    come(service(DOMAIN, "us-west2"), service("iam.example.com", "us-west2")),
    ServicesWatch(True),
    come(deployment(DOMAIN, "us-west2"), deployment("iam.example.com", "us-west2")),
    DeploymentsWatch(True),
)


def after(*events: Event) -> State:
    state = State()
    for event in events:
        state = reduce(state, event).state
    return state


@given(st.permutations(EVERYTHING))
def test_is_ready_only_when_all_is_known_in_whatever_order_it_comes(events: list[Event]) -> None:
    """ENV-10"""
    assert after(*events).phase is Phase.READY
    for length in range(len(events)):
        assert after(*events[:length]).phase is Phase.STARTING


@pytest.mark.parametrize("missing", [DOMAIN, "iam.example.com"])
def test_is_not_ready_without_its_own_service_and_those_it_imports(missing: str) -> None:
    """ENV-10"""
    state = after(
        *EVERYTHING[:1], *EVERYTHING[2:], come(service({DOMAIN, "iam.example.com"}.difference({missing}).pop()))
    )
    assert state.phase is Phase.STARTING
    assert state.missing == (f"services/{missing}",)
    assert reduce(state, come(service(missing))).state.phase is Phase.READY


def test_what_was_known_stays_in_use_while_a_watch_is_away() -> None:
    """ENV-11"""
    ready = after(*EVERYTHING)
    stale = reduce(ready, DeploymentsWatch(False)).state
    assert stale.phase is Phase.STALE
    assert stale.environment is ready.environment
    assert reduce(stale, DeploymentsWatch(True)).state.phase is Phase.READY


def test_changes_of_own_records_make_the_registration_look_again() -> None:
    """ENV-21"""
    ready = after(*EVERYTHING)
    assert reduce(ready, go(service(DOMAIN))).look_again
    assert reduce(ready, go(deployment(DOMAIN, "us-west2"))).look_again
    assert not reduce(ready, go(service("iam.example.com"))).look_again
    assert not reduce(ready, come(deployment(DOMAIN, "eastus2"))).look_again


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
        else:
            subscription, state = readers[int(what) % len(readers)]
            await _read_some(subscription, state)
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
    interest = Interest.of(None, ["us-west2"])
    assert interest.wants_name("services/a")
    assert interest.wants_name("services/a/deployments/us-west2")
    assert not interest.wants_name("services/a/deployments/eastus2")
    hub = Hub()
    hub.take(come(deployment("a", "eastus2"), deployment("a", "us-west2")))
    snapshot = interest.snapshot(hub.state.environment)
    assert list(snapshot.deployments) == ["services/a/deployments/us-west2"]
