"""The known wrong ways of nn_basics.batch_norm."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from checks.nn_basics.batch_norm import Three, exercise
from checks.nn_basics.common import FLOAT32
from gan_utils.normalisation import batch_norm

mistake = exercise.mistake
TEST_MODE = "Training and test mode"
Statistic = Callable[[Tensor], Tensor]


def _mean(x: Tensor) -> Tensor:
    return x.mean(dim=0)


def _biased(x: Tensor) -> Tensor:
    return x.var(dim=0, correction=0)


def _unbiased(x: Tensor) -> Tensor:
    return x.var(dim=0) if len(x) > 1 else torch.zeros_like(x[0])


def _root(var: Tensor, eps: float) -> Tensor:
    return (var + eps).sqrt()


def _norm(
    *,
    mean_of: Statistic = _mean,
    var_of: Statistic = _biased,
    remembered_var: Statistic = _unbiased,
    root: Callable[[Tensor, float], Tensor] = _root,
    remember: Callable[[Tensor, Tensor, float], Tensor] = torch.lerp,
    from_batch: Callable[[bool], bool] = bool,
    updates: Callable[[bool], bool] = bool,
    learnt: Callable[[bool], tuple[bool, bool]] = lambda training: (True, True),
) -> Callable[..., Three]:
    """Batch norm with pieces exchanged.

    from_batch, updates: of `training`; whether y takes the batch's statistics, and whether the
    running ones move. learnt: whether gamma and beta are applied.
    """

    def answer(
        x: Tensor, gamma: Tensor, beta: Tensor, running_mean: Tensor, running_var: Tensor,
        training: bool, momentum: float = 0.1, eps: float = 1e-5,
    ) -> Three:  # fmt: skip
        batch = from_batch(training)
        mean = mean_of(x) if batch else running_mean
        var = var_of(x) if batch else running_var
        with_gamma, with_beta = learnt(training)
        y = (x - mean) / root(var, eps)
        y = y * gamma if with_gamma else y
        y = y + beta if with_beta else y
        if not updates(training):
            return y, running_mean.clone(), running_var.clone()
        new_mean = remember(running_mean, _mean(x).detach(), momentum)
        new_var = remember(running_var, remembered_var(x).detach(), momentum)
        return y, new_mean, new_var

    return answer


mistake(
    "unbiased_in_y",
    "y is divided by the unbiased variance (x.var() divides by N - 1). y takes the biased one, "
    "with N: x.var(dim=0, correction=0).",
)(_norm(var_of=_unbiased))

mistake(
    "biased_remembered",
    "The running variance moves towards the biased variance. It is to estimate the variance of all "
    "data, so it takes the unbiased one, with N - 1, as torch does.",
)(_norm(remembered_var=_biased))

mistake(
    "biased_and_unbiased_swapped",
    "The two variances have changed places: y takes the biased one (N), the running variance the "
    "unbiased one (N - 1).",
)(_norm(var_of=_unbiased, remembered_var=_biased))

mistake(
    "momentum_turned",
    "momentum is the share of the new batch here, as in torch; your running statistics keep that "
    "share of the old.",
)(_norm(remember=lambda old, new, m: m * old + (1 - m) * new))

mistake("momentum_ignored", "The argument `momentum` is not used, or stands at a fixed number.")(
    _norm(remember=lambda old, new, m: torch.lerp(old, new, 0.1))
)
mistake("momentum_ignored")(_norm(remember=lambda old, new, m: torch.lerp(old, new, 0.9)))

mistake(
    "nothing_remembered",
    "In training the running statistics come back as they were: they must move towards the "
    "batch's, or there is nothing to use afterwards.",
    see=TEST_MODE,
)(_norm(updates=lambda training: False))

mistake(
    "batch_remembered_whole",
    "The running statistics are replaced by the batch's: they move by the share `momentum` only.",
)(_norm(remember=lambda old, new, m: new.clone()))

mistake(
    "batch_statistics_in_test_mode",
    "In test mode y takes the batch's own mean and variance. It must take the running ones, so "
    "that a sample's result does not depend on what else is in the batch.",
    see=TEST_MODE,
)(_norm(from_batch=lambda training: True))

mistake("batch_statistics_in_test_mode")(
    _norm(from_batch=lambda training: True, updates=lambda training: True)
)

mistake(
    "running_statistics_in_training",
    "In training y takes the running mean and variance; it must take those of the batch.",
    see=TEST_MODE,
)(_norm(from_batch=lambda training: False))

mistake(
    "modes_swapped",
    "Training and test mode have changed places.",
    see=TEST_MODE,
)(_norm(from_batch=lambda training: not training, updates=lambda training: not training))

mistake(
    "remembers_in_test_mode",
    "The running statistics move in test mode too: then they must stay as they are.",
    see=TEST_MODE,
)(_norm(updates=lambda training: True))

mistake(
    "gamma_and_beta_only_in_training",
    "In test mode gamma and beta are forgotten: they belong to the layer in both modes.",
    see=TEST_MODE,
)(_norm(learnt=lambda training: (training, training)))

mistake("gamma_and_beta_missing", "gamma and beta are missing: y = gamma * normalised + beta.")(
    _norm(learnt=lambda training: (False, False))
)
mistake("gamma_and_beta_missing")(_norm(learnt=lambda training: (False, True)))
mistake("gamma_and_beta_missing")(_norm(learnt=lambda training: (True, False)))

mistake(
    "eps_outside_root",
    "eps is added to the standard deviation; it belongs inside the root: sqrt(var + eps).",
)(_norm(root=lambda var, eps: var.sqrt() + eps))

mistake("eps_ignored", "The argument `eps` is not used, or stands at a fixed number.")(
    _norm(root=lambda var, eps: (var + 1e-5).sqrt())
)
mistake("eps_ignored")(_norm(root=lambda var, eps: var.sqrt()))

mistake(
    "root_missing",
    "x is divided by the variance; it must be divided by its square root.",
)(_norm(root=lambda var, eps: var + eps))

mistake(
    "over_the_channels",
    "Mean and variance are taken along each sample (dim 1): that is layer norm. Batch norm takes "
    "them down the batch, dim 0, one for each channel.",
)(_norm(mean_of=lambda x: x.mean(1, keepdim=True),
        var_of=lambda x: x.var(1, correction=0, keepdim=True)))  # fmt: skip

mistake(
    "over_everything",
    "One mean and one variance are taken of all numbers; every channel has its own: dim=0.",
)(_norm(mean_of=lambda x: x.mean(), var_of=lambda x: x.var(correction=0)))

mistake("mean_not_removed", "The mean is not taken off: y = gamma * (x - mean) / ... + beta.")(
    _norm(mean_of=lambda x: 0 * _mean(x))
)


@mistake("y_alone", "Only y comes back; the new running mean and variance must come too.")
def _(
    x: Tensor, gamma: Tensor, beta: Tensor, running_mean: Tensor, running_var: Tensor,
    training: bool, momentum: float = 0.1, eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    return batch_norm(x, gamma, beta, running_mean, running_var, training, momentum, eps)[0]


@mistake(
    "changes_input",
    "A tensor that your function was given has changed: methods that end in an underscore and += "
    "write into it. The new running statistics must be new tensors here.",
)
def _(
    x: Tensor, gamma: Tensor, beta: Tensor, running_mean: Tensor, running_var: Tensor,
    training: bool, momentum: float = 0.1, eps: float = 1e-5,
) -> Three:  # fmt: skip
    y, mean, var = batch_norm(x, gamma, beta, running_mean, running_var, training, momentum, eps)
    return y, running_mean.copy_(mean), running_var.copy_(var)


exercise.limitation(
    "statistics_detached",
    "The values are right, but the gradient is not: the batch's mean and variance depend on x too, "
    "and in training the gradient must flow through them. Detach only what is remembered.",
)(_norm(mean_of=lambda x: _mean(x).detach(), var_of=lambda x: _biased(x).detach()))

exercise.limitation("statistics_detached")(_norm(var_of=lambda x: _biased(x).detach()))
exercise.limitation("statistics_detached")(_norm(mean_of=lambda x: _mean(x).detach()))


@exercise.limitation(
    "no_gradient",
    "The values are right, but no gradient flows back from y: stay with torch operations on x, "
    "gamma and beta, without detach, no_grad or NumPy.",
)
def _(
    x: Tensor, gamma: Tensor, beta: Tensor, running_mean: Tensor, running_var: Tensor,
    training: bool, momentum: float = 0.1, eps: float = 1e-5,
) -> Three:  # fmt: skip
    with torch.no_grad():
        return batch_norm(x, gamma, beta, running_mean, running_var, training, momentum, eps)


@exercise.limitation(
    "no_batch_of_one",
    "In test mode a batch of one must do: nothing of the batch itself is needed then.",
)
def _(
    x: Tensor, gamma: Tensor, beta: Tensor, running_mean: Tensor, running_var: Tensor,
    training: bool, momentum: float = 0.1, eps: float = 1e-5,
) -> Three:  # fmt: skip
    if len(x) < 2:
        raise ValueError("batch norm needs at least two samples")
    return batch_norm(x, gamma, beta, running_mean, running_var, training, momentum, eps)


@exercise.limitation(*FLOAT32)
def _(
    x: Tensor, gamma: Tensor, beta: Tensor, running_mean: Tensor, running_var: Tensor,
    training: bool, momentum: float = 0.1, eps: float = 1e-5,
) -> Three:  # fmt: skip
    small = (array.float() for array in (x, gamma, beta, running_mean, running_var))
    return batch_norm(*small, training, momentum, eps)
