"""helpers.stepper: each line has its figure and its words."""
import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest

from helpers import plots, stepper


def test_each_line_chooses_its_figure(shown):
    plt.close("all")
    stepper.walk(["a = 1", "b < a"], [plots.figure()[0], plots.figure()[0]], ["one node is there", "two nodes are there"])
    markup, plain = shown[0]
    assert markup.count('type="radio"') == markup.count("<img ") == 2 and markup.count(" checked") == 1
    assert "<code>b &lt; a</code>" in markup and 'alt="two nodes are there"' in markup and "<script" not in markup
    assert plain == "a = 1\n    [figure] one node is there\nb < a\n    [figure] two nodes are there"
    assert plt.get_fignums() == []


def test_lines_and_figures_must_match(shown):
    with pytest.raises(ValueError, match="here are 2, 0 and 1"):
        stepper.walk(["a", "b"], [], ["one node is there"])
    with pytest.raises(ValueError, match="here are 0"):
        stepper.walk([], [], [])
