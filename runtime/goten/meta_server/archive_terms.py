"""What archives of Meta's store need to know of Meta."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast

from google.protobuf.message import Message

from goten.descriptors import Descriptor
from goten.meta.v1 import descriptors
from goten.meta_server.fanout.records import PENDING, leave_record, read_record
from goten.store import Store, Transaction
from goten.store_middleware import SaveTransaction

_NEEDED = {
    descriptors.DEPLOYMENT: ("region",),
    descriptors.SERVICE: ("imported_services",),
}


def needed_by(descriptor: Descriptor[Any, Any], message: Message) -> Iterator[str]:
    """Names of the resources without which one cannot be: the Service that it is below, the Region where it is, the
    Services that it imports."""
    parent = descriptor.name_of(message).parent
    if parent is not None:
        yield str(parent)
    for path in _NEEDED.get(descriptor, ()):
        value = getattr(message, path)
        yield from [value] if isinstance(value, str) else value


def unsettled_services(store: Store) -> list[str]:
    """Ids of the Services that pending records are about; one that cannot be read is about nobody."""
    services: set[str] = set()
    for record in store.records(PENDING):
        with suppress(ValueError):
            services |= read_record(record.value).services
    return sorted(services)


def leave_unsettled(transaction: Transaction, services: Iterable[str]) -> None:
    """Has a controller look after these Services."""
    leave_record(cast("SaveTransaction", transaction), services, datetime.now(UTC))
