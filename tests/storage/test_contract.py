"""What every backend does with keys, transactions, limits, start and stop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from goten.storage import (
    MAX_BYTES,
    MAX_OPERATIONS,
    Change,
    Compare,
    Delete,
    KeyValue,
    Put,
    Storage,
    StorageUnavailable,
    TransactionTooLarge,
)
from tests.storage.backends import Opener


async def put(storage: Storage, key: str, value: bytes = b"") -> int:
    revision = await storage.commit([], [Put(key, value)])
    assert revision is not None
    return revision


async def keys(storage: Storage, prefix: str = "", after: str = "", limit: int = 0) -> list[str]:
    return [item.key for item in (await storage.range(prefix, after=after, limit=limit)).items]


async def test_a_new_storage_is_empty(storage: Storage) -> None:
    found = await storage.range("")
    assert (list(found.items), found.more) == ([], False)
    assert found.revision == (await storage.status()).revision
    assert await storage.get("a") is None


async def test_a_key_has_its_value_and_revisions(storage: Storage) -> None:
    """STORAGE-5: of the transaction that created it, and of the one that changed it last."""
    created = await put(storage, "a", b"\x00\xff")
    assert await storage.get("a") == KeyValue("a", b"\x00\xff", created, created)
    changed = await put(storage, "a", b"")
    assert await storage.get("a") == KeyValue("a", b"", created, changed)
    assert changed > created
    assert (await storage.status()).revision == changed


async def test_the_same_value_once_more_is_a_change(storage: Storage) -> None:
    """STORAGE-5."""
    first = await put(storage, "a", b"1")
    assert await put(storage, "a", b"1") > first


async def test_a_key_that_was_taken_away_begins_anew(storage: Storage) -> None:
    """STORAGE-5: and in between it compares as 0, as one that never was (STORAGE-3)."""
    await put(storage, "a")
    gone = await storage.commit([], [Delete("a")])
    assert await storage.get("a") is None
    assert gone is not None
    assert await storage.commit([Compare("a", gone)], [Put("b", b"")]) is None
    again = await storage.commit([Compare("a", 0)], [Put("a", b"2")])
    assert again == gone + 1
    assert await storage.get("a") == KeyValue("a", b"2", again, again)


async def test_a_transaction_that_does_nothing_takes_no_revision(storage: Storage) -> None:
    """STORAGE-5: it answers the one that it finds."""
    found = await put(storage, "a")
    assert await storage.commit([], [Delete("b"), Delete("c")]) == found
    assert await storage.commit([], []) == found
    assert await storage.commit([Compare("a", found), Compare("b", 0)], []) == found
    assert await storage.commit([Compare("a", found + 1)], []) is None
    assert (await storage.status()).revision == found
    assert await put(storage, "b") == found + 1


async def test_all_changes_of_a_transaction_have_one_revision(storage: Storage) -> None:
    """STORAGE-3."""
    await put(storage, "c")
    revision = await storage.commit([], [Put("b", b"b"), Delete("c"), Put("a", b"a")])
    assert revision is not None
    found = await storage.range("")
    assert list(found.items) == [KeyValue("a", b"a", revision, revision), KeyValue("b", b"b", revision, revision)]


@pytest.mark.parametrize("offset", [-1, 1, 1000])
async def test_a_comparison_that_fails_stops_all_of_it(storage: Storage, offset: int) -> None:
    """STORAGE-3: and nothing but that transaction."""
    revision = await put(storage, "a", b"1")
    changes: list[Change] = [Put("a", b"2"), Put("b", b"2")]
    assert await storage.commit([Compare("b", 0), Compare("a", revision + offset)], changes) is None
    assert await storage.range("") == (revision, [KeyValue("a", b"1", revision, revision)], False)
    assert await storage.commit([Compare("b", 0), Compare("a", revision)], changes) == revision + 1


async def test_a_comparison_with_0_wants_no_such_key(storage: Storage) -> None:
    """STORAGE-3."""
    assert await storage.commit([Compare("a", 0)], [Put("a", b"1")]) is not None
    assert await storage.commit([Compare("a", 0)], [Put("a", b"2")]) is None


async def test_ranges_are_in_the_order_of_code_points(storage: Storage) -> None:
    """STORAGE-2: which is that of UTF-8 bytes, and not that of UTF-16."""
    names = ["a", "a/", "a/b", "aa", "z", "\u00e9", "\ud7ff", "\ue000", "\uffff", "\U0001f600", "\U0010ffff"]
    for name in reversed(names):
        await put(storage, name)
    assert await keys(storage) == names == sorted(names, key=str.encode)


@pytest.mark.parametrize(
    "prefix", ["a", "a/", "\ud7ff", "\uffff", "\U0010ffff", "a\U0010ffff", "a\U0010ffff\U0010ffff"]
)
async def test_a_range_has_what_begins_with_its_prefix(storage: Storage, prefix: str) -> None:
    """STORAGE-2: and nothing beside, whatever its last character."""
    names = [prefix, prefix + "\x01", prefix + "\U0010ffff", prefix + "b", prefix + "\U0010ffff\U0010ffff"]
    others = [name for name in ("A", "b", "\ue000", "\U00010000", prefix[:-1]) if name and not name.startswith(prefix)]
    for name in names + others:
        await put(storage, name)
    assert await keys(storage, prefix) == sorted(names)


async def test_a_range_begins_after_a_key_and_ends_at_a_limit(storage: Storage) -> None:
    """STORAGE-2: whether that key is there or not, in the range or beside it."""
    for name in ("a/1", "a/2", "a/3", "b/1"):
        await put(storage, name)
    assert await keys(storage, "a/", after="a/1") == ["a/2", "a/3"]
    assert await keys(storage, "a/", after="a/11") == ["a/2", "a/3"]
    assert await keys(storage, "a/", after="a") == ["a/1", "a/2", "a/3"]
    assert await keys(storage, "a/", after="a/3") == []
    assert await keys(storage, "a/", after="c") == []
    for limit, more in ((1, True), (2, True), (3, False), (4, False), (0, False)):
        found = await storage.range("a/", limit=limit)
        assert [item.key for item in found.items] == ["a/1", "a/2", "a/3"][: limit or 3]
        assert found.more is more
    assert await keys(storage, "a/", after="a/1", limit=1) == ["a/2"]
    assert not (await storage.range("a/", after="a/2", limit=1)).more


@pytest.mark.parametrize("key", ["", "a\0b", "\ud800"])
async def test_a_key_that_is_none_is_refused(storage: Storage, key: str) -> None:
    """STORAGE-1."""
    for compares, changes in (([Compare(key, 0)], []), ([], [Put(key, b"")]), ([], [Delete(key)])):
        with pytest.raises(ValueError, match=r"no key|surrogates"):
            await storage.commit(compares, changes)


async def test_a_key_is_changed_once_in_a_transaction(storage: Storage) -> None:
    """STORAGE-3."""
    with pytest.raises(ValueError, match="changes the key 'a' twice"):
        await storage.commit([], [Put("a", b""), Put("b", b""), Delete("a")])
    assert await keys(storage) == []


async def test_so_many_operations_are_possible_and_no_more(storage: Storage) -> None:
    """STORAGE-4: as many comparisons, and as many changes."""
    changes = [Put(f"{number:03}", b"") for number in range(MAX_OPERATIONS)]
    compares = [Compare(change.key, 0) for change in changes]
    for too_many in ((compares, [*changes, Put("x", b"")]), ([*compares, Compare("x", 0)], changes)):
        with pytest.raises(TransactionTooLarge) as caught:
            await storage.commit(*too_many)
        assert (caught.value.what, caught.value.count, caught.value.limit) == ("operations", 129, 128)
        assert await keys(storage) == []
    assert await storage.commit(compares, changes) is not None
    assert len(await keys(storage)) == MAX_OPERATIONS


async def test_so_many_bytes_are_possible_and_no_more(storage: Storage) -> None:
    """STORAGE-4: of keys, those of comparisons too, in UTF-8, and values together."""
    compares = [Compare("\u00e9", 0)]
    value = bytes(MAX_BYTES - 2 - 1 - 3)
    with pytest.raises(TransactionTooLarge) as caught:
        await storage.commit(compares, [Put("a", value + b"0"), Delete("abc")])
    assert (caught.value.what, caught.value.count, caught.value.limit) == ("bytes", MAX_BYTES + 1, MAX_BYTES)
    assert await keys(storage) == []
    revision = await storage.commit(compares, [Put("a", value), Delete("abc")])
    assert revision is not None
    assert await storage.get("a") == KeyValue("a", value, revision, revision)


Call = Callable[[Storage], Awaitable[object]]
CALLS: list[Call] = [
    lambda storage: storage.status(),
    lambda storage: storage.get("a"),
    lambda storage: storage.range(""),
    lambda storage: storage.commit([], [Put("a", b"")]),
    lambda storage: storage.watch(0, lambda batch: None),
    lambda storage: storage.compact(0),
]


@pytest.mark.parametrize("call", CALLS)
async def test_a_storage_serves_between_start_and_stop(opener: Opener, call: Call) -> None:
    """STORAGE-9."""
    storage = opener()
    with pytest.raises(StorageUnavailable, match="not open"):
        await call(storage)
    await storage.start()
    await put(storage, "a")
    await storage.stop()
    with pytest.raises(StorageUnavailable, match="not open"):
        await call(storage)


async def test_stopping_can_be_repeated_and_undone(opener: Opener) -> None:
    """STORAGE-9: what was stored, its revisions and what is known of changes outlast it."""
    storage = opener()
    await storage.stop()
    for number in range(3):
        await storage.start()
        await put(storage, f"{number}", b"x")
        found = await storage.range("")
        status = await storage.status()
        await storage.stop()
        await storage.stop()
        other = opener()
        await other.start()
        assert await other.range("") == found
        assert await other.status() == status
        assert [item.mod_revision for item in found.items] == [item.create_revision for item in found.items]
        await other.stop()
        if other is not storage:
            storage = other
