"""A message with every kind of field, made without protoc, and hypothesis strategies for it."""

from __future__ import annotations

from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, duration_pb2, message_factory, timestamp_pb2, wrappers_pb2
from hypothesis import strategies as st

PACKAGE: Final = "goten.tests.query"
_SELF: Final = f".{PACKAGE}.Everything"
_Field: Final = descriptor_pb2.FieldDescriptorProto

SCALARS: Final = {
    "text": _Field.TYPE_STRING,
    "data": _Field.TYPE_BYTES,
    "flag": _Field.TYPE_BOOL,
    "small": _Field.TYPE_INT32,
    "large": _Field.TYPE_INT64,
    "positive": _Field.TYPE_UINT32,
    "single": _Field.TYPE_FLOAT,
    "double": _Field.TYPE_DOUBLE,
    "mood": _Field.TYPE_ENUM,
}
MESSAGES: Final = {
    "time": ".google.protobuf.Timestamp",
    "span": ".google.protobuf.Duration",
    "wrapped_text": ".google.protobuf.StringValue",
    "wrapped_double": ".google.protobuf.DoubleValue",
    "inner": _SELF,
}
LISTS: Final = {"texts": "text", "numbers": "large", "moods": "mood", "times": "time", "inners": "inner"}
MAPS: Final = {
    "labels": ("text", "text"),
    "counts": ("text", "large"),
    "by_number": ("small", "text"),
    "by_flag": ("flag", "mood"),
    "by_text": ("text", "inner"),
}


def _set_type(field: Any, kind: str) -> None:
    if kind in SCALARS:
        field.type = SCALARS[kind]
        if kind == "mood":
            field.type_name = f".{PACKAGE}.Mood"
    else:
        field.type, field.type_name = field.TYPE_MESSAGE, MESSAGES[kind]


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="goten/tests/query/everything.proto",
        package=PACKAGE,
        syntax="proto3",
        dependency=[module.DESCRIPTOR.name for module in (timestamp_pb2, duration_pb2, wrappers_pb2)],
    )
    moods = file.enum_type.add(name="Mood")
    for number, name in enumerate(("CALM", "GLAD", "SAD")):
        moods.value.add(name=name, number=number)
    message = file.message_type.add(name="Everything")

    def add(name: str, kind: str) -> Any:
        field = message.field.add(name=name, number=len(message.field) + 1, label=_Field.LABEL_OPTIONAL)
        _set_type(field, kind)
        return field

    add("name", "text")
    for kind in (*SCALARS, *MESSAGES):
        add(kind, kind)
    for name, kind in LISTS.items():
        add(name, kind).label = _Field.LABEL_REPEATED
    for name, (key, value) in MAPS.items():
        entry_name = f"{name.title().replace('_', '')}Entry"
        entry = message.nested_type.add(name=entry_name)
        entry.options.map_entry = True
        for number, (part, kind) in enumerate((("key", key), ("value", value)), 1):
            _set_type(entry.field.add(name=part, number=number, label=_Field.LABEL_OPTIONAL), kind)
        field = message.field.add(name=name, number=len(message.field) + 1, label=_Field.LABEL_REPEATED)
        field.type, field.type_name = field.TYPE_MESSAGE, f"{_SELF}.{entry_name}"
    message.oneof_decl.add(name="choice")
    for name, kind in (("one_text", "text"), ("one_number", "large"), ("one_inner", "inner")):
        add(name, kind).oneof_index = 0
    message.oneof_decl.add(name="_maybe")
    maybe = add("maybe", "small")
    maybe.proto3_optional, maybe.oneof_index = True, 1
    return file


_pool = descriptor_pool.Default()
_pool.Add(_file())
Everything: Final[Any] = message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"{PACKAGE}.Everything"))
FIELDS: Final[Any] = Everything.DESCRIPTOR.fields_by_name

TEXTS: Final = st.sampled_from(["", "a", "b", "ab", "a.b", "%", "\\", 'q"', "é\U0001f600"]) | st.text(
    alphabet=st.characters(exclude_categories=["Cs"]), max_size=3
)
NUMBERS: Final = st.integers(-2, 2)
VALUES: Final[dict[str, st.SearchStrategy[Any]]] = {
    "text": TEXTS,
    "data": st.binary(max_size=2),
    "flag": st.booleans(),
    "small": NUMBERS | st.sampled_from([-(2**31), 2**31 - 1]),
    "large": NUMBERS | st.sampled_from([-(2**63), 2**63 - 1]),
    "positive": st.integers(0, 2),
    "single": st.sampled_from([0.0, -0.0, 1.5, 0.1, -1.0, float("inf"), float("nan")]) | st.floats(width=32),
    "double": st.sampled_from([0.0, -0.0, 1.5, 0.1, -1.0, float("-inf"), float("nan")]) | st.floats(),
    "mood": st.integers(0, 3),
    "time": st.builds(timestamp_pb2.Timestamp, seconds=NUMBERS, nanos=st.integers(0, 999_999_999) | st.just(0)),
    "span": st.builds(duration_pb2.Duration, seconds=st.integers(0, 2), nanos=st.sampled_from([0, 1, 500_000_000])),
    "wrapped_text": st.builds(wrappers_pb2.StringValue, value=TEXTS),
    "wrapped_double": st.builds(wrappers_pb2.DoubleValue, value=st.sampled_from([0.0, 1.5])),
}


@st.composite
def everythings(draw: st.DrawFn, depth: int = 2) -> Any:
    """Any message; some fields set, some of them to their defaults."""
    message = Everything()
    values = VALUES | ({"inner": everythings(depth - 1)} if depth else {})
    singles = [*SCALARS, *MESSAGES]
    for name in draw(st.lists(st.sampled_from([*singles, *LISTS, *MAPS, "choice", "maybe", "name"]), max_size=6)):
        if name in LISTS and LISTS[name] in values:
            getattr(message, name).extend(draw(st.lists(values[LISTS[name]], max_size=3)))
        elif name in MAPS and MAPS[name][1] in values:
            key = draw(values[MAPS[name][0]])
            _put(getattr(message, name), key, draw(values[MAPS[name][1]]))
        elif name == "choice":
            member, kind = draw(
                st.sampled_from([("one_text", "text"), ("one_number", "large"), ("one_inner", "inner")])
            )
            if kind in values:
                _set(message, member, draw(values[kind]))
        elif name in ("maybe", "name"):
            setattr(message, name, draw(VALUES["small" if name == "maybe" else "text"]))
        elif name in values:
            _set(message, name, draw(values[name]))
    return message


def _set(message: Any, name: str, value: Any) -> None:
    if FIELDS[name].message_type is None:
        setattr(message, name, value)
    else:
        getattr(message, name).CopyFrom(value)


def _put(entries: Any, key: Any, value: Any) -> None:
    if hasattr(value, "DESCRIPTOR"):
        entries[key].CopyFrom(value)
    else:
        entries[key] = value
