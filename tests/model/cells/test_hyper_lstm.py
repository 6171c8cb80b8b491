import pytest
import torch
from torch import Tensor, nn

from strokebook.model.cells import hyper_lstm
from strokebook.model.cells.base import Dropout, State
from strokebook.model.cells.factory import make_cell
from strokebook.model.cells.hyper_lstm import HyperLstm
from strokebook.model.cells.lstm import EPS, LayerNormLstm
from strokebook.model.kernels.precision import computing

T, B, D, C, H, S, E = 2, 2, 1, 1, 2, 2, 2


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    monkeypatch.setattr(hyper_lstm, "SMALL", S)
    monkeypatch.setattr(hyper_lstm, "EMBEDDING", E)


def shaken() -> HyperLstm:
    hyper = HyperLstm(D, H, C).double()
    for weight in hyper.parameters():
        nn.init.normal_(weight, std=0.7)
    return hyper


def norm(values: Tensor) -> Tensor:
    mean = values.mean(1, keepdim=True)
    return (values - mean) / ((values - mean).square().mean(1, keepdim=True) + EPS).sqrt()


def layer_norm_cell(cell: LayerNormLstm, sums: Tensor, c: Tensor, factors: Tensor):
    width = cell.units
    gates = [
        norm(part) * cell.gain[n * width : (n + 1) * width]
        + cell.shift[n * width : (n + 1) * width]
        for n, part in enumerate(sums.chunk(4, dim=1))
    ]
    i, f, o, g = gates
    c = torch.sigmoid(f + 1) * c + torch.sigmoid(i) * torch.tanh(g) * factors
    return torch.sigmoid(o) * torch.tanh(norm(c) * cell.cell_gain + cell.cell_shift), c


def literal(hyper: HyperLstm, inputs: Tensor, z: Tensor, factors: Tensor) -> Tensor:
    """Appendix A.2.3 of the paper with joint layer norm, gate by gate."""
    h, c, hs, cs = (torch.zeros(B, n).double() for n in (H, H, S, S))
    out = []
    for t in range(T):
        small, main = hyper.small, hyper.main
        weights = torch.cat((small.input_weight, small.constant_weight, small.recurrent_weight), 1)
        sums = torch.cat((inputs[t], h, z, hs), 1) @ weights.T
        hs, cs = layer_norm_cell(small, sums, cs, factors[t][:, H:])
        gates = []
        for n in range(4):
            units = slice(n * H, (n + 1) * H)
            scales = []
            for kind in range(3):
                first = kind * 4 * E + n * E
                e = hs @ hyper.embed_weight[first : first + E].T
                if kind < 2:
                    e = e + hyper.embed_bias[kind, n * E : (n + 1) * E]
                scales.append(e @ hyper.scale_weight[kind, n].T)
            x = torch.cat((inputs[t], z), 1)
            wx = torch.cat((main.input_weight, main.constant_weight), 1)[units]
            wh = main.recurrent_weight[units]
            gates.append(
                scales[0] * (x @ wx.T) + scales[1] * (h @ wh.T) + scales[2] + hyper.bias[units]
            )
        h, c = layer_norm_cell(main, torch.cat(gates, 1), c, factors[t][:, :H])
        out.append(h)
    return torch.stack(out)


def test_equals_a_literal_cell() -> None:
    hyper, inputs, z = shaken(), torch.randn(T, B, D).double(), torch.randn(B, C).double()
    kept = (torch.rand(T, B, H + S) < 0.6).to(torch.uint8)
    outputs, last = hyper(inputs, hyper.zero_state(B), hyper.offset(B, z), Dropout(kept, 2.0))
    torch.testing.assert_close(outputs, literal(hyper, inputs, z, kept * 2.0))
    assert outputs.shape == (T, B, H)
    assert last.hidden.shape == (B, H + S)


def test_gradcheck() -> None:
    hyper = shaken()
    names = [name for name, _ in hyper.named_parameters()]

    class Reader(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = hyper

        def forward(self, inputs: Tensor, z: Tensor, hidden: Tensor, cell: Tensor):
            out, last = self.cell(inputs, State(hidden, cell), self.cell.offset(B, z))
            return out, last.cell

    def run(inputs, z, hidden, cell, *weights):  # type: ignore[no-untyped-def]
        parameters = {"cell." + n: w for n, w in zip(names, weights, strict=True)}
        return torch.func.functional_call(Reader(), parameters, (inputs, z, hidden, cell))

    shapes = ((T, B, D), (B, C), (B, H + S), (B, H + S))
    leaves = [torch.randn(s).double().requires_grad_() for s in shapes]
    assert torch.autograd.gradcheck(run, (*leaves, *hyper.parameters()))


def test_steps_equal_the_whole_sequence() -> None:
    hyper, inputs, z = shaken(), torch.randn(T, B, D).double(), torch.randn(B, C).double()
    offset, state = hyper.offset(B, z), hyper.zero_state(B)
    outputs, _ = hyper(inputs, state, offset)
    for t in range(T):
        state = hyper.step(inputs[t], state, offset)
        torch.testing.assert_close(hyper.output(state), outputs[t])


def test_starts_with_a_tenth_of_its_parts_and_no_bias() -> None:
    hyper = HyperLstm(D, H)
    scales = hyper._scales(torch.randn(B, S))
    torch.testing.assert_close(scales[0], torch.full((B, 4 * H), 0.1))
    torch.testing.assert_close(scales[1], torch.full((B, 4 * H), 0.1))
    assert not scales[2].any()


def test_bf16_products_are_near_those_of_32_bits() -> None:
    hyper = make_cell("hyper", D, 32)
    inputs, results = torch.randn(6, B, D), []
    for precision in ("fp32", "bf16"):
        hyper.zero_grad()
        with computing(precision):
            out, _ = hyper(inputs, hyper.zero_state(B), hyper.offset(B))
        out.sin().sum().backward()
        results.append((out.detach(), hyper.main.recurrent_weight.grad))
    for exact, near in zip(*results, strict=True):
        assert 0 < float((exact - near).norm() / exact.norm()) < 0.03
