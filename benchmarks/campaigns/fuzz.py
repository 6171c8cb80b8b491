"""Fuzz: harmed files of every format, each read by the package's own reader.

``python -m benchmarks.campaigns.fuzz [--short] [--seed N] [--only FORMAT] [--mutants N]``

Nothing may hang, end in a traceback, run what a file asks for, write outside its folder or take a
gigabyte; a harmed file is read, or refused in one sentence. Exits 1 on any loss.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.campaigns.fuzzing.formats import FORMATS
from benchmarks.campaigns.fuzzing.processes import SEED, Result, Worker

FULL, SHORT = 100, 8


def run(
    mutants: int, seed: int, names: Sequence[str] = tuple(FORMATS), workers: int = 2
) -> dict[str, list[Result]]:
    """Read ``mutants`` harmed files of each format, in ``workers`` processes side by side."""
    scratch = Path(tempfile.mkdtemp(prefix="strokebook-fuzz-"))
    rest = list(names)

    def work(_: int) -> dict[str, list[Result]]:
        worker, done = Worker(scratch), {}
        try:
            while rest:
                name = rest.pop(0)
                done[name] = []
                for number in range(mutants):
                    done[name].append(worker.read(name, seed, number))
                    if done[name][-1].harm == SEED:  # what is valid is not read: nothing to learn
                        break
        finally:
            worker.close()
        return done

    try:
        with ThreadPoolExecutor(workers) as pool:
            parts = list(pool.map(work, range(workers)))
        return {name: part[name] for name in names for part in parts if name in part}
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def losses(results: dict[str, list[Result]]) -> list[str]:
    """Every loss as a line: format, number of the mutant, what was done, what happened."""
    return [
        f"{name} {number} ({result.harm}): {result.loss}"
        for name, readings in results.items()
        for number, result in enumerate(readings)
        if result.loss
    ]


def table(results: dict[str, list[Result]]) -> str:
    """A line for each format."""
    lines = ["format        mutants  read  refused  worst s  peak MB  losses"]
    for name, readings in results.items():
        outcomes = [r.outcome for r in readings]
        lines.append(
            f"{name:13} {len(readings):7} {outcomes.count('read'):5} {outcomes.count('refused'):8}"
            f" {max(r.seconds for r in readings):8.2f} {max(r.peak for r in readings):8.0f}"
            f" {sum(bool(r.loss) for r in readings):7}"
        )
    return "\n".join(lines)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--short", action="store_true", help=f"{SHORT} mutants of each")
    parser.add_argument("--seed", type=int, default=9, help="another seed harms otherwise")
    parser.add_argument("--only", choices=tuple(FORMATS), action="append", help="this format alone")
    parser.add_argument("--mutants", type=int, help="so many of each")
    asked = parser.parse_args()
    count = asked.mutants or (SHORT if asked.short else FULL)
    start = time.perf_counter()
    results = run(count, asked.seed, asked.only or tuple(FORMATS), min(2, os.cpu_count() or 1))
    print(table(results))
    lost = losses(results)
    print(*lost, sep="\n", end="\n" if lost else "")
    print(f"seed {asked.seed}, {time.perf_counter() - start:.0f} s, {len(lost)} losses")
    sys.exit(bool(lost))


if __name__ == "__main__":
    main()
