"""Formats that a model can be exported to, and which of them take which model.

Every refusal comes from here, so that none sends a person to a format that refuses the model too.
"""

from __future__ import annotations

from strokebook.base.errors import StrokebookError
from strokebook.model.config import ModelOptions
from strokebook.model.interchange.sketchrnn_js import MIXTURES

FORMATS = {
    "web": "strokebook's page and its engine for the browser",
    "magenta": "@magenta/sketch",
    "onnx": "ONNX",
}
SUFFIXES = {".gen.json": "magenta", ".onnx": "onnx", ".safetensors": "web"}
DEFAULT = "web"  # it takes every model


def format_of(file_name: str) -> str:
    """The format that a file's name says; the default where it says none."""
    ends = [form for end, form in SUFFIXES.items() if file_name.lower().endswith(end)]
    return ends[0] if ends else DEFAULT


def obstacle(form: str, options: ModelOptions) -> str:
    """Why a format cannot hold a model, as a clause; empty where it can.

    ========  ==========================================================
    format    takes
    ========  ==========================================================
    web       every model
    magenta   SketchRNN's decoder with a plain LSTM and 20 mixtures
    onnx      SketchRNN's decoder with any cell
    ========  ==========================================================

    Args:
        form: One of :data:`FORMATS`.
        options: Of the model.
    """
    if form == "web":
        return ""
    if options.local_frame:
        return (
            "its decoder (local_frame = true) reads more than the last row, which SketchRNN's does"
            " not"
        )
    if form == "magenta" and options.decoder_cell != "lstm":
        return "its decoder is no plain LSTM"
    if form == "magenta" and options.mixtures != MIXTURES:
        return f"it has {options.mixtures} mixtures, the library knows {MIXTURES} only"
    return ""


def formats_for(options: ModelOptions) -> list[str]:
    """The formats that take a model."""
    return [form for form in FORMATS if not obstacle(form, options)]


def check(form: str, options: ModelOptions) -> None:
    """Refuse a model that a format cannot hold.

    Raises:
        StrokebookError: Which names the formats that take this model.
    """
    if why := obstacle(form, options):
        ways = " or ".join(f"--format {other}" for other in formats_for(options))
        raise StrokebookError(
            f"This model cannot be written for {FORMATS[form]}: {why}.",
            f"Export it with {ways}; for {FORMATS[form]} itself train one with [project] preset ="
            ' "paper".',
        )
