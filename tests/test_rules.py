"""Each rule fails on a notebook that breaks it: a rule that cannot fail protects nothing."""
import nbformat
import pytest

import layout
import pipeline
import rules
from clocked import clocked
from honesty import honest


def book(*cells):
    """A notebook from (kind, source, tags...) tuples; a string alone is a code cell."""
    nb = nbformat.v4.new_notebook()
    for kind, source, *tags in (("code", cell) if isinstance(cell, str) else cell for cell in cells):
        make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        nb.cells.append(make(source, metadata={"tags": list(tags)}))
    return nb


def complaints(rule, nb, lesson="01"):
    return "\n".join(rule(nb, lesson))


TWIN = [("code", "a_torch = 1", "torch"), ("code", "a_tf = 1", "tf"),
        ("code", 'parity.verdict("a", a_torch, a_tf)', "verdict")]
UNCHECKED = ("code", "answer = ...\n# solution\nanswer = 1", "exercise")
CHECKED = [("code", "answer = ...\n# solution\nanswer = 1\n# wrong: a\nanswer = 2\n# wrong: b\nanswer = 3", "exercise"),
           ("code", 'exercises.check("1.1", answer)', "check")]
ASK = ("code", 'exercises.predict("P1.1", guess, among=["a", "b"])', "predict")
TELL = 'exercises.outcome("P1.1", letter)'
OPTIONS = ("markdown", "What?\n\n- **a** this\n- **b** that")
TASK = "### Exercise 1.1: a title (30 minutes)"
BOX = "# 1. T\n\n> **Minutes**: 30\n>\n> **You will be able to**\n> - "


@pytest.mark.parametrize("rule, nb, said", [
    (rules.headings, book(("markdown", "# Tensors")), "# 1. Title"),
    (rules.headings, book(("markdown", "# 1. Tensors\n## 1.2 Views")), "numbered 1.1"),
    (rules.opening, book(("markdown", "# 1. T"), "x = 1"), "lacks"),
    (rules.opening, book(("markdown", "# 1. T"), "x = 1"), "first five code cells"),
    (rules.tags, book(("code", "a = 1", "trch")), "unknown tags"),
    (rules.twins, book(*TWIN[:2]), "must be followed"),
    (rules.twins, book(*TWIN[1:]), "no torch cell before it"),
    (rules.predictions, book(ASK), "no outcome"),
    (rules.predictions, book(ASK, "# " + TELL), "no outcome"),
    (rules.predictions, book(TELL, ASK), "no outcome after it"),
    (rules.predictions, book(TELL), "never asked"),
    (rules.predictions, book(ASK[1], TELL), "without the tag predict"),
    (rules.exercises, book(UNCHECKED, "x"), "two wrong"),
    (rules.exercises, book(UNCHECKED, "x"), "check cell"),
    (rules.exercises, book(*CHECKED), "no heading"),
    (rules.exercises, book(CHECKED[0], ("code", 'exercises.check("1.99", answer)', "check")), "defines"),
    (rules.claims, book('claims.verdict("C09", True, "seen")'), "the table gives"),
    (rules.claims, book(), "claims.close"),
    (rules.claims, book(("markdown", "> **Claims tested**: C09")), "the box names"),
    (rules.figures, book("plots.show(fig)"), "no alt text"),
    (rules.figures, book("plt.show()"), "plt.show"),
    (rules.closing, book(("markdown", "## 1.1 Quiz")), "last sections"),
    (rules.closing, book(), "quiz is not shown"),
    (rules.links, book(("markdown", "[x](glossary.md#no-such-term)")), "no entry"),
    (rules.links, book(("markdown", "[x](nowhere.ipynb)")), "leads nowhere"),
    (rules.marked, book(("code", "a = 1", "torch")), "must begin with the line '# PyTorch'"),
    (rules.marked, book(("code", "# PyTorch\na = 1", "tf")), "must begin with the line '# TensorFlow'"),
    (rules.folded, book(("code", "a = 1", "folded")), "go together"),
    (rules.folded, book(("code", "# Folded:\na = 1", "folded")), "go together"),
    (rules.folded, book("# Folded: adds.\na = 1"), "go together"),
    (rules.folded, book(("code", "# Folded: adds.\na = 1", "folded", "taught")), "never folded"),
    (rules.narrow, book(f"a = {'1' * 88}"), "92 characters"),
    (rules.lettered, book(OPTIONS, ("code", 'exercises.predict("1.1", guess, among=["a", "b"])', "predict")), "P1.1"),
    (rules.lettered, book(OPTIONS, ("code", 'exercises.predict("P1.1", guess, among=["a", "c"])', "predict")), "explains"),
    (rules.lettered, book(("markdown", "What?"), ASK), "explains []"),
    (rules.placed, book(("markdown", "## 1.1 One\n### Exercise 1.1: title"), *CHECKED), "no heading"),
    (rules.placed, book(("markdown", TASK), ("markdown", "## 1.2 Two"), *CHECKED), "no heading"),
    (rules.placed, book(("markdown", f"## 1.1 Quiz\n{TASK}"), *CHECKED), "section of its idea"),
    (rules.placed, book(CHECKED[0], ("code", 'exercises.check("a", answer)', "check")), "called 1.1"),
    (rules.minutes, book(("markdown", BOX)), "estimate is 0"),
    (rules.minutes, book(("markdown", "**Minutes**: 50")), "25 to 40"),
    (rules.minutes, book(("markdown", "No box")), "None minutes"),
    (rules.aims, book(("markdown", "No box")), "no aims"),
    (rules.compared_without_answers, book(*CHECKED, ("code", "print(answer)", "verdict")), "uses answer, which depends"),
    (rules.compared_without_answers, book(*CHECKED, "def f():\n    return answer", ("code", "f()", "verdict")), "uses f, "),
    (rules.aims, book(("markdown", BOX + "tell them apart")), "not with ''"),
    (rules.aims, book(("markdown", BOX + "tell them apart (exercise 1.1)")), "not with 'exercise 1.1'"),
    (rules.aims, book(("markdown", BOX + "tell (verdict in 1.1)\n\n## 1.1 One"), "x = 1"), "not with 'verdict in 1.1'"),
])
def test_a_broken_rule_is_found(rule, nb, said):
    assert said in complaints(rule, nb)


RACE = """def slow(race):
    return max(race)
found["race"] = timing.compare(ways)
race = found["race"]
ratio = race["a"] / race["b"]"""

SAID = """claims.verdict("C09", {"fast": ratio > 2}, "seen", timed=True)
exercises.outcome("1.1", slow(race), timed=True)
parity.by_clock("fast", ratio > 2)
print(f"a: {len(ways)}, fast by the clock: {ratio > 2} and {ratio > 3}, measured {ratio:.1f} times, took {race['a']:.1f} s")
for name, took in race.items():
    print(f"{name} took {took} s")
ratio = len(ways)
print(f"{ratio}")"""


def test_a_measured_time_of_which_a_word_is_said_breaks_no_rule():
    assert complaints(clocked, book(RACE, ("code", SAID, "verdict"), 'print(f"{race}")')) == ""


@pytest.mark.parametrize("judging, said", [
    ('claims.verdict("C09", {"fast": ratio > 2}, "seen")', "say so with timed"),
    ('exercises.outcome("1.1", sorted(race)[0])', "say so with timed"),
    ('parity.verdict("the first", slow(race), "a")', "say so with timed"),
    ('print(f"fast: {ratio > 2}")', "{ratio > 2}: a measured time decides"),
    ('for name, took in race.items():\n    print(f"{took}")', "{took}: a measured time decides")])
def test_a_measured_time_of_which_no_word_is_said_is_found(judging, said):
    assert said in complaints(clocked, book(RACE, ("code", judging, "verdict")))


def test_quiz_verdicts_and_summary_in_this_order_close_a_lesson():
    last = [("markdown", f"## 1.{k} {title}") for k, title in enumerate(["Quiz", "Verdicts", "Summary and further reading"])]
    quiz = 'exercises.quiz("01")'
    assert complaints(rules.closing, book(*last, quiz)) == "" != complaints(rules.closing, book(*last[::-1], quiz))


IN_FORM = book(
    ("markdown", BOX + "tell them apart,\n>   and say why (exercise 1.1)\n> - judge (verdict in 1.1, prediction P1.1)"),
    ("markdown", "## 1.1 One\n\n- **a** this\n- **b** that"), ASK,
    ("code", "# PyTorch\na_torch = 1", "torch"), ("code", "# TensorFlow\na_tf = 1", "tf"),
    ("code", '# Folded: compares.\nparity.verdict("a", a_torch, a_tf)\n' + TELL, "verdict", "folded"),
    ("markdown", TASK), *CHECKED)


@pytest.mark.parametrize("rule", [rules.twins, rules.predictions, rules.exercises, rules.marked, rules.folded, rules.narrow,
                                  rules.squeezed, rules.lettered, rules.placed, rules.minutes, rules.aims,
                                  rules.compared_without_answers])
def test_a_lesson_in_form_is_not_complained_of(rule):
    assert complaints(rule, IN_FORM) == ""


@pytest.mark.parametrize("verdict", [
    "print(a_torch, a_tf)", "# parity.verdict('a', a_torch, a_tf)", "'parity.verdict(1, 2)'", "parity.gap(a_torch, a_tf)",
    "def judge():\n    parity.verdict('a', a_torch, a_tf)", "claims.close('01')", "a = 1"])
def test_a_verdict_cell_calls_something_that_judges(verdict):
    assert complaints(rules.twins, book(*TWIN)) == ""
    assert "judges nothing" in complaints(rules.twins, book(*TWIN[:2], ("code", verdict, "verdict")))


@pytest.mark.parametrize("code, said", [
    ("legend(), grid()", "a tuple as a statement"),
    ("a, b = first(x), second(x)", "several calls"),
    ("a, b = [first(k) for k in x], [second(k) for k in x]", "several calls"),
    ("a = 1 if x else 2 if y else 3", "a conditional in a conditional"),
    ("a = [[k for k in row] for row in x]", "a comprehension in a comprehension"),
    ("a = sum(max(k for k in row) for row in x)", "a comprehension in a comprehension"),
    ("if (a := f(x)) > 1:\n    print(a)", "a walrus"),
    ("a = lambda x, y=y: x + y", "a lambda with a default"),
    ("a = words[(x > 10) + (x > 300)]", "arithmetic of comparisons"),
    ("answer = ...\n# solution\nanswer = 1\n# wrong: squeezed\nanswer = 1 if x else 2 if y else 3", "a conditional"),
])
def test_a_squeezed_statement_is_found(code, said):
    assert said in complaints(rules.squeezed, book(code))


@pytest.mark.parametrize("code", [
    "a, b = x, y", "a, b = f(x)", "a, b = f(x), 2", "a = (f(x), f(y))", "a = 1 if x else 2", "a = [f(k) for k in x]",
    "a = words[k + 1]", "a = lambda x: x + 1", "f(x)", "a = x[1:, None]"])
def test_a_plain_statement_is_none(code):
    assert complaints(rules.squeezed, book(code)) == ""


TYPED = {  # what was typed, and shown as found
    "a literal": 'claims.verdict("C1", True, f"{seen}")',
    "by keyword": 'claims.verdict("C1", held=True, evidence=f"{seen}")',
    "through a name": 'yes = True\nclaims.verdict("C1", yes, f"{seen}")',
    "through two names": 'yes = True\nheld = yes\nclaims.verdict("C1", held, f"{seen}")',
    "in one line": 'yes, n = True, len(seen)\nclaims.verdict("C1", yes, f"{seen}")',
    "bool(1)": 'claims.verdict("C1", bool(1), f"{seen}")',
    "1 == 1": 'claims.verdict("C1", 1 == 1, f"{seen}")',
    "not False": 'claims.verdict("C1", not False, f"{seen}")',
    "NumPy's truth": 'import numpy as np\nclaims.verdict("C1", bool(np.array(1)), f"{seen}")',
    "a part": 'claims.verdict("C1", {"one": True, "other": found(seen)}, f"{seen}")',
    "a dict behind a name": 'parts = {"one": True, "other": found(seen)}\nclaims.verdict("C1", parts, f"{seen}")',
    "an item of a dict": 'facts = {"yes": True}\nclaims.verdict("C1", facts["yes"], f"{seen}")',
    "a dict filled by hand": 'facts = {}\nfacts["yes"] = True\nclaims.verdict("C1", facts["yes"], f"{seen}")',
    "a function of nothing": 'def yes(x):\n    return True\nclaims.verdict("C1", yes(3), f"{seen}")',
    "a lambda": 'yes = lambda: True\nclaims.verdict("C1", yes(), f"{seen}")',
    "in a function": 'def judge():\n    yes = True\n    claims.verdict("C1", yes, f"{seen}")\njudge()',
    "in an if": 'if True:\n    yes = True\nclaims.verdict("C1", yes, f"{seen}")',
    "in a with": 'with session.quiet():\n    yes = True\nclaims.verdict("C1", yes, f"{seen}")',
    "an argument too many": 'claims.verdict(*("C1", True, f"{seen}"))',
    "as a dict of arguments": 'claims.verdict("C1", **{"held": True, "evidence": f"{seen}"})',
    "no evidence": 'claims.verdict("C1", seen)',
    "constant evidence": 'claims.verdict("C1", seen, "both were served")',
    "evidence through a name": 'text = "served"\nclaims.verdict("C1", seen, text)',
    "an f-string without a value": 'claims.verdict("C1", seen, f"both were served")',
    "an f-string of a constant": 'count = 2\nclaims.verdict("C1", seen, f"{count} were served")',
    "words joined": 'claims.verdict("C1", seen, "; ".join(["a", "b"]))',
    "an outcome": 'exercises.outcome("P1.1", "float32")',
    "an outcome through a name": 'letter = "a"\nexercises.outcome("P1.1", letter)',
    "an outcome by keyword": 'exercises.outcome("P1.1", actual="a")',
    "the first true of constants": 'exercises.outcome("P1.1", exercises.first_true({"a": True}))',
    "the guess itself": 'guess = "a"\nexercises.outcome("P1.1", guess)',
    "a parameter": 'fast = True\nclaims.verdict("C1", fast, f"{seen}")',
}
SWALLOWED = {
    "all": "try:\n    a()\nexcept:\n    b()",
    "pass": "try:\n    a()\nexcept ValueError:\n    pass",
    "dots": "try:\n    a()\nexcept ValueError:\n    ...",
    "a number": "try:\n    a()\nexcept ValueError:\n    x = 0",
    "a number and a look": "try:\n    a()\nexcept ValueError as error:\n    print(error)\n    x = 0.5",
    "a flag": "try:\n    a()\nexcept ValueError:\n    held = False",
    "looked at, and dropped": "try:\n    a()\nexcept ValueError as error:\n    str(error)",
    "everything, in a word": "try:\n    a()\nexcept Exception:\n    said = 'refuses'",
    "next, please": "for k in x:\n    try:\n        a()\n    except ValueError:\n        continue",
    "nothing returned": "def f():\n    try:\n        a()\n    except ValueError:\n        return",
    "suppress": "with contextlib.suppress(Exception):\n    a()",
    "suppress, imported": "with suppress(ValueError):\n    a()",
    "finally": "def f():\n    try:\n        return a()\n    finally:\n        return 1",
    "a group": "try:\n    a()\nexcept* ValueError:\n    pass",
}
HIDDEN = {
    "exec": 'exec("a")', "builtins": "import builtins\nbuiltins.exec('a')", "another name": "run = eval\nrun('a')",
    "from builtins": "from builtins import exec as run", "getattr": 'getattr(__builtins__, "ex" + "ec")("a")',
    "globals": 'globals()["__builtins__"]', "import": '__import__("os")', "by name": 'importlib.import_module("builtins")',
    "IPython": 'get_ipython().run_cell("a")', "the ledger": "from helpers.course import ledger",
    "a shell": "!ls", "a shell's cell": "%%bash\nls", "runpy": "import runpy", "/tmp/": 'open("/tmp/x")',
    "a verdict renamed": "judge = claims.verdict", "imported by name": "from helpers.claims import verdict",
    "the module renamed": "from helpers import claims as c", "the module handed on": 'getattr(claims, "verdict")',
}
OUTSIDE = {
    "urlopen": 'urllib.request.urlopen("https://example.org")',
    "an address in a name": 'url = "http://example.org"\nurlopen(url)',
    "an address in parts": 'host = "example.org"\nurlopen(f"https://{host}/file")',
    "joined": 'host = "example.org"\nurlopen("https://" + host)',
    "a request": 'urlopen(Request("http://10.0.0.1/"))',
    "almost this machine": 'urlopen("http://localhost.example.org")',
    "http.client": 'http.client.HTTPSConnection("example.org")',
    "a socket": 'socket.create_connection(("example.org", 80))',
    "a download": 'urlretrieve(address, "file")',
    "a data set": "keras.datasets.mnist.load_data()",
    "a hub": 'torch.hub.load(repository, "model")',
    "a flag": 'MNIST("data", download=True)',
}


def cases(cells, said):
    return [pytest.param(code, said, id=f"{said}: {name}") for name, code in cells.items()]


@pytest.mark.parametrize("code, said", [
    *cases(TYPED, "computed, not typed"), *cases(SWALLOWED, "swallowed"), *cases(HIDDEN, ""), *cases(OUTSIDE, "")])
def test_a_cheat_is_found(code, said):
    seen = "seen = measure()" if "seen" in code else "pass"
    found = complaints(honest, book(seen, code))
    assert found and (said in found or "write its arguments out" in found or "made up" in found), code


@pytest.mark.parametrize("code", [
    'try:\n    y.backward()\n    said = "an answer"\nexcept RuntimeError as error:\n    said = str(error)\n'
    'exercises.outcome("P1.1", said)',
    'try:\n    a()\n    said = "answers"\nexcept RuntimeError:\n    said = "refuses"\nexercises.outcome("P1.1", said)',
    "def works(attempt):\n    try:\n        return attempt()\n    except AttributeError:\n        return False",
    "try:\n    a()\nexcept fashion.Unavailable as problem:\n    print(problem)",
    "try:\n    a()\nexcept ValueError as error:\n    raise RuntimeError('why') from error",
    "try:\n    a()\nexcept ValueError as error:\n    found.append(error)",
    "try:\n    a()\nexcept KeyboardInterrupt:\n    pass",
    "with contextlib.suppress(queue.Empty):\n    rows.append(waiting.get(timeout=1))",
    "try:\n    a()\nfinally:\n    server.close()",
    'held = True\nfor name in names:\n    held = held and found(name)\nclaims.verdict("C1", held, f"{names}")',
    'total = measure()\ntotal = total + 1\nclaims.verdict("C1", total > 3, f"{total}")',
    'seen = []\nrun(seen)\nclaims.verdict("C1", len(seen) > 2, f"{len(seen)} were seen")',
    'seen = {}\nfor name in names:\n    seen[name] = measure(name)\nclaims.verdict("C1", all(seen.values()), f"{seen}")',
    'seen = []\ndef note(event):\n    seen.append(event)\nopen_page(note)\nclaims.verdict("C1", 1 in seen, f"{seen}")',
    'def smooth(values):\n    return sum(values) / len(values)\nexercises.outcome("P1.1", smooth([1.0, 2.0]))',
    'import torch\nclaims.verdict("C1", torch.__version__ > "2", f"PyTorch {torch.__version__}")',
    'with open("wheels.csv") as file:\n    rows = list(file)\nclaims.verdict("C1", "x" in rows, f"{len(rows)} wheels")',
    'parts = {"a": found(x), "b": not found(y)}\nclaims.verdict("C1", parts, "served: " + ", ".join(parts_of(parts)))',
    'claims.not_measured("C1", "this needs a GPU")',
    'urlopen(f"http://127.0.0.1:{port}/v1")', 'urlopen(f"{server.url}/v1")', 'socket.create_connection(("127.0.0.1", port))',
    'print("see https://example.org")', "model.eval()", 'compile(program, system, "exec")',
])
def test_honest_work_passes(code):
    assert complaints(honest, book(code)) == ""


def test_what_a_name_stood_for_is_asked_where_it_is_used():
    """`found` is computed in one cell and a constant in the next."""
    later = ['found = measure()', 'claims.verdict("C1", found, f"{found}")', 'found = True']
    assert complaints(honest, book(*later)) == ""
    assert "not typed" in complaints(honest, book(*later, 'claims.verdict("C2", found, f"{measure()}")'))


def test_the_layout_tool_says_what_would_change(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(pipeline, "CHAPTERS", tmp_path)
    (tmp_path / "ch07").mkdir()
    source = tmp_path / "ch07" / "07a_title.py"
    source.write_text("# %%\nx = {'a':1}\n", encoding="utf-8")
    assert layout.main(["07a"]) == 1
    said = capfd.readouterr()
    assert 'x = {"a": 1}' in said.out and "python tools/layout.py --write 07a" in said.err
    assert layout.main(["--write"]) == 0 and layout.main([]) == 0
