"""`metadata.owner_references`: the resources that a resource belongs to (spec/protocol/metadata.md)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from goten.descriptors import Descriptor, MessageT
from goten.names import ResourceName
from goten.syncing import Syncing, syncing_of
from goten.types.meta_pb2 import OwnerReference

if TYPE_CHECKING:
    from goten.types.meta_pb2 import Meta

Owner: TypeAlias = ResourceName | OwnerReference
"""An owner, by its name or by a reference to it."""


class OwnerReferenceErrorCode(StrEnum):
    """The kinds of OwnerReferenceError."""

    REGION_UNKNOWN = "owner-region-unknown"
    """Neither the owner's syncing nor its name tell its region."""
    WILDCARD = "owner-wildcard"
    """The name stands for many resources."""
    SECOND_CONTROLLER = "owner-second-controller"
    """Another owner is the controller."""


class OwnerReferenceError(ValueError):
    """An owner reference that is refused (META-2, META-3, META-5). `owner` is the owner's full name."""

    def __init__(self, code: OwnerReferenceErrorCode, owner: str, reason: str, hint: str) -> None:
        super().__init__(code, owner, reason, hint)
        self.code = code
        self.owner = owner
        self.reason = reason
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.owner} cannot be an owner: {self.reason}; {self.hint}"


def make_owner_reference(
    owner: ResourceName,
    syncing: Syncing | None = None,
    *,
    controller: bool = False,
    requires_owner_reference: bool = False,
    unset_on_delete: bool = False,
) -> OwnerReference:
    """A reference to the resource `owner`, with its region from `syncing`, else from its name (META-2, META-3).

    Raises OwnerReferenceError where neither tells it, and for a name with a wildcard.
    """
    if owner.has_wildcard:
        reason, hint = "its name stands for many resources", "refer to one resource"
        raise OwnerReferenceError(OwnerReferenceErrorCode.WILDCARD, owner.full_name, reason, hint)
    region = owner.region if syncing is None else syncing.owning_region or owner.region
    if not region:
        reason, hint = "its region is not known, and its name contains none", "fill its metadata.syncing, or give that"
        raise OwnerReferenceError(OwnerReferenceErrorCode.REGION_UNKNOWN, owner.full_name, reason, hint)
    return OwnerReference(
        kind=owner.TYPE,
        version=owner.VERSION,
        name=str(owner),
        region=region,
        controller=controller,
        requires_owner_reference=requires_owner_reference,
        unset_on_delete=unset_on_delete,
    )


def owner_reference_to(
    descriptor: Descriptor[MessageT, Any],
    owner: MessageT,
    *,
    controller: bool = False,
    requires_owner_reference: bool = False,
    unset_on_delete: bool = False,
) -> OwnerReference:
    """`make_owner_reference` for a resource at hand. Raises as that does, and InvalidName where it has no name."""
    meta = descriptor.metadata_of(owner)
    return make_owner_reference(
        descriptor.name_of(owner),
        None if meta is None else syncing_of(meta),
        controller=controller,
        requires_owner_reference=requires_owner_reference,
        unset_on_delete=unset_on_delete,
    )


def add_owner_reference(meta: Meta, reference: OwnerReference) -> bool:
    """Adds a reference, or puts it in place of the one to the same owner; whether that changed anything (META-4).

    Raises OwnerReferenceError where it would be a second controller (META-5).
    """
    references = meta.owner_references
    for known in references:
        if reference.controller and known.controller and not _same(known, reference):
            raise _second_controller(reference, known)
    places = _places(meta, reference)
    if not places:
        references.add().CopyFrom(reference)
        return True
    changed = len(places) > 1 or references[places[0]] != reference
    references[places[0]].CopyFrom(reference)
    for place in reversed(places[1:]):
        del references[place]
    return changed


def find_owner_reference(meta: Meta, owner: Owner) -> OwnerReference | None:
    """The reference to `owner`, as it stands in `meta`; None where there is none (META-4)."""
    return next((known for known in meta.owner_references if _same(known, owner)), None)


def remove_owner_reference(meta: Meta, owner: Owner) -> OwnerReference | None:
    """Takes the reference to `owner` away and returns it; None where there is none (META-4)."""
    removed = None
    for place in reversed(_places(meta, owner)):
        removed = meta.owner_references.pop(place)
    return removed


def controller_of(meta: Meta) -> OwnerReference | None:
    """The reference to the owner that manages the resource; None where none does (META-5)."""
    return next((known for known in meta.owner_references if known.controller), None)


def _identity(owner: Owner) -> tuple[str, str]:
    return (owner.TYPE, str(owner)) if isinstance(owner, ResourceName) else (owner.kind, owner.name)


def _same(known: OwnerReference, owner: Owner) -> bool:
    return _identity(known) == _identity(owner)


def _places(meta: Meta, owner: Owner) -> list[int]:
    return [place for place, known in enumerate(meta.owner_references) if _same(known, owner)]


def _second_controller(second: OwnerReference, first: OwnerReference) -> OwnerReferenceError:
    code = OwnerReferenceErrorCode.SECOND_CONTROLLER
    reason, hint = f"{_full_name(first)} is the controller", "add it without controller, or remove that reference first"
    return OwnerReferenceError(code, _full_name(second), reason, hint)


def _full_name(reference: OwnerReference) -> str:
    return f"//{reference.kind.partition('/')[0]}/{reference.name}"
