"""Products in 8 bits: recurrent ones and weights' gradients, against the same in numbers."""

import numpy as np
import pytest
import torch
from torch import Tensor

from strokebook.model.cells.lstm import EPS
from strokebook.model.data.packing import Packing
from strokebook.model.kernels import int8_weight_grad, lstm_backward, precision
from strokebook.model.kernels.int8_matmul import PackedMatrix, multiply
from strokebook.model.kernels.lstm_autograd import coded, run_lstm
from strokebook.model.kernels.lstm_buffers import LstmJob

pytestmark = pytest.mark.skipif(
    not precision._cpu_has("_is_vnni_supported"), reason="no 8-bit products here"
)
B, D, H = 9, 7, 36  # H: neither whole panels nor whole tiles


@pytest.mark.parametrize(("depth", "width"), [(40, 24), (8, 64), (132, 200)])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 13])
def test_sums_of_codes_are_exact(depth: int, width: int, count: int) -> None:
    rng = np.random.default_rng(0)
    packed = PackedMatrix(torch.from_numpy(rng.normal(size=(depth, width)).astype(np.float32)))
    rows = rng.integers(0, 256, (count + 1, depth)).astype(np.uint8)
    sums = np.full((count + 1, len(packed.starts)), 7, np.int32)
    multiply(rows, packed.panels, packed.starts, sums, count)
    codes = packed.panels.transpose(1, 3, 0, 2).reshape(depth, -1).astype(np.int64)
    np.testing.assert_array_equal(sums[:count], (rows[:count].astype(np.int64) - 128) @ codes)
    assert (sums[count] == 7).all()  # no row more
    assert not codes[:, width:].any()


def test_codes_multiply_to_within_their_steps() -> None:
    torch.manual_seed(0)
    matrix, rows = torch.randn(40, 24), torch.rand(7, 40) * 2 - 1
    product = PackedMatrix(matrix, 1 / 127).times(coded(rows))[:, :24]
    wanted = rows @ matrix
    assert 0 < float((product - wanted).norm() / wanted.norm()) < 0.02


def test_each_column_has_its_own_scale_and_what_is_not_a_number_stays_none() -> None:
    matrix = torch.ones(8, 3) * torch.tensor([1e-4, 1.0, 1e4])
    matrix[5, 1] = torch.nan
    product = PackedMatrix(matrix).times(torch.full((1, 8), 129, dtype=torch.uint8))[0, :3]
    torch.testing.assert_close(product[[0, 2]], torch.tensor([8e-4, 8e4]))
    assert product[1].isnan()


def test_blocks_are_all_steps_in_order() -> None:
    counts = np.array([50] * 60 + [20] * 30 + [1] * 5)
    blocks = int8_weight_grad.blocks(counts)
    assert [n for part in blocks for n in range(part.start, part.stop)] == list(range(95))
    sizes = [counts[part].sum() for part in blocks]
    assert max(sizes) < 1.2 * int8_weight_grad.BLOCK
    assert min(sizes) > 0.8 * int8_weight_grad.BLOCK
    assert int8_weight_grad.blocks(np.array([3])) == [slice(0, 1)]


def job(is_coded: bool, kind: torch.dtype, with_norm: bool = True) -> tuple[LstmJob, list[Tensor]]:
    torch.manual_seed(0)
    packing = Packing.of(torch.randint(3, 40, (B,)), 2)
    rows = len(packing.step)
    leaves = [
        torch.randn(rows, D),
        torch.randn(4 * H, D) * 0.3,
        torch.randn(B, 4 * H) * 0.3,
        torch.randn(4 * H, H) / H**0.5,
        torch.rand(B, H) - 0.5,
        torch.randn(B, H) * 0.5,
        torch.stack((torch.rand(4 * H) + 0.5, torch.randn(4 * H) * 0.3)),
        torch.stack((torch.rand(H) + 0.5, torch.randn(H) * 0.3)),
    ]
    leaves[0][:, 0] *= 40  # inputs of uneven size
    leaves = [leaf.requires_grad_() for leaf in leaves]
    kept = (torch.rand(rows, H) < 0.9).to(torch.uint8)
    norms = leaves[6:] if with_norm else [None, None]
    lstm_job = LstmJob(*leaves[:6], *norms, packing.groups, kept, 1 / 0.9, kind, EPS, is_coded)
    return lstm_job, leaves if with_norm else leaves[:6]


def outcome(lstm_job: LstmJob, leaves: list[Tensor]) -> list[Tensor]:
    (result,) = run_lstm([lstm_job])
    rows = torch.linspace(0.1, 2, len(result.hiddens))[:, None]
    (result.hiddens.float() * rows).sin().sum().backward()
    return [result.hiddens.detach(), *(leaf.grad for leaf in leaves)]


@pytest.mark.parametrize("with_norm", [True, False])
def test_all_gradients_are_near_those_in_numbers(
    with_norm: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Several blocks, of rows that are no whole fours.
    monkeypatch.setattr(int8_weight_grad, "BLOCK", 48)
    wanted = outcome(*job(False, torch.float32, with_norm))
    approximate = outcome(*job(True, torch.bfloat16, with_norm))
    for exact, near in zip(wanted, approximate, strict=True):
        error = float((exact - near).norm() / exact.norm())
        assert 0 < error < 0.1
    assert lstm_backward.blocks is int8_weight_grad.blocks


def test_weights_gradients_are_sums_over_rows_to_within_their_codes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Against the sums of the very codes of the gates' gradient, so that only one side is coded."""
    seen: list[tuple[np.ndarray, ...]] = []
    original = int8_weight_grad.weigh

    def kept(codes, turned, *rest):  # type: ignore[no-untyped-def]
        seen.append((codes.copy(), turned.copy(), rest[0].copy()))
        original(codes, turned, *rest)

    monkeypatch.setattr(int8_weight_grad, "weigh", kept)
    lstm_job, leaves = job(True, torch.bfloat16)
    _, _, input_grad, _, grad = outcome(lstm_job, leaves)[:5]
    exact = np.zeros((4 * H, H + 2 * D))
    for codes, turned, column_scales in seen:
        left = (turned[:, : len(codes)].astype(np.float64) - 128) * column_scales[:, None]
        exact += (left @ (codes.astype(np.float64) - 128)).T
    np.testing.assert_allclose(grad, exact[:, :H], rtol=1e-4, atol=1e-4 * abs(exact).max())
    inputs = exact[:, H : H + D] + exact[:, H + D :]
    np.testing.assert_allclose(input_grad, inputs, rtol=1e-4, atol=1e-4 * abs(exact).max())


def test_inputs_have_finer_codes_than_states() -> None:
    rng = np.random.default_rng(0)
    rows, scales = 30, rng.random(40).astype(np.float32)
    hiddens = rng.normal(size=(rows + 4, H)).astype(np.float32)
    inputs = (rng.normal(size=(40, D)) * [1e-3, 1, 1, 1, 1, 1, 1e3]).astype(np.float32)
    column_scales = np.empty(H + 2 * D, np.float32)
    codes = np.empty((H + 2 * D, 128), np.uint8)
    shifts = np.full(rows, 2, np.int64)
    int8_weight_grad.scale(2, shifts, hiddens, inputs, scales, column_scales, codes.view(np.int32))
    back = (codes[:, :rows].astype(np.float32) - 128) * column_scales[:, None]
    for values, decoded, most in (
        (hiddens[4 : rows + 4], back[:H], 2e-2),
        (inputs[2 : rows + 2], back[H : H + D] + back[H + D :], 1e-4),
    ):
        wanted = values * scales[2 : rows + 2, None]
        errors = np.linalg.norm(decoded.T - wanted, axis=0) / np.linalg.norm(wanted, axis=0)
        assert 0 < errors.max() < most


def test_twice_is_the_same_to_the_last_bit() -> None:
    first, second = (outcome(*job(True, torch.bfloat16)) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
