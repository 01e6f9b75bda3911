"""`goten-gen generate`: from sources to the output folder, or to a report of what would change."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goten_gen import guard
from goten_gen.diagnostics import OUTPUT_COLLISION, STALE_EDITED, Diagnostic, Severity, dump, in_order, load
from goten_gen.inputs import Input, Selection, read_input
from goten_gen.keys import Position, ServiceKey
from goten_gen.progress import progress
from goten_gen.shipped import shipped_folder

if TYPE_CHECKING:
    from goten_gen.analysis import Analysis
    from goten_gen.output import OutputFile, Plan


@dataclass(frozen=True, slots=True)
class Options:
    """Options of `generate`. `check` and `diff` write nothing."""

    out: str
    protobuf: bool = True
    keep_going: bool = False
    check: bool = False
    diff: bool = False


@dataclass
class Result:
    """What a run did. Paths are relative to the output folder."""

    given: Input
    diagnostics: list[Diagnostic] = field(default_factory=list)
    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    up_to_date: bool = False
    """Inputs, options and outputs are as the last run left them: nothing was read any further."""
    diff: str = ""
    refused: bool = False
    """Errors kept everything from being written."""
    differs: bool = False
    """`check` found differences."""

    @property
    def exit_code(self) -> int:
        failed = self.refused or self.differs or any(diagnostic.is_error for diagnostic in self.diagnostics)
        return 1 if failed else 0


def generate(selection: Selection, options: Options) -> Result:
    """Runs `generate`. Raises `SourceError` and `OutputError`; nothing is written then."""
    given = read_input(selection)
    key, digest = _fingerprint(given, selection, options)
    record = guard.find_unchanged(options.out, key, digest)
    if record is not None:
        return Result(given, load(record.diagnostics), up_to_date=True)
    from goten_gen.early import analyse

    with progress(f"compiling {len(given.sources.protos)} protos"):
        analysis = analyse(given, selection)
    from goten_gen import output

    result = Result(given, analysis.diagnostics)
    if analysis.failed and not options.keep_going:
        result.refused = True
        return result
    with progress("generating"):
        files, complaints = output_files(analysis, selection, options)
        result.diagnostics += complaints
        if any(complaint.is_error for complaint in complaints) and not options.keep_going:
            result.refused = True
            return result
        plan = output.plan(options.out, files, whole=_whole(analysis, selection, options))
    _report(result, plan)
    if options.diff:
        result.diff = plan.diff()
    if options.check or options.diff:
        result.differs = options.check and not plan.is_clean
        return result
    output.apply(plan)
    record = guard.RunRecord(result.exit_code, dump(result.diagnostics))
    guard.record_run(options.out, key, digest, record, outputs=plan.digests, whole=plan.whole)
    return result


def _report(result: Result, plan: Plan) -> None:
    result.written = tuple(file.path for file in plan.writes)
    result.removed = plan.removals
    result.unchanged = plan.unchanged
    edited = [
        STALE_EDITED.at(Position(os.path.relpath(os.path.join(plan.root, path))), "stale, and edited since it was made")
        for path in plan.kept
    ]
    result.diagnostics = in_order([*result.diagnostics, *edited])


def _fingerprint(given: Input, selection: Selection, options: Options) -> tuple[str, str]:
    """The key of this set of options, and the digest of what the run depends on."""
    key = guard.options_key(
        {
            "paths": sorted(os.path.abspath(path) for path in selection.paths),
            "roots": given.sources.roots,
            "services": sorted(selection.services),
            "protobuf": options.protobuf,
            "keep_going": options.keep_going,
        }
    )
    files = [(source.label, source.disk) for source in given.sources.everything()]
    inputs = guard.inputs_digest(files, given.descriptor_set or b"", repr(sorted(given.sources.selected)).encode())
    package = os.path.dirname(__file__)
    generator = guard.generator_digest([package, shipped_folder("templates"), shipped_folder("spec/proto/goten")])
    return key, f"{inputs} {generator}"


# --- what is generated -----------------------------------------------------------------------------------------------


def output_files(
    analysis: Analysis, selection: Selection, options: Options
) -> tuple[list[OutputFile], list[Diagnostic]]:
    """The output tree in memory: the selected service versions and what must be there to import them."""
    from goten_gen.render import render_services
    from goten_gen.runtime_table import RUNTIME_SERVICES

    keys = [key for key in _service_closure(analysis) if key not in RUNTIME_SERVICES]
    if not options.protobuf:
        return render_services(analysis.world, keys), []
    paths, collisions = _without_collisions(_proto_files(analysis, selection, keys))
    with protobuf_files(analysis, paths, tree_owner(analysis, options)) as wait:
        files = render_services(analysis.world, keys)
        modules, complaints = wait()
    return [*files, *modules], collisions + complaints


def _without_collisions(paths: Sequence[str]) -> tuple[list[str], list[Diagnostic]]:
    """Leaves out files whose modules would have the path of another's: `a-b.proto` and `a_b.proto`."""
    from goten_gen.protobuf_modules import module_stem

    first: dict[str, str] = {}
    collisions = []
    for path in paths:
        other = first.setdefault(module_stem(path), path)
        if other != path:
            collisions.append(OUTPUT_COLLISION.at(Position(path), f"its module would be that of {other}"))
    hidden: dict[str, str] = {}
    for stem, path in first.items():
        top = stem.partition("/")[0]
        if top == "goten" or top in sys.stdlib_module_names:
            hidden.setdefault(top, path)
    for top, path in hidden.items():
        text = f"Python finds another module {top!r} first; what is written below {top}/ cannot be imported"
        hint = "put the protos below a folder of another name"
        collisions.append(OUTPUT_COLLISION.at(Position(path), text, hint=hint, severity=Severity.WARNING))
    return list(first.values()), collisions


def _service_closure(analysis: Analysis) -> list[ServiceKey]:
    """The selected service versions and those that they import, however far off."""
    found: dict[ServiceKey, None] = {}
    pending = list(analysis.selected)
    while pending:
        key = pending.pop()
        if key not in found and key in analysis.world.services:
            found[key] = None
            pending += [imported.key for imported in analysis.world.services[key].imports]
    return sorted(found)


def _proto_files(analysis: Analysis, selection: Selection, keys: Iterable[ServiceKey]) -> list[str]:
    """Files whose protobuf modules are written: the selected ones, those of `keys`, and what they import."""
    from goten_gen import protocol

    wanted = {path for key in keys for path in analysis.world.services[key].files}
    if not selection.services:
        wanted |= analysis.selected_files
    closure = analysis.import_closure(path for path in wanted if not protocol.is_provided(path))
    return sorted(path for path in closure if not protocol.is_provided(path) and analysis.tree.files[path].compiled)


@contextmanager
def protobuf_files(
    analysis: Analysis, paths: Sequence[str], nobody: tuple[str, ...]
) -> Iterator[Callable[[], tuple[list[OutputFile], list[Diagnostic]]]]:
    """Starts protoc on `paths` and gives a function that waits for the protobuf modules, stubs and gRPC modules.

    Files of no service are owned by `nobody`.
    """
    from goten_gen import protobuf_modules

    with_services = [path for path in paths if analysis.tree.files[path].rpcs]
    with protobuf_modules.generating(analysis.loaded.descriptor_set, paths, with_services) as wait:
        yield lambda: _with_grpc_stubs(analysis, paths, with_services, nobody, wait)


def _with_grpc_stubs(
    analysis: Analysis,
    paths: Sequence[str],
    with_services: Sequence[str],
    nobody: tuple[str, ...],
    wait: Callable[[], tuple[dict[str, bytes], list[Diagnostic]]],
) -> tuple[list[OutputFile], list[Diagnostic]]:
    from goten_gen import protobuf_modules
    from goten_gen.output_file import OutputFile
    from goten_gen.render import render_grpc_stub

    owners = _owners(analysis)
    files = []
    for path in with_services:
        text = render_grpc_stub(path, protobuf_modules.stub_apis(analysis.tree, path))
        stub = f"{protobuf_modules.module_stem(path)}_pb2_grpc.pyi"
        files.append(OutputFile(stub, text.encode(), owners.get(path, nobody)))
    contents, complaints = wait()
    sources = {protobuf_modules.module_stem(path): path for path in paths}
    files += [
        OutputFile(path, content, owners.get(sources[protobuf_modules.output_stem(path)], nobody))
        for path, content in contents.items()
    ]
    return files, complaints


def _owners(analysis: Analysis) -> dict[str, tuple[str, ...]]:
    """Owners of the protobuf modules of each file: apart from the service's own, which --no-protobuf writes too."""
    owners: dict[str, tuple[str, ...]] = {}
    for service in analysis.world.services.values():
        for path in service.files:
            owners[path] = (*owners.get(path, ()), _protobuf_owner(service.key))
    return owners


def _protobuf_owner(key: ServiceKey) -> str:
    return f"{key} protobuf"


def tree_owner(analysis: Analysis, options: Options) -> tuple[str, ...]:
    """The owner of protobuf modules of no service."""
    from goten_gen import output

    return (output.tree_owner(options.out, analysis.roots),)


def _whole(analysis: Analysis, selection: Selection, options: Options) -> set[str]:
    """Owners that this run selected and read whole: what of theirs it does not make is stale."""
    keys = analysis.whole()
    whole = {str(key) for key in keys}
    if options.protobuf:
        whole |= {_protobuf_owner(key) for key in keys}
        if not selection.services and analysis.covers_roots:
            whole.update(tree_owner(analysis, options))
    return whole
