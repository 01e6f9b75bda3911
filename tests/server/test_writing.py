"""Create, Update and Delete over real gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from catalog.proto.v1 import (
    category_pb2,
    category_service_pb2,
    category_service_pb2_grpc,
    document_pb2,
    document_service_pb2,
    document_service_pb2_grpc,
    stock_pb2,
    stock_service_pb2,
    stock_service_pb2_grpc,
)
from catalog_example_com.v1.service import SERVICE as CATALOG
from device_management.proto.v1 import (
    device_pb2,
    device_service_pb2,
    device_service_pb2_grpc,
    settings_pb2,
    settings_service_pb2,
    settings_service_pb2_grpc,
)
from devices_example_com.v1.service import SERVICE as DEVICES
from google.protobuf.empty_pb2 import Empty
from google.protobuf.field_mask_pb2 import FieldMask

from goten.server.naming import id_rule
from goten.types.meta_pb2 import Meta
from tests.server.scene import Scene, details_of, refused, serving, violation

C1 = "categories/c1"


@pytest.fixture
async def catalog() -> AsyncIterator[Scene]:
    async with serving(CATALOG) as scene:
        yield scene


@pytest.fixture
def categories(catalog: Scene) -> Any:
    return category_service_pb2_grpc.CategoryServiceStub(catalog.channel)


async def create(stub: Any, name: str = C1, response_mask: Any = None, **fields: Any) -> Any:
    category = category_pb2.Category(name=name, **fields)
    return await stub.CreateCategory(
        category_service_pb2.CreateCategoryRequest(category=category, response_mask=response_mask)
    )


async def update(stub: Any, paths: list[str] | None = None, name: str = C1, **fields: Any) -> Any:
    options = {key: fields.pop(key) for key in ("cas", "allow_missing", "response_mask") if key in fields}
    request = category_service_pb2.UpdateCategoryRequest(
        category=category_pb2.Category(name=name, **fields),
        update_mask=None if paths is None else FieldMask(paths=paths),
        **options,
    )
    return await stub.UpdateCategory(request)


async def get(stub: Any, name: str = C1) -> Any:
    return await stub.GetCategory(category_service_pb2.GetCategoryRequest(name=name))


# --- Create ----------------------------------------------------------------------------------------------------------


async def test_create(categories: Any) -> None:
    """METHOD-5, METHOD-10, METHOD-16"""
    created = await create(categories, title="Shelf", metadata=Meta(labels={"a": "b"}))
    assert (created.name, created.title, dict(created.metadata.labels)) == (C1, "Shelf", {"a": "b"})
    meta = created.metadata
    assert len(meta.uuid) == 36
    assert meta.generation == 1
    assert meta.resource_version
    assert meta.create_time == meta.update_time
    assert await get(categories) == created


async def test_a_name_in_full_is_stored_relative(categories: Any) -> None:
    """METHOD-1, METHOD-5"""
    assert (await create(categories, f"//catalog.example.com/{C1}")).name == C1


async def test_create_what_is_there(categories: Any) -> None:
    """METHOD-5"""
    await create(categories)
    error = await refused(create(categories))
    assert (error.code(), error.details()) == (grpc.StatusCode.ALREADY_EXISTS, "categories/c1 exists already")
    assert details_of(error)["ResourceInfo"].resource_name == C1


async def test_create_with_a_bad_request(categories: Any) -> None:
    """METHOD-1, METHOD-5, METHOD-6"""
    error = await refused(categories.CreateCategory(category_service_pb2.CreateCategoryRequest()))
    assert violation(error)[0] == "category"
    assert violation(await refused(create(categories, "categories/A")))[0] == "category.name"
    assert "stands for many" in violation(await refused(create(categories, "categories/-")))[1]
    field, description = violation(await refused(create(categories, "")))
    assert field == "category.name"
    assert description == "is empty, and the rest does not say what it is to be; give a name"


async def test_what_only_the_server_sets_is_ignored(categories: Any) -> None:
    """METHOD-9"""
    forged = Meta(uuid="mine", generation=7, resource_version="x", annotations={"k": "v"})
    forged.create_time.seconds = 1
    forged.delete_time.seconds = 1
    forged.syncing.owning_region = "us-west2"
    created = (await create(categories, metadata=forged)).metadata
    assert (created.generation, dict(created.annotations)) == (1, {"k": "v"})
    assert created.uuid != "mine"
    assert created.create_time.seconds > 1
    assert not created.HasField("delete_time")
    assert not created.syncing.owning_region
    for paths in (["metadata"], ["metadata.uuid", "metadata.generation", "metadata.create_time"], None):
        updated = (await update(categories, paths, metadata=forged)).metadata
        assert (updated.uuid, updated.generation, updated.create_time) == (created.uuid, 1, created.create_time)
        assert not updated.HasField("delete_time")


async def test_an_old_resource_version_stops_nothing_and_a_state_does(categories: Any) -> None:
    """METHOD-8, METHOD-9"""
    stale = await create(categories, title="first")
    await update(categories, title="second")
    late = await update(categories, ["title"], title="late", metadata=stale.metadata)
    assert late.title == "late"
    cas = category_service_pb2.UpdateCategoryRequest.CAS(conditional_state=stale, field_mask=FieldMask(paths=["title"]))
    error = await refused(update(categories, ["title"], title="later", cas=cas))
    assert error.code() is grpc.StatusCode.ABORTED
    assert (await get(categories)).title == "late"


async def test_a_parent_need_not_exist(catalog: Scene) -> None:
    """METHOD-5: a service that wants it has a rule."""
    stub: Any = document_service_pb2_grpc.DocumentServiceStub(catalog.channel)
    document = document_pb2.Document(path="products/RT-9999/documents/a/b")
    created = await stub.CreateDocument(document_service_pb2.CreateDocumentRequest(document=document))
    assert created.path == document.path


async def test_names_and_parents() -> None:
    """METHOD-5, METHOD-6"""
    rules = {"devices.example.com/Device": lambda device, parent: device.serial_number.lower() or None}
    async with serving(DEVICES, name_for=rules) as scene:
        stub: Any = device_service_pb2_grpc.DeviceServiceStub(scene.channel)

        async def made(parent: str, name: str = "", serial_number: str = "") -> str:
            device = device_pb2.Device(name=name, serial_number=serial_number)
            request = device_service_pb2.CreateDeviceRequest(parent=parent, device=device)
            answer: str = (await stub.CreateDevice(request)).name
            return answer

        below = "projects/p1/regions/us-west2"
        assert await made("", f"{below}/devices/d-1") == f"{below}/devices/d-1"
        assert await made(below, f"{below}/devices/d-2") == f"{below}/devices/d-2"
        assert await made("projects/p1", f"{below}/devices/d-3") == f"{below}/devices/d-3"
        assert await made(below, serial_number="SN-7") == f"{below}/devices/sn-7"
        field, description = violation(await refused(made("projects/p2", f"{below}/devices/d-4")))
        assert field == "device.name"
        assert "is not below the parent projects/p2" in description
        assert violation(await refused(made(below)))[0] == "device.name"
        assert violation(await refused(made(below, serial_number="7")))[0] == "device.name"
        for parent in ("projects/p1", "projects/-/regions/us-west2", ""):
            assert violation(await refused(made(parent, serial_number="SN-8")))[0] == "parent"
        assert violation(await refused(made("folders/f", serial_number="SN-8")))[0] == "parent"


async def test_where_only_one_name_is_possible_it_is_that() -> None:
    """METHOD-6"""
    async with serving(DEVICES) as scene:
        stub: Any = settings_service_pb2_grpc.SettingsServiceStub(scene.channel)
        settings = settings_pb2.Settings(name="projects/p1/settings", default_group="projects/p1/groups/g")
        request = settings_service_pb2.UpdateSettingsRequest(settings=settings)
        assert (await refused(stub.UpdateSettings(request))).code() is grpc.StatusCode.NOT_FOUND
        request.allow_missing = True
        assert (await stub.UpdateSettings(request)).default_group == "projects/p1/groups/g"
        found = await stub.GetSettings(settings_service_pb2.GetSettingsRequest(name="projects/p1/settings"))
        assert found.metadata.generation == 1


async def test_rules_for_new_names_do_not_concern_old_ones() -> None:
    """METHOD-6"""
    rule = {"catalog.example.com/Category": id_rule("[a-z]{1,3}")}
    async with serving(CATALOG) as loose:
        stub: Any = category_service_pb2_grpc.CategoryServiceStub(loose.channel)
        await create(stub, "categories/longer")
        storage = loose.store.storage
        async with serving(CATALOG, check_name=rule, storage=storage) as strict:
            stub = category_service_pb2_grpc.CategoryServiceStub(strict.channel)
            assert await create(stub, "categories/abc")
            error = await refused(create(stub, "categories/abcd"))
            assert "the id abcd is not allowed for what is new; expected [a-z]{1,3}" in violation(error)[1].replace(
                "'", ""
            )
            error = await refused(update(stub, name="categories/abcd", allow_missing=True))
            assert "not allowed" in violation(error)[1]
            assert (await update(stub, name="categories/longer", title="x")).title == "x"


# --- Update ----------------------------------------------------------------------------------------------------------


async def test_update_of_what_the_mask_says(categories: Any) -> None:
    """METHOD-7, METHOD-10"""
    created = await create(categories, title="Shelf", rank=3, metadata=Meta(labels={"a": "1", "b": "2"}))
    updated = await update(categories, ["rank"], title="ignored", rank=4)
    assert (updated.title, updated.rank) == ("Shelf", 4)
    assert updated.metadata.generation == 2
    assert updated.metadata.uuid == created.metadata.uuid
    assert updated.metadata.create_time == created.metadata.create_time
    assert updated.metadata.update_time != created.metadata.update_time
    assert updated.metadata.resource_version != created.metadata.resource_version
    cleared = await update(categories, ["title"])
    assert (cleared.title, cleared.rank) == ("", 4)
    labelled = await update(categories, ["metadata.labels.a"], metadata=Meta(labels={"a": "3", "c": "4"}))
    assert dict(labelled.metadata.labels) == {"a": "3", "b": "2"}
    assert labelled.metadata.generation == 3
    assert labelled.metadata.resource_version != cleared.metadata.resource_version
    assert await get(categories) == labelled


async def test_update_of_what_is_set_where_there_is_no_mask(categories: Any) -> None:
    """METHOD-7"""
    await create(categories, title="Shelf", rank=3)
    for paths in (None, list[str]()):
        updated = await update(categories, paths, title="Board")
        assert (updated.title, updated.rank) == ("Board", 3)


async def test_the_name_never_changes(categories: Any) -> None:
    """METHOD-7"""
    await create(categories, title="Shelf")
    updated = await update(categories, ["name", "title"], f"//catalog.example.com/{C1}", title="Board")
    assert (updated.name, updated.title) == (C1, "Board")


async def test_update_of_what_is_not_there(catalog: Scene, categories: Any) -> None:
    """METHOD-7"""
    error = await refused(update(categories, title="x"))
    assert error.code() is grpc.StatusCode.NOT_FOUND
    created = await update(categories, ["rank"], title="x", rank=2, allow_missing=True)
    assert (created.title, created.rank, created.metadata.generation) == ("x", 2, 1)
    updated = await update(categories, ["rank"], title="y", rank=3, allow_missing=True)
    assert (updated.title, updated.rank) == ("x", 3)


async def test_update_with_a_bad_request(categories: Any) -> None:
    """METHOD-1, METHOD-7"""
    await create(categories)
    error = await refused(categories.UpdateCategory(category_service_pb2.UpdateCategoryRequest()))
    assert violation(error)[0] == "category"
    assert violation(await refused(update(categories, name="")))[0] == "category.name"
    assert violation(await refused(update(categories, name="categories/-")))[0] == "category.name"
    assert violation(await refused(update(categories, ["nothing"])))[0] == "update_mask"


async def test_an_update_that_changes_nothing_is_not_stored(catalog: Scene, categories: Any) -> None:
    """METHOD-10"""
    created = await create(categories, title="Shelf")
    revision = catalog.store.revision
    assert await update(categories, title="Shelf") == created
    assert await update(categories, ["rank"]) == created
    assert catalog.store.revision == revision


async def test_an_update_may_demand_a_state(categories: Any) -> None:
    """METHOD-8"""
    created = await create(categories, title="Shelf", rank=3)
    cas = category_service_pb2.UpdateCategoryRequest.CAS
    stale = category_pb2.Category(title="Board", rank=4)
    error = await refused(
        update(categories, title="New", cas=cas(conditional_state=stale, field_mask=FieldMask(paths=["title", "rank"])))
    )
    assert error.code() is grpc.StatusCode.ABORTED
    assert "categories/c1 is not as the request expects it: rank, title differ" in str(error.details())
    info = details_of(error)["ErrorInfo"]
    assert (info.reason, info.domain) == ("STATE_DIFFERS", "catalog.example.com")
    assert dict(info.metadata) == {"resource": C1, "paths": "rank, title"}
    half = category_pb2.Category(title="Shelf", rank=4)
    answer = await update(
        categories, title="New", cas=cas(conditional_state=half, field_mask=FieldMask(paths=["title"]))
    )
    assert answer.title == "New"
    error = await refused(update(categories, title="Newer", cas=cas(conditional_state=created)))
    assert error.code() is grpc.StatusCode.ABORTED
    assert (await update(categories, title="Newer", cas=cas(conditional_state=answer))).title == "Newer"
    bad = cas(conditional_state=half, field_mask=FieldMask(paths=["nothing"]))
    assert violation(await refused(update(categories, cas=bad)))[0] == "cas.field_mask"


async def test_a_state_may_be_demanded_of_what_is_not_there(categories: Any) -> None:
    """METHOD-8"""
    cas = category_service_pb2.UpdateCategoryRequest.CAS
    some = cas(conditional_state=category_pb2.Category(title="Shelf"))
    assert (await refused(update(categories, title="x", cas=some))).code() is grpc.StatusCode.NOT_FOUND
    error = await refused(update(categories, title="x", cas=some, allow_missing=True))
    assert error.code() is grpc.StatusCode.ABORTED
    assert (await update(categories, title="x", cas=cas(), allow_missing=True)).title == "x"
    error = await refused(update(categories, title="y", cas=cas(), allow_missing=True))
    assert error.code() is grpc.StatusCode.ABORTED


async def test_of_racing_swaps_one_wins(categories: Any) -> None:
    """METHOD-8"""
    await create(categories, rank=0)
    cas = category_service_pb2.UpdateCategoryRequest.CAS
    mask = FieldMask(paths=["rank"])

    async def add_one() -> None:
        while True:
            found = await get(categories)
            demanded = cas(conditional_state=found, field_mask=mask)
            swap = update(categories, ["rank"], rank=found.rank + 1, cas=demanded)
            answers: Any = await asyncio.gather(swap, return_exceptions=True)
            if isinstance(answers[0], category_pb2.Category):
                return
            assert answers[0].code() is grpc.StatusCode.ABORTED

    await asyncio.gather(*(add_one() for _ in range(10)))
    assert (await get(categories)).rank == 10


# --- Answers ---------------------------------------------------------------------------------------------------------


async def test_answers_hold_what_the_response_mask_asks_for(categories: Any) -> None:
    """METHOD-16"""
    of_create = category_service_pb2.CreateCategoryRequest.ResponseMask
    of_update = category_service_pb2.UpdateCategoryRequest.ResponseMask
    rank = FieldMask(paths=["rank"])
    assert await create(categories, rank=1, response_mask=of_create(skip_entire_response_body=True)) == (
        category_pb2.Category()
    )
    other = await create(categories, "categories/c2", rank=1, response_mask=of_create(body_mask=rank))
    assert other == category_pb2.Category(rank=1)
    skip = of_update(skip_entire_response_body=True)
    assert await update(categories, rank=2, response_mask=skip) == category_pb2.Category()
    only = of_update(updated_fields_only=True)
    assert await update(categories, rank=3, response_mask=only) == category_pb2.Category(name=C1, rank=3)
    part = of_update(body_mask=FieldMask(paths=["rank", "metadata.generation"]))
    answer = await update(categories, title="x", response_mask=part)
    assert answer == category_pb2.Category(rank=3, metadata=Meta(generation=4))


async def test_a_bad_response_mask_is_refused_before_anything_is_written(categories: Any) -> None:
    """METHOD-16"""
    bad = category_service_pb2.CreateCategoryRequest.ResponseMask(body_mask=FieldMask(paths=["nothing"]))
    error = await refused(create(categories, response_mask=bad))
    assert violation(error)[0] == "response_mask.body_mask"
    assert (await refused(get(categories))).code() is grpc.StatusCode.NOT_FOUND


# --- Delete ----------------------------------------------------------------------------------------------------------


async def test_delete(categories: Any) -> None:
    """METHOD-15"""
    await create(categories)
    request = category_service_pb2.DeleteCategoryRequest(name=f"//catalog.example.com/{C1}")
    assert await categories.DeleteCategory(request) == Empty()
    assert (await refused(get(categories))).code() is grpc.StatusCode.NOT_FOUND
    assert (await refused(categories.DeleteCategory(request))).code() is grpc.StatusCode.NOT_FOUND
    request.allow_missing = True
    assert await categories.DeleteCategory(request) == Empty()
    request.name = "categories/-"
    assert violation(await refused(categories.DeleteCategory(request)))[0] == "name"


async def test_requests_that_lack_fields(catalog: Scene) -> None:
    """METHOD-19"""
    documents: Any = document_service_pb2_grpc.DocumentServiceStub(catalog.channel)
    path = "products/RT-0042/documents/a/b"
    request = document_service_pb2.CreateDocumentRequest(document=document_pb2.Document(path=path))
    assert (await documents.CreateDocument(request)).path == path
    assert await documents.DeleteDocument(document_service_pb2.DeleteDocumentRequest(name=path)) == Empty()
    stocks: Any = stock_service_pb2_grpc.StockServiceStub(catalog.channel)
    stock = stock_pb2.Stock(name="warehouses/w1/stocks/s1", pieces=3)
    await stocks.CreateStock(stock_service_pb2.CreateStockRequest(stock=stock))
    updated = await stocks.UpdateStock(stock_service_pb2.UpdateStockRequest(stock=stock))
    assert updated.pieces == 3
    listed = await stocks.ListStocks(stock_service_pb2.ListStocksRequest(parent="warehouses/w1"))
    assert len(listed.stocks) == 1


async def test_a_cancelled_request_leaves_nothing_behind(catalog: Scene, categories: Any) -> None:
    for number in range(30):
        creating = asyncio.ensure_future(create(categories, f"categories/x{number}", title="x"))
        await asyncio.sleep(number / 20_000)
        creating.cancel()
        await asyncio.gather(creating, return_exceptions=True)
    await create(categories, title="after")
    listed = await categories.ListCategories(category_service_pb2.ListCategoriesRequest())
    assert all(category.title in ("x", "after") and category.metadata.uuid for category in listed.categories)
