"""The rule that keeps a lesson honest: what is shown as found was computed, no error is hidden, nothing is fetched.

It reads a notebook's statements in order and notes in `given` what each name stands for: {name: expressions or
statements}. A name that is not in `given`, such as a library or an argument, counts as computed.
"""
import ast
import builtins
import re

import pipeline
from helpers.course.missing import bound_names

KNOWN = {*dir(builtins), "exercises", "parity", "claims"} - {"open", "input", "dir", "vars", "globals", "locals"}
"""Names that find nothing out by themselves: what they return depends on what they are given."""

WRAPPING = {"bool_", "array", "asarray", "allclose", "isclose", "array_equal", "not_", "truth"}
"""Functions of NumPy and `operator` that hand on what they are given, under one of the two truth values."""

SIGNALS = {"KeyboardInterrupt", "StopIteration", "queue.Empty"}
"""Exceptions that say "stopped" or "nothing there": no errors, so they may pass in silence."""

HIDDEN = {"exec", "eval", "__import__", "builtins", "__builtins__", "runpy", "get_ipython", "ledger"}
"""Names by which a cell could run, or record, what it does not show."""

FETCHING = {"urlretrieve", "get_file", "load_data", "load_state_dict_from_url", "from_pretrained"}
CONNECTING = {"HTTPConnection", "HTTPSConnection", "create_connection", "connect", "connect_ex", "getaddrinfo"}
OUTSIDE = re.compile(r"(?:https?|wss?|ftp)://(?!(?:127\.0\.0\.1|localhost|\[::1\])(?:[:/]|$)|\{\})")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def honest(nb, lesson):
    """No typed verdict, outcome or evidence; no swallowed error; no hidden code, absolute path, download, server outside."""
    given = {}
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        yield from in_text(cell.source)
        above, solution, wrong = pipeline.parts(cell.source)
        yield from check(tree(f"{above}\n{solution}").body, given)
        for _, body in wrong:
            yield from check(tree(body).body, {})


def tree(source):
    """The syntax tree of a cell or of a part of one; lines for the shell or a magic (! and %) are left out."""
    return ast.parse(re.sub(r"^\s*(?:%|!(?!=)).*$", "", source, flags=re.M))


def in_text(source):
    """What a cell's text must not hold, wherever it stands."""
    for bad in ("/home/", "/tmp/", "/root/", "C:\\\\"):
        if bad in source:
            yield f"{bad!r} in a code cell"
    for line in re.findall(r"^\s*(?:!(?!=)|%%?(?:bash|sh|script|system|sx|pip|conda)\b).*$", source, re.M):
        yield f"a cell runs no shell: {line!r}"


def check(body, given):
    """What is wrong in these statements, and in the functions that they define."""
    for statement in steps(body):
        learn(statement, given)
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            arguments = {node.arg for node in ast.walk(statement) if isinstance(node, ast.arg)}
            yield from check(statement.body, {name: values for name, values in given.items() if name not in arguments})
            continue
        for node in ast.walk(statement):
            for rule in (swallowed, dropped, made_up, hidden, renamed):
                yield from rule(node)
            if isinstance(node, ast.Call):
                yield from fetched(node, given)
                yield from judged(node, given)


def steps(body):
    """Statements in order; those of a `with` count as if they stood alone, for they are run in any case."""
    for statement in body:
        if not isinstance(statement, ast.With):
            yield statement
            continue
        for item in statement.items:
            yield ast.Assign([item.optional_vars], item.context_expr) if item.optional_vars else ast.Expr(item.context_expr)
        yield from steps(statement.body)


# Errors

def swallowed(node):
    """A handler that hides its error. It may raise, show the error, or answer in words or by a `return`."""
    if not isinstance(node, ast.ExceptHandler):
        return
    caught = {ast.unparse(kind) for kind in getattr(node.type, "elts", [node.type]) if kind}
    inside = [inner for statement in node.body if not idle(statement) for inner in ast.walk(statement)]
    shown = any(isinstance(inner, ast.Raise) or node.name and getattr(inner, "id", "") == node.name for inner in inside)
    answers = any(isinstance(inner, ast.Return) and inner.value is not None
                  or isinstance(inner, ast.Assign) and in_words(inner.value) for inner in inside)
    precise = caught and not caught & {"Exception", "BaseException"}
    if not (shown or precise and (answers or caught <= SIGNALS)):
        yield f"an error is swallowed: {ast.unparse(node)[:80]!r}"


def dropped(node):
    """A `finally` that leaves, and so drops the error that is on its way; and `suppress`, unless of a signal."""
    if isinstance(node, (ast.Try, ast.TryStar)):
        ends = [inner for statement in node.finalbody for inner in ast.walk(statement)]
        if any(isinstance(inner, (ast.Return, ast.Break, ast.Continue)) for inner in ends):
            yield "an error is swallowed: a `finally` that leaves by return, break or continue"
    if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "suppress":
        if not {ast.unparse(kind) for kind in node.args} <= SIGNALS:
            yield f"an error is swallowed: {ast.unparse(node)}"


def idle(statement):
    """Whether a statement computes something and drops it, such as `str(error)`."""
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    return not isinstance(value, ast.Call) or ast.unparse(value.func) in {*dir(builtins)} - {"print"}


def in_words(node):
    """Whether an expression is words that are written out."""
    return isinstance(node, ast.JoinedStr) or isinstance(node, ast.Constant) and isinstance(node.value, str)


def made_up(node):
    """A number that stands in where an error left none."""
    for inner in ast.walk(node) if isinstance(node, ast.ExceptHandler) else []:
        if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Constant):
            if type(inner.value.value) in (int, float):
                yield f"a number is made up where an error was: {ast.unparse(inner)}"


# Hidden code, servers outside

def hidden(node):
    """Code and records that a reader of the cell does not see."""
    words = {getattr(node, "id", ""), *(getattr(node, "module", None) or "").split(".")}
    if isinstance(node, ast.alias):
        words |= {*node.name.split(".")}
    if isinstance(node, ast.Constant) and node.value == "__builtins__":
        words |= {node.value}
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
        words |= {said(value, {}) for value in node.args}
    for word in words & HIDDEN:
        yield f"{word} in a cell: a cell shows what it runs and what it records"


def fetched(call, given):
    """Downloads, and servers that are not on this machine."""
    name, values = ast.unparse(call.func), [*call.args, *(word.value for word in call.keywords)]
    downloads = [word for word in call.keywords if word.arg == "download" and said(word.value, given) == "True"]
    if name.split(".")[-1] in FETCHING or name.endswith("hub.load") or downloads:
        yield f"{ast.unparse(call)[:60]}: a lesson downloads nothing"
    if name != "print" and not name.startswith(("show.", "claims.", "exercises.", "parity.")):
        if any(OUTSIDE.match(said(value, given)) for value in values):
            yield f"{ast.unparse(call)[:60]}: a server outside this machine"
    if name.split(".")[-1] in CONNECTING and call.args:
        host = said(call.args[0].elts[0] if isinstance(call.args[0], ast.Tuple) else call.args[0], given)
        if host not in LOOPBACK and "{}" not in host:
            yield f"{ast.unparse(call)[:60]}: a server outside this machine"


def said(node, given, follow=3):
    """The text of an expression as far as literals, and names of literals, tell; `{}` for what is computed."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(said(part, given, follow) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return said(node.value, given, follow)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return said(node.left, given, follow) + said(node.right, given, follow)
    value = behind(node, given)
    return "{}" if value is node or not follow else said(value, given, follow - 1)


# Verdicts, outcomes, evidence

def judged(call, given):
    """What a claim or a prediction is told, where it was typed instead of computed."""
    asked = {"claims.verdict": ("held", "evidence"), "exercises.outcome": ("actual",)}.get(ast.unparse(call.func), ())
    words = {word.arg: word.value for word in call.keywords}
    if asked and (None in words or any(isinstance(value, ast.Starred) for value in call.args)):
        yield f"{ast.unparse(call)[:60]}: write its arguments out"
        return
    for place, name in enumerate(asked, 1):
        value = behind(words.get(name) or (call.args[place:] or [ast.Constant(None)])[0], given)
        parts = value.values if isinstance(value, ast.Dict) else [value]
        if not parts or any(typed(part, given) for part in parts):
            yield f"{ast.unparse(call)[:60]}: {name} must be computed, not typed"


def behind(node, given):
    """The expression that a name stands for, where it is one; else the node itself."""
    values = given.get(node.id, []) if isinstance(node, ast.Name) else []
    return values[0] if len(values) == 1 and isinstance(values[0], ast.expr) else node


def typed(node, given, seen=frozenset()):
    """Whether an expression or statement finds nothing out: it reads literals, built-ins, and names given only such.

    A function that uses its arguments computes something.
    """
    arguments = ast.walk(node.args) if isinstance(node, (ast.FunctionDef, ast.Lambda)) else []
    if {getattr(one, "arg", "") for one in arguments} & {name.id for name in reads(node)}:
        return False
    wrapped = [inner.value for inner in ast.walk(node) if isinstance(inner, ast.Attribute) and inner.attr in WRAPPING]
    names = {inner.id for inner in reads(node) if inner not in wrapped} - scoped(node) - seen
    return all(not waiting(given[name]) and all(typed(value, given, seen | {name}) for value in given[name])
               if name in given else name in KNOWN for name in names)


def waiting(values):
    """Whether a name stands for an empty list, dict or set that no statement fills: then a function does."""
    return len(values) == 1 and isinstance(values[0], ast.expr) and ast.unparse(values[0]) in {"[]", "{}", "set()"}


def reads(node):
    """The names, as nodes, that an expression or statement reads."""
    return [inner for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)]


def scoped(node):
    """The names that functions and comprehensions inside an expression or statement have for themselves."""
    own = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.arg):
            own.add(inner.arg)
        elif isinstance(inner, ast.comprehension):
            own |= {*bound_names(inner.target)}
        elif isinstance(inner, ast.FunctionDef):
            own |= {name for statement in inner.body for name in bound_names(statement)}
    return own


def learn(statement, given):
    """Note what the names that a statement binds or fills stand for from now on."""
    for name, value in bindings(statement):
        if name in {read.id for read in reads(value)} or not isinstance(value, (ast.expr, ast.FunctionDef)):
            given[name] = [*given.get(name, []), value]
        else:
            given[name] = [value]
        if isinstance(value, (ast.Import, ast.ImportFrom, ast.ClassDef)):
            del given[name]  # what a library says is found out
    for name in {*filled(statement)} & given.keys():
        if not all(isinstance(value, ast.Constant) for value in given[name]):
            given[name] = [*given[name], statement]


def bindings(statement):
    """[(name, its new value)] of an assignment; for another statement, which may or may not bind, the statement itself."""
    if not isinstance(statement, ast.Assign):
        return [(name, statement) for name in {*bound_names(statement)}]
    found = []
    for target in statement.targets:
        sides = [getattr(side, "elts", []) for side in (target, statement.value)]
        if isinstance(statement.value, ast.Tuple) and len(sides[0]) == len(sides[1]):
            found += [(name, value) for one, value in zip(*sides) for name in bound_names(one)]
        else:
            found += [(name, statement.value) for name in bound_names(target)]
    return found


def filled(statement):
    """The names of which a statement changes an item or attribute, calls a method, or which it hands to a function."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[0] not in {*KNOWN, "show", "plots"}:
            yield from (value.id for value in node.args if isinstance(value, ast.Name))
        base = node.func if isinstance(node, ast.Call) else node
        changes = isinstance(node, ast.Call) or isinstance(getattr(node, "ctx", None), ast.Store)
        if changes and isinstance(base, (ast.Subscript, ast.Attribute)) and isinstance(base.value, ast.Name):
            yield base.value.id


def renamed(node):
    """Judging under another name, by which the other rules would not know it."""
    if isinstance(node, ast.alias) and node.name.split(".")[-1] in {"claims", "exercises", "parity"} and node.asname:
        yield f"{node.name} keeps its name"
    if isinstance(node, ast.ImportFrom) and node.module in {"helpers.claims", "helpers.exercises", "helpers.parity"}:
        yield f"the functions of {node.module} are called by their full names"
    for field, value in ast.iter_fields(node):
        for inner in value if isinstance(value, list) else [value]:
            names = isinstance(inner, ast.Attribute) and ast.unparse(inner) in {"claims.verdict", "exercises.outcome"}
            if names and field != "func" or isinstance(inner, ast.Name) and inner.id == "claims" and field != "value":
                yield f"{ast.unparse(inner)} is there to be called"
