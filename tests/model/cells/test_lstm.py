import json
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from strokebook.model.cells.base import CellRun, Dropout, State, loop, run_cells
from strokebook.model.cells.factory import make_cell
from strokebook.model.cells.lstm import EPS, FORGET_BIAS, LayerNormLstm, LstmLayer
from strokebook.model.data.packing import Packing
from strokebook.model.kernels.precision import computing

T, B, D, C, H = 4, 3, 2, 3, 4
LENGTHS = torch.tensor([2, 4, 3])
CELLS = [LstmLayer, LayerNormLstm]


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def layer(kind: type[LstmLayer] = LstmLayer, constants: int = 0) -> LstmLayer:
    lstm = kind(D, H, constants, torch.Generator().manual_seed(1)).double()
    for weight in lstm.parameters():
        if weight.dim() == 1:
            nn.init.normal_(weight, mean=0.5, std=0.3)
    return lstm


def start() -> State:
    return State(torch.randn(B, H).double(), torch.randn(B, H).double())


def norm(values: Tensor) -> Tensor:
    mean = values.mean(1, keepdim=True)
    return (values - mean) / ((values - mean).square().mean(1, keepdim=True) + EPS).sqrt()


def literal(lstm: LstmLayer, inputs: Tensor, constant: Tensor, state: State, factors: Tensor):
    """The cell as the papers write it, z beside every input; hidden and cell states, all steps."""
    normed = isinstance(lstm, LayerNormLstm)
    h, c = state
    hiddens, cells = [], []
    for t in range(len(inputs)):
        both = torch.cat((inputs[t], constant, h), dim=1)
        weights = torch.cat((lstm.input_weight, lstm.constant_weight, lstm.recurrent_weight), 1)
        gates = list((both @ weights.T).chunk(4, dim=1))
        for n in range(4):
            part = slice(n * H, (n + 1) * H)
            if normed:
                gates[n] = norm(gates[n]) * lstm.gain[part] + lstm.shift[part]
            else:
                gates[n] = gates[n] + lstm.bias[part]
        i, f, o, g = gates
        g = torch.tanh(g) * factors[t]
        c = torch.sigmoid(f + 1) * c + torch.sigmoid(i) * g
        seen = norm(c) * lstm.cell_gain + lstm.cell_shift if normed else c
        h = torch.sigmoid(o) * torch.tanh(seen)
        hiddens.append(h)
        cells.append(c)
    return torch.stack(hiddens), torch.stack(cells)


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("groups", [1, 2])
def test_packed_equals_a_literal_cell_drawing_by_drawing(
    kind: type[LstmLayer], groups: int
) -> None:
    lstm, state, packing = layer(kind, C), start(), Packing.of(LENGTHS, groups)
    inputs, constant = torch.randn(T, B, D).double(), torch.randn(B, C).double()
    kept = (torch.rand(T, B, H) < 0.5).to(torch.uint8)
    hiddens, cells = literal(lstm, inputs, constant, state, kept * 2.0)
    order = packing.order
    run = CellRun(
        lstm,
        packing.pack(inputs),
        State(state.hidden[order], state.cell[order]),
        lstm.offset(B, constant[order]),
        Dropout(packing.pack(kept), 2.0),
        packing,
    )
    for way in (run_cells([run])[0], loop(run)):
        outputs, last = way
        torch.testing.assert_close(outputs, packing.pack(hiddens))
        for place, n in enumerate(order.tolist()):
            torch.testing.assert_close(last.hidden[place], hiddens[LENGTHS[n] - 1, n])
            torch.testing.assert_close(last.cell[place], cells[LENGTHS[n] - 1, n])


@pytest.mark.parametrize("kind", CELLS)
def test_gradcheck(kind: type[LstmLayer]) -> None:
    lstm, packing = layer(kind, C), Packing.of(LENGTHS, 2)
    kept = (torch.rand(len(packing.step), H) < 0.7).to(torch.uint8)
    names = [name for name, _ in lstm.named_parameters()]

    def run(inputs, constant, hidden, cell, *weights):  # type: ignore[no-untyped-def]
        mask = Dropout(kept, 1 / 0.7)
        parameters = {"layer." + n: w for n, w in zip(names, weights, strict=True)}
        arguments = (inputs, constant, State(hidden, cell), mask, packing)
        return torch.func.functional_call(_Reader(lstm), parameters, arguments)

    shapes = ((len(packing.step), D), (B, C), (B, H), (B, H))
    leaves = [torch.randn(s).double().requires_grad_() for s in shapes]
    assert torch.autograd.gradcheck(run, (*leaves, *lstm.parameters()))


class _Reader(nn.Module):
    def __init__(self, layer: LstmLayer) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, inputs, constant, state, mask, packing):  # type: ignore[no-untyped-def]
        offset = self.layer.offset(B, constant)
        run = CellRun(self.layer, inputs, state, offset, mask, packing)
        ((out, last),) = run_cells([run])
        return out, last.hidden, last.cell


@pytest.mark.parametrize("kind", CELLS)
def test_layers_that_read_side_by_side_do_not_touch_each_other(kind: type[LstmLayer]) -> None:
    packing = Packing.of(LENGTHS)
    layers = [layer(kind), layer(kind)]
    inputs = [torch.randn(len(packing.step), D).double() for _ in layers]
    runs = [
        CellRun(m, x, m.zero_state(B), m.offset(B), None, packing)
        for m, x in zip(layers, inputs, strict=True)
    ]
    sum(last.hidden.sin().sum() for _, last in run_cells(runs)).backward()
    together = [m.input_weight.grad.clone() for m in layers]
    for lstm, run, grad in zip(layers, runs, together, strict=True):
        lstm.zero_grad()
        run_cells([run])[0][1].hidden.sin().sum().backward()
        torch.testing.assert_close(lstm.input_weight.grad, grad)


def torch_twin(ours: LstmLayer) -> nn.LSTM:
    """torch.nn.LSTM with our weights; its gates lie i, f, g, o and it has no forget bias."""
    twin = nn.LSTM(D, H).double()
    with torch.no_grad():
        for theirs, weight in (
            (twin.weight_ih_l0, ours.input_weight),
            (twin.weight_hh_l0, ours.recurrent_weight),
            (twin.bias_ih_l0, ours.bias),
        ):
            i, f, o, g = weight.chunk(4)
            theirs.copy_(torch.cat((i, f, g, o)))
        twin.bias_ih_l0[H : 2 * H] += FORGET_BIAS
        twin.bias_hh_l0.zero_()
    return twin


def test_equals_torch_lstm_with_gradients() -> None:
    ours, state = layer(), start()
    inputs, twin = torch.randn(T, B, D).double(), torch_twin(ours)
    hiddens, last = ours(inputs, state, ours.offset(B))
    theirs, (hidden, cell) = twin(inputs, (state.hidden[None], state.cell[None]))
    torch.testing.assert_close(hiddens, theirs)
    torch.testing.assert_close(last.hidden, hidden[0])
    torch.testing.assert_close(last.cell, cell[0])
    (hiddens.square().sum() + last.cell.sum()).backward()
    (theirs.square().sum() + cell.sum()).backward()
    i, f, g, o = twin.weight_hh_l0.grad.chunk(4)
    torch.testing.assert_close(ours.recurrent_weight.grad, torch.cat((i, f, o, g)))
    i, f, g, o = twin.bias_ih_l0.grad.chunk(4)
    torch.testing.assert_close(ours.bias.grad, torch.cat((i, f, o, g)))


@pytest.mark.parametrize("kind", CELLS)
def test_steps_equal_the_whole_sequence(kind: type[LstmLayer]) -> None:
    lstm, state = layer(kind, C), start()
    inputs, constant = torch.randn(T, B, D).double(), torch.randn(B, C).double()
    offset = lstm.offset(B, constant)
    hiddens, _ = lstm(inputs, state, offset)
    for t in range(T):
        state = lstm.step(inputs[t], state, offset)
        torch.testing.assert_close(lstm.output(state), hiddens[t])


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize(("precision", "most"), [("bf16", 0.06), ("int8", 0.25)])
def test_short_products_are_near_those_of_32_bits(
    kind: type[LstmLayer], precision: str, most: float
) -> None:
    lstm = kind(D, 64, C, torch.Generator().manual_seed(1))
    inputs, results = torch.randn(8, 5, D), []
    constant = torch.randn(5, C)
    for now in ("fp32", precision):
        lstm.zero_grad()
        with computing(now):
            out, last = lstm(inputs, lstm.zero_state(5), lstm.offset(5, constant))
        assert out.dtype == torch.float32
        (out.sin().sum() + last.cell.cos().sum()).backward()
        weights = [lstm.recurrent_weight, lstm.input_weight, lstm.constant_weight]
        results.append((out.detach(), last.cell.detach(), *(w.grad for w in weights)))
    for exact, near in zip(*results, strict=True):
        assert 0 < float((exact - near).norm() / exact.norm()) < most


def test_a_gradient_that_is_not_finite_stays_so() -> None:
    lstm = layer()
    out, _ = lstm(torch.full((T, B, D), float("nan")).double(), start(), lstm.offset(B))
    out.sum().backward()
    assert lstm.recurrent_weight.grad.isnan().any()


def test_recurrent_weights_are_orthogonal_gate_by_gate() -> None:
    for gate in LstmLayer(D, H).recurrent_weight.detach().chunk(4):
        torch.testing.assert_close(gate @ gate.T, torch.eye(H), atol=1e-5, rtol=0)


@pytest.mark.parametrize("kind", ["lstm", "layer_norm"])
def test_no_node_per_step_in_the_graph(kind: str) -> None:
    lstm = make_cell(kind, D, H)

    def nodes(steps: int) -> int:
        out, _ = lstm(torch.randn(steps, B, D), lstm.zero_state(B), lstm.offset(B))
        seen, queue = set(), [out.grad_fn]
        while queue:
            node = queue.pop()
            if node is not None and node not in seen:
                seen.add(node)
                queue += [n for n, _ in node.next_functions]
        return len(seen)

    assert nodes(3) == nodes(30)


def published(path: Path) -> list[Tensor]:
    """The arrays of a browser model: output W and b, row weights, recurrent weights, bias."""
    _, dims, blobs = json.loads(path.read_text("utf-8"))
    arrays = [np.frombuffer(b64decode(b), "<i2") / 32767 * 10 for b in blobs]
    return [torch.from_numpy(a.reshape(d)) for a, d in zip(arrays, dims, strict=True)]


def test_equals_the_published_decoder_of_bears(shared: Path) -> None:
    _, _, rows, recurrent, bias = published(shared / "data" / "magenta" / "bear.gen.json")
    units = len(recurrent)
    lstm = LstmLayer(5, units).double()
    with torch.no_grad():  # theirs: columns input, candidate, forget, output
        for weight, theirs in (
            (lstm.input_weight, rows.T),
            (lstm.recurrent_weight, recurrent.T),
            (lstm.bias, bias),
        ):
            i, g, f, o = theirs.chunk(4)
            weight.copy_(torch.cat((i, f, o, g)))
    inputs = torch.randn(6, 2, 5).double()
    outputs, _ = lstm(inputs, lstm.zero_state(2), lstm.offset(2))
    h = c = torch.zeros(2, units).double()
    for t in range(6):
        i, g, f, o = (inputs[t] @ rows + h @ recurrent + bias).chunk(4, dim=1)
        c = c * torch.sigmoid(f + 1) + torch.sigmoid(i) * torch.tanh(g)
        h = torch.tanh(c) * torch.sigmoid(o)
        torch.testing.assert_close(outputs[t], h)
