"""Chapter 03: what the clock decides there, with planted times."""
import pytest

import cells

SIZES = [4, 512]


def seconds(small, large):
    """What the race measured, where TensorFlow's better graph is so many times as fast as eager for each kind of step."""
    graph = {False: 1e-3 / small, True: 1e-3 / large}
    of_tf = {(matrix, n): {"TensorFlow eager": (0.0, 1e-3), "tf.function": (1.0, 2 * graph[matrix]),
                           "tf.function, XLA": (2.0, graph[matrix])} for matrix in graph for n in SIZES}
    return dict.fromkeys(of_tf, {"PyTorch eager": (0.0, 1e-3)}), of_tf


def side_by_side(*shares):
    """TensorFlow's runs with one thread and with two: for so large a share of their time both chains ran."""
    return [("PyTorch", {"bars": []}), *(("TensorFlow", {"bars": [["a", 0, 10], ["b", 10 - 10 * share, 20 - 10 * share]]})
                                         for share in shares)]


@pytest.mark.parametrize("small, large, shares, word, found", [
    (9.0, 4.0, (0, 0.9), "HELD", "3 to 10 times as fast"), (9.0, 1.3, (0, 0.9), "PARTLY", "less than 3 times as fast"),
    (2.0, 20.0, (0.5, 0.9), "PARTLY", "more than 10 times as fast"),
    (2.0, 2.0, (0, 0.2), "NO LONGER", "less than 3 times as fast")])
def test_when_a_graph_pays(capsys, small, large, shares, word, found):
    of_torch, of_tf = seconds(small, large)
    overlap = cells.functions("03", "overlap")["overlap"]
    judged = cells.judge("03", "many_small", asks=["3.3"], sizes=SIZES, seconds_torch=of_torch, seconds_tf=of_tf,
                         runs=side_by_side(*shares), overlap=overlap)
    assert judged == {"C26": word, "3.3": found}
    said = capsys.readouterr().out
    assert f"C26 {word} (by the clock)" in said and f"the run says, by the clock, '{found}'" in said
    alone, together = shares
    assert f"run side by side: {'yes' if alone == 0 and together > 0.3 else 'no'} (timed)" in said
