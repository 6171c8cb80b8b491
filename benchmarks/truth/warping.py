"""Dynamic time warping of two point sequences (Sakoe & Chiba 1978)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]


def warped(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Mean distance along the warping of ``(N, 2)`` onto ``(M, 2)`` whose summed distance is least.

    Time N·M, memory M.
    """
    p, q = (np.ascontiguousarray(x, np.float64) for x in (a, b))
    if not len(p) or not len(q):
        return float("nan")
    return float(_warped(p, q))


def either_way(a: npt.ArrayLike, b: npt.ArrayLike) -> tuple[float, bool]:
    """The better of both directions of ``b``, and whether that is the one given."""
    forth, back = warped(a, b), warped(a, np.asarray(b)[::-1])
    return min(forth, back), forth <= back


@njit(cache=True, nogil=True)
def _warped(a: Floats, b: Floats) -> float:
    n, m = len(a), len(b)
    total = np.full(m + 1, np.inf)  # the row above, overwritten from the left
    steps = np.zeros(m + 1)
    total[0] = 0.0
    for i in range(n):
        corner, corner_steps = total[0], steps[0]
        total[0] = np.inf
        for j in range(m):
            best, walked = corner, corner_steps
            corner, corner_steps = total[j + 1], steps[j + 1]
            if corner < best:
                best, walked = corner, corner_steps
            if total[j] < best:
                best, walked = total[j], steps[j]
            cost = np.sqrt((a[i, 0] - b[j, 0]) ** 2 + (a[i, 1] - b[j, 1]) ** 2)
            total[j + 1] = best + cost
            steps[j + 1] = walked + 1
    return float(total[m] / steps[m])
