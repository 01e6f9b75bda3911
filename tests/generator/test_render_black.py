"""black changes nothing in generated code, however long the names in it are."""

from __future__ import annotations

import random
from collections.abc import Iterator

import black
import pytest

from goten_gen.keys import ServiceKey
from goten_gen.model import Api, Method, Reference, Resource, Routing, RpcKind, TypeRef, World
from goten_gen.python_names import MessageClass
from goten_gen.render import StubMethod, render_grpc_stub, render_services
from tests.generator import model_builder as build

KINDS = list(RpcKind)
RANDOM_WORLDS = 50
RANDOM_WORLDS_IN_FULL = 1000


class Words:
    """Random words of many lengths, most of them near a length at which some line has to break."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def word(self, start: str) -> str:
        length = self.random.choice([1, 10, 30, 40, 50, 60, 70, 80, 90]) + self.random.randint(0, 9)
        return start + "x" * max(0, length - len(start))


def random_world(seed: int) -> World:
    words = Words(seed)
    word, choice = words.word, words.random.choice
    identity = ServiceKey(f"{word('i')}.com", "v1")
    devices = ServiceKey(f"{word('d')}.com", choice(["v1", ""]))
    files = [
        f"{word('fa')}/{word('fb')}.proto",
        f"{word('fc')}/fb.proto",
        f"import/lambda/{word('fd')}.proto",
        "f.proto",
    ]
    project = TypeRef(f"{identity.domain}/{word('Project')}", "v1")
    holder = TypeRef(f"{devices.domain}/{word('Holder')}", devices.version)
    api = _random_api(words, files)
    access = {word("get"): method.full_name for method in api.methods}
    device = _random_device(words, choice(files), devices, project, holder, access)
    resources = [
        device,
        build.resource(holder, f"h/{{{word('v')}}}", file=choice(files), message=f"p.{word('M')}", access=access),
    ]
    return build.world(
        build.service(identity, build.resource(project, *choice([["{v}"], ["p/{v}"], []]), file=files[0])),
        build.service(
            devices,
            *resources,
            apis=[api],
            imports=choice([[identity], []]),
            holders=choice([[], [project], [holder, project]]),
        ),
        packages=dict.fromkeys(files, "p"),
    )


def _random_api(words: Words, files: list[str]) -> Api:
    api = f"p.{words.word('Api')}"
    return Api(api, files[0], tuple(_random_method(words, files, api) for _ in range(words.random.randint(0, 4))))


def _random_method(words: Words, files: list[str], api: str) -> Method:
    word, choice = words.word, words.random.choice
    return build.method(
        f"{api}.{word('Get')}",
        f"p.{word('Request')}",
        choice([f"p.{word('A')}.{word('B')}", f"p.A.None.{word('B')}"]),
        file=choice(files),
        response_file=choice(files),
        kind=choice(KINDS),
        resource=choice([None, word("d/R")]),
        name_path=choice([None, word("n")]),
        routing=choice(
            [build.ROUTING, Routing(True, False, (word("a"),)), Routing(True, True, (), (word("a"), "b"), (word("c"),))]
        ),
    )


def _random_device(
    words: Words, file: str, key: ServiceKey, project: TypeRef, holder: TypeRef, access: dict[str, str]
) -> Resource:
    word, choice = words.word, words.random.choice
    first, second = word("va"), word("vb")
    patterns = [
        build.use(
            f"projects/{{{first}}}/regions/{{region}}/{word('l')}/{{{second}}}",
            region_scope=1,
            parent=project,
            parent_pattern=choice([0, 1]),
            holder=holder,
        ),
        build.use(f"x/{{{first}}}/y/{{{word('vc')}}}"),
        build.use(word("literal")),
        build.use(f"a/{{{word('vd')}=**}}"),
        build.use("*"),
    ]
    return build.resource(
        TypeRef(f"{key.domain}/{word('Device')}", key.version),
        *words.random.sample(patterns, words.random.randint(1, 3)),
        file=file,
        message=f"p.{word('Device')}",
        comment=choice(["", " A.\n   b\n", word("c") * 2]),
        parents=choice([[], [project], [project, holder]]),
        policy_field=choice([None, (word("p"),), (word("s"), word("p"))]),
        metadata_field=choice([None, word("m")]),
        variable_patterns=choice([{}, {second: word("r")}, {second: "[a-z]", first: "'\"\\d"}]),
        references=choice([[], [Reference(word("r"), project)], [Reference("r", project), Reference("s", holder)]]),
        access=access,
        services_info_default=choice([True, False]),
    )


def random_stub(seed: int) -> str:
    words = Words(seed)
    word, choice = words.word, words.random.choice

    def message() -> MessageClass:
        module = choice([f"{word('m')}.x_pb2", f"{word('n')}.{word('o')}_pb2", "top_pb2", "lambda.x_pb2"])
        return MessageClass(module, choice([(word("A"),), (word("A"), word("B")), ("None",)]))

    def methods() -> list[StubMethod]:
        count = words.random.randint(0, 3)
        return [StubMethod(word(f"M{i}"), choice(KINDS), message(), message()) for i in range(count)]

    return render_grpc_stub("x.proto", {word(f"Api{i}"): methods() for i in range(words.random.randint(0, 2))})


@pytest.fixture(scope="module")
def seeds(full_run: bool) -> range:
    return range(RANDOM_WORLDS_IN_FULL if full_run else RANDOM_WORLDS)


def python_files(world: World) -> Iterator[tuple[str, str]]:
    for file in render_services(world, list(world.services)):
        if file.path.endswith(".py"):
            yield file.path, file.content.decode()


def test_modules_are_stable(seeds: range) -> None:
    for seed in seeds:
        for path, source in python_files(random_world(seed)):
            assert black.format_str(source, mode=black.Mode()) == source, f"world {seed}: {path}"


def test_grpc_stubs_are_stable(seeds: range) -> None:
    for seed in seeds:
        source = random_stub(seed)
        assert black.format_str(source, mode=black.Mode(is_pyi=True)) == source, f"stub {seed}"


def test_an_empty_service_is_stable() -> None:
    for path, source in python_files(build.world(build.service(ServiceKey("a.com", "")))):
        assert black.format_str(source, mode=black.Mode()) == source, path
