"""The networks of the course. No discriminator ends in a sigmoid: it returns raw scores."""

from __future__ import annotations

from torch import nn

from gan_utils.data.ring import POINT_DIM


def mlp_discriminator() -> nn.Sequential:
    """GAN-MLP's discriminator: images (N, 1, 28, 28) or (N, 784) to scores (N, 1).

    784-256-256-1 with leaky ReLUs of slope 0.01: 267,009 parameters.
    """
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 1),
    )


def mlp_generator(latent_dim: int = 96) -> nn.Sequential:
    """GAN-MLP's generator: latents (N, latent_dim) to images (N, 1, 28, 28) in [-1, 1].

    latent_dim-1024-1024-784 with ReLUs and a final tanh: 1,858,320 parameters at latent_dim 4.
    """
    return nn.Sequential(
        nn.Linear(latent_dim, 1024),
        nn.ReLU(),
        nn.Linear(1024, 1024),
        nn.ReLU(),
        nn.Linear(1024, 784),
        nn.Tanh(),
        nn.Unflatten(1, (1, 28, 28)),
    )


def recogniser() -> nn.Sequential:
    """CNN, the reader of captcha cells: (N, 1, 20, 20) in [-1, 1] to scores (N, 32), one a class.

    LeNet's plan (LeCun et al. 1998) in the sizes of the thesis: 142,102 parameters.
    """
    return nn.Sequential(
        nn.Conv2d(1, 20, 5),  # (N, 20, 16, 16)
        nn.ReLU(),
        nn.MaxPool2d(2),  # (N, 20, 8, 8)
        nn.Conv2d(20, 50, 5),  # (N, 50, 4, 4)
        nn.ReLU(),
        nn.MaxPool2d(2),  # (N, 50, 2, 2)
        nn.Flatten(),
        nn.Linear(200, 500),
        nn.ReLU(),
        nn.Linear(500, 32),
    )


def ring_discriminator(width: int = 64) -> nn.Sequential:
    """Scores (N, 1) of points (N, 2): the toy pair of the eight Gaussians."""
    return nn.Sequential(
        nn.Linear(POINT_DIM, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, 1),
    )


def ring_generator(latent_dim: int = 16, width: int = 64) -> nn.Sequential:
    """Points (N, 2) from latents (N, latent_dim): the toy pair of the eight Gaussians.

    The weights start larger than torch's default (He et al. 2015): the first points then spread
    over the plane instead of lying on one spot, and no mode is out of reach.
    """
    network = nn.Sequential(
        nn.Linear(latent_dim, width),
        nn.ReLU(),
        nn.Linear(width, width),
        nn.ReLU(),
        nn.Linear(width, POINT_DIM),
    )
    for layer in network:
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    return network


def parameter_count(network: nn.Module) -> int:
    """How many trainable numbers a network holds."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)
