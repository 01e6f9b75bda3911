"""Serving a resource in another version than the one in which it is stored (METHOD-13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Generic

from goten.descriptors import Descriptor, MessageT, NameT
from goten.server.common_fields import CommonFields


class ServedVersion(Generic[MessageT, NameT]):
    """How a type that is stored as `stored` is served as `served`. Names are the same text in both.

    `up(message, before)` makes what to store of a served message; `before` is what is stored so far, None for a
    creation. `down(message)` makes what to serve. Both are pure: they change nothing that they get, and what they
    answer shares nothing with it. By default they copy the fields that both versions have, and `up` keeps what the
    served version cannot express.
    """

    def __init__(
        self,
        served: Descriptor[MessageT, NameT],
        stored: Descriptor[Any, Any],
        *,
        up: Callable[[MessageT, Any], Any] | None = None,
        down: Callable[[Any], MessageT] | None = None,
    ) -> None:
        """Raises ValueError where the versions are of different types."""
        if served.type != stored.type:
            raise ValueError(f"{served} cannot be stored as {stored}: it is another type")
        common = CommonFields(served, stored)
        self.served: Final = served
        self.stored: Final = stored
        self.up: Final[Callable[[MessageT, Any], Any]] = up or common.up
        self.down: Final[Callable[[Any], MessageT]] = down or common.down

    def __str__(self) -> str:
        return f"{self.served} over {self.stored.version}"
