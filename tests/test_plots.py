"""Figures carry their text alternative, frameworks look the same everywhere, graphs are laid out in order."""
import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import pytest

from helpers import plots, show


def test_show_displays_alt_text_and_closes(shown):
    plt.close("all")
    fig, ax = plots.figure()
    ax.plot([1, 2], **plots.TORCH)
    plots.show(fig, alt='Loss falls from "2" to 1 & stays')
    markup, plain = shown[0]
    assert 'alt="Loss falls from &#34;2&#34; to 1 &amp; stays"' in markup and "data:image/png;base64," in markup
    assert plain == '[figure] Loss falls from "2" to 1 & stays'
    assert plt.get_fignums() == []


@pytest.mark.parametrize("alt", ["", "a figure", None, 3])
def test_an_alt_text_that_says_nothing_is_refused(alt):
    fig, _ = plots.figure()
    with pytest.raises(ValueError, match="alt must say in a sentence"):
        plots.show(fig, alt=alt)
    plt.close(fig)


def test_frameworks_differ_in_more_than_color():
    for key in ("color", "marker", "linestyle", "label"):
        assert plots.TORCH[key] != plots.TF[key]


def texts(ax):
    return {text.get_text(): text.get_position() for text in ax.texts if text.get_text()}


def test_graph_places_each_node_below_its_parents():
    fig, ax = plots.figure()
    edges = [("x", "mul"), ("w", "mul"), ("mul", "add"), ("b", "add"), ("add", "relu"), ("relu", "sum")]
    plots.graph(ax, {name: name for name in ("x", "w", "b", "mul", "add", "relu", "sum")}, edges)
    place = texts(ax)
    assert all(place[a][1] > place[b][1] for a, b in edges)
    assert len(set(place.values())) == len(place)
    plt.close(fig)


def test_graph_of_thirty_nodes_has_no_overlap():
    fig, ax = plots.figure(height=8)
    names = [f"n{k}" for k in range(30)]
    edges = [(names[(k - 1) // 2], names[k]) for k in range(1, 30)]
    plots.graph(ax, dict(zip(names, names)), edges)
    place = list(texts(ax).values())
    assert all(abs(a[0] - b[0]) >= 0.99 or a[1] != b[1] for k, a in enumerate(place) for b in place[:k])
    plt.close(fig)


@pytest.mark.parametrize("edges, said", [([("a", "z")], "not in nodes: z"), ([("a", "b"), ("b", "a")], "no cycle")])
def test_a_graph_that_is_none(edges, said):
    fig, ax = plots.figure()
    with pytest.raises(ValueError, match=said):
        plots.graph(ax, {"a": "a", "b": "b"}, edges)
    plt.close(fig)


def test_images():
    fig, axes = plots.figure(1, 3)
    import numpy as np
    plots.images(axes, np.ones((2, 8, 8)), ["a", "b"])
    assert [len(ax.images) for ax in axes] == [1, 1, 0] and axes[1].get_title() == "b"
    plt.close(fig)


def test_table_in_html_and_text(shown, capsys):
    show.table(["name", "value"], [("`x < 1`", 3)], caption="A <b>")
    markup, plain = shown[0]
    assert "<code>x &lt; 1</code>" in markup and "A &lt;b&gt;" in markup and "<th scope=" in markup
    assert plain.splitlines()[1].split() == ["name", "value"]
    with pytest.raises(ValueError, match="a row of 1 cells does not fit the 2 columns"):
        show.table(["a", "b"], [("only",)])


def test_rich_prints_the_plain_form_outside_a_notebook(capsys):
    show.rich("<b>x</b>", "x")
    assert capsys.readouterr().out == "x\n"
