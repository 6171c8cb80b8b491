"""Random strokes for the tests of joining, splicing and separating."""

from hypothesis import strategies as st

# A small grid makes ties and repeated points common; fractions make them rare.
_grid = st.tuples(st.integers(0, 5), st.integers(0, 5))
_plane = st.tuples(*[st.floats(0, 60, width=32)] * 2)


def _pages(point):
    stroke = st.lists(point, min_size=1, max_size=5)
    fresh = st.lists(stroke, max_size=7)
    return fresh | st.tuples(fresh, st.integers(1, 3)).map(lambda t: t[0] + t[0][: t[1]])


pages = _pages(_grid) | _pages(_plane)
distances = st.sampled_from([0.0, 1.0, 1.5, 3.0, 15.0, 40.0])
