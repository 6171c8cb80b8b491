"""Random numbers of the engine's fixtures."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from fixture_json import exact

from strokebook.base.random_streams import RandomStream
from strokebook.model.cells.noise import Noise
from strokebook.model.distributions.normal import normal_quantile


def random_numbers() -> dict[str, Any]:
    """Streams, their first numbers, and choices by shares."""
    keys = ((0, ()), (0, (0,)), (0, (3,)), (1, (0, 0)), (12345, (7,)), (2**32 + 5, (2**33 + 1,)))
    used = (
        RandomStream.PRIOR,
        RandomStream.PARTICLES,
        RandomStream.RESAMPLING,
        RandomStream.PARTICLE_CHOICE,
        RandomStream.VARIATION,
        RandomStream.COMPONENT_AND_PEN,
        RandomStream.OFFSET,
        RandomStream.ACCEPTANCE,
    )
    return {
        "streams": {s.name: name_words(s) for s in RandomStream},
        "draws": [first_numbers(seed, s, key) for s in used for seed, key in keys],
        "choices": [choice_of(k, count) for k in range(4) for count in (1, 3, 16)],
    }


def name_words(stream: RandomStream) -> list[int]:
    """The two words by which a stream's name enters the spawn key."""
    name = hashlib.blake2b(stream.value.encode(), digest_size=8).digest()
    return [int.from_bytes(name[at : at + 4], "little") for at in (0, 4)]


def first_numbers(seed: int, name: RandomStream, key: tuple[int, ...]) -> dict[str, Any]:
    """The first uniform numbers of a stream, and the normal ones of them."""
    uniform = Noise(seed, name, *key).uniform(8)
    return {
        "seed": seed,
        "stream": name.name,
        "key": list(key),
        "uniform": exact(uniform),
        "normal": exact(normal_quantile(uniform)),
    }


def choice_of(number: int, count: int) -> dict[str, Any]:
    """Which particle an ending goes on from."""
    shares = np.random.default_rng(count).dirichlet(np.ones(count))
    rng = Noise(6, RandomStream.PARTICLE_CHOICE, number).rng
    chosen = int(rng.choice(count, p=shares))
    return {"seed": 6, "number": number, "shares": exact(shares), "chosen": chosen}
