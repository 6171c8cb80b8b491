import threading

import numpy as np
import pytest
import torch

from strokebook.base.jit import kernel
from strokebook.model.kernels import buffer_pool, precision, threads
from strokebook.model.kernels.arithmetic import exp, narrow, scratch, sigmoid, tanh, widen
from strokebook.model.kernels.buffer_pool import PooledBuffers
from strokebook.model.kernels.packed_matmul import PackedWeights


@kernel
def _functions(values, out, one):  # type: ignore[no-untyped-def]
    for k in range(len(values)):
        out[0, k] = exp(values[k])
        out[1, k] = sigmoid(values[k], one)
        out[2, k] = tanh(-values[k], one)


@kernel
def _narrowed(values, short, back):  # type: ignore[no-untyped-def]
    for k in range(len(values)):
        short[k] = narrow(values[k], short)
        back[k] = widen(short[k])


def test_functions_are_exact_to_rounding() -> None:
    values = np.concatenate((np.linspace(-90, 90, 4001), [0.0, -1e30, 1e30])).astype(np.float32)
    out = np.empty((3, len(values)), np.float32)
    _functions(values, out, np.float32(1))
    wide = np.clip(values.astype(np.float64), -87, 87)
    np.testing.assert_allclose(out[0], np.exp(wide), rtol=1e-5)
    np.testing.assert_allclose(out[1], 1 / (1 + np.exp(-wide)), atol=2e-7)
    np.testing.assert_allclose(out[2], np.tanh(-wide), atol=3e-7)


@kernel
def _places(like, out):  # type: ignore[no-untyped-def]
    for k in range(len(out)):
        memory = scratch(k + 1, like)
        memory[:] = 1
        out[k] = memory.ctypes.data % 64 + 1000 * (len(memory) - k - 1)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_scratch_memory_begins_on_a_line_of_the_cache(kind: type) -> None:
    out = np.ones(50, np.int64)
    _places(np.empty(1, kind), out)
    assert not out.any()


def test_bf16_is_rounded_to_nearest_and_nan_stays() -> None:
    values = torch.cat((torch.randn(1000) * 100, torch.tensor([0.0, -0.0, torch.inf, torch.nan])))
    short, back = np.empty(1004, np.uint16), np.empty(1004, np.float32)
    _narrowed(values.numpy(), short, back)
    np.testing.assert_array_equal(back, values.bfloat16().float().numpy())


@pytest.mark.parametrize("kind", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("mostly", [16, 1000])
def test_a_prepared_matrix_multiplies_as_the_plain_one(kind: torch.dtype, mostly: int) -> None:
    torch.manual_seed(0)
    matrix, rows = torch.randn(40, 24).to(kind), torch.randn(7, 40).to(kind)
    packed, more = PackedWeights(matrix, kind, mostly), torch.randn(24).to(kind)
    for count in (7, 1):
        torch.testing.assert_close(packed.times(rows[:count]), rows[:count] @ matrix)
        wanted = torch.addmm(more, rows[:count], matrix)
        torch.testing.assert_close(packed.times(rows[:count], more), wanted)


def test_memory_is_used_again_once_its_lease_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffer_pool, "_free", [])  # what other tests have given back may fit better
    lease = PooledBuffers()
    first = lease.empty(30, 1001, dtype=torch.float32)
    other = lease.empty(30, 1001, dtype=torch.float32)
    place = {first.data_ptr(), other.data_ptr()}
    assert len(place) == 2
    del lease, first, other
    again = PooledBuffers().empty(1001, 30, dtype=torch.float32)
    assert again.data_ptr() in place


def test_workers_run_all_tasks_beside_each_other_and_pass_errors_on() -> None:
    torch.set_num_threads(2)
    meet, seen = threading.Barrier(2, timeout=20), []

    def task() -> None:
        meet.wait()
        seen.append((torch.get_num_threads(), torch.is_grad_enabled()))

    threads.run([task, task])
    assert seen == [(1, False)] * 2
    with threads.alone():
        assert torch.get_num_threads() == 1
        assert threads.count() == 2
        threads.run([task, task])
    assert torch.get_num_threads() == 2
    threads.run([lambda: threads.run([lambda: seen.append("within")])] * 3)
    assert seen.count("within") == 3
    with pytest.raises(ZeroDivisionError):
        threads.run([lambda: 1 // 0])


def test_auto_is_bf16_only_where_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = torch.zeros(1), torch.zeros(1)
    for native, wanted in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(precision, "has_bf16", lambda device, native=native: native)
        with precision.computing("auto"):
            assert precision.product_type(small, 32, 100) == torch.float32
            assert precision.product_type(large, 512, 100) == wanted
            assert precision.product_type(large.double(), 512, 100) == torch.float64
    assert precision.product_type(large, 512, 100) == torch.float32


def test_freed_memory_is_kept_for_what_is_asked_for_next() -> None:
    """Else every step's large arrays come from the system page by page."""
    resource = pytest.importorskip("resource", reason="page faults are counted on Unix only")
    if not buffer_pool.keep_freed():
        pytest.skip("this C library cannot be told")

    def faults() -> int:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        arrays = [torch.empty(1 << 22).zero_() for _ in range(10)]  # 16 MiB each
        del arrays
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)

    # Without it each round has 41,000; the first ones may still have to make room in the heap.
    assert min(faults() for _ in range(5)) < 1000
