"""Which part of a resource an answer carries: view and field mask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from google.protobuf.descriptor_pb2 import MessageOptions

from goten.annotations import resource_pb2
from goten.query.mask_trees import EVERYTHING, compiled_mask
from goten.query.masks import check_mask
from goten.types import view_pb2

if TYPE_CHECKING:
    from google.protobuf.field_mask_pb2 import FieldMask

    from goten.descriptors import Descriptor, MessageT


@lru_cache(maxsize=256)
def declared_views(descriptor: Descriptor[Any, Any]) -> Mapping[int, tuple[str, ...]]:
    """The paths that the type's `goten.annotations.resource` gives a view besides the name, by `goten.types.View`."""
    # Parsed anew, for a type may come from another pool, which knows no extensions.
    options = MessageOptions.FromString(descriptor.message.DESCRIPTOR.GetOptions().SerializeToString())
    extension: Any = resource_pb2.resource
    views = options.Extensions[extension].views
    return MappingProxyType({view.view: tuple(field.path for field in view.fields) for view in views})


class Selection:
    """A view, and the field mask that adds to it (FILTER-22).

    Equal selections have equal keys. `whole`: nothing is left out; else `paths` are what is shown. `views` has what
    each view shows besides the name, where that is not the whole resource; None: what the type declares.
    """

    def __init__(
        self,
        descriptor: Descriptor[Any, Any],
        view: int = view_pb2.UNSPECIFIED,
        field_mask: FieldMask | Iterable[str] = (),
        *,
        views: Mapping[Any, Iterable[str]] | None = None,
        field: str = "field_mask",
    ) -> None:
        """Raises QueryError, for `field`, if the mask has a path that the resource does not have."""
        mask = check_mask(field, descriptor, field_mask)
        views = declared_views(descriptor) if views is None else views
        shown = views.get(view, () if view == view_pb2.NAME else None)
        self.paths: Final = None if shown is None else _narrowed(descriptor, (descriptor.name_field, *shown, *mask))
        self.whole: Final = self.paths is None
        self.key: Final = EVERYTHING if self.paths is None else ",".join(self.paths)
        message: Any = descriptor.message.DESCRIPTOR
        self._mask = None if self.paths is None else compiled_mask(message, self.paths, field, False)

    def of(self, message: MessageT) -> MessageT:
        """What is selected of `message`; the same object where that is all."""
        if self._mask is None:
            return message
        picked = type(message)()
        self._mask.pick(message, picked)
        return picked

    def differs(self, a: MessageT, b: MessageT) -> bool:
        """Whether `of` the one is not equal to `of` the other."""
        return a != b if self._mask is None else next(self._mask.differing(a, b), None) is not None


def _narrowed(descriptor: Descriptor[Any, Any], paths: Iterable[str]) -> tuple[str, ...] | None:
    """The paths in one form, None where they are all fields."""
    narrowed = check_mask("view", descriptor, filter(None, paths))
    return None if set(descriptor.message.DESCRIPTOR.fields_by_name) <= set(narrowed) else narrowed
