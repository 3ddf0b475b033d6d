"""The part of a lesson that some of its cells need: those cells, and before them what makes the names that they use."""
import ast
import symtable

from helpers.course.missing import bound_names
from pipeline import tags

ALWAYS = {"setup", "parameters"}


def needed(cells, wanted):
    """The indices, in order, of the cells that must run so that those with the indices `wanted` can.

    The opening always; else a cell that binds, or changes in place, a name which a later one of them uses, and the
    prediction of an outcome, which is refused where nobody has asked.
    """
    keep, names = set(), set()
    for k in reversed(range(len(cells))):
        if cells[k].cell_type != "code":
            continue
        tree = ast.parse(cells[k].source)
        made = {*bound_names(tree), *changed_names(tree), *predictions(tree, "predict")}
        if k in wanted or ALWAYS & set(tags(cells[k])) or names & made:
            keep.add(k)
            names |= {*used_names(cells[k].source), *predictions(tree, "outcome")}
    return sorted(keep)


def used_names(source):
    """The global names that a cell uses, in its functions too, and their own not."""
    def walk(table, top):
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (top or symbol.is_global()):
                yield symbol.get_name()
        for inner in table.get_children():
            yield from walk(inner, False)
    return set(walk(symtable.symtable(source, "cell", "exec"), True))


def changed_names(tree):
    """The names of what a cell changes in place: x.y = ..., x[k] = ..., x.method(...) as a statement."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            yield root(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and root(node.value.func) not in SHOWS:
            yield root(node.value.func)


def predictions(tree, verb):
    """What ties an outcome to its prediction: "prediction P2.1" for each exercises.predict("P2.1", ...), or outcome."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"exercises.{verb}":
            yield f"prediction {ast.literal_eval(node.args[0])}"


SHOWS = {"plots", "exercises", "claims", "parity", "show", "session", "timing", "print", "ax", "axes", "fig"}
"""What statements of a lesson call to show or record something: no answer depends on it."""


def root(node):
    """The name at the left of x.y[k].z, or "" where there is none."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
