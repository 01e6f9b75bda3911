"""What the rules of one resource type have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from goten.descriptors import Descriptor, MessageT, NameT
from goten.store_middleware import SaveContext

if TYPE_CHECKING:
    from google.protobuf.message import Message

RuledT = TypeVar("RuledT", bound="Message")


class Rule(Generic[RuledT]):
    """A StoreMiddleware for one resource type. Both methods raise Refused."""

    only_for: ClassVar[Descriptor[Any, Any]]

    async def save(
        self,
        context: SaveContext,
        descriptor: Descriptor[MessageT, NameT],
        old: MessageT | None,
        new: MessageT | None,
    ) -> MessageT | None:
        if new is not None:
            written = await self.write(context, cast("RuledT | None", old), cast("RuledT", new))
            return cast("MessageT", written)
        if old is not None:
            await self.deletion(context, cast("RuledT", old))
        return None

    async def write(self, context: SaveContext, old: RuledT | None, new: RuledT) -> RuledT:
        """What to store in place of `new`, which may be changed; `old` is None for a creation."""
        return new

    async def deletion(self, context: SaveContext, old: RuledT) -> None:
        """Called before a resource goes."""
