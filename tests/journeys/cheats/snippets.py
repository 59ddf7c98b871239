"""Pieces of code that many attacks put into their cells."""

from __future__ import annotations

# Wrong answers that run, so that there is something to observe, to forge and to replay.
BLUFFS = {
    "leaky_relu": "return x.clone()",
    "sample_noise": "return torch.zeros(batch_size, dim, dtype=dtype)",
    "discriminator": "return nn.Sequential(nn.Flatten(), nn.Linear(784, 1))",
    "generator": "return nn.Sequential(nn.Linear(latent_dim, 784), nn.Unflatten(1, (1, 28, 28)))",
    "discriminator_loss": "return fake_scores.mean() - real_scores.mean()",
    "generator_loss": "return -fake_scores.mean()",
    "optimizers": "return tuple(torch.optim.SGD(n.parameters(), 0.1) "
    "for n in (discriminator, generator))",
    "discriminator_step": "return loss(discriminator(real), discriminator(generator(z)))",
    "generator_step": "return loss(discriminator(generator(z)))",
    "train_on_ring": "pass",
}

# For attacks that look for secrets. Put together when it runs, so that a traceback, which quotes
# the source, is not taken for a find.
LEAKED = """
def leaked(*what):
    print("LEAK" + "ED", *(str(part)[:200] for part in what))
"""

# Every readable file of the machine whose path matches, but for what torch and its like bring
# along; and what to do with a text that holds a solution.
SEARCH = '''
import os, re, sys, time
from pathlib import Path
ROOTS = ["/proc/1/root/", str(Path(sys.prefix).parent), os.getcwd() + "/..", "/"]
SKIP = re.compile(r"^/(proc|sys|dev)|site-packages/(torch|nvidia|triton|scipy|sympy|pandas)")
def search(pattern, seconds=6):
    end, wanted = time.time() + seconds, re.compile(pattern)
    for root in ROOTS:
        for folder, folders, files in os.walk(root):
            folders[:] = [f for f in folders if not SKIP.search(os.path.join(folder, f))]
            for file in files:
                path = os.path.join(folder, file)
                if wanted.search(path) and os.access(path, os.R_OK):
                    yield path
            if time.time() > end:
                return
def use(text):
    """Define every exercise that this text solves."""
    import ast
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and "NotImplementedError" not in ast.dump(node):
            try:
                exec(compile(ast.Module([node], []), "stolen", "exec"), globals())
            except Exception:
                pass
'''

# For attacks on the code that answers questions in the student's own process: from now on every
# question is answered by make(request, reply), which gives bytes; reply is what an honest process
# would have said. Patched in place, whoever holds the function.
FORGE = """
import base64, builtins, io, types
import numpy as np

def forge(make):
    try:
        from checks import answering
    except ImportError:
        return
    was = answering.answer
    honest = types.FunctionType(was.__code__, was.__globals__, "honest", was.__defaults__)
    honest.__kwdefaults__ = was.__kwdefaults__

    def reply(*args, **named):
        try:
            said = base64.b64decode(honest(*args, **named))
        except Exception:
            said = b""
        request = next((a for a in (*args, *named.values()) if isinstance(a, str)), "")
        made = make(base64.b64decode(request), said)
        return base64.b64encode(made).decode() if isinstance(made, bytes) else made

    builtins.forged_reply = reply

    def answer(*args, **named):
        import builtins
        return builtins.forged_reply(*args, **named)

    try:
        was.__code__, was.__defaults__, was.__kwdefaults__ = answer.__code__, None, None
    except ValueError:
        pass
    answering.answer = answer

def arrays_of(reply):
    try:
        with np.load(io.BytesIO(reply), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except Exception:
        return {}

def changed(reply, change):
    return npz({
        name: array if name.endswith("says") else change(array)  # the texts stay as they were
        for name, array in arrays_of(reply).items()
    })

def npz(arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()
"""
