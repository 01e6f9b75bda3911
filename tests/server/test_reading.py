"""Get, BatchGet and List over real gRPC."""

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
)
from catalog_example_com.v1.service import SERVICE as CATALOG
from device_management.proto.v1 import (
    device_pb2,
    device_service_pb2,
    device_service_pb2_grpc,
    group_pb2,
    group_service_pb2,
    group_service_pb2_grpc,
)
from devices_example_com.v1.service import SERVICE as DEVICES
from google.protobuf.field_mask_pb2 import FieldMask

from goten.meta.v1 import deployment_pb2, deployment_service_pb2, deployment_service_pb2_grpc
from goten.meta.v1.service import SERVICE as META
from goten.types import view_pb2
from tests.server.scene import Scene, details_of, refused, serving, violation

CATEGORIES = [category_pb2.Category(name=f"categories/c{n}", title=f"Shelf {9 - n}") for n in range(10)]


@pytest.fixture
async def catalog() -> AsyncIterator[Scene]:
    async with serving(CATALOG) as scene:
        stub = category_service_pb2_grpc.CategoryServiceStub(scene.channel)
        for category in CATEGORIES:
            await stub.CreateCategory(category_service_pb2.CreateCategoryRequest(category=category))
        yield scene


@pytest.fixture
def categories(catalog: Scene) -> Any:
    return category_service_pb2_grpc.CategoryServiceStub(catalog.channel)


def ids(response: Any) -> list[int]:
    return [int(category.name.removeprefix("categories/c")) for category in response.categories]


async def test_get(categories: Any) -> None:
    """METHOD-1"""
    for name in ("categories/c3", "//catalog.example.com/categories/c3"):
        found = await categories.GetCategory(category_service_pb2.GetCategoryRequest(name=name))
        assert (found.name, found.title) == ("categories/c3", "Shelf 6")
        assert found.metadata.uuid


async def test_get_what_is_not_there(categories: Any) -> None:
    """METHOD-1, METHOD-12"""
    error = await refused(categories.GetCategory(category_service_pb2.GetCategoryRequest(name="categories/none")))
    assert (error.code(), error.details()) == (grpc.StatusCode.NOT_FOUND, "categories/none does not exist")
    info = details_of(error)["ResourceInfo"]
    assert (info.resource_type, info.resource_name) == ("catalog.example.com/Category", "categories/none")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "it fits no pattern of catalog.example.com/Category; expected categories/{category}"),
        ("categories/-", "categories/- stands for many resources; name one"),
        ("categories/A", "category is 'A', which is not allowed"),
        ("products/RT-0042", "it fits no pattern"),
        ("//other.example.com/categories/c3", "it is no name of catalog.example.com"),
        ("categories/c3\n", "is not printable"),
        ("categories/" + "c" * 100_000, "which is not allowed"),
    ],
)
async def test_get_by_what_names_no_resource(categories: Any, name: str, reason: str) -> None:
    """METHOD-1, METHOD-12"""
    error = await refused(categories.GetCategory(category_service_pb2.GetCategoryRequest(name=name)))
    field, description = violation(error)
    assert field == "name"
    assert reason in description


async def test_get_only_what_is_asked_for(categories: Any) -> None:
    request = category_service_pb2.GetCategoryRequest(name="categories/c3", view=view_pb2.NAME)
    assert await categories.GetCategory(request) == category_pb2.Category(name="categories/c3")
    request.field_mask.paths.append("title")
    assert await categories.GetCategory(request) == category_pb2.Category(name="categories/c3", title="Shelf 6")
    request.field_mask.paths.append("nothing")
    field, description = violation(await refused(categories.GetCategory(request)))
    assert field == "field_mask"
    assert "nothing" in description


async def test_the_name_may_stand_in_another_field(catalog: Scene) -> None:
    documents: Any = document_service_pb2_grpc.DocumentServiceStub(catalog.channel)
    path = "products/RT-0042/documents/manuals/de/start.pdf"
    document = document_pb2.Document(path=path, media_type="application/pdf")
    await documents.CreateDocument(document_service_pb2.CreateDocumentRequest(document=document))
    found = await documents.GetDocument(document_service_pb2.GetDocumentRequest(name=path, view=view_pb2.NAME))
    assert found == document_pb2.Document(path=path)
    listed = await documents.ListDocuments(document_service_pb2.ListDocumentsRequest(parent="products/RT-0042"))
    assert [document.path for document in listed.documents] == [path]


async def test_batch_get(categories: Any) -> None:
    """METHOD-2"""
    names = ["c5", "none", "c1", "c5", "gone"]
    request = category_service_pb2.BatchGetCategoriesRequest(names=[f"categories/{name}" for name in names])
    response = await categories.BatchGetCategories(request)
    assert ids(response) == [5, 1]
    assert list(response.missing) == ["categories/none", "categories/gone"]
    request.view = view_pb2.NAME
    assert (await categories.BatchGetCategories(request)).categories[0] == category_pb2.Category(name="categories/c5")
    assert await categories.BatchGetCategories(category_service_pb2.BatchGetCategoriesRequest())


async def test_batch_get_of_bad_names(categories: Any) -> None:
    """METHOD-2"""
    names = ["categories/c1", "categories/c2", "categories/-"]
    error = await refused(categories.BatchGetCategories(category_service_pb2.BatchGetCategoriesRequest(names=names)))
    assert violation(error)[0] == "names[2]"
    many = category_service_pb2.BatchGetCategoriesRequest(names=["categories/c1"] * 1001)
    assert violation(await refused(categories.BatchGetCategories(many))) == (
        "names",
        "holds 1001 names; ask for 1000 at most",
    )


async def test_list_in_pages_forwards_and_backwards(categories: Any) -> None:
    """METHOD-4"""
    request = category_service_pb2.ListCategoriesRequest(page_size=4, include_paging_info=True)
    pages = []
    while True:
        response = await categories.ListCategories(request)
        pages.append((ids(response), response.current_offset, response.total_results_count))
        if not response.next_page_token:
            break
        request.page_token = response.next_page_token
    assert pages == [([0, 1, 2, 3], 0, 10), ([4, 5, 6, 7], 4, 10), ([8, 9], 8, 10)]
    request.page_token = response.prev_page_token
    response = await categories.ListCategories(request)
    assert (ids(response), response.current_offset) == ([4, 5, 6, 7], 4)
    without_info = await categories.ListCategories(category_service_pb2.ListCategoriesRequest(page_size=4))
    assert (without_info.current_offset, without_info.total_results_count) == (0, 0)


async def test_list_by_filter_and_order(categories: Any) -> None:
    """METHOD-4"""
    request = category_service_pb2.ListCategoriesRequest(
        filter='title >= "Shelf 3" AND title != "Shelf 5"',
        order_by="title",
        page_size=3,
        include_paging_info=True,
        view=view_pb2.NAME,
    )
    response = await categories.ListCategories(request)
    assert (ids(response), response.total_results_count) == ([6, 5, 3], 6)
    assert response.categories[0] == category_pb2.Category(name="categories/c6")
    request.page_token = response.next_page_token
    response = await categories.ListCategories(request)
    assert (ids(response), response.current_offset, response.next_page_token) == ([2, 1, 0], 3, "")
    created = category_pb2.Category(name="categories/new", title="Shelf 31")
    await categories.CreateCategory(category_service_pb2.CreateCategoryRequest(category=created))
    request.ClearField("page_token")
    response = await categories.ListCategories(request)
    assert [category.name for category in response.categories] == ["categories/c6", "categories/new", "categories/c5"]


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"filter": "title = = 1"}, "filter", "at character 8"),
        ({"order_by": "nothing"}, "order_by", "nothing"),
        ({"page_token": "x"}, "page_token", "x is no page token"),
        ({"page_size": -1}, "page_size", "is -1"),
        ({"field_mask": FieldMask(paths=["nothing"])}, "field_mask", "nothing"),
    ],
)
async def test_list_with_what_cannot_be_served(
    categories: Any, fields: dict[str, Any], field: str, reason: str
) -> None:
    """METHOD-12"""
    request = category_service_pb2.ListCategoriesRequest(**fields)
    found, description = violation(await refused(categories.ListCategories(request)))
    assert found == field
    assert reason in description


async def test_list_ends_a_page_before_it_grows_too_large(catalog: Scene, categories: Any) -> None:
    """METHOD-4"""
    for number in range(10, 14):
        category = category_pb2.Category(name=f"categories/d{number}", title="x" * 900_000)
        await categories.CreateCategory(category_service_pb2.CreateCategoryRequest(category=category))
    request = category_service_pb2.ListCategoriesRequest(page_size=1000, page_token="")
    counts = []
    while True:
        response = await categories.ListCategories(request)
        counts.append(len(response.categories))
        if not response.next_page_token:
            break
        request.page_token = response.next_page_token
    assert sum(counts) == 14
    assert len(counts) > 1
    request.page_token = response.prev_page_token
    assert (await categories.ListCategories(request)).categories


async def test_list_below_parents() -> None:
    """METHOD-3"""
    async with serving(DEVICES) as scene:
        devices: Any = device_service_pb2_grpc.DeviceServiceStub(scene.channel)
        names = [
            f"projects/{project}/regions/{region}/devices/d-1"
            for project in ("p1", "p2")
            for region in ("eu-west1", "us-west2")
        ]
        for name in names:
            device = device_pb2.Device(name=name)
            await devices.CreateDevice(device_service_pb2.CreateDeviceRequest(device=device))
        groups: Any = group_service_pb2_grpc.GroupServiceStub(scene.channel)
        for name in ("projects/p1/groups/all", "projects/p1/regions/us-west2/groups/all"):
            group = group_pb2.Group(name=name)
            await groups.CreateGroup(group_service_pb2.CreateGroupRequest(group=group))

        async def listed(parent: str) -> list[int]:
            response = await devices.ListDevices(device_service_pb2.ListDevicesRequest(parent=parent))
            return [names.index(device.name) for device in response.devices]

        assert await listed("projects/p1/regions/us-west2") == [1]
        assert await listed("projects/p1") == [0, 1]
        assert await listed("projects/-/regions/eu-west1") == [0, 2]
        assert await listed("projects/-/regions/-") == [0, 1, 2, 3]
        assert await listed("") == [0, 1, 2, 3]
        assert await listed("projects/p9") == []
        error = await refused(devices.ListDevices(device_service_pb2.ListDevicesRequest(parent="folders/f")))
        assert violation(error)[0] == "parent"
        found = await groups.ListGroups(group_service_pb2.ListGroupsRequest(parent="projects/p1", page_size=1))
        assert [group.name for group in found.groups] == ["projects/p1/groups/all"]
        request = group_service_pb2.ListGroupsRequest(parent="projects/p1", page_token=found.next_page_token)
        found = await groups.ListGroups(request)
        assert [group.name for group in found.groups] == ["projects/p1/regions/us-west2/groups/all"]


async def test_list_of_what_published_clients_ask_for() -> None:
    """METHOD-3, METHOD-4"""
    async with serving(META) as scene:
        stub: Any = deployment_service_pb2_grpc.DeploymentServiceStub(scene.channel)
        for service in ("iam.example.com", "meta.goten.com"):
            for region in ("eu-west1", "us-west2"):
                request = deployment_service_pb2.CreateDeploymentRequest(
                    parent=f"services/{service}",
                    deployment=deployment_pb2.Deployment(name=f"services/{service}/deployments/{region}"),
                )
                await stub.CreateDeployment(request)
        every = deployment_service_pb2.ListDeploymentsRequest(parent="services/-", page_size=3)
        response = await stub.ListDeployments(every)
        assert len(response.deployments) == 3
        one = deployment_service_pb2.ListDeploymentsRequest(parent="services/iam.example.com", page_token="r.e.O.1")
        response = await stub.ListDeployments(one)
        assert [deployment.name for deployment in response.deployments] == [
            "services/iam.example.com/deployments/us-west2"
        ]


async def test_a_page_is_of_one_moment(catalog: Scene, categories: Any) -> None:
    """METHOD-4"""

    async def rename(number: int) -> None:
        for turn in range(20):
            category = category_pb2.Category(name=f"categories/c{number}", title=f"{turn}")
            request = category_service_pb2.UpdateCategoryRequest(category=category)
            await categories.UpdateCategory(request)

    async def read() -> None:
        request = category_service_pb2.ListCategoriesRequest(order_by="title desc", page_size=100)
        for _ in range(20):
            shown = [category.title for category in (await categories.ListCategories(request)).categories]
            assert shown == sorted(shown, reverse=True)
            assert len(shown) == 10

    await asyncio.gather(rename(1), rename(2), read())
