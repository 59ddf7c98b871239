"""Attacks by what an answer does when the grader asks it."""

from __future__ import annotations

from tests.journeys.cheats.snippets import FORGE
from tests.journeys.cheats.submission import Entries, Submission

ATTACKS = Entries()
attack = ATTACKS.add


@attack("answers every question with the reply to one that it solved", earns=("leaky_relu",))
def answer_replayed(s: Submission) -> None:
    s.bluff("leaky_relu")
    s.solve("leaky_relu")
    s.start(
        FORGE,
        """
        first = []
        def make(request, reply):
            first.append(reply)
            return first[0]
        forge(make)
        """,
    )


@attack("guesses at random, anew for each question")
def answer_guessed(s: Submission) -> None:
    s.bluff("leaky_relu")
    s.body("leaky_relu", "return x * torch.rand_like(x)")
    s.start(
        FORGE,
        """
        make = lambda request, reply: changed(reply, lambda a: np.random.randn(*a.shape))
        forge(make)
        """,
    )


@attack("answers with what was stored at the desk for the public cases")
def stored_answers(s: Submission) -> None:
    # Under a grader that asks the published cases, this table is a full solution.
    from checks import bank, catalogue

    public = bank.stored(catalogue.find("vanilla_gan.generator_loss"))
    table = []
    for case, expected in zip(public.cases, public.expected, strict=True):
        scores = case.inputs["fake_scores"]
        gradient = expected.get("grad_fake_scores", 0 * scores) / case.inputs.get("weights", 1)
        table.append((scores.tolist(), float(expected["value"]), gradient.tolist()))
    s.start(f"""
        TABLE = {table!r}
        def nearest(scores):
            def distance(entry):
                known = torch.tensor(entry[0]).to(scores)
                return float((known - scores).abs().sum()) if known.shape == scores.shape else 1e9
            _, value, gradient = min(TABLE, key=distance)
            return value, torch.tensor(gradient).to(scores).expand_as(scores)
    """)
    s.body(
        "generator_loss",
        """
        value, gradient = nearest(fake_scores.detach())
        moved = (fake_scores - fake_scores.detach()) * gradient
        return moved.sum() + torch.tensor(value).to(fake_scores)
        """,
    )


@attack("looks for the expected numbers on the stack and in memory while it is asked")
def frames(s: Submission) -> None:
    s.start("""
        import gc, sys
        def find():
            frame, found = sys._getframe(), []
            while frame is not None:
                for names in (frame.f_locals, frame.f_globals):
                    found += [v for k, v in list(names.items())
                              if k in ("expected", "reference", "bank", "exercise", "exercises")]
                frame = frame.f_back
            for thing in gc.get_objects():
                if type(thing).__name__ in ("Bank", "Exercise"):
                    found.append(thing)
            return found
        def borrow(name, *args):
            for thing in find():
                for one in (thing if isinstance(thing, (list, tuple)) else [thing]):
                    if callable(getattr(one, "reference", None)):
                        if one.name.endswith(name):
                            return one.reference(*args)
                    if isinstance(one, dict) and "value" in one:
                        return torch.as_tensor(one["value"])
            raise NotImplementedError
    """)
    s.body("leaky_relu", 'return borrow("leaky_relu", x, slope)')
    s.body("generator_loss", 'return borrow("generator_loss", fake_scores)')
    s.body("discriminator_loss", 'return borrow("discriminator_loss", real_scores, fake_scores)')


@attack("raises the strangest errors where a value is asked for")
def hostile_errors(s: Submission) -> None:
    s.start(r"""
        class Unprintable(Exception):
            def __str__(self): raise SystemExit(0)
            __repr__ = __str__
        class Endless(Exception):
            def __str__(self): return "\U0001F4A3" * 30_000_000
        Named = type("right, 5 of 5 points\x1b[2J<script>alert(1)</script>", (Exception,), {})
        class NotEvenAnError(BaseException):
            __traceback__ = property(lambda self: 1 / 0)
    """)
    s.body("leaky_relu", "raise Unprintable()")
    s.body("sample_noise", "raise Endless()")
    s.body("generator_loss", 'raise Named("\\u202e\\x00\\x1b]8;;http://evil\\x07")')
    s.body("discriminator_loss", "raise NotEvenAnError()")
    s.body("optimizers", "raise KeyboardInterrupt()")
    s.body("discriminator", "raise GeneratorExit()")
    s.body("generator", "raise SystemExit(0)")


@attack("errors chained into a ring, and a thousand deep")
def chained_errors(s: Submission) -> None:
    s.body(
        "leaky_relu",
        """
        a, b = ValueError("a"), ValueError("b")
        a.__cause__, b.__cause__ = b, a
        raise a
        """,
    )
    s.body(
        "generator_loss",
        """
        error = ValueError("0")
        for i in range(20_000):
            new = ValueError(str(i)); new.__context__ = error; error = new
        raise error
        """,
    )
