"""Stage ``embed``: pages to vectors, clusters, labels, a map, sheets, and folders by label."""

from __future__ import annotations

from collections.abc import Sequence

from strokebook.base import owned
from strokebook.base.errors import Diagnostic, StrokebookError
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
from strokebook.pipeline.stages.map_places import place_on_map
from strokebook.pipeline.stages.page_sheets import draw_cluster_sheets, draw_page_sheets
from strokebook.vision.backbones.backbone import load_backbone
from strokebook.vision.backbones.finetune import fine_tune
from strokebook.vision.labels.kind_rule import judge, name_clusters
from strokebook.vision.labels.measures import measure

STAGE, RULE_VERSION = "embed", "1"
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
        place_on_map(project, looked, images)
        outcome.diagnostics = file_by_label(project)
        outcome.seconds = timer.seconds
        key = key_of(FORMER, *sorted(page.image for page in pages))
        if outcome.worked or not is_done(project, STAGE, "all", key):
            project.catalogue.put_result(STAGE, "all", key, timer.seconds, {})
        draw_page_sheets(project, looked)
    return outcome


def _choose_network(project: Project, eyes: ProjectBackbone, pages: Sequence[Page]) -> str:
    """Load the network and fine-tune it on the folders that the artist sorted pages into."""
    timer, options = Timer(), project.settings.vision
    base = load_backbone(options, project.progress.say, hub_allowed=hub_is_allowed(project))
    labels = [page.folder or page.book for page in pages]
    tuned, report = fine_tune(base, Previews(project, pages), labels, options, project.progress)
    used = [pages[row].image for row in report.used]
    eyes.remember(tuned, timer.seconds, report.sentence, used)
    project.progress.say(report.sentence)
    return report.sentence


def embed(project: Project, eyes: ProjectBackbone, pages: Sequence[Page]) -> int:
    """Vectors for the pages that have none yet; how many those were."""
    known = project.catalogue.vector_keys(SPACE, eyes.known_fingerprint or "")
    due = [page for page in pages if page.image not in known]
    for first in range(0, len(due), BATCH):
        part = due[first : first + BATCH]
        vectors = eyes.backbone.embed(Previews(project, part), project.progress)
        keys = [page.image for page in part]
        rows = dict(zip(keys, vectors, strict=True))
        project.catalogue.put_vectors(SPACE, eyes.backbone.fingerprint, rows)
    return len(due)


def _judge(project: Project, pages: Sequence[Page]) -> None:
    """What the rule says of every page, kept under the page's image and folder."""
    done = project.catalogue.results("judge")
    due = [
        (page, key)
        for page in pages
        if (key := key_of(RULE_VERSION, page.image, page.folder or ""))
        and (page.image not in done or done[page.image].key != key)
    ]
    for page, key in project.progress.track(due, "measure pages"):
        timer = Timer()
        verdict = judge(measure(open_image(preview_path(project.folder, page.image))), page.folder)
        project.catalogue.set_rule_labels({page.image: (verdict.label, verdict.confidence)})
        facts = {"label": verdict.label, "reasons": verdict.reasons}
        project.catalogue.put_result("judge", page.image, key, timer.seconds, facts)


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
