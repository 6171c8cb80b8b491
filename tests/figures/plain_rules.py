"""The artist's rules written out word for word, one pair at a time: slow, and easy to check."""

import numpy as np

PAIRS = ((0, 0), (0, -1), (-1, 0), (-1, -1))  # start-start, start-end, end-start, end-end


def far(a, b):
    return float(np.linalg.norm(np.asarray(a, float) - np.asarray(b, float)))


def join_once(strokes, distance):
    """The strokes after one join, or None where no ends are nearer than the distance."""
    ordered = sorted(strokes, key=len, reverse=True)
    best = None
    for i, one in enumerate(ordered):
        for j, two in enumerate(ordered):
            for p, q in PAIRS:
                if i != j and (best is None or far(one[p], two[q]) < best[0]):
                    best = (far(one[p], two[q]), i, j, p, q)
    if best is None or best[0] >= distance:
        return None
    _, i, j, p, q = best
    one, two = ordered[i], ordered[j]
    rest = [s for k, s in enumerate(ordered) if k not in (i, j)]
    if p == 0:  # the other goes before, its near end last
        return [(two[::-1] if q == 0 else two) + one, *rest]
    return [one + (two if q == 0 else two[::-1]), *rest]


def splice_once(strokes, distance):
    """The strokes after one splice, or None where no vertex is within the distance."""
    best = None
    for i, one in enumerate(strokes):
        for j, two in enumerate(strokes):
            for k in range(len(two) - 1) if i != j else ():
                total = far(one[0], two[k]) + far(one[-1], two[k])
                if best is None or total < best[0]:
                    best = (total, i, j, k)
    if best is None or best[0] > distance:
        return None
    _, i, j, k = best
    rest = [s for n, s in enumerate(strokes) if n not in (i, j)]
    return [strokes[j][:k] + strokes[i] + strokes[j][k:], *rest]


def repeat(once, strokes, distance):
    """Every state, from the strokes as given to the last."""
    states = [[[tuple(p) for p in s] for s in strokes]]
    while (after := once(states[-1], distance)) is not None:
        states.append(after)
    return states


def overlap(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0.0) * max(height, 0.0)
    area = [(c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)]
    union = area[0] + area[1] - shared
    return shared / union if union > 0 else 0.0


def separate(boxes, least):
    """Groups of box numbers; a box already merged may be merged again in the same pass."""
    groups = [[k] for k in range(len(boxes))]
    while True:
        merged, around, gone = [], [], set()
        for a in range(len(groups)):
            others = [b for b in range(len(groups)) if b != a]
            if a in gone or not others:
                continue
            b = max(others, key=lambda b: overlap(boxes[a], boxes[b]))  # the first of equals
            if overlap(boxes[a], boxes[b]) >= least:
                gone |= {a, b}
                merged.append(groups[a] + groups[b])
                both = np.array([boxes[a], boxes[b]])
                around.append([*both[:, :2].min(0), *both[:, 2:].max(0)])
        for k in range(len(groups)):
            if k not in gone:
                merged.append(groups[k])
                around.append(boxes[k])
        if len(merged) == len(groups):
            return groups
        groups, boxes = merged, around
