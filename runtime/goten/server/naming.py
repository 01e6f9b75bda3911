"""The name of what is to be created: from the request, or made by a rule of the type (METHOD-5, METHOD-6)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any, Final, Generic, TypeAlias

from goten.descriptors import MessageT, NameT
from goten.methods import MethodDescriptor
from goten.names import WILDCARD
from goten.refusals import invalid
from goten.server.request_shapes import reader
from goten.server.served import Served

NameFor: TypeAlias = Callable[[Any, str], str | None]
"""Makes up a name for a resource that has none: (message, parent) to an id, or to a whole name; None where it cannot.

`parent` is the text that the request gave, maybe empty. An id is put below that parent.
"""

CheckName: TypeAlias = Callable[[Any], None]
"""Takes a typed name that is to be created. Raises Refused where it breaks a rule that old names need not keep."""


def id_rule(pattern: str) -> CheckName:
    """A rule for new names: the whole last segment matches a regular expression."""
    fullmatch = re.compile(pattern, re.ASCII).fullmatch

    def check(name: Any) -> None:
        last = str(name).rpartition("/")[2]
        if fullmatch(last) is None:
            raise invalid("name", f"the id {last!r} is not allowed for what is new", f"expected {pattern}")

    return check


def random_id(random_bytes: Callable[[int], bytes] = os.urandom) -> str:
    """An id that nobody has: a letter and 19 letters or digits (99 random bits)."""
    number = int.from_bytes(random_bytes(16))
    text = chr(ord("a") + number % 26)
    for _ in range(19):
        number, digit = divmod(number, 36)
        text += "0123456789abcdefghijklmnopqrstuvwxyz"[digit]
    return text


_ANY_ID: Final = f"/{WILDCARD}"


class Naming(Generic[MessageT, NameT]):
    """Finds the name in requests that create a resource."""

    def __init__(
        self,
        served: Served[MessageT, NameT],
        method: MethodDescriptor[Any, Any],
        field: str,
        name_for: NameFor | None,
        check_name: CheckName | None,
    ) -> None:
        """`field` is the path of the name in requests."""
        self._served = served
        self._descriptor = served.descriptor
        self._field: Final = field
        self._parent = reader(method.request, method.parent_path or "", "")
        self._parent_field = method.parent_path or "parent"
        self._name_for = name_for
        self._check_name = check_name

    def of(self, request: Any, body: MessageT) -> NameT:
        """Raises Refused (INVALID_ARGUMENT): no name, one that stands for many, one elsewhere than below the parent."""
        parent: str = self._parent(request)
        text: str = getattr(body, self._descriptor.name_field)
        if text:
            name = self._served.parsed_name(self._field, text)
            self._check_parent(name, parent)
        else:
            name = self._made(body, parent)
        if self._check_name is not None:
            self._check_name(name)
        return name

    def _check_parent(self, name: NameT, parent: str) -> None:
        if not parent:
            return
        scope = self._served.scopes.of(parent)
        text = str(name)
        if not text.startswith(scope.prefix) or (scope.matches is not None and not scope.matches(text)):
            raise invalid(self._field, f"{text} is not below the parent {parent}", "leave one of them out")

    def _made(self, body: MessageT, parent: str) -> NameT:
        scopes = self._served.scopes
        templates = scopes.templates(parent) if parent or self._descriptor.parentless else ()
        for template in templates:
            if not template.has_wildcard:
                return template
        made = None if self._name_for is None else self._name_for(body, parent)
        if not made:
            raise invalid(self._field, "is empty, and the rest does not say what it is to be", "give a name")
        if "/" in made:
            name = self._served.parsed_name(self._field, made)
            self._check_parent(name, parent)
            return name
        for template in templates:
            start, wildcard = str(template)[: -len(_ANY_ID)], str(template)[-len(_ANY_ID) :]
            if wildcard == _ANY_ID and WILDCARD not in start.split("/"):
                return self._served.parsed_name(self._field, f"{start}/{made}")
        reason = f"does not say where the {self._descriptor.singular} is to be"
        raise invalid(self._parent_field, reason, "give it with all its ids, or give a name")
