"""Threads: each computes a group of drawings from first step to last.

Groups never wait for each other, so a core that does something else holds up its own group only;
threads within a product, as BLAS has them, would wait at every one of a thousand products.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

import torch

_local = threading.local()
_threads = 0  # how many :func:`alone` found; 0: as PyTorch says
_pool: tuple[int, int, ThreadPoolExecutor] | None = None  # process, threads, pool


def run(tasks: Sequence[Callable[[], None]], *, recorded: bool = False) -> None:
    """Run every task, as many at once as PyTorch has threads.

    Args:
        tasks: In any order.
        recorded: Whether autograd records what they compute; a task's own tasks are never recorded.

    Raises:
        Exception: Whatever the first failing task raised.
    """
    if getattr(_local, "at_work", False):  # a task's own tasks: its thread is all it has
        for task in tasks:
            _run_one(task, recorded)
        return
    executor = _executor(count())
    futures = [executor.submit(_run_one, task, recorded) for task in tasks]
    wait(futures)  # also where one failed: the others still use the caller's memory
    for future in futures:
        future.result()


def count() -> int:
    """How many tasks run at once: within a task one, its own."""
    if getattr(_local, "at_work", False):
        return 1
    return max(1, _threads or torch.get_num_threads())


@contextmanager
def alone() -> Iterator[None]:
    """Within it PyTorch's own operations keep to one thread, and :func:`run` has the others.

    PyTorch's threads go on spinning for a while after each operation, on the cores that the
    groups need.
    """
    global _threads  # noqa: PLW0603 - mirrors PyTorch's own setting, which is global too
    before = torch.get_num_threads()
    _threads = before
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        _threads = 0


def _executor(threads: int) -> ThreadPoolExecutor:
    global _pool  # noqa: PLW0603 - one pool for the process; it is a cache
    if _pool is None or _pool[0] != os.getpid() or _pool[1] != threads:
        before = torch.get_num_threads()
        pool = ThreadPoolExecutor(threads, "strokebook-cell", initializer=_alone)
        _pool = os.getpid(), threads, pool
        pool.submit(int).result()
        torch.set_num_threads(before)
    return _pool[2]


def _alone() -> None:
    """Products of this thread stay on it; vanishing gradients become 0 (else they are slow)."""
    torch.set_flush_denormal(True)
    torch.get_num_threads()  # a thread's first call takes the process's number: before ours
    torch.set_num_threads(1)
    _local.at_work = True


def _run_one(task: Callable[[], None], recorded: bool) -> None:
    with torch.set_grad_enabled(recorded):
        task()
