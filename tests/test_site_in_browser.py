"""The site in a real browser: columns, copying, links, folding, search, the printed page; nothing asked of the network.

Needs chromium, playwright and npm's files. Without them these tests are skipped, and in CI they fail (conftest.needs).
"""
import html
import re
from urllib.parse import unquote

import nbformat
import pytest

import bites
import pipeline
import site_of_course
from axe import serious
from chapters.ch05.phrasebook import page as phrasebook
from conftest import needs

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSON = "02a_train_by_hand.html"
BOTH = (LESSON, "index.html", "claims.html", "phrasebook.html", "search.html?q=tape")
"""Pages that between them show everything that has a color: they are looked at in the dark too."""


def as_executed(source):
    """The learner's edition with those outputs that its solved notebook has, and the phrasebook where it is shown."""
    solved, book = nbformat.read(pipeline.targets(source)[1], 4), pipeline.learner(pipeline.read(source))
    kept = {cell.id: cell.outputs for cell in solved.cells if cell.cell_type == "code"}
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs = kept.get(cell.id, [])
        if "page.table(" in cell.source:
            shown = {"text/html": phrasebook.markup({}, "short"), "text/plain": "phrases"}
            cell.outputs = [nbformat.v4.new_output("display_data", shown)]
    return book


@pytest.fixture(scope="module")
def folder(tmp_path_factory, begun):
    """The site of all lessons. Lesson 2a was really executed, so that it has its figures."""
    build = tmp_path_factory.mktemp("build")
    kernel, variable = begun
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIDE_BY_SIDE_BUILD", str(build))
        patch.setenv(*variable)
        (build / "executed").mkdir()
        for source in pipeline.sources():
            if pipeline.lesson(source) == "02a":
                pipeline.run(source, {}, kernel)
            else:
                pipeline.write(as_executed(source), build / "executed" / f"{source.stem}.ipynb")
        phrasebook.write(build / "05e", {})
        site_of_course.main(build / "site")
    return build / "site"


@pytest.fixture
def lesson(folder, page):
    """The page of lesson 2a, open in a window of 1280 pixels."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto((folder / LESSON).as_uri())
    return page


def beside(page):
    """Whether the twins of the page that teach stand in two columns; they share a place on no page."""
    left, right = page.locator(".twins").nth(1).locator("> div").all()
    a, b = left.bounding_box(), right.bounding_box()
    below = a["x"] == b["x"] and a["y"] + a["height"] <= b["y"]
    in_columns = a["y"] == b["y"] and a["x"] + a["width"] < b["x"]
    assert below != in_columns
    return in_columns


def test_twins_stand_in_two_columns_where_the_window_has_room_and_their_verdict_below(lesson):
    assert lesson.locator(".twins + details.folded").count() >= 3  # what is folded behind twins is their verdict
    found = {}
    for width in (1600, 1400, 1399, 1280, 390):
        lesson.set_viewport_size({"width": width, "height": 800})
        found[width] = beside(lesson)
        verdict = lesson.locator(".twins + details.folded").first
        twins = verdict.locator("xpath=preceding-sibling::div[1]").bounding_box()
        assert verdict.bounding_box()["y"] >= twins["y"] + twins["height"] and verdict.bounding_box()["x"] == twins["x"]
    assert found == {1600: True, 1400: True, 1399: False, 1280: False, 390: False}


SEEN_ELSEWHERE = """() => {
    document.querySelectorAll('.highlight code').forEach(code => { code.textContent = code.textContent; });
    document.querySelectorAll('nav li:not(:has([aria-current]))').forEach(entry => entry.remove());
}"""
"""Takes from a page what is the same on all and makes most of its elements: the colors of code, which a test of their own
looks at, and the names of the other lessons. axe-core then has much less to do."""


def test_no_page_scrolls_sideways_asks_outside_or_keeps_people_out(folder, page):
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.glob("*.html"))]
    for name in [*names, "solutions/02a_train_by_hand.html", "search.html?q=tape"]:
        page.set_viewport_size({"width": 390, "height": 800})
        page.goto(f"{folder.as_uri()}/{name}")
        assert page.asked_outside == [], name
        for width in (1600, 1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} at {width}"
        if name not in BOTH:
            page.evaluate(SEEN_ELSEWHERE)
        assert serious(page) == [], name


@pytest.mark.parametrize("name", BOTH)
def test_nobody_is_kept_out_in_the_dark(folder, page, name):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{folder.as_uri()}/{name}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert serious(page) == []


def test_every_color_of_code_can_be_read_on_every_ground(folder, page):
    kinds = sorted(set(re.findall(r"^\.highlight \.(\w+) ", (folder / "style.css").read_text(encoding="utf-8"), re.M)))
    code = "".join(f'<span class="{kind}">{kind} = 1</span>\n' for kind in kinds)
    block = f'<div class="highlight"><pre><code>{code}</code></pre></div>'
    page.goto((folder / "index.html").as_uri())
    page.evaluate("markup => { document.querySelector('main').innerHTML = markup; }",
                  f'<h1>Code</h1>{block}<div class="input">{block}</div><div class="input torch">{block}</div>')
    assert len(kinds) > 40
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert serious(page) == [], scheme
    page.add_style_tag(content=".highlight .k { color: #777 !important; }")
    assert [rule for rule, _ in serious(page)] == ["color-contrast"]  # what is too faint is seen


def test_what_will_bite_you_is_chosen_by_word_framework_and_direction(folder, page):
    page.set_viewport_size({"width": 1600, "height": 800})
    page.goto((folder / "index.html").as_uri())
    page.locator("main").get_by_role("link", name="places where a good guess is wrong").click()
    rows, count = page.locator(".bites tbody tr:visible"), page.locator(".choose output")
    rows.first.wait_for()
    every = rows.count()
    assert every == len(bites.table()[0]) and count.inner_text() == f"{every} rows"
    page.get_by_label("Direction").select_option("From TensorFlow to PyTorch")
    assert 0 < rows.count() < every and page.locator("main h2:visible").count() == 1
    page.get_by_label("Behavior of").select_option("PyTorch")
    page.locator(".choose").get_by_role("searchbox").fill("MEDIAN even")
    assert rows.count() == 1 and count.inner_text() == "1 row"
    rows.get_by_role("link", name="6c.1").click()
    assert "06c_museum_of_numbers.html#6c.1" in page.url


def test_the_names_of_the_claims_columns_stay_while_one_scrolls(folder, page):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto((folder / "claims.html").as_uri())
    page.locator(".claims tbody tr").nth(60).locator("th a").click()
    assert page.evaluate("scrollY") > 800
    assert page.locator(".claims thead th").first.bounding_box()["y"] == 0


def test_figures_are_drawn_and_say_what_they_show(lesson):
    images = lesson.locator("main img")
    assert images.count() >= 2
    for k in range(images.count()):
        assert images.nth(k).get_attribute("alt").strip()
        assert images.nth(k).evaluate("image => image.complete && image.naturalWidth > 0")


def test_what_is_folded_and_what_came_true_open_on_a_click(lesson):
    closed = lesson.locator("details:not([open])")
    assert closed.count() == lesson.locator("details").count() > 20
    for details, inside in (("details.folded", "pre"), ("details.outcome", "p")):
        one = lesson.locator(details).first
        assert one.locator("summary").inner_text() and not one.locator(inside).is_visible()
        one.locator("summary").click()
        assert one.locator(inside).is_visible()
    assert lesson.locator("details.outcome").first.locator("p").inner_text() == "The run says c."


def test_the_button_copies_the_code_of_its_cell_and_nothing_else(lesson):
    lesson.context.grant_permissions(["clipboard-read", "clipboard-write"])
    book = pipeline.learner(pipeline.read(pipeline.sources(["02a"])[0]))
    codes = [cell.source for cell in book.cells if cell.cell_type == "code"]
    folded = [cell.source for cell in book.cells if "folded" in pipeline.tags(cell)]
    assert lesson.locator(".copy").count() == len(codes)
    lesson.locator(".twins .copy").nth(2).click()
    lesson.get_by_role("button", name="Copied").wait_for()
    assert lesson.evaluate("navigator.clipboard.readText()") == next(code for code in codes if "p = torch" in code)
    lesson.locator("details.folded summary").first.click()
    lesson.locator("details.folded .copy").first.click()
    lesson.locator("details.folded").get_by_role("button", name="Copied").wait_for()
    assert lesson.evaluate("navigator.clipboard.readText()") == folded[0]


def test_headings_have_links_and_the_contents_mark_the_section_that_is_read(lesson):
    marked = lesson.locator("nav [aria-current=location]")
    assert marked.count() == 0 and lesson.locator("nav [aria-current=page]").inner_text() == "2a. Train by hand"
    heading = lesson.locator("h2", has_text="2a.3")
    link = heading.get_by_role("link", name="Link to this heading")
    assert link.is_visible()
    link.click()
    assert unquote(lesson.url).endswith(f"#{heading.get_attribute('id')}")
    lesson.wait_for_function("document.querySelector('nav [aria-current=location]')?.textContent == '2a.3 Downhill'")
    lesson.evaluate("scrollTo(0, document.body.scrollHeight)")
    lesson.wait_for_function("document.querySelector('nav [aria-current=location]')?.textContent.startsWith('2a.8')")
    assert marked.count() == 1


def test_from_lesson_to_lesson_and_to_its_notebook(lesson, folder):
    with lesson.expect_download() as download:
        lesson.get_by_role("link", name="Download the notebook").click()
    book = nbformat.read(download.value.path(), 4)
    assert pipeline.difference(pipeline.learner(pipeline.read(pipeline.sources(["02a"])[0])), book) is None
    assert download.value.suggested_filename == "02a_train_by_hand.ipynb"
    lesson.locator("footer [rel=next]").click()
    assert lesson.locator("h1").inner_text().startswith("2b. ")
    lesson.locator("footer [rel=prev]").click()
    lesson.get_by_role("link", name="Solutions").click()
    assert lesson.locator("h1").inner_text().startswith("2a. ")
    assert "def answer(w, x, y, rate)" in lesson.locator("main").inner_text()
    assert "footer" not in (folder / "solutions" / LESSON).read_text(encoding="utf-8")


def test_a_term_shows_its_definition_on_hover_and_on_focus_until_escape(lesson):
    term = lesson.locator(".term").first
    about = lesson.locator(f"#{term.get_attribute('aria-describedby')}")
    assert about.get_attribute("role") == "tooltip" and not about.is_visible()
    term.hover()
    assert about.is_visible() and len(about.inner_text()) > 20
    about.hover()  # the pointer may move onto it
    lesson.wait_for_timeout(400)
    assert about.is_visible()
    lesson.locator("h1").hover()
    about.wait_for(state="hidden")
    term.focus()
    assert about.is_visible() and serious(lesson) == []
    for width in (1280, 390):
        lesson.set_viewport_size({"width": width, "height": 800})
        for one in lesson.locator(".term").all():
            one.focus()
            box = lesson.locator("[role=tooltip]:visible").bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= width
            assert lesson.evaluate("document.documentElement.scrollWidth") <= width
    lesson.keyboard.press("Escape")
    assert lesson.locator("[role=tooltip]:visible").count() == 0


def test_the_search_says_how_many_sections_have_the_words_themselves(folder, page):
    needs("minisearch")
    page.goto((folder / "index.html").as_uri())
    page.keyboard.press("Control+k")
    page.keyboard.type("strides")
    page.keyboard.press("Enter")
    page.locator("#hits li").first.wait_for()
    found = page.locator("#found")
    count, similar = map(int, re.fullmatch("Sections with exactly “strides”: (\\d+); with similar words: (\\d+).",
                                           found.inner_text()).groups())
    hits = page.locator("#hits li")
    assert count > 1 and hits.count() == min(40, count + similar)
    assert hits.first.locator("mark").first.inner_text() == "strides"
    page.locator("#hits a[href^='01b_windows_on_memory.html#']").first.click()
    page.locator(":target").wait_for(timeout=180_000)  # a hit leads to its section
    page.goto(f"{folder.as_uri()}/search.html?q={'overflow'.replace('l', '')}")
    assert ": 0; with similar words:" in found.inner_text() and hits.count() > 0
    for words in ("all-reduce", "OVERFLOW"):
        page.goto(f"{folder.as_uri()}/search.html?q={words}")
        assert int(re.search(r"”: (\d+)", found.inner_text()).group(1)) > 0
    assert hits.first.locator("mark").first.inner_text().lower() == "overflow"
    page.goto(f"{folder.as_uri()}/search.html?q=border-collapse")  # a word of style sheets, which nobody reads
    assert found.inner_text() == "No section has “border-collapse”, nor a word like it." and hits.count() == 0


def test_where_no_section_has_all_words_the_search_shows_those_that_have_some_and_says_so(folder, page):
    needs("minisearch")
    page.goto(f"{folder.as_uri()}/search.html?q=zzqx strides overflow")
    found, hits = page.locator("#found"), page.locator("#hits li")
    count = re.fullmatch("No section has all of these words; sections that have some: (\\d+).", found.inner_text()).group(1)
    assert hits.count() == min(40, int(count)) > 1
    for hit in hits.all_inner_texts():
        assert re.search("strides|overflow", hit, re.I)
    page.goto(f"{folder.as_uri()}/search.html?q=zzqx yyqx")
    assert "that have some: 0." in found.inner_text() and hits.count() == 0


def test_without_javascript_a_page_can_be_read(folder, browser):
    page = browser.new_page(java_script_enabled=False)
    page.goto((folder / LESSON).as_uri())
    assert page.locator(".copy").count() == 0 and not page.locator("#theme").is_visible()
    summary = page.locator("details.folded summary").first
    summary.click()
    assert page.locator("details.folded pre").first.is_visible()
    page.locator("nav").get_by_role("link", name="2a.4 One word is missing").click()
    assert page.locator("h2", has_text="2a.4").bounding_box()["y"] < 100
    page.close()


def test_the_printed_page_holds_the_text_alone_and_keeps_together_what_belongs_together(lesson):
    lesson.emulate_media(media="print", color_scheme="dark")
    for gone in ("header", "nav", "footer", ".links", ".copy", ".anchor-link"):
        assert not lesson.locator(gone).first.is_visible(), gone

    def styles(place, name):
        return set(lesson.locator(place).evaluate_all("(all, name) => all.map(one => getComputedStyle(one)[name])", name))
    assert styles("main p", "orphans") == styles("main p", "widows") == {"3"}
    assert styles("h1, h2, h3", "breakAfter") == {"avoid"}
    assert styles(".input, .output, tr, img", "breakInside") == {"avoid"}
    assert styles(".input pre", "whiteSpace") == {"pre-wrap"}  # paper does not scroll
    assert styles("body", "backgroundColor") == {"rgb(255, 255, 255)"}


def test_every_link_within_the_site_leads_to_something(folder):
    texts = {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.html")}
    places = {path: {html.unescape(found) for found in re.findall(r'\bid="([^"]+)"', text)} for path, text in texts.items()}
    dead = set()
    for path, text in texts.items():
        for link in re.findall(r'(?:href|src)="([^"]+)"', text):
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = html.unescape(link).partition("#")
            target = (path.parent / unquote(name)).resolve() if name else path
            if not target.is_file() or anchor and not {anchor, unquote(anchor)} & places.get(target, set()):
                dead.add((path.name, link))
    assert dead == set()
