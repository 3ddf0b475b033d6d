"""Chapter 14: what all ledgers say together, from none to all of them; the choice; the pages, the sliders, the history."""
import base64
import datetime
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

import cells
import odd
from axe import serious
from chapters.ch14 import checks, criteria, figures, history, installed, results, sliders
from conftest import needs
from helpers import ROOT, build_dir, data, plots, show
from helpers.course import ledger, quiz, report


def put(lesson, **content):
    """A ledger of one lesson in the test's build folder."""
    path = ledger.path_of(lesson)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def judged(lesson):
    """Verdicts for all claims of a lesson, as expected."""
    return {row["id"]: {"verdict": row["expected"], "expected": row["expected"], "claim": row["claim"],
                        "evidence": "seen", "parts": []}
            for row in data.claims_table() if row["lesson"] == lesson}


def lesson_of(claim):
    """The lesson that judges a claim, whatever its chapter's lessons are."""
    lesson, = (row["lesson"] for row in data.claims_table() if row["id"] == claim)
    return lesson


FEW, MANY = lesson_of("C09"), lesson_of("C13")  # two lessons with claims, of different chapters
SPEED = lesson_of("C58")  # where speed is measured


def number(value, unit):
    return {"value": value, "unit": unit, "run": "b"}


NUMBERS = {
    "07": {"training speed, PyTorch, eager": {**number(1000, "scans/s"), "lower": 900, "upper": 1000},
           "training speed, PyTorch, compiled": number(2000, "scans/s"),
           "training speed, TensorFlow, eager": number(500, "scans/s"), "data, tf.data": number(1e5, "scans served/s"),
           "memory of a step, PyTorch, 64 scans": number(300, "MB"),
           "memory of a step, TensorFlow, 64 scans": number(600, "MB")},
    "08": {"lines for two devices, PyTorch, DDP": number(9, "lines"), "lines for two devices, TensorFlow, loop":
           number(6, "lines"), "lines for two devices, TensorFlow, Keras fit": number(3, "lines")},
    "10": {"serving speed, PyTorch, Flask": number(2000, "scans/s"), "serving speed, TensorFlow, SavedModel":
           number(1000, "scans/s")},
    "11": {"one picture on a phone's runtime, PyTorch, ExecuTorch": number(44, "µs"),
           "one picture on a phone's runtime, TensorFlow, LiteRT": number(16, "µs"),
           "a file of eight bits, PyTorch, ExecuTorch": number(20000, "bytes"),
           "a file of eight bits, TensorFlow, LiteRT": number(10000, "bytes")},
    "14": {"space on disk, PyTorch": number(400, "MB"), "space on disk, TensorFlow": number(500, "MB")}}
"""{chapter: what its lessons measure}"""


def everything():
    """A ledger of every lesson, with predictions and numbers."""
    left = dict(NUMBERS)  # the first lesson of a chapter measures it all
    for lesson in results.lessons():
        put(lesson, version=1, run="b", verdicts=judged(lesson), numbers=left.pop(lesson[:2], {}), predictions={
            f"{lesson}.1": {"guess": 1, "among": [1, 2], "actual": 1, "right": True},
            f"{lesson}.2": {"guess": None, "among": ["a", "b", "c"], "actual": "b", "right": None},
            f"{lesson}.3": {"guess": "<b>", "among": ["<b>", "c"], "actual": "c", "right": False},
            f"{lesson}.4": {"guess": 2, "among": [1, 2]},                      # its outcome was never shown
            f"{lesson}.5": {"guess": 2, "among": [1, 2], "actual": 2, "right": True, "late": True}},
            runs={"b": {"machine": [["Python", "3.12", "Linux"], ["PyTorch", "2", "CPU <fast>"]]}})


# --- from no ledger to all ------------------------------------------------------------------------------------------

def test_with_no_ledger_every_lesson_is_named_with_its_notebook():
    found, gaps = results.ledgers()
    assert found == {} and [gap.lesson for gap in gaps] == results.lessons()
    assert all(gap.what == "not run" and gap.notebook.startswith(f"{gap.lesson}_") for gap in gaps)
    assert results.notebook("02b") == "02b_the_life_of_a_record.ipynb"
    rows = results.verdicts(found)
    assert len(rows) == len(data.claims_table())
    assert all(row[3] == "" and re.fullmatch(r"not judged yet: \w+\.ipynb", row[-1]) for row in rows)
    counts = results.by_chapter(rows)
    assert sum(counts[chapter].get("", 0) for chapter in counts) == len(rows) and list(counts) == sorted(counts)
    assert results.predictions(found) == [] and results.machine(found) == [] and results.numbers(found, "07") == []
    assert results.by_lesson([]) == [] and results.measured(found) == {}


def test_how_many_had_fallen_when_the_article_was_printed():
    word = {"C21": "NO LONGER", "C74": "NO LONGER", "C43": "NO LONGER", "C44": "NEVER", "C13": "HELD"}
    rows = [[claim, "", "", said, "", ""] for claim, said in word.items()]
    assert results.when_printed(rows) == (
        "Judged NO LONGER or NEVER here: 4. When the article was printed, 2 of them did not hold either, 1 held in part, "
        "and 1 still held.")
    assert results.when_printed(rows[-1:]) == "No claim is judged NO LONGER or NEVER here yet."


def test_a_part_of_the_ledgers_gives_its_part():
    begun, never = lesson_of("C46"), lesson_of("C30b")
    put(FEW, verdicts=judged(FEW))
    put(MANY, verdicts={"C13": judged(MANY)["C13"]})
    put(begun, run={"parameters": {}})
    found, gaps = results.ledgers()
    assert list(found) == sorted([FEW, MANY, begun])
    said = {gap.lesson: gap.what for gap in gaps}
    assert FEW not in said and said[begun] == f"{len(judged(begun))} of {len(judged(begun))} claims not judged"
    whole = len(judged(MANY))
    assert said.get(MANY, f"{whole - 1} of {whole} claims not judged") == f"{whole - 1} of {whole} claims not judged"
    assert said[never] == "not run"
    assert sum(row[3] != "" for row in results.verdicts(found)) == len(judged(FEW)) + 1


@pytest.mark.parametrize("broken", [b"{", b"[]", b'{"verdicts": []', b'{"version": 9}', "{}".encode("utf-16"), b"\xe4"])
def test_a_broken_ledger_is_named_and_left_out(broken):
    put(FEW, verdicts=judged(FEW))
    ledger.path_of(MANY).write_bytes(broken)
    found, gaps = results.ledgers()
    assert list(found) == [FEW]
    assert any(gap.lesson == MANY and f"{MANY}.json in the folder ledger does not fit (it is " in gap.what for gap in gaps)


def test_of_a_ledger_with_one_odd_entry_the_rest_counts():
    put(FEW, verdicts=judged(FEW) | {"C09": "HELD"})
    found, gaps = results.ledgers()
    assert "C09" not in (found[FEW].verdicts if FEW in found else {})
    assert [gap.what for gap in gaps if gap.lesson == FEW] == [
        f"{FEW}.json in the folder ledger does not fit (verdicts, 'C09' is left out: it is 'HELD'); a new run keeps it "
        "under another name", f"1 of {len(judged(FEW))} claims not judged"]


def test_no_value_at_any_depth_stops_the_chapter():
    path = ledger.path_of(FEW)
    path.parent.mkdir(parents=True)
    for content in odd.variants():
        path.write_bytes(content)
        found, gaps = results.ledgers()
        for row in [*results.verdicts(found), *results.machine(found), *results.numbers(found, FEW[:2]), *gaps]:
            assert all(cell.encode() or True for cell in row)
        assert results.by_lesson(results.predictions(found)) is not None
        results.measured(found | {SPEED: found[FEW]} if FEW in found else found)


def test_with_all_ledgers_nothing_is_missing():
    everything()
    found, gaps = results.ledgers()
    assert gaps == [] and list(found) == results.lessons()
    assert all(row[3] == row[2] for row in results.verdicts(found))
    asked = results.predictions(found)
    assert len(asked) == 4 * len(found), "a prediction without an outcome does not count"
    assert set(results.by_lesson(asked)) == {(lesson, 4, 2, 1, "1.0") for lesson in found}, "nor does a late guess"
    assert results.machine(found)[1] == ["PyTorch", "2", "CPU <fast>"]


def test_what_is_from_an_earlier_run_says_so():
    old = {name: {**row, "run": "a"} for name, row in NUMBERS["07"].items()}
    verdict = {**judged(SPEED)["C58"], "run": "a"}
    guess = {"guess": 1, "among": [1, 2], "actual": 1, "right": True}
    put(SPEED, version=1, run="b", runs={}, verdicts={"C58": verdict}, numbers=old,
        predictions={"7.1": {**guess, "run": "a"}, "7.2": {**guess, "run": "b"}})
    found, _ = results.ledgers()
    said = {row[0]: row[-1] for row in results.verdicts(found)}
    assert said["C58"] == "seen (from an earlier run)"
    assert [row.old for row in results.predictions(found)] == [" (from an earlier run)", ""]
    assert results.measured(found)["training speed"].old == " (from an earlier run)"
    assert results.numbers(found, "07")[0] == (
        "training speed, PyTorch, eager", "1,000 (900 to 1,000) (from an earlier run)", "scans/s")


def test_a_prediction_that_has_moved_to_another_lesson_counts_once():
    guess = {"guess": 1, "among": [1, 2], "actual": 1, "right": True}
    put("02", predictions={"2.1": guess, "2.2": guess})
    put("02a", predictions={"2.1": {**guess, "guess": 2, "right": False}})
    assert [(row.lesson, row.key, row.guess) for row in results.predictions(results.ledgers()[0])] == [
        ("02a", "2.1", 2), ("02", "2.2", 1)]


def test_what_was_measured_is_the_best_of_each_side():
    everything()
    assert results.measured(results.ledgers()[0]) == {
        "training speed": (2000, 500, "scans/s", "07", ""), "memory of a step": (300, 600, "MB", "07", ""),
        "lines for two devices": (9, 3, "lines", "08", ""), "serving speed": (2000, 1000, "scans/s", "10", ""),
        "one picture on a phone's runtime": (44, 16, "µs", "11", ""),
        "a file of eight bits": (20000, 10000, "bytes", "11", ""), "space on disk": (400, 500, "MB", "14", "")}


@pytest.mark.parametrize("tf", [{}, {"serving speed, TensorFlow, SavedModel": number(0, "scans/s")},
                                {"serving speed, TensorFlow, SavedModel": number(7, "requests/s")}])
def test_what_cannot_be_compared_is_not(tf):
    put("10c", version=1, run="b", numbers={"serving speed, PyTorch, Flask": number(2000, "scans/s"), **tf})
    assert results.measured(results.ledgers()[0]) == {}


# --- the page -------------------------------------------------------------------------------------------------------

class Page(HTMLParser):
    """Collects the tags with their attributes, and complains when they do not nest."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.mark.parametrize("fill", [lambda: None, lambda: put(FEW, verdicts=judged(FEW)), everything])
def test_the_page_is_whole_loads_nothing_and_is_accessible(fill):
    fill()
    found, gaps = results.ledgers()
    path = report.write({"Your machine": [report.table("What ran", ["what", "version", "where"], results.machine(found))],
                         "Your verdicts": [report.table("All", results.VERDICT_HEADER,
                                                        results.verdicts(found))],
                         "Missing": [report.table("Gaps", ["lesson", "what", "open"], gaps), report.text("`a` & <b>")]})
    assert path == build_dir() / "report.html"
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("title")) == len(page.all("h1")) == len(page.all("main")) == 1
    assert len(page.all("h2")) == len(page.all("section")) == 3 and len(page.all("caption")) == len(page.all("table")) == 3
    assert all(attrs.get("scope") == "col" for attrs in page.all("th"))
    assert not [tag for tag, _ in page.tags if tag in ("script", "link", "iframe", "object", "form")]
    assert not re.search(r"""(src|href)\s*=\s*["'](?!data:)|url\(|@import""", text)
    assert "default-src 'none'" in page.all("meta")[1]["content"]
    assert "<code>a</code> &amp; &lt;b&gt;" in text
    if found.get(MANY):
        assert "CPU &lt;fast&gt;" in text and "<fast>" not in text


def test_a_figure_of_the_page_is_inside_it_and_has_its_text():
    picture = plots.markup(figures.bars({"a": 0.5, "b": -0.2}, "title"), "bars of two criteria, a and b")
    page = Page(report.write({"x": [picture]}).read_text(encoding="utf-8"))
    assert page.all("img")[0]["alt"] == "bars of two criteria, a and b"
    assert page.all("img")[0]["src"].startswith("data:image/png;base64,")


@pytest.mark.browser
@pytest.mark.slow
def test_a_browser_shows_the_page_to_everybody(browser):
    everything()
    picture = plots.markup(figures.bars({"a": 0.5, "b": -0.2}, "title"), "bars of two criteria, a and b")
    path = results.report(RECORD, {"a": 1, "b": 2}, {"a": 0.5, "b": -0.1}, picture)
    plain, asked = browser.new_page(viewport={"width": 420, "height": 800}), []
    plain.on("request", lambda request: asked.append(request.url))
    plain.goto(path.as_uri())
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert plain.evaluate("document.images[0].complete && document.images[0].naturalWidth > 0")
    assert plain.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wide tables scroll by themselves"
    plain.close()
    page = browser.new_page(bypass_csp=True)  # the page's own policy lets no script in, axe-core neither
    page.goto(path.as_uri())
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert serious(page) == []
    page.close()


RECORD = {"question": "Which <one>?", "decided": "2026-11-30", "choice": "PyTorch", "because": "models",
          "against": "browsers", "unless": "more than 50 ms", "again": "2027-05-31"}


def test_the_report_holds_the_choice_and_what_was_predicted():
    everything()
    page = results.report(RECORD, {"a": 1, "b": 2}, {"a": 0.5, "b": -0.1}, "<p>figure</p>").read_text(encoding="utf-8")
    Page(page)
    lessons = len(results.lessons())
    for said in ("Which &lt;one&gt;?", "2027-05-31", "training speed, PyTorch, compiled", "-0.10",
                 f"{lessons} of {2 * lessons} right"):
        assert said in page, said


def test_a_record_takes_the_learners_words_and_else_the_drafts():
    draft = results.draft("TensorFlow", {"people": 0.1, "products": -0.4}, "It flips at 3.", datetime.date(2026, 11, 30))
    assert list(draft) == list(results.RECORD)
    assert (draft["because"], draft["against"]) == ("products adds -0.40 to the score.", "people adds +0.10 to the score.")
    assert (draft["decided"], draft["again"], draft["unless"]) == ("2026-11-30", "2027-05-31", "It flips at 3.")
    other = results.draft("PyTorch", {"people": 0.4, "products": -0.1}, "It flips at 3.", datetime.date(2026, 11, 30))
    assert other["because"].startswith("people") and other["against"].startswith("products")
    third = results.draft("Keras 3", {"people": 0.4, "products": -0.4}, "It flips at 1.", datetime.date(2026, 11, 30))
    assert third["because"].startswith("Neither")
    assert third["against"] == "people pulls to PyTorch, products to TensorFlow."
    assert results.record(..., draft) == draft
    mixed = results.record({"because": "We know it.", "against": " ", "choice": 3, "more": "x"}, draft)
    assert mixed == draft | {"because": "We know it."}


FRAME = {"context": "A clinic.", "constraints": "No GPU.", "exit": "Two weeks."}
"""What a record's page holds beside the seven entries of exercise 14.5."""


def test_a_decision_record_holds_all_that_it_must_and_can_be_downloaded(shown):
    path = results.decision(RECORD | FRAME, {"serving": 2}, {"serving": -0.5}, ["memory (7d)"])
    assert path == build_dir() / "decision.md"
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^\*\*(.+?)\.\*\*", text, re.M) == [
        "Context", "Constraints", "Criteria and weights", "Decision", "Against it", "Unless", "Exit cost", "Date of review"]
    for said in ("# Decision record: PyTorch", *RECORD.values(), *FRAME.values(), "| serving | 2 | -0.50 |", "memory (7d)"):
        assert said in text, said
    results.offer(path)
    (markup, plain), = shown
    link, = Page(markup).all("a")
    assert link["download"] == "decision.md" and str(path) in plain
    assert base64.b64decode(link["href"].partition("base64,")[2]).decode() == text


@pytest.mark.browser
@pytest.mark.slow
def test_a_decision_record_is_one_page(browser):
    """With every entry as long as it may be, and all groups, nothing of them measured."""
    from nbconvert.filters import markdown2html
    long = " ".join(["frameworks"] * checks.WORDS)
    weights = {group: 10 for group in [*criteria.GROUPS, "what you have"]}
    entries = RECORD | FRAME | dict.fromkeys(("question", "because", "against", "unless", "context", "exit"), long)
    unknown = [f"{name} (C33, 8a)" for name in results.CRITERIA]
    path = results.decision(entries, weights, dict.fromkeys(weights, 0.5), unknown)
    page = browser.new_page()
    page.set_content(markdown2html(path.read_text(encoding="utf-8")))
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1
    page.close()


def test_a_long_table_opens_on_a_click(shown):
    results.behind_a_click("2 <rows>", ["a", "b"], [(1, "<x>"), (2, "y")])
    (markup, plain), = shown
    Page(markup)
    assert markup.startswith("<details><summary>2 &lt;rows&gt;</summary>") and "&lt;x&gt;" in markup
    assert plain == "2 <rows> (in the report that lesson 14b writes)"


def test_a_gap_leads_to_the_notebook_that_fills_it(shown):
    _, gaps = results.ledgers()
    results.behind_a_click("gaps", ["lesson", "what is missing", "open and run"], gaps)
    (markup, _), = shown
    links = re.findall(r'<a href="([^"]+)">([^<]+)</a>', markup)
    assert [name for name, _ in links] == [name for _, name in links] == [gap.notebook for gap in gaps]
    assert all((ROOT / "notebooks" / name).is_file() for name, _ in links)


def test_the_report_and_the_record_are_one_click_away(shown, tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    path = tmp_path / "a build" / "report.html"
    results.link("Your report", path)
    (markup, plain), = shown
    assert '<a href="../a%20build/report.html">report.html</a>' in markup and plain == f"Your report: {path}"
    source = (ROOT / "notebooks" / "chapters" / "ch14" / "14b_a_choice.py").read_text(encoding="utf-8")
    assert 'results.link("Your report", path)' in source and 'results.link("Your decision record", page)' in source


# --- the choice -----------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def choice():
    """The functions of lesson 14b that weigh."""
    return cells.functions("14b", "lean", "group_leans", "pull", "score", "answer_of", "flip", np=np, groups={
        "people": ["papers", "models"], "products": ["server"], "training": ["speed"]})


def test_a_lean_is_a_power_of_two_cut_at_one(choice):
    lean = choice["lean"]
    assert [lean(2, 1, "more"), lean(8, 1, "more"), lean(1, 1, "more"), lean(1, 2, "less"), lean(3, 1, "less")] == [
        1, 1, 0, 1, -1]
    assert abs(lean(300, 200, "more") - np.log2(1.5)) < 1e-12


def test_a_group_has_one_vote_and_one_that_nobody_knows_has_none(choice):
    leans = choice["group_leans"]({"papers": 1.0, "models": 0.5, "server": -1.0})
    assert leans == {"people": 0.75, "products": -1.0}
    assert choice["answer_of"](choice["score"](dict.fromkeys(leans, 1), leans)) == "TensorFlow"


def test_keras_3_is_the_answer_where_both_are_close_or_the_backend_must_stay_open(choice):
    answers = [choice["answer_of"](value) for value in (0.1, 0.11, -0.1, -0.11)]
    assert answers == ["Keras 3", "PyTorch", "Keras 3", "TensorFlow"]
    assert choice["answer_of"](1.0, open_backend=True) == "Keras 3"


@pytest.mark.parametrize("weights, leans, right", [
    ([3, 2, 2, 1], [0.5, -0.25, -1, 0], (2, 1.0)),      # exercise 14.3
    ([1, 1], [0.5, 0.0], (0, 0.0)),
    ([1, 1], [0.5, -0.5], None),                        # it is at 0 already
    ([0, 1], [0.0, 0.0], None)])
def test_the_smallest_flip(choice, weights, leans, right):
    names = "abcd"[:len(weights)]
    found = choice["flip"](dict(zip(names, weights)), dict(zip(names, leans)))
    assert found == (right and (names[right[0]], right[1]))


@pytest.fixture(scope="module")
def from_facts():
    """The groups' leans from the dated facts alone, as on a machine where nothing was run."""
    space = cells.run("14b", "lean", "facts", "group_leans")
    return space["group_leans"](space["facts"])


def test_a_group_leans_to_either_side_and_one_to_neither(from_facts):
    assert min(from_facts.values()) < -0.1 and max(from_facts.values()) > 0.1
    assert from_facts["a way out"] == 0


def test_random_weights_give_neither_framework_most_from_the_facts(from_facts):
    scores = np.random.default_rng(0).dirichlet(np.ones(len(from_facts)), size=4000) @ np.array(list(from_facts.values()))
    assert max(np.mean(scores > 0.1), np.mean(scores < -0.1)) <= results.MOST


def test_where_a_framework_has_most_the_page_says_why():
    leans = {"people": 0.5, "products": -0.25, "speed": 0.75}
    said = results.why({"PyTorch": 0.7, "TensorFlow": 0.1, "Keras 3": 0.2}, leans)
    assert said == ("PyTorch has 70% of the sets, more than 60%: of 3 groups 2 lean to PyTorch (most: speed, +0.75), and "
                    "1 lean to TensorFlow (most: products, -0.25). For 20% both are close.")
    said = results.why({"PyTorch": 0.2, "TensorFlow": 0.3, "Keras 3": 0.5}, {"people": -0.5})
    assert said == ("TensorFlow has 30% of the sets, no more than 60%: of 1 groups 1 lean to TensorFlow (most: people, "
                    "-0.50), and 0 lean to PyTorch. For 50% both are close.")


def test_every_criterion_has_a_lean_or_a_number_and_names_where_it_comes_from():
    assert criteria.unknown_sources({row["id"] for row in data.claims_table()}) == set()
    assert all(one.source and one.group in criteria.GROUPS for one in criteria.CRITERIA)
    names = [one.name for one in criteria.CRITERIA]
    assert len(set(names)) == len(names) and set(criteria.groups()) == set(criteria.GROUPS)
    by_number = {one.name for one in criteria.CRITERIA if one.lean is None}
    assert by_number == {*results.CRITERIA, "papers to build on"}
    facts = criteria.facts()
    assert set(facts.values()) <= {-1, -0.5, 0, 0.5, 1}, "the rule of 14b.3 knows no others"
    assert all(one.told for one in criteria.CRITERIA if one.name in facts)


@pytest.mark.parametrize("source", ["C999", "19a", "no.csv"])
def test_a_source_that_does_not_exist_is_found(monkeypatch, source):
    monkeypatch.setattr(criteria, "CRITERIA", [*criteria.CRITERIA, criteria.Criterion("a", "b", 0, "c", f"C01, {source}")])
    assert criteria.unknown_sources({row["id"] for row in data.claims_table()}) == {source}


def test_the_evidence_says_what_was_measured_and_what_was_not(shown):
    found = {"training speed": results.Measured(300, 200, "scans/s", "07", " (from an earlier run)")}
    unknown = results.show_evidence(criteria.facts() | {"training speed": 0.58}, found)
    assert "space on disk (14a)" in unknown and not any("training speed" in said for said in unknown)
    (_, plain), = shown
    assert "300 against 200 scans/s (from an earlier run)" in plain and "TensorFlow.js" in plain


@pytest.mark.parametrize("facts, word", [({"a": 1.0, "b": -1.0}, "OPINION"), ({"a": 1.0, "b": 0.9}, "NOT MEASURED")])
def test_the_weights_decide_or_they_do_not(choice, facts, word):
    """Were all evidence on one side, no weight could lead to the other."""
    planted = {name: choice[name] for name in ("pull", "score", "answer_of")}
    judged_here = cells.judge("14b", "from_facts", asks=["P14.3"], facts=facts | {"a way out": 0.0},
                              group_leans=dict, **planted)
    assert judged_here == {"C77": word, "P14.3": "c"}


@pytest.mark.parametrize("torch_born, letter", [("2016-01-01", "a"), ("2017-01-19", "b"), ("2018-12-01", "c")])
def test_how_much_older(torch_born, letter):
    first = {"PyTorch": {"date": torch_born, "event": "Facebook", "source": ""},
             "TensorFlow": {"date": "2015-11-09", "event": "Google", "source": "https://arxiv.org/abs/1603.04467"}}
    age = {name: 2026.8 - history.year(row["date"]) for name, row in first.items()}
    waits = [("2026-03-06", 205), ("2025-08-13", 154)]
    found = cells.judge("14a", "older", "versions", asks=["P14.1"], first=first, age=age, history=history, today=2026.8,
                        waits_torch=waits, waits_tf=waits[:1])
    assert found["P14.1"] == letter and found["C15"] == found["C15b"] == "HISTORY"
    assert found["C64b"] == "PARTLY", "one release in two years is not continuous"
    assert found["C11"] == ("HISTORY" if torch_born.startswith("2017") else "NOT MEASURED")
    assert found["C10"] == "HELD", "of these two PyTorch is the younger one"


# --- chance ---------------------------------------------------------------------------------------------------------

def test_chance_in_the_lesson_and_in_the_module():
    lesson = cells.functions("14a", "by_chance", np=np)["by_chance"]
    for options in ([], [2, 2], [3] * 9, [2, 4, 4, 5]):
        assert np.allclose(lesson(options), results.by_chance(options)) and abs(results.by_chance(options).sum() - 1) < 1e-12


@pytest.mark.parametrize("right, made, said", [
    (4, 9, "4 of 9 right; of a hundred who guess, 35 do as well or better."), (9, 9, "fewer than one do"),
    (0, 0, "No prediction")])
def test_what_is_said_of_predictions(right, made, said):
    assert said in results.calibration(results.by_chance([3] * 9), right, made)


# --- answers --------------------------------------------------------------------------------------------------------

def judge(key, answer):
    """None for a right answer, else the cause."""
    return checks.EXERCISES[key].judge(answer)


def test_no_check_raises_whatever_comes():
    from helpers import tf_side  # noqa: F401, the check finds the side among the loaded modules
    for key in checks.EXERCISES:
        for answer in (None, 3, "x", [], {}, {1: 2}, [1, "a"], np.zeros(2), dict.fromkeys(results.RECORD), lambda: 0):
            assert isinstance(judge(key, answer), str), (key, answer)


@pytest.mark.parametrize("lesson, at_least", [("14a", 5), ("14b", 5)])
def test_each_lesson_has_its_questions(lesson, at_least):
    assert len(quiz.questions(lesson)) >= at_least


# --- sliders --------------------------------------------------------------------------------------------------------

def test_moving_a_slider_renders_anew():
    needs("ipywidgets")
    box = sliders.panel({"speed": 1.0, "papers": 2.0}, top=10, render=lambda now: f"{now['speed']:g} and {now['papers']:g}")
    speed, papers, said = box.children
    assert (speed.description, speed.min, speed.max, said.value) == ("speed", 0, 10, "1 and 2")
    speed.value = 4
    assert said.value == "4 and 2"
    papers.value = 0
    assert said.value == "4 and 0"


def test_without_a_front_end_a_line_says_so(capsys):
    assert not sliders.live()
    sliders.show({"speed": 1.0}, 10, lambda now: pytest.fail("nothing to render"))
    assert "Nobody can move sliders here" in capsys.readouterr().out


def test_a_front_end_is_known_by_the_cell_id(monkeypatch):
    class Shell:
        def get_parent(self):
            return {"metadata": {"cellId": "abc"}}
    monkeypatch.setattr(show, "shell", Shell)
    assert sliders.live()


# --- the history ----------------------------------------------------------------------------------------------------

def test_the_timeline_is_in_order_and_each_row_can_be_checked():
    rows = history.timeline()
    assert [row["date"] for row in rows] == sorted(row["date"] for row in rows)
    assert {row["kind"] for row in rows} == set(history.KINDS)
    for row in rows:
        history.day(row["date"])
        assert re.fullmatch(r"https://\S+", row["source"]) and row["event"] and row["framework"]
    for framework in ("PyTorch", "TensorFlow"):
        versions = [tuple(map(int, row["event"].split("."))) for row in history.timeline("release", framework)]
        assert len({version[:2] for version in versions}) == len(versions) > 20
    with pytest.raises(ValueError, match="kind must be one of first"):
        history.timeline("rumor")


def test_the_counts_of_papers_add_up():
    rows = history.papers()
    assert len(rows) == 35 and [row["month"] for row in rows] == sorted(row["month"] for row in rows)
    assert all(0 <= row["pytorch"] + row["tensorflow"] <= row["papers"] for row in rows)
    assert (rows[-1]["conference"], rows[-1]["pytorch"], rows[-1]["tensorflow"]) == ("ICLR", 1091, 208)


@pytest.mark.parametrize("about", history.ABOUT)
def test_what_the_timeline_tells_of_one_framework_it_tells_of_the_other(about):
    """Else a table of facts flatters the one of which more, or less, is told."""
    told = {framework: [row["event"] for row in history.timeline("event", framework) if row["about"] == about]
            for framework in ("PyTorch", "TensorFlow")}
    few, many = sorted(map(len, told.values()))
    assert few >= 1 and many <= 2 * few, told


def test_every_event_of_either_framework_says_what_it_is_about_and_both_have_every_kind():
    both = {"PyTorch", "TensorFlow"}
    for row in history.timeline():
        asked = row["kind"] == "event" and row["framework"] in both
        assert (row["about"] in history.ABOUT) if asked else (row["about"] == ""), row
    for kind in ("first", "release", "event", "use"):
        assert both <= {row["framework"] for row in history.timeline(kind)}, kind
    tools = " ".join(row["event"] for row in history.timeline("tool"))
    assert "top of PyTorch" in tools and "top of TensorFlow" in tools
    released = {framework: history.timeline("release", framework) for framework in sorted(both)}
    assert released["PyTorch"][0]["event"] == "0.2.0" and released["TensorFlow"][0]["event"] == "0.12.0"


@pytest.mark.parametrize("date, year", [("2017-01-01", 2017.0), ("2017-07", 2017.496), ("2020-12-31", 2020.999)])
def test_a_date_as_a_number(date, year):
    assert abs(history.year(date) - year) < 2e-3


# --- what is installed ----------------------------------------------------------------------------------------------

def test_a_card_is_read_off_the_package():
    import numpy.linalg
    card = installed.card(np, numpy.linalg)
    assert card["package"] == f"numpy {np.__version__}" and 0.5 < card["documented"] <= 1
    assert "BSD" in card["license"] and 10 < card["MB on disk"] < 500
    assert installed.megabytes("no_such_module") is None
