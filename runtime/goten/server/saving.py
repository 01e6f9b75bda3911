"""Writing through the middlewares: inside of one transaction, with the policies that govern what is written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from goten.descriptors import Descriptor, MessageT
from goten.policy import Policy
from goten.policy_context import current_policies
from goten.policy_interceptor import PolicyResolver
from goten.server.depth import check_depth
from goten.store import Store, Transaction
from goten.store_middleware import Committed, MiddlewareChain, SaveContext
from goten.syncing import governor_of

T = TypeVar("T")


class MovedBySave(RuntimeError):
    """A middleware changed the name of what was saved."""

    def __init__(self, descriptor: Descriptor[Any, Any], name: str, moved_to: str) -> None:
        super().__init__(descriptor, name, moved_to)
        self.name = name
        self.moved_to = moved_to

    def __str__(self) -> str:
        return f"a middleware changed the name {self.name} to {self.moved_to!r}"


def _now() -> datetime:
    return datetime.now(UTC)


class Saver:
    """Runs writes through a chain of middlewares, whoever makes them: RPCs, controllers, code in the same process.

    `service` is the domain of the service whose store it is. The policies of a save are those of the context that it
    runs in; where the one that governs the written name is not among them, `policies` is asked for it.
    """

    def __init__(
        self,
        store: Store,
        chain: MiddlewareChain,
        *,
        service: str,
        policies: PolicyResolver | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.store = store
        self.chain = chain
        self.service = service
        self._policies = policies
        self._clock = clock

    async def transact(self, body: Callable[[Saving], Awaitable[T]], *, guarded: bool = False, caller: str = "") -> T:
        """What `body` returns, once what it wrote is durable and its `on_committed` callbacks have returned.

        `body` is called again, with a new transaction, where what it read was changed meanwhile. Guarded transactions
        take turns. `caller` is the domain of the service on whose behalf this is done. Raises what `body` and the
        middlewares raise, after which nothing is written, and what the callbacks raise, after which all is.
        """

        async def attempt(transaction: Transaction) -> tuple[T, Saving]:
            saving = Saving(self, transaction, caller)
            return await body(saving), saving

        (result, saving), revision = await self.store.transact(attempt, guarded=guarded)
        for callback in saving.committed:
            await callback(revision)
        return result

    async def policies_for(self, descriptor: Descriptor[Any, Any], name: str) -> Mapping[str, Policy]:
        """The policies that a save of a resource may rely on. Raises PolicyUnavailable, and InvalidName."""
        known = current_policies()
        if self._policies is None:
            return known
        parsed = descriptor.name.parse(name)
        governor = governor_of(parsed)
        if governor in known:
            return known
        policy = await self._policies.policy_for(parsed)
        return known if policy is None else {**known, governor: policy}

    def now(self) -> datetime:
        return self._clock()


class Saving:
    """One attempt of a transaction: the SaveTransaction that middlewares see."""

    def __init__(self, saver: Saver, transaction: Transaction, caller: str) -> None:
        self._saver = saver
        self._transaction = transaction
        self._caller = caller
        self._time = saver.now()
        self.committed: list[Committed] = []
        self.get = transaction.get
        self.list = transaction.list
        self.put = transaction.put
        self.remove = transaction.delete
        self.get_record = transaction.get_record
        self.put_record = transaction.put_record
        self.delete_record = transaction.delete_record
        self.on_committed = self.committed.append

    async def save(self, descriptor: Descriptor[MessageT, Any], new: MessageT) -> MessageT:
        text = str(descriptor.name_of(new))
        setattr(new, descriptor.name_field, text)
        return await self.replace(descriptor, text, await self.get(descriptor, text), new)

    async def replace(
        self, descriptor: Descriptor[MessageT, Any], name: str, old: MessageT | None, new: MessageT
    ) -> MessageT:
        """`save` for who has read the resource `name` in this transaction, as `old`; `new` has that name."""
        context = await self._context(descriptor, name)
        saved = cast("MessageT", await self._saver.chain.save(context, descriptor, old, new))
        moved_to = getattr(saved, descriptor.name_field)
        if moved_to != name:
            raise MovedBySave(descriptor, name, moved_to)
        if old is not None and saved == old:
            return old
        check_depth(saved)
        self.put(descriptor, saved)
        return saved

    async def delete(self, descriptor: Descriptor[MessageT, Any], name: str) -> bool:
        text = str(descriptor.name.parse(name))
        old = await self._transaction.get(descriptor, text)
        if old is None:
            return False
        await self._saver.chain.save(await self._context(descriptor, text), descriptor, old, None)
        self._transaction.delete(descriptor, text)
        return True

    async def _context(self, descriptor: Descriptor[Any, Any], name: str) -> SaveContext:
        return SaveContext(
            service=self._saver.service,
            policies=await self._saver.policies_for(descriptor, name),
            time=self._time,
            transaction=self,
            caller=self._caller,
        )
