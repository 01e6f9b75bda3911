"""The state machine of upgrades against a model of a few lines: UPGRADE-2 to UPGRADE-5."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.upgrade import Target, begin, notify, set_available
from goten.refusals import Refused

VERSIONS = ["v1alpha1", "v1", "v2"]


@dataclass
class Model:
    """Versions by age; `ready` are the shards that are, `target` and `available` None where there is none."""

    automatic: bool
    at: tuple[str, str, str] = ("v1", "v1.0", "here")
    available: Target | None = None
    stage: int = 0
    ready: set[int] = field(default_factory=set)

    def set_available(self, target: Target) -> bool:
        if target.shards <= 0:
            return False
        if self.stage:
            return target == self.available
        if target.version not in VERSIONS or VERSIONS.index(target.version) < VERSIONS.index(self.at[0]):
            return False
        self.available, self.stage = target, int(self.automatic)
        return True

    def begin(self) -> bool:
        self.stage = self.stage or int(self.available is not None)
        return self.stage > 0

    def notify(self, start: int, end: int, ready: bool, total: int) -> bool:
        if not 0 <= start <= end <= total or total <= 0:
            return False
        if self.stage == 0 or self.available is None:
            return True
        if total != self.available.shards:
            return False
        self.ready = self.ready | {*range(start, end)} if ready else self.ready - {*range(start, end)}
        if len(self.ready) == total:
            self.ready, self.stage = set(), (self.stage + 1) % 3
            if self.stage == 0:
                version, data, tag, _ = self.available
                self.at, self.available = (version, data or self.at[1], tag or self.at[2]), None
        return True


targets = st.builds(
    Target,
    st.sampled_from([*VERSIONS, "v9", ""]),
    st.sampled_from(["", "v2.0"]),
    st.sampled_from(["", "there"]),
    st.integers(0, 3),
)
shards = st.integers(-1, 4)
calls = st.one_of(
    st.tuples(st.just("set_available"), st.tuples(targets)),
    st.tuples(st.just("begin"), st.just(())),
    st.tuples(st.just("notify"), st.tuples(shards, shards, st.booleans(), shards)),
    st.tuples(st.just("notify"), st.tuples(st.just(0), st.integers(1, 3), st.just(True), st.integers(1, 3))),
)


@given(st.booleans(), st.booleans(), st.lists(calls, max_size=30))
def test_it_does_what_the_model_does(by_itself: bool, by_service: bool, todo: list[tuple[str, Any]]) -> None:
    """UPGRADE-2 to UPGRADE-5: the same calls are refused, and the same state follows from the others."""
    deployment = Deployment(
        name="services/aa/deployments/r1",
        current_version="v1",
        db_data_version="v1.0",
        db_location_tag="here",
        automatic_version_switch=by_itself,
    )
    service = Service(all_versions=VERSIONS, automatic_version_switch=by_service)
    model = Model(by_itself or by_service)
    for method, arguments in todo:
        before = deployment.SerializeToString(deterministic=True)
        allowed = getattr(model, method)(*arguments)
        try:
            if method == "set_available":
                set_available(deployment, service, *arguments)
            elif method == "begin":
                begin(deployment)
            else:
                notify(deployment, *arguments)
            assert allowed, (method, arguments)
        except Refused:
            assert not allowed, (method, arguments)
            assert deployment.SerializeToString(deterministic=True) == before
        check(deployment, model)


def check(deployment: Deployment, model: Model) -> None:
    assert (deployment.current_version, deployment.db_data_version, deployment.db_location_tag) == model.at
    state, available = deployment.upgrade_state, deployment.available_upgrade
    assert state.stage == model.stage
    assert deployment.HasField("available_upgrade") is (model.available is not None)
    assert deployment.HasField("upgrade_state") is (model.stage > 0)
    if model.available is None:
        return
    known = (available.api_version, available.db_data_version, available.db_location_tag)
    assert (*known, available.total_shards_count) == model.available
    if model.stage:
        assert (state.target_version, state.db_data_target_version, state.db_target_location_tag) == known
        assert [*state.ready_shards] == sorted(model.ready)
        assert [*state.pending_shards] == sorted({*range(model.available.shards)} - model.ready)
