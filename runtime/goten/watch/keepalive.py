"""gRPC options that make a dead peer known, for whoever makes channels or servers.

Without them a watch over a half-open connection (the peer froze, or its machine is gone) waits for the silence deadline
of its own. `grpc.http2.ping_timeout_ms` is what does it: with `grpc.keepalive_timeout_ms` alone, detection took over a
minute.
"""

from __future__ import annotations

from typing import Final

CHANNEL_OPTIONS: Final[tuple[tuple[str, int], ...]] = (
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.ping_timeout_ms", 5_000),
    # Pings may go on for ever while a watch is quiet.
    ("grpc.http2.max_pings_without_data", 0),
    # By default a channel that lost its server waits up to two minutes, and every RPC fails at once meanwhile.
    ("grpc.initial_reconnect_backoff_ms", 200),
    # Called otherwise, this is also how long an attempt to connect may take: a TLS handshake with another continent.
    ("grpc.min_reconnect_backoff_ms", 5_000),
    ("grpc.max_reconnect_backoff_ms", 5_000),
)
"""For channels, such as `StaticChannelProvider(addresses, options=CHANNEL_OPTIONS)`."""

SERVER_OPTIONS: Final[tuple[tuple[str, int], ...]] = (
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.ping_timeout_ms", 5_000),
    ("grpc.http2.max_pings_without_data", 0),
    # By default a server hangs up on a client that pings more than every five minutes.
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
)
"""For servers that are watched."""
