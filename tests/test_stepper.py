"""helpers.stepper: each line has its figure and its words; and helpers.show.gist: the telling line of an error."""
import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest

from helpers import plots, show, stepper


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


@pytest.mark.parametrize("error, expected", [
    (ValueError("in user code:\n\n  File x\n\n ValueError: Dimensions must be equal for '{{node m}} = M'\n"),
     "`ValueError`: Dimensions must be equal for '= M'"),
    (RuntimeError("fake tensor call\n  Explanation: failed: got RuntimeError('a and b must fit')\n"),
     "`RuntimeError`: a and b must fit"),
    (RuntimeError("first\nsecond"), "`RuntimeError`: first"),
    (AttributeError("in user code:\n\n  File x\n\n  AttributeError: has no numpy\n"), "`AttributeError`: has no numpy"),
    (KeyError(), "`KeyError`: ")])
def test_the_gist_of_an_error(error, expected):
    assert show.gist(error) == expected
