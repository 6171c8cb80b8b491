"""Local binarisation for the pen engine: a page's ink at a size that is good for thinning.

The page is divided by its background (estimated on a reduced copy), and a pixel is ink when it is
darker than half as dark as the darkest spot within half a pen's reach: so a faint line and a dark
one are both cut at half their own height and keep their width and their distance. What is only
weakly dark stays where it hangs together with something strong (hysteresis). Then the ink's box
alone is brought to a working size at which lines are neither thin nor needlessly wide.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from strokebook.base.array_types import Bytes, Floats, Floats32, Ints32
from strokebook.base.errors import InputRefused
from strokebook.tracing.binarisation.background import as_bytes, divide_by_background
from strokebook.tracing.binarisation.clean import without_edges
from strokebook.tracing.binarisation.components import crumbs, erase, inked, line_width, marks
from strokebook.tracing.binarisation.distance_transform import connected, to_paper
from strokebook.tracing.binarisation.levels import LEAST_CONTRAST, Grey, Levels, levels
from strokebook.tracing.binarisation.ridges import ASIDE, faint_lines, offsets
from strokebook.tracing.options import TraceOptions

WEAK = 0.2  # of the ink's contrast: as faint as a line that hangs together with ink may be
FAINT, LEAST_FAINTNESS = 0.08, 14  # the same for what is told from paper by its shape, a line
HALF = 0.5  # of a line's own height: where it is cut
USUAL = 1.0  # of the median line's height: what is higher is cut as if it were so high
THIN, WIDE = 4.5, 10.0  # widths of line, in pixels, between which the page is left as it is
WORKING_PEN = 5.0  # to which others are brought
MOST_ENLARGED = 3.0
MOST_PIXELS = 24e6  # of the working copy
MOST_INK = 0.7  # of the page: more is a solid picture
MOST_FINE, FINE = 0.2, 2.0  # so much of it in marks of less than two pixels: noise
SHARP = 0.2  # slope at a line's rim, as a share of its height per page pixel
LEAST_FAINT = 8.0  # pen widths squared of a pale mark that is sharp
SPECK = 4.0  # pen widths squared: marks no larger than a few dots, …
MOST_SPECKS = 3000  # … if there are so many …
SPECK_SHARE = 0.4  # … and they make up this share of the ink: noise
RISE = 0.5  # of the weakest line's height: a line is darker than both its sides by so much
CRUMB = 2.5  # pen widths squared: a mark that is smaller …
NEAR = 1.5  # … and no more pen widths away from a larger one is no dot
MARGIN = 3  # pixels of paper around the ink's box


@dataclass(frozen=True, eq=False)
class Ink:
    """The ink of a page, cut out and at working size.

    Attributes:
        mask: ``(H, W)`` uint8, 1 on ink; the outermost pixels are paper.
        dark: ``(H, W)`` uint8, how dark each pixel is, 0 on paper, whatever the light.
        cut: ``(H, W)`` uint8: ink is darker than this.
        distance: ``(H, W)`` distance of the ink's pixels to the paper.
        pixels: Flat indices of the ink.
        pen: Width of the line in working pixels.
        scale: Working pixels per page pixel, across and down.
        origin: Page pixel (x, y) of the cut-out's upper left corner; it may lie off the page.
        page: Width and height of the page.
        threshold: Grey of the flattened page at which the middle line is cut.
        share: Share of the page that is ink.
        flat: ``(H', W')`` the flattened page, for pictures of the steps.
    """

    mask: Bytes
    dark: Bytes
    cut: Bytes
    distance: Floats32
    pixels: Ints32
    pen: float
    scale: tuple[float, float]
    origin: tuple[int, int]
    page: tuple[int, int]
    threshold: int
    share: float
    flat: Grey

    def to_page(self, points: Floats) -> Floats:
        """Working coordinates (pixel i covers i…i + 1) as page pixels; none lies off the page."""
        return np.clip(points / self.scale + self.origin, 0.0, self.page)


def find_ink(grey: Grey, options: TraceOptions, source: str = "page") -> Ink | None:
    """The ink of a page; None where there is none.

    Raises:
        InputRefused: The page is covered with marks all over, like noise.
    """
    flat = divide_by_background(grey, options.background)
    grey_levels = levels(flat)
    if grey_levels is None:
        return None
    dark = as_bytes(cv2.bitwise_not(flat))
    rough = _threshold(dark, round(HALF * grey_levels.contrast))
    pen, share = edge_pen(rough), cv2.countNonZero(rough) / rough.size
    if share > MOST_INK or (share > MOST_FINE and pen < FINE):
        raise noise(source)
    weak = _threshold(dark, round(_faintest(grey_levels)))
    kept = as_bytes(without_edges(weak.view(np.bool_), pen).view(np.uint8))
    gone = weak ^ kept
    box = _box(kept | _faint(dark, grey_levels), MARGIN + round(pen))
    if box is None:
        return None
    return _at_working_size(dark, flat, gone, box, grey_levels, pen, options, source)


def _weakest(grey_levels: Levels) -> float:
    """Darkness under which nothing is ink."""
    return max(LEAST_CONTRAST, 5 * grey_levels.noise, WEAK * grey_levels.contrast)


def _faintest(grey_levels: Levels) -> float:
    """Darkness under which there is no line either."""
    return max(LEAST_FAINTNESS, 5 * grey_levels.noise, FAINT * grey_levels.contrast)


def _faint(dark: Bytes, grey_levels: Levels) -> Bytes:
    """Where faint lines may be: what is dark over more than a grain."""
    return _threshold(as_bytes(cv2.blur(dark, (5, 5))), round(_faintest(grey_levels) / 3))


def _threshold(dark: Bytes, above: int) -> Bytes:
    return as_bytes(cv2.threshold(dark, above, 1, cv2.THRESH_BINARY)[1])


def edge_pen(mask: Bytes) -> float:
    """Width of the line from the ink's area and outline; 1 at least.

    A first guess at full size, before the page is reduced and distances are known; the final
    width is :func:`~.components.line_width`, then the median between the line's rims
    (:func:`strokebook.tracing.skeleton.centerline.center_chains`).

    A long line of width w has an area of w times its length and an outline of twice its length;
    pixel edges run 4/π times as long as the outline of a line in a random direction.
    """
    area = cv2.countNonZero(mask)
    across = cv2.countNonZero(cv2.absdiff(mask[:, 1:], mask[:, :-1]))
    down = cv2.countNonZero(cv2.absdiff(mask[1:], mask[:-1]))
    outline = (across + down) * np.pi / 4
    return max(1.0, 2.0 * area / outline) if outline else 1.0


def _box(mask: Bytes, margin: int) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of the ink with a margin, inside the page."""
    x, y, w, h = cv2.boundingRect(mask)
    if not w:
        return None
    height, width = mask.shape
    return (
        max(0, x - margin),
        max(0, y - margin),
        min(width, x + w + margin),
        min(height, y + h + margin),
    )


def _at_working_size(
    dark: Bytes,
    flat: Grey,
    gone: Bytes,
    box: tuple[int, int, int, int],
    grey_levels: Levels,
    pen: float,
    options: TraceOptions,
    source: str,
) -> Ink | None:
    left, top, right, bottom = box
    beyond = round(pen / 2) + 1
    height, width = dark.shape
    around = (
        beyond * (top == 0), beyond * (bottom == height),
        beyond * (left == 0), beyond * (right == width),
    )  # fmt: skip
    part = _continued(dark[top:bottom, left:right], around)
    gone = _continued(gone[top:bottom, left:right], around)
    left, top = left - around[2], top - around[0]
    size = _working_size(part, pen)
    if size != part.shape[::-1]:
        how = cv2.INTER_AREA if size[0] < part.shape[1] else cv2.INTER_CUBIC
        work = as_bytes(cv2.resize(part, size, interpolation=how))
        gone = as_bytes(cv2.resize(gone, size, interpolation=cv2.INTER_NEAREST))
    else:
        work = part
    scale = (size[0] / part.shape[1], size[1] / part.shape[0])
    pen = max(pen * scale[0], 1.0)
    if pen >= 3:
        work = as_bytes(cv2.GaussianBlur(work, (3, 3), 0))
    if gone.any():
        reach = 2 * round(pen) + 3
        work[cv2.dilate(gone, np.ones((reach, reach), np.uint8)) > 0] = 0
    mask, cut = local_mask(work, grey_levels, pen)
    pixels = _marks(mask, work, cut, grey_levels, pen, scale[0], options, source)
    if not len(pixels):
        return None
    distance = to_paper((mask.shape[0], mask.shape[1]), pixels)
    return Ink(
        mask=mask,
        dark=work,
        cut=cut,
        distance=distance,
        pixels=pixels,
        pen=line_width(distance.ravel(), pixels, mask.shape[1]),
        scale=scale,
        origin=(left, top),
        page=(dark.shape[1], dark.shape[0]),
        threshold=grey_levels.threshold(HALF),
        share=len(pixels) / (dark.size * scale[0] * scale[1]),
        flat=flat,
    )


def _continued(part: Bytes, around: tuple[int, int, int, int]) -> Bytes:
    """The page and a little beyond its borders, so that a line that runs off it ends there.

    A line that crosses the border goes on as it is, or as seen in a mirror there; one that runs
    along the border does so only in one of them, and gets no thicker.
    """
    if not any(around):
        return part.copy()
    above, below, before, behind = around
    straight = cv2.copyMakeBorder(part, above, below, before, behind, cv2.BORDER_REPLICATE)
    mirrored = cv2.copyMakeBorder(part, above, below, before, behind, cv2.BORDER_REFLECT_101)
    return as_bytes(cv2.min(straight, mirrored))


def _working_size(part: Bytes, pen: float) -> tuple[int, int]:
    height, width = part.shape
    scale = 1.0
    if pen < THIN:
        scale = min(MOST_ENLARGED, WORKING_PEN / pen)
    elif pen > WIDE:
        scale = WORKING_PEN / pen
    scale = min(scale, float(np.sqrt(MOST_PIXELS / part.size)))
    return max(1, round(width * scale)), max(1, round(height * scale))


def local_mask(dark: Bytes, grey_levels: Levels, pen: float) -> tuple[Bytes, Bytes]:
    """Ink, and the darkness under which it ends at each pixel.

    Args:
        dark: ``(H, W)`` darkness, 0 on paper.
        grey_levels: The page's ink and paper.
        pen: Width of the line in pixels.

    Returns:
        ``(H, W)`` uint8 with 1 on ink and 0 along the border, and the cut.
    """
    weak = _weakest(grey_levels)
    reach = 2 * round(0.75 * pen + 1) + 1
    peak = as_bytes(cv2.dilate(dark, np.ones((reach, reach), np.uint8)))
    # Crossings of thin lines are darker than one line: they must not cut the lines beside them.
    counts = cv2.calcHist([peak], [0], _threshold(dark, round(weak)), [256], [0, 256]).ravel()
    usual = USUAL * int(np.searchsorted(np.cumsum(counts), counts.sum() / 2))
    cut = as_bytes(cv2.LUT(peak, _cuts(weak, usual)))
    mask = _threshold(as_bytes(cv2.compare(dark, cut, cv2.CMP_GT)), 0)
    faintest = _faintest(grey_levels)
    ridge = _ridges(mask, dark, faintest, pen)
    if ridge is not None:
        zone = as_bytes(cv2.dilate(ridge, np.ones((reach, reach), np.uint8)))
        cv2.copyTo(cv2.LUT(peak, _cuts(faintest, usual)), zone, cut)
        mask |= zone & _threshold(as_bytes(cv2.compare(dark, cut, cv2.CMP_GT)), 0)
        wide = as_bytes(cv2.dilate(ridge, np.ones((3, 3), np.uint8)))
        mask |= wide & _threshold(dark, round(faintest))
    mask[[0, -1]] = 0
    mask[:, [0, -1]] = 0
    return mask, cut


def _cuts(weakest: float, usual: float) -> Bytes:
    """Where a line of each height is cut."""
    heights = np.minimum(np.arange(256), usual)
    return np.maximum(weakest, HALF * heights).clip(0, 255).astype(np.uint8)


def _ridges(mask: Bytes, dark: Bytes, faintest: float, pen: float) -> Bytes | None:
    """What lies under the cut and yet is a line: beside a dark one, or where the pen ran dry."""
    width = mask.shape[1]
    aside, near = offsets(width, ASIDE * pen), offsets(width, 1.0)
    rise = round(RISE * faintest)
    if not faint_lines(mask.ravel(), dark.ravel(), aside, near, round(faintest), rise):
        return None
    ridge = _threshold(mask, 1)
    mask &= 1
    return ridge


def _marks(
    mask: Bytes,
    dark: Bytes,
    cut: Bytes,
    grey_levels: Levels,
    pen: float,
    scale: float,
    options: TraceOptions,
    source: str,
) -> Ints32:
    """Clear connected marks that are specks, or pale all over (ink of the other side).

    Returns:
        Flat indices of the ink that stays.
    """
    shape = (mask.shape[0], mask.shape[1])
    pixels = inked(mask.ravel())
    count, flat = connected(shape, pixels)
    area, peak, slope = marks(flat, dark.ravel(), cut.ravel(), pixels, count, mask.shape[1])
    small = area[1:] < SPECK * pen * pen
    if small.sum() > MOST_SPECKS and area[1:][small].sum() > SPECK_SHARE * len(pixels):
        raise noise(source)
    # What shines through the paper is blurred by it; a faint line of this side is sharp.
    sharp = (slope * max(1.0, scale) >= SHARP) & (area >= LEAST_FAINT * pen * pen)
    crumb = crumbs(flat, pixels, area, CRUMB * pen * pen, round(NEAR * pen), shape)
    keep = (
        ~crumb
        & (area >= options.dot * pen * pen)
        & (sharp | (peak >= options.pale * grey_levels.contrast))
    )
    return erase(mask.ravel(), flat, pixels, keep)


def noise(source: str) -> InputRefused:
    """The error with which a page of noise is refused."""
    return InputRefused(
        source,
        "is covered with marks all over, like noise or a solid picture, not lines.",
        "Scan it again with less contrast, or file it as something else than a drawing.",
    )
