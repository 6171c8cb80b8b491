import json
from pathlib import Path

import numpy as np
import pytest
import torch

from strokebook.geometry.drawing import Drawing
from strokebook.model.checkpoints import starter
from strokebook.model.checkpoints.checkpoint import load_model, read
from strokebook.model.sampling import complete, sample
from strokebook.model.training.train import train

from tiny import TINY, tiny_training, waves


def test_the_shipped_model_is_small_and_has_its_card() -> None:
    files = list(starter.FOLDER.iterdir())
    assert sum(path.stat().st_size for path in files) < 4_000_000
    card = json.loads((starter.FOLDER / "card.json").read_text("utf-8"))
    assert {s["licence"] for s in card["sources"]} == {"MIT", "CC BY 4.0"}
    assert card["numbers"]["artist_nats"] < 2.5
    page = (starter.FOLDER / "card.md").read_text("utf-8")
    for word in ("CC BY 4.0", "MIT", "nats per point", "look_i16", "Quick, Draw!"):
        assert word in page
    assert "{" not in page


def test_it_completes_and_draws_at_once() -> None:
    model = load_model(starter.find("starter"))
    turn = np.linspace(0, 4, 30)
    start = Drawing.of([np.stack((np.cos(turn), np.sin(turn)), 1) * 40])
    made = complete(model, start, n=3, temperature=0.3, seed=1)
    assert all(d.n_points > start.n_points + 5 for d in made)
    assert all(np.isfinite(d.points).all() for d in made)
    assert len({d.points.tobytes() for d in made}) == 3
    assert len(sample(model, 2, 0.3)) == 2
    assert next(model.net.parameters()).dtype == torch.float32


def test_its_weights_are_16_bits() -> None:
    kinds = {t.dtype for t in read(starter.FOLDER, "best").tensors.values()}
    assert kinds == {torch.float16}


def test_a_folder_of_that_name_comes_first(trained: Path, tmp_path: Path) -> None:
    assert starter.find("starter", tmp_path) == starter.FOLDER
    assert starter.find("models/starter", tmp_path) == tmp_path / "models" / "starter"
    (tmp_path / "starter").mkdir()
    assert starter.find("starter", tmp_path) == starter.FOLDER
    for path in trained.iterdir():
        if path.is_file():
            (tmp_path / "starter" / path.name).write_bytes(path.read_bytes())
    assert starter.find("starter", tmp_path) == tmp_path / "starter"


def test_packing_keeps_the_model(trained: Path, tmp_path: Path) -> None:
    starter.pack(trained, tmp_path / "packed", {"sources": ["a"]}, "# card\n")
    whole, packed = load_model(trained), load_model(tmp_path / "packed")
    assert packed.statistics == whole.statistics
    assert packed.options == whole.options
    for (name, a), b in zip(whole.net.named_parameters(), packed.net.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-6, msg=name)
    size = sum(p.stat().st_size for p in (tmp_path / "packed").glob("*.safetensors"))
    assert size < 0.7 * sum(p.stat().st_size for p in trained.glob("best-*.safetensors"))
    assert json.loads((tmp_path / "packed" / "card.json").read_text())["sources"] == ["a"]


def test_training_starts_from_it_by_name(tmp_path: Path) -> None:
    sizes = read(starter.FOLDER, "best").options
    options = tiny_training(steps=1, learning_rate=1e-9, start_from="starter", precision="fp32")
    train(waves(6), waves(3, 1), sizes, options, tmp_path)
    assert read(tmp_path, "last").info["started_from"] == "starter"
    for a, b in zip(
        load_model(starter.FOLDER).net.parameters(),
        load_model(tmp_path).net.parameters(),
        strict=True,
    ):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-7)


@pytest.mark.parametrize("resume", [True, False])
def test_a_model_may_start_from_itself(tmp_path: Path, resume: bool) -> None:
    """Its weights are read before the folder is cleared."""
    given = (waves(9), waves(4, 1), TINY[False])
    train(*given, tiny_training(), tmp_path)
    before = read(tmp_path, "best").tensors["net.decoder.output.weight"]
    brief = tiny_training(steps=1, learning_rate=1e-9)
    if resume:  # goes on with the training that is there, whatever it should start from
        assert train(*given, tiny_training(), tmp_path, start_from=tmp_path).steps == 12
        return
    train(*given, brief, tmp_path, resume=False, start_from=tmp_path)
    after = read(tmp_path, "last").tensors["net.decoder.output.weight"]
    torch.testing.assert_close(before, after, rtol=0, atol=1e-6)
    assert read(tmp_path, "last").info["started_from"] == tmp_path.name
