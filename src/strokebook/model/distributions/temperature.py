"""Temperature τ, one for the line and one for the pen state.

The temperature τ of Ha & Eck 2017, section 3.3: mixture weights and pen logits are divided by it,
the spread σ is multiplied by √τ; that happens where a row is drawn
(:mod:`~strokebook.model.distributions.inverse_cdf`). Here the two halves may have a τ each: a low
one for the pen keeps lifts and the end where they are likely while the line wanders.
"""

from __future__ import annotations

from dataclasses import dataclass

from strokebook.base.errors import UsageError

MOST = 10.0


@dataclass(frozen=True)
class Temperature:
    """τ of the mixture (where the line goes) and of the pen (down, up, end).

    Raises:
        UsageError: One that is not over 0 and up to 10.
    """

    mixture: float
    pen: float

    def __post_init__(self) -> None:
        for what, value in (("temperature", self.mixture), ("pen's temperature", self.pen)):
            if not 0 < value <= MOST:
                raise UsageError(
                    f"The {what} must be over 0 and at most {MOST:g}, and {value:g} was given.",
                    "Use a number in that range.",
                )

    @classmethod
    def of(cls, temperature: Temperature | float) -> Temperature:
        """One number means both."""
        if isinstance(temperature, Temperature):
            return temperature
        return cls(temperature, temperature)
