import threading

import numpy as np
import pytest
import torch

from strokebook.model import precision
from strokebook.model.fused import workers
from strokebook.model.fused.arithmetic import exp, gate_and_tanh, kernel, narrow, sigmoid, widen
from strokebook.model.fused.pool import Lease
from strokebook.model.fused.products import CODES, ZERO, Matrix


@kernel
def _functions(values, out, one):  # type: ignore[no-untyped-def]
    for k in range(len(values)):
        out[0, k] = exp(values[k])
        out[1, k] = sigmoid(values[k], one)
        out[2, k], out[3, k] = gate_and_tanh(values[k], -values[k], one)


@kernel
def _narrowed(values, short, back):  # type: ignore[no-untyped-def]
    for k in range(len(values)):
        short[k] = narrow(values[k], short)
        back[k] = widen(short[k])


def test_functions_are_exact_to_rounding() -> None:
    values = np.concatenate((np.linspace(-90, 90, 4001), [0.0, -1e30, 1e30])).astype(np.float32)
    out = np.empty((4, len(values)), np.float32)
    _functions(values, out, np.float32(1))
    wide = np.clip(values.astype(np.float64), -87, 87)
    np.testing.assert_allclose(out[0], np.exp(wide), rtol=1e-5)
    for row in (1, 2):
        np.testing.assert_allclose(out[row], 1 / (1 + np.exp(-wide)), atol=2e-7)
    np.testing.assert_allclose(out[3], np.tanh(-wide), atol=3e-7)


def test_bf16_is_rounded_to_nearest_and_nan_stays() -> None:
    values = torch.cat((torch.randn(1000) * 100, torch.tensor([0.0, -0.0, torch.inf, torch.nan])))
    short, back = np.empty(1004, np.uint16), np.empty(1004, np.float32)
    _narrowed(values.numpy(), short, back)
    np.testing.assert_array_equal(back, values.bfloat16().float().numpy())


@pytest.mark.parametrize("kind", [torch.float32, torch.float64, torch.bfloat16])
def test_a_prepared_matrix_multiplies_as_the_plain_one(kind: torch.dtype) -> None:
    torch.manual_seed(0)
    matrix, rows = torch.randn(40, 24).to(kind), torch.randn(7, 40).to(kind)
    made = Matrix(matrix, kind, 16)
    for count in (7, 1):
        torch.testing.assert_close(made.times(rows[:count]), rows[:count] @ matrix)


@pytest.mark.skipif(not precision._cpu_has("_is_vnni_supported"), reason="no 8-bit products here")
def test_codes_multiply_to_within_their_steps() -> None:
    torch.manual_seed(0)
    matrix, rows = torch.randn(40, 24), torch.rand(7, 40) * 2 - 1
    codes = (torch.round(rows * CODES) + ZERO).to(torch.uint8)
    found = Matrix(matrix, torch.bfloat16, 7, 1 / CODES).times(codes)
    wanted = rows @ matrix
    assert found.dtype == torch.float32
    assert 0 < float((found - wanted).norm() / wanted.norm()) < 0.02


def test_memory_is_used_again_once_its_lease_is_gone() -> None:
    lease = Lease()
    first = lease.empty(3, 1001, dtype=torch.float32)
    other = lease.empty(3, 1001, dtype=torch.float32)
    place = {first.data_ptr(), other.data_ptr()}
    assert len(place) == 2
    del lease, first, other
    again = Lease().empty(1001, 3, dtype=torch.float32)
    assert again.data_ptr() in place


def test_workers_run_all_tasks_beside_each_other_and_pass_errors_on() -> None:
    torch.set_num_threads(2)
    meet, seen = threading.Barrier(2, timeout=20), []

    def task() -> None:
        meet.wait()
        seen.append((torch.get_num_threads(), torch.is_grad_enabled()))

    workers.run([task, task])
    assert seen == [(1, False)] * 2
    with workers.alone():
        assert torch.get_num_threads() == 1
        assert workers.count() == 2
        workers.run([task, task])
    assert torch.get_num_threads() == 2
    workers.run([lambda: workers.run([lambda: seen.append("within")])] * 3)
    assert seen.count("within") == 3
    with pytest.raises(ZeroDivisionError):
        workers.run([lambda: 1 // 0])


def test_auto_is_bf16_only_where_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = torch.zeros(1), torch.zeros(1)
    for native, wanted in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(precision, "has_bf16", lambda device, native=native: native)
        with precision.computing("auto"):
            assert precision.product_type(small, 32, 100) == torch.float32
            assert precision.product_type(large, 512, 100) == wanted
            assert precision.product_type(large.double(), 512, 100) == torch.float64
    assert precision.product_type(large, 512, 100) == torch.float32
