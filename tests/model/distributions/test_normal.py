"""The normal quantile against SciPy's, and the normal numbers drawn with it."""

from __future__ import annotations

import numpy as np
from scipy.stats import kstest, norm
from torch import ones

from strokebook.base.random_streams import RandomStream
from strokebook.model.cells.noise import Noise
from strokebook.model.distributions.normal import normal_quantile


def test_it_is_the_normal_quantile() -> None:
    z = np.linspace(-5.0, 5.0, 2001)
    assert np.allclose(normal_quantile(norm.cdf(z)), z, rtol=4e-7, atol=1e-7)


def test_the_ends_are_finite_and_far() -> None:
    low, high = normal_quantile(np.array([0.0, 1.0 - 2.0**-53]))
    assert -9.0 < low < -6.0 < 6.0 < high < 9.0


def test_noise_is_normal() -> None:
    drawn = Noise(3, RandomStream.OFFSET, 1).normal(20_000, like=ones(1)).numpy()
    assert kstest(drawn, "norm").pvalue > 0.01


def test_one_uniform_number_gives_one_normal_number() -> None:
    """So that another program with the same uniforms draws the same."""
    uniform = Noise(3, RandomStream.OFFSET, 1).uniform(50)
    drawn = Noise(3, RandomStream.OFFSET, 1).normal(50, like=ones(1).double()).numpy()
    assert np.array_equal(drawn, normal_quantile(uniform))
