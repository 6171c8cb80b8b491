"""Array types: names for NumPy arrays by what their numbers are.

Shapes stand in the docstrings of what takes or returns an array. Types that mean more than their
numbers (a drawing's stroke-3 rows, a page's grey values) have names where they belong.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Ints = npt.NDArray[np.intp]
Ints32 = npt.NDArray[np.int32]
Ints64 = npt.NDArray[np.int64]
