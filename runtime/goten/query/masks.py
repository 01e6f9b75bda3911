"""Field masks: what to show, to overwrite, to compare (FILTER-17 to FILTER-21, FILTER-23)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from google.protobuf.field_mask_pb2 import FieldMask

from goten.query.mask_parts import Mask
from goten.query.mask_trees import EVERYTHING, compiled_mask
from goten.query.structures import is_single_value

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from goten.descriptors import Descriptor, MessageT


def check_mask(
    field: str, descriptor: Descriptor[Any, Any], mask: FieldMask | Iterable[str], *, writes: bool = False
) -> tuple[str, ...]:
    """The paths of a mask, sorted, each once and in one form, without those that others cover; all fields for `*`.

    `writes`: the mask is to be overwritten, so no path leads through a list. Raises QueryError, for `field` of the
    request.
    """
    paths = tuple(mask.paths if isinstance(mask, FieldMask) else mask)
    if not paths:
        return ()
    return tuple(sorted(_mask(descriptor.message, paths, field, writes=writes).paths()))


def _mask(message: type[Message] | Message, paths: Iterable[str], field: str, *, writes: bool = False) -> Mask:
    descriptor: Any = message.DESCRIPTOR
    return compiled_mask(descriptor, tuple(paths), field, writes)


def pick(message: MessageT, paths: Iterable[str]) -> MessageT:
    """A new message with only what is at the paths (FILTER-18)."""
    picked = type(message)()
    _mask(message, paths, "field_mask").pick(message, picked)
    return picked


def overwrite(target: Message, source: Message, paths: Iterable[str]) -> None:
    """Makes `target` agree with `source` at each path, also where `source` has nothing there (FILTER-19)."""
    _mask(target, paths, "update_mask", writes=True).overwrite(source, target)


def differing_paths(a: Message, b: Message, paths: Iterable[str] | None = None) -> list[str]:
    """Where two messages of a type differ, of what is at `paths` (None: everywhere), as near as it can be told."""
    return list(_mask(a, (EVERYTHING,) if paths is None else paths, "field_mask").differing(a, b))


def set_paths(message: Message) -> tuple[str, ...]:
    """What an update without a mask writes: the paths of all that is set in `message`, sorted (FILTER-21).

    Lists, maps and messages of google.protobuf count as one, and so does a message in which nothing is set.
    """
    return tuple(sorted(_set_paths(message, "")))


def _set_paths(message: Message, prefix: str) -> Iterator[str]:
    for field, value in message.ListFields():
        path = prefix + field.name
        if field.is_repeated or is_single_value(field) or not value.ListFields():
            yield path
        else:
            yield from _set_paths(value, f"{path}.")


def masked_response(
    descriptor: Descriptor[MessageT, Any], response_mask: Any, message: MessageT, written: Iterable[str]
) -> MessageT:
    """What of `message` an answer carries by the `response_mask` of its request (None or empty: all of it; FILTER-23).

    `written` are the paths that the request has written. Raises QueryError for a path that does not exist.
    """
    masking = response_mask and response_mask.WhichOneof("masking")
    if masking == "skip_entire_response_body" and response_mask.skip_entire_response_body:
        return type(message)()
    if masking == "updated_fields_only" and response_mask.updated_fields_only:
        return pick(message, (descriptor.name_field, *written))
    if masking == "body_mask" and response_mask.body_mask.paths:
        return pick(message, check_mask("response_mask.body_mask", descriptor, response_mask.body_mask))
    return message
