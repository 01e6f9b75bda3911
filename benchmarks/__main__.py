"""Runs the benchmarks and prints a table of what they found.

python -m benchmarks [NAME...] [--format table|json]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import generate, growth, runtime, startup
from benchmarks.harness import perform
from benchmarks.registry import suite as registry
from benchmarks.report import as_json, as_table
from benchmarks.serving import suite as serving
from benchmarks.workspace import Workspace, console_script

BENCHMARKS = {
    benchmark.name: benchmark
    for module in (generate, startup, runtime, growth, serving, registry)
    for benchmark in module.BENCHMARKS
}


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 0 if every bar that was asked for holds, 1 if one does not or could not be measured."""
    listing = "\n".join(f"  {benchmark.name:22} {benchmark.about}" for benchmark in BENCHMARKS.values())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure goten-gen, the runtime, the Meta service and EnvRegistry against their floors.",
        epilog=f"benchmarks:\n{listing}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to measure (default: everything)")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="how to print it (default: table)")
    parser.add_argument("--goten-gen", type=Path, default=console_script(), metavar="FILE", help="what to measure")
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}")
    results = []
    with tempfile.TemporaryDirectory(prefix="goten-benchmarks-") as root:
        workspace = Workspace(Path(root), chosen.goten_gen.absolute())
        for name in chosen.names or BENCHMARKS:
            print(f"measuring {name}", file=sys.stderr)
            results.append(perform(BENCHMARKS[name], workspace))
    print(as_json(results) if chosen.format == "json" else as_table(results))
    return 0 if all(result.holds for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
