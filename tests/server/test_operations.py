"""The methods of a type as plain calls, and requests that can say little."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from catalog_example_com.v1 import descriptors as catalog
from catalog_example_com.v1 import methods as catalog_methods
from catalog_example_com.v1.service import SERVICE as CATALOG
from device_management.proto.v1.device_service_pb2 import CreateDeviceRequest
from device_management.proto.v1.settings_pb2 import Settings
from devices_example_com.v1 import descriptors as devices
from devices_example_com.v1 import methods as device_methods
from devices_example_com.v1.service import SERVICE as DEVICES

from goten.methods import MethodDescriptor
from goten.refusals import Refused
from goten.server.naming import Naming, random_id
from goten.server.operations import ResourceOperations
from goten.server.request_shapes import items_field
from goten.server.resource_server import ResourceServer
from goten.server.saving import Saver
from goten.server.served import Served
from goten.store import Store
from goten.store_middleware import MiddlewareChain
from tests.server.bare_service import METHODS, NOTE, SERVICE, message
from tests.server.scene import running_store


@pytest.fixture
async def notes() -> AsyncIterator[ResourceOperations[Any, Any]]:
    async with running_store([NOTE]) as store:
        yield ResourceOperations(NOTE, Saver(store, MiddlewareChain(()), service="bare.example.com"), METHODS)


async def code_of(call: Any) -> str:
    with pytest.raises(Refused) as refused:
        await call
    return refused.value.code.name


async def test_requests_that_lack_every_field_that_can_lack(notes: ResourceOperations[Any, Any]) -> None:
    """METHOD-2, METHOD-19"""
    note = message("Note", name="notes/n1", text="a")
    assert await notes.create(message("CreateNoteRequest", note=note)) == note
    assert await notes.get(message("GetNoteRequest", name="notes/n1")) == note
    assert list((await notes.list(message("ListNotesRequest"))).notes) == [note]
    found = await notes.batch_get(message("BatchGetNotesRequest", names=["notes/n1"]))
    assert list(found.found) == [note]
    assert await code_of(notes.batch_get(message("BatchGetNotesRequest", names=["notes/none"]))) == "NOT_FOUND"
    changed = message("Note", name="notes/n1", text="b")
    assert await notes.update(message("UpdateNoteRequest", note=changed)) == changed
    missing = message("Note", name="notes/none", text="b")
    assert await code_of(notes.update(message("UpdateNoteRequest", note=missing))) == "NOT_FOUND"
    assert await notes.delete(message("DeleteNoteRequest", name="notes/n1")) is not None
    assert await code_of(notes.delete(message("DeleteNoteRequest", name="notes/n1"))) == "NOT_FOUND"


async def test_calls_raise_refusals_only(notes: ResourceOperations[Any, Any]) -> None:
    """METHOD-12"""
    assert await code_of(notes.get(message("GetNoteRequest"))) == "INVALID_ARGUMENT"
    await notes.served.store.stop()
    create = message("CreateNoteRequest", note=message("Note", name="notes/n1"))
    assert await code_of(notes.create(create)) == "UNAVAILABLE"
    assert await code_of(notes.get(message("GetNoteRequest", name="notes/n1"))) == "UNAVAILABLE"


async def test_only_methods_that_the_service_has(notes: ResourceOperations[Any, Any]) -> None:
    only_get = ResourceOperations(NOTE, notes.served.saver, {"get": METHODS["get"]})
    assert [*only_get.unary] == ["get"]
    with pytest.raises(KeyError):
        await only_get.delete(message("DeleteNoteRequest"))


def changed(method: MethodDescriptor[Any, Any], **parts: Any) -> MethodDescriptor[Any, Any]:
    """A method that does not fit its verb."""
    return MethodDescriptor(**{**vars(method), **parts})


@pytest.mark.parametrize(
    ("verb", "parts", "reason"),
    [
        ("get", {"name_path": None}, "requests of goten.tests.bare.NoteService.GetNote hold no name"),
        ("list", {"response": NOTE.message}, "responses of .* hold no Notes"),
        ("create", {"body_path": None}, "requests of .* hold no Note"),
    ],
)
async def test_methods_of_no_use_are_told_at_once(
    notes: ResourceOperations[Any, Any], verb: str, parts: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        ResourceOperations(NOTE, notes.served.saver, {verb: changed(METHODS[verb], **parts)})


async def test_a_server_serves_types_of_its_service(store: Store) -> None:
    with pytest.raises(ValueError, match=r"bare\.example\.com does not have catalog\.example\.com/Category v1"):
        ResourceServer(catalog.CATEGORY, store, (), service=SERVICE)
    handlers = ResourceServer(catalog.STOCK, store, (), service=CATALOG).handlers()
    methods = ["GetStock", "ListStocks", "CreateStock", "UpdateStock"]
    assert {api: [*found] for api, found in handlers.items()} == {"example.catalog.v1.StockService": methods}


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with running_store([*CATALOG.resources, *DEVICES.resources]) as store:
        yield store


async def test_the_only_possible_name(store: Store) -> None:
    """METHOD-6"""
    served = Served(devices.SETTINGS, Saver(store, MiddlewareChain(()), service="devices.example.com"))
    naming = Naming(served, device_methods.CREATE_DEVICE, "settings.name", None, None)
    name = naming.of(CreateDeviceRequest(parent="projects/p1"), Settings())
    assert str(name) == "projects/p1/settings"
    with pytest.raises(Refused, match=r"settings\.name: is empty") as refused:
        naming.of(CreateDeviceRequest(parent="projects/-"), Settings())
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_rule_may_say_the_whole_name(store: Store) -> None:
    """METHOD-6"""
    served = Served(devices.SETTINGS, Saver(store, MiddlewareChain(()), service="devices.example.com"))
    made = "projects/p1/settings"
    naming = Naming(served, device_methods.CREATE_DEVICE, "settings.name", lambda body, parent: made, None)
    assert str(naming.of(CreateDeviceRequest(), Settings())) == made
    assert str(naming.of(CreateDeviceRequest(parent="projects/-"), Settings())) == made


def test_random_ids() -> None:
    """METHOD-6"""
    ids = {random_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(id) == 20 and id.isalnum() and id[0].isalpha() and id == id.lower() for id in ids)
    assert random_id(lambda length: b"\xff" * length) == random_id(lambda length: b"\xff" * length)


def test_the_field_with_the_resources() -> None:
    assert items_field(catalog_methods.LIST_CATEGORIES, catalog.CATEGORY) == "categories"
