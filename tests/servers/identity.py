"""A server of the example service identity.example.com v1, for tests and for trying things out.

    python -m tests.servers.identity [--port N] [--state FILE]

It serves projects and organizations (and, since names of the service can be below them, Meta's services) out of memory,
on loopback only, without any access control.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

GENERATED = Path(__file__).resolve().parents[2] / "generated_examples"


def main(arguments: list[str] | None = None) -> int:
    """Serves until SIGINT or SIGTERM. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers.identity", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: one that is free)")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep the resources in a file, created if missing")
    parser.add_argument(
        "--bookmark-interval",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="how long a watch stays silent at most (default: 10)",
    )
    parser.add_argument("--history", type=int, default=10_000, metavar="N", help="changes to remember (default: 10000)")
    parser.add_argument(
        "--until-stdin-ends", action="store_true", help="end when stdin does, so as to end with its user"
    )
    chosen = parser.parse_args(arguments)
    # Generated code that is on the path already comes first.
    sys.path.append(str(GENERATED))
    from tests.servers.serving import Options, serve

    options = Options(chosen.port, chosen.state, chosen.bookmark_interval, chosen.history, chosen.until_stdin_ends)
    try:
        asyncio.run(serve(options))
    except (OSError, RuntimeError) as error:
        print(f"tests.servers.identity: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
