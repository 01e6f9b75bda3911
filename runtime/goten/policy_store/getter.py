"""Reading one holder (STORE-8)."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from goten.names import ResourceName
from goten.policy import Policy
from goten.policy_sources import PolicySource
from goten.policy_store.cache import MISSING, Missing
from goten.policy_store.feed import Surroundings
from goten.policy_store.rpc import CallFailed, Server, ask_for_policy, policy_path


class HolderGetter:
    """Reads holders from the own store of a source, else by its Get method."""

    def __init__(self, source: PolicySource, surroundings: Surroundings) -> None:
        self._source = source
        self._server = Server(surroundings.channels, source, surroundings.region)
        self._policy_of = attrgetter(policy_path(source.holder))

    @property
    def can_get(self) -> bool:
        """Without it, what the source delivers is all there is."""
        return self._source.own_store is not None or self._source.get is not None

    async def get(self, holder: ResourceName) -> Policy | Missing:
        """Raises CallFailed, and whatever the own store raises."""
        if self._source.own_store is not None:
            message = await self._source.own_store.get(self._source.holder, holder)
            return MISSING if message is None else self._read(message)
        method = self._source.get
        if method is None or method.name_path is None:
            raise CallFailed("UNIMPLEMENTED", "its service has no Get method for it")
        request = ask_for_policy(method, self._source.holder)
        setattr(request, method.name_path, str(holder))
        try:
            return self._read(await self._server.call(method, request))
        except CallFailed as failed:
            if failed.code == "NOT_FOUND":
                return MISSING
            raise

    def _read(self, message: Any) -> Policy:
        return Policy.from_message(self._policy_of(message))
