"""What the rule of kinds says of a page by its preview, kept under the page's image and folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from PIL import Image

from strokebook.base.imaging.images import open_image
from strokebook.library.catalogue.records import Page
from strokebook.library.disk.previews import preview_path
from strokebook.pipeline.project import Project
from strokebook.pipeline.stage import Timer, key_of
from strokebook.vision.labels.kind_rule import KindVerdict, judge
from strokebook.vision.labels.measures import PageMeasures, measure

RULE_VERSION = "2"


@dataclass(frozen=True)
class RuledPage:
    """A page's verdict and measures, the key that it is kept under, and the seconds it took."""

    page: Page
    key: str
    verdict: KindVerdict
    measures: PageMeasures
    seconds: float


def judge_key(page: Page) -> str:
    """The key of what the rule says of a page."""
    return key_of(RULE_VERSION, page.image, page.folder or "")


def judge_page(project: Project, page: Page) -> RuledPage:
    """What the rule says of a page; its preview is opened."""
    return judge_preview(open_image(preview_path(project.folder, page.image)), page)


def judge_preview(preview: Image.Image, page: Page) -> RuledPage:
    """What the rule says of a page that is open already."""
    timer = Timer()
    measures = measure(preview)
    verdict = judge(measures, page.folder)
    return RuledPage(page, judge_key(page), verdict, measures, timer.seconds)


def keep_verdicts(project: Project, judged: Sequence[RuledPage]) -> None:
    """Write verdicts into the catalogue, as labels of the rule and as results."""
    labels = {j.page.image: (j.verdict.label, j.verdict.confidence) for j in judged}
    project.catalogue.set_rule_labels(labels)
    project.catalogue.forget_class_labels(list(labels))  # they were given by other measures
    for j in judged:
        facts = {
            "label": j.verdict.label,
            "reasons": j.verdict.reasons,
            "measures": [round(float(value), 5) for value in astuple(j.measures)],
        }
        project.catalogue.put_result("judge", j.page.image, j.key, j.seconds, facts)
