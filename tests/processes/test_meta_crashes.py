"""A Meta server that is killed while services register: nothing that it acknowledged is lost, and nothing half done."""

from __future__ import annotations

import asyncio
import resource as resource_limits
import shutil
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, closing
from pathlib import Path
from random import Random

import grpc.aio
import pytest

from goten.admin.v1.admin_pb2 import GetStatusRequest
from goten.admin.v1.admin_pb2_grpc import AdminServiceStub
from goten.meta.v1.descriptors import REGION
from goten.storage import SqliteStorage
from tests.meta.broken import broken_rules
from tests.meta.world import deployment, resource, service, world
from tests.processes.conftest import QUICK_OPTIONS
from tests.processes.meta_process import DEADLINE, SERVING, MetaProcess, Running, command
from tests.processes.registering import REGIONS, Registering
from tests.processes.registry import TYPES, Registry, Seen
from tests.processes.registry_watches import become, watching

QUICK_KILLS, FULL_KILLS = 5, 50
WRITERS = 6


async def settled(channel: grpc.aio.Channel) -> None:
    admin = AdminServiceStub(channel)
    async with asyncio.timeout(DEADLINE):
        while (await admin.GetStatus(GetStatusRequest(), wait_for_ready=True)).unsettled:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_killed_while_services_register(tmp_path: Path, full_run: bool) -> None:
    """FANOUT-7, STORAGE-6, FEED-6: for REG-7 to REG-15 and REG-21; watches go on over all of it."""
    seed = Random().randrange(1_000_000)
    print(f"seed {seed}")
    random = Random(seed)
    config = tmp_path / "meta.toml"
    config.write_text(f"regions = {[*REGIONS]}\n")
    options = (f"sqlite:{tmp_path / 'meta.sqlite'}", "--config", str(config))
    async with AsyncExitStack() as stack:
        process = stack.enter_context(MetaProcess(*options))
        address = process.address
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(address, options=QUICK_OPTIONS))
        watches = await stack.enter_async_context(watching(address))
        registry = Registry(channel)
        writers = [Registering(registry, number, WRITERS, Random(random.random())) for number in range(WRITERS)]
        seen = Seen({})
        for _ in range(FULL_KILLS if full_run else QUICK_KILLS):
            running = [asyncio.create_task(writer.run()) for writer in writers]
            await asyncio.sleep(random.uniform(0.02, 0.5))
            await asyncio.to_thread(process.kill)
            await asyncio.gather(*running)
            if random.random() < 0.25:
                await killed_while_it_starts(options, address, random)
            process = await asyncio.to_thread(MetaProcess, *options, listen=address)
            stack.enter_context(process)
            await settled(channel)
            seen = await Seen.of(registry)
            assert seen.broken_rules() == []
            for writer in writers:
                writer.check(seen)
        await become(watches, seen)
    assert sum(writer.writes for writer in writers) > 20
    assert "raceback" not in process.err


async def killed_while_it_starts(options: tuple[str, ...], address: str, random: Random) -> None:
    storage, *others = options
    with Running("serve", "--region", "us-west2", "--storage", storage, "--listen", address, *others):
        await asyncio.sleep(random.uniform(0.2, 1.0))


FOLLOWERS = 150
"""So many that they take several transactions."""
COMMITS = 12
"""So many commits the acts take at least."""

IMPORTS = ("imported_services", "imported_versions")

Act = Callable[[Registry], Awaitable[object]]
ACTS: list[tuple[str, Act]] = [
    ("create", lambda registry: registry.create(service("aa", regions=REGIONS[:1], imports=["bb"], uses=["cc"]))),
    ("change", lambda registry: registry.update(service("aa", regions=REGIONS[:1]), *IMPORTS)),
    ("deploy", lambda registry: registry.create(deployment("cc", REGIONS[1], current_version="v1"))),
    ("leave", lambda registry: registry.delete(f"services/cc/deployments/{REGIONS[1]}")),
    ("delete", lambda registry: registry.delete("services/bb")),
]


def done(seen: Seen) -> list[bool]:
    """Of each act: whether it was done, and not undone."""
    stored = seen.by_name
    aa, cc = stored.get("services/aa"), stored["services/cc"]
    is_deployed = f"services/cc/deployments/{REGIONS[1]}" in stored
    is_enabled = REGIONS[1] in cc.multi_region_policy.enabled_regions
    return [
        aa is not None,
        aa is not None and not aa.imported_services,
        is_deployed or not is_enabled,
        not is_deployed and not is_enabled,
        "services/bb" not in stored,
    ]


def remove(file: Path) -> None:
    """The file, and what lies beside it."""
    for left in file.parent.glob(f"{file.name}*"):
        left.unlink()


async def prepare(file: Path) -> None:
    storage = SqliteStorage(file)
    async with world(storage, regions=REGIONS) as registry:
        await registry.save(service("cc", regions=REGIONS[:2]))
        await registry.save(service("bb", regions=REGIONS[:1], uses=["cc"]))
        await registry.save(deployment("bb", REGIONS[0]))
        for number in range(FOLLOWERS):
            await registry.save(resource("bb", f"Thing{chr(97 + number // 26)}{chr(97 + number % 26)}"))
    await storage.stop()


async def code_of(call: Awaitable[object]) -> grpc.StatusCode:
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


async def act_until_it_dies(file: Path, number: int, moment: str) -> tuple[int, bool]:
    """How many acts were acknowledged, and whether it died."""
    command = [sys.executable, "-m", "tests.processes.mortal_meta", str(file), str(number), moment]
    with Running(command=command) as mortal:
        address = mortal.wait_for(SERVING, "err")[1]
        async with grpc.aio.insecure_channel(address) as channel:
            registry = Registry(channel)
            for place, (_, act) in enumerate(ACTS):
                code = await code_of(act(registry))
                if code is not grpc.StatusCode.OK:
                    assert (code, mortal.wait()) == (grpc.StatusCode.UNAVAILABLE, -signal.SIGKILL)
                    return place, True
    return len(ACTS), False


async def dies_and_finishes(prepared: Path, number: int, moment: str) -> bool:
    """Whether there is a commit of that number at which it dies; a start finishes what was begun, in any case."""
    file = prepared.with_name("meta.sqlite")
    shutil.copy(prepared, file)
    acknowledged, died = await act_until_it_dies(file, number, moment)
    await finishes(file, acknowledged)
    remove(file)
    return died


async def test_killed_between_some_steps(tmp_path: Path) -> None:
    """FANOUT-7, for a few of the commits that the next test takes."""
    seed = Random().randrange(1_000_000)
    print(f"seed {seed}")
    random = Random(seed)
    prepared = tmp_path / "prepared.sqlite"
    await prepare(prepared)
    for moment in ("before", "after"):
        assert await dies_and_finishes(prepared, random.randrange(COMMITS), moment)


@pytest.mark.full
async def test_killed_between_any_two_steps(tmp_path: Path) -> None:
    """FANOUT-7: a start finishes what was begun, whatever the commit at which the process before it was killed."""
    prepared = tmp_path / "prepared.sqlite"
    await prepare(prepared)
    for moment in ("before", "after"):
        number = 0
        while await dies_and_finishes(prepared, number, moment):
            number += 1
        assert number >= COMMITS


async def finishes(file: Path, acknowledged: int) -> None:
    """A start over what was left: all acts that were acknowledged are done, and one more at most."""
    with MetaProcess(f"sqlite:{file}") as process:
        async with grpc.aio.insecure_channel(process.address) as channel:
            await settled(channel)
            seen = await Seen.of(Registry(channel))
    assert seen.broken_rules() == []
    finished = done(seen)
    assert finished[:acknowledged] == [True] * acknowledged
    assert sum(finished) <= acknowledged + 1
    assert "raceback" not in process.err


class Disk:
    """What a process may write: no file of it gets longer than this. It stands for a disk that is full."""

    def __init__(self, pid: int, file: Path) -> None:
        self._pid = pid
        self._file = file

    def fill_up(self, left: int) -> None:
        """So many bytes more, of the longest of its files."""
        longest = max(each.stat().st_size for each in self._file.parent.glob(f"{self._file.name}*"))
        self._limit(longest + left)

    def make_room(self) -> None:
        self._limit(resource_limits.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        most = resource_limits.prlimit(self._pid, resource_limits.RLIMIT_FSIZE)[1]
        resource_limits.prlimit(self._pid, resource_limits.RLIMIT_FSIZE, (size, most))


@pytest.mark.full
async def test_a_disk_that_fills_up(tmp_path: Path) -> None:
    """STORAGE-12: writes are refused with the reason, reads and watches go on, and so do writes when there is room."""
    seed = Random().randrange(1_000_000)
    print(f"seed {seed}")
    random = Random(seed)
    file = tmp_path / "meta.sqlite"
    config = tmp_path / "meta.toml"
    config.write_text(f"regions = {[*REGIONS]}\n")
    options = (f"sqlite:{file}", "--config", str(config))
    async with AsyncExitStack() as stack:
        process = stack.enter_context(MetaProcess(*options))
        disk = Disk(process.process.pid, file)
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(process.address, options=QUICK_OPTIONS))
        watches = await stack.enter_async_context(watching(process.address))
        registry = Registry(channel)
        writers = [Registering(registry, number, WRITERS, Random(random.random())) for number in range(WRITERS)]
        seen = Seen({})
        for left in (400_000, 1_000_000, 0):
            disk.fill_up(left)
            # They end when they are told that it cannot be done.
            await asyncio.gather(*(writer.run() for writer in writers))
            for _ in range(5):
                with pytest.raises(grpc.aio.AioRpcError) as refused:
                    await registry.create(service(f"x{random.randrange(1000)}.example.com", regions=REGIONS[:1]))
                assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
                assert str(file) in (refused.value.details() or "")
            assert len(await registry.all(REGION)) == len(REGIONS)
            async with watching(process.address) as late:
                assert len(late) == len(TYPES)
            disk.make_room()
            await settled(channel)
            seen = await Seen.of(registry)
            assert seen.broken_rules() == []
            for writer in writers:
                writer.check(seen)
            await become(watches, seen)
        process.kill()
        assert "raceback" not in process.err
    assert sum(writer.writes for writer in writers) > 20
    async with world(SqliteStorage(file), regions=()) as stored:
        assert broken_rules(stored) == []
        assert {each.name for descriptor in TYPES for each in stored.all(descriptor)} == {*seen.by_name}
        await stored.storage.stop()


async def test_a_second_process_changes_nothing(tmp_path: Path) -> None:
    """STORAGE-10: neither a server nor a command gets at the file while a server writes it."""
    file = tmp_path / "meta.sqlite"
    storage = f"sqlite:{file}"
    config = tmp_path / "meta.toml"
    config.write_text(f"regions = {[*REGIONS]}\n")
    with MetaProcess(storage, "--config", str(config)) as process:
        async with grpc.aio.insecure_channel(process.address) as channel:
            registry = Registry(channel)
            writers = [Registering(registry, number, 2, Random(number)) for number in range(2)]
            running = [asyncio.create_task(writer.run()) for writer in writers]
            for attempt in (
                ("serve", "--region", "us-west2", "--listen", "127.0.0.1:0", "--storage", storage),
                ("compact", "--storage", storage),
                ("export", str(tmp_path / "copy.jsonl"), "--storage", storage),
            ):
                outcome = await asyncio.to_thread(command, *attempt)
                assert outcome.returncode == 1
                line = f"goten-meta: error: {file}: process {process.process.pid} has it open;"
                assert outcome.stderr.splitlines()[-1].startswith(line)
            await asyncio.to_thread(process.kill)
            await asyncio.gather(*running)
    async with world(SqliteStorage(file), regions=()) as stored:
        await stored.idle()
        seen = Seen({descriptor.type: stored.all(descriptor) for descriptor in TYPES})
        assert seen.broken_rules() == []
        for writer in writers:
            writer.check(seen)
        await stored.storage.stop()


def damage(file: Path, random: Random) -> str:
    """Does something to the bytes of a file; what it was."""
    data = bytearray(file.read_bytes())
    match random.randrange(5):
        case 0:
            length = random.randrange(len(data))
            del data[length:]
            done = f"cut off at {length}"
        case 1:
            start = random.randrange(len(data))
            data[start : start + 4096] = bytes(len(data[start : start + 4096]))
            done = f"zeros from {start} on"
        case 2:
            page = random.randrange(len(data) // 4096) * 4096
            data[page : page + 4096] = random.randbytes(4096)
            done = f"another page at {page}"
        case 3:
            place = random.randrange(100)
            data[place] ^= 1 << random.randrange(8)
            done = f"a bit of the header at {place}"
        case _:
            for _ in range(50):
                data[random.randrange(len(data))] ^= 1 << random.randrange(8)
            done = "50 bits"
    file.write_bytes(data)
    return done


async def test_a_damaged_file(tmp_path: Path, full_run: bool) -> None:
    """STORAGE-12: it is refused with the reason, and kept as it is; or what is left of it is served."""
    seed = Random().randrange(1_000_000)
    print(f"seed {seed}")
    random = Random(seed)
    prepared, file = tmp_path / "prepared.sqlite", tmp_path / "meta.sqlite"
    await prepare(prepared)
    for _ in range(40 if full_run else 4):
        shutil.copy(prepared, file)
        done = damage(file, random)
        print(done)
        before = file.read_bytes()
        with Running("serve", "--region", "us-west2", "--listen", "127.0.0.1:0", "--storage", f"sqlite:{file}") as meta:
            found = meta.wait_for(rf"{SERVING}|goten-meta: error: (.*)\n", "err")
            if found[2] is not None:
                assert meta.wait() == 1
                assert found[2].startswith(f"{file}: ")
                assert file.read_bytes() == before
            else:
                async with grpc.aio.insecure_channel(found[1]) as channel:
                    await Seen.of(Registry(channel))
                meta.signal(signal.SIGTERM)
                assert meta.wait() == 0
            assert "raceback" not in meta.err
        remove(file)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kv SET key = CAST(key AS BLOB)",
        "UPDATE kv SET value = 'text'",
        "UPDATE log SET key = CAST(key AS BLOB)",
        "UPDATE kv SET key = CAST(x'ff61' AS TEXT) WHERE rowid = 1",
    ],
)
def test_a_file_with_values_that_were_never_written(tmp_path: Path, statement: str) -> None:
    """STORAGE-12: SQLite finds nothing wrong with them."""
    file = tmp_path / "meta.sqlite"
    asyncio.run(prepare(file))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)
    outcome = command("serve", "--region", "us-west2", "--listen", "127.0.0.1:0", "--storage", f"sqlite:{file}")
    assert outcome.returncode == 1
    assert outcome.stderr.splitlines()[-1].startswith(f"goten-meta: error: {file}: it is damaged (")
    assert "raceback" not in outcome.stderr
