"""A chapter with one framework missing: the cells that need it are skipped, and say so.

When both frameworks are installed nothing here runs. When one is not, IPython rewrites each cell into

    try: <the cell>
    except (NotInstalled, ModuleNotFoundError): <say that it was skipped; bind its names to placeholders>

so that a later cell which uses a skipped cell's result is skipped too, instead of failing with a NameError.
"""
import ast
import importlib.util
import sys
from pathlib import Path

from helpers import show
from helpers.machine import fetched

FRAMEWORKS = {"torch": "PyTorch", "tensorflow": "TensorFlow"}
SIDES = {"torch": "PyTorch", "tf": "TensorFlow"}  # torch first, as a notebook imports them: helpers.torch_side and tf_side
PACKAGES = {**FRAMEWORKS, "keras": "TensorFlow", "tensorboard": "TensorBoard", "visdom": "Visdom",
            "executorch": "ExecuTorch", "ai_edge_litert": "LiteRT",
            "pyro": "Pyro", "gymnasium": "Gymnasium", "mido": "mido", "sonnet": "Sonnet"}
"""{import name: what a reader calls it}"""

INSTALL = {"visdom": "the two commands in the first lines of requirements-visdom.txt",
           "pyro": "python -m pip install pyro-ppl", "gymnasium": "python -m pip install gymnasium",
           "mido": "python -m pip install mido", "sonnet": "python -m pip install dm-sonnet"}
"""How to get what requirements.txt does not bring by another command."""

HOOK = "__skip_cell__"
SHOW = "__show_last_value__"
_absent = []
_skipped = {}


class NotInstalled(RuntimeError):
    """Something of a framework that is not installed was used."""


class Missing:
    """Stands for a value that could not be computed: whatever is done with it raises NotInstalled."""

    def __init__(self, framework):
        object.__setattr__(self, "_framework", framework)

    def _refuse(self, *args, **kwargs):
        raise NotInstalled(object.__getattribute__(self, "_framework"))

    __getattr__ = __setattr__ = __call__ = __getitem__ = __setitem__ = __iter__ = __len__ = __bool__ = _refuse
    __repr__ = __str__ = __format__ = __float__ = __int__ = __index__ = __array__ = __enter__ = __contains__ = _refuse
    __fspath__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __pow__ = _refuse
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __rpow__ = __or__ = __ror__ = __and__ = __rand__ = _refuse
    __matmul__ = __rmatmul__ = __neg__ = __abs__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __hash__ = None


def need(*values):
    """Raise NotInstalled when one of the values is a placeholder: for code that only asks for a value's type."""
    for value in values:
        if isinstance(value, Missing):
            value._refuse()


def side(name):
    """The side module of "torch" or "tf" that the lesson has imported. Raises NotInstalled where it could not."""
    module = sys.modules.get(f"helpers.{name}_side")
    if module is None:
        raise NotInstalled(SIDES[name])
    return module


def sides():
    """The side modules that the lesson has imported, torch first."""
    return [sys.modules[f"helpers.{name}_side"] for name in SIDES if f"helpers.{name}_side" in sys.modules]


def not_installed(modules=tuple(FRAMEWORKS)):
    """Those of the modules (import names; the two frameworks when left out) that this Python does not have, as a list."""
    return [name for name in modules if name not in sys.modules and importlib.util.find_spec(name) is None]


def skip_where_missing(*modules: str) -> None:
    """Skip the cells that need one of these modules (keys of PACKAGES) where it is not installed; print which, and the cure.

    Raises KeyError for a module that is not in PACKAGES.
    """
    called = {name: PACKAGES[name] for name in modules}
    found = not_installed(modules)
    if found:
        _skip_from_now_on(dict.fromkeys([*not_installed(), *found]))
    for name in found:
        print(f"{called[name]} is not installed: cells that need it are skipped, and what they would have measured is "
              f"NOT MEASURED. To install it: {INSTALL.get(name, 'python -m pip install -r requirements.txt')}")


def where_fetched(name: str) -> Path:
    """The folder of a package that tools/fetch.py brings. Where it is not there, a placeholder: later cells that use it are
    skipped, as cells that use a missing framework are. Prints the way out. Call it before the first cell that needs it.
    """
    try:
        return fetched.folder(name)
    except FileNotFoundError as problem:
        print(f"{problem}. Cells that need it are skipped, and what they would have measured is NOT MEASURED.")
    _absent.append(name)
    _watch_cells()
    return Missing(name)


def absent():
    """Names, as a reader knows them, of the frameworks that this session found missing."""
    return list(_absent)


def skipped_claims():
    """{claim: what is not installed} of the claims that a skipped cell of this session would have judged."""
    return dict(_skipped)


def skip_cells_that_need(packages):
    """From the next cell on, skip cells that need one of these import names; with an empty list, stop skipping."""
    _skipped.clear()
    _skip_from_now_on(packages)


def _skip_from_now_on(packages):
    _absent[:] = [PACKAGES[name] for name in packages]
    shell = show.shell()
    if shell is None:
        return
    shell.ast_transformers[:] = [t for t in shell.ast_transformers if not isinstance(t, SkipMissing)]
    if packages:
        _watch_cells()


def _watch_cells():
    """Wrap each later cell of a notebook, once."""
    shell = show.shell()
    if shell is not None and not any(isinstance(one, SkipMissing) for one in shell.ast_transformers):
        shell.ast_transformers.append(SkipMissing())
        shell.user_ns.update({HOOK: _skip, SHOW: lambda value: sys.displayhook(value)})


class SkipMissing(ast.NodeTransformer):
    """Wraps a whole cell in the `try` that the module's docstring shows."""

    def visit_Module(self, module):
        if not module.body:
            return module
        body = list(module.body)
        if isinstance(body[-1], ast.Expr):  # inside a `try` IPython no longer displays a cell's last value
            body[-1].value = ast.Call(ast.Name(SHOW, ast.Load()), [body[-1].value], [])
        names, claims = sorted(set(bound_names(module))), sorted(set(_judged_claims(module)))
        guard = ast.parse("try: pass\nexcept (RuntimeError, ModuleNotFoundError) as _problem: "
                          f"{HOOK}(_problem, {names!r}, {claims!r}, globals())")
        guard.body[0].body = body
        return ast.fix_missing_locations(ast.Module(guard.body, module.type_ignores))


def bound_names(node):
    """The global names that a cell binds. What functions, classes and comprehensions inside it bind is their own."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).split(".")[0]
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.comprehension):  # its `for` is its own, a walrus inside it is not
        for inner in (node.iter, *node.ifs):
            yield from bound_names(inner)
    elif not isinstance(node, ast.Lambda):
        for inner in ast.iter_child_nodes(node):
            yield from bound_names(inner)


def _judged_claims(module):
    """The claims that a cell judges: a verdict names its claim first."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("claims.verdict", "claims.not_measured"):
            yield from (first.value for first in node.args[:1]
                        if isinstance(first, ast.Constant) and isinstance(first.value, str))


def _skip(problem, names, claims, namespace):
    """Say that the cell was skipped, note its claims and bind what it would have made; another error goes on its way."""
    if isinstance(problem, NotInstalled):
        framework = problem.args[0]
    elif isinstance(problem, ModuleNotFoundError) and PACKAGES.get((problem.name or "").split(".")[0]) in _absent:
        framework = PACKAGES[problem.name.split(".")[0]]
    else:
        raise problem
    namespace.update({name: Missing(framework) for name in names})
    _skipped.update(dict.fromkeys(claims, framework))
    print(f"skipped: {framework} is not {'there' if framework in fetched.packages() else 'installed'}")
