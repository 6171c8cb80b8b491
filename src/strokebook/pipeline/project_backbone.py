"""The network that looks at a project's pages, and whether its weights may be fetched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from strokebook.base import owned
from strokebook.base.errors import StrokebookError
from strokebook.pipeline.hub import ALLOW, ASK, NEVER, NOTE, has_resnet, hub_is_allowed
from strokebook.pipeline.project import Project
from strokebook.pipeline.removal.purge import network_knows
from strokebook.pipeline.stage import key_of
from strokebook.vision.backbones.backbone import Backbone, hub_would_help, load_backbone
from strokebook.vision.backbones.finetune import FineTuneReport
from strokebook.vision.backbones.saved_backbone import CARD, WEIGHTS, load_saved, save_backbone
from strokebook.vision.options import FP32, RESNET

BATCH = 64  # vectors written at a time: what a kill costs at most


class ProjectBackbone:
    """The project's backbone, loaded only when there is something to look at."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.folder = project.at("models", "vision")

    @property
    def options_key(self) -> str:
        """Key of the settings that decide which network looks."""
        o = self._project.settings.vision
        return key_of(
            o.backbone,
            str(o.weights),
            str(o.image_size),
            str(o.fine_tune_epochs),
            str(o.retention_weight),
            *([o.precision] if o.precision != FP32 else []),  # as before there was a choice
        )

    @property
    def known_fingerprint(self) -> str | None:
        """The fingerprint of the network that looked last under these settings."""
        result = self._project.catalogue.result("backbone", "all")
        if result is None or result.key != self.options_key:
            return None
        if not (self.folder / CARD).exists():  # somebody deleted it: another is made
            return None
        if network_knows(self._project, tuple(self._project.catalogue.purges())):
            return None  # it was tuned on a page that is private now, and is used no more
        return str(result.summary["fingerprint"])

    @cached_property
    def backbone(self) -> Backbone:
        """The fine-tuned network where there is one, else the one the settings ask for."""
        project, options = self._project, self._project.settings.vision
        if self.known_fingerprint is None:
            return load_backbone(options, project.progress.say, hub_allowed=hub_is_allowed(project))
        try:
            return load_saved(self.folder, options)
        except StrokebookError as error:
            for name in (CARD, WEIGHTS):
                owned.set_aside(self.folder / name)
            raise StrokebookError(
                f"The network that looks at the pages cannot be read: {error.reason}",
                "Run again: it is made anew, and what you named and corrected stays.",
            ) from error

    def remember(
        self,
        backbone: Backbone,
        seconds: float,
        report: FineTuneReport,
        tuned_on: Sequence[str] = (),
    ) -> None:
        """Keep a network as the one that looks from now on.

        Args:
            backbone: The network.
            seconds: What it took.
            report: How it was tuned.
            tuned_on: The images that it was tuned on: it goes when one of them becomes private.
        """
        save_backbone(backbone, self.folder, report)
        self.__dict__["backbone"] = backbone
        facts = {
            "fingerprint": backbone.fingerprint,
            "name": backbone.name,
            "dim": backbone.dim,
            "fine_tuning": report.sentence,
            "tuned_on": sorted(tuned_on),
        }
        self._project.catalogue.put_result("backbone", "all", self.options_key, seconds, facts)


QUESTION = (
    "The vision network {network} can be fetched from huggingface.co; nothing of yours is"
    " sent. Fetch it?"
)
RESNET_TITLE = "ResNet-34 (83 MB)"


def settle_hub(project: Project, ask: Callable[[str], bool] | None) -> None:
    """Ask whether weights may be fetched, where that was never answered and would change anything.

    Args:
        project: Open.
        ask: Puts a question to the artist; None without a terminal: nothing is fetched, and the
            next run with a terminal asks.
    """
    from strokebook.pipeline.project_backbone import ProjectBackbone

    vision = project.settings.vision
    if ask is None or vision.hub != ASK or project.catalogue.note(NOTE) or has_resnet(project):
        return
    if ProjectBackbone(project).known_fingerprint is None and hub_would_help(vision):
        project.catalogue.set_note(NOTE, ALLOW if ask(_question(vision.backbone)) else NEVER)


def _question(network: str) -> str:
    return QUESTION.format(network=RESNET_TITLE if network == RESNET else network)
