"""How long a search among 100,000 vectors takes, in how much memory, and whether it is exact.

Clustered random vectors of 1280 numbers as a memory-mapped float16 file, as the project's cache has
it. Peer: NumPy's own product, whose conversion to float32 is what it takes long for. With a project
(of ``page_search``) also whole queries by picture, its pages hidden among 100,000 rows.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.seeing.second_scans import scan_again
from strokebook.base.imaging.images import open_image
from strokebook.pipeline.project import open_project
from strokebook.pipeline.seeing.page_search import PageSearch
from strokebook.pipeline.seeing.vector_file import VectorTable
from strokebook.vision.search.nearest import Rows, find_nearest

ROWS, BLOCK, MIDDLES = 100_000, 5_000, 400
REPEATS = 15


def make_rows(path: Path, columns: int, seed: int) -> Rows:
    """Vectors in clusters, of length 1, as a float16 file; kept when it is there already."""
    if not path.exists():
        rng = np.random.default_rng(seed)
        middles = rng.standard_normal((MIDDLES, columns), np.float32)
        rows = np.lib.format.open_memmap(path, "w+", np.float16, (ROWS, columns))
        for first in range(0, ROWS, BLOCK):
            near = middles[rng.integers(MIDDLES, size=BLOCK)]
            block = near + rng.standard_normal((BLOCK, columns), np.float32)
            rows[first : first + BLOCK] = block / np.linalg.norm(block, axis=1, keepdims=True)
        rows.flush()
    return np.load(path, mmap_mode="r")  # type: ignore[no-any-return]


def timed(call: Callable[[], object]) -> str:
    """Milliseconds of a warm call: the clock's median, and the processor's, on a busy machine."""
    call()
    times, work = [], []
    for _ in range(REPEATS):
        start, used = time.perf_counter(), time.process_time()
        call()
        times.append(1000 * (time.perf_counter() - start))
        work.append(1000 * (time.process_time() - used))
    return f"{np.median(times):.1f} ms (best {min(times):.1f}; processor {np.median(work):.1f})"


def peak() -> float:
    """Most memory that this process has held, mapped pages included, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def is_exact(rows: Rows, query: npt.NDArray[np.float32], most: int) -> bool:
    """Whether the answer is that of float64 over all rows, order included."""
    exact = np.concatenate(
        [rows[k : k + BLOCK].astype(np.float64) @ query for k in range(0, ROWS, BLOCK)]
    )
    order = np.argsort(-exact, kind="stable")[:most]
    return bool(np.array_equal(find_nearest(query, rows, most)[0][0], order))


def hide(real: Rows, file: Path) -> Rows:
    """The rows of a file, mapped, with a project's own in the place of the first."""
    other = file.with_name(f"hiding-{file.name}")
    shutil.copyfile(file, other)
    with other.open("r+b") as table:
        np.lib.format.read_magic(table)
        np.lib.format.read_array_header_1_0(table)
        table.write(np.asarray(real, "<f2").tobytes())
    return np.load(other, mmap_mode="r")  # type: ignore[no-any-return]


def whole_queries(project: Path, rows: Path, maps: Path, count: int) -> str:
    """Seconds of queries by picture, the project's pages among 100,000 rows."""
    with open_project(project) as opened:
        search = PageSearch(opened)
        index, real = search.index, len(search.index.ids)
        network, hidden = hide(index.network.rows, rows), hide(index.maps.rows, maps)
        images = [index.images[row % real] for row in range(ROWS)]
        ids = [*index.ids, *(f"other{row}" for row in range(real, ROWS))]
        search.index = replace(
            index,
            ids=ids,
            images=images,
            network=VectorTable(images, network),
            maps=VectorTable(images, hidden),
        )
        times, first, used = [], 0, time.process_time()
        for number in range(count):
            page = opened.catalogue.page(index.ids[number * real // count])
            scan = open_image(opened.library / page.path)
            picture = scan_again(scan, np.random.default_rng([3, number]))
            start = time.perf_counter()
            matches = search.rank(picture, 12)
            times.append(time.perf_counter() - start)
            first += matches[0].page == page.id
        work = (time.process_time() - used) / count  # the making of the second scan among it
    clock = f"median {np.median(times):.2f} s, worst {max(times):.2f} s"
    return f"{first} of {count} first; {clock}; processor {work:.2f} s"


def main() -> None:
    """Print the times, the memory, and whether the answers are exact."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder for the vectors (256 and 157 MB)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--project", type=Path, help="of page_search, for whole queries")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rows = make_rows(options.out / "rows.npy", 1280, options.seed)
    if options.project:  # without what the other measurements map into memory
        files = options.out / "rows.npy", options.out / "maps.npy"
        make_rows(files[1], 784, options.seed + 1)
        print(f"whole queries: {whole_queries(options.project, *files, 20)}")
        print(f"most memory: {peak():.0f} MB")
        return
    rng = np.random.default_rng([options.seed, 1])
    query = rows[int(rng.integers(ROWS))].astype(np.float32)
    queries = rows[rng.integers(ROWS, size=64)].astype(np.float32)
    print(f"one query among {ROWS:,} × 1280: {timed(lambda: find_nearest(query, rows, 50))}")
    print(f"64 queries at once:            {timed(lambda: find_nearest(queries, rows, 50))}")
    print(f"most memory so far:            {peak():.0f} MB")
    plain = timed(lambda: [rows[k : k + BLOCK] @ query for k in range(0, ROWS, BLOCK)])
    print(f"NumPy, float16 as it is:       {plain}")
    print(f"exact (50 nearest, 3 queries):  {all(is_exact(rows, q, 50) for q in queries[:3])}")


if __name__ == "__main__":
    main()
