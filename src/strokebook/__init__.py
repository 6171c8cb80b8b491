"""From scanned sketchbooks of single-line drawings to a model that draws in that hand.

The rooms, from the ground up: ``base`` (errors, files, options, progress), ``geometry`` (drawings
as arrays), ``routing`` (a graph of lines to the pen's path), ``figures`` (strokes to separate
drawings), ``library`` (sketchbooks and the catalogue), ``tracing`` (page to pen strokes),
``dataset`` (drawings to a training set), ``model`` (SketchRNN), ``vision`` (embeddings and labels),
``demo`` (a sample library drawn from a seed), ``pipeline`` (the stages in order) and ``cli``
(commands).
"""

__version__ = "0.1.0"
