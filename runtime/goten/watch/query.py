"""What a watch asks for: the request of any generated Watch method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from goten.methods import MethodDescriptor, MethodKind, RequestT
from goten.types import watch_type_pb2
from goten.watch.errors import NotWatchable

_NEEDED = ("type", "resume_token", "max_chunk_size")


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchQuery:
    """Which resources, and which part of them; the same for all streams of a watch.

    `parent` is the name of the collection's parent, for methods that have one; empty where they do not, or for a
    wildcard of the server's choosing. `view` is a `goten.types.View`; `field_mask` holds paths that are added to it.
    Raises ValueError for a `max_chunk_size` below 1.
    """

    parent: str = ""
    filter: str = ""
    view: int = 0
    field_mask: tuple[str, ...] = ()
    max_chunk_size: int = 200

    def __post_init__(self) -> None:
        if self.max_chunk_size < 1:
            raise ValueError(f"max_chunk_size is {self.max_chunk_size}; a response holds at least one change")

    def check(self, method: MethodDescriptor[Any, Any]) -> None:
        """Raises NotWatchable unless `method` watches a collection, STATELESS, and takes all that this query says."""
        if method.kind is not MethodKind.SERVER_STREAM or method.verb != "watch":
            raise NotWatchable(method.full_name, "it is no Watch method of a collection")
        fields = method.request.DESCRIPTOR.fields_by_name
        optional = {"filter": self.filter, "view": self.view, "field_mask": self.field_mask}
        for name in (*_NEEDED, *(name for name, value in optional.items() if value)):
            if name not in fields:
                raise NotWatchable(method.full_name, f"its request has no field {name}")
        if self.parent and method.parent_path is None:
            raise NotWatchable(method.full_name, f"its request has no parent, so {self.parent} cannot be one")

    def request(
        self, method: MethodDescriptor[RequestT, Any], resume_token: str, max_chunk_size: int | None = None
    ) -> RequestT:
        """The request for a stream from `resume_token` on, without one from a snapshot on (WATCH-1)."""
        request = method.request()
        setting: Any = request
        setting.type = watch_type_pb2.STATELESS
        setting.max_chunk_size = max_chunk_size or self.max_chunk_size
        if resume_token:
            setting.resume_token = resume_token
        if self.parent and method.parent_path is not None:
            setattr(setting, method.parent_path, self.parent)
        if self.filter:
            setting.filter = self.filter
        if self.view:
            setting.view = self.view
        if self.field_mask:
            setting.field_mask.paths.extend(self.field_mask)
        return request
