"""Drawing with a trained model: new drawings, endings, variations, ways from one to another.

Every function is a function of its seed: same seed, same machine, same result, however many
drawings are asked for at once. :func:`stream` gives the points as they come. All give the points
that the model drew; :func:`shown` puts the artist's line between them, for people to look at.
"""

from strokebook.model.distributions.temperature import Temperature
from strokebook.model.sampling.generate import complete, continue_from, sample
from strokebook.model.sampling.latent import between, interpolate, reconstruct, vary
from strokebook.model.sampling.selection import CHOICES
from strokebook.model.sampling.shown import shown
from strokebook.model.sampling.starts import Start, cut, read_start, warm_up
from strokebook.model.sampling.stream import Moment, Stream, stream

__all__ = [
    "CHOICES",
    "Moment",
    "Start",
    "Stream",
    "Temperature",
    "between",
    "complete",
    "continue_from",
    "cut",
    "interpolate",
    "read_start",
    "reconstruct",
    "sample",
    "shown",
    "stream",
    "vary",
    "warm_up",
]
