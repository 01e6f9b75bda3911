"""The resources of a synthetic service: how they are called, named, placed and governed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from random import Random

from benchmarks.tree.words import ADJECTIVES, NOUNS

DOMAIN = "acme.example"
IAM_ORGANIZATION = f"iam.{DOMAIN}/Organization"
IAM_PROJECT = f"iam.{DOMAIN}/Project"
ID_PATTERN = r"[a-z][a-z0-9\-]{0,28}[a-z0-9]"


class Kind(Enum):
    """How the names of a resource are built; services take the kinds in turn, so that small trees have them all."""

    PROJECT = "below a project"
    REGIONAL = "below a region of a project"
    CHILD = "below the resource before it"
    SEVERAL = "below a project, below an organization, and at the root"
    OPTIONAL_REGION = "below a project, with or without a region"
    GLOBAL = "at the root"


@dataclass(frozen=True, slots=True)
class ResourcePlan:
    """One resource. `parents` are as a skeleton writes them, "" being the root; empty strings mean "not stated"."""

    singular: str
    plural: str
    patterns: tuple[str, ...]
    parents: tuple[str, ...]
    holder: bool = False
    metadata: bool = True
    sync_type: str = ""
    id_pattern: str = ""
    references: tuple[str, ...] = ()
    custom: bool = False

    @property
    def regional(self) -> bool:
        return any("/regions/{region}/" in pattern for pattern in self.patterns)

    @property
    def stem(self) -> str:
        """Name of its files without ending: `edge_device`."""
        return snake(self.singular)


def snake(name: str) -> str:
    """`EdgeDevice` -> `edge_device`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def plan_resources(rng: Random, folder_index: int, domain: str, count: int, custom: int) -> tuple[ResourcePlan, ...]:
    """Plans `count` resources of one service version, of which the first `custom` have custom methods.

    The folder's number says which holders come first and with which kind the others begin.
    """
    holders = _holders(folder_index)
    kinds = list(Kind)
    names = _names(rng, count)
    planned = list(holders)
    for position in range(count - len(holders)):
        kind = kinds[(folder_index * len(kinds) // 2 + position) % len(kinds)]
        planned.append(_resource(rng, kind, names[position], domain, planned))
    return tuple(replace(resource, custom=index < custom) for index, resource in enumerate(planned))


def _holders(folder_index: int) -> tuple[ResourcePlan, ...]:
    """The policy holders: two in `iam`, a project of its own in every third service, starting with the first."""
    project = ResourcePlan("Project", "Projects", ("projects/{project}",), ("",), holder=True, id_pattern=ID_PATTERN)
    if folder_index == 0:
        organization = ("organizations/{organization}",)
        return (ResourcePlan("Organization", "Organizations", organization, ("",), holder=True), project)
    return (project,) if folder_index % 3 == 1 else ()


def _names(rng: Random, count: int) -> list[str]:
    plain = rng.sample(NOUNS, min(count, len(NOUNS)))
    compound = [adjective + noun for adjective in ADJECTIVES for noun in NOUNS]
    return [name if rng.random() < 0.5 else compound.pop(rng.randrange(len(compound))) for name in plain]


def _resource(rng: Random, kind: Kind, singular: str, domain: str, planned: list[ResourcePlan]) -> ResourcePlan:
    previous = planned[-1] if planned else None
    plural = _plural(singular)
    own = f"{plural[0].lower()}{plural[1:]}/{{{snake(singular)}}}"
    parents, prefixes = _places(kind, planned)
    references = [f"{domain}/{previous.singular}"] if previous and rng.random() < 0.4 else []
    if rng.random() < 0.25:
        references.append(IAM_ORGANIZATION)
    return ResourcePlan(
        singular,
        plural,
        tuple(prefix + own for prefix in prefixes),
        parents,
        metadata=kind is not Kind.GLOBAL or rng.random() < 0.5,
        sync_type=rng.choice(("", "", "", "NEVER", "ALWAYS_IN_SCOPE")) if kind is not Kind.GLOBAL else "",
        id_pattern=rng.choice(("", "", ID_PATTERN, r"[\w./-]{1,128}")),
        references=tuple(references),
    )


def _places(kind: Kind, planned: list[ResourcePlan]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Parents as a skeleton states them, and what stands before the resource's own pair in each pattern."""
    own = {resource.singular for resource in planned}
    project = "Project" if "Project" in own else IAM_PROJECT
    organization = "Organization" if "Organization" in own else IAM_ORGANIZATION
    if kind is Kind.GLOBAL:
        return ("",), ("",)
    if kind is Kind.CHILD and planned:
        return (planned[-1].singular,), (planned[-1].patterns[0] + "/",)
    if kind is Kind.REGIONAL:
        return (project,), ("projects/{project}/regions/{region}/",)
    if kind is Kind.SEVERAL:
        return (project, organization, ""), ("projects/{project}/", "organizations/{organization}/", "")
    if kind is Kind.OPTIONAL_REGION:
        return (project,), ("projects/{project}/", "projects/{project}/regions/{region}/")
    return (project,), ("projects/{project}/",)


def _plural(singular: str) -> str:
    if singular.endswith("y") and not singular.endswith(("ay", "ey")):
        return singular[:-1] + "ies"
    return singular + ("es" if singular.endswith(("s", "x", "ch")) else "s")
