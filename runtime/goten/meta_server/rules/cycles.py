"""Services import downwards only (REG-11)."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def find_cycle(start: str, imports_of: Callable[[str], Iterable[str]]) -> list[str] | None:
    """A way from `start` along imports back to it, with `start` at both ends; None where there is none.

    Looks at every service below `start` once. A cycle that `start` is not part of is none of its business.
    """
    below = iter(sorted(imports_of(start)))
    path, open_branches, seen = [start], [below], {start}
    while open_branches:
        found = next(open_branches[-1], None)
        if found is None:
            open_branches.pop()
            path.pop()
        elif found == start:
            return [*path, start]
        elif found not in seen:
            seen.add(found)
            path.append(found)
            open_branches.append(iter(sorted(imports_of(found))))
    return None
