"""A feed by a List method, for holders that cannot be watched (STORE-14)."""

from __future__ import annotations

from typing import Any, NoReturn

from goten.methods import MethodDescriptor
from goten.policy import PackedPolicy
from goten.policy_sources import PolicySource
from goten.policy_store.feed import Listener, LoopFeed, Surroundings
from goten.policy_store.rpc import CallFailed, Server, ask_for_policy, collections, policy_packer
from goten.policy_store.waiting import in_time
from goten.watch import WatchState, WatchStatus
from goten.watch.backoff import Backoff
from goten.watch.diff import apply_snapshot
from goten.watch.machine import MAX_RESOURCES

PAGE_SIZE = 500
SPREAD = 0.1
"""By how much an interval is shortened at random, at most: processes that started together do not poll together."""


class PollFeed(LoopFeed):
    """Lists all holders of a type again and again. Raises ValueError for a method that does not list them."""

    def __init__(
        self, source: PolicySource, method: MethodDescriptor[Any, Any], surroundings: Surroundings, listener: Listener
    ) -> None:
        super().__init__(str(source), surroundings.clock)
        self._server = Server(surroundings.channels, source, surroundings.region)
        self._method = method
        self._holder = source.holder
        self._items = _items_field(method, source.holder.message.DESCRIPTOR.full_name)
        self._pack = policy_packer(source.holder)
        self._listener = listener
        self._random = surroundings.random
        self._interval = surroundings.options.poll_interval
        self._backoff = Backoff(surroundings.options.watch.backoff, surroundings.random)
        self._known: dict[str, PackedPolicy] = {}
        self._state = WatchState.NEW
        self._reason = ""
        self._failures = 0
        self._listed_at: float | None = None
        """When the last poll that succeeded began."""
        self._stale_since: float | None = None

    @property
    def is_current(self) -> bool:
        return self._state is WatchState.CURRENT

    @property
    def status(self) -> WatchStatus:
        return WatchStatus(
            state=self._state,
            stale_since=self._stale_since,
            confirmed_at=self._listed_at,
            age=None if self._listed_at is None else self._clock.now() - self._listed_at,
            reason=self._reason,
            failures=self._failures,
        )

    async def follow(self) -> NoReturn:
        self._lose(WatchState.CONNECTING)
        while True:
            asked_at = self._clock.now()
            try:
                listed = await in_time(self._clock, self._interval, self._list())
            except (CallFailed, TimeoutError) as error:
                self._reason = str(error)
                self._failures += 1
                self._lose(WatchState.CONNECTING)
                await self._clock.sleep(min(self._backoff.next(), self._interval))
            else:
                self._confirm(listed, asked_at)
                await self._clock.sleep(self._interval * (1 - SPREAD * self._random()))

    def end(self, state: WatchState, reason: str) -> None:
        self._reason = reason or self._reason
        self._lose(state)

    def _confirm(self, listed: dict[str, PackedPolicy], asked_at: float) -> None:
        self._listed_at, self._stale_since = asked_at, None
        self._reason, self._failures = "", 0
        self._backoff.reset()
        self._enter(WatchState.CURRENT)
        self._listener.polled(apply_snapshot(self._known, listed), asked_at)
        self.settle()

    def _lose(self, state: WatchState) -> None:
        """What is known is as old as the beginning of the poll that brought it."""
        if self._stale_since is None:
            self._stale_since = self._clock.now() if self._listed_at is None else self._listed_at
        self._enter(state)

    def _enter(self, state: WatchState) -> None:
        if state is not self._state:
            self._state = state
            self._listener.state_changed()

    async def _list(self) -> dict[str, PackedPolicy]:
        listed: dict[str, PackedPolicy] = {}
        for parent in collections(self._method, self._holder):
            token = ""
            while True:
                page = await self._server.call(self._method, self._request(parent, token))
                for item in getattr(page, self._items):
                    listed[getattr(item, self._holder.name_field)] = self._pack(item)
                if len(listed) > MAX_RESOURCES:
                    raise CallFailed("OUT_OF_RANGE", f"there are more than {MAX_RESOURCES} holders")
                if page.next_page_token in ("", token):
                    break
                token = page.next_page_token
        return listed

    def _request(self, parent: str, token: str) -> Any:
        request = ask_for_policy(self._method, self._holder)
        request.page_size = PAGE_SIZE
        request.page_token = token
        if parent and self._method.parent_path is not None:
            setattr(request, self._method.parent_path, parent)
        return request


def _items_field(method: MethodDescriptor[Any, Any], message: str) -> str:
    """The field of a List response with the resources."""
    for field in method.response.DESCRIPTOR.fields:
        if field.is_repeated and field.message_type is not None and field.message_type.full_name == message:
            return str(field.name)
    raise ValueError(f"{method}: its response has no field with {message}")
