"""From a compiled descriptor set to facts: the last module that touches protobuf objects.

Options of the protocol are read through a pool of this module's own, so that nothing depends on, or disturbs, what the
process has loaded (the generator never imports the runtime).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorSet as PlainSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from goten_gen.keys import Position
from goten_gen.model import (
    Field,
    File,
    Message,
    ResourceOption,
    ResourceSpecOption,
    RoutingOption,
    Rpc,
    RpcKind,
    ScopeAttributeOption,
    SyncType,
)

OPTIONS_FILE = "options.binpb"
"""Compiled descriptors of descriptor.proto and of the annotations that are read; made by .ci/regenerate."""

OPTION_PROTOS = (
    "google/protobuf/descriptor.proto",
    "google/api/annotations.proto",
    "google/api/resource.proto",
    "goten/annotations/goten.proto",
    "goten/annotations/multi_region.proto",
    "goten/annotations/resource.proto",
)

_MESSAGE, _NESTED, _FIELD, _DEPENDENCY, _OPTIONS = 4, 3, 2, 3, 8
_TYPE_STRING, _TYPE_MESSAGE, _TYPE_GROUP, _LABEL_REPEATED = 9, 11, 10, 3
_KINDS = (_TYPE_STRING, _TYPE_MESSAGE, _TYPE_GROUP)
"""Types of fields that a rule looks at."""


class BadDescriptorSet(ValueError):
    """Bytes that are no descriptor set."""


class Options:
    """Descriptor classes that know the protocol's options."""

    def __init__(self, compiled: bytes) -> None:
        pool = DescriptorPool()
        for file in PlainSet.FromString(compiled).file:
            pool.Add(file)
        self.file_set: Callable[[], Any] = GetMessageClass(
            pool.FindMessageTypeByName("google.protobuf.FileDescriptorSet")
        )
        find = pool.FindExtensionByName
        self.resource = find("google.api.resource")
        self.definition = find("google.api.resource_definition")
        self.reference = find("google.api.resource_reference")
        self.http = find("google.api.http")
        self.spec = find("goten.annotations.resource")
        self.scope_attribute = find("goten.annotations.scope_attribute")
        self.syncing = find("goten.annotations.syncing_opts")
        self.field_type = find("goten.annotations.type")
        self.routing = find("goten.annotations.multi_region_routing")


@cache
def options() -> Options:
    with open(os.path.join(os.path.dirname(__file__), OPTIONS_FILE), "rb") as file:
        return Options(file.read())


def read_descriptor_set(content: bytes) -> list[Any]:
    """The file descriptors of a serialised set; raises `BadDescriptorSet`."""
    files = options().file_set()
    try:
        files.ParseFromString(content)
    except DecodeError as error:
        raise BadDescriptorSet(str(error)) from error
    return list(files.file)


def read_files(descriptors: Iterable[Any]) -> Iterator[File]:
    """Facts of each file descriptor (as `read_descriptor_set` returns them)."""
    for descriptor in descriptors:
        yield _FileReader(descriptor).read()


class _FileReader:
    """Reads one file. Places and comments are indexed only where the file has something to point at."""

    def __init__(self, descriptor: Any) -> None:
        self.descriptor = descriptor
        self.path: str = descriptor.name
        self.nowhere = Position(self.path)
        self.prefix = f"{descriptor.package}." if descriptor.package else ""
        self.extensions = options()
        self._locations: dict[tuple[int, ...], Any] | None = None

    def read(self) -> File:
        descriptor = self.descriptor
        imports = tuple(descriptor.dependency)
        return File(
            path=self.path,
            package=descriptor.package,
            imports=imports,
            public_imports=tuple(imports[i] for i in descriptor.public_dependency),
            import_positions=self._import_positions(len(imports)),
            messages=tuple(self._messages(descriptor.message_type, self.prefix, (_MESSAGE,))),
            rpcs=tuple(self._rpcs()),
            definitions=tuple(self._definitions()),
        )

    def _import_positions(self, count: int) -> tuple[Position, ...]:
        """Places of the import statements, which come first in the source info: no need to index it all for them."""
        places = [self.nowhere] * count
        missing = count
        for location in self.descriptor.source_code_info.location:
            if not missing:
                break
            path = location.path
            if len(path) == 2 and path[0] == _DEPENDENCY:
                places[path[1]] = Position(self.path, location.span[0] + 1, location.span[1] + 1)
                missing -= 1
        return tuple(places)

    def _place(self, path: tuple[int, ...]) -> Position:
        location = self._location(path)
        return Position(self.path, location.span[0] + 1, location.span[1] + 1) if location else self.nowhere

    def _comment(self, path: tuple[int, ...]) -> str:
        """The comment with the blank after each `//` taken off."""
        location = self._location(path)
        text: str = (location.leading_comments or location.trailing_comments) if location else ""
        return "\n".join(line.removeprefix(" ").rstrip() for line in text.split("\n")).strip()

    def _location(self, path: tuple[int, ...]) -> Any:
        if self._locations is None:
            # Messages and fields have paths of even length; names, types and numbers, the bulk, odd ones.
            locations = ((place.path, place) for place in self.descriptor.source_code_info.location)
            self._locations = {tuple(where): place for where, place in locations if not len(where) & 1}
        return self._locations.get(path)

    def _messages(self, messages: Sequence[Any], prefix: str, path: tuple[int, ...]) -> Iterator[Message]:
        for index, message in enumerate(messages):
            here = (*path, index)
            yield self._message(message, prefix + message.name, here)
            if message.nested_type:
                yield from self._messages(message.nested_type, f"{prefix}{message.name}.", (*here, _NESTED))

    def _message(self, message: Any, full_name: str, path: tuple[int, ...]) -> Message:
        resource = spec = sync_type = scope = None
        is_map_entry = False
        if message.HasField("options"):
            given = message.options
            is_map_entry = given.map_entry
            known = self.extensions
            if given.HasExtension(known.resource):
                resource = self._resource(given.Extensions[known.resource], path)
            if given.HasExtension(known.spec):
                spec = _spec(given.Extensions[known.spec])
            if given.HasExtension(known.syncing):
                sync_type = _sync_type(given.Extensions[known.syncing])
            if given.HasExtension(known.scope_attribute):
                value = given.Extensions[known.scope_attribute]
                scope = ScopeAttributeOption(value.plural, value.id_pattern, value.optional)
        is_resource = resource is not None or spec is not None
        return Message(
            full_name=full_name,
            package=self.descriptor.package,
            file=self.path,
            position=self._place(path) if is_resource else self.nowhere,
            comment=self._comment(path) if is_resource else "",
            fields=tuple(self._fields(message.field, path, is_resource)),
            resource=resource,
            spec=spec,
            sync_type=sync_type,
            scope_attribute=scope,
            is_map_entry=is_map_entry,
        )

    def _fields(self, fields: Sequence[Any], path: tuple[int, ...], in_resource: bool) -> Iterator[Field]:
        for index, f in enumerate(fields):
            kind = f.type
            if kind not in _KINDS:
                continue
            references: tuple[str, ...] = ()
            own_types: tuple[str, ...] = ()
            if f.HasField("options"):
                references, own_types = self._pointers(f.options)
            yield Field(
                f.name,
                f.type_name[1:] if kind in (_TYPE_MESSAGE, _TYPE_GROUP) else "",
                f.label == _LABEL_REPEATED,
                kind == _TYPE_STRING,
                self._place((*path, _FIELD, index)) if in_resource or references else self.nowhere,
                references,
                own_types,
            )

    def _pointers(self, given: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Types that a field refers to, and types that it says its message is about."""
        references, own = [], []
        known = self.extensions
        if given.HasExtension(known.reference):
            reference = given.Extensions[known.reference]
            references += [reference.type, reference.child_type]
        if given.HasExtension(known.field_type):
            field_type = given.Extensions[known.field_type]
            kind = field_type.WhichOneof("type")
            if kind in ("reference", "parent_reference"):
                references.append(getattr(field_type, kind).resource)
            elif kind in ("name", "parent_name"):
                own.append(getattr(field_type, kind).resource)
        return tuple(dict.fromkeys(filter(None, references))), tuple(dict.fromkeys(filter(None, own)))

    def _definitions(self) -> Iterator[ResourceOption]:
        if self.descriptor.HasField("options"):
            for definition in self.descriptor.options.Extensions[self.extensions.definition]:
                yield self._resource(definition, (_OPTIONS,))

    def _resource(self, option: Any, path: tuple[int, ...]) -> ResourceOption:
        return ResourceOption(
            type=option.type,
            patterns=tuple(option.pattern),
            name_field=option.name_field,
            plural=option.plural,
            singular=option.singular,
            position=self._place(path),
        )

    def _rpcs(self) -> Iterator[Rpc]:
        for service in self.descriptor.service:
            for method in service.method:
                routing = None
                http_method = body = ""
                if method.HasField("options"):
                    given = method.options
                    if given.HasExtension(self.extensions.http):
                        rule = given.Extensions[self.extensions.http]
                        http_method, body = rule.WhichOneof("pattern") or "", rule.body
                    if given.HasExtension(self.extensions.routing):
                        routing = _routing(given.Extensions[self.extensions.routing])
                yield Rpc(
                    full_name=f"{self.prefix}{service.name}.{method.name}",
                    file=self.path,
                    input=method.input_type[1:],
                    output=method.output_type[1:],
                    kind=_kind(method),
                    routing=routing,
                    http_method=http_method,
                    body=body,
                )


def _kind(method: Any) -> RpcKind:
    if method.client_streaming:
        return RpcKind.BIDI_STREAM if method.server_streaming else RpcKind.CLIENT_STREAM
    return RpcKind.SERVER_STREAM if method.server_streaming else RpcKind.UNARY


def _sync_type(option: Any) -> SyncType:
    """A number that this release does not know is DEFAULT."""
    value = option.DESCRIPTOR.fields_by_name["type"].enum_type.values_by_number.get(option.type)
    return SyncType(value.name) if value else SyncType.DEFAULT


def _spec(option: Any) -> ResourceSpecOption:
    return ResourceSpecOption(
        plural=option.plural,
        collection=option.collection,
        parents=tuple(option.parents),
        scope_attributes=tuple(option.scope_attributes),
        id_pattern=option.id_pattern,
    )


def _routing(option: Any) -> RoutingOption:
    return RoutingOption(
        skip_code_gen_based_routing=option.skip_code_gen_based_routing,
        execute_on_owning_region=option.execute_on_owning_region,
        scope_field_paths=tuple(option.scope_field_paths),
        resource_field_paths=tuple(option.resource_field_paths),
        region_id_field_paths=tuple(option.region_id_field_paths),
        unauthenticated_request=option.unauthenticated_request,
    )
