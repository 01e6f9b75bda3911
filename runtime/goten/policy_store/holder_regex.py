"""From the text of a name to its governing holder by one regular expression (STORE-1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Generic, NamedTuple, TypeAlias, TypeVar

from goten.id_patterns import IdPattern, Inlining
from goten.name_patterns import ANY_NAME, Segment
from goten.names import NamePattern, ResourceName
from goten.policy_store.holder_cuts import HolderCut, holder_cut, may_overlap, parts_of, takes_slashes

TargetT = TypeVar("TargetT")

_DEFAULT_ID: Final = "[!-.0-z|~]+"
"""The default rule for ids (NAME-5) among ASCII characters, as a class that `re` looks up in one table."""

_Tree: TypeAlias = dict[str, "_Tree"]
"""Segments that may come next, as regular expressions; an empty one ends the name."""

_Branch: TypeAlias = tuple[type[ResourceName] | None, tuple[str, ...]]
"""A class of holders, and the segments of their names as regular expressions; None and none for global names."""


class _Way(NamedTuple):
    """A pattern, and what its names lead to."""

    pattern: NamePattern
    leads_to: HolderCut | NamePattern | None
    """The holder in the text; None where the names are global; the pattern itself where the text does not say."""


class HolderRegex(Generic[TargetT]):
    """Finds the holders of relative names of one service, in a single match.

    What it answers is right whatever the text: it fits a pattern by all rules for names, and every pattern that it
    might fit as well leads to the same holder. What it does not decide is left to reading the name: what is no name,
    names with other characters than ASCII, and the patterns whose id rules or holders it cannot be sure of.
    """

    def __init__(
        self, names: Iterable[type[ResourceName]], target: Callable[[type[ResourceName] | None], TargetT]
    ) -> None:
        """`names` are all name classes of the service; `target` says what to answer for a class of holders, or for
        global names (None)."""
        ways = [_way(pattern) for name in names for pattern in name.PATTERNS]
        targets = [target(None)]
        branches = []
        for (holder, prefix), tree in _sorted_out(ways).items():
            if holder is None:
                branches.append(_emit(tree, ""))
            else:
                branches.append(f"({'/'.join(prefix)}){_emit(tree, '/')}")
                targets.append(target(holder))
        text = rf"(?!/)(?:{'|'.join(branches)})" if branches else "(?!)"
        self.match: Final = re.compile(text, re.ASCII).fullmatch
        """With the holder's relative name in group `lastindex`; without a group where the name is global."""
        self.targets: Final = targets
        """By `lastindex`; the one of global names is the first."""

    def find(self, text: str) -> tuple[TargetT, str] | None:
        """The target and the holder's relative name, or whatever text where the name is global; None: not decided."""
        found = self.match(text)
        if found is None:
            return None
        group = found.lastindex or 0
        return self.targets[group], found[group]


def _way(pattern: NamePattern) -> _Way:
    return _Way(pattern, None if pattern.holder_ancestor is None else holder_cut(pattern) or pattern)


def _is_plain(pattern: NamePattern) -> bool:
    """Whether a regular expression can say which texts fit, without a search through several readings."""
    if pattern.text == ANY_NAME or not pattern.text.isascii():
        return False
    parts = parts_of(pattern)
    for _, ids in parts:
        if any(rule.inlining is Inlining.NEVER for rule in ids):
            return False
        if len(ids) > 1 and any(rule.inlining is not Inlining.ANYWHERE or rule.takes_slashes for rule in ids):
            return False
    return sum(takes_slashes(ids) for _, ids in parts) <= 1


def _sorted_out(ways: Sequence[_Way]) -> dict[_Branch, _Tree]:
    """What the patterns that are sure look like behind the holder's name; the branches of most patterns first."""
    trees: dict[_Branch, _Tree] = {}
    sizes: dict[_Branch, int] = {}
    for way in ways:
        if not isinstance(way.leads_to, NamePattern) and _is_plain(way.pattern) and _is_unrivalled(way, ways):
            segments = [_segment_regex(*part) for part in parts_of(way.pattern)]
            count = 0 if way.leads_to is None else way.leads_to.segments
            branch = (None if way.leads_to is None else way.leads_to.holder, tuple(segments[:count]))
            sizes[branch] = sizes.get(branch, 0) + 1
            tree = trees.setdefault(branch, {})
            for segment in segments[count:]:
                tree = tree.setdefault(segment, {})
            tree[""] = {}
    return dict(sorted(trees.items(), key=lambda entry: -sizes[entry[0]]))


def _is_unrivalled(way: _Way, ways: Sequence[_Way]) -> bool:
    return not any(other.leads_to != way.leads_to and may_overlap(way.pattern, other.pattern) for other in ways)


def _emit(tree: _Tree, slash: str) -> str:
    """The expression for a tree; what goes on comes before the end."""
    branches = [slash + segment + _emit(rest, "/") for segment, rest in tree.items() if segment]
    if "" in tree:
        branches.append("")
    return f"(?:{'|'.join(branches)})" if branches != [""] else ""


def _segment_regex(segment: Segment, ids: Sequence[IdPattern]) -> str:
    values = [f"(?:{rule.inlined(wide=False)})" if rule.source or rule.any_depth else _DEFAULT_ID for rule in ids]
    literals = [re.escape(literal) for literal in segment.literals]
    regex = literals[0] + "".join(value + literal for value, literal in zip(values, literals[1:], strict=True))
    # As in names: the first fit between two slashes is final, so no second try makes hostile names slow.
    return rf"(?>{regex}(?=/|\Z))" if len(ids) > 1 else regex
