"""Settings that were renamed: their former names, by which old files and cache keys know them.

A file with a former name is read, with a notice. Cache keys are made of the former names, so that
a rename makes no stage of an old project work again.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from typing import Any

log = logging.getLogger(__name__)

# Options class → present name → former names, the oldest first.
FORMER_NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "CompositionOptions": {"max_turns": ("turns",), "max_figures": ("figures",)},
    "DatasetOptions": {"point_budget": ("budget",), "min_drawings_to_cut": ("fewest_to_cut",)},
    "ModelOptions": {"local_frame": ("seeing", "page_aware")},
    "VisionOptions": {"retention_weight": ("keep",)},
}

# Settings added later, at the value that changes nothing: then they are not in a cache key either.
NEUTRAL: dict[str, dict[str, Any]] = {
    "CompositionOptions": {"drop_certainty": 1.01},
    "DatasetOptions": {"outlier_fence": 0.0, "step": 0.0},
    "ModelOptions": {"z_dropout": 0.0},
    "PageOptions": {"step": 0.0},
    "TrainOptions": {"target_noise": False, "schedule": "decay", "ema_decay": 0.0},
}


def with_present_names(cls: type, values: Mapping[str, Any], where: str) -> dict[str, Any]:
    """``values`` with the present names of ``cls``; each former name is logged once as a notice.

    A former name beside the present one is left as it is: as an unknown name it is an error.
    """
    former = FORMER_NAMES.get(cls.__name__, {})
    present = {old: new for new, names in former.items() for old in names}
    renamed = {}
    for name, value in values.items():
        new = present.get(name, name)
        if new != name and new in values:
            new = name
        if new != name:
            _notice(where, name, new)
        renamed[new] = value
    return renamed


def with_former_names(cls: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` as the oldest version would have them, for cache keys."""
    former, neutral = (table.get(cls.__name__, {}) for table in (FORMER_NAMES, NEUTRAL))
    return {
        former.get(name, (name,))[0]: value
        for name, value in values.items()
        if name not in neutral or value != neutral[name]
    }


@functools.cache
def _notice(where: str, old: str, new: str) -> None:
    log.warning("%s: the setting %s is called %s now; the old name is still read.", where, old, new)
