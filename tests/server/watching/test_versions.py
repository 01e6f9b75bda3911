"""Watching resources in another version than the one that is stored."""

from __future__ import annotations

from typing import Any

from device_management.proto.v1.device_pb2 import Device as DeviceV1
from device_management.proto.v2.device_pb2 import Device as DeviceV2
from devices_example_com.v1 import descriptors as v1
from devices_example_com.v1.service import SERVICE as V1
from devices_example_com.v2 import descriptors as v2

from goten.server.saving import Saver
from goten.server.served import Served
from goten.server.versions import ServedVersion
from goten.server.watching import WatchHub, WatchMethods
from goten.storage import MemoryStorage
from goten.store import Store, Transaction
from goten.store_middleware import MiddlewareChain
from goten.types import watch_type_pb2
from tests.server.watching.rig import Stream

PARENT = "projects/p1/regions/r1"
NAME = f"{PARENT}/devices/dev"


def down(stored: DeviceV2) -> DeviceV1:
    return DeviceV1(name=stored.name, title=stored.display_name)


async def test_filters_and_changes_are_of_the_served_version() -> None:
    """FEED-8: for STATELESS and STATEFUL watches, and for those of one resource."""
    storage = MemoryStorage()
    await storage.start()
    store = Store(storage, [v2.DEVICE])
    await store.start()
    hub = WatchHub(store)
    await hub.start()
    saver = Saver(store, MiddlewareChain(()), service=V1.domain)
    served = Served(v1.DEVICE, saver, ServedVersion(v1.DEVICE, v2.DEVICE, down=down))
    methods = V1.access[v1.DEVICE.type]
    operations = WatchMethods(served, methods, hub).operations

    async def put(title: str) -> None:
        async def body(transaction: Transaction) -> None:
            transaction.put(v2.DEVICE, DeviceV2(name=NAME, display_name=title))

        await store.transact(body)

    def watch(verb: str, **fields: Any) -> Stream:
        request: Any = methods[verb].request(**fields)
        return Stream(operations[verb](request), methods[verb].response)

    asked = {"parent": PARENT, "filter": 'title = "b"'}
    await put("a")
    async with (
        watch("watch", type=watch_type_pb2.STATELESS, **asked) as changes,
        watch("watch", **asked) as pages,
        watch("watch_one", name=NAME) as one,
    ):
        assert [response.is_current for response in await changes.read_all()] == [True, False]
        assert [response.is_current for response in await pages.read_all()] == [True]
        assert (await one.read()).change.current.device == DeviceV1(name=NAME, title="a")
        await put("b")
        expected = DeviceV1(name=NAME, title="b")
        assert (await changes.read()).device_changes[0].current.device == expected
        assert (await pages.read()).device_changes[0].added.device == expected
        assert (await one.read()).change.current.device == expected
    await hub.stop()
    await store.stop()
    await storage.stop()
