"""What a store shows of its resources."""

from __future__ import annotations

import pytest

from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.descriptors import DEPLOYMENT, REGION, RESOURCE, SERVICE
from goten.storage import Storage
from goten.store import NotStored, Store, Transaction
from tests.store.scene import delete, region, running, service, write


async def test_what_was_written_is_read_with_its_revisions(storage: Storage) -> None:
    async with running(storage) as store:
        created = await write(store, service("a", "first"))
        changed = await write(store, service("a", "second"))
        entry = store.get(SERVICE, "services/a")
        assert entry is not None
        assert entry[:4] == ("services/a", service("a", "second"), created, changed)
        assert entry.data == entry.message.SerializeToString(deterministic=True)
        assert store.revision == changed
        assert await delete(store, "a") == store.revision
        assert store.get(SERVICE, "services/a") is None


async def test_a_resource_created_again_has_a_new_create_revision(storage: Storage) -> None:
    async with running(storage) as store:
        await write(store, service("a"))
        await delete(store, "a")
        again = await write(store, service("a"))
        entry = store.get(SERVICE, "services/a")
        assert entry is not None
        assert entry.create_revision == entry.mod_revision == again


async def test_resources_come_in_the_order_of_their_names_and_by_prefix(storage: Storage) -> None:
    names = ["services/b/deployments/x", "services/a0/deployments/x", "services/a/deployments/y"]
    names += ["services/a/deployments/x", "services/a-b/deployments/x"]
    async with running(storage) as store:

        async def body(transaction: Transaction) -> None:
            for name in names:
                transaction.put(DEPLOYMENT, Deployment(name=name))

        await store.transact(body)
        assert list(store.names(DEPLOYMENT)) == sorted(names)
        assert [entry.name for entry in store.entries(DEPLOYMENT)] == sorted(names)
        under = [entry.name for entry in store.entries(DEPLOYMENT, "services/a/")]
        assert under == ["services/a/deployments/x", "services/a/deployments/y"]
        assert store.count(DEPLOYMENT) == 5
        assert store.count(DEPLOYMENT, "services/a/") == 2
        assert store.count(DEPLOYMENT, "services/c/") == 0
        assert store.entries(DEPLOYMENT, "services/c/") == []


async def test_prefixes_of_the_last_characters_there_are(storage: Storage) -> None:
    last = chr(0x10FFFF)
    async with running(storage) as store:
        await write(store, service("a"), service(last), service(last + "b"))
        assert store.count(SERVICE, f"services/{last}") == 2
        assert store.count(SERVICE, "services/") == 3
        assert store.count(SERVICE, last) == 0


async def test_types_do_not_mix(storage: Storage) -> None:
    async with running(storage) as store:
        await write(store, service("a"), region("a"))
        assert list(store.names(SERVICE)) == ["services/a"]
        assert list(store.names(REGION)) == ["regions/a"]


async def test_records_are_beside_the_resources(storage: Storage) -> None:
    async with running(storage) as store:

        async def body(transaction: Transaction) -> None:
            transaction.put_record("i/pending/b", b"2")
            transaction.put_record("i/pending/a", b"1")

        revision = (await store.transact(body))[1]
        record = store.record("i/pending/a")
        assert record == ("i/pending/a", b"1", revision, revision)
        assert [record.value for record in store.records("i/pending/")] == [b"1", b"2"]
        assert store.record("i/pending/c") is None


async def test_a_type_the_store_was_not_made_for_is_an_error_that_names_it(storage: Storage) -> None:
    async with running(storage) as store:
        with pytest.raises(NotStored, match=r"not made for meta\.goten\.com/Resource v1"):
            store.get(RESOURCE, "services/a/resources/b")


def test_a_type_is_stored_in_one_version(storage: Storage) -> None:
    with pytest.raises(ValueError, match=r"meta\.goten\.com/Service is to be stored in more than one version"):
        Store(storage, [SERVICE, REGION, SERVICE])
