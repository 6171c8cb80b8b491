"""Why a page has the label it has, and how sure that is: one sentence for the artist."""

from __future__ import annotations

from strokebook.library.catalogue.records import Page
from strokebook.pipeline.output.pictures import counted
from strokebook.pipeline.project import Project


def explain_label(project: Project, page: Page) -> str:
    """Why ``page`` has its label: by hand, from its cluster, by the classifier, or by the rule."""
    if page.private and not project.options.include_private:
        return "It is private: it is listed, and used for nothing."
    if page.label is None:
        return "It has no label yet: 'strokebook run' looks at it."
    sources = {
        "hand": _by_hand,
        "cluster": _by_cluster,
        "classifier": _by_classifier,
        "rule": _by_rule,
    }
    return sources[str(page.label_source)](project, page)


def spell_certainty(confidence: float | None) -> str:
    """``92 % sure``; never 100, as nothing but a hand is."""
    if confidence is None:
        return "how sure that is was not measured"
    return f"{min(round(100 * confidence), 99)} % sure"


def _by_hand(project: Project, page: Page) -> str:
    row = project.catalogue.db.row("SELECT at FROM hand_label WHERE image = ?", (page.image,))
    when = f" on {row['at'][:10]}" if row is not None else ""
    return (
        f"You labelled it {page.label!r} by hand{when}; that holds before clusters, the classifier "
        "and the rule."
    )


def _by_cluster(project: Project, page: Page) -> str:
    cluster = next(c for c in project.catalogue.clusters("pages") if c.number == page.cluster)
    size = counted(cluster.size, "page")
    if cluster.name_source == "hand":
        sentence = (
            f"Its label comes from its cluster {cluster.number} ({size}), which you named "
            f"{cluster.name!r}"
        )
    else:
        sentence = (
            f"Its label comes from its cluster {cluster.number} ({size}), which is called "
            f"{cluster.name!r} because the rule says so of nine tenths of its pages or more"
        )
    if page.confidence is not None:
        sentence += f"; {spell_certainty(page.confidence)}"
    return f"{sentence}. {_rule_alone(project, page)}".strip()


def _by_classifier(project: Project, page: Page) -> str:
    return (
        "Its label comes from the classifier, which looks at the page as a whole and learns from "
        f"what you sort and label; {spell_certainty(page.confidence)}. "
        f"{_rule_alone(project, page)}"
    ).strip()


def _by_rule(project: Project, page: Page) -> str:
    judged = project.catalogue.result("judge", page.image)
    reasons = f": {judged.summary['reasons']}" if judged is not None else ""
    return f"Its label comes from the rule{reasons}; {spell_certainty(page.confidence)}."


def _rule_alone(project: Project, page: Page) -> str:
    """What the rule says of this page by itself, where that is known."""
    judged = project.catalogue.result("judge", page.image)
    if judged is None:
        return ""
    label, reasons = judged.summary["label"], judged.summary["reasons"]
    agrees = "agrees" if label == page.label else f"alone would say {label!r}"
    return f"The rule {agrees} ({reasons})."
