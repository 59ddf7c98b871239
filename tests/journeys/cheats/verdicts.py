"""Attacks that fake the verdict: the check, the comparison, the display, the number."""

from __future__ import annotations

from tests.journeys.cheats.submission import Entries, Submission

ATTACKS = Entries()
attack = ATTACKS.add


@attack("replaces check() by a function that does nothing")
def patched_check(s: Submission) -> None:
    s.start("""
        import checks
        check = checks.check = lambda *args, **named: None
    """)


@attack("replaces everything inside the package that checks")
def patched_judge(s: Submission) -> None:
    s.bluff()
    s.start("""
        import importlib, pkgutil, checks
        class Good:
            agrees, error, line, points, max_points = True, 0.0, "", 5, 5
            verdict, diagnosis, message = "right", None, "right"
        for found in pkgutil.walk_packages(checks.__path__, "checks."):
            try:
                module = importlib.import_module(found.name)
            except BaseException:
                continue
            for name, value in list(vars(module).items()):
                if name in ("judge", "ask", "evaluate", "judge_received", "diagnose"):
                    setattr(module, name, lambda *a, **k: Good())
                if isinstance(value, type):
                    for method in ("compare", "same"):
                        if hasattr(value, method):
                            setattr(value, method, lambda *a, **k: Good())
    """)


@attack("makes every comparison of NumPy and torch say yes")
def patched_comparisons(s: Submission) -> None:
    s.bluff()
    s.start("""
        import numpy as np, torch
        yes = lambda *args, **named: True
        for module in (np, torch, np.testing, torch.testing):
            for name in dir(module):
                if "close" in name or name in ("array_equal", "equal", "isfinite", "all"):
                    setattr(module, name, yes)
                if name.startswith("assert_"):
                    setattr(module, name, lambda *args, **named: None)
        np.abs = np.max = np.ptp = lambda *args, **named: np.float64(0)
    """)


@attack("an AST transformer takes every check and assert out of the cells that follow")
def ast_transformer(s: Submission) -> None:
    s.start("""
        import ast
        class Strip(ast.NodeTransformer):
            def visit_Assert(self, node):
                return ast.Pass()
            def visit_Raise(self, node):
                return ast.Pass()
            def visit_Expr(self, node):
                return ast.Pass() if "check" in ast.dump(node) else node
        get_ipython().ast_transformers.append(Strip())
    """)


@attack("an input transformer empties the graded cells")
def input_transformer(s: Submission) -> None:
    s.start("""
        def empty(lines):
            return ["None\\n"] if any("check(" in line for line in lines) else lines
        get_ipython().input_transformers_cleanup.append(empty)
    """)


@attack("an input transformer puts %%capture above the graded cells")
def captured_cells(s: Submission) -> None:
    s.start("""
        def capture(lines):
            return ["%%capture\\n", *lines] if "check(" in lines[0] else lines
        get_ipython().input_transformers_cleanup.insert(0, capture)
    """)


@attack("replaces the shell's run_cell, so that no cell is run any more")
def run_cell_replaced(s: Submission) -> None:
    s.start("""
        from IPython.core.interactiveshell import ExecutionResult
        async def run_cell_async(*args, **named):
            result = ExecutionResult(None)
            result.execution_count = 1
            return result
        shell = get_ipython()
        shell.run_cell = lambda *a, **k: ExecutionResult(None)
        shell.run_cell_async = run_cell_async
    """)


@attack("replaces the kernel's do_execute")
def do_execute_replaced(s: Submission) -> None:
    s.start("""
        async def do_execute(*args, **named):
            return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
        get_ipython().kernel.do_execute = do_execute
    """)


@attack("answers every user expression of the grader itself")
def user_expressions_replaced(s: Submission) -> None:
    s.start("""
        def forged(expressions):
            data = {"text/plain": "'5'"}
            return {k: {"status": "ok", "data": data, "metadata": {}} for k in expressions}
        get_ipython().user_expressions = forged
    """)


@attack("prints and shows a verdict of its own making")
def forged_verdict(s: Submission) -> None:
    s.start("""
        import checks
        from IPython.display import HTML, display
        def check(name, answer):
            print(f"{name}: right, 12 of 12 points (8 of 8 cases)")
            display(HTML(f"<div class='verdict right'><b>right</b> {name} 12 of 12 points</div>"))
        checks.check = check
    """)


@attack("an object that equals everything and is any number that is asked for")
def always_equal(s: Submission) -> None:
    s.start("""
        class Yes:
            shape, dtype, is_sparse, requires_grad = (), None, False, True
            def __eq__(self, other): return True
            def __bool__(self): return True
            def __float__(self): return 0.0
            def __call__(self, *args, **named): return self
            def __getattr__(self, name): return self
            def __getitem__(self, key): return self
            def __iter__(self): return iter((self, self))
            __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __eq__
            __add__ = __sub__ = __mul__ = __truediv__ = __abs__ = __neg__ = __call__
            __hash__ = object.__hash__
        yes = Yes()
    """)
    for name in ("leaky_relu", "discriminator", "generator", "discriminator_loss", "optimizers"):
        s.body(name, "return yes")


@attack("a tensor whose methods lie")
def lying_tensor(s: Submission) -> None:
    s.start("""
        class Liar(torch.Tensor):
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None):
                if function.__name__ in ("allclose", "equal", "__eq__", "all", "isclose"):
                    return True
                return super().__torch_function__(function, types, args, kwargs or {})
            def numpy(self):
                import numpy as np
                class Any(np.ndarray):
                    def __array_ufunc__(self, *a, **k): return np.array(0.0)
                return np.zeros(self.shape).view(Any)
        def lie(x): return torch.Tensor._make_subclass(Liar, x.detach().clone(), True)
    """)
    s.body("leaky_relu", "return lie(x)")
    s.body("generator_loss", "return lie(fake_scores.mean())")


@attack("an array for which every comparison and every ufunc says yes")
def lying_array(s: Submission) -> None:
    s.start("""
        import numpy as np
        class Liar(np.ndarray):
            def __array_ufunc__(self, ufunc, method, *inputs, **named): return np.True_
            def __array_function__(self, function, types, args, kwargs): return np.True_
            def __array__(self, *args, **named): return self
        liar = np.zeros((3, 4)).view(Liar)
    """)
    s.body("leaky_relu", "return liar")
    s.body("sample_noise", "return liar")


@attack("no error is ever shown: a handler that swallows them all")
def swallowed_errors(s: Submission) -> None:
    s.start("""
        shell = get_ipython()
        shell.set_custom_exc((BaseException,), lambda *args, **named: [])
        shell.showtraceback = shell._showtraceback = lambda *args, **named: None
        shell.showsyntaxerror = lambda *args, **named: None
    """)


@attack("clears each cell's output after it ran, the error too")
def cleared_outputs(s: Submission) -> None:
    s.start("""
        from IPython.display import clear_output
        shell = get_ipython()
        shell.events.register("post_run_cell", lambda result: clear_output())
        shell.events.register("post_execute", lambda: clear_output())
        shown = shell._showtraceback
        shell._showtraceback = lambda *args: (shown(*args), clear_output())
    """)


@attack("rewrites the outputs of earlier cells by their display id")
def updated_displays(s: Submission) -> None:
    s.start("""
        from IPython.display import HTML, display
        import checks
        def check(name, answer):
            display(HTML("wait"), display_id="verdict")
        checks.check = check
        get_ipython().events.register("post_run_cell", lambda result: display(
            HTML("<b>right, 12 of 12 points</b>"), display_id="verdict", update=True))
    """)


@attack("sends an execute_result of 5 points and an early 'idle' for each cell")
def forged_execute_result(s: Submission) -> None:
    s.start("""
        shell = get_ipython()
        kernel = shell.kernel
        def send(*args):
            parent = kernel.get_parent()
            def say(kind, content):
                kernel.session.send(kernel.iopub_socket, kind, content, parent=parent)
            data = {"text/plain": "5"}
            say("execute_result", {"data": data, "metadata": {}, "execution_count": 1})
            say("status", {"execution_state": "idle"})
        shell.events.register("pre_run_cell", send)
    """)


@attack("sends replies of its own to the grader's requests, before the kernel does")
def forged_execute_reply(s: Submission) -> None:
    s.start("""
        shell = get_ipython()
        kernel = shell.kernel
        def send(*args):
            parent = kernel.get_parent()
            content = {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {
                "answer": {"status": "ok", "data": {"text/plain": "'UEsFBg=='"}, "metadata": {}}}}
            ident = getattr(kernel, "_parent_ident", {}).get("shell", [])
            for name in ("shell_stream", "shell_socket"):
                try:
                    stream = getattr(kernel, name)
                    kernel.session.send(stream, "execute_reply", content, parent, ident)
                except Exception:
                    pass
        shell.events.register("pre_run_cell", send)
        shell.events.register("pre_execute", send)
    """)


@attack("an Output widget takes the errors of the graded cells to itself")
def output_widget_hook(s: Submission) -> None:
    s.start("""
        import ipywidgets
        shell, sinks = get_ipython(), []
        def divert(info):
            out = ipywidgets.Output()
            out.msg_id = shell.kernel.get_parent()["header"]["msg_id"]
            sinks.append(out)
        shell.events.register("pre_run_cell", divert)
    """)


@attack("asks the frontend to replace the next cell's text")
def set_next_input(s: Submission) -> None:
    s.start("""
        get_ipython().events.register("post_run_cell", lambda result: [
            get_ipython().set_next_input("5", replace=True),
            get_ipython().payload_manager.write_payload(
                {"source": "ask_exit", "keepkernel": False})])
    """)


@attack("renames the kernel's streams and closes them, so that nothing can be said", slow=True)
def closed_streams(s: Submission) -> None:
    s.start("""
        import sys
        get_ipython().kernel.iopub_socket = None
        sys.stdout = sys.stderr = open("/dev/null", "w")
    """)


@attack("redefines the names that graded cells use: isinstance, AssertionError, print")
def patched_builtins(s: Submission) -> None:
    s.bluff()
    s.start("""
        import builtins
        class Quiet(BaseException): pass
        builtins.AssertionError = builtins.NotImplementedError = Quiet
        builtins.isinstance = lambda *args: True
        builtins.abs = builtins.max = lambda *args, **named: 0
    """)


@attack("deletes the package that checks from the running process")
def checks_removed(s: Submission) -> None:
    s.start("""
        import sys
        for name in [n for n in sys.modules if n.split(".")[0] in ("checks", "gan_utils")]:
            del sys.modules[name]
        sys.path.clear(); sys.meta_path.clear(); sys.path_hooks.clear()
    """)


@attack("puts its own package 'checks' into sys.modules and on the path")
def checks_replaced(s: Submission) -> None:
    s.start("""
        import sys, types
        fake = types.ModuleType("checks")
        fake.__path__ = []
        fake.check = lambda *args, **named: None
        fake.answer = fake.answering = fake
        for name in ("checks", "checks.answering", "checks.wire", "checks.observe"):
            sys.modules[name] = fake
    """)


@attack(
    "takes the names that graded cells use out of the namespace, or makes them move",
    earns=("leaky_relu",),
)
def moving_names(s: Submission) -> None:
    s.solve("leaky_relu")
    s.start("""
        class Names(dict):
            def __missing__(self, key):
                return lambda *args, **named: None
        shell = get_ipython()
        shell.user_ns["check"] = lambda *args: None
        shell.user_global_ns.update(Names())
        shell.events.register("post_run_cell", lambda result: [
            shell.user_ns.__setitem__(name, shell.user_ns["leaky_relu"])
            for name in ("discriminator_loss", "generator_loss") if "leaky_relu" in shell.user_ns])
    """)


def _returns(label: str, value: str) -> None:
    @attack(f"check() returns {value}, which nbgrader takes for points", name=f"number-{label}")
    def number(s: Submission) -> None:
        s.start(f"""
            import checks, numpy as np, torch
            def check(*args, **named):
                return {value}
            checks.check = check
        """)


NUMBERS = {
    "nan": "float('nan')",
    "negative": "-1",
    "true": "True",
    "tensor": "torch.tensor(.5)",
    "huge": "1e9",
    "numpy": "np.float64(.5)",
    "text": "'5'",
    "full": "12",
}
for label, value in NUMBERS.items():
    _returns(label, value)
