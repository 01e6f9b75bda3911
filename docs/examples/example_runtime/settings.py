"""What the command line of an example service says."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from example_runtime.standalone import Standalone
from example_runtime.surroundings import Surroundings
from goten.env_registry import EnvRegistryOptions, Starter
from goten.registration import EnvRegistryStarter
from goten.server import ListenRefused
from goten.server.host import Apis
from goten.server.listening import check_listen
from goten.storage import Storage, StorageLocationError, open_storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`starter` starts what is around the process: the EnvRegistry, or what stands in for it."""

    listen: str
    storage: Storage
    starter: EnvRegistryStarter[Surroundings]
    stand_in: Sequence[Apis] = ()
    """APIs of Meta that a standalone process serves in its place."""

    @classmethod
    def read(cls, program: str, description: str, listen: str, arguments: Sequence[str] | None = None) -> Settings:
        """`listen` is the default address. Ends the process with 2 where the command line makes no sense."""
        parser = _Parser(prog=program, description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--region", required=True, help="id of the region that this process is deployed in")
        parser.add_argument("--listen", default=listen, metavar="ADDRESS", help=f"host:port (default: {listen})")
        parser.add_argument("--storage", default="memory:", metavar="WHERE", help="memory: (default) or sqlite:PATH")
        parser.add_argument("--meta", default="", metavar="ADDRESS", help="Meta (default: GOTEN_META, 127.0.0.1:8472)")
        parser.add_argument("--standalone", action="store_true", help="run without Meta")
        parser.add_argument(
            "--peer",
            action="append",
            default=[],
            type=_peer,
            metavar="DOMAIN=ADDRESS",
            help="where another service listens; with --standalone only",
        )
        chosen = parser.parse_args(arguments)
        try:
            return _settings(chosen)
        except (ListenRefused, StorageLocationError, ValueError) as error:
            parser.error(str(error))


def _settings(chosen: argparse.Namespace) -> Settings:
    listen, storage = check_listen(chosen.listen), open_storage(chosen.storage)
    if chosen.standalone:
        standalone = Standalone(chosen.region, dict(chosen.peer))
        return Settings(listen=listen, storage=storage, starter=standalone, stand_in=standalone.apis)
    if chosen.peer:
        raise ValueError("--peer: the EnvRegistry knows where others listen; give --standalone to run without it")
    if listen.startswith("unix:") or listen.endswith(":0"):
        raise ValueError(f"--listen {listen}: others are told this address before it is bound; give a port")
    options = EnvRegistryOptions(region=chosen.region, public_domain=listen, meta=chosen.meta)
    return Settings(listen=listen, storage=storage, starter=Starter(options))


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def _peer(text: str) -> tuple[str, str]:
    domain, equals, address = text.partition("=")
    if not (domain and equals and address):
        raise argparse.ArgumentTypeError(f"{text!r} is not DOMAIN=ADDRESS")
    return domain, address
