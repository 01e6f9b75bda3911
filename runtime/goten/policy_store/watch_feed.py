"""A feed by a Watch method (STORE-5 to STORE-7, STORE-13)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from goten.methods import MethodDescriptor
from goten.policy import PackedPolicy
from goten.policy_sources import PolicySource
from goten.policy_store.feed import Listener, Surroundings
from goten.policy_store.rpc import VIEW, policy_packer, policy_path
from goten.watch import Watcher, WatchFailed, WatchQuery, WatchState, WatchStatus

CHUNK_SIZE = 1000
"""Changes in a response. Holders are small, and every message costs the same."""


class WatchFeed:
    """Follows the holders in `parent`, which may have wildcards. Raises NotWatchable where `method` cannot do that."""

    def __init__(
        self,
        source: PolicySource,
        method: MethodDescriptor[Any, Any],
        parent: str,
        surroundings: Surroundings,
        listener: Listener,
    ) -> None:
        self._listener = listener
        self.is_current = False
        fields = method.request.DESCRIPTOR.fields_by_name
        self._watcher = Watcher[Any, PackedPolicy](
            surroundings.channels,
            method,
            source.holder,
            keep=policy_packer(source.holder),
            query=WatchQuery(
                parent=parent,
                view=VIEW if "view" in fields else 0,
                field_mask=(policy_path(source.holder),) if "field_mask" in fields else (),
                max_chunk_size=CHUNK_SIZE,
            ),
            region=surroundings.region,
            listener=listener.watched,
            on_state=self._enter,
            timing=surroundings.options.watch,
            clock=surroundings.clock,
            random=surroundings.random,
        )

    @property
    def status(self) -> WatchStatus:
        return self._watcher.status

    def launch(self) -> None:
        self._watcher.launch()

    async def wait_current(self, within: float) -> None:
        await self._watcher.wait_current(within)

    async def stop(self) -> None:
        # A failure was logged when it happened, and the status has it.
        with suppress(WatchFailed):
            await self._watcher.stop()

    def _enter(self, state: WatchState) -> None:
        self.is_current = state is WatchState.CURRENT
        self._listener.state_changed()
