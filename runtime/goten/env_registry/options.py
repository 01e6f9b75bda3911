"""What a process says of itself and of Meta before it registers."""

from __future__ import annotations

import os
import random as random_module
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from goten.watch import BackoffPolicy, Clock, LoopClock, WatchTiming

if TYPE_CHECKING:
    import grpc

DEFAULT_META: Final = "127.0.0.1:8472"


@dataclass(frozen=True, slots=True)
class Domain:
    """A further endpoint of a deployment, dialled on request by its label (goten.meta.v1.LabelledDomain)."""

    label: str
    domain: str
    is_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a deployment is; what two deployments share tells how near they are."""

    continent: str = ""
    country: str = ""
    agglomeration: str = ""
    city: str = ""
    cloud: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvRegistryOptions:
    """How a process registers, and where (spec/protocol/env_registry.md). Times in seconds.

    `region` is a region id. Domains may carry `:port`, else 443. Raises ValueError for an empty region and for times
    that make no sense.
    """

    region: str
    public_domain: str = ""
    """The endpoint of this deployment. Empty: `{region}.{global_domain}`, or what the deployment's server says."""
    global_domain: str = ""
    """The endpoint of the service; empty: its own domain."""
    private_domain: str = ""
    """The endpoint for those in the same local network."""
    local_network_id: str = ""
    labelled_domains: tuple[Domain, ...] = ()
    location: Location = Location()
    control_region: str = ""
    """The `default_control_region` of a service that this process creates; empty: `region`."""
    used_services: tuple[str, ...] = ()
    """Domains of services that are used without being imported."""
    replace_endpoint: bool = False
    """Whether this process may change an endpoint that was registered under the same generation."""
    out_of_service: bool = False
    """Nobody dials this deployment yet: it is disabled as long as this registry lives, and by the next one enabled."""
    disable_at_stop: bool = False
    """The end of this process takes the deployment out of service, unless another of its kind has started since."""
    meta: str = ""
    """Where Meta listens; empty: GOTEN_META of the environment, else 127.0.0.1:8472. Beyond loopback it takes TLS."""
    credentials: grpc.ChannelCredentials | None = None
    deadline: float = 60.0
    """So long `start` may take."""
    jitter: float = 0.5
    """Each registration waits up to so long first, at random, so that a hundred processes that start together, or whose
    Meta was away, do not ask together."""
    request_timeout: float = 10.0
    lists_max_age: float = 30.0
    """Regions and Resources, which nobody watches, are asked for anew when they are older."""
    retries: BackoffPolicy = field(default_factory=lambda: BackoffPolicy(first=0.1, factor=1.6, limit=2.0))
    """The pauses of the registration, while it waits for Meta, for other processes, or for imported services."""
    watch: WatchTiming = field(default_factory=WatchTiming)
    clock: Clock = field(default_factory=LoopClock)
    random: Callable[[], float] = random_module.random

    def __post_init__(self) -> None:
        if not self.region:
            raise ValueError("the region of this deployment is not given; set GOTEN_REGION, or `region`")
        if self.deadline <= 0 or self.request_timeout <= 0 or self.jitter < 0 or self.lists_max_age < 0:
            raise ValueError("deadline and request_timeout are more than 0 seconds, jitter and lists_max_age not less")

    @property
    def meta_address(self) -> str:
        return self.meta or os.environ.get("GOTEN_META", "") or DEFAULT_META

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> EnvRegistryOptions:
        """From GOTEN_REGION, which must be there, and GOTEN_PUBLIC_DOMAIN, GOTEN_GLOBAL_DOMAIN, GOTEN_PRIVATE_DOMAIN,
        GOTEN_LOCAL_NETWORK_ID, GOTEN_CONTROL_REGION, GOTEN_META, GOTEN_REPLACE_ENDPOINT (1: yes),
        GOTEN_DISABLE_AT_STOP (1: yes). Raises ValueError."""
        values = os.environ if environment is None else environment
        return cls(
            region=values.get("GOTEN_REGION", ""),
            public_domain=values.get("GOTEN_PUBLIC_DOMAIN", ""),
            global_domain=values.get("GOTEN_GLOBAL_DOMAIN", ""),
            private_domain=values.get("GOTEN_PRIVATE_DOMAIN", ""),
            local_network_id=values.get("GOTEN_LOCAL_NETWORK_ID", ""),
            control_region=values.get("GOTEN_CONTROL_REGION", ""),
            meta=values.get("GOTEN_META", ""),
            replace_endpoint=_says_yes(values.get("GOTEN_REPLACE_ENDPOINT", "")),
            disable_at_stop=_says_yes(values.get("GOTEN_DISABLE_AT_STOP", "")),
        )


def _says_yes(value: str) -> bool:
    return value.lower() in ("1", "true", "yes")
