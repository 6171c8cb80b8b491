"""Fitting of the two networks: maximum likelihood of the true choice of each question."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.continuity.questions import Question

HIDDEN, HIDDEN_AGAIN = 16, 12
DROPOUT = 0.1
SPREAD = 1e-3  # added to deviations, so that constant features do no harm


class Exam(NamedTuple):
    """Questions as tensors. Shape letters: N pairs, C choices, Q questions.

    Attributes:
        pairs: ``(N, F)``.
        stretches: ``(Q, G)``.
        taken: ``(C, N)`` sparse: which pairs a choice takes.
        singles: ``(C,)``.
        twice: ``(C,)``.
        question: ``(C,)`` number of the question.
        truth: ``(Q,)`` number of the true choice.
        about: Of each question.
    """

    pairs: Tensor
    stretches: Tensor
    taken: Tensor
    singles: Tensor
    twice: Tensor
    question: Tensor
    truth: Tensor
    about: tuple[str, ...]


@dataclass(frozen=True)
class Fit:
    """How the fitting goes."""

    rounds: int = 400
    rate: float = 1e-2
    decay: float = 1e-2
    seed: int = 0


def exam(questions: Sequence[Question]) -> Exam:
    """All questions put together."""
    rows: list[int] = []
    columns: list[int] = []
    singles, twice, question, truth = [], [], [], []
    first = 0
    for number, q in enumerate(questions):
        truth.append(len(singles) + q.truth)
        for choice in q.choices:
            rows += [len(singles)] * len(choice.pairs)
            columns += [first + k for k in choice.pairs]
            singles.append(choice.singles)
            twice.append(choice.twice)
            question.append(number)
        first += len(q.pairs)
    shape = (len(singles), first)
    taken = torch.sparse_coo_tensor(
        torch.tensor([rows, columns]), torch.ones(len(rows)), shape, check_invariants=True
    )
    return Exam(
        torch.tensor(np.vstack([q.pairs for q in questions]), dtype=torch.float32),
        torch.tensor(np.array([q.stretch for q in questions]), dtype=torch.float32),
        taken.coalesce(),
        torch.tensor(singles, dtype=torch.float32),
        torch.tensor(twice, dtype=torch.float32),
        torch.tensor(question),
        torch.tensor(truth),
        tuple(q.about for q in questions),
    )


class Nets(nn.Module):
    """Log-odds of pairs, costs of drawing twice, cost of a branch that ends."""

    def __init__(self, known: Exam) -> None:
        super().__init__()
        about_stretches = [about != "node" for about in known.about]
        stretched = known.stretches[torch.tensor(about_stretches)]
        self.scale = {
            "pair": _scale(known.pairs),
            "again": _scale(stretched),
        }
        features, more = known.pairs.shape[1], known.stretches.shape[1]
        self.pair = nn.ModuleList(
            [nn.Linear(features, HIDDEN), nn.Linear(HIDDEN, HIDDEN), nn.Linear(HIDDEN, 1)]
        )
        self.again = nn.ModuleList([nn.Linear(more, HIDDEN_AGAIN), nn.Linear(HIDDEN_AGAIN, 1)])
        self.single = nn.Parameter(torch.tensor(2.0))
        self.rate = nn.Parameter(torch.tensor(-3.0))

    def scores(self, asked: Exam) -> Tensor:
        """Log-likelihood of every choice but for its question's common constant, ``(C,)``."""
        pairs = functional.softplus(-self._run("pair", self.pair, asked.pairs))
        again = functional.softplus(self._run("again", self.again, asked.stretches))
        again = again + functional.softplus(self.rate) * asked.stretches[:, 0]
        taken = torch.sparse.mm(asked.taken, pairs[:, None])[:, 0]
        return -taken - asked.singles * self.single - asked.twice * again[asked.question]

    def _run(self, name: str, layers: nn.ModuleList, features: Tensor) -> Tensor:
        mean, spread = self.scale[name]
        x = (features - mean) / spread
        for k, layer in enumerate(layers):
            x = layer(torch.tanh(x) if k else x)
            if k == 0 and len(layers) > 2:
                x = functional.dropout(x, DROPOUT, self.training)
        return x[:, 0]

    def numbers(self) -> dict[str, npt.NDArray[np.float32]]:
        """What :mod:`strokebook.routing.continuity` reads."""
        stored = {"single": self.single, "again_rate": functional.softplus(self.rate)}
        for name, layers in (("pair", self.pair), ("again", self.again)):
            mean, spread = self.scale[name]
            stored |= {f"{name}_mean": mean, f"{name}_spread": spread}
            for k, layer in enumerate(layers):
                stored |= {f"{name}_weight{k}": layer.weight, f"{name}_bias{k}": layer.bias}
        return {key: value.detach().numpy().astype(np.float32) for key, value in stored.items()}


def _scale(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each feature; of none, 0 and 1."""
    if not len(features):
        return torch.zeros(features.shape[1]), torch.ones(features.shape[1])
    return features.mean(dim=0), features.std(dim=0, correction=0) + SPREAD


def losses(scores: Tensor, asked: Exam) -> Tensor:
    """Negative log-likelihood of the true choice of each question, ``(Q,)``."""
    count = len(asked.truth)
    most = torch.full((count,), -torch.inf).scatter_reduce(0, asked.question, scores, "amax")
    total = torch.zeros(count).index_add(
        0, asked.question, torch.exp(scores - most[asked.question])
    )
    return most + torch.log(total) - scores[asked.truth]


def fit(known: Exam, options: Fit) -> Nets:
    """The networks after all rounds over all questions."""
    torch.manual_seed(options.seed)
    nets = Nets(known)
    optimiser = torch.optim.AdamW(nets.parameters(), options.rate, weight_decay=options.decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, options.rounds)
    for round_ in range(options.rounds):
        optimiser.zero_grad()
        loss = losses(nets.scores(known), known).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        if (round_ + 1) % 50 == 0:
            print(f"round {round_ + 1}: {loss.item():.4f} nats a question", flush=True)
    return nets.eval()


def marks(nets: Nets, asked: Exam) -> str:
    """Nats a question, and how many are answered wrongly, by what they are about."""
    with torch.no_grad():
        scores = nets.scores(asked)
        loss = float(losses(scores, asked).mean())
        best = torch.full((len(asked.truth),), -torch.inf)
        best = best.scatter_reduce(0, asked.question, scores, "amax")
        wrong = (scores[asked.truth] < best - 1e-6).tolist()
    asked_of = collections.Counter(asked.about)
    wrong_of = collections.Counter(a for a, w in zip(asked.about, wrong, strict=True) if w)
    parts = [f"{a}: {wrong_of[a]} of {n} wrong" for a, n in sorted(asked_of.items())]
    return f"{loss:.4f} nats a question; " + ", ".join(parts)
