"""Work on many items in worker processes, where a crash costs one item and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from strokebook.base.errors import InputRefused, Refusal, StrokebookError

A = TypeVar("A")
R = TypeVar("R")


def each(
    work: Callable[[A], R], items: Sequence[A], workers: int, name: Callable[[A], str]
) -> Iterator[tuple[A, R | Refusal]]:
    """Yield every item with what ``work`` made of it, as soon as it is there.

    Args:
        work: A function at module level (it travels to the workers).
        items: What to work on.
        workers: Processes at a time; new ones are spawned, not forked, since a fork of a process
            whose numeric libraries run threads can hang.
        name: How the artist calls an item, for the refusal of one that fails.

    Yields:
        The item, and its result or the reason why there is none.
    """
    if not items:
        return
    left = list(items)
    try:
        for item, outcome in _side_by_side(work, items, workers, name):
            left.remove(item)
            yield item, outcome
    except BrokenProcessPool:
        # Nobody can tell which item killed its worker, so the rest go one by one.
        for item in left:
            yield item, _alone(work, item, name)


def _side_by_side(
    work: Callable[[A], R], items: Sequence[A], workers: int, name: Callable[[A], str]
) -> Iterator[tuple[A, R | Refusal]]:
    with ProcessPoolExecutor(min(workers, len(items)), get_context("spawn")) as pool:
        futures = {pool.submit(work, item): item for item in items}
        try:
            for future in as_completed(futures):
                item = futures[future]
                outcome = _outcome(future, name(item))
                yield item, outcome
        finally:
            for future in futures:
                future.cancel()


def _alone(work: Callable[[A], R], item: A, name: Callable[[A], str]) -> R | Refusal:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        try:
            future: Future[R] = pool.submit(work, item)
            return _outcome(future, name(item))
        except BrokenProcessPool:
            return Refusal(
                name(item),
                "its worker process died on it (a crash in a library, or no memory left).",
                "Scan it at a lower resolution, or leave it out.",
            )


def _outcome(future: Future[R], subject: str) -> R | Refusal:
    try:
        return future.result()
    except InputRefused as refused:
        return Refusal(subject, refused.bare_reason, refused.remedy)
    except BrokenProcessPool:
        raise
    except StrokebookError:
        raise  # a missing engine or a wrong setting stops the stage: it is no fault of the item
    except Exception as error:
        return Refusal(
            subject,
            f"an unforeseen {type(error).__name__} ({error}).",
            "Please report it with this page.",
        )
