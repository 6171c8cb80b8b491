"""Is a second scan of a page found first, and how fast: against the frozen network alone.

Sketchbooks of the sample program (drawings, washes, notes, covers, bad scans) become one library.
Pages of it are scanned again (``second_scans``): turned by 2 degrees, other paper and light, JPEG
60; each is looked for among all pages. Peer: nearest by the packaged network, as it comes.
Thresholds were chosen on seeds 101 to 103; report on others.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.seeing.second_scans import scan_again
from strokebook.base.imaging.images import open_image
from strokebook.demo import make_library
from strokebook.library.catalogue.records import Page
from strokebook.pipeline.project import Project, open_project
from strokebook.pipeline.project_backbone import ProjectBackbone
from strokebook.pipeline.seeing.page_search import PageSearch
from strokebook.pipeline.stage import usable_pages
from strokebook.pipeline.stages.embed import embed
from strokebook.pipeline.stages.scan import scan_library
from strokebook.vision.backbones.backbone import load_backbone

SETTINGS = """
[project]
library = "../library"
[vision]
backbone = "efficientnet-lite0"
fine_tune_epochs = 0
"""
SHOWN = 10


def make_project(folder: Path, seeds: Sequence[int], pages: int) -> Path:
    """A project over a library of one sketchbook a seed; kept when it is there already."""
    for seed in seeds:
        place = folder / "made" / f"sb{seed}"
        make_library(place, seed=seed, pages=pages, book=f"sb{seed}")
        link = folder / "library" / f"sb{seed}"
        link.parent.mkdir(exist_ok=True)
        if not link.exists():
            (place / f"sb{seed}").rename(link)
    project = folder / "project"
    project.mkdir(exist_ok=True)
    (project / "strokebook.toml").write_text(SETTINGS)
    return project


def look_at_pages(project: Project) -> None:
    """Scan the library and embed its pages, with the packaged network as it comes."""
    scan_library(project)
    eyes = ProjectBackbone(project)
    if eyes.known_fingerprint is None:
        eyes.remember(load_backbone(project.settings.vision), 0.0, "as it comes")
    embed(project, eyes, usable_pages(project))


def choose(pages: Sequence[Page], count: int, seed: int) -> list[Page]:
    """Pages that are asked for, of all kinds, in a fixed order; more than there are come again."""
    rng = np.random.default_rng([seed, 0])
    rounds = [rng.permutation(len(pages)) for _ in range(-(-count // len(pages)))]
    return [pages[int(row)] for row in np.concatenate(rounds)[:count]]


def rank_of(ids: Sequence[str], wanted: str) -> int:
    """Place of a page in a list, from 1; 0: it is not there."""
    return ids.index(wanted) + 1 if wanted in ids else 0


def main() -> None:
    """Print the table, and every query of which the page did not come first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder for the library and its project")
    parser.add_argument("--seeds", type=int, nargs="+", default=[201, 202, 203])
    parser.add_argument("--pages", type=int, default=110)
    parser.add_argument("--queries", type=int, default=500)
    options = parser.parse_args()
    project = make_project(options.out, options.seeds, options.pages)
    with open_project(project) as opened:
        look_at_pages(opened)
        search = PageSearch(opened)
        pages = usable_pages(opened)
        chosen = choose(pages, options.queries, options.seeds[0])
        ours, peers, seconds, certain = Counter[int](), Counter[int](), [], 0
        for number, page in enumerate(chosen):
            rng = np.random.default_rng([options.seeds[0], 1, number])
            picture = scan_again(open_image(opened.library / page.path), rng)
            start = time.perf_counter()
            asked = search.of_picture(picture)
            matches = search.rank_query(asked, SHOWN)
            seconds.append(time.perf_counter() - start)
            rank = rank_of([match.page for match in matches], page.id)
            certain += bool(rank == 1 and matches[0].score > 1)
            rows, _ = search.index.network.nearest(asked.vector, SHOWN)
            peer = rank_of([search.index.ids[row] for row in rows[0]], page.id)
            ours[rank] += 1
            peers[peer] += 1
            if rank != 1:
                print(f"  {page.id} ({page.folder}) came {rank or 'not at all'}: {matches[0]}")
            if number % 25 == 24:
                print(f"  {number + 1} done, first: {ours[1]}", flush=True)
    count = len(chosen)
    print(f"{count} second scans among {len(pages)} pages, seeds {options.seeds}")
    for name, ranks in (("strokebook", ours), ("frozen packaged network", peers)):
        among = sum(ranks[place] for place in range(1, SHOWN + 1))
        print(f"{name:28}first {ranks[1] / count:.3f}   in the first ten {among / count:.3f}")
    print(f"told as the same page: {certain / count:.3f}")
    print(
        f"seconds a query: median {np.median(seconds):.2f}, 95 %: {np.percentile(seconds, 95):.2f}"
    )


if __name__ == "__main__":
    main()
