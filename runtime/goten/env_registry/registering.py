"""The registration task: once to start, and again whenever own records may not be as declared (ENV-21)."""

from __future__ import annotations

import logging
from typing import NoReturn

from goten.env_registry.declaration import Declaration
from goten.env_registry.errors import RegistrationRefused
from goten.env_registry.main_loop import MainLoop
from goten.env_registry.options import EnvRegistryOptions
from goten.env_registry.reducer import Phase, Registered
from goten.env_registry.registrar import Progress, Registrar
from goten.env_registry.watches import Watches
from goten.watch.backoff import Backoff

_log = logging.getLogger("goten.env_registry")


class Registering:
    """Registers, then opens the watches, then waits for a reason to look again. Owns no task: someone awaits `run`."""

    def __init__(
        self,
        registrar: Registrar,
        declared: Declaration,
        watches: Watches,
        main: MainLoop,
        options: EnvRegistryOptions,
        progress: Progress,
    ) -> None:
        self._registrar = registrar
        self._declared = declared
        self._watches = watches
        self._main = main
        self._options = options
        self._progress = progress

    async def run(self) -> NoReturn:
        """Raises RegistrationRefused while the registry is starting; later refusals are logged, and tried again."""
        pace = Backoff(self._options.retries, self._options.random)
        await self._wait_a_little()
        while True:
            if self._main.state.phase is Phase.STARTING:
                await self._start()
            else:
                await self._repeat()
            began = self._options.clock.now()
            await self._main.look_again.wait()
            if self._options.clock.now() - began > self._options.retries.limit:
                pace.reset()
            # Everyone whose Meta was away looks again now, and who always finds something amiss is no reason to hurry.
            await self._options.clock.sleep(pace.next())
            await self._wait_a_little()
            self._main.look_again.clear()

    async def _start(self) -> None:
        service, deployment = await self._registrar.register(starting=True)
        await self._watches.close()
        self._main.put(Registered(self._declared, service.metadata.uuid, deployment.metadata.uuid))
        self._progress.step = "watch services and deployments"
        self._watches.open()

    async def _repeat(self) -> None:
        try:
            await self._registrar.register(starting=False)
        except RegistrationRefused as error:
            # It was registered once, and goes on with what it knows; the reason is visible in the status.
            _log.error("%s", error)

    async def _wait_a_little(self) -> None:
        await self._options.clock.sleep(self._options.jitter * self._options.random())
