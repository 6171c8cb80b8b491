"""A sample library, drawn by the program from a seed: people in one line, scanned sketchbooks."""

from strokebook.demo.library import SampleSummary, make_library
from strokebook.demo.people import KINDS, draw_person, start_drawing

__all__ = ["KINDS", "SampleSummary", "draw_person", "make_library", "start_drawing"]
