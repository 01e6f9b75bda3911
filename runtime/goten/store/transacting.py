"""Running transactions: again where what they read was changed meanwhile, and in turn where they are guarded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Final, TypeVar

from grpc import StatusCode

from goten.refusals import Refused
from goten.storage import StorageError
from goten.store.keys import GUARD
from goten.store.transaction import Transaction
from goten.watch import Clock

T = TypeVar("T")

ATTEMPTS: Final = 50
_FIRST_PAUSE: Final = 0.001
_LONGEST_PAUSE: Final = 0.1


class Transacting:
    """`begin` makes a transaction, a hopeful one or not, and raises StorageUnavailable where there can be none."""

    def __init__(self, begin: Callable[[bool], Transaction], clock: Clock, random: Random) -> None:
        self._begin = begin
        self._clock = clock
        self._random = random
        self._turn = asyncio.Lock()

    async def run(self, body: Callable[[Transaction], Awaitable[T]], guarded: bool) -> tuple[T, int]:
        """What `body` returned in the attempt that was committed, and the revision. Raises as `Store.transact` does."""
        if not guarded:
            return await self._run(body, guarded=False)
        async with self._turn:
            return await self._run(body, guarded=True)

    async def _run(self, body: Callable[[Transaction], Awaitable[T]], *, guarded: bool) -> tuple[T, int]:
        for attempt in range(ATTEMPTS):
            if attempt:
                await self._clock.sleep(self._pause(attempt))
            transaction = self._begin(attempt == 0)
            if guarded:
                await transaction.get_record(GUARD)
            try:
                result = await body(transaction)
            except StorageError:
                raise
            except Exception:
                # Said of a state that never was, it says nothing.
                if await transaction.holds():
                    raise
                continue
            revision = await transaction.commit(guarded)
            if revision is not None:
                return result, revision
        reason = "what this request is about was changed by others each time it was tried"
        raise Refused(StatusCode.ABORTED, f"{reason}; try again")

    def _pause(self, attempt: int) -> float:
        return self._random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**attempt))
