"""Files and pictures read in threads, a few ahead of what takes them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

MOST_THREADS = 8  # decoding is not worth more; each holds a picture


def work_ahead(
    work: Callable[[T], R], items: Iterable[T], threads: int | None = None
) -> Iterator[R]:
    """``work`` on every item, in their order, in threads; as many as there are cores, if not said.

    Decoding, resizing and OpenCV let go of Python's lock, so that they run beside a network and
    beside each other. Only a few results are ready at a time, whatever the number of items.
    """
    threads = threads or min(MOST_THREADS, os.cpu_count() or 1)
    with ThreadPoolExecutor(threads, thread_name_prefix="pictures") as pool:
        rest = iter(items)
        ahead = [pool.submit(work, item) for item in itertools.islice(rest, 4 * threads)]
        try:
            while ahead:
                result = ahead.pop(0).result()
                ahead += [pool.submit(work, item) for item in itertools.islice(rest, 1)]
                yield result
        finally:
            for future in ahead:
                future.cancel()
