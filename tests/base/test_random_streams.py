"""Random streams: the same key gives the same numbers, and no two keys share them."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np

from strokebook.base.random_streams import RandomStream, generator

SRC = Path(__file__).resolve().parents[2] / "src" / "strokebook"


def test_a_stream_is_determined_by_seed_name_and_key() -> None:
    first, again = (generator(7, RandomStream.PRIOR, 3).random(4) for _ in range(2))
    assert np.array_equal(first, again)


def test_no_two_streams_are_alike() -> None:
    keys = [(), (0,), (1,), (0, 0), (0, 1), (1, 0)]
    streams = [
        generator(seed, stream, *key).random(2).tobytes()
        for seed in (0, 1, 3, 1 << 40)
        for stream in RandomStream
        for key in keys
    ]
    assert len(set(streams)) == len(streams)


def test_streams_do_not_follow_each_other() -> None:
    rows = [
        generator(0, stream, k).standard_normal(4000) for stream in RandomStream for k in range(2)
    ]
    close = [abs(np.corrcoef(a, b)[0, 1]) for a, b in combinations(rows, 2)]
    assert max(close) < 0.08  # 5 standard deviations


def test_every_stream_has_one_use() -> None:
    """Two places that name the same stream draw the same numbers; only those meant to may."""
    text = "".join(p.read_text("utf-8") for p in SRC.rglob("*.py") if p.stem != "random_streams")
    uses = {s.name: len(re.findall(rf"RandomStream\.{s.name}\b", text)) for s in RandomStream}
    # An exported model is checked on the z of the first drawing; posteriors with and without KL.
    shared = {"PRIOR": 2, "POSTERIOR": 2}
    assert uses == {s.name: shared.get(s.name, 1) for s in RandomStream}
