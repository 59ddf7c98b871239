"""What common exceptions mean, told to a beginner. Matched by words that torch versions share."""

from __future__ import annotations

import re

# Each: the diagnosis, a pattern searched in "Type: message", what the student reads.
HINTS: tuple[tuple[str, str, str], ...] = (
    (
        "undefined_name",
        r"^(NameError|UnboundLocalError)",
        "Your code uses a name that is not defined: a typo, or a cell above that was not run.",
    ),
    (
        "wrong_signature",
        r"^TypeError.*(positional argument|unexpected keyword|required keyword)",
        "A call does not fit a function's parameters. If it is your own function: keep the "
        "parameters of the exercise, in their order and with their defaults.",
    ),
    ("calls_itself", r"^RecursionError", "Your function calls itself without end."),
    (
        "if_on_tensor",
        r"Boolean value of Tensor|truth value of an array",
        "A whole tensor is not true or false: if, and, or, max() and min() of Python cannot decide "
        "for every element. Use torch.where, torch.maximum or a mask.",
    ),
    (
        "numpy_breaks_graph",
        r"Can't call numpy\(\) on Tensor that requires grad",
        "NumPy cannot follow gradients. Write it with torch operations.",
    ),
    (
        "needs_cuda",
        r"CUDA|NVIDIA|cuda",
        "Your code asks for a GPU. It must work where its inputs are: use x.device, or nothing.",
    ),
    (
        "out_of_memory",
        r"MemoryError|not enough memory|can't allocate|allocate memory",
        "Your code asks for more memory than there is: look at the shapes.",
    ),
    (
        "label_shape",
        r"Target size .* (must be the same|is different)|target size .* input size",
        "Labels and scores differ in shape. torch.ones_like(scores) always fits.",
    ),
    (
        "not_in_unit_range",
        r"all elements of input should be between 0 and 1",
        "binary_cross_entropy takes probabilities and got scores, which are any real numbers.",
    ),
    (
        "sizes_do_not_fit",
        r"mat1 and mat2 shapes cannot be multiplied|size mismatch|"
        r"mismatch in its core dimension|shapes .* not aligned",
        "Two shapes do not fit: the last side of the first must be the first side of the second. "
        "A layer's in_features must equal the out_features of the layer before it.",
    ),
    (
        "reshape_does_not_fit",
        r"shape '.*' is invalid for input|cannot reshape",
        "The shape in view() or reshape() does not hold as many numbers as there are. Fixed "
        "sizes? Give the batch's side as len(x) or -1.",
    ),
    (
        "shapes_differ",
        r"must match the size of tensor|shapes? .*(broadcast|match)|Sizes of tensors|"
        r"could not be broadcast",
        "Two tensors or arrays that are combined element by element differ in shape.",
    ),
    (
        "dtypes_differ",
        r"same dtype|expected scalar type|can't be cast|Found dtype|have different dtypes",
        "Two tensors differ in type (float32, float64, long). torch.ones_like(x) and x.new_zeros "
        "follow the type of x.",
    ),
    (
        "no_gradient",
        r"does not require grad",
        "There is nothing to go back through: the result was detached, made under "
        "torch.no_grad(), or made from plain numbers.",
    ),
    (
        "changed_in_place",
        r"modified by an inplace operation|leaf Variable that requires grad",
        "A tensor that the gradient still needs was changed in place.",
    ),
    (
        "not_reduced",
        r"grad can be implicitly created only for scalar",
        "backward() needs a single number: take the mean of the loss first.",
    ),
    (
        "forward_missing",
        r"missing the required \"forward\"",
        "Your network has no forward method (check the spelling and the indentation).",
    ),
    (
        "super_init_missing",
        r"before Module.__init__",
        "The first line of your network's __init__ must be super().__init__().",
    ),
)


def hint(error: str) -> tuple[str, str]:
    """Diagnosis and sentence for an error's text "Type: message"; the sentence may be empty."""
    for name, pattern, says in HINTS:
        if re.search(pattern, error):
            return name, says
    kind = re.match(r"\w+", error)
    return f"raises_{kind.group() if kind else 'an_exception'}", ""
