"""The server of docs/serving.md: catalog.example.com on one port, with a rule of its own."""

import sys

from catalog_example_com.v1.descriptors import CATEGORY, PRODUCT
from catalog_example_com.v1.service import SERVICE

from goten.refusals import precondition
from goten.server import Server, WatchHub, resource_servers, run, serve, set_up_logging, standard_middlewares
from goten.storage import open_storage
from goten.store import Store


class UsedCategoriesStay:
    """A category that products are in cannot be deleted."""

    async def save(self, context, descriptor, old, new):
        if descriptor is CATEGORY and new is None:
            for product in await context.transaction.list(PRODUCT):
                if old.name in product.categories:
                    raise precondition("CATEGORY_IN_USE", old.name, f"{product.name} is in it", "take it out first")
        return new


async def main(location: str, listen: str) -> None:
    store = Store(open_storage(location), SERVICE.resources)
    hub = WatchHub(store)
    rules = standard_middlewares([UsedCategoriesStay()])
    servers = resource_servers(SERVICE, store, rules, hub=hub, guarded={CATEGORY.type, PRODUCT.type})
    await serve(store, hub, Server([server.handlers() for server in servers], listen=listen))


set_up_logging()
sys.exit(run(main, sys.argv[1:]))
