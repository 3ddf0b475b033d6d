"""Chapter 14: what all ledgers say together, from none to all of them, the report's page, the sliders, the history."""
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

import odd
from axe import serious
from chapters.ch14 import history, installed, results, sliders
from conftest import needs
from helpers import build_dir, data, plots, show
from helpers.course import ledger, report


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


def number(value, unit):
    return {"value": value, "unit": unit, "run": "b"}


NUMBERS = {
    "07": {"training speed, PyTorch, eager": {**number(1000, "scans/s"), "lower": 900, "upper": 1000},
           "training speed, PyTorch, compiled": number(2000, "scans/s"),
           "training speed, TensorFlow, eager": number(500, "scans/s"), "data, tf.data": number(1e5, "scans served/s"),
           "memory of a step, PyTorch, 64 scans": number(300, "MB"),
           "memory of a step, TensorFlow, 64 scans": number(600, "MB")},
    "08a": {"lines for two devices, PyTorch, DDP": number(9, "lines"), "lines for two devices, TensorFlow, loop":
           number(6, "lines"), "lines for two devices, TensorFlow, Keras fit": number(3, "lines")},
    "10": {"serving speed, PyTorch, Flask": number(2000, "scans/s"), "serving speed, TensorFlow, SavedModel":
           number(1000, "scans/s")},
    "14": {"space on disk, PyTorch": number(400, "MB"), "space on disk, TensorFlow": number(500, "MB")}}


def everything():
    """A ledger of every lesson, with predictions and numbers."""
    for lesson in results.lessons():
        put(lesson, version=1, run="b", verdicts=judged(lesson), numbers=NUMBERS.get(lesson, {}), predictions={
            f"{lesson}.1": {"guess": 1, "among": [1, 2], "actual": 1, "right": True},
            f"{lesson}.2": {"guess": None, "among": ["a", "b", "c"], "actual": "b", "right": None},
            f"{lesson}.3": {"guess": "<b>", "among": ["<b>", "c"], "actual": "c", "right": False},
            f"{lesson}.4": {"guess": 2, "among": [1, 2]},                      # its outcome was never shown
            f"{lesson}.5": {"guess": 2, "among": [1, 2], "actual": 2, "right": True, "late": True}},
            runs={"b": {"machine": [["Python", "3.12", "Linux"], ["PyTorch", "2", "CPU <fast>"]]}})


# --- from no ledger to all ------------------------------------------------------------------------------------------

def test_with_no_ledger_every_lesson_is_named_with_its_command():
    found, gaps = results.ledgers()
    assert found == {} and [gap.lesson for gap in gaps] == results.lessons()
    assert all(gap[1:] == ("not run", f"python tools/pipeline.py run {gap.lesson}") for gap in gaps)
    rows = results.verdicts(found)
    assert len(rows) == len(data.claims_table()) and all(row[3] == "" and "tools/pipeline.py run" in row[4] for row in rows)
    assert results.predictions(found) == [] and results.machine(found) == [] and results.numbers(found, "07") == []
    assert results.by_lesson([]) == [] and results.measured(found) == {}


def test_a_part_of_the_ledgers_gives_its_part():
    put("01", verdicts=judged("01"))
    put("03", verdicts={"C13": judged("03")["C13"]})
    put("05", run={"parameters": {}})
    found, gaps = results.ledgers()
    assert list(found) == ["01", "03", "05"]
    said = {gap.lesson: gap.what for gap in gaps}
    assert "01" not in said and re.fullmatch(r"10 of 11 claims not judged", said["03"])
    assert "claims not judged" in said["05"] and said["04"] == "not run"
    assert sum(row[3] != "" for row in results.verdicts(found)) == len(judged("01")) + 1


@pytest.mark.parametrize("broken", [b"{", b"[]", b'{"verdicts": []', b'{"version": 9}', "{}".encode("utf-16"), b"\xe4"])
def test_a_broken_ledger_is_named_and_left_out(broken):
    put("01", verdicts=judged("01"))
    ledger.path_of("11").write_bytes(broken)
    found, gaps = results.ledgers()
    assert list(found) == ["01"]
    assert any(gap.lesson == "11" and "11.json in the folder ledger does not fit (it is " in gap.what for gap in gaps)


def test_of_a_ledger_with_one_odd_entry_the_rest_counts():
    put("01", verdicts=judged("01") | {"C09": "HELD"})
    found, gaps = results.ledgers()
    assert len(found["01"].verdicts) == len(judged("01")) - 1
    assert [gap.what for gap in gaps if gap.lesson == "01"] == [
        "01.json in the folder ledger does not fit (verdicts, 'C09' is left out: it is 'HELD'); a new run keeps it under "
        "another name", f"1 of {len(judged('01'))} claims not judged"]


def test_no_value_at_any_depth_stops_the_chapter():
    path = ledger.path_of("01")
    path.parent.mkdir(parents=True)
    for content in odd.variants():
        path.write_bytes(content)
        found, gaps = results.ledgers()
        for row in [*results.verdicts(found), *results.machine(found), *results.numbers(found, "01"), *gaps]:
            assert all(cell.encode() or True for cell in row)
        assert results.by_lesson(results.predictions(found)) is not None
        results.measured(found | {"07": found["01"]} if "01" in found else found)


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
    verdict = {**judged("07")["C58"], "run": "a"}
    guess = {"guess": 1, "among": [1, 2], "actual": 1, "right": True}
    put("07", version=1, run="b", runs={}, verdicts={"C58": verdict, "C57": {**verdict, "run": "b"}}, numbers=old,
        predictions={"7.1": {**guess, "run": "a"}, "7.2": {**guess, "run": "b"}})
    found, _ = results.ledgers()
    said = {row[0]: row[4] for row in results.verdicts(found)}
    assert said["C58"] == "seen (from an earlier run)" and said["C57"] == "seen"
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
        "lines for two devices": (9, 3, "lines", "08a", ""), "serving speed": (2000, 1000, "scans/s", "10", ""),
        "space on disk": (400, 500, "MB", "14", "")}


@pytest.mark.parametrize("tf", [{}, {"serving speed, TensorFlow, SavedModel": number(0, "scans/s")},
                                {"serving speed, TensorFlow, SavedModel": number(7, "requests/s")}])
def test_what_cannot_be_compared_is_not(tf):
    put("10", version=1, run="b", numbers={"serving speed, PyTorch, Flask": number(2000, "scans/s"), **tf})
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


@pytest.mark.parametrize("fill", [lambda: None, lambda: put("01", verdicts=judged("01")), everything])
def test_the_page_is_whole_loads_nothing_and_is_accessible(fill):
    fill()
    found, gaps = results.ledgers()
    path = report.write({"Your machine": [report.table("What ran", ["what", "version", "where"], results.machine(found))],
                         "Your verdicts": [report.table("All", ["id", "says", "expected", "here", "evidence"],
                                                        results.verdicts(found))],
                         "Missing": [report.table("Gaps", ["chapter", "what", "command"], gaps), report.text("`a` & <b>")]})
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
    if found.get("03"):
        assert "CPU &lt;fast&gt;" in text and "<fast>" not in text


def test_a_figure_of_the_page_is_inside_it_and_has_its_text():
    picture = plots.markup(results.bars({"a": 0.5, "b": -0.2}, "title"), "bars of two criteria, a and b")
    page = Page(report.write({"x": [picture]}).read_text(encoding="utf-8"))
    assert page.all("img")[0]["alt"] == "bars of two criteria, a and b"
    assert page.all("img")[0]["src"].startswith("data:image/png;base64,")


@pytest.mark.browser
@pytest.mark.slow
def test_a_browser_shows_the_page_to_everybody(browser):
    everything()
    found, gaps = results.ledgers()
    picture = plots.markup(results.bars({"a": 0.5, "b": -0.2}, "title"), "bars of two criteria, a and b")
    path = report.write({"Your choice": [report.text("Score `0.3`"), picture],
                         "Your verdicts": [report.table("All", ["id", "says", "expected", "here", "evidence"],
                                                        results.verdicts(found))],
                         "Missing": [report.table("Gaps", ["chapter", "what", "command"], gaps)]})
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
