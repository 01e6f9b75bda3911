"""What a resource's message carries: a multi-region policy, metadata, a name (DETECT-3, DETECT-4)."""

from __future__ import annotations

from collections.abc import Mapping

from goten_gen.detect.catalog import Declared
from goten_gen.diagnostics import (
    AMBIGUOUS_HOLDER_FIELD,
    META_NOT_SINGULAR,
    NO_NAME_FIELD,
    SEVERAL_META_FIELDS,
    Diagnostic,
)
from goten_gen.model import Message

POLICY = "goten.types.MultiRegionPolicy"
META = "goten.types.Meta"


def find_policy_field(
    message: Message, messages: Mapping[str, Message]
) -> tuple[tuple[str, ...] | None, tuple[tuple[str, ...], ...]]:
    """The shortest path of singular message fields to a policy, and others of that length (DETECT-3).

    Breadth first, so the first found is a shortest one; a message type is entered once, so recursion ends.
    """
    level: list[tuple[tuple[str, ...], Message]] = [((), message)]
    seen = {message.full_name}
    while level:
        found = []
        below: list[tuple[tuple[str, ...], Message]] = []
        for path, current in level:
            for field in current.fields:
                if field.repeated or not field.message:
                    continue
                here = (*path, field.name)
                if field.message == POLICY:
                    found.append(here)
                elif field.message not in seen and field.message in messages:
                    below.append((here, messages[field.message]))
        if found:
            return found[0], tuple(found[1:])
        seen |= {next_message.full_name for _, next_message in below}
        level = below
    return None, ()


def policy_field(
    declared: Declared, messages: Mapping[str, Message]
) -> tuple[tuple[str, ...] | None, list[Diagnostic]]:
    assert declared.message is not None
    path, others = find_policy_field(declared.message, messages)
    if path is None or not others:
        return path, []
    texts = ", ".join(".".join(other) for other in others)
    message = f"{declared.type} reaches a policy by {'.'.join(path)} and by {texts}"
    return path, [AMBIGUOUS_HOLDER_FIELD.at(declared.position, message)]


def metadata_field(declared: Declared) -> tuple[str | None, list[Diagnostic]]:
    """The top-level singular Meta field; of several the one named `metadata`, else the first (DETECT-4)."""
    assert declared.message is not None
    fields = [field for field in declared.message.fields if field.message == META]
    singular = [field for field in fields if not field.repeated]
    diagnostics = [
        META_NOT_SINGULAR.at(field.position, f"field {field.name} of {declared.type} is repeated")
        for field in fields
        if field.repeated
    ]
    if not singular:
        return None, diagnostics
    chosen = next((field for field in singular if field.name == "metadata"), singular[0])
    if len(singular) > 1:
        names = ", ".join(field.name for field in singular)
        text = f"{declared.type} has several goten.types.Meta fields ({names}); {chosen.name} is taken"
        diagnostics.append(SEVERAL_META_FIELDS.at(chosen.position, text))
    return chosen.name, diagnostics


def name_field(declared: Declared) -> tuple[str, list[Diagnostic]]:
    """The string field that holds the resource name; empty where there is none.

    `name_field` of the annotation, else `name`, else the field that is annotated as a name of the type itself.
    """
    assert declared.message is not None
    candidates = {f.name: f for f in declared.message.fields if f.is_string and not f.repeated}
    wanted = declared.option.name_field or "name"
    if wanted in candidates:
        return wanted, []
    own = {declared.type, declared.name}
    for name, f in candidates.items():
        if not declared.option.name_field and own.intersection((*f.references, *f.own_types)):
            return name, []
    text = f"{declared.message.full_name} has no string field {wanted!r} for the resource name"
    return "", [NO_NAME_FIELD.at(declared.position, text)]
