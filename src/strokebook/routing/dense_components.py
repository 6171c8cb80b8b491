"""Dense components: parts of a drawing that are probably one line (many crossings, few ends)."""

from __future__ import annotations

import numpy as np

from strokebook.base.array_types import Ints
from strokebook.routing.transitions import TransitionSystem


def dense_components(system: TransitionSystem, least: float) -> Ints:
    """Numbers of the connected parts with two strokes or more that look like one line.

    Strokes that a person sets against each other meet at ends and corners; where lines mostly
    cross and seldom end, the ends come from ink that runs together.

    Args:
        system: With its branches paired.
        least: Crossings for each stroke after the first; 0: none looks so.
    """
    component = system.graph.components()
    crossings = np.zeros(component.max() + 1)
    ends = np.zeros(component.max() + 1)
    for number, junction in system.graph.active():
        if len(junction.members) > 3:
            crossings[component[number]] += len(junction.members) // 2
        ends[component[number]] += sum(system.successor[m] < 0 for m in junction.members)
    extra = ends / 2 - 1
    return np.flatnonzero((least > 0) & (extra > 0) & (crossings >= least * extra))
