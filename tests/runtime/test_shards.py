"""Shards: the cases of spec/vectors/shards.json, and how they spread."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goten.shards import BY_NAME, InvalidShardKey, parse_shard_key, set_shard, shard_key, shard_of
from goten.types.meta_pb2 import Meta

VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "shards.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", [case for case in CASES if case["rule"] == "META-8"])
def test_value(case: dict[str, Any]) -> None:
    assert shard_of(case["text"], case["count"]) == case["expect"], case["note"]
    meta = Meta()
    assert set_shard(meta, BY_NAME, case["count"], case["text"]) == case["expect"]
    assert dict(meta.shards) == {f"byNameMod{case['count']}": case["expect"]}


@pytest.mark.parametrize("case", [case for case in CASES if case["rule"] == "META-7"])
def test_key(case: dict[str, Any]) -> None:
    if case["expect"] is None:
        with pytest.raises(InvalidShardKey, match="expected <label>Mod<n>"):
            parse_shard_key(case["key"])
        return
    assert list(parse_shard_key(case["key"])) == case["expect"], case["note"]
    assert shard_key(*case["expect"]) == case["key"]


def test_what_makes_no_key_is_refused_before_anything_is_set() -> None:
    """META-7"""
    meta = Meta()
    for label, count in (("byName", 0), ("byName", -1), ("", 16), ("By", 16), ("a b", 16), ("byName", 2**63)):
        with pytest.raises(InvalidShardKey):
            shard_key(label, count)
        with pytest.raises(InvalidShardKey):
            set_shard(meta, label, count, "projects/p1")
    with pytest.raises(ValueError, match="cannot be 0 shards"):
        shard_of("projects/p1", 0)
    assert meta == Meta()


def test_several_shards_beside_each_other() -> None:
    """META-7"""
    meta = Meta()
    for label, count in ((BY_NAME, 16), (BY_NAME, 32), ("byProject", 16)):
        set_shard(meta, label, count, "projects/p1")
    assert set(meta.shards) == {"byNameMod16", "byNameMod32", "byProjectMod16"}


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.integers(1, 2**63 - 1))
def test_a_shard_is_below_the_number_of_shards(text: str, count: int) -> None:
    """META-7, META-8"""
    assert 0 <= shard_of(text, count) < count


def test_names_that_differ_in_a_number_spread_evenly() -> None:
    """META-8: of 16,000 names each of 16 shards gets 1,000, give or take six standard deviations"""
    counts = Counter(shard_of(f"projects/p1/regions/us-west2/devices/d{number}", 16) for number in range(16_000))
    assert len(counts) == 16
    assert all(abs(count - 1000) < 6 * 31 for count in counts.values())
