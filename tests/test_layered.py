"""helpers.layered and plots.graph: layers in order, nothing on top of anything else, and errors that say what is wrong."""
import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest

from helpers import plots
from helpers.plots import layered

CHAIN = [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")]
TREE = [("1", "12"), ("2", "12"), ("3", "34"), ("4", "34"), ("12", "all"), ("34", "all")]


def widths(edges, width=3.0):
    return {name: width for edge in edges for name in edge}


@pytest.mark.parametrize("edges", [CHAIN, TREE])
def test_every_edge_goes_down_and_neighbors_keep_their_distance(edges):
    places, _ = layered.arrange(widths(edges), edges, gap=1.0)
    assert all(places[a][1] < places[b][1] for a, b in edges)
    for name, (x, depth) in places.items():
        beside = [other for key, (other, level) in places.items() if level == depth and key != name]
        assert all(abs(x - other) >= 3.0 + 1.0 - 1e-9 for other in beside)


def test_a_long_edge_passes_each_layer_beside_its_node():
    places, routes = layered.arrange(widths(CHAIN), CHAIN, gap=1.0)
    assert [depth for _, depth in routes["a", "d"]] == [1, 2] and routes["a", "b"] == []
    for x, depth in routes["a", "d"]:
        assert all(abs(x - other) >= 1.5 for other, level in places.values() if level == depth)


def test_a_tree_is_drawn_without_crossings_whatever_the_order_of_its_edges():
    places, _ = layered.arrange(widths(TREE), sorted(TREE, key=lambda edge: hash(edge[::-1]) % 7), gap=1.0)
    assert (places["12"][0] - places["34"][0]) * (places["1"][0] - places["3"][0]) > 0
    assert (places["1"][0] - places["3"][0]) * (places["2"][0] - places["4"][0]) > 0


def test_inputs_stand_just_above_their_first_use():
    edges = [("x", "a"), ("a", "b"), ("late", "b")]
    places, _ = layered.arrange(widths(edges), edges, gap=1.0)
    assert places["late"][1] == places["a"][1]


def test_errors_say_what_is_wrong():
    with pytest.raises(ValueError, match="no cycle"):
        layered.arrange({"a": 1, "b": 1}, [("a", "b"), ("b", "a")], 1.0)
    with pytest.raises(ValueError, match="not in nodes: b"):
        layered.arrange({"a": 1}, [("a", "b")], 1.0)


def test_a_graph_fits_its_axes_and_leaves_out_what_has_no_color():
    fig, ax = plots.figure(width=4, height=3)
    plots.graph(ax, {name: f"{name}\nsecond line" for name in widths(CHAIN)}, CHAIN, colors={"d": None})
    fig.draw_without_rendering()
    frame = ax.get_window_extent()
    assert sorted(text.get_text()[0] for text in ax.texts) == ["a", "b", "c"] and len(ax.patches) == 2
    for text in ax.texts:
        box = text.get_bbox_patch().get_window_extent()
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 - 1 <= box.y0 and box.y1 <= frame.y1 + 1
    plt.close(fig)
