"""The command line of goten-meta: arguments in, exit code out (docs/goten-meta.md).

0 done, 1 an error, 2 usage or configuration, 130 interrupted. What a command needs is imported when it runs, so that
help comes at once.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

OK: Final = 0
ERROR: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130

_COLLECTIONS = "regions, services, deployments, resources, or services/SERVICE/deployments (or /resources)"


class CommandFailed(Exception):
    """Ends a command with one line for people, and an exit code."""

    def __init__(self, message: str, hint: str = "", *, code: int = ERROR) -> None:
        super().__init__(message, hint, code)
        self.message = message
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; never raises for what a user can cause."""
    # A closed stream is None in Python, where everything that prints expects a file.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character gets its number.
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except CommandFailed as failed:
        _complain(str(failed))
        return failed.code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Nobody takes our output any more. Python would complain once more at exit, when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ERROR
    except OSError as error:
        _complain(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        return ERROR


def run() -> None:
    """The console script."""
    sys.exit(main())


def _complain(text: str) -> None:
    print(f"goten-meta: error: {' '.join(text.split())}", file=sys.stderr)


def _runs(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    def run_command(options: argparse.Namespace) -> int:
        # gRPC's core writes to standard error by itself what is told better by whoever meets it.
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")
        try:
            loaded = import_module(f"goten.meta_server.commands.{module}")
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("goten"):
                raise
            raise CommandFailed(f"{error.name} is not installed", "it comes with: pip install 'goten[meta]'") from None
        code: int = getattr(loaded, function)(options)
        return code

    return run_command


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, and where there is help."""

    def error(self, message: str) -> NoReturn:
        command = self.prog.partition(" ")[2]
        _complain(f"{command}: {message}; see {self.prog} --help" if command else f"{message}; see {self.prog} --help")
        self.exit(USAGE)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="goten-meta", description="The Meta service: the registry of regions, services, deployments and resources."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the release and exit")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_serve(commands)
    _add_readers(commands)
    _add_upkeep(commands)
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version

        print(f"goten-meta {version('goten')}")
        parser.exit()


def _add(commands: Any, name: str, module: str, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=f"{name}: {text}.")
    command.set_defaults(run=_runs(module, f"run_{name}"))
    return command


def _add_serve(commands: Any) -> None:
    serve = _add(commands, "serve", "serve", "run a Meta server")
    serve.add_argument("--region", metavar="REGION", help="id of the region that it serves, such as us-west2")
    serve.add_argument(
        "--primary", metavar="ADDRESS", help="where the primary region's Meta listens (default: this is the primary)"
    )
    serve.add_argument("--listen", metavar="ADDRESS", help="loopback address and port (default: 127.0.0.1:8472)")
    serve.add_argument(
        "--storage",
        metavar="STORAGE",
        help="sqlite:PATH or memory: (default: a file of the region's in $STATE_DIRECTORY, else in "
        "$XDG_STATE_HOME/goten-meta, else in ~/.local/state/goten-meta)",
    )
    serve.add_argument("--config", metavar="FILE", help="TOML file; flags win over it")
    serve.add_argument("--log-format", choices=("text", "json"), help="form of log lines (default: text)")
    serve.add_argument(
        "--log-level", choices=("debug", "info", "warning", "error"), help="least level that is logged (default: info)"
    )


def _add_readers(commands: Any) -> None:
    get = _add(commands, "get", "reading", "show one resource")
    get.add_argument("name", metavar="NAME", help="such as services/iam.example.com or regions/us-west2")
    listing = _add(commands, "list", "reading", "show the resources of a collection")
    watch = _add(commands, "watch", "watching", "show the resources of a collection, and every change from then on")
    listing.add_argument("collection", metavar="COLLECTION", help=_COLLECTIONS)
    watch.add_argument("collection", metavar="COLLECTION", help=f"{_COLLECTIONS}; the name of a single resource")
    for command in (listing, watch):
        command.add_argument("--filter", default="", metavar="FILTER", help="which ones, such as 'all_versions HAS v1'")
    listing.add_argument("--order-by", default="", metavar="PATHS", help="such as 'metadata.create_time desc, name'")
    listing.add_argument("--limit", type=_positive, metavar="N", help="show at most so many (default: all)")
    listing.add_argument(
        "--page-size", type=_positive, default=500, metavar="N", help="so many in one request (default: 500)"
    )
    status = _add(commands, "status", "upkeep", "show what state a server and its store are in")
    for command in (get, listing, watch, status):
        _add_address(command)
        command.add_argument("--format", choices=("table", "json"), default="table", help="default: table")


def _add_upkeep(commands: Any) -> None:
    export = _add(commands, "export", "transfer", "write all resources, as they are at one revision, as JSON lines")
    export.add_argument("file", nargs="?", default="-", metavar="FILE", help="where to (default: standard output)")
    imports = _add(commands, "import", "transfer", "take the resources of an export into an empty store")
    imports.add_argument("file", metavar="FILE", help="what export wrote; - for standard input")
    compact = _add(commands, "compact", "upkeep", "forget past changes, so that their space is used again")
    compact.add_argument(
        "--revision", type=_positive, default=0, metavar="N", help="only those up to this revision (default: all)"
    )
    for command in (export, imports, compact):
        where = command.add_mutually_exclusive_group()
        _add_address(where)
        where.add_argument("--storage", metavar="STORAGE", help="sqlite:PATH: directly, while no server runs on it")


def _add_address(command: Any) -> None:
    command.add_argument(
        "--address", metavar="ADDRESS", help="host:port of the server (default: $GOTEN_META, else 127.0.0.1:8472)"
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


_positive.__name__ = "positive whole number"
