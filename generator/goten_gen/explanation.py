"""`goten-gen explain`: which resource a name belongs to, who governs it, which region owns it, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from goten_gen.model import PatternUse, Resource, Service, TypeRef, World
from goten_gen.name_match import make_name, match_name
from goten_gen.patterns import Segment


@dataclass(frozen=True, slots=True)
class Match:
    """A name that fits a pattern of a resource, with the values of the pattern's variables."""

    resource: Resource
    use: PatternUse
    values: Mapping[str, str]


def find_matches(name: str, services: Iterable[Service]) -> list[Match]:
    """The resource of each service version of which `name` is a name: `a/b`, or `//domain/a/b` (NAME-1)."""
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
    """The pattern with most literal segments wins, of equals the first (NAME-12)."""
    matches = [
        Match(resource, use, values)
        for resource in service.resources
        for use in resource.patterns
        for values in [_values(relative, resource, use)]
        if values is not None
    ]
    return max(matches, key=lambda match: match.use.pattern.literal_count, default=None)


def _values(relative: str, resource: Resource, use: PatternUse) -> Mapping[str, str] | None:
    region = None if use.region_scope is None else use.pattern.variables[use.region_scope]
    return match_name(use.pattern, relative, ids=resource.variable_patterns, region=region)


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
        region = match.values["region"]
        return "whichever region stands for the wildcard" if region == "-" else f"region {region}"
    policy = holder or f"services/{match.resource.service.domain}"
    return f"the default_control_region of the policy of {policy}"


def _region_reason(use: PatternUse) -> str:
    if use.regional:
        return "the pattern has a region scope, so the name says the owning region"
    return "the pattern has no region scope, so the governing policy says the owning region"


def _ancestor_text(match: Match, world: World, ref: TypeRef | None, number: int | None) -> str | None:
    """Type and name of an ancestor; the type alone where there is no such name (NAME-14)."""
    if ref is None:
        return None
    resource = world.resources.get(ref)
    if resource is None or number is None:
        return ref.type
    use = resource.patterns[number]
    if use.regional and not match.use.regional:
        return ref.type
    name = make_name(use.pattern, _ancestor_values(use, match))
    if _values(name, resource, use) is None:
        return f"{ref.type} ({name} is no name of it: an id does not match its id pattern)"
    return f"{ref.type} //{ref.key.domain}/{name}"


def _ancestor_values(ancestor: PatternUse, match: Match) -> dict[str, str]:
    """The ids of the ancestor's name, by place; its region scope has the region of `match` (NAME-14)."""
    region = {"region": match.values["region"]} if ancestor.regional else {}
    places = zip(_compared(ancestor), _compared(match.use), strict=False)
    return region | {
        variable: match.values[own]
        for segment, own_segment in places
        for variable, own in zip(segment.variables, own_segment.variables, strict=True)
    }


def _compared(use: PatternUse) -> tuple[Segment, ...]:
    return use.pattern.compared(scopes=use.regional)
