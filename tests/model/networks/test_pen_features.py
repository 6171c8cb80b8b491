import numpy as np
import pytest
import torch

from strokebook.model.networks.pen_features import HEADING, LOG_LENGTH, TURN, compute_features


def path(*points: tuple[float, float, int]) -> torch.Tensor:
    """One drawing: offsets, and whether a stroke begins there."""
    return torch.tensor(points, dtype=torch.float32)[:, None]


def test_a_square_heads_along_its_sides_and_turns_right() -> None:
    found = compute_features(path((0, 0, 1), (2, 0, 0), (0, 2, 0), (-2, 0, 0)), 0)[:, 0]
    np.testing.assert_allclose(found[:, HEADING], [[1, 0], [1, 0], [0, 1], [-1, 0]], atol=1e-6)
    np.testing.assert_allclose(found[2:, TURN], [[0, 1], [0, 1]], atol=1e-4)
    assert not found[:2, TURN].any()  # the first offset comes from nowhere
    assert found[1, LOG_LENGTH].item() == pytest.approx(0.5 * np.log(2), abs=1e-4)


def test_a_stroke_begins_heading_right_without_a_turn() -> None:
    found = compute_features(path((0, 0, 1), (0, 3, 0), (5, 5, 1), (0, -2, 0)), 0)[:, 0]
    np.testing.assert_allclose(found[2, HEADING], [1, 0])
    assert not found[2:, TURN].any()
    np.testing.assert_allclose(found[3, HEADING], [0, -1])


def test_points_in_one_place_have_finite_features() -> None:
    found = compute_features(path((0, 0, 1), (0, 0, 0), (0, 0, 0)), 0)
    assert torch.isfinite(found).all()
    np.testing.assert_allclose(found[:, 0, HEADING], [[1, 0]] * 3)


def test_turning_the_page_turns_the_heading_alone() -> None:
    seed = torch.Generator().manual_seed(0)
    points = torch.cat((torch.randn(9, 4, 2, generator=seed), torch.zeros(9, 4, 1)), 2)
    points[0, :, 2] = 1.0
    turned = points.clone()
    turned[..., 0], turned[..., 1] = -points[..., 1], points[..., 0]
    one, two = compute_features(points, 1), compute_features(turned, 1)
    torch.testing.assert_close(one[..., 2:], two[..., 2:], atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(one[..., 0], two[..., 1], atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("first", [1, 2, 5, 8])
def test_features_from_the_middle_on_are_the_same(first: int) -> None:
    seed = torch.Generator().manual_seed(1)
    begins = (torch.rand(9, 4, 1, generator=seed) < 0.2).float()
    points = torch.cat((torch.randn(9, 4, 2, generator=seed), begins), 2)
    points[0, :, 2] = 1.0
    assert torch.equal(compute_features(points, 0)[first:], compute_features(points, first))
