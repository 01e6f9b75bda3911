"""What a mask does with a part of a field (FILTER-18, FILTER-19, FILTER-20)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from goten.query.mask_parts import Mask, Part, comparison
from goten.query.paths import Step, segment_text
from goten.query.structures import is_list, map_fields


def inside(field: FieldDescriptor, mask: Mask) -> Part:
    """A part of the message in a field, or of each message in a list."""
    return _InnerList(field, mask) if is_list(field) else _InnerMessage(field, mask)


class _InnerMessage:
    def __init__(self, field: FieldDescriptor, mask: Mask) -> None:
        self._name = field.name
        self._mask = mask

    def pick(self, source: Any, target: Any) -> None:
        if source.HasField(self._name):
            self._mask.pick(getattr(source, self._name), getattr(target, self._name))

    def overwrite(self, source: Any, target: Any) -> None:
        if target.HasField(self._name):
            self._mask.overwrite(getattr(source, self._name), getattr(target, self._name))
        else:
            self.pick(source, target)

    def differing(self, a: Any, b: Any, prefix: str) -> Iterator[str]:
        return self._mask.differing(getattr(a, self._name), getattr(b, self._name), f"{prefix}{self._name}.")

    def paths(self, prefix: str) -> Iterator[str]:
        return self._mask.paths(f"{prefix}{self._name}.")


class _InnerList:
    """A part of every message in a list. Such a part is shown and compared; a list is overwritten as a whole only."""

    def __init__(self, field: FieldDescriptor, mask: Mask) -> None:
        self._name = field.name
        self._mask = mask

    def pick(self, source: Any, target: Any) -> None:
        for element in getattr(source, self._name):
            self._mask.pick(element, getattr(target, self._name).add())

    def overwrite(self, source: Any, target: Any) -> None:
        raise NotImplementedError(f"a part of {self._name} is overwritten")

    def differing(self, a: Any, b: Any, prefix: str) -> Iterator[str]:
        elements_a, elements_b = getattr(a, self._name), getattr(b, self._name)
        if len(elements_a) != len(elements_b):
            yield prefix + self._name
            return
        found: dict[str, None] = {}
        for element_a, element_b in zip(elements_a, elements_b, strict=True):
            found |= dict.fromkeys(self._mask.differing(element_a, element_b, f"{prefix}{self._name}."))
        yield from found

    def paths(self, prefix: str) -> Iterator[str]:
        return self._mask.paths(f"{prefix}{self._name}.")


class Entries:
    """Some entries of a map: whole, where there is no mask for a key, else a part of the message there."""

    def __init__(self, field: FieldDescriptor, masks: Mapping[Any, Mask | None]) -> None:
        self._field = field
        self._name = field.name
        self._masks = masks
        self._holds_messages = map_fields(field)[1].message_type is not None
        self._same = comparison(field)

    def pick(self, source: Any, target: Any) -> None:
        entries = getattr(source, self._name)
        for key in self._masks:
            if key in entries:
                self._pick_entry(key, entries, getattr(target, self._name))

    def _pick_entry(self, key: Any, entries: Any, targets: Any) -> None:
        mask = self._masks[key]
        if mask is not None:
            mask.pick(entries[key], targets[key])
        elif self._holds_messages:
            targets[key].CopyFrom(entries[key])
        else:
            targets[key] = entries[key]

    def overwrite(self, source: Any, target: Any) -> None:
        entries, targets = getattr(source, self._name), getattr(target, self._name)
        for key, mask in self._masks.items():
            if mask is not None and key in targets:
                mask.overwrite(entries[key] if key in entries else type(targets[key])(), targets[key])
            elif key in entries:
                self._pick_entry(key, entries, targets)
            elif key in targets:
                del targets[key]

    def differing(self, a: Any, b: Any, prefix: str) -> Iterator[str]:
        entries_a, entries_b = getattr(a, self._name), getattr(b, self._name)
        for key, mask in self._masks.items():
            path = prefix + segment_text(Step(self._field, key))
            if (key in entries_a) is not (key in entries_b):
                yield path
            elif key in entries_a and mask is not None:
                yield from mask.differing(entries_a[key], entries_b[key], f"{path}.")
            elif key in entries_a and not self._same(entries_a[key], entries_b[key]):
                yield path

    def paths(self, prefix: str) -> Iterator[str]:
        for key, mask in self._masks.items():
            path = prefix + segment_text(Step(self._field, key))
            yield from (path,) if mask is None else mask.paths(f"{path}.")
