"""Hostile text in every string of a descriptor: never code, never a traceback, never a path outside the output."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goten_gen import protoc, protocol, read
from goten_gen.cli import main
from tests.generator.trees import POLICY, proto, resource

PAYLOADS = (
    '"); pwned(); ("',
    "'); pwned(); ('",
    '"""\npwned()\n"""',
    "'''\npwned()\n'''",
    '\\"""; pwned(); """',
    "\\",
    "{{ pwned() }}{% for x in pwned() %}{% endfor %}{# #}",
    "{pwned()}",
    "\npwned()\n",
    "\r\npwned()\r\n",
    "#\x0bpwned()\x0c\x85\u2028pwned()\u2029",
    "../../../etc/pwned",
    "/etc/pwned",
    "a\x00b",
    "\u202epwned()\u202c",
    "\N{COLLISION SYMBOL}" * 3,
    "import",
    "None",
    "__import__('os').system('pwned')",
    "x" * 5000,
    "",
    "*",
    "{x",
    "projects/{project}/things/{thing}; pwned()",
)

BODY = (
    resource("iam.x.com/Project", "projects/{project}", fields=POLICY)
    + resource(
        "iam.x.com/Thing",
        "projects/{project}/regions/{region}/things/{thing}",
        "things/{thing=**}",
        fields='string parent = 3 [(google.api.resource_reference).type = "iam.x.com/Project"]; Inner inner = 4; '
        "message Inner { string from = 1; }",
        options='singular: "thing" plural: "things"',
    )
    + """
// Reads things.
service ThingService {
  // Gets one.
  rpc GetThing(GetThingRequest) returns (Thing);
}
message GetThingRequest { string name = 1; }
"""
)


@cache
def descriptors() -> bytes:
    """A compiled tree that uses every annotation, with comments."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        spec = 'option (goten.annotations.resource) = { id_pattern: "[a-z]+" plural: "Things" }; string name'
        head, _, tail = BODY.rpartition("string name = 1;\n  goten.types.Meta")
        body = f"// A thing.\n{head}{spec} = 1;\n  goten.types.Meta{tail}"
        Path(folder, "iam.proto").write_text(proto("iam.v1", body, "goten-sdk/annotations/resource.proto"))
        target = f"{folder}/set.binpb"
        outcome = protoc.run([*protoc.compile_flags([folder, *protocol.include()], target), "iam.proto"])
        assert outcome.ok, outcome
        return Path(target).read_bytes()


def strings(message: Any) -> Iterator[tuple[Any, Any, int | None]]:
    """Every string that is set anywhere below a message, options included: (message, field, index)."""
    for field, value in message.ListFields():
        repeated = hasattr(value, "append")
        if field.message_type is not None:
            for inner in value if repeated else [value]:
                yield from strings(inner)
        elif field.type == field.TYPE_STRING:
            yield from ((message, field, index) for index in (range(len(value)) if repeated else [None]))


def put(place: tuple[Any, Any, int | None], text: str) -> None:
    message, field, index = place
    if index is not None:
        (message.Extensions[field] if field.is_extension else getattr(message, field.name))[index] = text
    elif field.is_extension:
        message.Extensions[field] = text
    else:
        setattr(message, field.name, text)


def own_file() -> tuple[Any, list[tuple[Any, Any, int | None]]]:
    files = read.options().file_set()
    files.ParseFromString(descriptors())
    mine = next(file for file in files.file if file.name == "iam.proto")
    return files, list(strings(mine))


def check(out: Path) -> int:
    """Parses everything that was written; hostile calls are nowhere, files are only where they may be."""
    found = 0
    for path in out.rglob("*.py"):
        tree = ast.parse(path.read_text())
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        calls = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert "pwned" not in names
        assert not calls & {"__import__", "eval", "exec", "system"}
        found += 1
    return found


SHARE = 8
"""The short run puts each payload into every eighth string, another eighth for each payload."""


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: repr(payload[:20]))
def test_payloads_in_every_string(
    payload: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], full_run: bool
) -> None:
    """Schema text reaches generated code as literals only."""
    step = 1 if full_run else SHARE
    for number in range(PAYLOADS.index(payload) % step, len(own_file()[1]), step):
        files, places = own_file()
        put(places[number], payload)
        source = tmp_path / "set.binpb"
        source.write_bytes(files.SerializeToString())
        out = tmp_path / f"out{number}"
        code = main(["generate", str(source), "--out", str(out), "--no-protobuf", "--keep-going"])
        assert code in (0, 1)
        check(out)
    assert "Traceback" not in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} <= {"set.binpb"} | {f"out{n}" for n in range(500)}


@given(data=st.data(), text=st.text(max_size=40))
@settings(
    max_examples=settings().max_examples // 10,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_text_in_comments_leaves_the_shape_of_the_code(
    data: st.DataObject, text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Comments become docstrings that cannot break out."""

    def shapes(change: Callable[[tuple[Any, Any, int | None]], str | None]) -> dict[str, str]:
        files, places = own_file()
        for place in places:
            if place[1].name.endswith("comments") and (new := change(place)) is not None:
                put(place, new)
        folder = tmp_path_factory.mktemp("hostile")
        (folder / "set.binpb").write_bytes(files.SerializeToString())
        assert main(["generate", str(folder / "set.binpb"), "--out", str(folder / "out"), "--no-protobuf"]) == 0
        return {path.relative_to(folder).as_posix(): shape(path.read_text()) for path in sorted(folder.rglob("*.py"))}

    hostile = data.draw(st.sampled_from(PAYLOADS)) + text
    assert shapes(lambda _: hostile) == shapes(lambda _: "harmless")


def shape(code: str) -> str:
    """The syntax tree with every literal blanked."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.value = None
    return ast.dump(tree)
