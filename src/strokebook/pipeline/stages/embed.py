"""Stage ``embed``: pages to vectors, clusters, labels, a map, sheets, and folders by label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from strokebook.base import owned
from strokebook.base.errors import Diagnostic, StrokebookError
from strokebook.base.imaging.ahead import work_ahead
from strokebook.base.imaging.images import open_image
from strokebook.library.catalogue.records import Page, Space
from strokebook.library.disk.previews import preview_path
from strokebook.library.filing import file_pages
from strokebook.pipeline.hub import hub_is_allowed
from strokebook.pipeline.locks import editing
from strokebook.pipeline.preview_images import Previews
from strokebook.pipeline.project import Project
from strokebook.pipeline.project_backbone import BATCH, ProjectBackbone
from strokebook.pipeline.stage import Outcome, Timer, is_done, key_of, usable_pages
from strokebook.pipeline.stages.clustering import put_in_clusters
from strokebook.pipeline.stages.judging import (
    RuledPage,
    judge_key,
    judge_page,
    judge_preview,
    keep_verdicts,
)
from strokebook.pipeline.stages.labelling import label_pages, sorted_pages
from strokebook.pipeline.stages.map_places import place_on_map
from strokebook.pipeline.stages.page_sheets import draw_cluster_sheets, draw_page_sheets
from strokebook.vision.backbones.backbone import Backbone, Square, load_backbone
from strokebook.vision.backbones.finetune import fine_tune
from strokebook.vision.labels.kind_rule import name_clusters

STAGE = "embed"
FORMER = "see"  # its name until 0.1; it stays in keys, so that a rename makes no work
SPACE: Space = "pages"
PURITY = 0.9  # share of a cluster's pages that a rule must agree on before it names the cluster


@owned.owning(STAGE)
def embed_pages(project: Project) -> Outcome:
    """Embed and judge new pages, put them into clusters, label them, redraw what changed."""
    outcome, timer = Outcome(STAGE), Timer()
    pages = usable_pages(project)
    eyes = ProjectBackbone(project)
    if eyes.known_fingerprint is None:
        outcome.notes.append(_choose_network(project, eyes, pages))
    outcome.worked = embed(project, eyes, pages)
    outcome.ready = len(pages) - outcome.worked
    _judge(project, pages)
    images = [page.image for page in pages]
    # No edit between new clusters and their sheets: it would name a cluster that nobody has seen.
    with editing(project):
        looked = eyes.known_fingerprint or ""
        outcome.notes += put_in_clusters(project, SPACE, looked, images)
        _name_by_rule(project, pages)
        outcome.notes += filter(None, [label_pages(project, looked, pages)])
        place_on_map(project, looked, images)
        outcome.diagnostics = file_by_label(project)
        outcome.seconds = timer.seconds
        key = key_of(FORMER, *sorted(page.image for page in pages))
        if outcome.worked or not is_done(project, STAGE, "all", key):
            project.catalogue.put_result(STAGE, "all", key, timer.seconds, {})
        draw_page_sheets(project, looked)
    return outcome


def _choose_network(project: Project, eyes: ProjectBackbone, pages: Sequence[Page]) -> str:
    """Load the network and fine-tune it on the folders and labels that the artist sorted by."""
    timer, options = Timer(), project.settings.vision
    base = load_backbone(options, project.progress.say, hub_allowed=hub_is_allowed(project))
    known = sorted_pages(project, pages)
    labels, books = [label for _, label in known], [page.book for page, _ in known]
    previews = Previews(project, [page for page, _ in known])
    tuned, report = fine_tune(base, previews, labels, options, project.progress, books)
    used = [known[row][0].image for row in report.used]
    eyes.remember(tuned, timer.seconds, report, used)
    project.progress.say(report.sentence)
    return report.sentence


def embed(project: Project, eyes: ProjectBackbone, pages: Sequence[Page]) -> int:
    """Vectors for the pages that have none yet, and what the rule says of them; how many.

    Each preview is opened once, in a thread: what the network takes of it and its measures are
    ready when the network is.
    """
    known = project.catalogue.vector_keys(SPACE, eyes.known_fingerprint or "")
    due = [page for page in pages if page.image not in known]
    judged = project.catalogue.results("judge") if due else {}
    for first in range(0, len(due), BATCH):
        part, network = due[first : first + BATCH], eyes.backbone

        def look(page: Page, network: Backbone = network) -> tuple[Square, RuledPage | None]:
            picture = open_image(preview_path(project.folder, page.image))
            key, done = judge_key(page), judged.get(page.image)
            is_new = done is None or done.key != key
            return network.square(picture), judge_preview(picture, page) if is_new else None

        verdicts: list[RuledPage | None] = []
        looks = project.progress.track(work_ahead(look, part), "Embedding", len(part))
        vectors = network.embed_squares(_squares(looks, verdicts))
        rows = dict(zip([page.image for page in part], vectors, strict=True))
        with project.catalogue.transaction():
            project.catalogue.put_vectors(SPACE, network.fingerprint, rows)
            keep_verdicts(project, [v for v in verdicts if v is not None])
    return len(due)


def _squares(
    looks: Iterable[tuple[Square, RuledPage | None]], verdicts: list[RuledPage | None]
) -> Iterator[Square]:
    """The first halves of ``looks``; the second go to ``verdicts`` in passing."""
    for square, verdict in looks:
        verdicts.append(verdict)
        yield square


def _judge(project: Project, pages: Sequence[Page]) -> None:
    """What the rule says of every page that was not judged while it was embedded."""
    done = project.catalogue.results("judge")
    due = [
        page for page in pages if page.image not in done or done[page.image].key != judge_key(page)
    ]
    judged = work_ahead(lambda page: judge_page(project, page), due)
    for verdict in project.progress.track(judged, "measure pages", len(due)):
        keep_verdicts(project, [verdict])


@owned.owning(STAGE)
def recluster(project: Project) -> list[str]:
    """Cluster all pages anew; labels by hand stay, names by hand go along where they fit.

    Returns:
        What that changed, in sentences.
    """
    pages, eyes = usable_pages(project), ProjectBackbone(project)
    if eyes.known_fingerprint is None:
        raise StrokebookError("The pages were not looked at yet.", "Run 'strokebook run' first.")
    embed(project, eyes, pages)
    images = [page.image for page in pages]
    with editing(project):
        told = put_in_clusters(project, SPACE, eyes.known_fingerprint, images, anew=True)
        _name_by_rule(project, pages)
        label_pages(project, eyes.known_fingerprint, pages)
        draw_cluster_sheets(project, SPACE, eyes.known_fingerprint)
    return told


def _name_by_rule(project: Project, pages: Sequence[Page]) -> None:
    """Name the clusters whose pages the rule agrees on; the artist's names stay."""
    judged = project.catalogue.results("judge")
    clustering = project.catalogue.clustering(SPACE)
    if clustering is None:
        return
    images = [page.image for page in pages if page.image in clustering.members]
    numbers = [clustering.members[image] for image in images]
    names = name_clusters(numbers, [str(judged[i].summary["label"]) for i in images], PURITY)
    for cluster in project.catalogue.clusters(SPACE):
        name = names.get(cluster.number)
        if cluster.name_source != "hand" and cluster.name != name:
            project.catalogue.name_cluster(SPACE, [cluster.number], name, "rule")


def file_by_label(project: Project) -> list[Diagnostic]:
    """Put the pages into folders by label, for looking through by hand."""
    report = file_pages(
        project.catalogue, project.library, project.folder, mode=project.options.filing
    )
    return list(report.warnings)
