"""The context variables: CONTEXT-1 to CONTEXT-5."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeAlias, cast

import pytest
from devices_example_com.v1.names import DeviceName, ProjectName
from hypothesis import given
from hypothesis import strategies as st

from goten.policy import Policy
from goten.policy_context import (
    Policies,
    PolicyRefusalCode,
    PolicyRefused,
    PolicyScope,
    add_policy,
    current_policies,
    require_policy,
    set_request_policies,
    use_policy,
)
from tests.runtime.context.services import DEVICES_SERVICE, IN_BOTH, IN_EU, IN_US, project

P1, P2, P3 = (project(project_id) for project_id in ("p1", "p2", "p3"))
DEVICE = DeviceName.of_project_region("p1", "us-west2", "d1")

Work: TypeAlias = Coroutine[Any, Any, Any]


def run(work: Callable[[], Work]) -> Any:
    """Runs in a context of its own."""
    return contextvars.Context().run(asyncio.run, work())


# --- blocks and entries ----------------------------------------------------------------------------------------------


async def test_a_block_adds_an_entry_until_its_end() -> None:
    """CONTEXT-3"""
    assert current_policies() == {}
    with use_policy(P1, IN_US):
        with use_policy(P2, IN_EU):
            assert current_policies() == {P1: IN_US, P2: IN_EU}
            with use_policy(P1, IN_BOTH):
                assert current_policies() == {P1: IN_BOTH, P2: IN_EU}
        assert current_policies() == {P1: IN_US}
    assert current_policies() == {}


async def test_a_block_ends_with_an_exception_too() -> None:
    """CONTEXT-3"""
    with pytest.raises(LookupError), use_policy(P1, IN_US):
        raise LookupError
    assert current_policies() == {}


async def test_holders_are_names_or_full_names_and_policies_may_be_messages() -> None:
    """CONTEXT-1"""
    with use_policy(ProjectName.of("p1"), IN_US.to_message()), use_policy(DEVICES_SERVICE, IN_EU):
        assert current_policies() == {P1: IN_US, DEVICES_SERVICE: IN_EU}


async def test_a_bare_name_is_refused() -> None:
    """CONTEXT-1: seven services may have a `projects/p1`."""
    with pytest.raises(ValueError, match="'projects/p1' is no full name"), use_policy("projects/p1", IN_US):
        pass
    with pytest.raises(ValueError, match="no full name"):
        add_policy("projects/p1", IN_US)


async def test_what_was_read_does_not_change() -> None:
    """CONTEXT-2"""
    with use_policy(P1, IN_US):
        seen = current_policies()
        with pytest.raises(TypeError):
            seen[P2] = IN_US  # type: ignore[index]
        add_policy(P2, IN_EU)
        assert seen == {P1: IN_US}
    assert seen == {P1: IN_US}


async def test_entries_of_code_come_before_those_of_the_request() -> None:
    """CONTEXT-3"""
    given: dict[str, Policy] = {P1: IN_US, P2: IN_US}
    set_request_policies(given)
    given.clear()
    with use_policy(P1, IN_EU):
        assert current_policies() == {P1: IN_EU, P2: IN_US}
        set_request_policies({P3: IN_US})
        assert current_policies() == {P1: IN_EU, P3: IN_US}
    assert current_policies() == {P3: IN_US}


async def test_a_name_takes_the_entry_of_its_governor() -> None:
    """CONTEXT-1"""
    with use_policy(P1, IN_US), use_policy(P2, IN_EU):
        assert require_policy(DEVICE) is IN_US
    with use_policy(DEVICES_SERVICE, IN_EU):
        assert require_policy(ProjectName.of("p1")) is IN_EU


async def test_a_missing_entry_is_explained() -> None:
    """CONTEXT-1"""
    with use_policy(P2, IN_US), use_policy(DEVICES_SERVICE, IN_US), pytest.raises(PolicyRefused) as caught:
        require_policy(DEVICE)
    error = caught.value
    assert error.code is PolicyRefusalCode.NO_POLICY
    assert (error.resource, error.holder, error.region) == (DEVICE.full_name, P1, "us-west2")
    assert error.known == (P2, DEVICES_SERVICE)
    assert str(error) == (
        f"{DEVICE.full_name} is refused: the policy of {P1} governs it, and the context holds only {P2}, "
        f"{DEVICES_SERVICE}; create that holder if it does not exist, else put its policy there with use_policy"
    )


async def test_a_missing_entry_among_many_is_explained_in_short() -> None:
    """CONTEXT-1"""
    with pytest.raises(PolicyRefused, match="the context holds none;"):
        require_policy(DEVICE)
    set_request_policies({project(f"x{number}"): IN_US for number in range(8)})
    with pytest.raises(PolicyRefused, match="projects/x4, 3 more;"):
        require_policy(DEVICE)


# --- tasks and threads -----------------------------------------------------------------------------------------------


async def test_tasks_have_what_their_maker_had_and_no_more() -> None:
    """CONTEXT-2"""
    started, go_on = asyncio.Event(), asyncio.Event()

    async def child() -> list[Policies]:
        before = current_policies()
        with use_policy(P2, IN_EU):
            started.set()
            await go_on.wait()
            return [before, current_policies()]

    with use_policy(P1, IN_US):
        task = asyncio.create_task(child())
        await started.wait()
        assert current_policies() == {P1: IN_US}
    add_policy(P3, IN_EU)
    go_on.set()
    assert await task == [{P1: IN_US}, {P1: IN_US, P2: IN_EU}]
    assert current_policies() == {P3: IN_EU}


async def test_threads_of_the_loop_have_what_their_maker_had() -> None:
    """CONTEXT-2"""
    with use_policy(P1, IN_US):
        assert await asyncio.to_thread(current_policies) == {P1: IN_US}


HOLDERS = st.sampled_from([P1, P2, P3])
POLICIES = st.sampled_from([IN_US, IN_EU, IN_BOTH])
PROGRAMS = st.recursive(
    st.lists(st.tuples(st.sampled_from(["add", "request"]), HOLDERS, POLICIES), max_size=3),
    lambda inner: st.lists(
        st.tuples(st.just("use"), HOLDERS, POLICIES, inner) | st.tuples(st.just("spawn"), inner), max_size=3
    ),
    max_leaves=12,
)
"""What tasks do: add an entry, set that of a request, have a block with more in it, start a task with more to do."""


class Task:
    """A task of a program, and what it should see: the two layers, kept by hand."""

    def __init__(self, request: dict[str, Policy], code: dict[str, Policy]) -> None:
        self.request = request
        self.code = code

    async def run(self, program: list[Any]) -> None:
        async with asyncio.TaskGroup() as tasks:
            for what, *rest in program:
                await self.look()
                if what == "add":
                    add_policy(*rest)
                    self.code = {**self.code, rest[0]: rest[1]}
                elif what == "request":
                    set_request_policies({rest[0]: rest[1]})
                    self.request = {rest[0]: rest[1]}
                elif what == "use":
                    holder, policy, inner = rest
                    before = self.code
                    with use_policy(holder, policy):
                        self.code = {**self.code, holder: policy}
                        await self.run(inner)
                    self.code = before
                else:
                    tasks.create_task(Task(self.request, self.code).run(rest[0]))
            await self.look()

    async def look(self) -> None:
        assert current_policies() == {**self.request, **self.code}
        await asyncio.sleep(0)
        assert current_policies() == {**self.request, **self.code}


@given(PROGRAMS)
def test_every_task_sees_what_it_set_whatever_the_others_do(program: list[Any]) -> None:
    """CONTEXT-2, CONTEXT-3, CONTEXT-4"""
    run(lambda: Task({}, {}).run(program))


# --- generators ------------------------------------------------------------------------------------------------------


async def answers() -> AsyncIterator[Policies]:
    """A handler that adds for good, and has a block that it suspends in."""
    add_policy(P1, IN_US)
    yield current_policies()
    with use_policy(P2, IN_EU):
        yield current_policies()
    yield current_policies()


SEEN = [{P1: IN_US}, {P1: IN_US, P2: IN_EU}, {P1: IN_US}]


def in_steps(scope: PolicyScope, generator: AsyncIterator[Policies]) -> Callable[[], Work]:
    async def step() -> Policies:
        with scope:
            return await anext(generator)

    return step


async def test_a_scope_keeps_what_is_set_between_steps_and_from_their_consumer() -> None:
    """CONTEXT-5"""
    with use_policy(P3, IN_US):
        scope = PolicyScope()
    step = in_steps(scope, answers())
    for seen in SEEN:
        assert await step() == {P3: IN_US, **seen}
        assert current_policies() == {}


async def test_the_steps_of_a_scope_may_be_in_several_tasks() -> None:
    """CONTEXT-5: also the end of a block that began in another task."""
    step = in_steps(PolicyScope(), answers())
    for seen in SEEN:
        assert await asyncio.create_task(step()) == seen


async def test_a_block_of_a_generator_that_is_closed_elsewhere_ends_in_silence() -> None:
    """CONTEXT-5: the context that began it is out of reach; that of the closing task is as it was."""
    generator = cast(Any, answers())

    async def begin() -> None:
        await anext(generator)
        await anext(generator)

    async def close() -> Policies:
        add_policy(P3, IN_US)
        await generator.aclose()
        return current_policies()

    await asyncio.create_task(begin())
    assert await asyncio.create_task(close()) == {P3: IN_US}


def test_a_step_that_is_given_up_changes_no_other_context() -> None:
    """CONTEXT-5: a loop that ends closes what still waits, wherever it is."""

    async def waits() -> None:
        with PolicyScope():
            add_policy(P1, IN_US)
            await asyncio.sleep(0)

    step = waits()
    contextvars.Context().run(step.send, None)
    elsewhere = contextvars.Context()
    elsewhere.run(add_policy, P2, IN_EU)
    elsewhere.run(step.close)
    assert elsewhere.run(current_policies) == {P2: IN_EU}


async def test_a_scope_has_one_step_at_a_time() -> None:
    """CONTEXT-5"""
    scope = PolicyScope()
    with scope, pytest.raises(RuntimeError, match="under way"), scope:
        pass
    with scope:
        assert current_policies() == {}
