"""Fields of a resource that hold names of other resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from goten_gen.detect.catalog import Catalog, Declared
from goten_gen.detect.holders import META, POLICY
from goten_gen.keys import ServiceKey
from goten_gen.model import Import, Message, Reference, TypeRef


def find_references(
    declared: Declared, catalog: Catalog, imports: Mapping[str, Import], messages: Mapping[str, Message]
) -> tuple[Reference, ...]:
    """Every reference field below the resource's message, by dotted path, with the type and version it points to.

    References to types that nothing describes are left out: the import rule has warned about them.
    """
    assert declared.message is not None
    found: dict[tuple[str, TypeRef], None] = {}
    for path, written in _walk(declared.message, messages):
        target = _resolve(written, declared.key, catalog, imports)
        if target is not None:
            found[path, target] = None
    return tuple(Reference(path, target) for path, target in found)


def _walk(message: Message, messages: Mapping[str, Message]) -> Iterator[tuple[str, str]]:
    """(path, type as written) through message fields, repeated ones included; a type is entered once per path."""
    stack: list[tuple[str, Message, frozenset[str]]] = [("", message, frozenset((message.full_name,)))]
    while stack:
        prefix, current, entered = stack.pop()
        for field in current.fields:
            path = f"{prefix}{field.name}"
            for reference in field.references:
                yield path, reference
            inner = messages.get(field.message)
            if inner is None or inner.full_name in entered or len(entered) > 8:
                continue
            if not inner.is_map_entry and inner.full_name not in (META, POLICY):
                stack.append((f"{path}.", inner, entered | {inner.full_name}))


def _resolve(written: str, key: ServiceKey, catalog: Catalog, imports: Mapping[str, Import]) -> TypeRef | None:
    type_ = written if "/" in written else f"{key.domain}/{written}"
    domain = type_.partition("/")[0]
    if domain == key.domain:
        target = key
    elif domain in imports:
        target = imports[domain].key
    else:
        return None
    return TypeRef(type_, target.version) if type_ in catalog.services.get(target, {}) else None
