"""The faithful modes against the published package itself, where it is installed."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from strokebook.figures.join import JoinOptions, join
from strokebook.figures.separate import SeparateOptions, group_strokes
from strokebook.figures.splice import SpliceOptions, splice
from strokebook.geometry.drawing import Drawing

from strategies import distances, pages

PEER = Path(__file__).resolve().parents[2] / "benchmarks" / "peer.py"


@pytest.fixture(scope="module")
def peer():
    spec = importlib.util.spec_from_file_location("peer_loader", PEER)
    loader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loader)
    loaded = loader.load()
    if loaded is None:
        pytest.skip(f"singleline-dataset is not in {loader.folder()}: {loader.INSTALL}")
    return loaded


def arrays(strokes):
    return [np.array(s, np.float64) for s in strokes]


@settings(max_examples=60)
@given(strokes=pages, distance=distances)
def test_joining_is_the_same(peer, strokes, distance):
    theirs, _ = peer[0].merge_until(arrays(strokes), distance)
    ours = join(Drawing.of(strokes), JoinOptions(distance=distance, mode="faithful"))
    assert [s.tolist() for s in ours.strokes] == [s.tolist() for s in theirs]


@settings(max_examples=60)
@given(strokes=pages, distance=distances)
def test_splicing_is_the_same(peer, strokes, distance):
    theirs, _ = peer[0].splice_until(arrays(strokes), distance)
    ours = splice(Drawing.of(strokes), SpliceOptions(distance=distance, mode="faithful"))
    assert [s.tolist() for s in ours.strokes] == [s.tolist() for s in theirs]


def test_separating_is_the_same(peer):
    rng = np.random.default_rng(0)
    for _ in range(40):  # boxes with area: two without make the package divide 0 by 0
        strokes = [
            rng.uniform(0, 60, (4, 2)) * [1, 0.4] + rng.uniform(0, 140, 2) for _ in range(12)
        ]
        drawing = Drawing.of(strokes)
        theirs, _ = peer[1].separate_non_overlapping([s.astype(float) for s in drawing.strokes])
        assert group_strokes(drawing, SeparateOptions(mode="faithful")) == theirs
