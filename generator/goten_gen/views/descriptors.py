"""View of `descriptors.py`: one descriptor for each resource type."""

from __future__ import annotations

from typing import NamedTuple

from goten_gen.model import Resource
from goten_gen.views.imports import Imports
from goten_gen.views.layout import Call, Tuple, keyword
from goten_gen.views.messages import Messages
from goten_gen.views.module import Context, type_ref
from goten_gen.views.text import literal


class DescriptorConstant(NamedTuple):
    constant: str
    type: str
    version: str
    singular: str
    plural: str
    name: str
    message: str
    name_field: str
    parents: str
    parentless: bool
    metadata_field: str
    policy_field: str
    sync_type: str
    references: str
    services_info_default: bool


class DescriptorsModule(NamedTuple):
    doc: str
    imports: tuple[str, ...]
    descriptors: tuple[DescriptorConstant, ...]


def descriptors_module(context: Context) -> DescriptorsModule:
    imports = Imports()
    resources = context.service.resources
    if resources:
        imports.runtime("goten.descriptors", "Descriptor")
        imports.runtime("goten.descriptors", "SyncType")
    messages = Messages(imports, [context.naming.message(resource.file, resource.message) for resource in resources])
    return DescriptorsModule(
        doc=context.module_doc("Resource descriptors", (resource.file for resource in resources)),
        descriptors=tuple(_descriptor(context, imports, messages, resource) for resource in resources),
        imports=imports.lines(),
    )


def _descriptor(context: Context, imports: Imports, messages: Messages, resource: Resource) -> DescriptorConstant:
    own = type_ref(resource)
    message = context.naming.message(resource.file, resource.message)
    name = f"{context.own(imports, 'names')}.{context.naming.name_class(own)}"
    metadata_field, policy_field = resource.metadata_field, resource.policy_field
    return DescriptorConstant(
        constant=context.naming.constant(own),
        type=literal(resource.type),
        version=literal(resource.service.version),
        singular=literal(resource.singular),
        plural=literal(resource.plural),
        name=name,
        message=keyword("message", messages.expression(message)),
        name_field=literal(resource.name_field),
        parents=keyword("parents", Tuple([literal(parent.type) for parent in resource.parents])),
        parentless=resource.parentless,
        metadata_field="None" if metadata_field is None else literal(metadata_field),
        policy_field=(
            "None" if policy_field is None else keyword("policy_field", Tuple([literal(part) for part in policy_field]))
        ),
        sync_type=f"SyncType.{resource.sync_type.name}",
        references=keyword("references", _references(imports, resource)),
        services_info_default=resource.services_info_default,
    )


def _references(imports: Imports, resource: Resource) -> Tuple:
    return Tuple(
        [
            Call(
                imports.runtime("goten.descriptors", "Reference"),
                [literal(reference.path), literal(reference.target.type), literal(reference.target.version)],
            )
            for reference in resource.references
        ]
    )
