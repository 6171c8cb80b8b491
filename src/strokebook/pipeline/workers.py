"""Work on many items in worker processes, where a crash costs one item and no more.

A worker never outlives its parent: each watches a pipe of which only the parent holds the other
end. What ends the parent (an error, Ctrl-C, SIGTERM, SIGKILL) closes that end, and the system tells
every worker at once, on POSIX and on Windows alike.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar

from strokebook.base.errors import Diagnostic, InputRefused, StrokebookError, is_transient

A = TypeVar("A")
R = TypeVar("R")

MOST_DEATHS = 2  # of a worker on one item, alone with it, before the item is refused for this run
ORPHANED = 1  # exit code of a worker whose parent is gone


def each(
    work: Callable[[A], R], items: Sequence[A], workers: int, name: Callable[[A], str]
) -> Generator[tuple[A, R | Diagnostic], None, None]:
    """Yield every item with what ``work`` made of it, as soon as it is there.

    When the generator is closed early (an error or Ctrl-C in the caller), its workers are ended
    in the middle of their work; hold it in :func:`contextlib.closing`.

    Args:
        work: A function at module level (it travels to the workers).
        items: What to work on.
        workers: Processes at a time; new ones are spawned, not forked, since a fork of a process
            whose numeric libraries run threads can hang.
        name: How the artist calls an item, for the refusal of one that fails.

    Yields:
        The item, and its result or the reason why there is none.
    """
    left = list(items)
    while left:
        try:
            for item, outcome in _side_by_side(work, list(left), workers, name):
                left.remove(item)
                yield item, outcome
        except BrokenProcessPool:
            # Nobody can tell which item killed its worker; those that were at work are among the
            # first that are left, and these go one by one.
            suspects, left = left[: 2 * workers + 2], left[2 * workers + 2 :]
            for item in suspects:
                yield item, _alone(work, item, name)


def _side_by_side(
    work: Callable[[A], R], items: Sequence[A], workers: int, name: Callable[[A], str]
) -> Iterator[tuple[A, R | Diagnostic]]:
    with _pool(min(workers, len(items))) as pool:
        futures: dict[Future[R], A] = {pool.submit(work, item): item for item in items}
        for future in as_completed(futures):
            item = futures[future]
            outcome = _outcome(future, name(item))
            yield item, outcome


def _alone(work: Callable[[A], R], item: A, name: Callable[[A], str]) -> R | Diagnostic:
    for _ in range(MOST_DEATHS):
        with contextlib.suppress(BrokenProcessPool), _pool(1) as pool:
            future: Future[R] = pool.submit(work, item)
            return _outcome(future, name(item))
    return Diagnostic(
        name(item),
        "its worker process died on it (a crash in a library, or no memory left).",
        "Run again to try it once more; if it dies again, scan it at a lower resolution, or leave"
        " it out.",
        transient=True,
    )


@contextlib.contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Workers that end at once, in the middle of their work, when the block ends by an error."""
    watched, held = get_context("spawn").Pipe(duplex=False)
    pool = ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=_follow_parent, initargs=(watched,)
    )
    try:
        yield pool
    except BaseException:  # GeneratorExit and Ctrl-C too
        held.close()
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    else:
        pool.shutdown(wait=True)
    finally:
        held.close()
        watched.close()


def _follow_parent(watched: Connection) -> None:
    """Prepare a worker: Ctrl-C is the parent's affair, and the parent's end is the worker's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(watched,), daemon=True).start()


def _end_with_parent(watched: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        watched.recv_bytes()  # nothing is ever sent: it returns when the other end is closed
    os._exit(ORPHANED)


def _outcome(future: Future[R], subject: str) -> R | Diagnostic:
    try:
        return future.result()
    except InputRefused as refused:
        return Diagnostic(subject, refused.bare_reason, refused.remedy, transient=refused.transient)
    except BrokenProcessPool:
        raise
    except StrokebookError:
        raise  # a missing engine or a wrong setting stops the stage: it is no fault of the item
    except (MemoryError, OSError) as error:
        what = "not enough memory was left" if isinstance(error, MemoryError) else f"{error}"
        return Diagnostic(
            subject,
            f"could not be worked on ({what}).",
            "Run again: it is tried anew.",
            transient=is_transient(error),
        )
    except Exception as error:
        return Diagnostic(
            subject,
            f"an unforeseen {type(error).__name__} ({error}).",
            "Please report it with this page.",
        )
