"""Settings of an evaluation."""

from __future__ import annotations

from dataclasses import dataclass

from strokebook.base.options import option


@dataclass(frozen=True)
class EvaluateOptions:
    """What is measured, and how thoroughly; together with the inputs it fixes every number."""

    samples: int = option(
        0,
        "drawings that the model makes; 0: as many as are held out, at most 500",
        low=0,
        high=10_000,
    )
    temperature: float = option(
        1.0, "of the model's drawings; 1: as the model believes", low=0.01, high=10
    )
    seed: int = option(0, "seed of every random choice", low=0)
    max_points: int = option(250, "longer drawings are left out", low=2, high=10_000)
    unit: float = option(1.0, "width of the added noise, in units of the data", low=1e-6)
    draws: int = option(
        10, "z drawn for each drawing in the bound on what it costs unseen", low=1, high=10_000
    )
    match_scale: bool = option(
        False, "scale the drawings to the offsets that the model knows (a model of other data)"
    )
