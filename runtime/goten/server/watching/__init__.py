"""Watches of resources, as a server sends them (spec/protocol/watch_server.md)."""

from __future__ import annotations

from goten.server.watching.hub import BOOKMARK_INTERVAL, WatchHub
from goten.server.watching.methods import WatchMethods
from goten.server.watching.shapes import NotServable

__all__ = ["BOOKMARK_INTERVAL", "NotServable", "WatchHub", "WatchMethods"]
