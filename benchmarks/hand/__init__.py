"""Likeness of a model to an artist's hand: likelihood, three judges, novelty, diversity.

    python -m benchmarks.hand made --project FOLDER --model FOLDER [--seed 0]

Three hands: ``artist`` (the figures of ``look_i16``, joined, near copies removed), ``made`` (1,000
pages of ``make-sample --seed 777`` through the whole pipeline) and ``sheep``. Their test sets are
frozen: a digest of each stands in :data:`hands.FROZEN`, and another set is refused.

Likelihood is what ``strokebook evaluate`` calls nats per point: noise within half a rounding step
on the offsets foretold alone, summed over the file and divided by its points.

The judges are asked about held-out drawings in five folds; 0.5 is luck:

- ``strokes``: boosted trees on statistics of strokes, of drawings simplified, rounded and freed of
  repeated points alike on both sides;
- ``pictures``: support vectors on pictures of the same;
- ``ink``: a small convolutional net on pictures of the ink at full size, the real side being the
  artist's traced line as it was before it was simplified (hand ``made`` alone has it).

Nothing here is seen by training or by choosing.
"""
