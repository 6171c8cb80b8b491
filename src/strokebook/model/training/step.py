"""One training step: schedules, losses, gradients, optimiser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import torch
from torch import Tensor

from strokebook.base.random_streams import RandomStream
from strokebook.model.cells.base import groups_for
from strokebook.model.cells.noise import Noise
from strokebook.model.config import TrainOptions
from strokebook.model.data.batches import Batch
from strokebook.model.distributions import mixture
from strokebook.model.kernels import buffer_pool, threads
from strokebook.model.kernels.precision import computing
from strokebook.model.networks.sketch_rnn import SketchNet

ADAM = "adam."  # prefix of the optimiser's tensors in a checkpoint


class Stepper:
    """A net and its Adam; step ``n`` is a function of weights, moments, seed and ``n`` alone.

    Args:
        net: The net.
        options: Rates, weights, seed.
        n_max: Rows by which the reconstruction loss is divided.
        unit: A rounding step of the data in units of the net; 0: they are not rounded.
    """

    def __init__(
        self, net: SketchNet, options: TrainOptions, n_max: int, unit: float = 0.0
    ) -> None:
        self.net, self.options, self.n_max, self.unit = net, options, n_max, unit
        self.named = dict(net.named_parameters())
        if net.device.type == "cpu":
            buffer_pool.keep_freed()
        fused = net.device.type in {"cpu", "cuda"}
        self.adam = torch.optim.Adam(self.named.values(), lr=options.learning_rate, fused=fused)

    def learning_rate(self, step: int) -> float:
        """The learning rate of step ``step``, from 0: exponential decay to the floor."""
        o = self.options
        rate = (o.learning_rate - o.learning_rate_floor) * o.learning_rate_decay**step
        return (rate + o.learning_rate_floor) * min(1.0, (step + 1) / (o.warmup + 1))

    def kl_weight(self, step: int) -> float:
        """The KL loss's weight at step ``step``: w - (w - start) · rate^step."""
        o = self.options
        return o.kl_weight - (o.kl_weight - o.kl_start) * o.kl_rate**step

    def step(self, step: int, batch: Batch, factor: float) -> tuple[float, float] | None:
        """Do one step.

        Args:
            step: Its number, from 0.
            batch: Drawings in units of the data's scale.
            factor: On the learning rate.

        Returns:
            Reconstruction and KL loss; None where they or a gradient were not finite: then the
            net is as it was.
        """
        with threads.alone():
            return self._step(step, batch, factor)

    def _step(self, step: int, batch: Batch, factor: float) -> tuple[float, float] | None:
        self.adam.zero_grad()
        reconstruction, kl = self._put_gradients(step, batch.to(self.net.device))
        grads = [p.grad for p in self.named.values() if p.grad is not None]
        if not torch.stack([reconstruction, kl, *(g.sum() for g in grads)]).isfinite().all():
            return None
        if self.options.clip_norm:
            torch.nn.utils.clip_grad_norm_(self.named.values(), self.options.clip_norm)
        else:
            torch.nn.utils.clip_grad_value_(self.named.values(), self.options.clip)
        for group in self.adam.param_groups:
            group["lr"] = self.learning_rate(step) * factor
        self.adam.step()
        return reconstruction.item(), kl.item()

    def _put_gradients(self, step: int, batch: Batch) -> tuple[Tensor, Tensor]:
        """Put the gradients into the weights; gives the two losses.

        The drawings are shared among the threads, each with a graph of its own from its rows to
        its gradients, for autograd works through a graph in one thread.
        """
        noisy = self._noisy(batch.targets, step)
        order = torch.argsort(batch.lengths, descending=True, stable=True)
        count = groups_for(batch.rows)
        parts = [_Part(self, step, batch, noisy, order[n::count]) for n in range(count)]
        _run([part.forward for part in parts])
        reconstruction = torch.stack([part.reconstruction.detach() for part in parts]).sum()
        kl = torch.stack([part.kl.detach() for part in parts]).sum()
        weight = self.kl_weight(step) * float(kl > self.options.kl_floor)
        _run([partial(part.backward, weight) for part in parts])
        for name, parameter in self.named.items():
            found = [g for part in parts if (g := part.gradients[name]) is not None]
            parameter.grad = torch.stack(found).sum(0) if found else None
        return reconstruction, kl

    def losses(
        self, step: int, batch: Batch, noisy: Tensor, drawings: Tensor
    ) -> tuple[Tensor, Tensor]:
        """What some drawings add to the paper's L_R and L_KL (0 for a decoder-only net).

        L_R is position and pen nats divided by batch · N_max, so its value depends on N_max and
        on the data's scale. Rows after a drawing's end row are not computed and count as 0: their
        pen state is certain, and no drawing is ever sampled beyond its end.

        Args:
            step: Its number; the noise depends on it.
            batch: All drawings of the step.
            noisy: Their targets for the decoder.
            drawings: Numbers of those drawings, ``(D,)``.
        """
        size = len(batch.lengths)
        noise = Noise(self.options.seed, RandomStream.TRAINING, step)
        noise.restrict(drawings.numpy(force=True), size)
        z, kl = None, torch.zeros((), device=self.net.device)
        lengths = batch.lengths[drawings]
        if self.net.encoder is not None and not self._drops_z(step):
            posterior = self.net.encode(batch.targets[:, drawings], lengths, noise)
            z = posterior.draw(noise)
            kl = mixture.kl_loss(*posterior) * (len(drawings) / size)
        inputs, targets = batch.inputs[:, drawings], noisy[:, drawings]
        nats = self.net.decoder.nats(inputs, targets, lengths, z, noise)
        return (nats[0] + nats[1]) / (size * self.n_max), kl

    def _drops_z(self, step: int) -> bool:
        """Whether this step's decoder is not given z (Ho & Salimans 2022, arXiv 2207.12598)."""
        share = self.net.options.z_dropout
        noise = Noise(self.options.seed, RandomStream.Z_DROPOUT, step)
        return share > 0 and noise.uniform(1)[0] < share

    def _noisy(self, targets: Tensor, step: int) -> Tensor:
        """The offsets to be predicted with uniform noise of one unit's width, if there shall be."""
        if not self.options.target_noise or not self.unit:
            return targets
        noise = Noise(self.options.seed, RandomStream.TRAINING_TARGET_NOISE, step)
        level = torch.from_numpy(noise.uniform(*targets.shape[:2], 2) - 0.5)
        noisy = targets.clone()
        noisy[..., :2] += (self.unit * level).to(targets)
        return noisy

    def state(self) -> dict[str, Tensor]:
        """Adam's moments by name, for a checkpoint."""
        return {
            f"{ADAM}{key}.{name}": value
            for name, weight in self.named.items()
            for key, value in self.adam.state[weight].items()
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up the moments of :meth:`state`."""
        for name, weight in self.named.items():
            for key in ("step", "exp_avg", "exp_avg_sq"):
                value = tensors.get(f"{ADAM}{key}.{name}")
                if value is not None:
                    self.adam.state[weight][key] = value.to(weight.device)


class _Part:
    """Some drawings of a step, from their rows to their gradients."""

    def __init__(
        self, stepper: Stepper, step: int, batch: Batch, noisy: Tensor, drawings: Tensor
    ) -> None:
        self.stepper, self.arguments = stepper, (step, batch, noisy, drawings)
        self.reconstruction = self.kl = torch.zeros(())
        self.gradients: dict[str, Tensor | None] = {}

    def forward(self) -> None:
        """Compute the losses."""
        with computing(self.stepper.options.precision):
            self.reconstruction, self.kl = self.stepper.losses(*self.arguments)

    def backward(self, kl_weight: float) -> None:
        """Compute the gradients of reconstruction and weighed KL; None where a weight has none."""
        loss = self.reconstruction + kl_weight * self.kl
        named = self.stepper.named
        found = torch.autograd.grad(loss, list(named.values()), allow_unused=True)
        self.gradients = dict(zip(named, found, strict=True))


def _run(tasks: list[Callable[[], None]]) -> None:
    """One task in this thread, several each in one of their own."""
    if len(tasks) == 1:
        tasks[0]()
    else:
        threads.run(tasks, recorded=True)
