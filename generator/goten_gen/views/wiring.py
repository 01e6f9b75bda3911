"""Views of `policy_store.py` and `env_registry.py`: what a service registers where, and of the packages around them."""

from __future__ import annotations

from typing import NamedTuple

from goten_gen.keys import ServiceKey
from goten_gen.model import Resource, TypeRef, World
from goten_gen.views.imports import Imports
from goten_gen.views.layout import INDENT, Call, layout
from goten_gen.views.module import Context, module_doc
from goten_gen.views.text import docstring


class PolicyStoreModule(NamedTuple):
    doc: str
    imports: tuple[str, ...]
    function_doc: str
    statements: tuple[str, ...]
    """One for each holder type."""


class EnvRegistryModule(NamedTuple):
    doc: str
    imports: tuple[str, ...]
    generation: int


class PackageModule(NamedTuple):
    doc: str


def policy_store_module(context: Context, world: World) -> PolicyStoreModule:
    imports = Imports()
    for name in ("HolderStore", "PolicySources"):
        imports.runtime("goten.policy_sources", name)
    holders = context.service.holders
    return PolicyStoreModule(
        doc=context.package_doc("Policy sources"),
        function_doc=_policy_sources_doc(context, [(ref, world.resources[ref]) for ref in holders]),
        statements=tuple(_add_source(context, imports, holder) for holder in holders),
        imports=imports.lines(),
    )


def _policy_sources_doc(context: Context, holders: list[tuple[TypeRef, Resource]]) -> str:
    if not holders:
        return docstring(
            "Registers nothing: all names of this service are global.",
            f"No policy holder governs any name of {context.label}; the policy of the service itself does.",
            indent=INDENT,
        )
    lines = [f"* `{ref.type}` {ref.version}: {_way(ref.key == context.key, resource)}." for ref, resource in holders]
    return docstring(
        "Registers a policy source for each type of policy holder that governs names here.",
        "\n".join(lines),
        indent=INDENT,
    )


def _way(own: bool, resource: Resource) -> str:
    watched = "watch" in resource.access
    by_rpc = f"{'watched' if watched else 'polled (it has no Watch method)'} through the channel provider"
    return f"from `own_store`; without one, {by_rpc}" if own else by_rpc


def _add_source(context: Context, imports: Imports, holder: TypeRef) -> str:
    descriptor = context.descriptor(imports, holder)
    if holder.key == context.key:
        service = context.own(imports, "service", "SERVICE")
        call = Call(imports.runtime("goten.policy_sources", "own_source"), [service, descriptor, "own_store"])
    else:
        service = f"{imports.module(context.naming.module(holder.key, 'service'))}.SERVICE"
        call = Call(imports.runtime("goten.policy_sources", "imported_source"), [service, descriptor])
    return layout(Call("sources.add", [call]), indent=INDENT)


def env_registry_module(context: Context) -> EnvRegistryModule:
    imports = Imports()
    imports.name("typing", "TypeVar")
    for name in ("EnvRegistryStarter", "Registration", "RuntimeKind"):
        imports.runtime("goten.registration", name)
    context.own(imports, "service", "SERVICE")
    return EnvRegistryModule(
        doc=context.package_doc("EnvRegistry wiring"),
        generation=context.service.generation,
        imports=imports.lines(),
    )


def version_package(context: Context) -> PackageModule:
    """`__init__.py` of a service version."""
    return PackageModule(context.module_doc("Names, descriptors and wiring", context.service.files))


def domain_package(domain: str, versions: list[ServiceKey]) -> PackageModule:
    """`__init__.py` of a service domain."""
    listed = ", ".join(key.version or "without a version" for key in versions)
    return PackageModule(module_doc(f"The service {domain}, by API version: {listed}", ()))
