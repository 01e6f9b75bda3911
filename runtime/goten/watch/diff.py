"""What differs between what is known and what a boundary says; applied in the same breath."""

from __future__ import annotations

from collections.abc import Mapping

from goten.watch.protocol import Applied, ItemT


def apply_snapshot(known: dict[str, ItemT], fresh: dict[str, ItemT]) -> Applied[ItemT]:
    """Makes `known` hold what `fresh` holds: what is not in a snapshot is gone (WATCH-5). `fresh` is handed over."""
    if not known:
        known.update(fresh)
        return Applied(added=fresh, snapshot=True)
    gone = {name: None for name in known if name not in fresh}
    return apply_changes(known, {**gone, **fresh})._replace(snapshot=True)


def apply_changes(known: dict[str, ItemT], changes: Mapping[str, ItemT | None]) -> Applied[ItemT]:
    """Applies changes: None removes, and every name that it removes is known."""
    added: dict[str, ItemT] = {}
    changed: dict[str, ItemT] = {}
    removed: dict[str, ItemT] = {}
    before: dict[str, ItemT] = {}
    for name, item in changes.items():
        if item is None:
            removed[name] = known.pop(name)
            continue
        old = known.get(name)
        if old is None:
            added[name] = known[name] = item
        elif old != item:
            changed[name] = known[name] = item
            before[name] = old
    return Applied(added, changed, removed, before)
