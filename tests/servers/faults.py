"""What a test can make the server do wrong, or slowly."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import grpc

from goten.refusals import Refused


@dataclass(slots=True)
class Faults:
    """All off by default; times in seconds."""

    answer_delay: float = 0.0
    """Unary RPCs take so long before they look at anything."""
    get_delay: float = 0.0
    """Get, BatchGet and List take so long between reading and answering, so that answers are old when they arrive."""
    lag: bool = False
    """Get, BatchGet and List go on answering as of when this was set."""
    hidden: list[str] = field(default_factory=list)
    """Get and BatchGet find nothing under these names."""
    watch_delay: float = 0.0
    """Each response of a watch waits so long."""
    hold_watch: bool = False
    """Streams go on but send nothing, no bookmarks either."""
    frozen: bool = False
    """Nothing is answered or sent, while connections stay alive."""
    refuse: str = ""
    """New RPCs end with the status code of this name."""
    refuse_watch: str = ""
    """New watches do."""
    size_error: int | None = 0
    """Sizes are wrong by so many; None: they are never sent."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event, init=False, repr=False)

    def set(self, values: Mapping[str, Any]) -> None:
        """Sets some faults by name. Raises KeyError for an unknown one."""
        known = {item.name for item in fields(self) if item.init}
        for name, value in values.items():
            if name not in known:
                raise KeyError(name)
            setattr(self, name, value)
        self._changed.set()
        self._changed = asyncio.Event()

    def clear(self) -> None:
        """As at the start."""
        fresh = Faults()
        self.set({item.name: getattr(fresh, item.name) for item in fields(self) if item.init})

    async def before_answer(self) -> None:
        """To be awaited before a unary RPC does anything. Raises Refused."""
        await self._while_frozen()
        self._refuse(self.refuse)
        await asyncio.sleep(self.answer_delay)

    async def before_stream(self) -> None:
        """To be awaited before a stream does anything. Raises Refused."""
        await self._while_frozen()
        self._refuse(self.refuse or self.refuse_watch)

    @property
    def holds(self) -> bool:
        """Whether streams may not send."""
        return self.frozen or self.hold_watch

    async def while_held(self) -> None:
        """Returns once streams may send."""
        while self.holds:
            await self._changed.wait()

    def say_size(self, size: int) -> int | None:
        """What a watch says of the size of a snapshot; None: nothing."""
        return None if self.size_error is None else max(0, size + self.size_error)

    async def _while_frozen(self) -> None:
        while self.frozen:
            await self._changed.wait()

    def _refuse(self, code: str) -> None:
        if code:
            raise Refused(grpc.StatusCode[code], "a test wants it so")
