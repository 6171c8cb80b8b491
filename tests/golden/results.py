"""What strokebook computes from fixed inputs: one function per result, each a JSON value.

Every case is a digest, equal only where all is equal to the bit, beside figures that a person can
read and that other processors reproduce within a tolerance. Everything runs on one thread: with
more, PyTorch's sums and the groups a batch is dealt into depend on their number.
"""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from numba.core.dispatcher import Dispatcher

from strokebook.dataset.build import DataSet, Source, build
from strokebook.dataset.options import DatasetOptions
from strokebook.dataset.splits import Part, position
from strokebook.demo import draw_person, make_library, start_drawing
from strokebook.figures.prepare_page import PageOptions, PreparedPage, prepare_page
from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.model.cells.factory import KINDS
from strokebook.model.checkpoints import checkpoint
from strokebook.model.checkpoints.checkpoint import SketchModel, load_model
from strokebook.model.checkpoints.starter import FOLDER
from strokebook.model.config import ModelOptions, TrainOptions
from strokebook.model.evaluation.evaluate import as_json, evaluate
from strokebook.model.evaluation.options import EvaluateOptions
from strokebook.model.sampling import complete, interpolate, reconstruct, sample
from strokebook.model.training import metrics
from strokebook.model.training.train import train
from strokebook.tracing.page import load_page
from strokebook.tracing.registry import engine

Case = dict[str, Any]  # {"digest": …, "figures": …}
Result = dict[str, Case]
STEPS = 20
# Cut at percentiles alone, so that few drawings suffice to see cuts.
CUT = DatasetOptions(low_percentile=5, high_percentile=95, outlier_fence=0, min_drawings_to_cut=20)


def traces(_: Path | None) -> Result:
    """The sample library's art pages, traced and parted into drawings."""
    return {name: _page(traced, prepare_page(traced)) for name, traced in _sample_pages()}


def real_pages(shared: Path | None) -> Result:
    """The ten real pages (not in the repository), traced and parted; also with routed strokes."""
    assert shared is not None
    result: Result = {}
    for path in sorted((shared / "data" / "pages").glob("*.png")):
        traced = engine("pen").trace(load_page(path)).drawing
        result[path.name] = _page(traced, prepare_page(traced))
        routed = prepare_page(traced, PageOptions(path="route"))
        result[f"{path.name}, routed"] = _page(traced, routed)
    return result


def data_sets(_: Path | None) -> Result:
    """Data sets of the sample's drawings: as traced, and (enough to be cut) as drawn."""
    options = dataclasses.replace(CUT, valid=0.2, test=0.2)
    sources = [
        Source(f"{name}-{n}", name, figure.drawing)
        for name, traced in _sample_pages()
        for n, figure in enumerate(prepare_page(traced).kept)
    ]
    return {"traced": _data_set(build(sources, options)), "drawn": _data_set(_people())}


def training(_: Path | None) -> Result:
    """Twenty steps of each cell, with an encoder and without, in the local frame and not; fp32."""
    result: Result = {}
    for kind in KINDS:
        for conditional in (True, False):
            for local_frame in (False, True):
                model = _sizes(kind, conditional, local_frame)
                name = f"{kind}, {'encoder' if conditional else 'decoder only'}"
                result[name + (", local frame" if local_frame else "")] = _trained(model)
    return result


def number_types(_: Path | None) -> Result:
    """The same in 16 and in 8 bits; ``auto``: 16 where the processor gains by it."""
    result = {
        f"{kind}, {precision}": _trained(_sizes(kind, True, False), precision)
        for kind in ("lstm", "layer_norm")
        for precision in ("bf16", "int8")
    }
    large = ModelOptions(encoder=16, decoder=256, z=8, mixtures=5)
    return result | {"lstm of 256 units, auto": _trained(large, "auto")}


def samples(_: Path | None) -> Result:
    """Seeded drawings, endings, reconstructions: of the starter and of nets trained here."""
    models = {"starter": _starter()}
    for conditional, local_frame in ((True, False), (False, False), (False, True)):
        name = "encoder" if conditional else "decoder only"
        name += ", local frame" if local_frame else ""
        with _training(_sizes("lstm", conditional, local_frame)) as folder:
            models[name] = load_model(folder)
    result: Result = {}
    start, other = start_drawing(3), draw_person(8)
    for name, model in models.items():
        result[f"{name}: sample"] = _drawings(sample(model, 6, 0.5, 1))
        likely = sample(model, 2, 0.5, 1, choose="likely", of=6)
        result[f"{name}: the likeliest"] = _drawings(likely)
        result[f"{name}: complete"] = _drawings(complete(model, start, 6, 0.3, 2))
        if model.options.conditional:
            ways = [reconstruct(model, other, seed=3), *interpolate(model, start, other, 3, seed=3)]
            result[f"{name}: reconstruct and interpolate"] = _drawings(ways)
    return result


def evaluation(_: Path | None) -> Result:
    """``evaluate`` of the starter on drawn people."""
    made = _people()
    held, known = (*made.valid, *made.test), made.train
    model = _starter()
    options = EvaluateOptions(samples=24, draws=2, match_scale=True)
    value = as_json(evaluate(model, held, known, options))
    for part in ("model", "options", "strokebook"):
        del value[part]
    for test in value["two_sample"].values():
        del test["telling"]  # which features tell most: near ties change places elsewhere
    return {"starter": _case(json.dumps(value, sort_keys=True).encode(), value)}


RESULTS: dict[str, Callable[[Path | None], Result]] = {
    "traces": traces,
    "real_pages": real_pages,
    "data_sets": data_sets,
    "training": training,
    "number_types": number_types,
    "samples": samples,
    "evaluation": evaluation,
}


def compute_once(names: Sequence[str], shared: Path | None) -> dict[str, Result]:
    """Results of :data:`RESULTS` from one process; what it compiles may change their last bits."""
    command = [sys.executable, __file__, str(shared or ""), *names]
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    value = json.loads(run.stdout.splitlines()[-1])
    return {n: value[n]["result"] for n in names}


def compute(names: Sequence[str], shared: Path | None) -> dict[str, Result]:
    """Results of :data:`RESULTS`, each from a process of its own kind: one that compiles nothing.

    A kernel that was just compiled rounds otherwise than the same kernel loaded from disk, so all
    from the first result on that a process had to compile for is computed again by the next.

    Raises:
        RuntimeError: Compiled kernels are not kept on disk (numba finds no folder to write to).
    """
    done: dict[str, Result] = {}
    for _ in range(3):
        left = [n for n in names if n not in done]
        if not left:
            return {n: done[n] for n in names}
        command = [sys.executable, __file__, str(shared or ""), *left]
        run = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8")
        value = json.loads(run.stdout.splitlines()[-1])
        done |= {n: value[n]["result"] for n in left if not value[n]["compiled"]}
    raise RuntimeError(f"Compiled kernels are not kept: {left} cannot be reproduced.")


def _main(shared: str, *names: str) -> None:
    torch.set_num_threads(1)
    value = {}
    for name in names:
        result = RESULTS[name](Path(shared) if shared else None)
        value[name] = {"result": result, "compiled": _compiled()}  # for it or for one before it
    print(json.dumps(value))


def _compiled() -> int:
    """Kernels that this process had to compile, for none lay on disk."""
    made = [o for o in gc.get_objects() if isinstance(o, Dispatcher)]
    return sum(sum(d.stats.cache_misses.values()) for d in made)


@cache
def _sample_pages() -> tuple[tuple[str, Drawing], ...]:
    """The traced art pages of a sample library of seven."""
    with tempfile.TemporaryDirectory() as place:
        library = Path(place) / "library"
        make_library(library, seed=11, pages=7)
        pages = sorted(library.glob("*/art/*.jpg"))
        tracer = engine("pen")
        return tuple((p.stem, tracer.trace(load_page(p)).drawing) for p in pages)


@cache
def _people() -> DataSet:
    """A data set of forty-five drawn people, each a page of its own."""
    sources = [Source(f"p{n}", f"p{n}", draw_person(n)) for n in range(45)]
    options = dataclasses.replace(CUT, point_budget=120, valid=0.25, test=0.25)
    # Split by the hash of the pages alone, so that what is learnt from them stays as recorded.
    places = {s.group: position(options.seed, s.group) for s in sources}
    parts: dict[str, Part] = {
        g: "test" if at < 0.25 else "valid" if at < 0.5 else "train" for g, at in places.items()
    }
    return build(sources, options, previous=parts)


@cache
def _starter() -> SketchModel:
    return load_model(FOLDER)


def _sizes(kind: str, conditional: bool, local_frame: bool) -> ModelOptions:
    return ModelOptions(
        conditional=conditional,
        encoder=8,
        decoder=16,
        encoder_cell=kind,
        decoder_cell=kind,
        local_frame=local_frame,
        z=4,
        mixtures=10 if local_frame else 4,
    )


@contextmanager
def _training(model: ModelOptions, precision: str = "fp32") -> Iterator[Path]:
    """The folder of a net after its first twenty steps."""
    options = TrainOptions(
        steps=STEPS,
        batch=8,
        learning_rate=0.005,
        rotate_augment=8.0,
        mirror_augment=0.5,
        reverse_augment=0.5,
        warp_augment=0.03,
        validate_every=10,
        report_every=1,
        samples_every=0,
        start_from="nothing",
        seed=7,
        threads=1,
        precision=precision,
        device="cpu",
    )
    with tempfile.TemporaryDirectory() as place:
        train(_zigzags(24, 0), _zigzags(8, 1), model, options, Path(place))
        yield Path(place)


def _trained(model: ModelOptions, precision: str = "fp32") -> Case:
    """Losses of every step, the validations' scores, and the last weights with Adam's moments."""
    with _training(model, precision) as folder:
        lines = metrics.lines(folder)
        tensors = checkpoint.read(folder, "last").tensors
    steps = [line for line in lines if line["kind"] == "train"]
    scores = ("reconstruction", "kl", "position", "pen", "by_drawing")
    valid = [{n: line[n] for n in scores} for line in lines if line["kind"] == "valid"]
    assert len(steps) == STEPS
    figures = {
        "reconstruction": [line["reconstruction"] for line in steps],
        "kl": [line["kl"] for line in steps],
        "valid": valid,
    }
    # In the order of the names they had when the recordings were made.
    weights = [tensors[n].numpy() for n in sorted(tensors, key=_former_name)]
    return _case(_bytes(weights) + json.dumps(figures).encode(), figures)


def _former_name(name: str) -> str:
    for before, now in checkpoint.FORMER_NAMES.items():
        name = name.replace(now, before)
    return name


def _zigzags(count: int, seed: int) -> list[Stroke3]:
    """Lines of three strokes, of 8 to 14 points."""
    rng = np.random.default_rng([17, seed])
    lines = []
    for _ in range(count):
        n = int(rng.integers(8, 15))
        rows = np.zeros((n, 3), np.float32)
        rows[1:, 0] = 4 + rng.normal(0, 1.0, n - 1)
        rows[1:, 1] = 3 * (-1) ** np.arange(n - 1) + rng.normal(0, 1.0, n - 1)
        rows[[n // 3, n // 2, n - 1], 2] = 1
        lines.append(rows)
    return lines


def _page(traced: Drawing, page: PreparedPage) -> Case:
    kept, dropped = ([f.drawing for f in part] for part in (page.kept, page.dropped))
    steps = [[traced], [page.framed], [page.joined], [page.spliced], kept, dropped]
    figures = {
        "steps": {c.step: {"strokes": c.strokes, "points": c.points} for c in page.counts},
        "traced": _sizes_of([traced]),
        "kept": _sizes_of(kept),
        "dropped": len(dropped),
        "pen_width": traced.pen_width,
    }
    return _case(b"|".join(_bytes(_strokes(s)) for s in steps), figures)


def _data_set(made: DataSet) -> Case:
    parts = {"train": made.train, "valid": made.valid, "test": made.test}
    cuts = (made.cuts.low, made.cuts.high)
    figures = {
        "cuts": dict(zip(("low", "high"), cuts, strict=True)),
        "scale": float(np.concatenate([r[1:, :2] for r in made.train]).std(dtype=np.float64)),
        "mean_scale": float(np.mean([e.scale for e in made.examples])),
        "mean_epsilon": float(np.mean([e.epsilon for e in made.examples])),
        "refused": sum(not v.kept for v in made.verdicts),
        "parts": {p: {"drawings": len(r), "points": sum(map(len, r))} for p, r in parts.items()},
    }
    story = [dataclasses.astuple(v) for v in made.verdicts]
    story += [(e.id, e.part, e.epsilon, e.scale) for e in made.examples]
    rows = b"|".join(_bytes(r) for r in parts.values())
    return _case(rows + repr((cuts, made.notes, story)).encode(), figures)


def _drawings(drawings: list[Drawing]) -> Case:
    costs = [d.meta.get("nats") for d in drawings]
    figures = {"drawings": len(drawings)} | _sizes_of(drawings)
    return _case(_bytes(_strokes(drawings)) + repr(costs).encode(), figures)


def _sizes_of(drawings: list[Drawing]) -> dict[str, float]:
    return {
        "strokes": sum(len(d) for d in drawings),
        "points": sum(d.n_points for d in drawings),
        "length": round(float(sum(d.length for d in drawings)), 3),
    }


def _strokes(drawings: Iterable[Drawing]) -> list[npt.NDArray[Any]]:
    """All strokes; an empty array ends each drawing."""
    return [a for d in drawings for a in (*d.strokes, np.zeros((0, 2), np.float32))]


def _bytes(arrays: Iterable[npt.NDArray[Any]]) -> bytes:
    """Types, shapes and contents of arrays, little-endian whatever the machine."""
    parts = []
    for array in arrays:
        little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        parts.append(f"{little.dtype.str}{array.shape}".encode() + little.tobytes())
    return b"".join(parts)


def _case(exact: bytes, figures: dict[str, Any]) -> Case:
    return {"digest": hashlib.sha256(exact).hexdigest(), "figures": figures}


if __name__ == "__main__":
    _main(*sys.argv[1:])
