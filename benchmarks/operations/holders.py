"""100,000 policy holders, as the responses of a watch, and a PolicyStore that knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from device_management.proto.v1 import project_change_pb2, project_pb2, project_service_pb2
from devices_example_com.v1 import methods
from devices_example_com.v1.policy_store import register_policy_sources
from devices_example_com.v1.service import SERVICE

from benchmarks.operations.replay import ReplayedChannels
from goten.policy_store import PolicyStore
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy

HOLDERS = 100_000
PER_RESPONSE = 1000
REGIONS = tuple(f"us-west{number}" for number in range(7))
Response = project_service_pb2.WatchProjectsResponse
_Change = project_change_pb2.ProjectChange


def holder(number: int) -> str:
    return f"projects/p{number}"


def policy_of(number: int) -> MultiRegionPolicy:
    """Each region controls the same number of holders."""
    control = REGIONS[number % len(REGIONS)]
    enabled = sorted({control, REGIONS[0], REGIONS[number // len(REGIONS) % len(REGIONS)]})
    return MultiRegionPolicy(enabled_regions=enabled, default_control_region=control)


def distinct_policy_of(number: int) -> MultiRegionPolicy:
    """Each holder has a region of its own."""
    policy = policy_of(number)
    policy.enabled_regions[-1] = f"us-west-{number}"
    return policy


def response(
    numbers: Iterable[int], *, is_current: bool, policy: Callable[[int], MultiRegionPolicy] = policy_of
) -> Response:
    """Tells about the holders of these numbers."""
    projects = [project_pb2.Project(name=holder(number), multi_region_policy=policy(number)) for number in numbers]
    return Response(
        project_changes=[_Change(current=_Change.Current(project=project)) for project in projects],
        is_current=is_current,
        resume_token="token" if is_current else "",
        snapshot_size=-1,
    )


def snapshot(count: int = HOLDERS, policy: Callable[[int], MultiRegionPolicy] = policy_of) -> Iterator[bytes]:
    """The responses of a watch that begins with so many holders."""
    for start in range(0, count, PER_RESPONSE):
        end = min(count, start + PER_RESPONSE)
        yield response(range(start, end), is_current=end == count, policy=policy).SerializeToString()


def make_store(responses: Iterable[bytes]) -> tuple[PolicyStore, ReplayedChannels]:
    """A store of devices.example.com, not started, whose own projects are watched; there are no other holders."""
    nothing = response([], is_current=True).SerializeToString()
    channels = ReplayedChannels({methods.WATCH_PROJECTS.path: responses}, otherwise=nothing)
    store = PolicyStore(SERVICE, channels)
    register_policy_sources(store)
    return store, channels
