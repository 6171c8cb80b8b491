"""How well apart clusters lie, for one number of clusters after another: the silhouette."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from strokebook.base.array_types import Floats32
from strokebook.base.random_streams import RandomStream, generator
from strokebook.vision.charts import chart_image, new_chart
from strokebook.vision.clusters.k_means import Rows

MOST = 2000  # vectors that are compared each with each: 16 MB of distances
STARTS = 3  # of k-means, for each number of clusters
ALIKE = 0.02  # scores that differ by less say nothing: another sample could turn them round


@dataclass(frozen=True)
class SilhouetteCurve:
    """The mean silhouette by number of clusters.

    Attributes:
        scores: By k: from -1 (each in the wrong cluster) over 0 (clusters touch) to 1 (far apart).
        sampled: Vectors that it was measured on.
        total: Vectors that there are.
    """

    scores: dict[int, float]
    sampled: int
    total: int

    @property
    def best(self) -> int:
        """The k of the highest score; the smallest of equals."""
        return max(self.scores, key=lambda k: (self.scores[k], -k))

    def sentence(self, setting: int) -> str:
        """Which k is best, and what the setting is.

        Args:
            setting: The number of clusters that the artist's settings ask for.
        """
        best, now = self.best, self.scores.get(setting)
        told = f"The clusters lie best apart at {best} (silhouette {self.scores[best]:.2f})"
        if best == setting:
            return f"{told}, which is what the setting has."
        if now is None:
            return f"{told}; the setting is {setting}, for which there are too few."
        said = f"{told}; the setting is {setting} ({now:.2f})."
        if self.scores[best] - now < ALIKE:
            return f"{said} So small a difference says nothing: keep what suits your eye."
        few = " Few clusters are far apart where they are kinds of pages; more tell finer ones."
        return f"{said}{few if best < setting else ''} 'clusters = {best}' under [vision] sets it."


def silhouette_curve(vectors: Rows, ks: Iterable[int], seed: int = 0) -> SilhouetteCurve:
    """Cluster into each of ``ks`` groups and measure the mean silhouette (Rousseeuw 1987).

    Of more than :data:`MOST` vectors a sample is clustered and measured: its distances, each with
    each, grow with the square.

    Args:
        vectors: ``(N, D)``.
        ks: Numbers of clusters; those under 2 and over N - 1 have no silhouette and are left out.
            An iterable that shows progress may be given.
        seed: Of the sample and the starts.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.metrics import silhouette_score

    n = len(vectors)
    if n > MOST:
        chosen = generator(seed, RandomStream.SILHOUETTE_SAMPLE).choice(n, MOST, replace=False)
        vectors = vectors[np.sort(chosen)]
    points = np.asarray(vectors, np.float32)
    away, scores = _distances(points), {}
    for k in ks:
        if not 2 <= k < len(points):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # fewer different vectors than k
            numbers = KMeans(k, n_init=STARTS, random_state=seed).fit_predict(points)
        if 1 < len(np.unique(numbers)) < len(points):
            scores[k] = float(silhouette_score(away, numbers, metric="precomputed"))
    return SilhouetteCurve(scores, len(points), n)


def _distances(points: Floats32) -> Floats32:
    squares = (points**2).sum(axis=1)
    away = np.sqrt(np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0))
    np.fill_diagonal(away, 0)
    return np.asarray(away, np.float32)


def silhouette_picture(curve: SilhouetteCurve, setting: int, what: str = "pages") -> Image.Image:
    """The curve as a picture, with the best k and the setting marked.

    Args:
        curve: Of at least one k.
        setting: The number of clusters in the settings.
        what: ``pages`` or ``drawings``.
    """
    figure = new_chart(8.0, 4.6)
    axes = figure.add_subplot()
    ks, scores = zip(*sorted(curve.scores.items()), strict=True)
    axes.plot(ks, scores, "o-", color="#0072B2", markersize=4, linewidth=1.2)
    axes.plot(curve.best, curve.scores[curve.best], "o", color="#D55E00", markersize=9)
    axes.annotate(
        f"best: {curve.best}",
        (curve.best, curve.scores[curve.best]),
        xytext=(6, 8),
        textcoords="offset points",
        color="#A04000",
    )
    axes.axvline(setting, color="#666666", linestyle="--", linewidth=1)
    axes.text(setting, min(scores), f" setting: {setting}", color="#444444", va="bottom")
    measured = f"{curve.sampled} of {curve.total}" if curve.sampled < curve.total else curve.total
    axes.set(xlabel="clusters", ylabel="mean silhouette (higher: further apart)")
    axes.set_title(f"How well {what} fall into clusters ({measured} {what})", loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(y=0.15)
    return chart_image(figure)
