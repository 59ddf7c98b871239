"""The known wrong ways of nn_basics.count_parameters."""

from __future__ import annotations

from itertools import pairwise
from math import prod

from checks.nn_basics.count_parameters import exercise

mistake = exercise.mistake


@mistake("biases_forgotten", "The biases are missing: one for every neuron behind the input.")
def _(sizes: list[int]) -> int:
    return sum(a * b for a, b in pairwise(sizes))


@mistake("weights_forgotten", "Only the biases are counted: every pair of layers has n m weights.")
def _(sizes: list[int]) -> int:
    return sum(sizes[1:])


@mistake(
    "input_has_a_bias",
    "The input gets a bias here. Inputs are given; only the neurons of a layer have one.",
)
def _(sizes: list[int]) -> int:
    return sum(a * b for a, b in pairwise(sizes)) + sum(sizes)


@mistake(
    "bias_of_the_inputs_side",
    "Each layer gets as many biases as it has inputs; it has one for each of its outputs.",
)
def _(sizes: list[int]) -> int:
    return sum(a * b + a for a, b in pairwise(sizes))


@mistake("one_bias_a_layer", "Each layer gets a single bias; every neuron has its own.")
def _(sizes: list[int]) -> int:
    return sum(a * b + 1 for a, b in pairwise(sizes))


@mistake("output_without_bias", "The last layer's biases are missing: its neurons have them too.")
def _(sizes: list[int]) -> int:
    return sum(a * b + b for a, b in pairwise(sizes)) - sizes[-1]


@mistake(
    "carried_neuron_counted",
    "This is the size of the matrices with the carried neuron, (n + 1)(m + 1): their last column "
    "is fixed, zeros and a 1, and is not learnt.",
    see="The bias, three ways",
)
def _(sizes: list[int]) -> int:
    return sum((a + 1) * (b + 1) for a, b in pairwise(sizes))


@mistake("neurons_counted", "These are the neurons; parameters sit on the connections.")
def _(sizes: list[int]) -> int:
    return sum(sizes)


@mistake("product_of_all", "All sizes are multiplied; only neighbouring layers are connected.")
def _(sizes: list[int]) -> int:
    return prod(sizes)


@mistake("product_of_all")
def _(sizes: list[int]) -> int:
    return prod(sizes) + sum(sizes[1:])


@mistake(
    "first_and_last_only",
    "Only the first and the last size are used, as if there were one layer between them.",
)
def _(sizes: list[int]) -> int:
    return sizes[0] * sizes[-1] + sizes[-1]


@mistake("last_layer_forgotten", "The last layer is missing: the loop stops one pair too early.")
def _(sizes: list[int]) -> int:
    return sum(a * b + b for a, b in pairwise(sizes[:-1]))


@mistake("first_layer_forgotten", "The first layer is missing: the loop starts one pair too late.")
def _(sizes: list[int]) -> int:
    return sum(a * b + b for a, b in pairwise(sizes[1:]))


@mistake("last_layer_only", "Only one layer is counted: a return inside the loop?")
def _(sizes: list[int]) -> int:
    return sizes[-2] * sizes[-1] + sizes[-1]


@mistake("last_layer_only")
def _(sizes: list[int]) -> int:
    return sizes[0] * sizes[1] + sizes[1]


@mistake("list_of_layers", "The result is a list, one number a layer; their sum is asked for.")
def _(sizes: list[int]) -> list[int]:
    return [a * b + b for a, b in pairwise(sizes)]


@mistake(
    "index_past_the_end",
    "The loop looks for a layer behind the last one: there is one layer less than there are sizes.",
    crash="IndexError",
)
def _(sizes: list[int]) -> int:
    return sum(sizes[i] * sizes[i + 1] + sizes[i + 1] for i in range(len(sizes)))
