"""The Watch methods of a resource server, over real gRPC; what they send in detail is tested in `watching`."""

from __future__ import annotations

from typing import Any

import grpc
from catalog.proto.v1 import category_pb2, category_service_pb2, category_service_pb2_grpc
from catalog_example_com.v1.service import SERVICE as CATALOG

from goten.types import watch_type_pb2
from tests.server.scene import refused, serving, violation

STATELESS = category_service_pb2.WatchCategoriesRequest(type=watch_type_pb2.STATELESS)


async def create(stub: Any, name: str, title: str = "") -> None:
    category = category_pb2.Category(name=name, title=title)
    await stub.CreateCategory(category_service_pb2.CreateCategoryRequest(category=category))


async def test_snapshot_changes_and_the_end() -> None:
    """METHOD-17"""
    async with serving(CATALOG) as scene:
        stub: Any = category_service_pb2_grpc.CategoryServiceStub(scene.channel)
        await create(stub, "categories/c1", "a")
        watch = stub.WatchCategories(STATELESS)
        first = await watch.read()
        while not first.is_current:
            first.MergeFrom(await watch.read())
        assert [change.current.category.title for change in first.category_changes] == ["a"]
        await create(stub, "categories/c2", "b")
        response = await watch.read()
        while not response.category_changes:
            response = await watch.read()
        assert [change.current.category.title for change in response.category_changes] == ["b"]
        await scene.host.stop(grace=1)
        error = await refused(drain(watch))
        assert error.code() is grpc.StatusCode.UNAVAILABLE


async def drain(watch: Any) -> None:
    while await watch.read() is not grpc.aio.EOF:
        pass


async def test_one_resource() -> None:
    async with serving(CATALOG) as scene:
        stub: Any = category_service_pb2_grpc.CategoryServiceStub(scene.channel)
        await create(stub, "categories/c1", "a")
        watch = stub.WatchCategory(category_service_pb2.WatchCategoryRequest(name="categories/c1"))
        assert (await watch.read()).change.current.category.title == "a"
        await stub.DeleteCategory(category_service_pb2.DeleteCategoryRequest(name="categories/c1"))
        assert (await watch.read()).change.removed.name == "categories/c1"
        watch.cancel()


async def test_watches_of_what_cannot_be_watched() -> None:
    """METHOD-12"""
    async with serving(CATALOG) as scene:
        stub: Any = category_service_pb2_grpc.CategoryServiceStub(scene.channel)
        bad = category_service_pb2.WatchCategoriesRequest(filter="title =")
        assert violation(await refused(stub.WatchCategories(bad).read()))[0] == "filter"
        none = category_service_pb2.WatchCategoryRequest(name="categories/-")
        assert violation(await refused(stub.WatchCategory(none).read()))[0] == "name"
