"""`metadata.syncing` follows Meta's own policy when that changes (REG-22, FANOUT-9)."""

from __future__ import annotations

from typing import cast

from goten.descriptors import Descriptor, MessageT, NameT
from goten.meta.v1 import descriptors
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.fanout.records import leave_record
from goten.meta_server.fanout.syncing import OWN, is_behind
from goten.meta_server.rules.refusing import DOMAIN
from goten.meta_server.rules.services_info import Settling
from goten.policy import Policy, as_policy
from goten.service_policies import ServicePolicies
from goten.store import Store, Transaction
from goten.store_middleware import SaveContext, SaveTransaction
from goten.syncing import service_name


class OwnPolicy:
    """StoreMiddleware: a write of Meta's own Service that changes its policy leaves a record.

    Any other write whose policy has changed between its start and its commit leaves one afterwards, and waits.
    """

    def __init__(self, store: Store, policies: ServicePolicies, settling: Settling) -> None:
        self._store = store
        self._policies = policies
        self._settling = settling

    async def save(
        self,
        context: SaveContext,
        descriptor: Descriptor[MessageT, NameT],
        old: MessageT | None,
        new: MessageT | None,
    ) -> MessageT | None:
        if new is None:
            return None
        used = context.policies.get(service_name(DOMAIN))
        if descriptor is descriptors.SERVICE and str(descriptor.name_of(new)) == OWN:
            own = cast("Service", new)
            # What was stored under a predecessor that is gone may have anything.
            if as_policy(own.multi_region_policy) != used or (old is None and is_behind(self._store, own)):
                leave_record(context.transaction, [DOMAIN], context.time, syncing=True)
        else:
            self._check_later(context, used)
        return new

    def _check_later(self, context: SaveContext, used: Policy | None) -> None:
        async def check(revision: int) -> None:
            now = self._policies.policy(DOMAIN)
            if now is not None and as_policy(now) != used:
                _, left = await self._store.transact(leave)
                await self._settling.settled([DOMAIN], left)

        async def leave(transaction: Transaction) -> None:
            leave_record(cast("SaveTransaction", transaction), [DOMAIN], context.time, syncing=True)

        context.transaction.on_committed(check)
