"""Attacks that look for the answers: the course's references, its solutions, others' work.

The best student of the class that the test makes has all answers right, so there is something to
find. What lies about elsewhere on the machine an attack marks by printing that it found it.
"""

from __future__ import annotations

from tests.journeys.cheats.snippets import LEAKED, SEARCH
from tests.journeys.cheats.submission import Entries, Submission

ATTACKS = Entries()
attack = ATTACKS.add

# The references, by the names that the exercises have.
BORROW = """
import types
def borrow(layers, losses, models, training):
    names = globals()
    names["leaky_relu"], names["sample_noise"] = layers.leaky_relu, layers.sample_noise
    names["discriminator"], names["generator"] = models.mlp_discriminator, models.mlp_generator
    names["discriminator_loss"] = losses.minimax_d
    names["generator_loss"] = losses.non_saturating_g
    names["optimizers"] = lambda *nets: [training.adam(n.parameters(), 1e-3) for n in nets]
    names["discriminator_step"] = training.discriminator_step
    names["generator_step"] = training.generator_step
"""
EACH = (
    "leaky_relu",
    "sample_noise",
    "discriminator",
    "generator",
    "discriminator_loss",
    "generator_loss",
    "optimizers",
    "discriminator_step",
    "generator_step",
)


def _take(s: Submission, lines: dict[str, str]) -> None:
    """Put `name = value` in front of each check: the stubs before it stay as they are."""
    for name, value in lines.items():
        s.before(f"check_{name}", f"{name} = {value}")


def _without_stubs(s: Submission) -> None:
    """Nothing in the notebook redefines what an attack has found at its start."""
    for name in EACH:
        s.put(name, "pass")


@attack("imports the course's own references")
def reference_import(s: Submission) -> None:
    s.start("""
        from gan_utils import layers, losses, models
        from gan_utils.training import adam, steps
    """)
    lines = {
        "leaky_relu": "layers.leaky_relu",
        "sample_noise": "layers.sample_noise",
        "discriminator": "models.mlp_discriminator",
        "generator": "models.mlp_generator",
        "discriminator_loss": "losses.minimax_d",
        "generator_loss": "losses.non_saturating_g",
        "optimizers": "lambda *nets: [adam(net.parameters(), lr=1e-3) for net in nets]",
        "discriminator_step": "lambda d, g, loss, optimizer, real, z: "
        "steps.discriminator_step(d, optimizer, loss, real, g(z).detach())[0].detach()",
        "generator_step": "lambda d, g, loss, optimizer, z: "
        "steps.generator_step(d, optimizer, loss, g(z)).detach()",
    }
    _take(s, lines)


@attack("takes the references out of loss pairs, closures, registries and defaults")
def reference_indirect(s: Submission) -> None:
    s.start("""
        import gc, inspect, types
        from gan_utils import losses
        def any_of(*names):
            for thing in gc.get_objects():
                if isinstance(thing, types.FunctionType) and thing.__name__ in names:
                    if "RuntimeError" not in str(thing.__code__.co_names):
                        return thing
    """)
    lines = {
        "discriminator_loss": "losses.NON_SATURATING.discriminator or any_of('minimax_d')",
        "generator_loss": "losses.NON_SATURATING.generator",
        "leaky_relu": "any_of('leaky_relu', 'by_mask', 'by_maximum', 'by_two_relus')",
        "sample_noise": "any_of('sample_noise', 'uniform_noise', 'stretched_and_shifted')",
        "discriminator_step": "any_of('discriminator_step')",
        "generator_step": "any_of('generator_step')",
    }
    _take(s, lines)


@attack("takes the references and the right variants out of the catalogue of exercises")
def reference_catalogue(s: Submission) -> None:
    for name in EACH:
        s.before(
            f"check_{name}",
            f"""
            import importlib, checks.catalogue
            exercise = checks.catalogue.EXERCISES["vanilla_gan.{name}"]
            {name} = exercise.reference or next(iter(exercise.variants.values()))
            """,
        )


@attack("looks for another copy of the project's code: editable install, sys.path, the environment")
def reference_elsewhere(s: Submission) -> None:
    s.start(
        SEARCH,
        BORROW,
        """
        import importlib.util
        found = list(search(r"gan_utils/(layers|losses|models)\\.py$|__editable__.*\\.py$", 8))
        folders = {str(Path(path).parent.parent) for path in found if "gan_utils" in path}
        for path in found:
            if "__editable__" in path:
                named = re.findall(r"'(/[^']*gan_utils)'", Path(path).read_text())
                folders |= {Path(one).parent for one in named}
        for folder in map(str, folders):
            for name in [n for n in sys.modules if n.split(".")[0] == "gan_utils"]:
                del sys.modules[name]
            sys.path.insert(0, folder)
            try:
                from gan_utils import layers, losses, models, training
                losses.minimax_d(torch.zeros(1), torch.zeros(1))
                borrow(layers, losses, models, training)
                break
            except Exception:
                sys.path.pop(0)
        """,
    )
    _without_stubs(s)


@attack("reads the code out of compiled files that were left about")
def reference_compiled(s: Submission) -> None:
    s.start(
        SEARCH,
        """
        import marshal, types
        codes = {}
        def walk(code):
            codes.setdefault(code.co_name, code)
            for const in code.co_consts:
                if isinstance(const, types.CodeType):
                    walk(const)
        for path in search(r"(layers|losses|models|steps|optim|leaky_relu|.*_loss)[^/]*\\.pyc$", 8):
            try:
                walk(marshal.loads(Path(path).read_bytes()[16:]))
            except Exception:
                pass
        space = {"torch": torch, "nn": nn, "F": nn.functional, "Tensor": Tensor}
        def taken(name):
            return types.FunctionType(codes[name], space, name)
        """,
    )
    lines = {
        "leaky_relu": "taken('leaky_relu')",
        "discriminator_loss": "taken('minimax_d')",
        "generator_loss": "taken('non_saturating_g')",
    }
    _take(s, lines)


@attack("looks into wheels, zips, pip's cache and the objects of a git repository")
def reference_archives(s: Submission) -> None:
    s.start(
        SEARCH,
        """
        import zipfile, zlib
        for path in search(r"\\.(whl|zip|egg|tar\\.gz)$|/\\.git/objects/[0-9a-f]{2}/", 10):
            try:
                if "/.git/" in path:
                    text = zlib.decompress(Path(path).read_bytes()).decode("utf-8", "ignore")
                    use(text.partition("\\0")[2])
                    continue
                with zipfile.ZipFile(path) as archive:
                    for name in archive.namelist():
                        if "gan_utils" in name or "solutions" in name:
                            use(archive.read(name).decode("utf-8", "ignore"))
            except Exception:
                pass
        """,
    )
    _without_stubs(s)


@attack("reads the solution notebook from the disk and runs its cells")
def solution_from_disk(s: Submission) -> None:
    s.start(
        SEARCH,
        LEAKED,
        """
        import json
        stolen = ""
        for path in search(r"03_vanilla_gan[^/]*\\.ipynb$", 10):
            try:
                text = Path(path).read_text()
            except Exception:
                continue
            if "BEGIN SOLUTION" in text or "MARK SCHEME" in text:
                leaked("the solution at", path)
                stolen = text
        """,
    )
    s.start(
        """
        def steal(name):
            for cell in json.loads(stolen)["cells"]:
                source = "".join(cell["source"])
                if f"def {name}(" in source:
                    exec(source, globals())
        """
    )
    for name in EACH:
        s.before(f"check_{name}", f"steal({name!r})")


@attack("reads what other students handed in, and takes it for its own")
def others_work(s: Submission) -> None:
    s.start(
        SEARCH,
        LEAKED,
        """
        import json
        cells = []
        for path in search(r"(submitted|gated|runs|autograded|feedback)/.*\\.(ipynb|html)$", 8):
            if "/nbgrader/docs/" in path:
                continue  # the examples that nbgrader comes with
            try:
                text = Path(path).read_text()
                cells += ["".join(cell["source"]) for cell in json.loads(text)["cells"]]
            except Exception:
                continue
            if "CANARY" not in text:
                leaked("another student's work at", path)
        def steal(name):
            for source in cells:
                if f"def {name}(" in source and "NotImplementedError" not in source:
                    exec(source, globals())
        """,
    )
    for name in EACH:
        s.before(f"check_{name}", f"steal({name!r})")


@attack("reads the stored expectations of the checks")
def stored_references(s: Submission) -> None:
    s.start(
        SEARCH,
        LEAKED,
        """
        for path in search(r"vanilla_gan\\.[a-z_]+\\.npz$|checks/vanilla_gan/.*\\.py$", 8):
            leaked("a reference at", path)
            if path.endswith(".py"):
                use(Path(path).read_text())
        """,
    )
    _without_stubs(s)


@attack("rebuilds the references from the stubs that stand in their place")
def stub_sources(s: Submission) -> None:
    s.start("""
        import ast, inspect, linecache
        from gan_utils import layers, losses, models
        def rebuilt(function):
            source = inspect.getsource(function)
            tree = ast.parse(source)
            tree.body[0].body = [n for n in tree.body[0].body if not isinstance(n, ast.Raise)]
            space = dict(vars(inspect.getmodule(function)))
            exec(compile(tree, "rebuilt", "exec"), space)
            return space[function.__name__]
        leaky_relu = rebuilt(layers.leaky_relu)
    """)
    lines = {
        "leaky_relu": "rebuilt(layers.leaky_relu)",
        "discriminator_loss": "rebuilt(losses.minimax_d)",
        "generator_loss": "rebuilt(losses.non_saturating_g)",
        "discriminator": "rebuilt(models.mlp_discriminator)",
    }
    _take(s, lines)
