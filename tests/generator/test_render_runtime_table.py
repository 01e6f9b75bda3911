"""The runtime table says exactly what generated code mentions of the runtime, and the runtime has all of it."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections import defaultdict
from collections.abc import Iterator

import pytest

from goten_gen.keys import ServiceKey
from goten_gen.model import Api, Reference, Routing, RpcKind, SyncType, TypeRef, World
from goten_gen.render import render_services
from goten_gen.runtime_table import RUNTIME, RUNTIME_SERVICES
from tests.generator import model_builder as build

SYMBOLS = [(module, name) for module, names in RUNTIME.items() for name in names]
# Generated code gets these as arguments, or defines classes on them.
BOUND_TO = {
    "cls": "ResourceName",
    "self": "ResourceName",
    "sources": "PolicySources",
    "starter": "EnvRegistryStarter",
}


@pytest.mark.parametrize(("module", "name"), SYMBOLS)
def test_the_runtime_has_it(module: str, name: str) -> None:
    symbol = RUNTIME[module][name]
    thing = getattr(importlib.import_module(module), name)
    if symbol.keywords:
        assert set(symbol.keywords) <= set(inspect.signature(thing).parameters)
    assert all(hasattr(thing, member) for member in symbol.members)


def test_services_of_the_runtime_are_there() -> None:
    for key, package in RUNTIME_SERVICES.items():
        service = importlib.import_module(f"{package}.service").SERVICE
        assert (service.domain, service.version) == key


def everything() -> World:
    """A model that makes the generator print every argument and member that it ever prints."""
    key, other = ServiceKey("a.com", "v1"), ServiceKey("b.com", "v1")
    holder, foreign = TypeRef("a.com/Holder", "v1"), TypeRef("b.com/Holder", "v1")
    routing = Routing(True, True, ("a",), ("b",), ("c",), True, True)
    methods = tuple(
        build.method(f"a.Api.{kind.name}", "a.v1.M", "a.v1.M", file="a.proto", kind=kind, routing=routing)
        for kind in RpcKind
    )
    own = build.use(
        "a/{a}/regions/{region}/b/{b}",
        region_scope=1,
        parent=holder,
        parent_pattern=1,
        holder=foreign,
        holder_pattern=1,
    )
    resources = [
        build.resource(
            TypeRef(f"a.com/{sync_type.name}", "v1"),
            own,
            build.use("c/{c}"),
            sync_type=sync_type,
            variable_patterns={"a": "x"},
            references=[Reference("r", foreign)],
            services_info_default=False,
        )
        for sync_type in SyncType
    ]
    return build.world(
        build.service(
            key,
            *resources,
            build.resource(holder, "a/{a}", "b/{a}"),
            apis=[Api("a.Api", "a.proto", methods)],
            imports=[other],
            holders=[holder, foreign],
        ),
        build.service(other, build.resource(foreign, "a/{a}", "b/{b}")),
    )


def sources() -> Iterator[ast.Module]:
    world = everything()
    for file in render_services(world, list(world.services)):
        yield ast.parse(file.content)


def test_the_table_says_what_is_mentioned() -> None:
    imported: set[tuple[str | None, str]] = set()
    keywords: dict[str, set[str | None]] = defaultdict(set)
    members: dict[str, set[str]] = defaultdict(set)
    for tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("goten."):
                imported |= {(node.module, alias.name) for alias in node.names}
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                keywords[node.func.id] |= {keyword.arg for keyword in node.keywords}
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                members[BOUND_TO.get(node.value.id, node.value.id)].add(node.attr)
    assert imported == set(SYMBOLS)
    for module, name in SYMBOLS:
        symbol = RUNTIME[module][name]
        assert keywords[name] == set(symbol.keywords), name
        assert members[name] == set(symbol.members), name
