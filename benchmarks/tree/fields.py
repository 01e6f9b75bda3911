"""The part of a synthetic resource that differs from resource to resource: settings and state, with comments."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from benchmarks.tree.words import FIELDS, GROUPS, STATES

_SCALARS = ("string", "string", "string", "int32", "int64", "bool", "double", "bytes")
_OPENINGS = (
    "What the {noun} is set to.",
    "The {noun}, as the operator asked for it.",
    "How the {noun} is chosen when nothing else says so.",
    "Overrides the {noun} that is inherited from the parent.",
    "The {noun} in force, after defaults were applied.",
)
_DETAILS = (
    "Zero and the empty value both mean that the default applies.",
    "A change takes effect the next time that the resource is reconciled, which\ncan take several minutes.",
    "Values that the backend does not know are kept, and have no effect.",
    'Quoted "as is" in logs, so it must not hold anything secret; see the guide\nfor examples.',
    "Older clients leave it out, and are treated as if they had sent the default.",
    "Only meaningful together with the other settings of this group.",
)


def settings(rng: Random) -> Iterator[str]:
    """Lines of the nested messages Spec and Status, indented as members of the resource's message."""
    groups = rng.sample(GROUPS, rng.randint(1, 3))
    yield from _message("Spec", "What is asked for.", _fields(rng, rng.randint(4, 9), groups), "  ")
    for group in groups:
        comment = f"Settings that have to do with {group.lower()}."
        yield from _message(group, comment, _fields(rng, rng.randint(2, 6), ()), "  ")
    yield from _message("Status", "What is there.", _status(rng), "  ")


def _message(name: str, comment: str, body: Iterator[str], indent: str) -> Iterator[str]:
    yield ""
    yield f"{indent}// {comment}"
    yield f"{indent}message {name} {{"
    yield from (f"{indent}  {line}" if line else "" for line in body)
    yield f"{indent}}}"


def _fields(rng: Random, count: int, groups: list[str] | tuple[()]) -> Iterator[str]:
    """`count` fields of assorted types, then one for each group's message."""
    for number, name in enumerate(rng.sample(FIELDS, count), start=1):
        if number > 1:
            yield ""
        yield from _comment(rng, name.replace("_", " "))
        yield f"{_type(rng)} {name} = {number};"
    for number, group in enumerate(groups, start=count + 1):
        yield ""
        yield from _comment(rng, f"group of {group.lower()} settings")
        yield f"{'repeated ' if rng.random() < 0.2 else ''}{group} {group.lower()}_settings = {number};"


def _type(rng: Random) -> str:
    scalar = rng.choice(_SCALARS)
    roll = rng.random()
    if roll < 0.1:
        return f"map<string, {scalar}>"
    if roll < 0.25:
        return f"repeated {scalar}"
    if roll < 0.4:
        return rng.choice(("google.protobuf.Timestamp", "google.protobuf.Duration"))
    return scalar


def _comment(rng: Random, noun: str) -> Iterator[str]:
    yield "// " + rng.choice(_OPENINGS).format(noun=noun)
    for detail in rng.sample(_DETAILS, rng.randint(0, 2)):
        yield from (f"// {line}" for line in detail.split("\n"))


def _status(rng: Random) -> Iterator[str]:
    yield "// Where the resource stands."
    yield "enum State {"
    for number, state in enumerate(("STATE_UNSPECIFIED", *STATES[: rng.randint(3, len(STATES))])):
        yield f"  // {'Nobody has said.' if number == 0 else f'It is {state.lower()}.'}"
        yield f"  {state} = {number};"
    yield "}"
    yield ""
    yield "// Where the resource stands."
    yield "State state = 1;"
    yield ""
    yield "// Since when it stands there."
    yield "google.protobuf.Timestamp since = 2;"
    yield ""
    yield "// How long the last reconciliation took."
    yield "google.protobuf.Duration reconciliation = 3;"
    yield ""
    yield "// What the backend last reported."
    yield "oneof report {"
    yield "  // In words."
    yield "  string text = 4;"
    yield ""
    yield "  // As a number that only the backend understands."
    yield "  int64 code = 5;"
    yield "}"
