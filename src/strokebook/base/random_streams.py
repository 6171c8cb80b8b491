"""Random streams: each purpose of random numbers has a stream of its own, named here.

A stream is determined by a seed, its name and a key (a step, the number of a drawing). No two of
them share numbers: names are unique, and name and key enter NumPy's ``SeedSequence`` as a spawn
key, for plain entropy is padded with zeros there, so that ``(seed, 3)`` and ``(seed, 3, 0)`` would
be one stream. Nothing has to be saved for a resumed run: what a step draws depends on its number.

A net's first weights, k-means, t-SNE and the classifiers of the two-sample test take the plain
seed, in generators of their libraries. The sample library (:mod:`strokebook.demo`) keeps streams by
page number: the pages that a seed gives are a published test set. The projection behind
fingerprints keeps its own, since they lie on disk.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum, unique

import numpy as np


@unique
class RandomStream(StrEnum):
    """What random numbers are for."""

    BATCHES = "batches: which drawings are put together"
    AUGMENTATION = "augmentation of a step's drawings"
    TRAINING = "training: z and dropout of a step"
    TRAINING_TARGET_NOISE = "noise within a rounding step on a step's drawings"
    Z_DROPOUT = "training: whether a step's decoder is given z"
    VALIDATION = "validation: z"
    TARGET_NOISE = "noise within a rounding step on held-out drawings"
    POSTERIOR = "z from the encoder, for held-out drawings"
    BOUND = "z of the importance-weighted bound"
    TWO_SAMPLE = "which drawings the two-sample test takes"
    PRIOR = "z of drawings from nothing"
    PARTICLES = "z of the particles that read a start"
    RESAMPLING = "which particles go on"
    PARTICLE_CHOICE = "the particle that each completion goes on from"
    VARIATION = "z of variations of a drawing"
    COMPONENT_AND_PEN = "rollout: uniforms for component and pen state"
    OFFSET = "rollout: normals within a component"
    GUIDED = "what the particles try that follow a guide"
    LINE_DRAWINGS = "which drawings a line between points is learnt from"
    LINE_FIT = "the line between points: first weights and order of a restorer's fit"
    TREMOR = "the tremor of a restored line"
    CALIBRATION = "which training drawings a chooser learns from"
    ACCEPTANCE = "uniforms by which drawings are accepted"
    FINE_TUNE_SPLIT = "fine-tuning: which pages are held out"
    FINE_TUNING = "fine-tuning: order and mixing of pages"
    CLUSTER_SAMPLE = "which of very many vectors clusters are begun from"
    DENSITY_SAMPLE = "which of very many vectors dense groups are found among"
    SILHOUETTE_SAMPLE = "which vectors a silhouette is measured on"


def generator(seed: int, stream: RandomStream, *key: int) -> np.random.Generator:
    """The generator (SFC64) of a stream.

    Args:
        seed: Not negative.
        stream: What for.
        key: Which part of it: a step, a drawing's number; not negative.
    """
    name = hashlib.blake2b(stream.value.encode(), digest_size=8).digest()
    spawn_key = (int.from_bytes(name[:4], "little"), int.from_bytes(name[4:], "little"), *key)
    sequence = np.random.SeedSequence(seed, spawn_key=spawn_key)
    return np.random.Generator(np.random.SFC64(sequence))
