"""Settings of the model and of its training; presets of both.

Defaults are those of the reference implementation of Ha & Eck 2017 (arXiv 1704.03477).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from strokebook.base.errors import UsageError
from strokebook.base.options import nearest, option

log = logging.getLogger(__name__)

AUTO: Literal["auto"] = "auto"
EVENING = 40.0  # minutes: the most that a training by itself takes
AUTO_PATIENCE = 20  # validations without a new best that end it, where [train] patience says none


@dataclass(frozen=True)
class ModelOptions:
    """What the network is made of; fixed once it is trained."""

    conditional: bool = option(
        True,
        "true: encoder and decoder, so that a drawing has a z; false: decoder only (the paper's"
        " choice for completing)",
    )
    encoder: int = option(256, "units of each of the encoder's two directions", low=1, high=8192)
    decoder: int = option(512, "units of the decoder", low=1, high=8192)
    encoder_cell: str = option(
        "lstm",
        "the encoder's cell: lstm; layer_norm: trains more steadily, best for up to 10,000"
        " drawings; hyper: the paper's largest",
        choices=("lstm", "layer_norm", "hyper"),
    )
    decoder_cell: str = option(
        "lstm", "the decoder's cell, likewise", choices=("lstm", "layer_norm", "hyper")
    )
    local_frame: bool = option(
        False,
        "the decoder predicts offsets in the frame of the pen's heading, draws a point before it"
        " decides about the pen, and may begin a stroke at what is drawn",
    )
    z: int = option(128, "numbers that describe a whole drawing", low=1, high=4096)
    z_dropout: float = option(
        0.0,
        "share of the training steps in which the decoder is not given z; above 0 new drawings and"
        " completions do without z, which then serves reconstruct, vary and interpolate alone",
        low=0,
        high=0.95,
    )
    mixtures: int = option(20, "Gaussians in the mixture for the next point", low=1, high=200)
    recurrent_keep: float = option(
        0.9, "share of the cell candidates kept in training (recurrent dropout)", low=0.1, high=1.0
    )


@dataclass(frozen=True)
class TrainOptions:
    """How the network is trained."""

    steps: int = option(20_000, "most training steps (batches)", low=1)
    minutes: float | Literal["auto"] = option(
        0.0,
        'most minutes of training over all resumes; 0: no limit; "auto": until validation has'
        f" stopped improving (patience), {EVENING:g} at most",
        low=0,
    )
    batch: int = option(100, "drawings in a batch", low=1, high=10_000)
    learning_rate: float = option(1e-3, "learning rate at the start (Adam)", low=0, high=1)
    learning_rate_floor: float = option(1e-5, "learning rate that it decays to", low=0, high=1)
    learning_rate_decay: float = option(
        0.9999, "factor on the learning rate above its floor, every step", low=0.5, high=1
    )
    schedule: str = option(
        "decay",
        "decay: the learning rate falls every step by learning_rate_decay, and training ends by"
        " patience; cooldown: it stays, and falls to nothing in a last part, which begins when"
        " patience is over or 70 % of minutes or steps are",
        choices=("decay", "cooldown"),
    )
    warmup: int = option(0, "steps over which the learning rate rises from 0", low=0)
    clip: float = option(1.0, "each number of the gradient is kept within ± this", low=1e-6)
    clip_norm: float = option(
        0.0,
        "the gradient as a whole is kept to this length, instead of each number by clip; 0: off."
        " Layer norm learns faster so at high rates",
        low=0,
    )
    ema_decay: float = option(
        0.0,
        "decay of an exponential moving average of the weights, which then is judged and kept"
        " instead of the weights themselves; 0: none",
        low=0,
        high=0.9999,
    )
    kl_weight: float = option(0.5, "weight of the KL loss in the end", low=0, high=10)
    kl_start: float = option(0.01, "weight of the KL loss at the start", low=0, high=10)
    kl_rate: float = option(
        0.99995, "factor on what the KL weight still lacks, every step", low=0.5, high=1
    )
    kl_floor: float = option(0.2, "KL loss (nats per number of z) that costs nothing", low=0)
    target_noise: bool = option(
        False,
        "the offsets to be predicted get uniform noise of one rounding step's width (where the data"
        " are whole numbers), as the numbers have by which models are judged",
    )
    scale_augment: float = option(
        0.15, "width and height are each scaled at random within 1 ± this", low=0, high=0.9
    )
    point_drop: float = option(
        0.10, "probability with which an inner point of a stroke is left out", low=0, high=0.9
    )
    rotate_augment: float = option(
        0.0, "each drawing is turned at random within ± this, in degrees", low=0, high=180
    )
    mirror_augment: float = option(
        0.0, "probability with which left and right change places", low=0, high=1
    )
    reverse_augment: float = option(
        0.0, "probability with which a drawing is drawn from its end to its start", low=0, high=1
    )
    warp_augment: float = option(
        0.0,
        "each drawing is pulled in three places by about this share of its size",
        low=0,
        high=0.2,
    )
    line_augment: bool = option(
        False,
        "where the lines are known that the drawings were simplified from (in a project), they are"
        " turned, scaled and warped instead of the drawings' points, and simplified anew each time",
    )
    max_points: int = option(250, "longer drawings are left out", low=2, high=5000)
    validate_every: int = option(500, "steps between two validations", low=1)
    report_every: int = option(50, "steps between two lines of metrics", low=1)
    samples_every: int = option(
        1000, "steps between two pictures of what the model draws by then; 0: none", low=0
    )
    tensorboard: bool = option(
        False, "write the metrics for TensorBoard too (it has to be installed)"
    )
    start_from: str = option(
        "auto",
        "what a first training starts from: a model's folder, or starter (the model that comes"
        " with strokebook), either with that model's sizes; nothing; auto: the starter if [model]"
        " has its sizes (as the preset small has), else nothing",
    )
    patience: int = option(
        20, "validations without a new best after which training ends; 0: never", low=0
    )
    seed: int = option(0, "seed of every random choice in training", low=0)
    threads: int = option(0, "CPU threads; 0: as PyTorch finds best", low=0, high=1024)
    precision: str = option(
        "auto",
        "number type of matrix products (sums and weights stay 32 bits); auto: bf16 where the"
        " processor has it and the model is large enough to gain; int8: as bf16, but 8 bits for"
        " the products of LSTM states on a CPU with VNNI, twice as fast for large models",
        choices=("auto", "fp32", "bf16", "int8"),
    )
    device: str = option(
        "auto",
        "where it runs; auto: a CUDA GPU if there is one",
        choices=("auto", "cpu", "cuda", "mps"),
    )

    @property
    def most_seconds(self) -> float:
        """Most seconds of training; 0: no limit."""
        return 60.0 * (EVENING if self.minutes == AUTO else float(self.minutes))

    @property
    def ends_after(self) -> int:
        """Validations without a new best after which training ends; 0: never."""
        return self.patience or (AUTO_PATIENCE if self.minutes == AUTO else 0)


class Preset(NamedTuple):
    """A model and a training that belong together."""

    model: ModelOptions
    train: TrainOptions


# What an artist's drawings are learned with: the decoder that measured best, alone, for a z beside
# it told too little; and the drawings varied a little (EXPERIMENTS.md).
_MODEL = ModelOptions(
    conditional=False,
    decoder=256,
    decoder_cell="layer_norm",
    local_frame=True,
)
_EVENING = TrainOptions(
    steps=50_000,
    minutes=AUTO,
    batch=32,
    learning_rate=5e-3,
    learning_rate_decay=1.0,
    learning_rate_floor=0.0,
    # The rate stays: the average below makes a cool-down needless, in which drawings are learnt
    # by heart (EXPERIMENTS.md, "Averages of weights, and rounding").
    schedule="decay",
    warmup=100,
    clip_norm=1.0,
    target_noise=True,
    point_drop=0.0,
    mirror_augment=0.0,
    rotate_augment=5.0,
    warp_augment=0.03,
    scale_augment=0.2,
    line_augment=True,
    # With its warm-up an average over the last tenth of the steps, however many there are.
    ema_decay=0.999,
    max_points=500,
    validate_every=100,
    samples_every=500,
    patience=12,
)

PRESETS: dict[str, Preset] = {
    "evening": Preset(_MODEL, _EVENING),
    # For the demo and for looking: the same, from the starter, in three minutes.
    "quick": Preset(
        _MODEL,
        replace(
            _EVENING,
            steps=2000,
            minutes=3.0,
            learning_rate=3e-3,
            rotate_augment=8.0,
            warp_augment=0.03,
            validate_every=50,
            report_every=25,
            samples_every=300,
            patience=6,
        ),
    ),
    # SketchRNN as published, whose sizes and cells are set in [model]: days on a CPU.
    "paper": Preset(ModelOptions(), TrainOptions()),
}
# Presets of earlier versions, and which stands for each now (for large without its sizes).
FORMER_PRESETS = {"small": "quick", "standard": "paper", "large": "paper"}


def preset_name(name: str, where: str) -> str:
    """The name of a preset as it is now; that it has changed is logged as a notice.

    Raises:
        UsageError: There is no such preset.
    """
    if name in PRESETS:
        return name
    if name not in FORMER_PRESETS:
        raise UsageError(f"There is no preset {name!r}.", nearest(name, PRESETS))
    present = FORMER_PRESETS[name]
    log.warning("%s: the preset %s is called %s now (its settings differ).", where, name, present)
    return present
