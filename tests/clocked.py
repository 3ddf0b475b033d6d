"""The rule that what follows from a measured time says so: a busy machine can turn it, so it is compared by its form."""
import ast
import re

import pipeline
from honesty import tree

CLOCKS = ("timing.compare", "timing.first_and_later", "time.perf_counter")
JUDGED = {"claims.verdict": (1, 2), "exercises.outcome": (1, 2), "parity.verdict": (1, 3), "parity.differ": (1, 3)}
"""{call: which of its arguments decide what it says}"""
SAYS_SO = re.compile(r"\b(measured|took) (about )?$|by the clock: [^\n(]*$")


def clocked(nb, lesson):
    """What follows from a measured time says so: timed in a verdict or an outcome, parity.by_clock, a word before a number.

    It is followed from name to name through a notebook's statements, not into processes that it starts: what those send
    back the author must see.
    """
    names = set()
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        above, solution, _ = pipeline.parts(cell.source)
        for statement in tree(f"{above}\n{solution}").body:
            follow(statement, names)
            if "verdict" in pipeline.tags(cell):
                yield from unsaid(statement, names)


def follow(statement, names):
    """Keep in `names` what holds something that follows from a measured time, once this statement has run."""
    match statement:
        case ast.FunctionDef(name=name, body=body):
            source, bound, old = ast.Module(body, []), {name}, set()
        case ast.Assign(targets=targets, value=source):
            bound = set().union(*map(holders, targets))
            old = bound.intersection(*map(stored, targets))
        case ast.AugAssign(target=target, value=source) | ast.AnnAssign(target=target, value=source) if source:
            bound, old = holders(target), set()
        case ast.For(target=target, iter=source):
            bound, old = holders(target, source), stored(target)
        case _:
            source, bound, old = ast.Module([], []), set(), set()
    follows = measured(source, names)
    names -= old  # they have a new value
    names |= bound if follows else set()
    if not isinstance(statement, ast.FunctionDef):
        for inner in (*getattr(statement, "body", ()), *getattr(statement, "orelse", ())):
            follow(inner, names)


def stored(target):
    """The names that get a new value where `target` is assigned to."""
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def holders(target, source=None):
    """The names that then hold what is assigned to `target` or comes from a loop over `source`; of items not the key."""
    if isinstance(target, ast.Tuple) and source is not None and ast.unparse(source).endswith(".items()"):
        target = target.elts[-1]
    filled = {ast.unparse(node.value) for node in ast.walk(target) if isinstance(node, ast.Subscript)}
    return stored(target) | filled


def measured(part, names):
    """Whether something in a part of a tree follows from a measured time."""
    return any(isinstance(node, ast.Name) and node.id in names or
               isinstance(node, ast.Call) and ast.unparse(node.func) in CLOCKS for node in ast.walk(part))


def unsaid(statement, names):
    """What in a statement of a verdict cell a measured time decides without a word of it."""
    loops = [node for node in ast.walk(statement) if isinstance(node, (ast.For, ast.comprehension))]
    names = names.union(*(holders(loop.target, loop.iter) for loop in loops if measured(loop.iter, names)))
    for call in (node for node in ast.walk(statement) if isinstance(node, ast.Call)):
        first, last = JUDGED.get(ast.unparse(call.func), (0, 0))
        judged = ast.Module(call.args[first:last], [])
        if measured(judged, names) and "timed" not in {keyword.arg for keyword in call.keywords}:
            yield f"{ast.unparse(call)[:60]}: a measured time decides, say so with timed"
        if ast.unparse(call.func) == "print":
            for text in (node for node in ast.walk(call) if isinstance(node, ast.JoinedStr)):
                said = ""
                for part in text.values:
                    if isinstance(part, ast.FormattedValue) and measured(part, names) and not SAYS_SO.search(said):
                        yield f"{ast.unparse(part)[:60]}: a measured time decides, say so before it"
                    said += part.value if isinstance(part, ast.Constant) else "*"
