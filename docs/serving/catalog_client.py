"""The client of docs/serving.md: writes to the server, lists, and meets its rule."""

import sys

import grpc
from catalog.proto.v1 import (
    category_pb2,
    category_service_pb2,
    category_service_pb2_grpc,
    product_pb2,
    product_service_pb2,
    product_service_pb2_grpc,
)

with grpc.insecure_channel(sys.argv[1]) as channel:
    categories = category_service_pb2_grpc.CategoryServiceStub(channel)
    products = product_service_pb2_grpc.ProductServiceStub(channel)
    lamps = category_pb2.Category(name="categories/lamps", title="Lamps")
    print(categories.CreateCategory(category_service_pb2.CreateCategoryRequest(category=lamps)).metadata.generation)
    lamp = product_pb2.Product(name="products/RT-0042", categories=[lamps.name])
    products.CreateProduct(product_service_pb2.CreateProductRequest(product=lamp))
    request = product_service_pb2.ListProductsRequest(filter='categories HAS "categories/lamps"')
    print([product.name for product in products.ListProducts(request).products])
    try:
        categories.DeleteCategory(category_service_pb2.DeleteCategoryRequest(name=lamps.name))
    except grpc.RpcError as error:
        print(error.code().name, error.details())
