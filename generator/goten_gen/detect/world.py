"""All rules together: every service version of a tree with its resources, RPCs, imports and holders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from goten_gen.detect.access import MethodReader, find_access
from goten_gen.detect.ancestors import Ancestor, AncestorFinder
from goten_gen.detect.catalog import Declared, build_catalog
from goten_gen.detect.holders import metadata_field, name_field, policy_field
from goten_gen.detect.imports import ImportFinder, popularity
from goten_gen.detect.references import find_references
from goten_gen.detect.schema_patterns import with_schema_patterns
from goten_gen.diagnostics import (
    BAD_ID_PATTERN,
    BAD_SETTINGS,
    HOLDER_WITHOUT_ACCESS,
    HOLDER_WITHOUT_WATCH,
    NEVER_UNGOVERNED,
    NO_PATTERN,
    TIED_HOLDERS,
    UNKNOWN_PARENT,
    Diagnostic,
)
from goten_gen.keys import ServiceKey
from goten_gen.model import Api, Finding, PatternUse, ProtoTree, Resource, Rpc, Service, SyncType, TypeRef, World
from goten_gen.patterns import REGION_ID, Pattern, is_regex
from goten_gen.settings import Placed, ServiceSettings, SettingsIndex
from goten_gen.skeletons import Skeleton


@dataclass
class Detection:
    world: World
    diagnostics: list[Diagnostic] = field(default_factory=list)


def detect(tree: ProtoTree, settings: Sequence[ServiceSettings] = (), skeletons: Sequence[Skeleton] = ()) -> Detection:
    """Applies every rule to the whole tree; nothing here depends on what a run selects."""
    return _Detector(tree, SettingsIndex(list(settings)), {s.service: s for s in skeletons}).run()


class _Detector:
    def __init__(self, tree: ProtoTree, settings: SettingsIndex, skeletons: Mapping[ServiceKey, Skeleton]) -> None:
        self.tree = tree
        self.settings = settings
        self.skeletons = skeletons
        self.catalog, self.diagnostics = build_catalog(tree)
        finder = ImportFinder(tree, self.catalog, settings, skeletons)
        self.imports = finder.find()
        self.diagnostics += finder.diagnostics
        self.diagnostics += with_schema_patterns(self.catalog, self.imports, tree)
        self.ancestors = AncestorFinder(self.catalog, self.imports, popularity(self.imports))
        self.policy_fields = self._policy_fields()

    def run(self) -> Detection:
        self._check_settings()
        services = {key: self._service(key) for key in sorted(self.catalog.services)}
        resources = {TypeRef(r.type, r.service.version): r for s in services.values() for r in s.resources}
        packages = {path: file.package for path, file in self.tree.files.items()}
        return Detection(World(services, resources, packages), self.diagnostics)

    def _policy_fields(self) -> dict[TypeRef, tuple[str, ...]]:
        fields = {}
        for key, types in self.catalog.services.items():
            for declared in types.values():
                path, found = policy_field(declared, self.tree.messages)
                self.diagnostics += found
                if path is not None:
                    fields[TypeRef(declared.type, key.version)] = path
        return fields

    def _is_holder(self, declared: Declared) -> bool:
        return TypeRef(declared.type, declared.key.version) in self.policy_fields

    def _check_settings(self) -> None:
        """Settings that name what the tree does not have are mistakes."""
        domains = {key.domain for key in self.catalog.services}
        for settings in self.settings.all:
            keys = [k for k in self.catalog.services if k.domain == settings.domain]
            keys = [k for k in keys if settings.version in (None, k.version)]
            if settings.domain in domains and not keys:
                text = f"{settings.domain} has no version {settings.version!r}"
                self.diagnostics.append(BAD_SETTINGS.at(settings.position, text))
            elif not keys:
                text = f"the tree holds no service {settings.domain!r}"
                self.diagnostics.append(BAD_SETTINGS.at(settings.position, text))
            for name, resource in settings.resources.items() if keys else ():
                declared = [self.catalog.services[key].get(f"{settings.domain}/{name}") for key in keys]
                if not any(declared):
                    text = f"{settings.domain} has no resource {name!r}"
                    self.diagnostics.append(BAD_SETTINGS.at(resource.position, text))
                    continue
                patterns = {pattern.text for d in declared if d for pattern in d.patterns}
                for pattern, holder in resource.governed_by.items():
                    if pattern not in patterns:
                        text = f"{settings.domain}/{name} has no pattern {pattern!r}"
                        self.diagnostics.append(BAD_SETTINGS.at(holder.position, text))

    def _service(self, key: ServiceKey) -> Service:
        types = self.catalog.services[key]
        files = self.catalog.files_of(key)
        rpcs = [rpc for path in files for rpc in self.tree.files[path].rpcs]
        by_name: dict[str, list[Rpc]] = {}
        for rpc in rpcs:
            by_name.setdefault(rpc.name, []).append(rpc)
        access = {name: find_access(declared, by_name, self.tree.messages) for name, declared in types.items()}
        resources = tuple(self._resource(types[name], access[name]) for name in sorted(types))
        holders = {use.holder for resource in resources for use in resource.patterns if use.holder}
        reader = MethodReader(key.domain, types, access, self.tree.messages)
        apis: dict[str, list[Rpc]] = {}
        for rpc in rpcs:
            apis.setdefault(rpc.api, []).append(rpc)
        return Service(
            key=key,
            files=tuple(files),
            whole=all(self.tree.files[path].compiled for path in files),
            resources=resources,
            apis=tuple(Api(name, mine[0].file, tuple(reader.read(rpc) for rpc in mine)) for name, mine in apis.items()),
            imports=tuple(self.imports[key].values()),
            holders=tuple(sorted(holders, key=lambda ref: (ref.type, ref.version))),
            generation=self._generation(key),
        )

    def _generation(self, key: ServiceKey) -> int:
        configured = self.settings.first(*key, lambda s: s.generation)
        return 1 if configured is None else configured

    def _resource(self, declared: Declared, access: Mapping[str, Rpc]) -> Resource:
        assert declared.message is not None
        version = declared.key.version
        name, found = name_field(declared)
        self.diagnostics += found
        metadata, found = metadata_field(declared)
        self.diagnostics += found
        if not declared.patterns:
            self.diagnostics.append(NO_PATTERN.at(declared.position, f"{declared.type} has no usable pattern"))
        uses = tuple(self._use(declared, pattern) for pattern in declared.patterns)
        parents, parentless = self._parents(declared, uses)
        policy = self.policy_fields.get(TypeRef(declared.type, version))
        sync_type, sync_reason = self._sync_type(declared)
        self._check_holder(declared, policy, access)
        if sync_type is SyncType.NEVER and any(use.holder is None for use in uses):
            text = f"{declared.type} is NEVER synced, and no policy holder governs it"
            self.diagnostics.append(NEVER_UNGOVERNED.at(declared.position, text))
        services_info = self.settings.resource(declared.type, version, lambda s: s.services_info_default)
        findings = [reason for use in uses for reason in (use.parent_reason, use.reason)]
        if policy:
            findings.append(Finding("DETECT-3", f"a policy holder: its policy is {'.'.join(policy)}"))
        findings.append(_metadata_finding(metadata))
        findings.append(sync_reason)
        return Resource(
            service=declared.key,
            type=declared.type,
            singular=declared.singular,
            plural=declared.plural,
            message=declared.message.full_name,
            file=declared.file,
            position=declared.position,
            comment=declared.message.comment,
            name_field=name,
            patterns=uses,
            parents=parents,
            parentless=parentless,
            policy_field=policy,
            metadata_field=metadata,
            sync_type=sync_type,
            id_pattern=self._id_pattern(declared),
            variable_patterns=self._variable_patterns(declared),
            references=find_references(declared, self.catalog, self.imports[declared.key], self.tree.messages),
            access={verb: rpc.full_name for verb, rpc in access.items()},
            services_info_default=services_info is not False,
            findings=tuple(findings),
        )

    # --- patterns ---

    def _use(self, declared: Declared, pattern: Pattern) -> PatternUse:
        parent = self._parent(declared, pattern)
        holder, reason = self._governing(declared, pattern)
        described = parent if parent and parent.declared.message else None
        return PatternUse(
            pattern=pattern,
            region_scope=self.ancestors.region_scope(declared.key, pattern),
            parent=described.ref if described else None,
            parent_pattern=described.pattern if described and described.pattern >= 0 else None,
            holder=holder.ref if holder else None,
            holder_pattern=holder.pattern if holder and holder.pattern >= 0 else None,
            reason=reason,
            parent_reason=self._parent_reason(declared, pattern, parent),
        )

    def _parent(self, declared: Declared, pattern: Pattern) -> Ancestor | None:
        annotated = self._annotated_parents(declared)
        if annotated:
            found = self.ancestors.find(declared, pattern, lambda candidate: candidate.type in annotated)
            if found:
                return found
        return self.ancestors.find(declared, pattern, lambda _: True)

    def _parent_reason(self, declared: Declared, pattern: Pattern, parent: Ancestor | None) -> Finding:
        if parent is not None:
            return Finding("DETECT-6", f"{pattern}: {self._chosen(parent, 'resource')}")
        rooted = self.ancestors.is_rooted(declared.key, pattern)
        return Finding("DETECT-6", f"{pattern}: {'nothing' if rooted else 'no resource in sight'} stands in front")

    def _chosen(self, found: Ancestor, what: str) -> str:
        """How a parent or holder came to be chosen."""
        where = "of the own service version" if found.own else f"of imported {found.declared.key}"
        text = f"{found.declared.type} {where} is the longest {what} in front"
        if found.tied:
            count = self.ancestors.counts.get(found.declared.key.domain, 0)
            text += f"; as long as {', '.join(found.tied)}, and {count} service versions import its service"
        return text

    def _annotated_parents(self, declared: Declared) -> list[str]:
        """Parents of `goten.annotations.resource`, as full types; "" is the root."""
        spec = declared.message.spec if declared.message else None
        parents = spec.parents if spec else ()
        return [p if not p or "/" in p else f"{declared.key.domain}/{p}" for p in parents]

    def _parents(self, declared: Declared, uses: Sequence[PatternUse]) -> tuple[tuple[TypeRef, ...], bool]:
        annotated = self._annotated_parents(declared)
        if annotated:
            refs = [self._version_of(declared, parent) for parent in annotated if parent]
            for ref in refs:
                if not self._is_known(declared, ref):
                    text = f"no resource in sight has the type of the annotated parent {ref.type} ({declared.type})"
                    self.diagnostics.append(UNKNOWN_PARENT.at(declared.position, text))
            return tuple(dict.fromkeys(refs)), "" in annotated
        found: dict[TypeRef, None] = {}
        parentless = False
        for pattern in declared.patterns:
            parent = self.ancestors.find(declared, pattern, lambda _: True)
            if self.ancestors.is_rooted(declared.key, pattern):
                parentless = True
            elif parent is not None:
                found[parent.ref] = None
            else:
                text = f"no resource in sight is the parent of {pattern} ({declared.type})"
                self.diagnostics.append(UNKNOWN_PARENT.at(declared.position, text))
        return tuple(found), parentless

    def _is_known(self, declared: Declared, ref: TypeRef) -> bool:
        defined = any(d.type == ref.type for d in self.catalog.definitions_in_sight(declared.key))
        return defined or ref.type in self.catalog.services.get(ref.key, {})

    def _version_of(self, declared: Declared, type_: str) -> TypeRef:
        domain = type_.partition("/")[0]
        imported = self.imports[declared.key].get(domain)
        own = declared.key.version if domain == declared.key.domain else ""
        return TypeRef(type_, imported.version if imported else own)

    def _governing(self, declared: Declared, pattern: Pattern) -> tuple[Ancestor | None, Finding]:
        overrides = self.settings.governed_by(declared.type, declared.key.version)
        if pattern.text in overrides:
            return self._override(declared, pattern, overrides[pattern.text])
        found = self.ancestors.find(declared, pattern, self._is_holder)
        if found is None:
            return None, Finding("DETECT-7", f"{pattern}: no policy holder in front, the service's own policy applies")
        if found.tied:
            others = ", ".join(found.tied)
            message = f"{pattern} ({declared.type}) could be governed by {found.declared.type} or {others}"
            hint = f"{found.declared.type} is taken by the tie rule; settle it with `governed_by` in goten.yaml"
            self.diagnostics.append(TIED_HOLDERS.at(declared.position, message, hint=hint))
        return found, Finding("DETECT-7", f"{pattern}: {self._chosen(found, 'policy holder')}")

    def _override(
        self, declared: Declared, pattern: Pattern, wanted: Placed[str | None]
    ) -> tuple[Ancestor | None, Finding]:
        where = f"{pattern}: {wanted.position.file} says"
        if wanted.value is None:
            return None, Finding("DETECT-7", f"{where} that no holder governs it")
        type_ = wanted.value if "/" in wanted.value else f"{declared.key.domain}/{wanted.value}"
        found = self.ancestors.find(declared, pattern, lambda d: d.type == type_ and self._is_holder(d))
        if found is None:
            text = f"{type_} is no policy holder in front of {pattern}"
            self.diagnostics.append(BAD_SETTINGS.at(wanted.position, text))
            return None, Finding("DETECT-7", f"{where} {type_}, which cannot govern it")
        return replace(found, tied=()), Finding("DETECT-7", f"{where} that {type_} governs it")

    # --- ids and syncing ---

    def _id_pattern(self, declared: Declared) -> str | None:
        """Annotation, else `goten.yaml`, else the skeleton (SETTINGS-5)."""
        spec = declared.message.spec if declared.message else None
        if spec and spec.id_pattern:
            if is_regex(spec.id_pattern):
                return spec.id_pattern
            text = f"id_pattern {spec.id_pattern!r} of {declared.type}"
            found = BAD_ID_PATTERN.at(declared.position, text)
            if found not in self.diagnostics:
                self.diagnostics.append(found)
        configured = self.settings.resource(declared.type, declared.key.version, lambda s: s.id_pattern)
        skeleton = self.skeletons.get(declared.key)
        return configured or (skeleton.id_patterns.get(declared.name) if skeleton else None)

    def _variable_patterns(self, declared: Declared) -> dict[str, str]:
        """Variable -> id pattern: that of the resource whose names end there; the own one for the last variable."""
        found: dict[str, str] = {}
        for pattern in declared.patterns:
            last = len(pattern.segments) - 1
            for number, segment in enumerate(pattern.segments):
                if len(segment.variables) != 1 or segment.variables[0] in found:
                    continue
                described = declared if number == last else self.ancestors.describing(declared, pattern, number + 1)
                id_pattern = self._id_pattern(described) if described else None
                if id_pattern is not None and id_pattern != REGION_ID:
                    found[segment.variables[0]] = id_pattern
        return found

    def _sync_type(self, declared: Declared) -> tuple[SyncType, Finding]:
        assert declared.message is not None
        version = declared.key.version
        if declared.message.sync_type is not None:
            return declared.message.sync_type, Finding("DETECT-10", "the sync type is annotated")
        configured = self.settings.resource(declared.type, version, lambda s: s.sync_type)
        if configured is not None:
            return configured, Finding("DETECT-10", "the sync type is from goten.yaml")
        skeleton = self.skeletons.get(declared.key)
        if skeleton and declared.name in skeleton.sync_types:
            return skeleton.sync_types[declared.name], Finding("DETECT-10", "the sync type is from the skeleton")
        return SyncType.DEFAULT, Finding("DETECT-10", "nothing says a sync type")

    def _check_holder(self, declared: Declared, policy: tuple[str, ...] | None, access: Mapping[str, Rpc]) -> None:
        if policy is None or "watch" in access:
            return
        if "get" in access and "list" in access:
            text = f"policy holder {declared.type} has no Watch{declared.plural} method; it is polled"
            self.diagnostics.append(HOLDER_WITHOUT_WATCH.at(declared.position, text))
        else:
            text = f"policy holder {declared.type} has no Watch, and no Get and List to poll"
            self.diagnostics.append(HOLDER_WITHOUT_ACCESS.at(declared.position, text))


def _metadata_finding(metadata: str | None) -> Finding:
    if metadata:
        return Finding("DETECT-4", f"metadata is field {metadata}")
    return Finding("DETECT-4", "no goten.types.Meta field: outside the multi-region design")
