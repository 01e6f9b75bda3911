"""Rendering: from findings to the text of output files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from goten_gen.keys import ServiceKey
from goten_gen.model import World
from goten_gen.output_file import OutputFile
from goten_gen.runtime_table import RUNTIME_SERVICES
from goten_gen.shipped import shipped_folder
from goten_gen.views.descriptors import descriptors_module
from goten_gen.views.grpc_stub import StubMethod, grpc_stub_module
from goten_gen.views.methods import methods_module
from goten_gen.views.module import Context
from goten_gen.views.names import names_module
from goten_gen.views.naming import Naming
from goten_gen.views.service import service_module
from goten_gen.views.wiring import domain_package, env_registry_module, policy_store_module, version_package

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["StubMethod", "render_grpc_stub", "render_services"]

_MODULES: Mapping[str, Callable[[Context, World], object]] = {
    "names.py": lambda context, _: names_module(context),
    "descriptors.py": lambda context, _: descriptors_module(context),
    "methods.py": lambda context, _: methods_module(context),
    "service.py": lambda context, _: service_module(context),
    "policy_store.py": policy_store_module,
    "env_registry.py": lambda context, _: env_registry_module(context),
}


def render_services(world: World, selected: Sequence[ServiceKey]) -> list[OutputFile]:
    """The generated files of the service versions `selected` (keys of `world.services`), sorted by path.

    Names in them depend on the whole world, never on the selection. Files of a service version are owned by it; those
    of its domain by all versions of the domain.
    """
    naming = Naming(world)
    files: list[OutputFile] = []
    for key in selected:
        files += _service_files(Context(naming, world.services[key]), world)
    for domain in {key.domain for key in selected if key not in RUNTIME_SERVICES}:
        files += _domain_files(naming, domain, sorted(key for key in world.services if key.domain == domain))
    return sorted(files, key=lambda file: file.path)


def _service_files(context: Context, world: World) -> Iterator[OutputFile]:
    folder = context.naming.packages[context.key].replace(".", "/")
    owners = (str(context.key),)
    yield _file(f"{folder}/__init__.py", "package.py", version_package(context), owners)
    for name, view in _MODULES.items():
        yield _file(f"{folder}/{name}", name, view(context, world), owners)


def _domain_files(naming: Naming, domain: str, versions: list[ServiceKey]) -> Iterator[OutputFile]:
    folder = naming.domain_packages[domain]
    owners = tuple(str(key) for key in versions)
    yield _file(f"{folder}/__init__.py", "package.py", domain_package(domain, versions), owners)
    yield OutputFile(f"{folder}/py.typed", b"", owners)


def _file(path: str, template: str, module: object, owners: tuple[str, ...]) -> OutputFile:
    return OutputFile(path, _print(template, module).encode(), owners)


def render_grpc_stub(file: str, apis: Mapping[str, Sequence[StubMethod]]) -> str:
    """The text of `*_pb2_grpc.pyi` for the proto file `file` (an import path): types for what grpcio's plugin writes.

    `apis` maps the name of each gRPC service to its RPCs, both in the order of the file.
    """
    return _print("grpc_stub.pyi", grpc_stub_module(file, apis))


# --- templates -------------------------------------------------------------------------------------------------------

# What templates are compiled with: kept ones of other settings are not used.
_SETTINGS: Mapping[str, Any] = {
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
    "autoescape": False,
}


def _print(template: str, module: object) -> str:
    """Prints a view. Its values are put in as they are, and never read as template source."""
    return _environment().get_template(f"{template}.j2").render(module=module)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from goten_gen.template_cache import TemplateCache, cache_folder

    folder = cache_folder()
    return Environment(
        loader=FileSystemLoader(shipped_folder("templates")),
        bytecode_cache=None if folder is None else TemplateCache(folder, _SETTINGS),
        undefined=StrictUndefined,
        auto_reload=False,
        **_SETTINGS,
    )
