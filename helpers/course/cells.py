"""What the course sees of the cells that a learner runs: a guess without quotes, and an exercise's cell that failed.

`session.start` calls `watch`. Outside a notebook nothing here has an effect.
"""
import ast
import re

from helpers import show

MAKES_ANSWER = re.compile(r"^\s*(def |class |from .* import )?answer\b", re.M)
_answer = {"value": object(), "failed": "", "judged": None}


class Unquoted(str):
    """A guess that was typed without quotes, as in `guess = a`."""


def watch():
    """From the next cell on, see unquoted guesses and what became of the cells that set `answer`."""
    shell = show.shell()
    if shell is None:
        return
    _answer.update(value=object(), failed="", judged=None)
    shell.user_ns.setdefault("answer", ...)  # so that a check can speak even where the cell above has never run to its end
    shell.events.register("post_run_cell", after_cell)  # once, however often a lesson is started
    if not any(isinstance(transformer, MarkUnquoted) for transformer in shell.ast_transformers):
        shell.ast_transformers.append(MarkUnquoted())


class MarkUnquoted(ast.NodeTransformer):
    """Where a cell asks for a prediction, turns `guess = a` into `guess = exercises.Unquoted("a")` if "a" is an option.

    Python alone would stop with a NameError before `exercises.predict` could say what to do, or find another `a`.
    """

    def visit_Module(self, module):
        options = set(_options(module))
        for node in module.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "guess" and isinstance(node.value, ast.Name):
                if node.value.id.casefold() in options:
                    call = ast.parse(f"exercises.Unquoted({node.value.id!r})", mode="eval").body
                    node.value = ast.copy_location(call, node.value)
        return ast.fix_missing_locations(module)


def _options(module):
    """The texts in the calls of exercises.predict, in small letters."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "exercises.predict":
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value.casefold()


def after_cell(result):
    """Remember how a cell that sets `answer` ended. An answer that was set before the error counts as new."""
    if not MAKES_ANSWER.search(result.info.raw_cell):
        return
    value = show.shell().user_ns.get("answer")
    error = result.error_before_exec or (result.error_in_exec if value is _answer["value"] else None)
    _answer.update(value=value, failed=type(error).__name__ if error else "")
    if not error:
        _answer["judged"] = None


def stale(key, answer):
    """Why `answer` is not what the learner now means by the answer to exercise `key`, as a sentence; "" when it may be."""
    if answer is not _answer["value"]:
        return ""
    if _answer["failed"]:
        return (f"the cell that sets `answer` ended with `{_answer['failed']}`, so there is no new answer to judge. "
                "Mend that cell and run it, then this one.")
    if _answer["judged"] not in (None, key):
        return f"`answer` is still that of exercise {_answer['judged']}. Run the cell above, then this one."
    return ""


def judged(key):
    """Remember that the present answer has been judged as that of exercise `key`."""
    _answer["judged"] = key
