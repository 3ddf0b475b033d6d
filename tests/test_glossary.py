"""notebooks/glossary.md: terms in order, short, and every link from a chapter lands on one."""
import re

import nbformat
import pytest

import cells_as_html
import helpers
import pipeline
import terms

NOTEBOOKS = helpers.ROOT / "notebooks"


def problems(text):
    """What is wrong with a glossary's text, one line a finding."""
    entries = re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", text, flags=re.MULTILINE)
    terms = [term for term, _ in entries]
    found = [f"{term}: only a-z, 0-9, space and - make an anchor that works everywhere"
             for term in terms if not re.fullmatch(r"[a-z0-9 -]+", term)]
    found += [f"{term}: twice" for term in sorted(set(terms)) if terms.count(term) > 1]
    found += [f"{after}: stands after {before}" for before, after in zip(terms, terms[1:], strict=False) if after < before]
    for term, body in entries:
        if not re.search(r"[.]\s*$", body):
            found.append(f"{term}: no text, or it does not end in a full stop")
        if len(body.split()) > 70:
            found.append(f"{term}: more than 70 words")
    return found


def dead_links(source, glossary):
    """The anchors in a notebook's source that the glossary lacks."""
    anchors = {term.replace(" ", "-") for term in re.findall(r"^## (.+)$", glossary, flags=re.MULTILINE)}
    return sorted(set(re.findall(r"glossary\.md#([^)\s\"]+)", source)) - anchors)


def test_the_glossary_is_in_order():
    text = (NOTEBOOKS / "glossary.md").read_text(encoding="utf-8")
    assert text.startswith("# Glossary\n") and len(re.findall("^## ", text, flags=re.MULTILINE)) >= 60
    assert problems(text) == []


@pytest.mark.parametrize("path", pipeline.sources(), ids=lambda path: path.stem)
def test_every_link_to_the_glossary_lands(path):
    glossary = (NOTEBOOKS / "glossary.md").read_text(encoding="utf-8")
    assert dead_links(path.read_text(encoding="utf-8"), glossary) == []


def test_a_wrong_glossary_is_seen():
    assert problems("# Glossary\n\n## axis\n\nOne.\n\n## batch\n\nTwo.\n") == []
    assert problems("## batch\n\nOne.\n\n## axis\n\nTwo.\n") == ["axis: stands after batch"]
    assert problems("## axis\n\nOne.\n\n## axis\n\nTwo.\n") == ["axis: twice"]
    assert problems("## axis\n\n## batch\n\nTwo.\n") == ["axis: no text, or it does not end in a full stop"]
    assert problems("## axis\n\n" + "word " * 71 + ".\n") == ["axis: more than 70 words"]
    assert len(problems("## XLA\n\nA compiler.\n")) == 1


def test_a_dead_link_is_seen():
    source = "[views](glossary.md#view) and [batches](glossary.md#batch-size)"
    assert dead_links(source, "## view\n\nA view.\n") == ["batch-size"]
    assert dead_links(source, "## batch size\n\nA number.\n\n## view\n\nA view.\n") == []


def terms_of(*texts):
    """What the page of a lesson with these texts links to the glossary, as (anchor, words)."""
    page = cells_as_html.cells_html([nbformat.v4.new_markdown_cell(text) for text in texts])
    return re.findall(r'href="glossary\.html#([^"]+)">(.*?)</a>', page, re.S)


def test_the_first_use_of_a_term_in_a_page_is_a_link():
    assert terms_of("Each gradient has a\nlearning rate.", "Two Gradients, and XLA. Take the rest; ask REST.") == [
        ("gradient", "gradient"), ("learning-rate", "learning rate"), ("xla", "XLA"), ("rest", "REST")]
    assert terms_of("A gradient.", "Here it is [explained](glossary.md#gradient).") == [("gradient", "explained")]
    assert terms_of("Batch normalization by its batches") == [("batch-normalization", "Batch normalization"),
                                                              ("batch", "batches")]


def test_no_link_in_code_headings_links_boxes_or_words_of_everyday():
    for text in ("# A gradient", "## A gradient", "`gradient`", "```\ngradient\n```", "[a gradient](https://x.org)",
                 "> a gradient", "$gradient$", "gradients-to-be", "an environment variable", "a closed loop"):
        assert terms_of(text) == [], text
    assert terms_of("`gradient` and the gradient") == [("gradient", "gradient")]


def test_links_to_terms_name_their_definitions_which_stand_once_on_the_page():
    page, definitions = terms.described('<a href="../glossary.html#dtype">x</a> <a href="../glossary.html#dtype">y</a>'
                                        '<a href="glossary.html">all</a> <a href="glossary.html#no-such">z</a>')
    assert page.count('<a class="term" aria-describedby="about-dtype" href="../glossary.html#dtype">') == 2
    assert page.count("describedby") == 2 and [anchor for anchor, _ in definitions] == ["dtype"]
    assert "<code>" in terms.described('<a href="glossary.html#copy">')[1][0][1]


def test_words_of_everyday_are_terms():
    assert terms.EVERYDAY <= terms.glossary().keys()
