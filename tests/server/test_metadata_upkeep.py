"""What a server keeps of a resource's metadata."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from catalog.proto.v1.category_pb2 import Category
from catalog_example_com.v1 import descriptors as catalog
from device_management.proto.v1.log_entry_pb2 import LogEntry
from devices_example_com.v1 import descriptors as devices

from goten.server.metadata_upkeep import MetadataUpkeep, keep_output_only, stamp
from goten.store_middleware import SaveContext
from goten.types.meta_pb2 import Meta

T0 = datetime(2024, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC)
numbers = count(1)


def random_bytes(length: int) -> bytes:
    return next(numbers).to_bytes(length)


def stamped(old: Category | None, new: Category, time: datetime = T0) -> Meta:
    stamp(catalog.CATEGORY, old, new, time, random_bytes)
    return new.metadata


def copied(category: Category, **fields: Any) -> Category:
    copy = Category()
    copy.CopyFrom(category)
    copy.MergeFrom(Category(**fields))
    return copy


def test_a_new_resource() -> None:
    """METHOD-10"""
    meta = stamped(None, Category(name="categories/c"))
    assert uuid.UUID(meta.uuid).version == 4
    assert uuid.UUID(meta.uuid).variant == uuid.RFC_4122
    assert meta.create_time == meta.update_time
    assert meta.create_time.ToDatetime(UTC) == T0
    assert meta.generation == 1
    assert meta.resource_version


def test_a_change_outside_of_the_metadata() -> None:
    """METHOD-10"""
    old = Category(name="categories/c")
    before = stamped(None, old)
    new = copied(old, title="x")
    meta = stamped(old, new, T0 + timedelta(seconds=5))
    assert (meta.uuid, meta.create_time) == (before.uuid, before.create_time)
    assert meta.update_time.ToDatetime(UTC) == T0 + timedelta(seconds=5)
    assert meta.generation == 2
    assert meta.resource_version != before.resource_version


def test_a_change_of_the_metadata_alone() -> None:
    """METHOD-10"""
    old = Category(name="categories/c")
    before = stamped(None, old)
    meta = stamped(old, copied(old, metadata=Meta(tags=["a"])), T0 + timedelta(seconds=5))
    assert meta.generation == 1
    assert meta.resource_version != before.resource_version
    assert meta.update_time != before.update_time


def test_no_change() -> None:
    """METHOD-10"""
    old = Category(name="categories/c", title="x")
    stamped(None, old)
    new = Category(name="categories/c", title="x", metadata=Meta(generation=9, resource_version="forged"))
    stamped(old, new, T0 + timedelta(seconds=5))
    assert new == old


def test_what_was_stored_without_metadata_gets_it() -> None:
    """METHOD-10"""
    old = Category(name="categories/c")
    meta = stamped(old, Category(name="categories/c"))
    assert meta.uuid
    assert meta.HasField("create_time")


def test_what_a_request_says_of_it_is_ignored() -> None:
    """METHOD-9"""
    old = Category(name="categories/c", metadata=Meta(uuid="u", generation=3, resource_version="v"))
    old.metadata.syncing.owning_region = "us-west2"
    old.metadata.create_time.seconds = 5
    forged = Meta(uuid="x", generation=1, tags=["kept"])
    forged.syncing.regions.append("eu-west1")
    forged.update_time.seconds = 9
    new = Category(name="categories/c", metadata=forged)
    keep_output_only(catalog.CATEGORY, new, old)
    expected = Category()
    expected.CopyFrom(old)
    expected.metadata.tags.append("kept")
    assert new == expected
    bare = Category(name="categories/c")
    keep_output_only(catalog.CATEGORY, bare, old)
    assert bare == old
    keep_output_only(catalog.CATEGORY, new, None)
    assert new == Category(name="categories/c", metadata=Meta(tags=["kept"]))
    empty = Category(name="categories/c")
    keep_output_only(catalog.CATEGORY, empty, None)
    assert empty == Category(name="categories/c")


def test_types_without_metadata_stay_as_they_are() -> None:
    entry = LogEntry(name="projects/p1/regions/us-west2/devices/d-1/logEntries/e")
    keep_output_only(devices.LOG_ENTRY, entry, None)
    stamp(devices.LOG_ENTRY, None, entry, T0)
    assert entry == LogEntry(name=entry.name)


async def test_the_middleware_stamps_writes_only() -> None:
    """METHOD-10"""
    upkeep = MetadataUpkeep(random_bytes)
    context = SaveContext(service="catalog.example.com", policies={}, time=T0)
    saved = await upkeep.save(context, catalog.CATEGORY, None, Category(name="categories/c"))
    assert saved is not None
    assert saved.metadata.update_time.ToDatetime(UTC) == T0
    assert await upkeep.save(context, catalog.CATEGORY, saved, None) is None
