"""Archives as JSON lines: nothing is lost on the way, and what is wrong is named with file and line."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from goten.admin.v1.admin_pb2 import ArchivedResource, ArchiveHeader
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.archive import ArchiveError, ArchiveReader, header_line, resource_line


def archived(message: Message) -> ArchivedResource:
    kind = f"meta.goten.com/{message.DESCRIPTOR.name}"
    return ArchivedResource(type=kind, resource=message.SerializeToString(deterministic=True))


def header(resources: int, **fields: Any) -> ArchiveHeader:
    given = {
        "format": 1,
        "service": "meta.goten.com",
        "version": "v1",
        "store_id": "abc",
        "revision": 7,
        **fields,
        "unsettled": ["a.example.com"],
    }
    found = ArchiveHeader(resources=resources, **given)
    found.time.seconds = 1_000_000
    return found


def archive(*messages: Message) -> str:
    return header_line(header(len(messages))) + "".join(resource_line(archived(message)) for message in messages)


def read(text: str | bytes) -> list[ArchivedResource]:
    raw = text.encode() if isinstance(text, str) else text
    return list(ArchiveReader(io.BytesIO(raw), "meta.jsonl").resources())


def refusal(text: str | bytes) -> str:
    with pytest.raises(ArchiveError) as refused:
        read(text)
    return str(refused.value)


def small_meta() -> Sequence[Message]:
    region = Region(name="regions/us-west2", title="Zürich 🏔")
    region.metadata.uuid = "u"
    region.metadata.create_time.FromJsonString("2026-11-24T12:00:00.123456789Z")
    region.metadata.generation = 2**62
    service = Service(name="services/a.example.com", all_versions=["v1"])
    deployment = Deployment(name="services/a.example.com/deployments/us-west2", region="regions/us-west2")
    deployment.data_update_statuses.add(task_tag="t", ready_shards=[1]).progress_bar.add().update({"done": 0.1})
    return region, service, deployment


def test_what_is_written_is_read_again() -> None:
    text = archive(*small_meta())
    reader = ArchiveReader(io.BytesIO(text.encode()), "x")
    assert reader.header == header(3)
    assert list(reader.resources()) == [archived(message) for message in small_meta()]


def test_the_form_of_lines() -> None:
    first, second, *_ = archive(*small_meta()).splitlines()
    assert json.loads(first) == {
        "goten_archive": 1,
        "service": "meta.goten.com",
        "version": "v1",
        "store": "abc",
        "revision": 7,
        "time": "1970-01-12T13:46:40Z",
        "resources": 3,
        "unsettled": ["a.example.com"],
    }
    assert json.loads(second) == {
        "type": "meta.goten.com/Region",
        "resource": {
            "name": "regions/us-west2",
            "metadata": {"uuid": "u", "create_time": "2026-11-24T12:00:00.123456789Z", "generation": str(2**62)},
            "title": "Zürich 🏔",
        },
    }


def test_what_json_cannot_hold_is_kept_in_base64() -> None:
    deployment = Deployment(name="services/a.example.com/deployments/us-west2", region="regions/us-west2")
    deployment.data_update_statuses.add().progress_bar.add().update({"done": float("nan")})
    newer = Service(name="services/a.example.com").SerializeToString() + b"\xa2\x06\x03new"
    region = Region(name="regions/us-west2")
    found = [
        archived(region),
        ArchivedResource(type="meta.goten.com/Service", resource=newer),
        archived(deployment),
    ]
    text = header_line(header(3)) + "".join(map(resource_line, found))
    assert [sorted(json.loads(line)) for line in text.splitlines()[1:]] == [
        ["resource", "type"],
        ["binary", "type"],
        ["binary", "type"],
    ]
    assert read(text) == found


GOOD = archive(*small_meta())
HEADER, REGION, SERVICE, DEPLOYMENT = GOOD.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "meta.jsonl:1: it is empty; goten-meta export writes what can be imported"),
        ("what?\n", "meta.jsonl:1: this is no JSON: Expecting value (column 1)"),
        (REGION, "meta.jsonl:1: the header is missing: the first line of an export has 'goten_archive'"),
        (HEADER.replace(":1,", ":2,", 1), "meta.jsonl:1: its form is 2, but this release reads form 1 only"),
        (HEADER.replace("meta.goten.com", "x.y"), "meta.jsonl:1: it holds resources of x.y v1, and not of meta.goten"),
        (HEADER.replace('"resources":3', '"resources":"x"'), "meta.jsonl:1: this is no goten.admin.v1.ArchiveHeader:"),
        (HEADER + REGION, "meta.jsonl:2: it has 1 resources, but 3 by its header"),
        (HEADER + REGION + SERVICE + "[]\n", "meta.jsonl:4: this is no JSON object"),
        (HEADER + REGION + SERVICE[:-9], "meta.jsonl:3: this is no JSON: "),
        (HEADER + "\n" + REGION, "meta.jsonl:2: this is no JSON: "),
        (HEADER + '{"type": "meta.goten.com/Region"}', 'meta.jsonl:2: a line has the keys "type" and "resource" (or'),
        (HEADER + '{"type": 5, "resource": {}}', 'meta.jsonl:2: a line has the keys "type" and "resource" (or'),
        (HEADER + '{"type": "x/Y", "resource": {}}', "meta.jsonl:2: unknown type 'x/Y'; known are meta.goten.com/Dep"),
        (HEADER + '{"type": "meta.goten.com/Region", "resource": []}', "meta.jsonl:2: a Region is a JSON object"),
        (HEADER + REGION.replace("title", "tilte"), "meta.jsonl:2: this is no goten.meta.v1.Region: "),
        (HEADER + REGION.replace("regions/us-west2", ""), "meta.jsonl:2: invalid resource name ''"),
        (
            HEADER + REGION.replace("regions/us-west2", "regions/-"),
            "meta.jsonl:2: 'regions/-' is no name that a Region",
        ),
        (HEADER + SERVICE.replace("services/", "//meta.goten.com/services/"), "meta.jsonl:2: '//meta.goten.com/serv"),
        (HEADER + REGION + SERVICE + REGION, "meta.jsonl:4: regions/us-west2 comes a second time"),
        (
            HEADER.replace('"resources":3', '"resources":2') + REGION + DEPLOYMENT,
            "meta.jsonl:3: it needs services/a.example.com, which the archive does not have",
        ),
        (
            HEADER.replace('"resources":3', '"resources":2') + SERVICE + DEPLOYMENT,
            "meta.jsonl:3: it needs regions/us-west2, which the archive does not have",
        ),
        (HEADER + '{"type": "meta.goten.com/Region", "binary": "?"}', 'meta.jsonl:2: "binary" is no base64: '),
        (HEADER + '{"type": "meta.goten.com/Region", "binary": 5}', 'meta.jsonl:2: "binary" is no base64: '),
        (HEADER + '{"type": "meta.goten.com/Region", "binary": "CgX/"}', "meta.jsonl:2: this is no meta.goten.com/Reg"),
        (HEADER + "[" * 100_000, "meta.jsonl:2: this is no JSON: "),
        (HEADER.encode() + b'{"type": "\xff"}', "meta.jsonl:2: this is no JSON: "),
    ],
)
def test_what_is_no_archive(text: str | bytes, message: str) -> None:
    assert refusal(text).startswith(message)


def test_lines_have_a_largest_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goten.meta_server.archive.MAX_LINE", 1000)
    region = Region(name="regions/us-west2", title="x" * 1000)
    assert refusal(header_line(header(1)) + resource_line(archived(region))).startswith(
        "meta.jsonl:2: the line is longer than 1000 bytes"
    )


@given(st.data())
def test_nothing_but_refusals_whatever_the_file_holds(data: st.DataObject) -> None:
    raw = bytearray(GOOD.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    with contextlib.suppress(ArchiveError):
        read(bytes(raw))
