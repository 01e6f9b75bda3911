"""Commands of goten-meta on a running server: what they print, and how they end."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from goten.meta_server.app import MetaApp
from tests.meta.cli import Terminal, meta_app, register

OTHERS = ("--filter", 'name != "services/meta.goten.com"')
"""Leaves out the Service that Meta itself has."""


@pytest.fixture
async def app() -> AsyncIterator[MetaApp]:
    async with meta_app(regions=("eastus2",)) as app:
        yield app


@pytest.fixture
def terminal(app: MetaApp, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(app.address, capsys)


async def test_list_regions_of_the_configuration(terminal: Terminal) -> None:
    done = await terminal.run("list", "regions")
    assert done.code == 0
    lines = [line.split() for line in done.out.splitlines()]
    assert lines[0] == ["NAME", "TITLE", "AGE"]
    assert [line[0] for line in lines[1:]] == ["regions/eastus2", "regions/us-west2"]


async def test_tables_of_every_type(terminal: Terminal) -> None:
    await register(terminal.address)
    services = (await terminal.run("list", "services")).out.splitlines()
    assert services[1].split()[:4] == ["services/library.example.com", "v1", "us-west2", "us-west2"]
    deployments = (await terminal.run("list", "deployments")).out.splitlines()
    assert deployments[1].split()[:4] == [
        "services/library.example.com/deployments/us-west2",
        "v1",
        "us-west2.library.example.com",
        "READY",
    ]
    resources = (await terminal.run("list", "services/library.example.com/resources")).out.splitlines()
    assert resources[1].split()[:4] == ["services/library.example.com/resources/Book", "Books", "v1", "-"]


async def test_json_is_one_document(terminal: Terminal) -> None:
    await register(terminal.address)
    listed = json.loads((await terminal.run("list", "services", *OTHERS, "--format", "json")).out)
    got = json.loads((await terminal.run("get", "services/library.example.com", "--format", "json")).out)
    assert listed == {"services": [got]}
    assert got["multi_region_policy"]["default_control_region"] == "us-west2"
    assert (await terminal.run("list", "resources", "--filter", 'name = "x"', "--format", "json")).out == (
        '{\n  "resources": []\n}\n'
    )


async def test_get_shows_everything(terminal: Terminal) -> None:
    done = await terminal.run("get", "//meta.goten.com/regions/eastus2")
    assert done.code == 0
    assert done.out.startswith("name: regions/eastus2\nmetadata:\n  create_time: ")
    assert "    owning_region: us-west2\n" in done.out


async def test_lists_of_many_pages(terminal: Terminal) -> None:
    for number in range(5):
        await register(terminal.address, f"s{number}.example.com")
    done = await terminal.run("list", "services", *OTHERS, "--page-size", "2", "--order-by", "name desc")
    assert [line.split()[0] for line in done.out.splitlines()[1:]] == [f"services/s{n}.example.com" for n in "43210"]
    done = await terminal.run("list", "services", *OTHERS, "--page-size", "2", "--limit", "3")
    assert [line.split()[0] for line in done.out.splitlines()[1:]] == [f"services/s{n}.example.com" for n in "012"]


async def test_filter(terminal: Terminal) -> None:
    await register(terminal.address)
    done = await terminal.run("list", "services", "--filter", 'display_name = "nothing"')
    assert (done.code, done.out, done.err) == (0, "", "goten-meta: no services found\n")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["get", "services/no.example.com"], 1, "services/no.example.com does not exist"),
        (["get", "services"], 2, "'services' is no name of a resource; that is a collection: goten-meta list services"),
        (["get", "what"], 2, "'what' is no name of a resource; such as services/SERVICE"),
        (["list", "regions/us-west2"], 2, "that is one resource: goten-meta get regions/us-west2"),
        (["list", "shelves"], 2, "'shelves' is no collection; known are regions, services, deployments, resources,"),
        (["list", "services", "--filter", "display_name = = 5"], 2, "filter: "),
        (["list", "services", "--order-by", "colour"], 2, "order_by: "),
        (["watch", "services", "--filter", "display_name = = 5"], 2, "filter: at character 15: "),
        (["compact", "--revision", "1000"], 2, "revision: 1000 is no revision of this store yet; the last one is "),
    ],
)
async def test_what_goes_wrong_is_one_line(terminal: Terminal, arguments: list[str], code: int, message: str) -> None:
    done = await terminal.run(*arguments)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("goten-meta: error: ")
    assert message in done.err
    assert done.err.count("\n") == 1


async def test_status(terminal: Terminal) -> None:
    await register(terminal.address)
    done = await terminal.run("status")
    assert done.code == 0
    assert "resources  2 Deployment, 2 Region, 5 Resource, 2 Service\n" in done.out
    status: dict[str, Any] = {}
    # Its own db-controller, which starts when it serves, watches Services and Deployments.
    while status.get("watchers") != 2:
        status = json.loads((await terminal.run("status", "--format", "json")).out)
    assert status["serving"] is True
    assert status["counts"]["meta.goten.com/Region"] == 2
    assert (status["region"], status["storage"]) == ("us-west2", "memory:")


async def test_compact(terminal: Terminal, app: MetaApp) -> None:
    await register(terminal.address)
    revision = app.store.revision
    done = await terminal.run("compact", "--revision", "3")
    assert (done.code, done.err) == (0, "goten-meta: changes up to revision 3 are forgotten\n")
    done = await terminal.run("compact")
    assert done.err == f"goten-meta: changes up to revision {revision} are forgotten\n"
    assert app.store.history_start == revision


async def test_a_server_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["list", "services"], ["get", "regions/a1"], ["watch", "regions"], ["status"], ["export"]):
        done = await Terminal("127.0.0.1:1", capsys).run(*command)
        assert (done.code, done.out) == (1, "")
        assert done.err == (
            "goten-meta: error: the Meta server at 127.0.0.1:1 is not available: nothing answers there; "
            "is it running? --address or GOTEN_META says where it is\n"
        )


async def test_the_address_comes_from_the_environment(
    app: MetaApp, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal(app.address, capsys)
    monkeypatch.setenv("GOTEN_META", app.address)
    assert (await terminal.plain("list", "regions")).code == 0
    monkeypatch.setenv("GOTEN_META", "127.0.0.1:99999")
    done = await terminal.plain("list", "regions")
    assert (done.code, done.err) == (
        2,
        "goten-meta: error: GOTEN_META: '127.0.0.1:99999' has no port; a port is a number up to 65535\n",
    )
    monkeypatch.setenv("GOTEN_META", "nowhere")
    done = await terminal.plain("list", "regions")
    assert (done.code, done.err) == (
        2,
        "goten-meta: error: GOTEN_META: 'nowhere' is no address; host:port, such as 127.0.0.1:8472\n",
    )


async def test_usage_errors(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal("", capsys)
    for arguments, hint in (
        ([], "; see goten-meta --help"),
        (["fly"], "; see goten-meta --help"),
        (["list"], "; see goten-meta list --help"),
        (["list", "services", "--limit", "0"], "; see goten-meta list --help"),
        (["export", "--format", "xml"], "; see goten-meta --help"),
    ):
        done = await terminal.plain(*arguments)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert done.err.startswith("goten-meta: error: ")
        assert done.err.endswith(f"{hint}\n")
    assert (await terminal.plain("--version")).out.startswith("goten-meta ")
    assert "regions, services, deployments, resources" in (await terminal.plain("list", "--help")).out
