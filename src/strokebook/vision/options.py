"""Settings of the vision steps."""

from __future__ import annotations

from dataclasses import dataclass

from strokebook.base.options import option

K_MEANS, HDBSCAN = "k-means", "hdbscan"
RESNET, EFFICIENTNET = "resnet34", "efficientnet-lite0"
FP32, BF16 = "fp32", "bf16"


@dataclass(frozen=True)
class VisionOptions:
    """How pages and drawings become vectors, and vectors clusters."""

    backbone: str = option(
        RESNET,
        "network that turns an image into a vector: resnet34, efficientnet-lite0, or a vision model"
        ' of the Hugging Face hub by its name ("facebook/dinov2-small"); where its weights are'
        " neither on this computer nor to be downloaded it is efficientnet-lite0, and that is said",
    )
    weights: str | None = option(
        None,
        "folder with the network's config.json and model.safetensors; empty: from the Hugging Face"
        " hub (microsoft/resnet-34 for resnet34)",
    )
    hub: str = option(
        "ask",
        "may weights be fetched from the Hugging Face hub; nothing of yours is sent. ask: once, at"
        " a terminal; without one they are not fetched",
        choices=("ask", "allow", "never"),
    )
    hub_seconds: float = option(
        4.0, "seconds to wait for the hub to answer before falling back", low=0, high=600
    )
    image_size: int = option(
        224,
        "side in px of the square the network sees; models of the hub by name have their own",
        low=32,
        high=1024,
    )
    precision: str = option(
        FP32,
        "numbers that the network computes in; bf16 takes less than half the time where the"
        " processor has it, but sees a little worse: one page in sixteen has another nearest one",
        choices=(FP32, BF16),
    )
    batch: int = option(16, "images at a time", low=1, high=1024)
    fine_tune_epochs: int = option(
        8,
        "rounds of fine-tuning on the folder names; 0: leave the network as it is",
        low=0,
        high=1000,
    )
    fine_tune_pages: int = option(
        600, "most pages to fine-tune on, spread evenly over the folders", low=8
    )
    learning_rate: float = option(1e-3, "learning rate of fine-tuning (AdamW)", low=0, high=1)
    retention_weight: float = option(
        3.0,
        "how strongly fine-tuning holds on to what the network saw before; 0 lets pages of one"
        " folder collapse into one point",
        low=0,
    )
    clusters: int = option(16, "clusters of pages (k-means)", low=1, high=256)
    clustering: str = option(
        K_MEANS,
        "how pages that look alike are grouped. k-means: into as many clusters as said above, each"
        " page in one; hdbscan: into as many dense groups as there are, pages between them in none",
        choices=(K_MEANS, HDBSCAN),
    )
    similar: int = option(12, "pages shown as most similar to one", low=1, high=1000)
    seed: int = option(0, "seed of fine-tuning, clusters and map", low=0)
