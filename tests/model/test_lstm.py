import pytest
import torch
from torch import nn

from strokebook.model.lstm import FORGET_BIAS, LstmLayer, State

T, B, D, C, H = 4, 2, 2, 3, 4


def layer(constants: int = 0) -> LstmLayer:
    made = LstmLayer(D, H, constants, torch.Generator().manual_seed(1)).double()
    nn.init.normal_(made.bias, std=0.3)
    return made


def start() -> State:
    return State(torch.randn(B, H).double(), torch.randn(B, H).double())


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


def test_equals_torch_lstm_without_dropout() -> None:
    ours = layer()
    inputs, state = torch.randn(T, B, D).double(), start()
    hiddens, last = ours(inputs, state, ours.offset(B))
    theirs, (hidden, cell) = torch_twin(ours)(inputs, (state.hidden[None], state.cell[None]))
    torch.testing.assert_close(hiddens, theirs)
    torch.testing.assert_close(last.hidden, hidden[0])
    torch.testing.assert_close(last.cell, cell[0])


def test_gradients_equal_torch_lstm() -> None:
    ours = layer()
    inputs, state = torch.randn(T, B, D).double(), start()
    twin = torch_twin(ours)
    hiddens, last = ours(inputs, state, ours.offset(B))
    (hiddens.square().sum() + last.cell.sum()).backward()
    theirs, (_, cell) = twin(inputs, (state.hidden[None], state.cell[None]))
    (theirs.square().sum() + cell.sum()).backward()
    i, f, g, o = twin.weight_hh_l0.grad.chunk(4)
    torch.testing.assert_close(ours.recurrent_weight.grad, torch.cat((i, f, o, g)))
    i, f, g, o = twin.bias_ih_l0.grad.chunk(4)
    torch.testing.assert_close(ours.bias.grad, torch.cat((i, f, o, g)))


@pytest.mark.parametrize("dropout", [False, True])
def test_gradcheck(dropout: bool) -> None:
    made = layer(C)
    mask = torch.rand(T, B, H).lt(0.7).double() / 0.7 if dropout else None

    def run(inputs, constant, hidden, cell, *weights):  # type: ignore[no-untyped-def]
        names = [name for name, _ in made.named_parameters()]
        offset_of = {n.removeprefix("_"): w for n, w in zip(names, weights, strict=True)}
        offset = torch.func.functional_call(
            _Offset(made), {"layer." + n: w for n, w in offset_of.items()}, (constant,)
        )
        out, last = torch.func.functional_call(
            made, offset_of, (inputs, State(hidden, cell), offset, mask)
        )
        return out, last.cell

    shapes = ((T, B, D), (B, C), (B, H), (B, H))
    leaves = [torch.randn(s).double().requires_grad_() for s in shapes]
    assert torch.autograd.gradcheck(run, (*leaves, *made.parameters()))


class _Offset(nn.Module):
    def __init__(self, layer: LstmLayer) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, constant: torch.Tensor) -> torch.Tensor:
        return self.layer.offset(B, constant)


def test_dropout_equals_a_literal_cell_and_leaves_the_memory_alone() -> None:
    made = layer(C)
    inputs, constant, state = torch.randn(T, B, D).double(), torch.randn(B, C).double(), start()
    mask = torch.rand(T, B, H).lt(0.5).double() * 2
    hiddens, last = made(inputs, state, made.offset(B, constant), mask)
    h, c = state
    for t in range(T):
        both = inputs[t] @ made.input_weight.T + constant @ made.constant_weight.T
        i, f, o, g = (both + h @ made.recurrent_weight.T + made.bias).chunk(4, dim=1)
        c = torch.sigmoid(f + 1) * c + torch.sigmoid(i) * (torch.tanh(g) * mask[t])
        h = torch.sigmoid(o) * torch.tanh(c)
        torch.testing.assert_close(hiddens[t], h)
    torch.testing.assert_close(last.cell, c)


def test_steps_equal_the_whole_sequence() -> None:
    made = layer(C)
    inputs, constant, state = torch.randn(T, B, D).double(), torch.randn(B, C).double(), start()
    offset = made.offset(B, constant)
    hiddens, _ = made(inputs, state, offset)
    for t in range(T):
        state = made.step(inputs[t], state, offset)
        torch.testing.assert_close(state.hidden, hiddens[t])


def test_recurrent_weights_are_orthogonal_gate_by_gate() -> None:
    for gate in LstmLayer(D, H).recurrent_weight.detach().chunk(4):
        torch.testing.assert_close(gate @ gate.T, torch.eye(H), atol=1e-5, rtol=0)


def test_no_node_per_step_in_the_graph() -> None:
    made = layer()

    def nodes(steps: int) -> int:
        out, _ = made(torch.randn(steps, B, D).double(), made.blank(B), made.offset(B))
        seen, queue = set(), [out.grad_fn]
        while queue:
            node = queue.pop()
            if node is not None and node not in seen:
                seen.add(node)
                queue += [n for n, _ in node.next_functions]
        return len(seen)

    assert nodes(3) == nodes(30)
