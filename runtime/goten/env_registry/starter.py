"""What generated code starts a registry with."""

from __future__ import annotations

from typing import Any

from goten.env_registry.declaration import META
from goten.env_registry.errors import RegistrationRefused
from goten.env_registry.options import EnvRegistryOptions
from goten.env_registry.registry import EnvRegistry
from goten.registration import Registration, RuntimeKind, merge_registrations


class Starter:
    """Starts an EnvRegistry for the generated `start_env_registry`, by options.

    `meta_channel` is for the server of Meta itself, which cannot ask itself over the network before it serves (ENV-19).
    """

    def __init__(self, options: EnvRegistryOptions, *, meta_channel: Any = None) -> None:
        self._options = options
        self._meta_channel = meta_channel

    @classmethod
    def from_environment(cls) -> Starter:
        """By the environment variables of the process (`EnvRegistryOptions.from_environment`). Raises ValueError."""
        return cls(EnvRegistryOptions.from_environment())

    async def start(self, registrations: tuple[Registration, ...], runtime: RuntimeKind) -> EnvRegistry:
        """The registry, ready. Raises what `EnvRegistry.start` does, and RegistrationConflict."""
        registration = merge_registrations(registrations)
        check_place(registration.domain, runtime, local=self._meta_channel is not None)
        registry = EnvRegistry(registration, self._options, runtime=runtime, meta_channel=self._meta_channel)
        await registry.start()
        return registry


def check_place(domain: str, runtime: RuntimeKind, *, local: bool) -> None:
    """Raises RegistrationRefused where a process asks Meta in a way that cannot work (ENV-19)."""
    meta_server = domain == META and runtime is RuntimeKind.SERVER
    if meta_server and not local:
        raise RegistrationRefused(
            domain,
            "the server of Meta knows its surroundings before it serves, so it cannot ask itself over the network",
            "`goten-meta serve` starts it in local mode",
        )
    if local and not meta_server:
        raise RegistrationRefused(
            domain,
            f"local mode is for the server of {META} alone, not for a {runtime} of {domain}",
            "leave out meta_channel, and give the address of Meta",
        )
