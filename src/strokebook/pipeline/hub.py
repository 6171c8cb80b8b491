"""Whether weights may be fetched from the Hugging Face hub: asked once, and never without asking.

Neither the setting nor the answer is part of any key: what a network has seen stays seen.
"""

from __future__ import annotations

from collections.abc import Callable

from strokebook.pipeline.project import Project
from strokebook.vision.backbone import hub_would_help

NOTE, ALLOW, NEVER, ASK = "hub", "allow", "never", "ask"
QUESTION = (
    "The vision network ResNet-34 (83 MB) can be fetched from huggingface.co; nothing of yours is"
    " sent. Fetch it?"
)


def hub_is_allowed(project: Project) -> bool:
    """By the setting; or, where that says "ask", by the answer or by a ResNet already in use."""
    setting = project.settings.vision.hub
    if setting != ASK:
        return setting == ALLOW
    answer = project.catalogue.note(NOTE)
    return answer == ALLOW or (not answer and _has_resnet(project))


def settle_hub(project: Project, ask: Callable[[str], bool] | None) -> None:
    """Ask whether weights may be fetched, where that was never answered and would change anything.

    Args:
        project: Open.
        ask: Puts a question to the artist; None without a terminal: nothing is fetched, and the
            next run with a terminal asks.
    """
    from strokebook.pipeline.seeing import Eyes

    vision = project.settings.vision
    if ask is None or vision.hub != ASK or project.catalogue.note(NOTE) or _has_resnet(project):
        return
    if Eyes(project).known_fingerprint is None and hub_would_help(vision):
        project.catalogue.set_note(NOTE, ALLOW if ask(QUESTION) else NEVER)


def _has_resnet(project: Project) -> bool:
    result = project.catalogue.result("backbone", "all")
    return result is not None and str(result.summary.get("name", "")).startswith("resnet")
