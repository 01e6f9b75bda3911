"""Paths in a message: which fields, and keys of maps, they lead through (FILTER-5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from goten.query.errors import QueryError, shown
from goten.query.kinds import Kind, Mismatch, closest
from goten.query.scanner import Segment, is_plain
from goten.query.structures import ListKind, MapKind, is_list, is_map, kind_of, map_fields, read_key, write_key
from goten.query.texts import quote

MAX_STEPS: Final = 32


class Step(NamedTuple):
    """On to a field of a message; where that is a map and `key` is not None, on to the value of that key.

    `each`: the field is a list, and the path goes on to all of its elements.
    """

    field: FieldDescriptor
    key: Any = None
    each: bool = False


class FieldPath(NamedTuple):
    """A way through singular messages, elements of lists and values of maps. `str` is the same for the same path."""

    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return ".".join(map(segment_text, self.steps))

    @property
    def last(self) -> Step:
        return self.steps[-1]

    @property
    def is_many(self) -> bool:
        """Whether it leads to any number of values."""
        return any(step.each for step in self.steps)

    @property
    def ends_at_list(self) -> bool:
        return is_list(self.last.field)

    @property
    def ends_at_map(self) -> bool:
        """At a whole map, not at the value of a key."""
        return is_map(self.last.field) and self.last.key is None

    def of_whole_list(self) -> FieldPath:
        """To the list at its end as one value, not to its elements."""
        return FieldPath((*self.steps[:-1], self.last._replace(each=False)))

    @property
    def kind(self) -> Kind:
        """Of the values that it leads to."""
        field, key, each = self.last
        if is_map(field):
            return MapKind(field) if key is None else kind_of(map_fields(field)[1])
        return ListKind(field) if field.is_repeated and not each else kind_of(field)


def segment_text(step: Step) -> str:
    name = step.field.name
    if step.key is None:
        return name
    key = write_key(kind_of(map_fields(step.field)[0]), step.key)
    return f"{name}.{key if is_plain(key) else quote(key)}"


def resolve(segments: Sequence[Segment], message: Descriptor, request_field: str) -> FieldPath:
    """Raises QueryError for a segment that does not exist."""
    if len(segments) > MAX_STEPS:
        raise QueryError(
            request_field, f"a path has more than {MAX_STEPS} parts", position=segments[MAX_STEPS].position
        )
    steps: list[Step] = []
    within: Descriptor | None = message
    # A map, until a key has followed.
    map_field: FieldDescriptor | None = None
    for segment in segments:
        if map_field is not None:
            steps[-1] = Step(map_field, _key(map_field, segment, request_field))
            within, map_field = map_fields(map_field)[1].message_type, None
            continue
        field = _field(segment, within, steps, request_field)
        steps.append(Step(field, each=is_list(field)))
        if is_map(field):
            map_field = field
        else:
            within = field.message_type
    return FieldPath(tuple(steps))


def _key(field: FieldDescriptor, segment: Segment, request_field: str) -> Any:
    try:
        return read_key(kind_of(map_fields(field)[0]), segment.text, segment.position)
    except Mismatch as error:
        raise QueryError(
            request_field, f"{field.name} has no such key: {error.reason}", position=segment.position
        ) from None


def _field(segment: Segment, within: Descriptor | None, steps: Sequence[Step], request_field: str) -> FieldDescriptor:
    if within is None:
        reason = f"{steps[-1].field.name} has no fields"
        raise QueryError(request_field, reason, position=segment.position)
    field: FieldDescriptor | None = within.fields_by_name.get(segment.text)
    if field is not None:
        return field
    close = closest(segment.text, within.fields_by_name)
    hint = f"did you mean {close}?" if close else f"it has {_some(list(within.fields_by_name))}"
    reason = f"{within.name} has no field {shown(segment.text)}"
    raise QueryError(request_field, reason, position=segment.position, hint=hint)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:20]) + (" ..." if len(names) > 20 else "") or "none"
