"""The example service identity.example.com, v1 and v2 over one store.

    PYTHONPATH=generated_examples:docs/examples python -m identity_service --region us-west2 --listen 127.0.0.1:9001

On SIGTERM it ends from the inside out: it serves no more, lets go of policies and store, says in Meta that it is out of
service, and stops its EnvRegistry.
"""

from __future__ import annotations

import sys

from example_runtime import PoliciesByVersion, Settings, follow, in_service, opened, run, serving
from identity_example_com.v1.env_registry import REGISTRATION as REGISTRATION_V1
from identity_example_com.v1.policy_store import register_policy_sources as register_policy_sources_v1
from identity_example_com.v1.service import SERVICE as V1
from identity_example_com.v2.env_registry import start_env_registry
from identity_example_com.v2.policy_store import register_policy_sources
from identity_example_com.v2.service import SERVICE as V2

from goten.policy_store import PolicyStore
from goten.registration import RuntimeKind
from goten.server import Server, WatchHub, resource_servers, standard_middlewares, stored_types
from goten.store import Store, StoreHolders
from identity_service.versions import V1_OVER_V2

PROGRAM = "identity_service"
LISTEN = "127.0.0.1:9001"


async def main(settings: Settings) -> None:
    # Nothing works before this process is registered, and knows what is around it.
    async with in_service(await start_env_registry(settings.starter, RuntimeKind.SERVER, REGISTRATION_V1)) as registry:
        store = Store(settings.storage, stored_types(V2, V1))
        async with opened(store):
            # Projects, organizations and folders govern what is below them; they are read from the own store.
            holders = StoreHolders(store, V1_OVER_V2)
            policies = PolicyStore(V2, registry)
            register_policy_sources(policies, holders)
            policies_v1 = PolicyStore(V1, registry)
            register_policy_sources_v1(policies_v1, holders)
            async with policies, policies_v1:
                hub = WatchHub(store)
                rules = standard_middlewares(service_policies=registry)
                governing = PoliciesByVersion(registry, v1=policies_v1, v2=policies)
                servers = [
                    *resource_servers(V1, store, rules, hub=hub, policies=governing, versions=V1_OVER_V2),
                    *resource_servers(V2, store, rules, hub=hub, policies=governing),
                ]
                apis = [server.handlers() for server in servers]
                server = Server([*apis, *settings.stand_in], listen=settings.listen)
                async with serving(hub, server):
                    print(f"serving {V2.domain} {V1.version}, {V2.version} on {server.address}", flush=True)
                    await follow(registry, store)


if __name__ == "__main__":
    sys.exit(run(PROGRAM, main(Settings.read(PROGRAM, __doc__, LISTEN))))
