"""Whole collections: lists by pages, and the snapshot of a watch, beside bare servers that send the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.serving.bare import method_file
from benchmarks.serving.both import Client, Place
from benchmarks.serving.names import resource_name
from benchmarks.serving.recording import write_messages
from benchmarks.serving.registry import Contents, new_resource
from benchmarks.serving.rounds import Outcome, alternate, seconds_of
from benchmarks.serving.watchers import same_question
from goten.meta.v1.deployment_service_pb2 import ListDeploymentsRequest, ListDeploymentsResponse
from goten.meta.v1.resource_service_pb2 import UpdateResourceRequest, WatchResourcesRequest, WatchResourcesResponse

_LIST: Final = "/goten.meta.v1.DeploymentService/ListDeployments"
_WATCH: Final = "/goten.meta.v1.ResourceService/WatchResources"
_PER_SERVICE: Final = 10
PAGE: Final = 500


class Held(NamedTuple):
    """A collection has so many resources; it is read once in each round."""

    resources: int
    rounds: int

    @property
    def services(self) -> int:
        return self.resources // _PER_SERVICE


async def list_pages(place: Place, size: Held) -> Outcome:
    """Seconds for all deployments, by pages."""

    async def record(meta: Client, folder: Path) -> tuple[str, Sequence[Path]]:
        return "pages", [write_messages(method_file(folder, _LIST), await _pages(meta))]

    contents = Contents(size.services, regions=_PER_SERVICE, deployments=_PER_SERVICE)
    async with place.both(contents, record) as both:
        value, floor = partial(_list, both.meta, size.resources), partial(_list, both.bare, size.resources)
        return both.outcome(await alternate(lambda: seconds_of(value()), lambda: seconds_of(floor()), size.rounds))


async def _pages(meta: Client) -> list[bytes]:
    """The responses of a list, as they are sent."""
    call: Any = meta.channel.unary_unary(_LIST, request_serializer=ListDeploymentsRequest.SerializeToString)
    pages: list[bytes] = []
    token = ""
    while token or not pages:
        pages.append(await call(_list_request(token)))
        token = ListDeploymentsResponse.FromString(pages[-1]).next_page_token
    return pages


def _list_request(token: str) -> ListDeploymentsRequest:
    return ListDeploymentsRequest(parent="services/-", page_size=PAGE, page_token=token)


async def _list(client: Client, expected: int) -> None:
    """`expected` is at least so many: Meta has deployments of its own."""
    found = 0
    token = ""
    while token or not found:
        page = await client.deployments.ListDeployments(_list_request(token))
        found += len(page.deployments)
        token = page.next_page_token
    assert found >= expected


async def snapshot(place: Place, size: Held) -> Outcome:
    """Seconds from a request to watch all resources until the watch is current."""

    async def record(meta: Client, folder: Path) -> tuple[str, Sequence[Path]]:
        return "stream", [write_messages(method_file(folder, _WATCH), await _responses(meta))]

    contents = Contents(size.services, resources=_PER_SERVICE)
    async with place.both(contents, record) as both:
        changes = count()

        async def value() -> float:
            # Whoever asks for the same as another one is sent what was made for that one, until something changes.
            resource = new_resource(resource_name(0, 0))
            resource.plural_name = f"Kinds{'xy'[next(changes) % 2]}"
            await both.meta.resources.UpdateResource(UpdateResourceRequest(resource=resource))
            return await seconds_of(_watch(both.meta, size.resources))

        return both.outcome(await alternate(value, lambda: seconds_of(_watch(both.bare, size.resources)), size.rounds))


async def _responses(meta: Client) -> list[bytes]:
    """The responses of a new watch, up to the one that says that it is current."""
    call: Any = meta.channel.unary_stream(_WATCH, request_serializer=WatchResourcesRequest.SerializeToString)
    responses = call(same_question(0))
    kept = []
    async for data in responses:
        kept.append(data)
        if WatchResourcesResponse.FromString(data).is_current:
            break
    responses.cancel()
    return kept


async def _watch(client: Client, expected: int) -> None:
    found = 0
    responses: Any = client.resources.WatchResources(same_question(0))
    async for response in responses:
        found += len(response.resource_changes)
        if response.is_current:
            break
    responses.cancel()
    assert found >= expected
