"""Calls by method descriptors."""

from __future__ import annotations

from typing import Any

import grpc.aio

from goten.methods import MethodDescriptor


def unary(channel: grpc.aio.Channel, method: MethodDescriptor[Any, Any]) -> Any:
    """What calls a unary method on a channel: of a request, to be awaited."""
    return channel.unary_unary(
        method.path,
        request_serializer=method.request.SerializeToString,
        response_deserializer=method.response.FromString,
    )
