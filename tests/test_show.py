"""How a verdict looks: readable on its color, whole words, the same text in HTML and in plain, on every machine."""
import html
import re

import jinja2
import nbformat
import pytest

import pipeline
from helpers import claims, parity, show
from helpers.course import ledger


def luminance(color):
    """Relative luminance of "#rrggbb" as WCAG 2 defines it."""
    parts = [int(color[k:k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear))


@pytest.mark.parametrize("word", [*claims.VERDICTS, "EQUAL", "DIFFERENT", "RIGHT", "NOT YET", "NOT THIS TIME", "OPEN"])
def test_a_words_color_has_enough_contrast(word):
    (color,) = re.findall(r"background:(#[0-9a-f]{6});color:#fff", show.verdict_line(word, ""))
    assert 1.05 / (luminance(color) + 0.05) >= 4.5


def test_the_words_of_verdicts_that_differ_have_colors_that_differ():
    shown = [re.search("#[0-9a-f]{6}", show.verdict_line(word, "")).group() for word in claims.VERDICTS]
    assert len(set(shown)) == len(claims.VERDICTS)


def test_only_code_breaks_anywhere():
    line = show.verdict_line("HELD", "see `a_long_name` & <b>", below=["of `torch`"])
    assert "word-break:normal" in line and "overflow-wrap:normal" in line and "<b>see" not in line and "&lt;b&gt;" in line
    assert line.count("<code") == line.count('<code style="overflow-wrap:anywhere">') == 2


def text_of(markup):
    return html.unescape(re.sub(r"<[^>]+>", "", markup.replace("<br>", " ")))


def outputs(shown):
    """What a notebook keeps of what was shown."""
    return [nbformat.v4.new_output("display_data", {"text/html": markup, "text/plain": plain}) for markup, plain in shown]


def test_what_nbval_compares_is_the_same_after_other_roundings_and_times(shown):
    """nbval compares HTML as well as text, so what it replaces in one it must replace in the other."""
    ledger.begin("01c")
    for distance, time in ((1e-9, "12.5 ms"), (3.1e-12, "980 µs")):
        parity.verdict("the loss", distance, 0.0, atol=1e-6)
        claims.not_measured("C09", f"one step took {time} & no more")
    assert shown[0] != shown[2] and shown[1] != shown[3]
    assert pipeline.sanitized(outputs(shown[:2])) == pipeline.sanitized(outputs(shown[2:]))
    for markup, plain in shown:
        assert sorted(re.findall(r"\w+", text_of(markup))) == sorted(re.findall(r"\w+", plain))


def test_what_nbval_compares_does_not_depend_on_the_look(shown, monkeypatch):
    parity.verdict("the loss", 1.0, 1.0)
    monkeypatch.setitem(show.COLORS, "EQUAL", "#000000")
    parity.verdict("the loss", 1.0, 1.0)
    assert shown[0] != shown[1]
    assert pipeline.sanitized(outputs(shown[:1])) == pipeline.sanitized(outputs(shown[1:]))
    parity.verdict("another loss", 1.0, 1.0)
    assert pipeline.sanitized(outputs(shown[:1])) != pipeline.sanitized(outputs(shown[2:]))


def test_a_template_escapes_what_it_is_given_and_asks_for_all_of_it(tmp_path):
    path = tmp_path / "a.html"
    path.write_text("<p title=\"{{ a }}\">{{ a }} {{ b }} {{ a|inline }}</p>\n", encoding="utf-8")
    made = show.render(path, a='<i> "`x`"', b=show.inline("`code`"))
    assert made == ('<p title="&lt;i&gt; &#34;`x`&#34;">&lt;i&gt; &#34;`x`&#34; <code>code</code> '
                    '&lt;i&gt; "<code>x</code>"</p>')
    with pytest.raises(jinja2.UndefinedError):
        show.render(path, a="")


def test_a_table_turns_its_cells_into_text(shown):
    show.table(["a", "b"], [("<b>", 1.5), ("`x`", None)], caption="of `<all>`")
    markup, plain = shown[0]
    assert "&lt;b&gt;" in markup and "<code>x</code>" in markup and "of <code>&lt;all&gt;</code>" in markup
    assert plain == "of `<all>`\na    b\n<b>  1.5\n`x`  None"
    with pytest.raises(ValueError, match="a row of 1 cells does not fit the 2 columns"):
        show.table(["a", "b"], [("x",)])


def test_a_long_table_scrolls_in_itself_and_can_be_reached_with_the_keyboard():
    short, long = (show.table_markup(["n"], [[n] for n in range(rows)], "numbers") for rows in (25, 26))
    assert "overflow" not in short and short.startswith("<table>")
    assert 'role="region" tabindex="0" aria-label="numbers"' in long and "overflow:auto" in long
