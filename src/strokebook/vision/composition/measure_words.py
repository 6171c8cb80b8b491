"""The measures that decide most, in words."""

from __future__ import annotations

from collections.abc import Mapping

# Those that are kept with a drawing and told; the others are measured, weighed and forgotten.
TOLD = (
    "turns",
    "heads 1",
    "second head 1",
    "valley of turning",
    "valley of ink",
    "loops 1",
    "length",
)


def spell_measures(values: Mapping[str, float]) -> str:
    """For the artist: ``2 places that turn as a head does, …``."""
    heads, loops = round(values["heads 1"]), round(2 ** values["loops 1"] - 1)
    places = f"{heads} place{'s' * (heads != 1)} where the line turns as in a head"
    second = f"the next best at {values['second head 1']:.0%} of the first"
    return ", ".join(
        (
            f"{places} ({second})",
            f"between its hills the turning falls by {values['valley of turning']:.0%} and the ink "
            f"by {values['valley of ink']:.0%}",
            f"{2 ** values['turns'] - 1:.0f} turns of the line",
            f"{loops} large closed loop{'s' * (loops != 1)}",
            f"a line {2 ** values['length']:.1f} times as long as its box is across",
        )
    )
