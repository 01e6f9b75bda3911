"""The five methods that upgrade a Deployment, as handlers of gRPC and as plain calls (UPGRADE-1)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from goten.meta.v1 import descriptors, methods
from goten.meta.v1.deployment_custom_pb2 import (
    BeginUpgradeRequest,
    GetOrRegisterDataUpdateTaskRequest,
    GetOrRegisterDataUpdateTaskResponse,
    NotifyShardsUpgradeReadinessRequest,
    SetAvailableUpgradeRequest,
    UpdateDataTaskUpdateRequest,
)
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.upgrade import Target, begin, notify, set_available
from goten.meta_server.upgrade_tasks import get_or_register, report
from goten.methods import MethodDescriptor
from goten.names import InvalidName
from goten.refusals import invalid, not_found
from goten.server.adaptor import CallerOf, unary_handler
from goten.server.failures import invalid_name
from goten.server.saving import Saver
from goten.store_middleware import SaveTransaction

Change = Callable[[Deployment, Service], Message]
"""Changes a Deployment, given its Service, and returns the response. May be called again."""


class UpgradeOperations:
    """The methods as plain calls. `saver` has the chain that `upgrade_middlewares` makes. Everything raises Refused."""

    def __init__(self, saver: Saver) -> None:
        self.saver: Final = saver

    async def set_available_upgrade(self, request: SetAvailableUpgradeRequest, caller: str = "") -> Message:
        target = Target(
            request.target_api_version,
            request.target_db_data_version,
            request.target_db_location_tag,
            request.total_shards_count,
        )

        def change(deployment: Deployment, service: Service) -> Message:
            set_available(deployment, service, target)
            return Empty()

        # A Service must not lose the version meanwhile.
        return await self._change(request.name, change, caller, guarded=True)

    async def begin_upgrade(self, request: BeginUpgradeRequest, caller: str = "") -> Message:
        def change(deployment: Deployment, service: Service) -> Message:
            begin(deployment)
            return Empty()

        return await self._change(request.name, change, caller)

    async def notify_shards_upgrade_readiness(
        self, request: NotifyShardsUpgradeReadinessRequest, caller: str = ""
    ) -> Message:
        def change(deployment: Deployment, service: Service) -> Message:
            notify(deployment, request.shards_from, request.shards_to, request.ready, request.total_shards_count)
            return Empty()

        return await self._change(request.name, change, caller)

    async def get_or_register_data_update_task(
        self, request: GetOrRegisterDataUpdateTaskRequest, caller: str = ""
    ) -> Message:
        def change(deployment: Deployment, service: Service) -> Message:
            status = get_or_register(deployment, request.tag, request.shards_count, request.db_data_target_version)
            return GetOrRegisterDataUpdateTaskResponse(status=status)

        return await self._change(request.name, change, caller)

    async def update_data_task_update(self, request: UpdateDataTaskUpdateRequest, caller: str = "") -> Message:
        progress = request.progress_status if request.HasField("progress_status") else None

        def change(deployment: Deployment, service: Service) -> Message:
            report(deployment, request.tag, request.shard, request.done, progress, request.db_data_target_version)
            return Empty()

        return await self._change(request.name, change, caller)

    async def _change(self, text: str, change: Change, caller: str, *, guarded: bool = False) -> Message:
        name = _parsed(text)

        async def body(transaction: SaveTransaction) -> Message:
            stored = await transaction.get(descriptors.DEPLOYMENT, str(name))
            if stored is None:
                raise not_found(descriptors.DEPLOYMENT.type, str(name))
            service = await transaction.get(descriptors.SERVICE, f"services/{name.service_id}")
            changed = Deployment()
            changed.CopyFrom(stored)
            response = change(changed, service or Service())
            if changed != stored:
                await transaction.save(descriptors.DEPLOYMENT, changed)
            return response

        return await self.saver.transact(body, guarded=guarded, caller=caller)


def upgrade_handlers(
    saver: Saver, *, caller: CallerOf | None = None
) -> Mapping[str, Mapping[str, grpc.RpcMethodHandler[Any, Any]]]:
    """Handlers by API and by method, such as `BeginUpgrade`."""
    operations = UpgradeOperations(saver)
    served: Final[Mapping[MethodDescriptor[Any, Any], Callable[[Any, str], Awaitable[Message]]]] = {
        methods.BEGIN_UPGRADE: operations.begin_upgrade,
        methods.SET_AVAILABLE_UPGRADE: operations.set_available_upgrade,
        methods.NOTIFY_SHARDS_UPGRADE_READINESS: operations.notify_shards_upgrade_readiness,
        methods.GET_OR_REGISTER_DATA_UPDATE_TASK: operations.get_or_register_data_update_task,
        methods.UPDATE_DATA_TASK_UPDATE: operations.update_data_task_update,
    }
    api = methods.BEGIN_UPGRADE.api
    return {api: {method.name: unary_handler(method, serve, caller) for method, serve in served.items()}}


def _parsed(text: str) -> Any:
    try:
        name = descriptors.DEPLOYMENT.name.parse(text)
    except InvalidName as error:
        raise invalid_name("name", error) from None
    if name.has_wildcard:
        raise invalid("name", f"{name} stands for many deployments", "name one")
    return name
