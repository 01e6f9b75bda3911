"""Reading stored resources, and what to do with those that cannot be read."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, Final

from google.protobuf.message import DecodeError, Message

from goten.descriptors import Descriptor
from goten.store.keys import split_key

_LOG = logging.getLogger(__name__)
_MAX_REPORTED: Final = 10_000


class NotStored(ValueError):
    """A resource type, or a version of it, that the store was not made for."""

    def __init__(self, descriptor: Descriptor[Any, Any]) -> None:
        super().__init__(descriptor)
        self.descriptor = descriptor

    def __str__(self) -> str:
        return f"the store was not made for {self.descriptor}: give its descriptor to the Store"


class Decoder:
    """Makes messages of stored values. What cannot be read is left out, and reported once."""

    def __init__(self, descriptors: Iterable[Descriptor[Any, Any]]) -> None:
        """Raises ValueError where two descriptors have the same type: a type is stored in one version."""
        self.descriptors: Final = tuple(descriptors)
        types = [descriptor.type for descriptor in self.descriptors]
        for type in types:
            if types.count(type) > 1:
                raise ValueError(f"{type} is to be stored in more than one version")
        self._reported: set[str] = set()

    def decode(self, descriptor: Descriptor[Any, Any], key: str, value: bytes) -> Message | None:
        """None where the value is no message of that type."""
        try:
            message: Message = descriptor.message.FromString(value)
        except DecodeError as error:
            self._report("resource-unreadable", key, resource_type=str(descriptor), error=str(error))
            return None
        return message

    def unknown(self, key: str) -> None:
        """Reports a key that is of none of the types."""
        self._report("resource-type-unknown", split_key(key)[0] or key)

    def _report(self, event: str, subject: str, **fields: str) -> None:
        if subject in self._reported or len(self._reported) >= _MAX_REPORTED:
            return
        self._reported.add(subject)
        _LOG.warning("stored resources are left out", extra={"event": event, "subject": subject, **fields})
