"""`goten-meta serve`: a Meta server as a process, from its configuration to its exit code."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from typing import NoReturn

from goten.env_registry.errors import EnvRegistryError
from goten.meta.v1.service import SERVICE
from goten.meta_server.app import MetaApp
from goten.meta_server.cli import OK, USAGE, CommandFailed
from goten.meta_server.config import ConfigError, MetaConfig, read_config
from goten.meta_server.waiting import forever
from goten.refusals import Refused
from goten.server.failures import PartFailed
from goten.server.listening import ListenRefused
from goten.server.logs import set_up_logging
from goten.storage import StorageUnavailable
from goten.watch.clock import first_of

_log = logging.getLogger("goten.meta_server")

_FLAGS = ("region", "primary", "listen", "storage", "log_format", "log_level")


def run_serve(options: argparse.Namespace) -> int:
    try:
        config = read_config(options.config, {flag: getattr(options, flag) for flag in _FLAGS})
    except ConfigError as error:
        raise CommandFailed(str(error), code=USAGE) from None
    set_up_logging(as_json=config.log_format == "json", level=logging.getLevelNamesMapping()[config.log_level.upper()])
    # What it is up to is told at every level.
    _log.setLevel(min(logging.INFO, logging.getLogger().level))
    _make_default_folder(config)
    try:
        return asyncio.run(_serve(config))
    except (StorageUnavailable, ListenRefused, Refused, PartFailed, EnvRegistryError) as error:
        raise CommandFailed(str(error)) from None


async def _serve(config: MetaConfig) -> int:
    app = MetaApp(config)
    signals = _Signals()
    try:
        # Whatever comes first; a signal may come before it has started.
        failure = await first_of(_stopped(signals), _run(app))
    finally:
        await app.stop()
    if failure is not None:
        raise failure
    return OK


async def _stopped(signals: _Signals) -> None:
    await signals.first.wait()


async def _run(app: MetaApp) -> Exception:
    """Starts it, and returns when it fails."""
    await app.start()
    return await first_of(app.wait_failed(), _announce(app))


async def _announce(app: MetaApp) -> NoReturn:
    """The line that people and scripts wait for."""
    await app.wait_ready()
    _say_serving(app)
    await forever()


def _say_serving(app: MetaApp) -> None:
    line, config = f"serving {SERVICE} on {app.address}", app.config
    if config.log_format == "json":
        _log.info(line, extra={"region": config.region, "storage": config.storage_address})
    else:
        print(f"{line} (region {config.region}, storage {config.storage_address})", file=sys.stderr, flush=True)


class _Signals:
    """SIGTERM and SIGINT: the first one asks to stop, the second one does not wait."""

    def __init__(self) -> None:
        self.first = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._come, number)

    def _come(self, number: signal.Signals) -> None:
        if self.first.is_set():
            os._exit(128 + number)
        _log.info("stopping; a second signal ends it at once", extra={"signal": number.name})
        self.first.set()


def _make_default_folder(config: MetaConfig) -> None:
    """The folder of the default storage; one that a person names has to be there."""
    if not config.storage:
        os.makedirs(os.path.dirname(config.storage_address.removeprefix("sqlite:")), mode=0o700, exist_ok=True)
