"""The known wrong ways of nn_basics.autograd_backward."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from checks.nn_basics.autograd_backward import Four, exercise
from checks.nn_basics.common import FLOAT32

mistake = exercise.mistake
Forward = Callable[..., Tensor]


def _leaves(parameters: tuple[Tensor, ...]) -> list[Tensor]:
    return [p.detach().clone().requires_grad_() for p in parameters]


def _scores(x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
    return torch.relu(x @ w1 + b1) @ w2 + b2


def _by(
    loss: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy, scores: Forward = _scores
) -> Callable[..., Four]:
    """The gradients of another loss, or of another network."""

    def answer(x: Tensor, labels: Tensor, *parameters: Tensor) -> Four:
        leaves = _leaves(parameters)
        return torch.autograd.grad(loss(scores(x, *leaves), labels), leaves)

    return answer


mistake(
    "softmax_twice",
    "F.cross_entropy applies the softmax itself and got probabilities: it takes raw scores.",
    see="Cross-entropy on scores",
)(_by(lambda s, labels: F.cross_entropy(s.softmax(dim=1), labels)))

mistake(
    "sum_for_mean", "The losses of the batch are added up; their mean is asked for, the default."
)(_by(lambda s, labels: F.cross_entropy(s, labels, reduction="sum")))

mistake(
    "raw_scores_in_nll_loss",
    "F.nll_loss takes logarithms of probabilities and got scores: F.cross_entropy takes scores.",
)(_by(F.nll_loss))

mistake(
    "probabilities_in_nll_loss",
    "F.nll_loss takes logarithms of probabilities and got the probabilities: use log_softmax.",
)(_by(lambda s, labels: F.nll_loss(s.softmax(dim=1), labels)))

mistake("squared_error", "This is the gradient of a squared error; the loss is the cross-entropy.")(
    _by(lambda s, labels: F.mse_loss(s, F.one_hot(labels, s.shape[1]).to(s.dtype)))
)

mistake("squared_error")(
    _by(lambda s, y: F.mse_loss(s.softmax(dim=1), F.one_hot(y, s.shape[1]).to(s.dtype)))
)

mistake(
    "sigmoids_for_softmax",
    "Each score goes through a sigmoid alone (binary cross-entropy); with several classes they "
    "share one softmax: F.cross_entropy.",
)(_by(lambda s, y: F.binary_cross_entropy_with_logits(s, F.one_hot(y, s.shape[1]).to(s.dtype))))

mistake("relu_missing", "The ReLU between the layers is missing in the forward pass.")(
    _by(scores=lambda x, w1, b1, w2, b2: (x @ w1 + b1) @ w2 + b2)
)

mistake(
    "another_activation", "Another activation stands between the layers; it is a plain ReLU here."
)(_by(scores=lambda x, w1, b1, w2, b2: F.leaky_relu(x @ w1 + b1) @ w2 + b2))

mistake("another_activation")(
    _by(scores=lambda x, w1, b1, w2, b2: torch.sigmoid(x @ w1 + b1) @ w2 + b2)
)

mistake("another_activation")(
    _by(scores=lambda x, w1, b1, w2, b2: torch.tanh(x @ w1 + b1) @ w2 + b2)
)

mistake(
    "relu_at_the_end",
    "A ReLU stands behind the last layer too: it cuts off negative scores and their gradient.",
)(_by(scores=lambda *inputs: torch.relu(_scores(*inputs))))

mistake(
    "bias_not_used",
    "A bias takes no part in the forward pass, so it has no gradient: x @ w1 + b1, hidden @ w2 + "
    "b2.",
    crash=r"not have been used in the graph|For db\d, your function returned None",
)(_by(scores=lambda x, w1, b1, w2, b2: torch.relu(x @ w1) @ w2 + b2))

mistake("bias_not_used")(_by(scores=lambda x, w1, b1, w2, b2: torch.relu(x @ w1 + b1) @ w2))

mistake(
    "weight_transposed",
    "F.linear and nn.Linear hold weights as (n_out, n_in); here they are (n_in, n_out): x @ w1.",
    crash=r"mat1 and mat2 shapes|size mismatch",
)(_by(scores=lambda x, w1, b1, w2, b2: F.linear(F.relu(F.linear(x, w1, b1)), w2, b2)))


@mistake(
    "accumulated_twice",
    "Gradients have piled up: backward() adds to .grad, it does not replace it. Here it ran twice.",
)
def _(x: Tensor, labels: Tensor, *parameters: Tensor) -> Four:
    return tuple(2 * gradient for gradient in _by()(x, labels, *parameters))


@mistake(
    "results_of_a_step",
    "These are parameters, as they were or after a step; the gradients are asked for.",
)
def _(x: Tensor, labels: Tensor, *parameters: Tensor) -> Four:
    pairs = zip(parameters, _by()(x, labels, *parameters), strict=True)
    return tuple(p - g for p, g in pairs)


@mistake("results_of_a_step")
def _(x: Tensor, labels: Tensor, *parameters: Tensor) -> Four:
    return tuple(p.clone() for p in parameters)


@mistake(
    "no_gradient_came",
    "A gradient is None: backward() was not called, or the tensor in the formula is not the one "
    "whose .grad is read. Only leaves keep a .grad: tensors on which requires_grad_() was called.",
    crash=r"For d\w\d, your function returned None",
)
def _(x: Tensor, labels: Tensor, *parameters: Tensor) -> Four:
    leaves = _leaves(parameters)
    F.cross_entropy(_scores(x, *leaves), labels)
    return tuple(leaf.grad for leaf in leaves)


@mistake(
    "graph_not_recorded",
    "torch recorded nothing: the parameters need requires_grad_() before the forward pass, and "
    "no_grad and detach stop the recording.",
    crash=r"does not require grad",
)
def _(x: Tensor, labels: Tensor, *parameters: Tensor) -> Four:
    with torch.no_grad():
        loss = F.cross_entropy(_scores(x, *parameters), labels)
    return torch.autograd.grad(loss, parameters)


@mistake("x_too", "There is a gradient too many: of x. Four are asked for, of the parameters.")
def _(x: Tensor, labels: Tensor, *parameters: Tensor) -> tuple[Tensor, ...]:
    leaves = [x.clone().requires_grad_(), *_leaves(parameters)]
    return torch.autograd.grad(F.cross_entropy(_scores(*leaves), labels), leaves)


@mistake(
    "second_layer_first",
    "The order of the results is dw1, db1, dw2, db2: yours begins with the second layer.",
)
def _(x: Tensor, labels: Tensor, *parameters: Tensor) -> Four:
    dw1, db1, dw2, db2 = _by()(x, labels, *parameters)
    return dw2, db2, dw1, db1


@mistake(
    "changes_input",
    "A tensor that your function was given has changed: gradients are read, no step is taken.",
)
def _(x: Tensor, labels: Tensor, *parameters: Tensor) -> Four:
    gradients = _by()(x, labels, *parameters)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter -= gradient
    return gradients


@exercise.limitation(*FLOAT32)
def _(x: Tensor, labels: Tensor, *parameters: Tensor) -> Four:
    return _by()(x.float(), labels, *(p.float() for p in parameters))
