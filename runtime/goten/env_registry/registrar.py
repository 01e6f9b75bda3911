"""Registration: what a process declares is written to Meta, step by step, until it stands there (ENV-1 to ENV-8)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final, NamedTuple

from goten.env_registry.declaration import Declaration
from goten.env_registry.deployment_plan import is_overlooked, plan_deployment, plan_disabling
from goten.env_registry.errors import CallFailed, RegistrationRefused
from goten.env_registry.meta_client import MetaClient
from goten.env_registry.options import EnvRegistryOptions
from goten.env_registry.plans import Create, Update, may_overwrite
from goten.env_registry.resource_plan import plan_resources
from goten.env_registry.service_plan import plan_service
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service
from goten.watch.backoff import Backoff

_log = logging.getLogger("goten.env_registry")

IMPORT_NOT_AVAILABLE: Final = "IMPORT_NOT_AVAILABLE"
_RACES: Final = frozenset({"ABORTED", "ALREADY_EXISTS", "NOT_FOUND"})
"""Another process was faster, or wrote in between."""
_TRANSIENT: Final = frozenset(
    {"UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "CANCELLED", "INTERNAL", "UNKNOWN", "DATA_LOSS"}
)
_DISABLING_ATTEMPTS: Final = 3


@dataclass(slots=True)
class Progress:
    """Where a registration, or a start, is; for whoever waits."""

    step: str = "not begun"
    reason: str = ""
    """Why the last attempt failed; empty: it did not."""


class Confirmed(NamedTuple):
    """What stands in Meta, as it was confirmed."""

    service: Service
    deployment: Deployment


class Registrar:
    """Writes a declaration. It owns no task; whoever awaits it may cancel it between any two calls."""

    def __init__(
        self, client: MetaClient, declared: Declaration, options: EnvRegistryOptions, progress: Progress
    ) -> None:
        self._client = client
        self._declared = declared
        self._options = options
        self._progress = progress
        self.entered_service = False
        """Whether this process put the deployment in service, which another may have done before."""

    async def register(self, *, starting: bool) -> Confirmed:
        """Returns when everything stands in Meta, and everything that it may see carries it: the Service, confirmed.

        Goes on trying while Meta is away, another process is in between, or an imported service is still to come.
        Raises RegistrationRefused for every other reason.
        """
        backoff = Backoff(self._options.retries, self._options.random)
        while True:
            try:
                confirmed = await self._write_all(starting)
                if self._progress.reason:
                    _log.info("%s is registered, and goes on", self._declared.deployment.name)
                self._progress.reason = ""
                return confirmed
            except CallFailed as error:
                self._progress.reason = str(error)
                if not _may_help_to_wait(error):
                    raise RegistrationRefused(
                        self._declared.service.name, str(error), "correct what Meta refuses, then start again"
                    ) from error
                # From the beginning: what a later step stands on may be what has just gone.
                pause = backoff.next()
                _log.info("%s: %s; next attempt in %.2f s", self._progress.step, error, pause)
                await self._options.clock.sleep(pause)
            except RegistrationRefused as error:
                self._progress.reason = str(error)
                raise

    async def disable(self) -> None:
        """Takes the deployment out of service, unless such a process has started since; the next one puts it back.

        Raises CallFailed.
        """
        for attempt in range(_DISABLING_ATTEMPTS):
            plan = plan_disabling(self._declared, await self._client.deployment(self._declared.deployment.name))
            try:
                if plan is not None:
                    await self._client.write_deployment(plan)
                return
            except CallFailed as error:
                if error.code not in _RACES or attempt == _DISABLING_ATTEMPTS - 1:
                    raise

    async def _write_all(self, starting: bool) -> Confirmed:
        self._progress.step = "register service"
        service = await self._service(starting)
        self._progress.step = "register deployment"
        deployment = await self._deployment(starting, service.global_domain)
        self._progress.step = "register resources"
        await self._resources(starting, service.env_registry_generation)
        self._progress.step = "confirm service"
        return Confirmed(await self._confirm(), deployment)

    async def _service(self, starting: bool) -> Service:
        stored = await self._client.service(self._declared.service.name)
        plan = plan_service(self._declared, stored, starting=starting)
        if plan is not None:
            return await self._client.write_service(plan)
        assert stored is not None, "without one, the plan creates it"
        return stored

    async def _deployment(self, starting: bool, global_domain: str) -> Deployment:
        stored = await self._client.deployment(self._declared.deployment.name)
        plan = plan_deployment(self._declared, stored, starting=starting, global_domain=global_domain)
        if plan is not None and not plan.message.is_disabled and (stored is None or stored.is_disabled):
            # Before the answer comes: whoever stops meanwhile has to undo it.
            self.entered_service = True
        written = None if plan is None else await self._client.write_deployment(plan)
        if stored is not None and is_overlooked(self._declared, stored):
            wanted = self._declared.deployment.public_domain
            _log.warning(
                "%s is dialled at %s, as a newer generation says, and not at %s",
                stored.name,
                stored.public_domain,
                wanted,
            )
        deployment = written or stored
        assert deployment is not None, "without one, the plan creates it"
        return deployment

    async def _resources(self, starting: bool, stored_generation: int) -> None:
        overwrite = may_overwrite(self._declared.generation, stored_generation, starting=starting)
        stored = await self._client.resources(self._declared.service.name)
        for plan in plan_resources(self._declared, stored, overwrite=overwrite):
            await self._client.write_resource(plan)

    async def _confirm(self) -> Service:
        """One UpdateService that changes nothing: its answer says that all that is to be seen is written (ENV-8)."""
        stored = await self._client.service(self._declared.service.name)
        if stored is None:
            raise CallFailed("GetService", "NOT_FOUND", f"{self._declared.service.name} is gone again")
        plan = plan_service(self._declared, stored, starting=False)
        assert not isinstance(plan, Create), "it is there"
        return await self._client.write_service(plan or Update(stored, stored, ("all_versions",)))


def _may_help_to_wait(error: CallFailed) -> bool:
    if error.code == "FAILED_PRECONDITION":
        return error.reason == IMPORT_NOT_AVAILABLE
    return error.code in _RACES or error.code in _TRANSIENT
