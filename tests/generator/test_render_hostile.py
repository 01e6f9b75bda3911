"""Nothing in a schema can inject code: whatever text stands in a model, the shape of the generated code is the same."""

from __future__ import annotations

import ast
import itertools
import keyword
import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from goten_gen.keys import ServiceKey
from goten_gen.model import Api, Reference, Routing, RpcKind, TypeRef, World
from goten_gen.patterns import Pattern, Segment
from goten_gen.python_names import MessageClass
from goten_gen.render import StubMethod, render_grpc_stub, render_services
from tests.generator import model_builder as build

PIECES = [
    "\"'",
    '"""',
    "'''",
    "\\",
    "\\N{BULLET}",
    "\n",
    "\r",
    "\r\n",
    "\x00",
    "{{ module }}",
    "{% raw %}",
    "{# #}",
    "{",
    "}",
    "#",
    "# type: ignore",
    "# fmt: off",
    "# -*- coding: utf-7 -*-",
    "import os",
    "__import__('os')",
    "\n\nimport os\n",
    "(",
    ")",
    ",",
    ":",
    "\t",
    "\x0c",
    "\x85",
    "\u2028",
    "\u202e",
    "\u200b",
    "\ufeff",
    "\ud800",
    "\U0001f680",
    "é",
    "ｘ",
    "ℌ",
    "class",
    "None",
    ".",
    "/",
    "-",
    "_",
    "1",
    "A",
    "$",
    "%s",
    "%(x)s",
]
HOSTILE = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), min_size=1, max_size=6).map("".join)
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

Text = Callable[[str], str]
"""Gives the text for a place of the model."""


def world_of(text: Text) -> World:
    """A model with every kind of string in it. Texts are distinct because their places are."""
    identity = ServiceKey(no_slash(text("domaina")), text("versiona"))
    devices = ServiceKey(no_slash(text("domainb")), text("versionb"))
    project = TypeRef(f"{identity.domain}/{text('kinda')}", identity.version)
    device = TypeRef(f"{devices.domain}/{text('kindb')}", devices.version)
    group = TypeRef(f"{devices.domain}/{text('kindc')}", devices.version)
    # A leading digit, which no name can have, so that all texts lead to the same kind of import statement.
    files = [f"0{text(place)}/{text('file')}.proto" for place in ("filea", "fileb")]
    package = text("package")
    message = f"{package}.0{no_dot(text('message'))}"
    nested = f"{message}.0{no_dot(text('nested'))}"
    routing = Routing(True, True, (text("scope"),), (text("patha"), text("pathb")), (text("region"),), True, True)
    # One API, since the name of a second one shows in the constants of methods whose names meet.
    api = f"{package}.0{no_dot(text('api'))}"
    methods = tuple(
        build.method(
            f"{api}.{no_dot(text(name))}",
            message,
            nested,
            file=files[0],
            response_file=files[1],
            kind=RpcKind.BIDI_STREAM,
            verb=text("verb"),
            resource=device.type,
            name_path=text("namepath"),
            parent_path=text("parentpath"),
            body_path=text("bodypath"),
            routing=routing,
        )
        for name in ("rpca", "rpcb")
    )
    access = {text("verba"): methods[0].full_name, text("verbb"): methods[1].full_name}
    region, own = text("variablea"), text("variableb")
    pattern = Pattern(
        f"{text('literal')}/{{{region}}}/{text('collection')}/{{{own}}}",
        (Segment(text("literal")), Segment("", (region,)), Segment(text("collection")), Segment("", (own,))),
    )
    return build.world(
        build.service(
            identity,
            build.resource(
                project,
                build.use(pattern, parent=device, holder=project),
                file=files[0],
                message=message,
                policy_field=(text("policya"), text("policyb")),
            ),
        ),
        build.service(
            devices,
            build.resource(
                device,
                build.use(pattern, region_scope=0, parent=project, holder=project, holder_pattern=1),
                file=files[1],
                message=nested,
                singular=text("singular"),
                plural=text("plural"),
                comment=text("comment"),
                name_field=text("namefield"),
                parents=[project, group],
                metadata_field=text("metadata"),
                variable_patterns={region: text("regexa"), own: text("regexb")},
                references=[Reference(text("reference"), project)],
                access=access,
            ),
            build.resource(group, build.use(pattern), file=files[0], message=message, policy_field=(text("policya"),)),
            apis=[Api(api, files[0], methods)],
            imports=[identity],
            holders=[group, project],
            files=[*files, text("file")],
        ),
        packages=dict.fromkeys(files, package),
    )


def no_slash(text: str) -> str:
    return text.replace("/", "")


def no_dot(text: str) -> str:
    return text.replace(".", "")


def harmless(place: str) -> str:
    return place


def hostile(text: str) -> Text:
    return lambda place: f"{text}{place}{text}"


def modules_of(text: Text) -> Iterator[tuple[str, str]]:
    world = world_of(text)
    files = render_services(world, list(world.services))
    kinds = itertools.count()
    for file in sorted(files, key=lambda file: (file.owners, file.path.count("/"), file.path.rpartition("/")[2])):
        if file.path.endswith(".py"):
            yield f"{next(kinds)} {file.path.rpartition('/')[2]}", file.content.decode()


def shape(source: str) -> list[str]:
    """The syntax tree without its identifiers and constants; imports in an order that does not hang on names."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
        for field in ("id", "attr", "name", "asname", "module"):
            if isinstance(getattr(node, field, None), str):
                setattr(node, field, "x")
        if isinstance(node, ast.arg):
            node.arg = "x"
        if isinstance(node, ast.alias):
            node.asname = None
    dumps = [ast.dump(node) for node in tree.body]
    imports = [dump for dump in dumps if dump.startswith("Import")]
    return sorted(imports) + [dump for dump in dumps if not dump.startswith("Import")]


def identifiers(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        for field in ("id", "attr", "name", "asname", "arg", "module"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                yield from value.split(".")


HARMLESS = {name: shape(source) for name, source in modules_of(harmless)}


@given(HOSTILE)
@example('"""\n\nimport os\n"""')
@example("'\\")
@example('"')
@example("\ud800\u202e\x00\r")
@example("{{ 1 }}{% for x in y %}")
def test_hostile_text_changes_no_shape(text: str) -> None:
    found = dict(modules_of(hostile(text)))
    assert found.keys() == HARMLESS.keys()
    for name, source in found.items():
        assert shape(source) == HARMLESS[name], name


@given(HOSTILE)
def test_hostile_text_shows_and_makes_no_strange_identifiers(text: str) -> None:
    for name, source in modules_of(hostile(text)):
        assert all(line.isprintable() for line in source.split("\n")), name
        for identifier in identifiers(source):
            assert IDENTIFIER.fullmatch(identifier), name
            assert not keyword.iskeyword(identifier), name


def test_text_reaches_the_code_unchanged_as_literals() -> None:
    text = hostile("\"'\\\n{{ x }}\u202e")
    modules = dict(modules_of(text))
    constants = {
        node.value
        for source in modules.values()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for place in ("singular", "plural", "namefield", "metadata", "reference", "verb", "verba", "namepath", "scope"):
        assert text(place) in constants
    for place in ("policya", "regexa", "variablea", "versiona", "domaina", "pathb", "bodypath", "parentpath"):
        assert text(place) in constants


@given(HOSTILE)
def test_output_paths_stay_below_the_output_folder(text: str) -> None:
    world = world_of(hostile(text))
    for file in render_services(world, list(world.services)):
        *folders, name = file.path.split("/")
        assert all(IDENTIFIER.fullmatch(folder) for folder in folders)
        assert re.fullmatch(r"\w+\.py|py\.typed", name, re.ASCII)


@given(HOSTILE)
@example("None")
@example("a.b")
def test_hostile_text_in_grpc_stubs(text: str) -> None:
    message = MessageClass(f"0{text}.x_pb2", (text, "A"))
    hostile_stub = render_grpc_stub(text, {"Api": [StubMethod("Get", RpcKind.UNARY, message, message)]})
    message = MessageClass("0.x_pb2", ("0", "A"))
    stub = render_grpc_stub("x", {"Api": [StubMethod("Get", RpcKind.UNARY, message, message)]})
    assert shape(hostile_stub) == shape(stub)


@pytest.mark.parametrize("name", sorted(keyword.kwlist))
def test_an_rpc_named_by_a_keyword_has_a_descriptor_and_no_stub(name: str) -> None:
    message = MessageClass("x_pb2", ("A",))
    compile(render_grpc_stub("x", {"Api": [StubMethod(name, RpcKind.UNARY, message, message)]}), "stub", "exec")
    key = ServiceKey("a.com", "v1")
    method = build.method(f"a.Api.{name}", "a.v1.A", "a.v1.None", file="a.proto")
    world = build.world(build.service(key, apis=[Api("a.Api", "a.proto", (method,))]))
    for file in render_services(world, [key]):
        compile(file.content, file.path, "exec")
