"""From the paths of a mask to what it does (FILTER-17)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from google.protobuf.descriptor import Descriptor

from goten.query.errors import QueryError, shown
from goten.query.mask_insides import Entries, inside
from goten.query.mask_parts import Mask, Part, all_fields, whole
from goten.query.paths import FieldPath, resolve
from goten.query.scanner import read_path
from goten.query.structures import is_map, map_fields

MAX_PATHS: Final = 1000
LONGEST: Final = 65_536
"""Characters of all paths of a mask together."""
EVERYTHING: Final = "*"

_Tree: TypeAlias = "dict[Any, _Tree | None]"
"""Paths by their fields and keys of maps; None where one ends, which covers what could follow."""


@lru_cache(maxsize=256)
def compiled_mask(message: Descriptor, paths: tuple[str, ...], request_field: str, writes: bool) -> Mask:
    """The paths together. Raises QueryError for one that does not exist, and if a part of a list is to be written."""
    if len(paths) > MAX_PATHS:
        raise QueryError(request_field, f"has more than {MAX_PATHS} paths")
    if sum(map(len, paths)) > LONGEST:
        raise QueryError(request_field, f"has more than {LONGEST} characters")
    if EVERYTHING in paths:
        return all_fields(message)
    tree: _Tree = {}
    for path in paths:
        segments = read_path(path, request_field)
        resolved = resolve(segments, message, request_field)
        if writes:
            _check_writable(resolved, request_field)
        _add(tree, resolved)
    return _mask(message, tree)


def _check_writable(path: FieldPath, request_field: str) -> None:
    for step in path.steps[:-1]:
        if step.each:
            reason = f"{shown(str(path))} is a part of each element of {step.field.name}"
            raise QueryError(request_field, reason, hint=f"write {step.field.name} as a whole")


def _add(tree: _Tree, path: FieldPath) -> None:
    atoms = [atom for step in path.steps for atom in (step.field.name, step.key) if atom is not None]
    for atom in atoms[:-1]:
        inner = tree.setdefault(atom, {})
        if inner is None:
            return
        tree = inner
    tree[atoms[-1]] = None


def _mask(message: Descriptor, tree: Mapping[Any, _Tree | None]) -> Mask:
    return Mask(tuple(_part(message, name, inner) for name, inner in tree.items()))


def _part(message: Descriptor, name: str, inner: _Tree | None) -> Part:
    field: Any = message.fields_by_name[name]
    if inner is None:
        return whole(field)
    if not is_map(field):
        return inside(field, _mask(field.message_type, inner))
    values: Any = map_fields(field)[1].message_type
    return Entries(field, {key: None if of is None else _mask(values, of) for key, of in inner.items()})
