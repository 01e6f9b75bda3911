"""Which policies the handler of an RPC sees: CONTEXT-7 to CONTEXT-12, on a server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import grpc
import grpc.aio
import pytest
from device_management.proto.v1 import device_custom_pb2 as custom
from device_management.proto.v1 import device_pb2, device_service_pb2
from google.protobuf import empty_pb2
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]
from identity.proto.v1 import project_pb2, project_service_pb2

from goten.policy_context import (
    Policies,
    PolicyRefused,
    PolicyUnavailable,
    add_policy,
    current_policies,
    require_policy,
    use_policy,
)
from goten.policy_guard import check_write
from goten.policy_interceptor import PolicyInterceptor
from tests.runtime.context.server import Resolver, Served, Spy, serving
from tests.runtime.context.services import DEVICES, IDENTITY, IDENTITY_SERVICE, IN_BOTH, IN_EU, IN_US, project

P1, P2 = project("p1"), project("p2")
D1, D2 = (f"projects/{project_id}/regions/us-west2/devices/d1" for project_id in ("p1", "p2"))
PARENT = "projects/p1/regions/us-west2"


class Seen(list[Policies]):
    """The policies that handlers saw."""

    def look(self) -> None:
        self.append(current_policies())


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def resolver() -> Resolver:
    return Resolver({P1: IN_US, P2: IN_EU})


async def status_of(call: Any) -> grpc.aio.AioRpcError:
    """The error that a call ends with."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value


async def all_of(call: Any) -> list[Any]:
    return [response async for response in call]


def pieces(*names: str) -> Iterator[custom.UploadTelemetryRequest]:
    return (custom.UploadTelemetryRequest(name=name) for name in names)


def typing(*names: str) -> Iterator[custom.DeviceShellRequest]:
    return (custom.DeviceShellRequest(name=name, typed=b"ls") for name in names)


# --- the four kinds, in both styles ----------------------------------------------------------------------------------


async def test_unary(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-7"""

    async def get(request: Any, context: Any) -> device_pb2.Device:
        seen.look()
        return device_pb2.Device(name=request.name)

    async with serving(resolver, {"GetDevice": get}) as served:
        answer = await served.devices.GetDevice(device_service_pb2.GetDeviceRequest(name=D1))
    assert (answer.name, seen) == (D1, [{P1: IN_US}])


async def test_server_stream_of_a_generator(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-7, CONTEXT-5"""

    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        for _ in range(3):
            seen.look()
            yield device_service_pb2.WatchDevicesResponse()

    async with serving(resolver, {"WatchDevices": watch}) as served:
        request = device_service_pb2.WatchDevicesRequest(parent=PARENT)
        assert len(await all_of(served.devices.WatchDevices(request))) == 3
    assert seen == [{P1: IN_US}] * 3


async def test_server_stream_of_a_coroutine(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-7"""

    async def watch(request: Any, context: Any) -> None:
        for _ in range(3):
            seen.look()
            await context.write(device_service_pb2.WatchDevicesResponse())

    async with serving(resolver, {"WatchDevices": watch}) as served:
        request = device_service_pb2.WatchDevicesRequest(parent=PARENT)
        assert len(await all_of(served.devices.WatchDevices(request))) == 3
    assert seen == [{P1: IN_US}] * 3


async def test_client_stream_that_is_iterated(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-12"""

    async def upload(requests: Any, context: Any) -> Any:
        seen.look()
        async for _ in requests:
            seen.look()
        return custom.UploadTelemetryResponse()

    async with serving(resolver, {"UploadTelemetry": upload}) as served:
        await served.devices.UploadTelemetry(pieces(D1, D2, D1))
    assert seen == [{}, {P1: IN_US}, {P2: IN_EU}, {P1: IN_US}]


async def test_client_stream_that_is_read(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-12"""

    async def upload(requests: Any, context: Any) -> Any:
        while await context.read() is not grpc.aio.EOF:
            seen.look()
        context.set_trailing_metadata((("done", "yes"),))
        return custom.UploadTelemetryResponse()

    async with serving(resolver, {"UploadTelemetry": upload}) as served:
        call = served.devices.UploadTelemetry(pieces(D1, D2))
        await call
        assert dict(await call.trailing_metadata() or ()) == {"done": "yes"}
    assert seen == [{P1: IN_US}, {P2: IN_EU}]


async def test_streams_both_ways_of_a_generator(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-12: requests without a name are about what the last one with a name was about."""

    async def shell(requests: Any, context: Any) -> AsyncIterator[Any]:
        async for _ in requests:
            seen.look()
            yield custom.DeviceShellResponse()
            seen.look()

    async with serving(resolver, {"DeviceShell": shell}) as served:
        assert len(await all_of(served.devices.DeviceShell(typing(D1, "")))) == 2
    assert seen == [{P1: IN_US}] * 4


async def test_streams_both_ways_of_a_coroutine(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-12"""

    async def shell(requests: Any, context: Any) -> None:
        async for _ in requests:
            seen.look()
            await context.write(custom.DeviceShellResponse())

    async with serving(resolver, {"DeviceShell": shell}) as served:
        assert len(await all_of(served.devices.DeviceShell(typing(D1, "", D2, "")))) == 4
    assert seen == [{P1: IN_US}] * 2 + [{P2: IN_EU}] * 2


async def test_a_request_about_all_projects_ends_what_the_last_one_brought(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-11, CONTEXT-12"""

    async def upload(requests: Any, context: Any) -> Any:
        async for _ in requests:
            seen.look()
        return custom.UploadTelemetryResponse()

    async with serving(resolver, {"UploadTelemetry": upload}) as served:
        await served.devices.UploadTelemetry(pieces(D1, "projects/-/regions/us-west2/devices/d1", ""))
    assert seen == [{P1: IN_US}, {}, {}]


# --- what a request is about -----------------------------------------------------------------------------------------


async def test_a_batch_brings_the_policy_of_each_governor_once(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-8"""

    async def batch(request: Any, context: Any) -> Any:
        seen.look()
        return device_service_pb2.BatchGetDevicesResponse()

    async with serving(resolver, {"BatchGetDevices": batch}) as served:
        await served.devices.BatchGetDevices(device_service_pb2.BatchGetDevicesRequest(names=[D1, D2, f"{D1}a", D2]))
    assert (seen, resolver.asked) == ([{P1: IN_US, P2: IN_EU}], [P1, P2])


async def test_a_request_that_is_about_nothing_brings_nothing(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-7, CONTEXT-11: a method without a field for names, a method that got none, all projects."""

    async def look(request: Any, context: Any) -> Any:
        seen.look()
        return device_pb2.Device() if isinstance(request, custom.EnrollDeviceRequest) else no_devices

    no_devices = device_service_pb2.ListDevicesResponse()
    async with serving(resolver, {"EnrollDevice": look, "ListDevices": look}) as served:
        await served.devices.EnrollDevice(custom.EnrollDeviceRequest(secret="s", region="us-west2"))
        await served.devices.ListDevices(device_service_pb2.ListDevicesRequest())
        await served.devices.ListDevices(device_service_pb2.ListDevicesRequest(parent="projects/-/regions/-"))
    assert (seen, resolver.asked) == ([{}, {}, {}], [])


async def test_other_services_and_unknown_methods_pass_through(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-7"""

    async def get(request: Any, context: Any) -> project_pb2.Project:
        seen.look()
        return project_pb2.Project()

    async with serving(resolver, {"GetProject": get}) as served:
        await served.projects.GetProject(project_service_pb2.GetProjectRequest(name="whatever"))
        error = await status_of(served.devices.GetDevice(device_service_pb2.GetDeviceRequest(name=D1)))
    assert (seen, error.code()) == ([{}], grpc.StatusCode.UNIMPLEMENTED)


async def test_a_method_that_the_server_does_not_have_is_unimplemented(resolver: Resolver) -> None:
    """CONTEXT-7"""
    interceptor = PolicyInterceptor(DEVICES, resolver)
    server = grpc.aio.server(interceptors=[interceptor])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        error = await status_of(Served(channel).devices.GetDevice(device_service_pb2.GetDeviceRequest(name=D1)))
    await server.stop(None)
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_server_of_two_services_has_two_interceptors(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-7: projects of two services with one id have two policies."""

    async def look(request: Any, context: Any) -> Any:
        seen.look()
        return device_pb2.Device() if "device" in str(request) else project_pb2.Project()

    of_identity = Resolver({IDENTITY_SERVICE: IN_BOTH})
    interceptors = [PolicyInterceptor(DEVICES, resolver), PolicyInterceptor(IDENTITY, of_identity)]
    async with serving(resolver, {"GetDevice": look, "UpdateProject": look}, interceptors=interceptors) as served:
        await served.devices.GetDevice(device_service_pb2.GetDeviceRequest(name=D1))
        update = project_service_pb2.UpdateProjectRequest(project=project_pb2.Project(name="projects/p1"))
        await served.projects.UpdateProject(update)
    assert seen == [{P1: IN_US}, {IDENTITY_SERVICE: IN_BOTH}]


async def test_handlers_that_run_in_threads_pass_through(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-7: they cannot await a store."""

    def get(request: Any, context: Any) -> device_pb2.Device:
        seen.look()
        return device_pb2.Device()

    async with serving(resolver, {"GetDevice": get}) as served:
        await served.devices.GetDevice(device_service_pb2.GetDeviceRequest(name=D1))
    assert seen == [{}]


async def test_what_the_handler_raises_reaches_the_client(resolver: Resolver) -> None:
    """CONTEXT-7"""

    async def get(request: Any, context: Any) -> None:
        await context.abort(grpc.StatusCode.NOT_FOUND, "no such device")

    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        yield device_service_pb2.WatchDevicesResponse()
        await context.abort(grpc.StatusCode.DATA_LOSS, "lost")

    async with serving(resolver, {"GetDevice": get, "WatchDevices": watch}) as served:
        error = await status_of(served.devices.GetDevice(device_service_pb2.GetDeviceRequest(name=D1)))
        assert (error.code(), error.details()) == (grpc.StatusCode.NOT_FOUND, "no such device")
        request = device_service_pb2.WatchDevicesRequest(parent=PARENT)
        error = await status_of(all_of(served.devices.WatchDevices(request)))
        assert (error.code(), error.details()) == (grpc.StatusCode.DATA_LOSS, "lost")


# --- names and policies that are not there ---------------------------------------------------------------------------


async def test_a_bad_name_is_an_invalid_argument_with_details(resolver: Resolver) -> None:
    """CONTEXT-10"""
    async with serving(resolver, {"BatchGetDevices": unreachable}) as served:
        request = device_service_pb2.BatchGetDevicesRequest(names=[D1, "projects/p1"])
        error = await status_of(served.devices.BatchGetDevices(request))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert error.details() == (
        "invalid names[1] 'projects/p1': it fits no pattern of devices.example.com/Device; "
        "expected projects/{project}/regions/{region}/devices/{device}"
    )
    metadata: dict[str, Any] = dict(error.trailing_metadata() or ())
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
    violations = error_details_pb2.BadRequest()
    assert (status.code, status.message) == (3, error.details())
    assert status.details[0].Unpack(violations)
    assert [(violation.field, violation.description) for violation in violations.field_violations] == [
        ("names[1]", "it fits no pattern of devices.example.com/Device")
    ]
    assert resolver.asked == []


async def unreachable(request: Any, context: Any) -> Any:
    raise AssertionError("the handler must not be called")


async def unreachable_stream(request: Any, context: Any) -> AsyncIterator[Any]:
    yield await unreachable(request, context)


async def test_a_bad_name_ends_a_stream_of_responses_before_the_first(resolver: Resolver) -> None:
    """CONTEXT-10"""

    async with serving(resolver, {"WatchDevices": unreachable_stream}) as served:
        request = device_service_pb2.WatchDevicesRequest(parent="rooms/r1")
        error = await status_of(all_of(served.devices.WatchDevices(request)))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("read", [False, True])
async def test_a_bad_name_in_a_client_stream_ends_it_there(resolver: Resolver, seen: Seen, read: bool) -> None:
    """CONTEXT-10, CONTEXT-12"""

    async def upload(requests: Any, context: Any) -> Any:
        while (await context.read() if read else await anext(requests, grpc.aio.EOF)) is not grpc.aio.EOF:
            seen.look()
        raise AssertionError("the stream must not end well")

    async with serving(resolver, {"UploadTelemetry": upload}) as served:
        error = await status_of(served.devices.UploadTelemetry(pieces(D1, "d1", D2)))
    assert (error.code(), seen) == (grpc.StatusCode.INVALID_ARGUMENT, [{P1: IN_US}])
    assert (error.details() or "").startswith("invalid name 'd1'")


async def test_methods_can_be_excepted(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-10"""

    async def get(request: Any, context: Any) -> device_pb2.Device:
        seen.look()
        return device_pb2.Device()

    method = "example.devices.v1.DeviceService.GetDevice"
    async with serving(resolver, {"GetDevice": get}, leave_out=[method]) as served:
        await served.devices.GetDevice(device_service_pb2.GetDeviceRequest(name="anything"))
    assert seen == [{}]


def test_only_methods_of_the_service_can_be_excepted(resolver: Resolver) -> None:
    """CONTEXT-10"""
    with pytest.raises(ValueError, match=r"devices\.example\.com v1 has no method example\.GetDevice"):
        PolicyInterceptor(DEVICES, resolver, leave_out=["example.GetDevice"])


async def test_a_holder_that_does_not_exist_brings_nothing(resolver: Resolver) -> None:
    """CONTEXT-11: a read goes on, a write is refused."""

    async def get(request: Any, context: Any) -> device_pb2.Device:
        return device_pb2.Device(name=request.name)

    async def create(request: Any, context: Any) -> device_pb2.Device:
        try:
            check_write(DEVICES.parse_name(request.device.name), current_policies())
        except PolicyRefused as error:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, error.holder)
        return device_pb2.Device(name=request.device.name)

    del resolver.policies[P2]
    async with serving(resolver, {"GetDevice": get, "CreateDevice": create}) as served:
        await served.devices.GetDevice(device_service_pb2.GetDeviceRequest(name=D2))
        for name in (D1, D2):
            call = served.devices.CreateDevice(device_service_pb2.CreateDeviceRequest(device={"name": name}))
            if name == D1:
                await call
            else:
                error = await status_of(call)
                assert (error.code(), error.details()) == (grpc.StatusCode.FAILED_PRECONDITION, P2)


async def test_a_policy_that_is_not_known_now_is_unavailable(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-11, CONTEXT-12: also in the middle of a stream."""

    async def too_old(governor: str) -> None:
        if governor == P2:
            raise PolicyUnavailable(f"what is known of {governor} is 90 s old")

    async def upload(requests: Any, context: Any) -> Any:
        async for _ in requests:
            seen.look()

    resolver.before = too_old
    async with serving(resolver, {"GetDevice": unreachable, "UploadTelemetry": upload}) as served:
        for call in (
            served.devices.GetDevice(device_service_pb2.GetDeviceRequest(name=D2)),
            served.devices.UploadTelemetry(pieces(D1, D2)),
        ):
            error = await status_of(call)
            assert (error.code(), error.details()) == (
                grpc.StatusCode.UNAVAILABLE,
                f"what is known of {P2} is 90 s old",
            )
    assert seen == [{P1: IN_US}]


# --- what else code does ---------------------------------------------------------------------------------------------


async def test_a_long_stream_sees_changes_of_policies(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-12"""

    async def upload(requests: Any, context: Any) -> Any:
        async for request in requests:
            seen.append({P1: require_policy(DEVICES.parse_name(request.name))})
            resolver.policies[P1] = IN_EU
        return custom.UploadTelemetryResponse()

    async with serving(resolver, {"UploadTelemetry": upload}) as served:
        await served.devices.UploadTelemetry(pieces(D1, D1))
    assert seen == [{P1: IN_US}, {P1: IN_EU}]


async def test_what_code_adds_outlasts_the_next_request(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-12"""

    async def upload(requests: Any, context: Any) -> Any:
        with use_policy(IDENTITY_SERVICE, IN_BOTH):
            async for _ in requests:
                seen.look()
        seen.look()
        return custom.UploadTelemetryResponse()

    async with serving(resolver, {"UploadTelemetry": upload}) as served:
        await served.devices.UploadTelemetry(pieces(D1, D2))
    assert seen == [{P1: IN_US, IDENTITY_SERVICE: IN_BOTH}, {P2: IN_EU, IDENTITY_SERVICE: IN_BOTH}, {P2: IN_EU}]


async def test_tasks_of_a_handler_have_its_policies_and_outlive_the_rpc(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-2, CONTEXT-7"""
    answered, tasks = asyncio.Event(), []

    async def later() -> None:
        seen.look()
        await answered.wait()
        seen.look()

    async def delete(request: Any, context: Any) -> empty_pb2.Empty:
        tasks.append(asyncio.create_task(later()))
        return empty_pb2.Empty()

    async with serving(resolver, {"DeleteDevice": delete}) as served:
        await served.devices.DeleteDevice(device_service_pb2.DeleteDeviceRequest(name=D1))
        answered.set()
        await asyncio.gather(*tasks)
    assert seen == [{P1: IN_US}] * 2


async def test_a_task_that_reads_the_requests_has_their_policies(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-12: who reads a request, nobody else."""

    async def shell(requests: Any, context: Any) -> AsyncIterator[Any]:
        async def reads() -> None:
            async for _ in requests:
                seen.look()

        await asyncio.create_task(reads())
        seen.look()
        yield custom.DeviceShellResponse()

    async with serving(resolver, {"DeviceShell": shell}) as served:
        await all_of(served.devices.DeviceShell(typing(D1, D2)))
    assert seen == [{P1: IN_US}, {P2: IN_EU}, {}]


async def test_who_consumes_a_handler_sees_none_of_its_policies(resolver: Resolver, seen: Seen) -> None:
    """CONTEXT-5: neither those of requests, nor what the handler adds or suspends in."""

    async def get(request: Any, context: Any) -> device_pb2.Device:
        add_policy(P2, IN_US)
        return device_pb2.Device()

    async def upload(requests: Any, context: Any) -> Any:
        async for _ in requests:
            add_policy(P2, IN_US)
        return custom.UploadTelemetryResponse()

    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        yield device_service_pb2.WatchDevicesResponse()
        with use_policy(P2, IN_US):
            yield device_service_pb2.WatchDevicesResponse()
            seen.look()
        seen.look()

    async def shell(requests: Any, context: Any) -> AsyncIterator[Any]:
        add_policy(P2, IN_US)
        async for _ in requests:
            yield custom.DeviceShellResponse()

    spy = Spy()
    handlers = {"GetDevice": get, "UploadTelemetry": upload, "WatchDevices": watch, "DeviceShell": shell}
    async with serving(resolver, handlers, outside=[spy]) as served:
        await served.devices.GetDevice(device_service_pb2.GetDeviceRequest(name=D1))
        await served.devices.UploadTelemetry(pieces(D1))
        await all_of(served.devices.WatchDevices(device_service_pb2.WatchDevicesRequest(parent=PARENT)))
        await all_of(served.devices.DeviceShell(typing(D1)))
    assert spy.seen == [{}] * 7
    assert seen == [{P1: IN_US, P2: IN_US}, {P1: IN_US}]
