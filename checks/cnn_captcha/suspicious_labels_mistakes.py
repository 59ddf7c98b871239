"""The known wrong ways of cnn_captcha.suspicious_labels."""

from __future__ import annotations

import torch
from torch import Tensor

from checks.cnn_captcha.suspicious_labels import exercise

mistake = exercise.mistake


def _own(probabilities: Tensor, labels: Tensor) -> Tensor:
    """What the model gives to each label: (N,)."""
    return probabilities.gather(1, labels[:, None]).squeeze(1)


@mistake(
    "every_disagreement",
    "You accuse every label that the model reads otherwise. The model errs too, mostly where it is "
    "unsure: 0.55 for another character proves nothing. Ask how sure it is.",
)
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    return (probabilities.argmax(1) != labels).nonzero().flatten()


@mistake(
    "unsure_for_wrong",
    "You accuse the cells of which the model is unsure. They are hard to read, but nothing says "
    "that their label is wrong; at a wrong label the model is sure, of another character.",
)
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    return (probabilities.amax(1) < 0.9).nonzero().flatten()


@mistake("unsure_for_wrong")
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    return (probabilities.amax(1) < 0.5).nonzero().flatten()


@mistake("unsure_for_wrong")
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    two = probabilities.topk(2, dim=1).values
    return (two[:, 0] - two[:, 1] < 0.3).nonzero().flatten()


@mistake("unsure_for_wrong")
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    entropy = -(probabilities * probabilities.log()).sum(1)
    return (entropy > 0.5).nonzero().flatten()


@mistake(
    "too_many_accused",
    "All wrong labels are among those that you pick, but with too many right ones. Be stricter: "
    "the model must be nearly certain of another character.",
)
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    return (_own(probabilities, labels) < 0.5).nonzero().flatten()


@mistake("too_many_accused")
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    return (_own(probabilities, labels) < 0.9).nonzero().flatten()


@mistake("too_many_accused")
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    return torch.arange(len(labels))


@mistake(
    "too_few_accused",
    "Whom you pick is wrong indeed, but too many are missed. Your condition is too strict.",
)
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    sureness, read = probabilities.max(1)
    return ((read != labels) & (sureness > 0.985)).nonzero().flatten()


@mistake("nobody_accused", "You pick no label at all, or nearly none.")
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    return labels[:0]


@mistake("nobody_accused")
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    return (probabilities.amax(1) > 1).nonzero().flatten()


@mistake(
    "a_fixed_number",
    "You pick a fixed number or a fixed share of the labels. Nobody tells how many are wrong: use "
    "a threshold on what the model says, not a count.",
)
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    return _own(probabilities, labels).argsort()[: max(1, len(labels) // 100)]


for _share in (0.02, 0.05, 0.1):

    @mistake("a_fixed_number")
    def _(probabilities: Tensor, labels: Tensor, share: float = _share) -> Tensor:
        return _own(probabilities, labels).argsort()[: int(share * len(labels))]


for _count in (10, 20, 50, 100):

    @mistake("a_fixed_number")
    def _(probabilities: Tensor, labels: Tensor, count: int = _count) -> Tensor:
        return _own(probabilities, labels).argsort()[:count]


@mistake(
    "turned_round",
    "You pick the labels that the model confirms, and leave the suspicious ones.",
)
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    return (_own(probabilities, labels) > 0.9).nonzero().flatten()


@mistake("turned_round")
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    return (probabilities.argmax(1) == labels).nonzero().flatten()


@mistake("turned_round")
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    return (_own(probabilities, labels) > 0.05).nonzero().flatten()


@mistake(
    "labels_not_used",
    "You pick all cells of which the model is sure, whatever their label: compare with the label.",
)
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    return (probabilities.amax(1) > 0.9).nonzero().flatten()


@mistake(
    "characters_for_cells",
    "What you return are characters, not cells: classes where the cells' indices are asked for.",
)
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    sureness, read = probabilities.max(1)
    return labels[(read != labels) & (sureness > 0.9)]


@mistake("characters_for_cells")
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    sureness, read = probabilities.max(1)
    return read[(read != labels) & (sureness > 0.9)]


@mistake(
    "not_indices",
    "These are probabilities or losses. Return which labels are suspicious, not how much.",
)
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    return _own(probabilities, labels)


@mistake("not_indices")
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    own = _own(probabilities, labels)
    return own[own < 0.1]


@mistake("not_indices")
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    return probabilities < 0.05


@mistake(
    "over_the_wrong_side",
    "The largest probability is sought over the cells; it is to be sought over the characters, "
    "dim=1.",
    crash=r"must match the size of tensor",
)
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    return (probabilities.argmax(0) != labels).nonzero().flatten()


@mistake(
    "changes_input",
    "The picks are right, but the probabilities or labels themselves were changed: methods that "
    "end in an underscore write into the tensor that they are called on. scatter, not scatter_.",
)
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    others = probabilities.scatter_(1, labels[:, None], -1.0).amax(1)
    return (others > 0.9).nonzero().flatten()


@mistake("changes_input")
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    rows = torch.arange(len(labels))
    probabilities[rows, labels] = 0
    return (probabilities.amax(1) > 0.9).nonzero().flatten()


@exercise.limitation(
    "always_somebody",
    "Your function always accuses somebody: among clean labels it must be able to pick none.",
)
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    own = _own(probabilities, labels)
    found = (own < 0.05).nonzero().flatten()
    return found if len(found) else own.argsort()[:1]


@exercise.limitation(
    "always_somebody",
)
def _(probabilities: Tensor, labels: Tensor) -> Tensor:
    own = _own(probabilities, labels)
    found = (own < 0.05).nonzero().flatten()
    return found if len(found) else own.argsort()[: max(1, len(labels) // 100)]
