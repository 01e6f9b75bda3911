"""The admin service: what state a store is in, a copy of all that it holds, and its upkeep (goten.admin.v1)."""
