"""Chapter 14: what all ledgers say together, from none to all of them, the report's page, the sliders, the history."""
import csv
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from axe import serious
from chapters.ch14 import history, installed, sliders
from helpers import build_dir, data, plots
from helpers.course import ledger, report


def put(chapter, **content):
    """A ledger of one chapter in the test's build folder."""
    path = ledger.path_of(chapter)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def judged(chapter, **evidence):
    """Verdicts for all claims of a chapter, as expected."""
    return {row["id"]: {"verdict": row["expected"], "expected": row["expected"], "claim": row["claim"],
                        "evidence": evidence.get(row["id"], "seen"), "parts": []}
            for row in data.claims_table() if row["lesson"] == chapter}


def everything():
    """A ledger of every chapter, with predictions, and chapter 7's table."""
    speeds = {"C33": "New or changed lines: PyTorch, DDP 9, TensorFlow, loop 6, TensorFlow, Keras fit 3; PyTorch's script.",
              "C44b": "here: PyTorch, Flask measured 2000 scans a second, TensorFlow, SavedModel measured 1,000 scans"}
    for chapter in report.chapters():
        put(chapter, verdicts=judged(chapter, **speeds), exercises={}, predictions={
            f"{chapter}.1": {"guess": 1, "among": [1, 2], "actual": 1, "right": True},
            f"{chapter}.2": {"guess": None, "among": ["a", "b", "c"], "actual": "b", "right": None},
            f"{chapter}.3": {"guess": "<b>", "among": ["<b>", "c"], "actual": "c", "right": False},
            f"{chapter}.4": {"guess": 2, "among": [1, 2]}},                      # its outcome was never shown
            run={"machine": [["Python", "3.12", "Linux"], ["PyTorch", "2", "CPU <fast>"]]})
    path = build_dir() / "chapter-07" / "your-machine.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("what", "how", "measured", "unit"), ("training", "PyTorch, eager", "1,000", "scans/s"),
                                    ("training", "PyTorch, compiled", "2,000", "scans/s"),
                                    ("training", "TensorFlow, eager", "500", "scans/s"),
                                    ("training", "PyTorch, TF32", "NOT MEASURED", "needs a GPU"),
                                    ("memory", "PyTorch, 64 scans", "300", "MB a step"),
                                    ("memory", "TensorFlow, 64 scans", "600", "MB a step")])


# --- from no ledger to all ------------------------------------------------------------------------------------------

def test_with_no_ledger_every_chapter_is_named_with_its_command():
    found, gaps = report.ledgers()
    assert found == {} and [gap[0] for gap in gaps] == report.chapters()
    assert all(gap[1:] == ("not run", f"python tools/pipeline.py run {gap[0]}") for gap in gaps)
    rows = report.verdicts(found)
    assert len(rows) == len(data.claims_table()) and all(row[3] == "" and "tools/pipeline.py run" in row[4] for row in rows)
    assert report.predictions(found) == [] and report.machine(found) == [] and report.speeds() == []
    assert report.by_chapter([]) == [] and set(report.measured(found)) <= {"space on disk"}


def test_a_part_of_the_ledgers_gives_its_part():
    put("02b", verdicts=judged("02b"))
    put("03", verdicts={"C13": judged("03")["C13"]})
    put("05", run={"parameters": {}})
    found, gaps = report.ledgers()
    assert list(found) == ["02b", "03", "05"]
    said = {chapter: what for chapter, what, _ in gaps}
    assert "02b" not in said and re.fullmatch(r"10 of 11 claims not judged", said["03"])
    assert "claims not judged" in said["05"] and said["04"] == "not run"
    assert sum(row[3] != "" for row in report.verdicts(found)) == len(judged("02b")) + 1


@pytest.mark.parametrize("broken", ["{", "[]", '{"verdicts": []'])
def test_a_broken_ledger_is_named_and_left_out(broken):
    put("02b", verdicts=judged("02b"))
    ledger.path_of("06").write_text(broken, encoding="utf-8")
    found, gaps = report.ledgers()
    assert list(found) == ["02b"]
    assert "delete 06.json" in next(what for chapter, what, _ in gaps if chapter == "06")


def test_with_all_ledgers_nothing_is_missing():
    everything()
    found, gaps = report.ledgers()
    assert gaps == [] and list(found) == report.chapters()
    assert all(row[3] == row[2] for row in report.verdicts(found))
    asked = report.predictions(found)
    assert len(asked) == 3 * len(found), "a prediction without an outcome does not count"
    assert set(report.by_chapter(asked)) == {(chapter, 3, 2, 1, "1.0") for chapter in found}
    assert report.machine(found)[1] == ["PyTorch", "2", "CPU <fast>"]


def test_what_was_measured_is_the_best_of_each_side():
    everything()
    rows = report.measured(report.ledgers()[0])
    rows.pop("space on disk", None)
    assert rows == {"training speed": (2000, 500, "scans/s", "07"), "memory of a step": (300, 600, "MB", "07"),
                    "lines for two devices": (9, 3, "lines", "08"), "serving speed": (2000, 1000, "scans/s", "10")}


def test_what_only_one_side_has_measured_is_not_compared():
    put("10", verdicts=judged("10", C44b="PyTorch, Flask measured 2000 scans a second"))
    assert "serving speed" not in report.measured(report.ledgers()[0])


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


@pytest.mark.parametrize("fill", [lambda: None, lambda: put("02b", verdicts=judged("02b")), everything])
def test_the_page_is_whole_loads_nothing_and_is_accessible(fill):
    fill()
    found, gaps = report.ledgers()
    path = report.write({"Your machine": [report.table("What ran", ["what", "version", "where"], report.machine(found))],
                         "Your verdicts": [report.table("All", ["id", "says", "expected", "here", "evidence"],
                                                        report.verdicts(found))],
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
    picture = plots.markup(report.bars({"a": 0.5, "b": -0.2}, "title"), "bars of two criteria, a and b")
    page = Page(report.write({"x": [picture]}).read_text(encoding="utf-8"))
    assert page.all("img")[0]["alt"] == "bars of two criteria, a and b"
    assert page.all("img")[0]["src"].startswith("data:image/png;base64,")


@pytest.mark.browser
@pytest.mark.slow
def test_a_browser_shows_the_page_to_everybody(browser):
    everything()
    found, gaps = report.ledgers()
    picture = plots.markup(report.bars({"a": 0.5, "b": -0.2}, "title"), "bars of two criteria, a and b")
    path = report.write({"Your choice": [report.text("Score `0.3`"), picture],
                         "Your verdicts": [report.table("All", ["id", "says", "expected", "here", "evidence"],
                                                        report.verdicts(found))],
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
    pytest.importorskip("ipywidgets")
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
    monkeypatch.setattr(sliders.missing, "_shell", Shell)
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
