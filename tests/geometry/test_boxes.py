import numpy as np

from strokebook.geometry.boxes import areas, box_of, boxes_of, iou


def test_boxes_and_areas():
    np.testing.assert_array_equal(box_of([(3, 1), (0, 5)]), [0, 1, 3, 5])
    boxes = boxes_of([[(0, 0), (2, 3)], [(1, 1)]])
    np.testing.assert_array_equal(areas(boxes), [6, 0])
    assert boxes_of([]).shape == (0, 4)
    assert areas(boxes[0]) == 6


def test_iou_of_every_pair():
    a = np.array([[0, 0, 2, 2], [5, 5, 6, 6]], float)
    b = np.array([[1, 0, 3, 2], [0, 0, 2, 2], [2, 0, 4, 2]], float)
    np.testing.assert_allclose(iou(a, b), [[2 / 6, 1, 0], [0, 0, 0]])


def test_boxes_without_area_do_not_overlap():
    line = np.array([[0, 0, 5, 0]], float)
    np.testing.assert_array_equal(iou(line, line), [[0]])
