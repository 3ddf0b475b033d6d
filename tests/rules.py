"""The static rules of a lesson. Each takes a notebook as `pipeline.read` gives it and the lesson's name ("07", "12a"),
and yields what breaks the rule, in words. What keeps a lesson honest stands in honesty.py.
"""
import ast
import functools
import importlib
import re

import density
import layout
import pipeline
from clocked import clocked
from helpers import ROOT, data
from helpers.course.missing import bound_names
from honesty import honest, tree
from slices import used_names

KINDS_OF_TAGS = {"setup", "torch", "tf", "verdict", "parameters", "exercise", "check", "predict", "solution", "taught",
                 "folded"}
FRAMEWORKS = {"torch": "# PyTorch", "tf": "# TensorFlow"}
"""{tag: the first line of its cells}"""


# What a notebook holds

def code(nb):
    """The code cells, in order."""
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def text(nb):
    """All markdown as one string, without its blocks of code."""
    whole = "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    return re.sub(r"^```.*?^```", "", whole, flags=re.M | re.S)


def pieces(cell):
    """The syntax trees of a code cell: what the solved notebook shows, then each wrong answer."""
    above, solution, wrong = pipeline.parts(cell.source)
    return [tree(piece) for piece in (f"{above}\n{solution}", *(body for _, body in wrong))]


def calls(cell, name):
    """The calls of a function, such as "exercises.predict", that a code cell makes; a comment calls nothing."""
    return called(cell.source).get(name, [])


@functools.cache
def called(source):
    """{name: its calls} in what the solved notebook shows of a code cell. Kept: many rules ask for one or two names."""
    above, solution, _ = pipeline.parts(source)
    return by_name(tree(f"{above}\n{solution}"))


@functools.cache
def called_in(path):
    """The same of a module."""
    return by_name(ast.parse(path.read_text(encoding="utf-8")))


def by_name(module):
    """{name: its calls} in a syntax tree."""
    found = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            found.setdefault(ast.unparse(node.func), []).append(node)
    return found


def keys(nb, name):
    """[(index of the cell, first argument)] of the calls of a function, where the argument is a literal."""
    return [(k, call.args[0].value) for k, cell in enumerate(nb.cells) if cell.cell_type == "code"
            for call in calls(cell, name) if call.args and isinstance(call.args[0], ast.Constant)]


def first_line(cell):
    """A cell's first line, as its name in a complaint."""
    return (cell.source.splitlines() or ["(empty)"])[0]


# Rules for every lesson

def headings(nb, lesson):
    """One H1 `# N. Title`, then H2 numbered N.1, N.2 ... without a gap."""
    first = re.findall(r"^# (.+)$", text(nb), re.M)
    if len(first) != 1 or not first[0].startswith(f"{pipeline.number(lesson)}. "):
        yield f"one heading '# {pipeline.number(lesson)}. Title' is asked for, found {first}"
    for k, title in enumerate(re.findall(r"^## (.+)$", text(nb), re.M), 1):
        if not title.startswith(f"{pipeline.number(lesson)}.{k} "):
            yield f"heading {title!r} should be numbered {pipeline.number(lesson)}.{k}"


def opening(nb, lesson):
    """Title with a promise and the box; then setup, the imports, parameters (literals only), and session.use."""
    for part in ("**Minutes**: ", "**Needs**: ", "**You will be able to**", "**Claims tested**: "):
        if not any(part in cell.source for cell in nb.cells[:2]):
            yield f"the box at the head lacks {part}"
    expected = [["setup"], ["torch", "setup"], ["tf", "setup"], ["parameters"], ["setup"]]
    if [pipeline.tags(cell) for cell in code(nb)[:5]] != expected:
        yield f"the first five code cells must have the tags {expected}"
        return
    if f'session.start("{lesson}")' not in code(nb)[0].source:
        yield f'the first code cell must call session.start("{lesson}")'
    names = []
    for statement in ast.parse(code(nb)[3].source).body:
        if not (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)):
            yield "the parameters cell holds literals only"
        else:
            names.append(statement.targets[0].id)
    if names[:3] != ["fast", "seed", "device"]:
        yield f"the parameters begin with fast, seed, device, not {names}"
    if "session.use(seed=seed, device=device, fast=fast)" not in code(nb)[4].source:
        yield "the cell after the parameters must call session.use(seed=seed, device=device, fast=fast)"


def tags(nb, lesson):
    """Only tags that mean something."""
    for cell in nb.cells:
        if unknown := set(pipeline.tags(cell)) - KINDS_OF_TAGS:
            yield f"unknown tags {sorted(unknown)}"


def twins(nb, lesson):
    """Each torch cell is followed by its tf cell and that by a verdict cell that judges; no such cell stands alone."""
    for k, cell in enumerate(nb.cells):
        kinds = set(pipeline.tags(cell))
        if kinds & {"setup", "exercise", "solution"}:
            continue
        after = [set(pipeline.tags(other)) for other in nb.cells[k + 1:k + 3]]
        if "torch" in kinds and not (len(after) == 2 and "tf" in after[0] and "verdict" in after[1]):
            yield f"the torch cell {first_line(cell)!r} must be followed by a tf cell and a verdict cell"
        if "tf" in kinds and "torch" not in pipeline.tags(nb.cells[k - 1]):
            yield f"the tf cell {first_line(cell)!r} has no torch cell before it"
        if "verdict" in kinds and not judges(cell):
            yield f"the verdict cell {first_line(cell)!r} judges nothing"


def judges(cell):
    """Whether a cell, where it is run, calls something that compares or gives a verdict: not a comment, not in a `def`."""
    run = [statement for statement in pieces(cell)[0].body if not isinstance(statement, (ast.FunctionDef, ast.ClassDef))]
    names = {ast.unparse(node.func) for statement in run for node in ast.walk(statement) if isinstance(node, ast.Call)}
    return bool(names & {"parity.verdict", "parity.differ", "parity.same", "parity.by_clock", "claims.verdict",
                         "claims.not_measured", "exercises.outcome"})


def predictions(nb, lesson):
    """Each is asked in a `predict` cell, before its outcome is shown."""
    asked, outcomes = keys(nb, "exercises.predict"), dict((key, k) for k, key in keys(nb, "exercises.outcome"))
    for k, key in asked:
        if outcomes.get(key, -1) <= k:
            yield f"prediction {key} has no outcome after it"
        if "predict" not in pipeline.tags(nb.cells[k]):
            yield f"prediction {key} stands in a cell without the tag predict"
    for key in outcomes.keys() - {key for _, key in asked}:
        yield f"outcome {key} was never asked"


def exercises(nb, lesson):
    """Each offers `answer = ...`, has a heading, a check behind it, a solution and two wrong answers with their causes."""
    known = importlib.import_module(f"chapters.ch{lesson[:2]}.checks").EXERCISES
    checked = dict(keys(nb, "exercises.check"))
    for k, cell in enumerate(nb.cells):
        if "exercise" not in pipeline.tags(cell):
            continue
        above, solution, wrong = pipeline.parts(cell.source)
        key = checked.get(k + 1)
        named = f"exercise {key}" if key else f"the exercise {first_line(cell)!r}"
        if not re.search(r"^answer = \.\.\.", above, re.M):
            yield f"{named} must offer the learner `answer = ...`"
        if "answer" not in solution:
            yield f"{named} has no solution"
        if len(wrong) < 2 or not all(cause and "answer" in body for cause, body in wrong):
            yield f"{named} needs at least two wrong answers, `# wrong: cause`, behind its solution"
        if key is None or "check" not in pipeline.tags(nb.cells[k + 1]):
            yield f"{named} must be followed by a check cell"
        elif key not in known:
            yield f"{named} has no entry in the chapter's checks.py, which defines {sorted(known)}"
        elif not any(re.search(rf"^### Exercise {re.escape(key)}\b", other.source, re.M) for other in nb.cells[:k]):
            yield f"exercise {key} has no heading `### Exercise {key}` before it"


def claims(nb, lesson):
    """Every claim of the lesson, and no other, is judged in it and named in the box; claims.close ends it."""
    table = {row["id"] for row in data.claims_table() if row["lesson"] == lesson}
    judged = {key for name in ("claims.verdict", "claims.not_measured") for _, key in keys(nb, name)}
    if judged != table:
        yield (f"judged {sorted(judged)}, the table gives this lesson {sorted(table)}: "
               f"{', '.join(sorted(judged ^ table))} must be in both, claims.verdict and data/claims.csv")
    box = re.search(r"\*\*Claims tested\*\*: (.*(?:\n> [^*\n]+)*)", text(nb))
    if box and set(re.findall(r"\bC\d+\w?\b", box.group(1))) != table:
        yield f"the box names {box.group(1)!r}, the table gives this lesson {sorted(table)}"
    if lesson not in [key for _, key in keys(nb, "claims.close")]:
        yield f'no claims.close("{lesson}")'


def figures(nb, lesson):
    """Every figure is shown with an alt text, in the cells and in the chapter's modules."""
    modules = (ROOT / "notebooks" / "chapters" / f"ch{lesson[:2]}").glob("[!0-9]*.py")
    for found in [*(called(cell.source) for cell in code(nb)), *map(called_in, modules)]:
        if any(name.endswith(("plt.show", "pyplot.show")) for name in found):
            yield "plt.show() has no alt text: use plots.show"
        for node in found.get("plots.show", []):
            if not any(keyword.arg == "alt" for keyword in node.keywords):
                yield f"{ast.unparse(node)[:60]}: no alt text"


def links(nb, lesson):
    """Every link into the glossary, to another notebook or a file leads somewhere."""
    folder = ROOT / "notebooks"
    glossary = (folder / "glossary.md").read_text(encoding="utf-8")
    anchors = {anchor(title) for title in re.findall(r"^## (.+)$", glossary, re.M)}
    for target in set(re.findall(r"\]\(([^)\s]+)\)", text(nb))):
        path, _, place = target.partition("#")
        if path == "glossary.md" and place not in {"", *anchors}:
            yield f"the glossary has no entry {place!r}"
        if not re.match(r"https?://|#|mailto:", target) and not (folder / path).exists() and not planned(path):
            yield f"the link {target!r} leads nowhere"


def planned(path):
    """Whether a link names a notebook of which the source is there (its notebook may not be built yet)."""
    return (ROOT / "notebooks" / "chapters" / f"ch{path[:2]}" / path).with_suffix(".py").exists()


def anchor(title):
    """The anchor that JupyterLab and the site give a heading of the glossary."""
    return re.sub(r"[^\w-]", "", title.strip().lower().replace(" ", "-"))


def closing(nb, lesson):
    """Quiz, verdicts and summary come last, in this order, and the quiz is shown."""
    last = ["quiz", "verdicts", "summary and further reading"]
    titles = [title.split(" ", 1)[-1].lower() for title in re.findall(r"^## (.+)$", text(nb), re.M)]
    if titles[-len(last):] != last:
        yield f"the last sections are {titles[-len(last):]}, not {last}"
    if lesson not in [key for _, key in keys(nb, "exercises.quiz")]:
        yield "the quiz is not shown"


# Rules of the form: what a learner sees

def marked(nb, lesson):
    """The first line of a cell of one framework names it."""
    for cell in code(nb):
        for tag, line in FRAMEWORKS.items():
            if tag in pipeline.tags(cell) and "exercise" not in pipeline.tags(cell) and first_line(cell) != line:
                yield f"the {tag} cell {first_line(cell)!r} must begin with the line {line!r}"


def folded(nb, lesson):
    """A folded cell's first line says what it does, and none teaches."""
    for cell in code(nb):
        kinds, line = set(pipeline.tags(cell)), first_line(cell)
        if line.startswith("# Folded") != ("folded" in kinds) or "folded" in kinds and not re.match("# Folded: .+", line):
            yield f"the tag folded and a first line `# Folded: what it does` go together: {line!r}, {sorted(kinds)}"
        if "folded" in kinds and kinds & density.TAUGHT:
            yield f"the folded cell {line!r} has the tags {sorted(kinds & density.TAUGHT)}: what is taught is never folded"


def narrow(nb, lesson):
    """No line of code is wider than JupyterLab shows beside its file browser."""
    for cell in code(nb):
        for line in "\n".join(pipeline.parts(cell.source)[:2]).splitlines():
            if len(line) > layout.WIDTH:
                yield f"{len(line)} characters, {layout.WIDTH} are shown: {line!r}"


def squeezed(nb, lesson):
    """One step a statement: nothing that a reader of basic Python must decode."""
    for cell in code(nb):
        for node in (node for piece in pieces(cell) for node in ast.walk(piece)):
            for what, is_squeezed in SQUEEZED.items():
                if is_squeezed(node):
                    yield f"{what}: {ast.unparse(node)[:70]}"


COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def holds(node, kinds):
    """Whether such a node lies inside this one."""
    return any(isinstance(inner, kinds) for inner in ast.walk(node) if inner is not node)


def several_calls(node):
    """Whether a statement assigns to several names at once what two or more of the values call for."""
    return (isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple) and isinstance(node.targets[0], ast.Tuple)
            and sum(isinstance(value, ast.Call) or holds(value, ast.Call) for value in node.value.elts) > 1)


SQUEEZED = {
    "a tuple as a statement": lambda node: isinstance(node, ast.Expr) and isinstance(node.value, ast.Tuple),
    "several calls in one assignment": several_calls,
    "a conditional in a conditional": lambda node: isinstance(node, ast.IfExp) and holds(node, ast.IfExp),
    "a comprehension in a comprehension": lambda node: isinstance(node, COMPREHENSIONS) and holds(node, COMPREHENSIONS),
    "a walrus": lambda node: isinstance(node, ast.NamedExpr),
    "a lambda with a default": lambda node: isinstance(node, ast.Lambda) and node.args.defaults + node.args.kw_defaults,
    "arithmetic of comparisons as an index": lambda node: (
        isinstance(node, ast.Subscript) and isinstance(node.slice, ast.BinOp) and holds(node.slice, ast.Compare)),
}
"""{what a complaint says: whether a syntax node is that}"""


def lettered(nb, lesson):
    """Predictions are called P2.1, P2.2 ..., and their options are letters that the text above explains."""
    for k, key in keys(nb, "exercises.predict"):
        if not re.fullmatch(rf"P{int(lesson[:2])}\.\d+", key):
            yield f"prediction {key} must be called P{int(lesson[:2])}.1, P{int(lesson[:2])}.2 ..."
        options = re.findall(r"^- \*\*(\w)\*\* ", nb.cells[k - 1].source, re.M)
        among = [ast.literal_eval(word.value) for word in calls(nb.cells[k], "exercises.predict")[0].keywords
                 if word.arg == "among" and isinstance(word.value, ast.List)]
        if among != [options] or options != list("abcdefgh")[:len(options)]:
            yield f"prediction {key} is among {among}, the text above it explains {options}"


def placed(nb, lesson):
    """An exercise stands in the section of its idea, below a heading `### Exercise 2.1: title (4 minutes)`."""
    titles = sections(nb)
    for k, key in keys(nb, "exercises.check"):
        if not re.fullmatch(rf"{int(lesson[:2])}\.\d+", key):
            yield f"exercise {key} must be called {int(lesson[:2])}.1, {int(lesson[:2])}.2 ..."
        heading = rf"^### Exercise {re.escape(key)}: .+ \(\d+ minutes?\)$"
        if not any(re.search(heading, cell.source, re.M) for cell, title in zip(nb.cells, titles) if title == titles[k]):
            yield f"exercise {key} has no heading `### Exercise {key}: title (4 minutes)` in its own section"
        if titles[k].lower().endswith((" exercises", " quiz", " verdicts", " further reading")):
            yield f"exercise {key} stands in {titles[k]!r}, not in the section of its idea"


def sections(nb):
    """The title of the H2 section in which each cell stands, such as "2a.1 One number in"; "" before the first."""
    titles = [""]
    for cell in nb.cells:
        found = re.findall(r"^## (.+)$", cell.source, re.M) if cell.cell_type == "markdown" else []
        titles.append((found or titles)[-1])
    return titles[1:]


def minutes(nb, lesson):
    """25 to 40 minutes, and within a quarter of what the text, the code and the exercises come to."""
    learner = pipeline.learner(nb)
    stated, estimate = density.stated_minutes(learner), density.minutes(learner)
    if stated is None or not 25 <= stated <= 40:
        yield f"the box states {stated} minutes, a lesson has 25 to 40"
    elif abs(stated - estimate) > 0.25 * estimate:
        yield f"the box states {stated} minutes, the estimate is {estimate:.0f}"


def aims(nb, lesson):
    """Each aim of the box ends with what shows it, in parentheses, and that is in the lesson."""
    box = re.search(r"\*\*You will be able to\*\*\n((?:>.*\n?)*)", text(nb))
    found = re.sub(r"\n>  +", " ", box.group(1)) if box else ""  # an aim may go on in a second line
    listed = re.findall(r"^> - (.+)$", found, re.M)
    if not listed:
        yield "the box lists no aims"
    there = evidences(nb)
    for aim in listed:
        shown = re.search(r"\(([^()]+)\)$", aim.strip())
        named = re.split(r", | and ", shown.group(1)) if shown else [""]
        for evidence in named:
            if evidence not in there:
                yield f"the aim {aim!r} must end with what shows it in this lesson, not with {evidence!r}"


def evidences(nb):
    """What can show an aim: the lesson's exercises, outcomes, claims and sections with a verdict, as a box names them."""
    places = {title.split()[0] for cell, title in zip(nb.cells, sections(nb))
              if title and cell.cell_type == "code" and judges(cell)}
    return {*(f"exercise {key}" for _, key in keys(nb, "exercises.check")),
            *(f"prediction {key}" for _, key in keys(nb, "exercises.outcome")),
            *(f"claim {key}" for _, key in keys(nb, "claims.verdict")), *(f"verdict in {place}" for place in places)}


def compared_without_answers(nb, lesson):
    """No verdict depends on an exercise: it says in an open notebook what it says in a solved one (`pipeline.verdicts`)."""
    loose = set()  # names that an exercise makes, or a cell that uses such a name
    for cell in code(nb):
        kinds, made = set(pipeline.tags(cell)), set(bound_names(pieces(cell)[0]))
        if "exercise" in kinds:
            loose |= made
        elif "check" not in kinds:
            used = used_names(cell.source) & loose - made
            if used and "verdict" in kinds:
                yield f"the verdict cell {first_line(cell)!r} uses {', '.join(sorted(used))}, which depends on an exercise"
            loose = loose | made if used else loose - made


RULES = (headings, opening, tags, twins, honest, clocked, predictions, exercises, claims, figures, links, closing,
         marked, folded, narrow, squeezed, lettered, placed, minutes, aims, compared_without_answers)
"""What every lesson obeys."""
