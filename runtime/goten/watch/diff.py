"""What differs between what is known and what a boundary says; applied in the same breath."""

from __future__ import annotations

from collections.abc import Iterable

from goten.watch.protocol import Applied, ItemT


def apply_snapshot(known: dict[str, ItemT], fresh: dict[str, ItemT]) -> Applied[ItemT]:
    """Makes `known` hold what `fresh` holds: what is not in a snapshot is gone (WATCH-5). `fresh` is handed over."""
    if not known:
        known.update(fresh)
        return Applied(added=fresh, snapshot=True)
    return _apply(known, fresh, [name for name in known if name not in fresh], snapshot=True)


def apply_changes(known: dict[str, ItemT], pending: dict[str, ItemT | None]) -> Applied[ItemT]:
    """Applies changes: None removes, and every name that it removes is known."""
    items = {name: item for name, item in pending.items() if item is not None}
    return _apply(known, items, [name for name, item in pending.items() if item is None], snapshot=False)


def _apply(known: dict[str, ItemT], items: dict[str, ItemT], gone: Iterable[str], *, snapshot: bool) -> Applied[ItemT]:
    added: dict[str, ItemT] = {}
    changed: dict[str, ItemT] = {}
    before: dict[str, ItemT] = {}
    for name, item in items.items():
        old = known.get(name)
        if old is None:
            added[name] = item
        elif old != item:
            changed[name] = item
            before[name] = old
    removed = {name: known.pop(name) for name in gone}
    known.update(added)
    known.update(changed)
    return Applied(added, changed, removed, before, snapshot)
