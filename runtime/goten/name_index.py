"""Finding the type of a name among all types of a service (NAME-12)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from goten.name_errors import misfit
from goten.name_patterns import ANY_NAME
from goten.names import NamePattern, ResourceName, relative_name


class _Use(NamedTuple):
    name: type[ResourceName]
    pattern: NamePattern


class NameIndex:
    """Parses names of any of the classes `names`, all of the service `domain`.

    A look at the number of segments and at two of them leaves few patterns, which are tried in order: most literal
    segments first, then as `names` has them.
    """

    def __init__(self, domain: str, names: Iterable[type[ResourceName]]) -> None:
        self._domain = domain
        self._full_prefix = f"//{domain}/"
        uses = [_Use(name, pattern) for name in names for pattern in name.PATTERNS]
        self._uses = sorted(uses, key=lambda use: -use.pattern.shape.literal_segments)
        segments = [use.pattern.shape.segments for use in uses]
        literals = {part.literals[0] for parts in segments for part in parts if not part.variables}
        self._literal = {literal: literal for literal in literals}
        self._longest = max(map(len, segments), default=0)
        self._likely: dict[tuple[int, str, str], list[_Use]] = {}

    def parse(self, text: str) -> ResourceName:
        """The typed name that `text` is, relative or in full. Raises InvalidName."""
        relative = relative_name(text, self._full_prefix)
        likely = self._likely_for(relative)
        narrow = relative.isascii()
        if narrow or relative.isprintable():
            for name, pattern in likely:
                found = (pattern.reader if narrow else pattern.wide_reader)(relative)
                if found is not None:
                    return name._make(found, pattern)
        raise misfit(text, self._domain, [use.pattern.candidate for use in likely])

    def _likely_for(self, text: str) -> list[_Use]:
        parts = text.split("/")
        count = len(parts)
        known = self._literal.get
        # All that no pattern is long enough for, or has as a literal, is alike: there are few keys, whatever the texts.
        key = (
            count if count <= self._longest else self._longest + 1,
            known(parts[0], ""),
            known(parts[-2], "") if count > 1 else "",
        )
        likely = self._likely.get(key)
        if likely is None:
            likely = self._likely[key] = [use for use in self._uses if _may_fit(use.pattern, *key)]
        return likely


def _may_fit(pattern: NamePattern, count: int, first: str, before_last: str) -> bool:
    """Whether a text may fit with `count` segments, of which two are these; an empty one is no literal."""
    segments = pattern.shape.segments
    if pattern.text == ANY_NAME:
        return True
    if not segments[0].variables and segments[0].literals[0] != first:
        return False
    if len(segments) != count:
        return len(segments) < count and any(rule.takes_slashes for rule in pattern.candidate.ids)
    return count == 1 or bool(segments[-2].variables) or segments[-2].literals[0] == before_last
