"""The language-neutral cases of spec/vectors/filters.json: FILTER-1 to FILTER-23."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from google.api import distribution_pb2, httpbody_pb2, quota_pb2  # type: ignore[import-untyped]
from google.logging.type import http_request_pb2  # type: ignore[import-untyped]
from google.protobuf import descriptor_pb2, json_format, struct_pb2, wrappers_pb2
from google.protobuf.message import Message
from google.type import color_pb2, latlng_pb2  # type: ignore[import-untyped]

from goten.descriptors import Descriptor
from goten.meta.v1 import descriptors, service_service_pb2
from goten.query import (
    QueryError,
    Selection,
    check_mask,
    differing_paths,
    masked_response,
    overwrite,
    parse_filter,
    parse_order,
    parse_page_token,
    pick,
    select_page,
    set_paths,
)
from goten.types import view_pb2

SPEC = Path(__file__).resolve().parents[2] / "spec"
CASES: list[dict[str, Any]] = json.loads((SPEC / "vectors" / "filters.json").read_text(encoding="utf-8"))
DEMO: dict[str, Any] = CASES[0]["expect"]

DESCRIPTORS: dict[str, Descriptor[Any, Any]] = {
    descriptor.message.DESCRIPTOR.full_name: descriptor
    for descriptor in (descriptors.DEPLOYMENT, descriptors.REGION, descriptors.RESOURCE, descriptors.SERVICE)
}
OTHERS: list[Any] = [
    color_pb2.Color,
    descriptor_pb2.FieldDescriptorProto,
    distribution_pb2.Distribution,
    http_request_pb2.HttpRequest,
    httpbody_pb2.HttpBody,
    latlng_pb2.LatLng,
    quota_pb2.QuotaLimit,
    struct_pb2.Struct,
    struct_pb2.Value,
    wrappers_pb2.StringValue,
]
TYPES: dict[str, Any] = {name: descriptor.message for name, descriptor in DESCRIPTORS.items()} | {
    type.DESCRIPTOR.full_name: type for type in OTHERS
}


def read(case: dict[str, Any], key: str = "resource") -> Any:
    return json_format.ParseDict(case.get(key, DEMO), TYPES[case["type"]]())


def written(message: Message) -> Any:
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


def refusal(ask: Any) -> QueryError:
    with pytest.raises(QueryError) as caught:
        ask()
    return caught.value


def ask_match(case: dict[str, Any]) -> Any:
    resource = read(case)
    before = resource.SerializeToString(deterministic=True)
    parsed = parse_filter(case["filter"], TYPES[case["type"]])
    found = parsed.matches(resource)
    assert resource.SerializeToString(deterministic=True) == before
    assert parse_filter(str(parsed), TYPES[case["type"]]) == parsed
    assert parse_filter(str(parsed), TYPES[case["type"]]).matches(resource) is found
    return found


def ask_normal(case: dict[str, Any]) -> Any:
    return str(parse_filter(case["filter"], TYPES[case["type"]]))


def ask_filter_error(case: dict[str, Any]) -> Any:
    error = refusal(lambda: parse_filter(case["filter"], TYPES[case["type"]]))
    assert error.field == "filter"
    return error.position


def ask_hint(case: dict[str, Any]) -> Any:
    hint = refusal(lambda: parse_filter(case["filter"], TYPES[case["type"]])).hint
    assert hint.startswith("did you mean ")
    return hint.removeprefix("did you mean ").rstrip("?").strip('"')


def ask_order(case: dict[str, Any]) -> Any:
    order = parse_order(case["order_by"], TYPES[case["type"]])
    resources = [json_format.ParseDict(resource, TYPES[case["type"]]()) for resource in case["resources"]]
    assert parse_order(str(order), TYPES[case["type"]]) == order
    return [resource.name for resource in sorted(resources, key=order.key)]


def ask_order_error(case: dict[str, Any]) -> Any:
    error = refusal(lambda: parse_order(case["order_by"], TYPES[case["type"]]))
    assert error.field == "order_by"
    return error.position


def ask_cursor(case: dict[str, Any]) -> Any:
    order = parse_order(case["order_by"], TYPES[case["type"]])
    resource = read(case)
    assert order.key_of_cursor(order.values(resource)) == order.key(resource)
    return order.values(resource)


def ask_token(case: dict[str, Any]) -> Any:
    if case["expect"] is None:
        assert refusal(lambda: parse_page_token(case["token"])).field == "page_token"
        return None
    token = parse_page_token(case["token"])
    assert str(token) == case["token"]
    place = {"offset": token.place} if isinstance(token.place, int) else {"cursor": token.place}
    return {"left": token.left, "inclusive": token.inclusive, **place}


def ask_page(case: dict[str, Any]) -> Any:
    def page() -> Any:
        return select_page(
            parse_order("", descriptors.SERVICE.message),
            case["names"],
            page_size=case["page_size"],
            page_token=case["page_token"],
            matches=set(case["keep"]).__contains__ if "keep" in case else None,
            with_info=True,
        )

    if case["expect"] is None:
        assert refusal(page).field in ("page_size", "page_token")
        return None
    return dict(zip(("names", "prev", "next", "offset", "total"), page(), strict=True))


def ask_mask(case: dict[str, Any]) -> Any:
    return list(check_mask("field_mask", DESCRIPTORS[case["type"]], case["mask"], writes=case["writes"]))


def ask_mask_error(case: dict[str, Any]) -> Any:
    error = refusal(lambda: check_mask("some_mask", DESCRIPTORS[case["type"]], case["mask"], writes=case["writes"]))
    assert error.field == "some_mask"
    return error.position


def ask_show(case: dict[str, Any]) -> Any:
    return written(pick(read(case), case["mask"]))


def ask_overwrite(case: dict[str, Any]) -> Any:
    target = read(case, "target")
    overwrite(target, read(case, "source"), case["mask"])
    return written(target)


def ask_differing(case: dict[str, Any]) -> Any:
    a, b = read(case, "a"), read(case, "b")
    assert sorted(differing_paths(b, a, case["mask"])) == sorted(differing_paths(a, b, case["mask"]))
    return sorted(differing_paths(a, b, case["mask"]))


def ask_set_paths(case: dict[str, Any]) -> Any:
    return list(set_paths(read(case)))


def ask_select(case: dict[str, Any]) -> Any:
    selection = Selection(DESCRIPTORS[case["type"]], view_pb2.View.Value(case["view"]), case["mask"])
    return written(selection.of(read(case)))


def ask_answer(case: dict[str, Any]) -> Any:
    mask = json_format.ParseDict(case["response_mask"], service_service_pb2.UpdateServiceRequest.ResponseMask())
    return written(masked_response(descriptors.SERVICE, mask, read(case), case["written"]))


@pytest.mark.parametrize("case", CASES[1:], ids=[f"{case['rule']}-{place}" for place, case in enumerate(CASES[1:], 1)])
def test_vector(case: dict[str, Any]) -> None:
    """FILTER-1, FILTER-2, FILTER-3, FILTER-4, FILTER-5, FILTER-6, FILTER-7, FILTER-8, FILTER-9, FILTER-10, FILTER-11,
    FILTER-12, FILTER-13, FILTER-14, FILTER-15, FILTER-16, FILTER-17, FILTER-18, FILTER-19, FILTER-20, FILTER-21,
    FILTER-22 and FILTER-23."""
    assert globals()[f"ask_{case['ask']}"](case) == case["expect"], case["note"]


def test_vectors_cover_the_rules() -> None:
    text = (SPEC / "protocol" / "filters.md").read_text(encoding="utf-8")
    rules = re.findall(r"^\*\*(FILTER-\d+)", text, re.MULTILINE)
    assert {case["rule"] for case in CASES} == set(rules)
