"""`goten-gen wire` on main files in several styles: what it inserts, keeps, reports and refuses."""

from __future__ import annotations

import ast
import contextlib
import os
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goten_gen import cli

REPO = Path(__file__).resolve().parents[2]
GENERATED = str(REPO / "generated_examples")


class Main:
    """A main file, and runs of the command on it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path = folder / "main.py"
        self._capsys = capsys
        self.out = self.err = ""

    def write(self, text: str) -> Main:
        self.path.write_text(dedent(text).lstrip("\n"))
        return self

    @property
    def text(self) -> str:
        return self.path.read_text()

    def wire(self, *arguments: str) -> int:
        code = cli.main(["wire", str(self.path), "--generated", GENERATED, *arguments])
        self.out, self.err = self._capsys.readouterr()
        return code


@pytest.fixture
def main(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Main:
    return Main(tmp_path, capsys)


PLAIN = '''
    """Serves the catalog."""

    import asyncio  # the loop

    from catalog_example_com.v1 import service


    async def main() -> None:
        """Runs until it is told to stop."""
        # Logging comes first.
        text = """
    as it is
    """
        await serve( service, text )  # spaces stay


    if __name__ == "__main__":
        asyncio.run(main())
'''


def test_inserts_the_registry_and_then_the_policy_store(main: Main) -> None:
    assert main.write(PLAIN).wire() == 0
    body = main.text.partition("async def main() -> None:\n")[2]
    assert body.splitlines()[:10] == [
        '    """Runs until it is told to stop."""',
        "    async with await start_env_registry(Starter.from_environment(), RuntimeKind.SERVER) as registry:",
        "        policy_store = PolicyStore(SERVICE, registry)",
        "        register_policy_sources(policy_store)",
        "        async with policy_store:",
        "            # Logging comes first.",
        '            text = """',
        "as it is",
        '"""',
        "            await serve( service, text )  # spaces stay",
    ]
    for line in (
        "import asyncio  # the loop",
        "from catalog_example_com.v1.env_registry import start_env_registry",
        "from catalog_example_com.v1.policy_store import register_policy_sources",
        "from catalog_example_com.v1.service import SERVICE",
        "from goten.env_registry import Starter",
        "from goten.policy_store import PolicyStore",
        "from goten.registration import RuntimeKind",
    ):
        assert line in main.text.splitlines()


STYLES = {
    "function": PLAIN,
    "one line": """
        import asyncio
        async def main(): await serve()
        asyncio.run(main())
        """,
    "class": """
        import asyncio


        class App:
            def __init__(self, port):
                self.port = port

            async def run(self):
                await serve(self.port)


        if __name__ == "__main__":
            asyncio.run(App(8080).run())
        """,
    "click": """
        import asyncio
        import click


        @click.command()
        @click.option("--port", default=8080)
        def cli(port):
            asyncio.run(start(port))


        async def start(port):
            await serve(port)
        """,
    "argparse": """
        import argparse
        import asyncio


        async def run(options):
            try:
                await serve(options.port)
            finally:
                print("bye")


        def main():
            parser = argparse.ArgumentParser()
            asyncio.run(run(parser.parse_args()))
        """,
    "tabs": "import asyncio\nasync def main():\n\tif 1:\n\t\tawait serve()\nasyncio.run(main())\n",
    "loop": """
        import asyncio
        async def go():
            return 1
        asyncio.get_event_loop().run_until_complete(go())
        """,
    "no runner": """
        async def main():
            await serve()
        """,
}


@pytest.mark.parametrize("style", STYLES)
def test_is_done_after_one_run_whatever_the_style(main: Main, style: str) -> None:
    assert main.write(STYLES[style]).wire("--package", "catalog_example_com.v1") == 0
    once = main.text
    ast.parse(once)
    assert once.count("await start_env_registry(") == once.count("async with policy_store:") == 1
    assert main.wire("--package", "catalog_example_com.v1") == 0
    assert "nothing to insert" in main.out
    assert main.text == once
    assert main.wire("--package", "catalog_example_com.v1", "--check") == 0


def test_check_says_what_is_missing_and_where(main: Main) -> None:
    before = main.write(PLAIN).text
    assert main.wire("--check") == 1
    assert f"{main.path}:8: wire-no-registry: main does not start the EnvRegistry" in main.err
    assert f"{main.path}:8: wire-no-policy-store: there is no PolicyStore of catalog_example_com.v1" in main.err
    assert main.text == before


def test_diff_writes_nothing(main: Main) -> None:
    before = main.write(PLAIN).text
    assert main.wire("--diff") == 1
    assert "+    async with await start_env_registry(" in main.out
    assert main.text == before


def test_a_registry_that_is_there_is_used(main: Main) -> None:
    main.write("""
        import asyncio
        from catalog_example_com.v1 import env_registry as wiring

        async def main():
            configure()
            environment = await wiring.start_env_registry(starter, kind)
            await serve()

        asyncio.run(main())
        """)
    assert main.wire() == 0
    assert "    policy_store = PolicyStore(SERVICE, environment)\n" in main.text
    assert main.text.count("start_env_registry") == 1
    assert main.wire("--check") == 0


def test_a_policy_store_without_sources_gets_them(main: Main) -> None:
    main.write("""
        import asyncio
        from catalog_example_com.v1.env_registry import start_env_registry
        from catalog_example_com.v1.service import SERVICE
        from goten.policy_store import PolicyStore

        async def main():
            async with await start_env_registry(starter, kind) as registry:
                policies = PolicyStore(SERVICE, registry)
                await serve()

        asyncio.run(main())
        """)
    assert main.wire("--check") == 1
    assert f"{main.path}:8: wire-no-sources" in main.err
    assert main.wire() == 0
    lines = [line.strip() for line in main.text.splitlines()]
    made = lines.index("policies = PolicyStore(SERVICE, registry)")
    assert lines[made + 1] == "register_policy_sources(policies)"


def test_the_wrong_order_is_reported_and_left_to_its_owner(main: Main) -> None:
    main.write("""
        import asyncio
        import grpc.aio
        from catalog_example_com.v1.env_registry import start_env_registry
        from catalog_example_com.v1.policy_store import register_policy_sources
        from catalog_example_com.v1.service import SERVICE
        from goten.policy_store import PolicyStore

        async def main():
            server = grpc.aio.server()
            registry = await start_env_registry(starter, kind)
            policies = PolicyStore(SERVICE, registry)
            register_policy_sources(policies)

        asyncio.run(main())
        """)
    before = main.text
    assert main.wire("--check") == 1
    late = "wire-registry-late: server comes before the EnvRegistry, which starts in line 10"
    assert f"{main.path}:9: {late}" in main.err
    assert main.wire() == 1
    assert main.text == before


def test_several_versions_of_a_service(main: Main) -> None:
    """Each version has its PolicyStore; all are registered together, by the newest."""
    main.write("""
        import asyncio
        from devices_example_com.v1 import service as v1
        from devices_example_com.v2 import service as v2
        from goten.store import Store

        async def main():
            store = Store(storage, resources)
            await serve(v1, v2, store)

        asyncio.run(main())
        """)
    assert main.wire() == 0
    assert "from devices_example_com.v2.env_registry import start_env_registry" in main.text
    assert "RuntimeKind.SERVER, REGISTRATION)" in main.text
    body = [line.strip() for line in main.text.partition("async def main():")[2].splitlines()]
    made = body.index("store = Store(storage, resources)")
    assert body[made + 1 : made + 7] == [
        "policy_store = PolicyStore(SERVICE, registry)",
        "register_policy_sources(policy_store, StoreHolders(store))",
        "policy_store_v1 = PolicyStore(SERVICE_V1, registry)",
        "register_policy_sources_v1(policy_store_v1, StoreHolders(store))",
        "async with policy_store, policy_store_v1:",
        "await serve(v1, v2, store)",
    ]
    assert main.wire("--check") == 0


def test_a_server_with_holders_of_its_own_needs_its_store(main: Main) -> None:
    before = main.write("""
        import asyncio
        from identity_example_com.v1.service import SERVICE

        async def main():
            database = connect()
            await serve()

        asyncio.run(main())
        """).text
    assert main.wire() == 2
    assert "--own-store" in main.err
    assert main.text == before
    assert main.wire("--own-store", "database.holders") == 0
    lines = [line.strip() for line in main.text.splitlines()]
    assert lines.index("policy_store = PolicyStore(SERVICE, registry)") == lines.index("database = connect()") + 1
    assert "register_policy_sources(policy_store, database.holders)" in lines


def test_a_controller_reaches_its_holders_over_the_network(main: Main) -> None:
    main.write("async def main():\n    await work()\n")
    assert main.wire("--package", "identity_example_com.v1", "--runtime", "controller") == 0
    assert "RuntimeKind.CONTROLLER" in main.text
    assert "register_policy_sources(policy_store)" in main.text


def test_names_that_are_taken_are_not_used_twice(main: Main) -> None:
    main.write("""
        async def main():
            registry = policy_store = SERVICE = Starter = 1
        """)
    assert main.wire("--package", "catalog_example_com.v1") == 0
    assert "as registry_2:" in main.text
    assert "policy_store_v1 = PolicyStore(SERVICE_V1, registry_2)" in main.text
    assert "from goten.env_registry import Starter as EnvRegistryStarter" in main.text


@pytest.mark.parametrize(
    ("text", "arguments", "complaint"),
    [
        ("def main(:\n", (), "main.py:1: it is no valid Python"),
        ("def main(): pass\n", ("--package", "catalog_example_com.v1"), "no asynchronous function"),
        ("async def main(): pass\n", (), "it imports no generated package"),
        ("async def main(): pass\n", ("--package", "nobody.v1"), "no such generated package in"),
        (
            "async def main(): pass\n",
            ("--package", "catalog_example_com.v1", "--package", "devices_example_com.v1"),
            "one process is one service, not catalog_example_com, devices_example_com",
        ),
        ("async def main(): pass\n", ("--function", "serve"), "no asynchronous function serve"),
    ],
)
def test_refuses_with_a_reason(main: Main, text: str, arguments: tuple[str, ...], complaint: str) -> None:
    main.write(text)
    assert main.wire(*arguments) == 2
    assert complaint in main.err
    assert "hint: " in main.err
    assert main.text == text


def test_a_missing_file_is_a_usage_error(main: Main) -> None:
    assert main.wire() == 2
    assert "No such file" in main.err


def test_keeps_line_ends_and_permissions(main: Main) -> None:
    main.path.write_bytes(b"#!/usr/bin/env python\r\nasync def main():\r\n    await serve()\r\n")
    main.path.chmod(0o755)
    assert main.wire("--package", "catalog_example_com.v1") == 0
    content = main.path.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") > 3
    assert os.access(main.path, os.X_OK)


@given(st.text(alphabet="ab_ :()\n\t#'\"=async defwithmain", max_size=60))
def test_never_breaks_on_any_text(text: str) -> None:
    from goten_gen.sources import SourceError
    from goten_gen.wiring.main_file import read_main

    with contextlib.suppress(SourceError):
        assert read_main("main.py", text, "").entry.asynchronous is not None
