"""`goten-gen explain`: which resource a name belongs to, who governs it, which region owns it, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from goten_gen.model import PatternUse, Resource, Service, TypeRef, World
from goten_gen.patterns import Pattern, match_name


@dataclass(frozen=True, slots=True)
class Match:
    """A name that fits a pattern of a resource, with the values of the pattern's variables."""

    resource: Resource
    use: PatternUse
    values: Mapping[str, str]


def find_matches(name: str, services: Iterable[Service]) -> list[Match]:
    """The resource of each service version whose names look like `name` (`a/b` or `//domain/a/b`)."""
    domain, relative = _split(name)
    return [
        match
        for service in services
        if domain in (None, service.key.domain)
        for match in [_best(relative, service)]
        if match is not None
    ]


def _split(name: str) -> tuple[str | None, str]:
    if name.startswith("//"):
        domain, _, relative = name[2:].partition("/")
        return domain, relative
    return None, name


def _best(relative: str, service: Service) -> Match | None:
    """The pattern with most literal segments wins (NAME-7); of equals the first type."""
    best: Match | None = None
    for resource in service.resources:
        for use in resource.patterns:
            regions = frozenset(("region",)) if use.regional else frozenset[str]()
            values = match_name(use.pattern, relative, ids=resource.variable_patterns, region_variables=regions)
            if values is None:
                continue
            if best is None or _weight(use.pattern) > _weight(best.use.pattern):
                best = Match(resource, use, values)
    return best


def _weight(pattern: Pattern) -> int:
    return -1 if pattern.is_wildcard else pattern.literal_count


def explain(match: Match, world: World) -> Iterator[str]:
    """Lines of text about one match."""
    resource, use = match.resource, match.use
    yield f"{resource.type} {resource.service.version}".rstrip()
    yield f"  pattern    {use.pattern}"
    for variable, value in match.values.items():
        yield f"  {variable:<10} {value}"
    yield f"  parent     {_ancestor_text(match, world, use.parent, use.parent_pattern) or 'none'}"
    holder = _ancestor_text(match, world, use.holder, use.holder_pattern)
    yield f"  governed by {holder or f'the policy of services/{resource.service.domain} (global)'}"
    yield f"  owned by   {_owner(match, holder)}"
    if not resource.supports_metadata:
        yield "  note       no metadata: outside the multi-region design, nothing is synced"
    yield "  why"
    yield f"    {use.reason.rule}: {use.reason.text}"
    yield f"    DETECT-5: {_region_reason(use)}"
    yield f"    {match.resource.findings[-1].rule}: {match.resource.findings[-1].text} ({resource.sync_type})"


def _owner(match: Match, holder: str | None) -> str:
    if match.use.regional:
        return f"region {match.values['region']}"
    policy = holder or f"services/{match.resource.service.domain}"
    return f"the default_control_region of the policy of {policy}"


def _region_reason(use: PatternUse) -> str:
    if use.regional:
        return "the pattern has a region scope, so the name says the owning region"
    return "the pattern has no region scope, so the governing policy says the owning region"


def _ancestor_text(match: Match, world: World, ref: TypeRef | None, number: int | None) -> str | None:
    if ref is None:
        return None
    resource = world.resources.get(ref)
    if resource is None or number is None:
        return ref.type
    ancestor = resource.patterns[number].pattern
    return f"{ref.type} //{ref.key.domain}/{_fill(ancestor, match.use.pattern, match.values)}"


def _fill(ancestor: Pattern, pattern: Pattern, values: Mapping[str, str]) -> str:
    """The ancestor's name: values by position, region scopes aside, which take the name's own region (NAME-8)."""
    mine = _without_scopes(pattern)
    given = iter(mine)
    parts = []
    scopes = {j for i in ancestor.region_scopes for j in (i, i + 1)} if pattern.region_scopes else set()
    for number, segment in enumerate(ancestor.segments):
        if number in scopes:
            parts.append(segment.literal or values["region"])
            continue
        other = pattern.segments[next(given)]
        texts = [values[variable] for variable in other.variables]
        parts.append(segment.literal or _join(texts, segment.separators))
    return "/".join(parts)


def _without_scopes(pattern: Pattern) -> list[int]:
    out = {j for i in pattern.region_scopes for j in (i, i + 1)}
    return [number for number in range(len(pattern.segments)) if number not in out]


def _join(values: list[str], separators: tuple[str, ...]) -> str:
    return values[0] + "".join(f"{s}{v}" for s, v in zip(separators, values[1:], strict=True))
