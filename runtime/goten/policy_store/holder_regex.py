"""From the text of a name to its governing holder by one regular expression (STORE-1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Generic, NamedTuple, TypeAlias, TypeVar

from goten.id_patterns import IdPattern, Inlining
from goten.name_patterns import ANY_NAME, Segment
from goten.names import WILDCARD, NamePattern, ResourceName
from goten.policy_store.holder_cuts import HolderCut, holder_cut, may_overlap, parts_of, takes_slashes

TargetT = TypeVar("TargetT")

Refusal: TypeAlias = Callable[[str], object]
"""Answers something true for a last segment of which it is not sure that names in some collection may have it."""

Found: TypeAlias = tuple[TargetT, str, Refusal]
"""What the text of a name says: the target, and the holder's relative name, which is empty where the name is global.
The same holds for all texts that differ from it in what follows the last slash alone: they are names, and have that
target and holder, if the third does not refuse what follows there."""

_DEFAULT_ID: Final = "[!-.0-z|~]+"
"""The default rule for ids (NAME-5) among ASCII characters, as a class that `re` looks up in one table."""

_Branch: TypeAlias = tuple[type[ResourceName] | None, tuple[str, ...]]
"""A class of holders, and the segments of their names as regular expressions; None and none for global names."""

_Ending: TypeAlias = tuple[TargetT, int, Refusal]
"""What an empty group at the end of a pattern says of its names: the target, the group with the holder, 0 where they
are global, and the refusal. Being the last group of a match, it tells which pattern that fits."""


def refuse_all(_: str) -> bool:
    """Is never sure."""
    return True


class _Way(NamedTuple):
    """A pattern, and what its names lead to."""

    pattern: NamePattern
    leads_to: HolderCut | NamePattern | None
    """The holder in the text; None where the names are global; the pattern itself where the text does not say."""


class _Node:
    """What names may look like from some segment on."""

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        """By segments that may come next, as regular expressions."""
        self.ends = False
        """Whether a name may end here."""
        self.last: str | None = None
        """The last segment of such a name, without wildcards; None where a segment takes slashes."""


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
        self._endings: dict[int | None, _Ending[TargetT]] = {}
        self._groups = 0
        branches = [self._branch(tree, target(holder), prefix) for (holder, prefix), tree in _sorted_out(ways).items()]
        text = rf"(?!/)(?:{'|'.join(branches)})" if branches else "(?!)"
        self._match = re.compile(text, re.ASCII).fullmatch

    def find(self, text: str) -> Found[TargetT] | None:
        """None: not decided."""
        found = self._match(text)
        if found is None:
            return None
        target, group, refuses = self._endings[found.lastindex]
        return target, found[group] if group else "", refuses

    def _branch(self, tree: _Node, target: TargetT, prefix: Sequence[str]) -> str:
        if not prefix:
            return self._emit(tree, "", (target, 0, refuse_all))
        self._groups += 1
        return f"({'/'.join(prefix)}){self._emit(tree, '/', (target, self._groups, refuse_all))}"

    def _emit(self, node: _Node, slash: str, ending: _Ending[TargetT]) -> str:
        """The expression for what may come; what goes on comes before the end. Numbers groups as it writes them."""
        target, holder_group, _ = ending
        # Where no slash is before a segment, what is before it is no collection.
        inside = target, holder_group, _refusal(node) if slash else refuse_all
        branches = [slash + segment + self._emit(after, "/", inside) for segment, after in node.next.items()]
        if node.ends:
            self._groups += 1
            self._endings[self._groups] = ending if node.last else (target, holder_group, refuse_all)
            branches.append("()")
        return f"(?:{'|'.join(branches)})" if len(branches) > 1 else branches[0]


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


def _sorted_out(ways: Sequence[_Way]) -> dict[_Branch, _Node]:
    """What the patterns that are sure look like behind the holder's name; the branches of most patterns first."""
    trees: dict[_Branch, _Node] = {}
    sizes: dict[_Branch, int] = {}
    for way in ways:
        if not isinstance(way.leads_to, NamePattern) and _is_plain(way.pattern) and _is_unrivalled(way, ways):
            parts = parts_of(way.pattern)
            segments = [_segment_regex(*part, wildcards=True) for part in parts]
            count = 0 if way.leads_to is None else way.leads_to.segments
            branch = (None if way.leads_to is None else way.leads_to.holder, tuple(segments[:count]))
            sizes[branch] = sizes.get(branch, 0) + 1
            node = trees.setdefault(branch, _Node())
            for segment in segments[count:]:
                node = node.next.setdefault(segment, _Node())
            node.ends = True
            if not any(takes_slashes(ids) for _, ids in parts):
                node.last = _segment_regex(*parts[-1], wildcards=False)
    return dict(sorted(trees.items(), key=lambda entry: -sizes[entry[0]]))


def _is_unrivalled(way: _Way, ways: Sequence[_Way]) -> bool:
    return not any(other.leads_to != way.leads_to and may_overlap(way.pattern, other.pattern) for other in ways)


def _refusal(node: _Node) -> Refusal:
    """Of last segments right behind `node`. It refuses wildcards, which are rare and would cost all others time."""
    lasts = [after.last for after in node.next.values() if after.last]
    # To find out that a segment is not what it should not be costs less than to make a match.
    return re.compile(rf"(?!(?:{'|'.join(lasts)})\Z)", re.ASCII).match if lasts else refuse_all


def _segment_regex(segment: Segment, ids: Sequence[IdPattern], *, wildcards: bool) -> str:
    values = [_id_regex(rule, wildcards) for rule in ids]
    literals = [re.escape(literal) for literal in segment.literals]
    regex = literals[0] + "".join(value + literal for value, literal in zip(values, literals[1:], strict=True))
    # As in names: the first fit between two slashes is final, so no second try makes hostile names slow.
    return rf"(?>{regex}(?=/|\Z))" if len(ids) > 1 else regex


def _id_regex(rule: IdPattern, wildcards: bool) -> str:
    if not rule.source and not rule.any_depth:
        return _DEFAULT_ID
    regex = rule.inlined(wide=False)
    if not wildcards and not re.fullmatch(rule.regex, WILDCARD, re.ASCII):
        regex = regex.removesuffix(f"|{WILDCARD}")
    return f"(?:{regex})"
