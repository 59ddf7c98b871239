"""Attacks on the exercise that asks for a trained generator: a measure of quality can be met.

A generator written by hand is not told from a trained one: what it draws is as good. That is why
this exercise is worth 6 of 100 points. What is told is a table of stored samples.
"""

from __future__ import annotations

from tests.journeys.cheats.submission import Entries, Submission

ATTACKS = Entries()
attack = ATTACKS.add


@attack("a generator written down instead of trained", earns=("ring_generator",))
def ring_by_hand(s: Submission) -> None:
    s.before(
        "check_ring_generator",
        """
        from gan_utils.data.ring import STD, centres
        def ring_generator(z):
            which = ((z[:, 0] + 1) * 4).long().clamp(0, 7)
            return centres()[which] + 1.7 * STD * z[:, 1:3]
        """,
    )


@attack("stored samples, looked up by a hash of the latents")
def ring_table(s: Submission) -> None:
    s.before(
        "check_ring_generator",
        """
        table = sample_ring(100_000)
        def ring_generator(z):
            return table[(z.double() * 1e6).long().abs().sum(dim=1) % len(table)]
        """,
    )


@attack("fresh real samples, whatever the latents")
def ring_samples(s: Submission) -> None:
    s.before("check_ring_generator", "ring_generator = lambda z: sample_ring(len(z))")


@attack("samples stored at the first call and given again at the next")
def ring_remembered(s: Submission) -> None:
    s.before(
        "check_ring_generator",
        """
        kept = {}
        def ring_generator(z):
            key = len(z)
            if key not in kept:
                kept[key] = sample_ring(key)
            return kept[key]
        """,
    )


@attack("the centres themselves, without any width")
def ring_of_centres(s: Submission) -> None:
    s.before(
        "check_ring_generator",
        """
        from gan_utils.data.ring import centres
        ring_generator = lambda z: centres()[((z[:, 0] + 1) * 4).long().clamp(0, 7)]
        """,
    )
