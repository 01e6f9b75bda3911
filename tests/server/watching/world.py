"""A store with watchers, and all that can happen to both: writers at once, slow readers, restarts, restores."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from random import Random
from typing import NamedTuple

from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.region_pb2 import Region
from goten.storage import MemoryStorage
from goten.store import Transaction
from goten.types import view_pb2
from tests.server.watching.guarantees import GUARANTEES
from tests.server.watching.recording import Asked, Client, Truth
from tests.server.watching.rig import BY_MESSAGE, PARENT, Rig, Stream, running_rig

OTHER_PARENT = "services/t.example.com"
QUESTIONS = [
    Asked(),
    Asked(chunk=1),
    Asked(filter='region = "r1"', chunk=2),
    Asked(parent="services/-"),
    Asked(parent="services/-", filter='is_disabled = true OR region != "r1"', chunk=3),
    Asked(view=view_pb2.NAME),
    Asked(view=view_pb2.NAME, mask=("region",)),
    Asked(mask=("private_domain", "region"), filter="is_disabled = true"),
]


class Backup(NamedTuple):
    storage: MemoryStorage
    truth: Truth
    revision: int


class World:
    """Everything that happens is chosen by `random`. Use it in `async with`."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._storage = MemoryStorage()
        self._truth = Truth()
        self._backups: list[Backup] = []
        self._history = random.choice([2, 5, 10, 10_000])
        self._kept = random.choice([2, 5, 2_000])
        self.clients = [Client(random.choice(QUESTIONS)) for _ in range(random.randint(1, 3))]
        self._streams: dict[int, Stream] = {}
        self._numbers = iter(range(1_000_000))

    async def __aenter__(self) -> World:
        await self._start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()

    async def step(self) -> None:
        """Something happens."""
        chance = self._random.random()
        if chance < 0.40:
            await self._read(self._random.randrange(len(self.clients)), self._random.randint(1, 4))
        elif chance < 0.75:
            await self._write()
        elif chance < 0.81:
            await self._write_elsewhere()
        elif chance < 0.88:
            await self._disconnect(self._random.randrange(len(self.clients)))
        elif chance < 0.92:
            await self._rig.clock.advance(25)
        elif chance < 0.95:
            await self._rig.store.compact(self._random.randint(0, self._rig.store.revision))
        elif chance < 0.98:
            await self._restart()
        else:
            await self._restore()

    async def settle(self) -> None:
        """Everyone reads on, and then knows all there is."""
        for index, client in enumerate(self.clients):
            await self._read(index, 10_000)
            assert client.boundaries[-1].known == client.asked.answer(self._truth.state)
        for client in self.clients:
            for guarantee in GUARANTEES:
                guarantee(client.asked, client.boundaries)

    async def _read(self, index: int, count: int) -> None:
        client = self.clients[index]
        if index not in self._streams:
            client.open(self._truth, self._rig.store.revision)
            self._streams[index] = self._rig.watch(
                mask=client.asked.mask, resume_token=client.token, **client.asked.fields()
            )
        for _ in range(count):
            response = await self._streams[index].poll()
            if response is None:
                break
            client.receive(response)

    async def _disconnect(self, index: int) -> None:
        stream = self._streams.pop(index, None)
        if stream is not None:
            await stream.close()
            self.clients[index].close()

    async def _write(self) -> None:
        """One transaction, or several at once."""
        await asyncio.gather(*(self._transact() for _ in range(self._random.choice([1, 1, 1, 2, 4]))))

    async def _transact(self) -> None:
        names = self._random.sample(self._names(), self._random.randint(1, 3))
        changes = {name: None if self._random.random() < 0.3 else self._deployment(name) for name in names}

        async def body(transaction: Transaction) -> dict[str, Deployment | None]:
            done: dict[str, Deployment | None] = {}
            for name, message in changes.items():
                there = await transaction.get(BY_MESSAGE[Deployment], name)
                if message is not None:
                    transaction.put(BY_MESSAGE[Deployment], message)
                    done[name] = message
                elif there is not None:
                    transaction.delete(BY_MESSAGE[Deployment], name)
                    done[name] = None
            return done

        done, revision = await self._rig.store.transact(body)
        if done:
            self._truth.add(revision, done)

    async def _write_elsewhere(self) -> None:
        await self._rig.put(Region(name=f"regions/r{next(self._numbers)}"))

    async def _restart(self, backup: Backup | None = None) -> None:
        for index in tuple(self._streams):
            await self._disconnect(index)
        revision = self._rig.store.revision
        await self._stop()
        if self._random.random() < 0.5:
            self._backups.append(Backup(deepcopy(self._storage), self._truth, revision))
        if backup is not None:
            self._storage = deepcopy(backup.storage)
            self._truth = backup.truth.restored(backup.revision)
        await self._start()

    async def _restore(self) -> None:
        """An old copy takes the place of the storage."""
        await self._restart(self._random.choice(self._backups) if self._backups else None)

    async def _start(self) -> None:
        self._running = running_rig(self._storage, history=self._history, kept_changes=self._kept)
        self._rig: Rig = await self._running.__aenter__()

    async def _stop(self) -> None:
        for index in tuple(self._streams):
            await self._disconnect(index)
        await self._running.__aexit__(None, None, None)

    def _names(self) -> list[str]:
        return [f"{parent}/deployments/{id}" for parent in (PARENT, OTHER_PARENT) for id in "abcd"]

    def _deployment(self, name: str) -> Deployment:
        random = self._random
        return Deployment(
            name=name,
            region=f"r{random.randint(0, 2)}",
            is_disabled=random.random() < 0.5,
            private_domain=f"p{random.randint(0, 2)}",
            public_domain=f"p{next(self._numbers)}",
        )
