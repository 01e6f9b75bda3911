"""identity.example.com for tests: v1 and v2 of the example service, without policies, and with all that can go wrong.

    PYTHONPATH=generated_examples:docs/examples python -m tests.servers.identity [--port N] [--storage sqlite:PATH]

Besides the service's own resources it has services of Meta. What goes wrong, tests say over the control channel.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from goten.server import ListenRefused
from goten.storage import StorageLocationError, StorageUnavailable
from tests.servers.serving import Options, serve


def main(arguments: list[str] | None = None) -> int:
    """Serves until SIGINT or SIGTERM. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers.identity", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: one that is free)")
    parser.add_argument("--storage", default="memory:", metavar="WHERE", help="memory: (default) or sqlite:PATH")
    parser.add_argument(
        "--bookmark-interval",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="how long a watch stays silent at most (default: 10)",
    )
    parser.add_argument(
        "--until-stdin-ends", action="store_true", help="end when stdin does, so as to end with its user"
    )
    parser.add_argument("--faults", type=json.loads, default={}, metavar="JSON", help="faults by name (default: {})")
    chosen = parser.parse_args(arguments)
    options = Options(chosen.port, chosen.storage, chosen.bookmark_interval, chosen.faults, chosen.until_stdin_ends)
    try:
        asyncio.run(serve(options))
    except (ListenRefused, StorageLocationError, StorageUnavailable) as error:
        print(f"tests.servers.identity: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
