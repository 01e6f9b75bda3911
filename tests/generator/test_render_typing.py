"""Generated modules and gRPC stubs pass mypy --strict, and tell right use from wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from functools import partial
from pathlib import Path

from goten_gen.keys import ServiceKey
from goten_gen.model import Api, Reference, Routing, RpcKind, TypeRef, World
from goten_gen.python_names import MessageClass
from goten_gen.render import StubMethod, render_grpc_stub
from tests.generator import model_builder as build
from tests.generator.generated_code import write_services

STRUCT = "google/protobuf/struct.proto"
KEY = ServiceKey("devices.example.com", "v1")
OTHER = ServiceKey("identity.example.com", "v1")
MESSAGE = MessageClass("google.protobuf.struct_pb2", ("Struct",))
ANSWER = MessageClass("google.protobuf.empty_pb2", ("Empty",))

NAMES_IN_USE = """
    from typing import assert_type

    from devices_example_com.v1 import descriptors, methods, names
    from devices_example_com.v1.env_registry import REGISTRATION
    from devices_example_com.v1.service import SERVICE
    from goten.descriptors import Descriptor
    from goten.methods import MethodDescriptor
    from goten.registration import Registration
    from goten.services import ServiceDescriptor
    from google.protobuf.struct_pb2 import Struct

    assert_type(names.DeviceName.of_project("p", "d"), names.DeviceName)
    assert_type(names.DeviceName.parse("p").device_id, str)
    assert_type(names.DeviceName.parse("p").project_id, str | None)
    assert_type(descriptors.DEVICE, Descriptor[Struct, names.DeviceName])
    assert_type(descriptors.DEVICE.name_of(Struct()), names.DeviceName)
    assert_type(methods.UNARY, MethodDescriptor[Struct, Struct])
    assert_type(SERVICE, ServiceDescriptor)
    assert_type(REGISTRATION, Registration)
    names.DeviceName.of_project("p")  # type: ignore[call-arg]
    names.DeviceName.of_project("p", 1)  # type: ignore[arg-type]
    """

STUBS_IN_USE = """
    from __future__ import annotations

    from collections.abc import AsyncIterator, Iterator
    from typing import assert_type

    import grpc
    import grpc.aio
    from google.protobuf.empty_pb2 import Empty
    from google.protobuf.struct_pb2 import Struct
    from x_pb2_grpc import ApiServicer, ApiStub, OtherStub, add_ApiServicer_to_server


    class Asyncio(ApiServicer):
        async def Get(self, request: Struct, context: grpc.aio.ServicerContext[Struct, Empty]) -> Empty:
            return Empty()

        async def Watch(
            self, request: Struct, context: grpc.aio.ServicerContext[Struct, Empty]
        ) -> AsyncIterator[Empty]:
            yield Empty()

        async def Send(
            self, request_iterator: AsyncIterator[Struct], context: grpc.aio.ServicerContext[Struct, Empty]
        ) -> Empty:
            return Empty()

        async def Talk(
            self, request_iterator: AsyncIterator[Struct], context: grpc.aio.ServicerContext[Struct, Empty]
        ) -> None:
            await context.write(Empty())


    class Threads(ApiServicer):
        def Get(self, request: Struct, context: grpc.ServicerContext) -> Empty:
            return Empty()

        def Watch(self, request: Struct, context: grpc.ServicerContext) -> Iterator[Empty]:
            yield Empty()

        def Send(self, request_iterator: Iterator[Struct], context: grpc.ServicerContext) -> Empty:
            return Empty()


    class Wrong(ApiServicer):
        async def Get(  # type: ignore[override]
            self, request: Empty, context: grpc.aio.ServicerContext[Struct, Empty]
        ) -> Empty:
            return Empty()


    def serve(servicer: Asyncio, threads: Threads, server: grpc.aio.Server, pool: grpc.Server) -> None:
        add_ApiServicer_to_server(servicer, server)
        add_ApiServicer_to_server(threads, pool)
        add_ApiServicer_to_server(Empty(), server)  # type: ignore[arg-type]


    async def call(channel: grpc.aio.Channel, stub: ApiStub) -> None:
        assert_type(ApiStub(channel).Get, grpc.aio.UnaryUnaryMultiCallable[Struct, Empty])
        assert_type(stub.Get, grpc.aio.UnaryUnaryMultiCallable[Struct, Empty])
        assert_type(await stub.Get(Struct()), Empty)
        async for answer in stub.Watch(Struct()):
            assert_type(answer, Empty)
        assert_type(await stub.Send(iter([Struct()])), Empty)
        assert_type(stub.Talk, grpc.aio.StreamStreamMultiCallable[Struct, Empty])
        stub.Get(Empty())  # type: ignore[arg-type]
        stub.Miss  # type: ignore[attr-defined]


    def call_and_wait(channel: grpc.Channel) -> None:
        stub = ApiStub(channel)
        assert_type(stub.Get(Struct()), Empty)
        assert_type(stub.Watch, grpc.UnaryStreamMultiCallable[Struct, Empty])
        assert_type(stub.Send, grpc.StreamUnaryMultiCallable[Struct, Empty])
        assert_type(stub.Talk, grpc.StreamStreamMultiCallable[Struct, Empty])
        assert_type(OtherStub(channel).Get(Struct()), Empty)
        ApiStub("channel")  # type: ignore[type-var]
    """


def example_world() -> World:
    project, device = TypeRef("identity.example.com/Project", "v1"), TypeRef("devices.example.com/Device", "v1")
    resource = TypeRef("devices.example.com/Resource", "v1")
    routing = Routing(True, True, ("a", "b"))
    methods = tuple(
        build.method(
            f"devices.v1.Api.{kind.name}",
            "google.protobuf.Struct",
            "google.protobuf.Struct",
            file=STRUCT,
            kind=kind,
            routing=routing,
        )
        for kind in RpcKind
    )
    struct = partial(build.resource, file=STRUCT, message="google.protobuf.Struct")
    packages = {STRUCT: "google.protobuf", "x/lambda/y.proto": "y"}
    return build.world(
        build.service(
            KEY,
            struct(
                device,
                build.use("projects/{project}/devices/{device}", parent=project, holder=project),
                build.use("devices/{device}"),
                references=[Reference("a", project), Reference("b.c", device)],
                access={"get": methods[0].full_name},
                policy_field=("policy",),
            ),
            build.resource(resource, "*", file="x/lambda/y.proto", message="y.A.None.B"),
            apis=[Api("devices.v1.Api", STRUCT, methods)],
            imports=[OTHER],
            holders=[device, project],
        ),
        build.service(OTHER, struct(project, "projects/{project}"), imports=[KEY], holders=[device]),
        build.service(ServiceKey("empty.example.com", "")),
        packages=packages,
    )


def example_stub() -> str:
    names = {
        RpcKind.UNARY: "Get",
        RpcKind.SERVER_STREAM: "Watch",
        RpcKind.CLIENT_STREAM: "Send",
        RpcKind.BIDI_STREAM: "Talk",
    }
    methods = [StubMethod(name, kind, MESSAGE, ANSWER) for kind, name in names.items()]
    unnameable = StubMethod("Odd", RpcKind.UNARY, MessageClass("x.lambda.y_pb2", ("A",)), MESSAGE)
    return render_grpc_stub("x.proto", {"Api": [*methods, unnameable], "Other": methods[:1], "None": []})


def test_strict_types(tmp_path: Path, repo: Path) -> None:
    write_services(example_world(), tmp_path)
    (tmp_path / "x_pb2_grpc.pyi").write_text(example_stub())
    (tmp_path / "y_pb2_grpc.pyi").write_text(render_grpc_stub("y.proto", {"Api": []}))
    (tmp_path / "z_pb2_grpc.pyi").write_text(render_grpc_stub("z.proto", {}))
    (tmp_path / "names_in_use.py").write_text(textwrap.dedent(NAMES_IN_USE))
    (tmp_path / "stubs_in_use.py").write_text(textwrap.dedent(STUBS_IN_USE))
    found = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--explicit-package-bases", "."],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": f"{repo / 'runtime'}{os.pathsep}."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
