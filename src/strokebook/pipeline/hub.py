"""Whether weights may be fetched from the Hugging Face hub: asked once, and never without asking.

Neither the setting nor the answer is part of any key: what a network has seen stays seen.
"""

from __future__ import annotations

from strokebook.pipeline.project import Project
from strokebook.vision.options import EFFICIENTNET

NOTE, ALLOW, NEVER, ASK = "hub", "allow", "never", "ask"


def hub_is_allowed(project: Project) -> bool:
    """By the setting; or, where that says "ask", by the answer or by a ResNet already in use."""
    setting = project.settings.vision.hub
    if setting != ASK:
        return setting == ALLOW
    answer = project.catalogue.note(NOTE)
    return answer == ALLOW or (not answer and has_resnet(project))


def has_resnet(project: Project) -> bool:
    """Whether the project's network is a ResNet, or another one of the hub, already."""
    result = project.catalogue.result("backbone", "all")
    name = "" if result is None else str(result.summary.get("name", ""))
    return bool(name) and not name.startswith(EFFICIENTNET)
