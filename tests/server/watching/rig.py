"""Watches of a real store without a network, for tests: what a stream is sent is read response by response."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from google.protobuf.message import Message

from goten.descriptors import Descriptor
from goten.meta.v1 import descriptors as meta
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service import SERVICE as META
from goten.server.saving import Saver
from goten.server.served import Served
from goten.server.watching import WatchHub, WatchMethods
from goten.storage import MemoryStorage, Storage
from goten.store import Store, Transaction
from goten.store_middleware import MiddlewareChain
from goten.types import watch_type_pb2
from tests.runtime.watch.fakes import HandClock

ENOUGH_TURNS = 30
"""Of the event loop, for whatever is under way in one of these tests."""
BY_MESSAGE: dict[type[Message], Descriptor[Any, Any]] = {resource.message: resource for resource in META.resources}
PARENT = "services/s.example.com"

Told: TypeAlias = tuple[str, Any]
"""The kind of a change, and what it holds."""


class Stream:
    """One watch, read by a test. `close` it, or use it in `async with`."""

    def __init__(self, responses: AsyncIterator[bytes], response: type[Message]) -> None:
        self._responses: Any = responses
        self._response: Any = response
        self._reading: asyncio.Task[bytes] | None = None
        self.raw: list[bytes] = []
        """What came, as it came."""

    async def read(self) -> Any:
        """The next response. Raises what the stream raises, and AssertionError where nothing comes."""
        response = await self.poll()
        assert response is not None, "nothing is sent"
        return response

    async def poll(self) -> Any:
        """The next response; None where none comes."""
        self._reading = self._reading or asyncio.ensure_future(anext(self._responses))
        for _ in range(ENOUGH_TURNS):
            if self._reading.done():
                break
            await asyncio.sleep(0)
        else:
            return None
        done, self._reading = self._reading, None
        self.raw.append(done.result())
        return self._response.FromString(self.raw[-1])

    async def read_all(self) -> list[Any]:
        """What comes until nothing comes any more."""
        found = []
        while (response := await self.poll()) is not None:
            found.append(response)
        return found

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
            self._reading = None
        await self._responses.aclose()

    async def __aenter__(self) -> Stream:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class Rig:
    """A running store and hub, and a clock that the test turns."""

    def __init__(self, store: Store, hub: WatchHub, clock: HandClock) -> None:
        self.store = store
        self.hub = hub
        self.clock = clock
        saver = Saver(store, MiddlewareChain(()), service=META.domain)
        self._methods = {
            resource: WatchMethods(Served(resource, saver), META.access[resource.type], hub)
            for resource in META.resources
        }

    async def put(self, *messages: Message) -> int:
        """Writes resources in one transaction; its revision."""

        async def body(transaction: Transaction) -> None:
            for message in messages:
                transaction.put(BY_MESSAGE[type(message)], message)

        return (await self.store.transact(body))[1]

    async def remove(self, *names: str, descriptor: Descriptor[Any, Any] = meta.DEPLOYMENT) -> int:
        async def body(transaction: Transaction) -> None:
            for name in names:
                transaction.delete(descriptor, name)

        return (await self.store.transact(body))[1]

    def watch(
        self,
        descriptor: Descriptor[Any, Any] = meta.DEPLOYMENT,
        *,
        caller: str = "",
        mask: Iterable[str] = (),
        **fields: Any,
    ) -> Stream:
        """A watch of type STATELESS, below PARENT where there are parents."""
        fields.setdefault("type", watch_type_pb2.STATELESS)
        return self._open(descriptor, "watch", caller, mask, fields)

    def watch_pages(
        self, descriptor: Descriptor[Any, Any] = meta.DEPLOYMENT, *, mask: Iterable[str] = (), **fields: Any
    ) -> Stream:
        """A watch of type STATEFUL."""
        return self._open(descriptor, "watch", "", mask, fields)

    def watch_one(
        self, name: str, descriptor: Descriptor[Any, Any] = meta.DEPLOYMENT, *, mask: Iterable[str] = (), **fields: Any
    ) -> Stream:
        return self._open(descriptor, "watch_one", "", mask, {"name": name, **fields})

    def _open(
        self, descriptor: Descriptor[Any, Any], verb: str, caller: str, mask: Iterable[str], fields: dict[str, Any]
    ) -> Stream:
        method = META.access[descriptor.type][verb]
        if method.parent_path:
            fields.setdefault(method.parent_path, PARENT)
        request: Any = method.request(**fields)
        request.field_mask.paths.extend(mask)
        operation = self._methods[descriptor].operations[verb]
        return Stream(operation(request, caller), method.response)


@asynccontextmanager
async def running_rig(
    storage: Storage | None = None,
    *,
    history: int = 10_000,
    bookmark_interval: float = 25.0,
    kept_changes: int = 2_000,
    **options: Any,
) -> AsyncIterator[Rig]:
    storage = storage or MemoryStorage()
    clock = HandClock()
    await storage.start()
    store = Store(storage, META.resources, history=history, clock=clock, **options)
    await store.start()
    hub = WatchHub(store, bookmark_interval=bookmark_interval, clock=clock, kept_changes=kept_changes)
    await hub.start()
    try:
        yield Rig(store, hub, clock)
    finally:
        await hub.stop()
        await store.stop()
        await storage.stop()
    assert hub.watchers == 0, "a stream was left open"


def name_of(id: str) -> str:
    return f"{PARENT}/deployments/{id}"


def deployment(id: str, **fields: Any) -> Deployment:
    return Deployment(name=name_of(id), **fields)


def changes_of(response: Any) -> list[Told]:
    """Kind and content of each change; the name of what is removed, else the resource."""
    changes = getattr(response, next(field.name for field in response.DESCRIPTOR.fields if field.is_repeated))
    return [_told(change) for change in changes]


def _told(change: Any) -> Told:
    kind = change.WhichOneof("change_type")
    held = getattr(change, kind)
    if kind == "removed":
        return kind, held.name
    return kind, next(
        value for field, value in held.ListFields() if field.message_type and "FieldMask" not in field.message_type.name
    )


def ids(response: Any) -> list[str]:
    """`+a` for a resource that is there, `-a` for one that is gone, in order."""
    return [
        f"-{held.rpartition('/')[2]}" if kind == "removed" else f"+{held.name.rpartition('/')[2]}"
        for kind, held in changes_of(response)
    ]
