"""The RPCs of a synthetic resource with their HTTP paths, one binding for each name pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.tree.resources import ResourcePlan, snake


class _Rpc(NamedTuple):
    name: str
    response: str
    comment: str
    http: str
    paths: list[str]
    body: str = ""


def parent_paths(resource: ResourcePlan) -> list[str]:
    """The parents' names as HTTP path globs, one for each pattern, "" being the root."""
    return [_glob(pattern.rpartition("/")[0].rpartition("/")[0]) for pattern in resource.patterns]


def rpcs(resource: ResourcePlan, version: str, verb: str) -> Iterator[str]:
    """Lines of the resource's RPCs as members of a service; `verb` adds custom ones, empty: none."""
    for index, rpc in enumerate(_all(resource, verb)):
        if index:
            yield ""
        yield f"  // {rpc.comment}"
        yield f"  rpc {rpc.name}({rpc.name}Request) returns ({rpc.response}) {{"
        yield "    option (google.api.http) = {"
        yield f'      {rpc.http}: "/{version}/{rpc.paths[0]}"{rpc.body}'
        for path in rpc.paths[1:]:
            yield f'      additional_bindings {{ {rpc.http}: "/{version}/{path}"{rpc.body} }}'
        yield "    };"
        yield "  }"


def _all(resource: ResourcePlan, verb: str) -> Iterator[_Rpc]:
    one, many = resource.singular, resource.plural
    items = [f"{{name={_glob(pattern)}}}" for pattern in resource.patterns]
    collections = list(_collections(resource))
    body = f' body: "{snake(one)}"'
    updated = [f"{{{snake(one)}.name={_glob(pattern)}}}" for pattern in resource.patterns]
    batch = [f"{_collection(resource)}:batchGet"]
    yield _Rpc(f"Get{one}", one, f"Returns one {one}.", "get", items)
    yield _Rpc(f"BatchGet{many}", f"BatchGet{many}Response", f"Returns several {many} by name.", "get", batch)
    yield _Rpc(f"List{many}", f"List{many}Response", f"Returns one page of {many}.", "get", collections)
    watch = [f"{path}:watch" for path in items]
    yield _Rpc(f"Watch{one}", f"stream Watch{one}Response", f"Follows one {one}.", "post", watch, ' body: "*"')
    watch = [f"{path}:watch" for path in collections]
    yield _Rpc(f"Watch{many}", f"stream Watch{many}Response", f"Follows many {many}.", "post", watch, ' body: "*"')
    yield _Rpc(f"Create{one}", one, f"Creates a {one}.", "post", collections, body)
    yield _Rpc(f"Update{one}", one, f"Updates a {one}.", "put", updated, body)
    yield _Rpc(f"Delete{one}", "google.protobuf.Empty", f"Deletes a {one}.", "delete", items)
    if verb:
        custom = [f"{path}:{verb.lower()}" for path in items]
        yield _Rpc(
            f"{verb}{one}", f"{verb}{one}Response", f"Has a {one} {verb.lower()}d.", "post", custom, ' body: "*"'
        )
        count = [f"{path}:count" for path in collections]
        yield _Rpc(f"Count{many}", f"Count{many}Response", f"Counts {many}.", "get", count)


def _collections(resource: ResourcePlan) -> Iterator[str]:
    for parent in parent_paths(resource):
        yield f"{{parent={parent}}}/{_collection(resource)}" if parent else _collection(resource)


def _collection(resource: ResourcePlan) -> str:
    return resource.patterns[0].split("/")[-2]


def _glob(pattern: str) -> str:
    return re.sub(r"\{\w+\}", "*", pattern)
