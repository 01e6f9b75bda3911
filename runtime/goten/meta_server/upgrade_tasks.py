"""Tasks that rewrite the data of a Deployment, shard by shard: plain functions over messages (UPGRADE-6, UPGRADE-7)."""

from __future__ import annotations

from google.protobuf.struct_pb2 import Struct

from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta_server.rules.formats import DATA_VERSION, check_format
from goten.meta_server.rules.refusing import refused
from goten.meta_server.upgrade_shards import check_count
from goten.refusals import Refused, invalid

TaskStatus = Deployment.DbUpdateTaskStatus


def get_or_register(deployment: Deployment, tag: str, shards: int, version: str) -> TaskStatus:
    """GetOrRegisterDataUpdateTask: the task as it stands, added to the Deployment where it is new.

    Raises Refused where a task of this tag has another target or another number of shards.
    """
    _check(tag, version)
    check_count("shards_count", shards)
    task = _find(deployment, tag)
    if task is None:
        return deployment.data_update_statuses.add(task_tag=tag, shards_count=shards, target_version=version)
    if task.target_version != version:
        raise _other_task(deployment, task, version)
    if task.shards_count != shards:
        reason = f"its task {tag!r} has {task.shards_count} shards, and not {shards}"
        raise refused("OTHER_SHARDS", deployment.name, reason, f"divide the work into {task.shards_count} shards")
    return task


def report(deployment: Deployment, tag: str, shard: int, done: bool, progress: Struct | None, version: str) -> None:
    """UpdateDataTaskUpdate: what a shard says. The last one that is done takes the task away.

    Raises Refused for a task that is not there, unless the shard is done: then the task may have ended with it, and the
    answer been lost.
    """
    _check(tag, version)
    task = _find(deployment, tag)
    if task is None:
        if done:
            return
        reason = f"it has no task {tag!r}"
        raise refused("NO_TASK", deployment.name, reason, "call GetOrRegisterDataUpdateTask first")
    if task.target_version != version:
        raise _other_task(deployment, task, version)
    if not 0 <= shard < task.shards_count:
        raise invalid("shard", f"{shard} is not from 0 to {task.shards_count - 1}", "count shards from 0")
    if done and shard not in task.ready_shards:
        task.ready_shards[:] = sorted([*task.ready_shards, shard])
    if len(task.ready_shards) == task.shards_count:
        deployment.data_update_statuses.remove(task)
    elif progress is not None:
        _set_progress(task, shard, progress)


def _set_progress(task: TaskStatus, shard: int, progress: Struct) -> None:
    while len(task.progress_bar) <= shard:
        task.progress_bar.add()
    task.progress_bar[shard].CopyFrom(progress)


def _find(deployment: Deployment, tag: str) -> TaskStatus | None:
    return next((task for task in deployment.data_update_statuses if task.task_tag == tag), None)


def _check(tag: str, version: str) -> None:
    if not tag:
        raise invalid("tag", "is empty", "name the task")
    if version:
        check_format("db_data_target_version", version, DATA_VERSION)


def _other_task(deployment: Deployment, task: TaskStatus, version: str) -> Refused:
    reason = f"its task {task.task_tag!r} leads to {task.target_version!r}, and not to {version!r}"
    return refused("OTHER_TASK", deployment.name, reason, "use another tag, or finish that task first")
