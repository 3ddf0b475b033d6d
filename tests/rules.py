"""The static rules of a chapter. Each takes a notebook as `nb.read` gives it and returns what breaks the rule, in words."""
import ast
import re

import pipeline
from helpers import ROOT, data

KINDS_OF_TAGS = {"setup", "torch", "tf", "verdict", "parameters", "exercise", "check", "predict", "solution"}
CALLS_THAT_JUDGE = ("parity.verdict(", "parity.differ(", "claims.verdict(", "claims.not_measured(", "exercises.outcome(",
                    "print(")
CLOCKS = ("timing.compare", "timing.first_and_later", "time.perf_counter")
JUDGED = {"claims.verdict": (1, 2), "exercises.outcome": (1, 2), "parity.verdict": (1, 3), "parity.differ": (1, 3)}
"""{call: which of its arguments decide what it says}"""
SAYS_SO = re.compile(r"\b(measured|took) (about )?$|by the clock: [^\n(]*$")


def code(nb):
    """The code cells, in order."""
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def text(nb):
    """All markdown as one string."""
    return "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")


def shown(cell):
    """What of a code cell the longest edition shows: wrong answers are in none."""
    above, solution, _ = pipeline.parts(cell.source)
    return above + ("\n" + solution if solution else "")


def size(nb):
    """35 to 60 cells; code cells of at most 20 lines, markdown cells of at most 120 words."""
    if not 35 <= len(nb.cells) <= 60:
        yield f"{len(nb.cells)} cells, 35 to 60 are allowed"
    for cell in nb.cells:
        first = cell.source.splitlines()[0] if cell.source else "(empty)"
        if cell.cell_type == "code" and len(shown(cell).splitlines()) > 20:
            yield f"{len(shown(cell).splitlines())} lines in the code cell that begins {first!r}"
        if cell.cell_type == "markdown" and len(words(cell.source)) > 120:
            yield f"{len(words(cell.source))} words in the cell that begins {first!r}"


def words(markdown):
    """The words of a text, without link targets, table rules and marks."""
    return re.findall(r"[\w’'-]+", re.sub(r"\]\([^)]*\)|<[^>]+>|[|*`#>-]{2,}", " ", markdown))


def headings(nb, chapter):
    """One H1 `# N. Title`, then H2 numbered N.1, N.2 ... without a gap, all in sentence case."""
    number = chapter.lstrip("0") or "0"
    prose = re.sub(r"^```.*?^```", "", text(nb), flags=re.M | re.S)
    first = re.findall(r"^# (.+)$", prose, re.M)
    if len(first) != 1 or not first[0].startswith(f"{number}. "):
        yield f"one heading '# {number}. Title' is asked for, found {first}"
    found = re.findall(r"^## (.+)$", prose, re.M)
    for k, title in enumerate(found, 1):
        if not title.startswith(f"{number}.{k} "):
            yield f"heading {title!r} should be numbered {number}.{k}"
    for title in first + found:
        capital = [word for word in title.split()[2:] if re.fullmatch(r"[A-Z][a-z]+", word)]
        if len(capital) > 2:
            yield f"heading {title!r} is not in sentence case"


def opening(nb, chapter):
    """Title with a promise and the box; then setup, the imports, parameters (literals only), and session.use."""
    box = nb.cells[0].source
    for part in ("**Minutes**: ", "**Needs**: ", "**You will be able to**", "**Claims tested**: "):
        if part not in box and part not in nb.cells[1].source:
            yield f"the box at the head lacks {part}"
    expected = [["setup"], ["torch", "setup"], ["tf", "setup"], ["parameters"], ["setup"]]
    if [pipeline.tags(cell) for cell in code(nb)[:5]] != expected:
        yield f"the first five code cells must have the tags {expected}"
        return
    if f'session.start("{chapter}")' not in code(nb)[0].source:
        yield f'the first code cell must call session.start("{chapter}")'
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


def twins(nb):
    """Each torch cell is followed by its tf cell and that by a verdict cell that judges; no such cell stands alone."""
    for k, cell in enumerate(nb.cells):
        kinds = set(pipeline.tags(cell))
        if kinds - KINDS_OF_TAGS:
            yield f"unknown tags {sorted(kinds - KINDS_OF_TAGS)}"
        if kinds & {"setup", "exercise", "solution"}:
            continue
        after = [set(pipeline.tags(other)) for other in nb.cells[k + 1:k + 3]]
        line = cell.source.splitlines()[0] if cell.source else ""
        if "torch" in kinds and not (len(after) == 2 and "tf" in after[0] and "verdict" in after[1]):
            yield f"the torch cell {line!r} must be followed by a tf cell and a verdict cell"
        if "tf" in kinds and "torch" not in pipeline.tags(nb.cells[k - 1]):
            yield f"the tf cell {line!r} has no torch cell before it"
        if "verdict" in kinds and not any(call in cell.source for call in CALLS_THAT_JUDGE):
            yield f"the verdict cell {line!r} judges nothing"
    if sum("torch" in pipeline.tags(cell) and "setup" not in pipeline.tags(cell) for cell in nb.cells) < 3:
        yield "a chapter has at least three twins"


def honest(nb):
    """No literal verdict, no swallowed error, no exec, no absolute path, no download."""
    for cell in code(nb):
        source = re.sub(r"^\s*[%!].*$", "", cell.source, flags=re.M)
        for above, solution, wrong in [pipeline.parts(source)]:
            for piece in [above, solution, *(body for _, body in wrong)]:
                yield from _honest(ast.parse(piece))
        for bad in ("/home/", "/tmp/", "/root/", "C:\\\\", "http.client", "urlretrieve", "requests.get"):
            if bad in cell.source:
                yield f"{bad!r} in a code cell"


def _honest(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and (node.type is None or all(isinstance(s, ast.Pass) for s in node.body)):
            yield f"an error is swallowed at line {node.lineno} of a cell"
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        if name in ("exec", "eval"):
            yield f"{name}() in a cell"
        if name == "claims.verdict" and len(node.args) > 1:
            held = node.args[1]
            values = held.values if isinstance(held, ast.Dict) else [held]
            if any(isinstance(value, ast.Constant) for value in values):
                yield f"{ast.unparse(node)[:60]}: a verdict must be computed, not typed"
        if name == "exercises.outcome" and isinstance(node.args[1], ast.Constant):
            yield f"{ast.unparse(node)}: an outcome must be computed, not typed"


def clocked(nb):
    """What follows from a measured time says so: by timed in a verdict or an outcome, in words in a sentence.

    A busy machine can turn it, so outputs are compared without it (tests/nbval.cfg). It is followed from name to name
    through a notebook's statements, not into processes that it starts: what those send back the author must see.
    """
    names = set()
    for cell in code(nb):
        tree = ast.parse(re.sub(r"^\s*[%!].*$", "", shown(cell), flags=re.M))
        for statement in tree.body:
            _follow(statement, names)
            if "verdict" in pipeline.tags(cell):
                yield from _unsaid(statement, names)


def _follow(statement, names):
    """Keep in `names` what holds something that follows from a measured time, once this statement has run."""
    match statement:
        case ast.FunctionDef(name=name, body=body):
            source, bound, old = ast.Module(body, []), {name}, set()
        case ast.Assign(targets=targets, value=source):
            bound = set().union(*map(_bound, targets))
            old = bound.intersection(*map(_stored, targets))
        case ast.AugAssign(target=target, value=source) | ast.AnnAssign(target=target, value=source) if source:
            bound, old = _bound(target), set()
        case ast.For(target=target, iter=source):
            bound, old = _bound(target, source), _stored(target)
        case _:
            source, bound, old = ast.Module([], []), set(), set()
    follows = _measured(source, names)
    names -= old  # they have a new value
    names |= bound if follows else set()
    if not isinstance(statement, ast.FunctionDef):
        for inner in (*getattr(statement, "body", ()), *getattr(statement, "orelse", ())):
            _follow(inner, names)


def _stored(target):
    """The names that get a new value where `target` is assigned to."""
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _bound(target, source=None):
    """The names that then hold what is assigned to `target` or comes from a loop over `source`; of items not the key."""
    if isinstance(target, ast.Tuple) and source is not None and ast.unparse(source).endswith(".items()"):
        target = target.elts[-1]
    filled = {ast.unparse(node.value) for node in ast.walk(target) if isinstance(node, ast.Subscript)}
    return _stored(target) | filled


def _measured(tree, names):
    return any(isinstance(node, ast.Name) and node.id in names or
               isinstance(node, ast.Call) and ast.unparse(node.func) in CLOCKS for node in ast.walk(tree))


def _unsaid(statement, names):
    """What in a statement of a verdict cell a measured time decides without a word of it."""
    loops = [node for node in ast.walk(statement) if isinstance(node, (ast.For, ast.comprehension))]
    names = names.union(*(_bound(loop.target, loop.iter) for loop in loops if _measured(loop.iter, names)))
    for call in (node for node in ast.walk(statement) if isinstance(node, ast.Call)):
        first, last = JUDGED.get(ast.unparse(call.func), (0, 0))
        judged = ast.Module(call.args[first:last], [])
        if _measured(judged, names) and "timed" not in {keyword.arg for keyword in call.keywords}:
            yield f"{ast.unparse(call)[:60]}: a measured time decides, say so with timed"
        if ast.unparse(call.func) == "print":
            for text in (node for node in ast.walk(call) if isinstance(node, ast.JoinedStr)):
                said = ""
                for part in text.values:
                    if isinstance(part, ast.FormattedValue) and _measured(part, names) and not SAYS_SO.search(said):
                        yield f"{ast.unparse(part)[:60]}: a measured time decides, say so before it"
                    said += part.value if isinstance(part, ast.Constant) else "*"


def predictions(nb):
    """At least three, each asked in a `predict` cell before its outcome is shown."""
    whole = [cell.source for cell in code(nb)]
    asked = [(k, key) for k, source in enumerate(whole) for key in re.findall(r'exercises\.predict\(\s*"([^"]+)"', source)]
    shown_at = {key: k for k, source in enumerate(whole) for key in re.findall(r'exercises\.outcome\(\s*"([^"]+)"', source)}
    if len(asked) < 3:
        yield f"{len(asked)} predictions, at least 3 are asked for"
    for k, key in asked:
        if shown_at.get(key, -1) <= k:
            yield f"prediction {key} has no outcome after it"
        if "predict" not in pipeline.tags(code(nb)[k]):
            yield f"prediction {key} stands in a cell without the tag predict"
    for key in shown_at.keys() - {key for _, key in asked}:
        yield f"outcome {key} was never asked"


def exercises(nb, module):
    """At least four, each with a check behind it, a solution, at least two wrong answers; one of them a port."""
    found = [k for k, cell in enumerate(nb.cells) if "exercise" in pipeline.tags(cell)]
    if len(found) < 4:
        yield f"{len(found)} exercises, at least 4 are asked for"
    keys = []
    for k in found:
        above, solution, wrong = pipeline.parts(nb.cells[k].source)
        line = nb.cells[k].source.splitlines()[0]
        if not re.search(r"^answer = \.\.\.", above, re.M):
            yield f"the exercise {line!r} must offer the learner `answer = ...`"
        if "answer" not in solution:
            yield f"the exercise {line!r} has no solution"
        if len(wrong) < 2 or not all(cause and "answer" in body for cause, body in wrong):
            yield f"the exercise {line!r} needs at least two wrong answers, each with its cause"
        after = nb.cells[k + 1]
        key = re.findall(r'exercises\.check\("([^"]+)", answer\)', after.source)
        if "check" not in pipeline.tags(after) or len(key) != 1:
            yield f"the exercise {line!r} must be followed by a check cell"
        keys += key
        if key and not any(re.search(rf"^### Exercise {re.escape(key[0])}\b", cell.source, re.M) for cell in nb.cells[:k]):
            yield f"exercise {key[0]} has no heading `### Exercise {key[0]}` before it"
    if not set(keys) <= set(module.EXERCISES):
        yield f"the notebook checks {sorted(keys)}, the chapter's checks.py defines {sorted(module.EXERCISES)}"
    if not any(getattr(e.judge, "func", e.judge).__name__ == "_judge_function" for e in module.EXERCISES.values()):
        yield "no exercise asks to port a function (judging.function)"


def claims(nb, chapter):
    """Every claim of the chapter, and no other, is judged in it and named in the box; claims.close ends it."""
    table = {row["id"] for row in data.claims_table() if row["lesson"] == chapter}
    source = "\n".join(cell.source for cell in code(nb))
    judged = re.findall(r'claims\.(?:verdict|not_measured)\(\s*"([^"]+)"', source)
    if set(judged) != table:
        yield f"judged {sorted(set(judged))}, the table gives this chapter {sorted(table)}"
    if f'claims.close("{chapter}")' not in source:
        yield f'no claims.close("{chapter}")'


def figures(nb):
    """At least two, each shown through plots.show with an alt text."""
    calls = [node for cell in code(nb) for node in ast.walk(ast.parse(re.sub(r"^\s*[%!].*$", "", shown(cell), flags=re.M)))
             if isinstance(node, ast.Call) and ast.unparse(node.func) == "plots.show"]
    if len(calls) < 2:
        yield f"{len(calls)} figures, at least 2 are asked for"
    for call in calls:
        if not any(keyword.arg == "alt" for keyword in call.keywords):
            yield f"{ast.unparse(call)[:60]}: no alt text"
    if any("plt.show(" in cell.source for cell in code(nb)):
        yield "plt.show() has no alt text: use plots.show"


def closing(nb, chapter):
    """Exercises, quiz, verdicts and summary come last, in this order, and the quiz is shown."""
    titles = [t.split(" ", 1)[1] for t in re.findall(r"^## (.+)$", text(nb), re.M)]
    if [t.lower() for t in titles[-4:]] != ["exercises", "quiz", "verdicts", "summary and further reading"]:
        yield f"the last four sections are {titles[-4:]}"
    if not any(f'exercises.quiz("{chapter}")' in cell.source for cell in code(nb)):
        yield "the quiz is not shown"


def links(nb):
    """Every link into the glossary, to another notebook or a file leads somewhere; at least five terms are linked."""
    folder = ROOT / "notebooks"
    glossary = (folder / "glossary.md").read_text(encoding="utf-8")
    anchors = {anchor(title) for title in re.findall(r"^## (.+)$", glossary, re.M)}
    targets = re.findall(r"\]\(([^)\s]+)\)", text(nb))
    terms = [t.split("#", 1)[1] for t in targets if t.startswith("glossary.md#")]
    if len(set(terms)) < 5:
        yield f"{len(set(terms))} glossary links, at least 5 are asked for"
    for term in set(terms) - anchors:
        yield f"the glossary has no entry {term!r}"
    for target in targets:
        path = target.split("#")[0]
        if not re.match(r"https?://|#|mailto:", target) and not (folder / path).exists() and not planned(path):
            yield f"the link {target!r} leads nowhere"


def planned(path):
    """Whether a link names a notebook of which the source is there (its notebook may not be built yet)."""
    return (ROOT / "notebooks" / "chapters" / f"ch{path[:2]}" / path).with_suffix(".py").exists()


def anchor(title):
    """The anchor that JupyterLab and the site give a heading of the glossary."""
    return re.sub(r"[^\w-]", "", title.strip().lower().replace(" ", "-"))
