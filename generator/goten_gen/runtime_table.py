"""Everything that generated code may mention of the runtime, in one table.

The generator does not import the runtime, and the runtime not the generator; this table is what they have in common. A
test compares it with the runtime, and with what the templates really mention.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from goten_gen.keys import ServiceKey


class Symbol(NamedTuple):
    """A class or function: the arguments it is called with by keyword, and the members that are used."""

    keywords: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


RUNTIME: Mapping[str, Mapping[str, Symbol]] = {
    "goten.names": {
        "NamePattern": Symbol(keywords=("ids", "region", "parent", "parent_pattern", "holder", "holder_pattern")),
        "ResourceName": Symbol(members=("_id", "_of", "_optional_id")),
    },
    "goten.descriptors": {
        "Descriptor": Symbol(
            keywords=(
                "type",
                "version",
                "singular",
                "plural",
                "name",
                "message",
                "name_field",
                "parents",
                "parentless",
                "metadata_field",
                "policy_field",
                "sync_type",
                "references",
                "services_info_default",
            ),
        ),
        "Reference": Symbol(),
        "SyncType": Symbol(members=("ALWAYS_GLOBALLY", "ALWAYS_IN_SCOPE", "DEFAULT", "NEVER")),
    },
    "goten.methods": {
        "MethodDescriptor": Symbol(
            keywords=(
                "full_name",
                "kind",
                "verb",
                "resource",
                "request",
                "response",
                "name_path",
                "parent_path",
                "body_path",
                "writes",
                "routing",
            ),
        ),
        "MethodKind": Symbol(members=("BIDI_STREAM", "CLIENT_STREAM", "SERVER_STREAM", "UNARY")),
        "Routing": Symbol(
            keywords=(
                "annotated",
                "execute_on_owning_region",
                "scope_paths",
                "resource_paths",
                "region_paths",
                "skip",
                "unauthenticated",
            ),
        ),
    },
    "goten.services": {
        "Api": Symbol(),
        "PolicyHolder": Symbol(),
        "ServiceDescriptor": Symbol(
            keywords=("domain", "version", "resources", "apis", "access", "imports", "holders"),
        ),
        "ServiceImport": Symbol(),
    },
    "goten.policy_sources": {
        "HolderStore": Symbol(),
        "PolicySources": Symbol(members=("add",)),
        "imported_source": Symbol(),
        "own_source": Symbol(),
    },
    "goten.registration": {
        "EnvRegistryStarter": Symbol(members=("start",)),
        "Registration": Symbol(keywords=("service", "generation")),
        "RuntimeKind": Symbol(),
    },
}
"""Module -> name in it -> how it is used."""

RUNTIME_SERVICES: Mapping[ServiceKey, str] = {ServiceKey("meta.goten.com", "v1"): "goten.meta.v1"}
"""Service versions whose generated modules are part of the runtime, with their package."""
