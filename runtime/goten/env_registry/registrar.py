"""Registration: what a process declares is written to Meta, step by step, until it stands there (ENV-1 to ENV-8)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from goten.env_registry.declaration import Declaration, service_name
from goten.env_registry.errors import RegistrationRefused
from goten.env_registry.meta_client import CallFailed, MetaClient
from goten.env_registry.options import EnvRegistryOptions
from goten.env_registry.reducer import Registered
from goten.env_registry.registration_plan import (
    Update,
    plan_deployment,
    plan_disabling,
    plan_resources,
    plan_service,
)
from goten.watch.backoff import Backoff

_log = logging.getLogger("goten.env_registry")

IMPORT_NOT_AVAILABLE: Final = "IMPORT_NOT_AVAILABLE"
# Another process was faster, or wrote in between: look again at once.
_RACES: Final = frozenset({"ABORTED", "ALREADY_EXISTS", "NOT_FOUND"})
_TRANSIENT: Final = frozenset(
    {"UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "CANCELLED", "INTERNAL", "UNKNOWN", "DATA_LOSS"}
)


@dataclass(slots=True)
class Progress:
    """Where a registration, or a start, is; for whoever waits."""

    step: str = "not begun"
    reason: str = ""


class Registrar:
    """Writes a declaration. It owns no task; whoever awaits it may cancel it between any two calls."""

    def __init__(
        self, client: MetaClient, declared: Declaration, options: EnvRegistryOptions, progress: Progress
    ) -> None:
        self._client = client
        self._declared = declared
        self._options = options
        self._progress = progress

    async def register(self, *, starting: bool) -> Registered:
        """Returns when everything stands in Meta, and everything that it may see carries it.

        Goes on trying while Meta is away, another process is in between, or an imported service is still to come.
        Raises RegistrationRefused for every other reason.
        """
        backoff = Backoff(self._options.retries, self._options.random)
        while True:
            try:
                await self._write_all(starting)
                break
            except CallFailed as error:
                self._progress.reason = str(error)
                if not _may_help_to_wait(error):
                    raise RegistrationRefused(
                        service_name(self._declared.domain), str(error), "correct what Meta refuses, then start again"
                    ) from error
                # From the beginning: what a later step stands on may be what has just gone.
                pause = backoff.next()
                _log.info("%s: %s; next attempt in %.2f s", self._progress.step, error, pause)
                await self._options.clock.sleep(pause)
        self._progress.reason = ""
        service = self._declared.service
        return Registered(service.name, self._declared.deployment.name, frozenset(service.imported_services))

    async def _write_all(self, starting: bool) -> None:
        self._progress.step = "register service"
        await self._service(starting)
        self._progress.step = "register deployment"
        await self._deployment(starting)
        self._progress.step = "register resources"
        await self._resources()
        self._progress.step = "confirm service"
        await self._confirm()

    async def disable(self) -> None:
        """Takes the deployment out of service; a start by this process puts it back. Raises CallFailed."""
        plan = plan_disabling(await self._client.deployment(self._declared.deployment.name))
        if plan is not None:
            await self._client.write_deployment(plan)

    async def _service(self, starting: bool) -> None:
        plan = plan_service(self._declared, await self._client.service(self._declared.service.name), starting=starting)
        if plan is not None:
            await self._client.write_service(plan)

    async def _deployment(self, starting: bool) -> None:
        stored = await self._client.deployment(self._declared.deployment.name)
        plan = plan_deployment(self._declared, stored, starting=starting)
        if plan is not None:
            await self._client.write_deployment(plan)

    async def _resources(self) -> None:
        stored = await self._client.resources(self._declared.service.name)
        for plan in plan_resources(self._declared, stored):
            await self._client.write_resource(plan)

    async def _confirm(self) -> None:
        """One UpdateService that changes nothing: its answer says that all that is to be seen is written (ENV-8)."""
        stored = await self._client.service(self._declared.service.name)
        if stored is None:
            raise CallFailed("GetService", "NOT_FOUND", f"{self._declared.service.name} is gone again")
        plan = plan_service(self._declared, stored, starting=False)
        await self._client.write_service(plan or Update(stored, stored, ("all_versions",)))


def _may_help_to_wait(error: CallFailed) -> bool:
    if error.code == "FAILED_PRECONDITION":
        return error.reason == IMPORT_NOT_AVAILABLE
    return error.code in _RACES or error.code in _TRANSIENT
