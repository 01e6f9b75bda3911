"""Message classes in generated code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from goten_gen.python_names import MessageClass, is_identifier
from goten_gen.views.imports import Imports
from goten_gen.views.layout import Call, Expression
from goten_gen.views.text import literal


class Messages:
    """The message classes that one module mentions, with their modules imported. Ask only for those given here."""

    def __init__(self, imports: Imports, classes: Iterable[MessageClass]) -> None:
        self._modules = imports.protobuf(message.module for message in classes)

    def expression(self, message: MessageClass) -> Expression:
        return message_expression(message, self._modules)


def message_expression(message: MessageClass, modules: Mapping[str, str]) -> Expression:
    """`device_pb2.Device.Spec`; `modules` maps modules to local names. From the first part on that Python reserves
    (`None`), parts are looked up by text."""
    expression: Expression = modules[message.module]
    for part in message.path:
        if isinstance(expression, str) and is_identifier(part):
            expression = f"{expression}.{part}"
        else:
            expression = Call("getattr", [expression, literal(part)])
    return expression
