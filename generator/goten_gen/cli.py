"""The command line: arguments in, exit code out (docs/goten-gen.md). 0 clean, 1 errors or differences, 2 usage."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from goten_gen import __version__

if TYPE_CHECKING:
    from goten_gen.analysis import Analysis
    from goten_gen.diagnostics import Diagnostic
    from goten_gen.generation import Result
    from goten_gen.inputs import Input, Selection
    from goten_gen.output import OutputError

USAGE = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; never raises for what a user can cause."""
    # A closed stream is None in Python, where everything that prints expects a file.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    options = _parser().parse_args(arguments)
    # A run makes a few hundred thousand objects that live until its end: looking for garbage among them only costs.
    gc.disable()
    from goten_gen.sources import SourceError

    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except SourceError as error:
        print(f"goten-gen: error: {error}\n    hint: {error.hint}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("goten-gen: interrupted; the output folder is as it was, or complete", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            print(f"goten-gen: error: {error}", file=sys.stderr)
        # Nobody takes our output any more. Python would complain once more at exit, when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def run() -> None:
    """The console script: `main`, and an end without taking a few hundred thousand objects apart one by one."""
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="goten-gen", description="Writes the Python that ties a gRPC service to the Goten protocol."
    )
    parser.add_argument("--version", action="version", version=f"goten-gen {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    generate = _command(commands, "generate", _generate, "write names, descriptors, PolicyStore and EnvRegistry wiring")
    _add_selection(generate)
    generate.add_argument("--out", required=True, metavar="DIR", help="output folder, to be put on the Python path")
    generate.add_argument("--check", action="store_true", help="write nothing; exit code 1 if anything would change")
    generate.add_argument("--diff", action="store_true", help="write nothing; print what would change as a diff")
    generate.add_argument("--keep-going", action="store_true", help="write what is not broken; errors still exit 1")
    generate.add_argument("--no-protobuf", action="store_true", help="leave out protobuf modules and gRPC stubs")
    generate.add_argument("--format", choices=("text", "json", "github"), default="text", help="form of the report")

    inspect = _command(commands, "inspect", _inspect, "show every resource found, and why")
    _add_selection(inspect)
    inspect.add_argument("--format", choices=("table", "json"), default="table", help="json: docs/inspect-schema.json")

    explain = _command(commands, "explain", _explain, "say which resource a name is, who governs it, who owns it")
    explain.add_argument("name", metavar="NAME", help="projects/p1/devices/d1, or //service/projects/p1/devices/d1")
    _add_selection(explain)

    wire = _command(commands, "wire", _wire, "insert the generated calls that a main file lacks")
    wire.add_argument("main", metavar="MAIN", help="the Python file that starts a server or a controller")
    wire.add_argument(
        "--package", action="append", default=[], metavar="MODULE", help="generated package; default: those imported"
    )
    wire.add_argument("--generated", default="", metavar="DIR", help="where generated code is; found if left out")
    wire.add_argument("--function", default="", metavar="NAME", help="entry function; default: what asyncio.run gets")
    wire.add_argument("--runtime", choices=("server", "controller", "db_controller"), default="server")
    wire.add_argument("--own-store", default="", metavar="EXPRESSION", help="the store that policies of its own are in")
    wire.add_argument("--check", action="store_true", help="write nothing; exit code 1 if anything is missing")
    wire.add_argument("--diff", action="store_true", help="write nothing; print what would change as a diff")
    return parser


def _command(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=f"{name}: {text}.")
    command.set_defaults(run=run)
    return command


def _add_selection(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "paths", nargs="+", metavar="PATH", help="folder, .proto file, or descriptor set (.binpb, - for stdin)"
    )
    command.add_argument(
        "-I", dest="roots", action="append", default=[], metavar="DIR", help="import root; found from PATH if left out"
    )
    command.add_argument(
        "--service", action="append", default=[], metavar="DOMAIN[@VERSION]", help="only this service; repeatable"
    )


def _selection(options: argparse.Namespace) -> Selection:
    from goten_gen.inputs import Selection

    return Selection(tuple(options.paths), tuple(options.roots), tuple(options.service))


# --- generate --------------------------------------------------------------------------------------------------------


def _generate(options: argparse.Namespace) -> int:
    from goten_gen.generation import Options, generate
    from goten_gen.output_error import OutputError
    from goten_gen.sources import SourceError

    if not options.out:
        raise SourceError("--out ''", "no folder is named", "name the folder that generated code goes to")
    wanted = Options(
        out=options.out,
        protobuf=not options.no_protobuf,
        keep_going=options.keep_going,
        check=options.check,
        diff=options.diff,
    )
    try:
        result = generate(_selection(options), wanted)
    except OutputError as error:
        _report_output_error(error, options.format)
        return 1
    if options.format == "json":
        print(json.dumps(_result_json(result), indent=2))
    else:
        _report(result.diagnostics, result.given, options.format)
        sys.stdout.write(result.diff)
        print(_summary(result, options), file=sys.stderr if options.diff else sys.stdout)
    return result.exit_code


def _summary(result: Result, options: argparse.Namespace) -> str:
    errors = sum(diagnostic.is_error for diagnostic in result.diagnostics)
    if result.refused:
        return f"{_count(errors, 'error')}: nothing was written (--keep-going writes what is not broken)"
    if result.up_to_date:
        return f"{options.out}: up to date"
    verb = "would be written" if options.check or options.diff else "written"
    gone = "would be removed" if options.check or options.diff else "removed"
    parts = [f"{_count(len(result.written), 'file')} {verb}", f"{result.unchanged} unchanged"]
    if result.removed:
        parts.append(f"{len(result.removed)} {gone}")
    lines = [f"{options.out}: {', '.join(parts)}"]
    if options.check:
        lines += [f"  {path} differs" for path in result.written] + [f"  {path} is stale" for path in result.removed]
    return "\n".join(lines)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _result_json(result: Result) -> dict[str, Any]:
    from goten_gen.diagnostics import to_json

    return {
        "ok": result.exit_code == 0,
        "diagnostics": [to_json(diagnostic, result.given.locate) for diagnostic in result.diagnostics],
        "written": [] if result.refused else list(result.written),
        "removed": list(result.removed),
        "unchanged": result.unchanged,
        "up_to_date": result.up_to_date,
        "refused": result.refused,
        "diff": result.diff,
    }


def _report_output_error(error: OutputError, form: str) -> None:
    from goten_gen.diagnostics import format_github, format_text, to_json
    from goten_gen.keys import Position

    diagnostic = error.code.at(Position(error.path), error.message)
    if form == "json":
        found = to_json(diagnostic, str)
        nothing = {"written": [], "removed": [], "unchanged": 0, "up_to_date": False, "refused": True, "diff": ""}
        print(json.dumps({"ok": False, "diagnostics": [found], **nothing}, indent=2))
    elif form == "github":
        sys.stdout.write(format_github([diagnostic], str))
    else:
        sys.stderr.write(format_text([diagnostic], str))


# --- inspect and explain ---------------------------------------------------------------------------------------------


def _analyse(options: argparse.Namespace) -> tuple[Analysis, Input]:
    from goten_gen.early import analyse
    from goten_gen.inputs import read_input
    from goten_gen.progress import progress

    selection = _selection(options)
    given = read_input(selection)
    with progress(f"compiling {len(given.sources.protos)} protos"):
        return analyse(given, selection), given


def _inspect(options: argparse.Namespace) -> int:
    analysis, given = _analyse(options)
    from goten_gen import inspection

    found = inspection.records(analysis)
    if options.format == "json":
        print(json.dumps(found, indent=2))
    else:
        sys.stdout.write(inspection.table(found))
    _report(analysis.diagnostics, given, "text")
    return 1 if analysis.failed else 0


def _explain(options: argparse.Namespace) -> int:
    analysis, given = _analyse(options)
    from goten_gen import explanation

    matches = explanation.find_matches(options.name, analysis.services())
    for number, match in enumerate(matches):
        print(("\n" if number else "") + "\n".join(explanation.explain(match, analysis.world)))
    if not matches:
        _report([d for d in analysis.diagnostics if d.is_error], given, "text")
        shown = ", ".join(str(key) for key in analysis.selected) or "none"
        print(
            f"goten-gen: error: {options.name!r} is no name of any resource in sight\n"
            f"    hint: `goten-gen inspect` lists the patterns; the services searched are: {shown}",
            file=sys.stderr,
        )
        return 1
    return 0


# --- wire ------------------------------------------------------------------------------------------------------------


def _wire(options: argparse.Namespace) -> int:
    from goten_gen.wiring import Choices, WireOptions, wire

    choices = Choices(runtime=options.runtime.upper(), own_store=options.own_store)
    wanted = WireOptions(
        packages=tuple(options.package), generated=options.generated, function=options.function, choices=choices
    )
    wired = wire(options.main, wanted)
    shown = wired.findings if options.check else wired.left
    for finding in shown:
        print(finding, file=sys.stderr)
    if options.diff:
        sys.stdout.write(wired.diff())
    if options.check or options.diff:
        return 1 if wired.findings else 0
    if wired.changed:
        wired.write()
    print(f"{options.main}: {'wired' if wired.changed else 'nothing to insert'}")
    return 1 if wired.left else 0


def _report(diagnostics: Iterable[Diagnostic], given: Input, form: str) -> None:
    """Diagnostics for people go to standard error, workflow commands to standard output, where they are read."""
    from goten_gen.diagnostics import format_github, format_text

    if form == "github":
        sys.stdout.write(format_github(diagnostics, given.locate))
    else:
        sys.stderr.write(format_text(diagnostics, given.locate))
