"""The drawings of chapter 3, each with its alternative text. Everything comes in as plain data: no framework is imported."""
import math
import textwrap

from chapters.ch03 import exhibits
from helpers import plots, show

ORANGE, BLUE, YELLOW = "#F6D9C4", "#CFE3F1", "#F3E9A9"  # light enough for black text: PyTorch's, TensorFlow's, what is new
OPEN = {"linestyle": ":", "markerfacecolor": "white"}  # the second line of a framework in one plot


def graphs_made(number_torch, fixed_torch, number_tf, tensor_tf):
    """Draw how many graphs there were after each of some calls: four lists, as lesson 3a counts them."""
    lines = {
        "torch.compile": (number_torch, plots.TORCH),
        "torch.compile, dynamic=False": (fixed_torch, plots.TORCH | OPEN),
        "tf.function, a Python number": (number_tf, plots.TF),
        "tf.function, a tensor": (tensor_tf, plots.TF | OPEN),
    }
    fig, ax = plots.figure(width=8)
    for label, (counts, style) in lines.items():
        ax.plot(range(1, len(counts) + 1), counts, **style | {"label": label})
    ax.legend()
    ax.set(xlabel="calls so far, each with another number", ylabel="graphs made so far")
    ends = ", ".join(f"{label} {counts[-1]}" for label, (counts, _) in lines.items())
    plots.show(fig, alt=f"Graphs made against calls. After {len(number_tf)} calls: {ends}.")


def two_branches(of_torch, of_tf):
    """Draw a graph with a branch from each framework. Each: ({node: label}, edges), as the exhibits give it."""
    fig, axes = plots.figure(columns=2, width=10, height=5.5)
    colors = []
    for ax, (nodes, edges), color, title in zip(axes, (of_torch, of_tf), (ORANGE, BLUE), ("torch.export", "tf.function")):
        colors.append({name: color for name, label in nodes.items() if is_branch(name, label)})
        plots.graph(ax, nodes, edges, colors[-1])
        ax.set_title(title)
    found = [" and ".join(names) or "none" for names in colors]
    plots.show(fig, alt=f"Two graphs of the clipping function, data flowing down. The colored node holds both branches: in "
                        f"PyTorch's {found[0]}, in TensorFlow's {found[1]}. It is one node among the others.")


def is_branch(name, label):
    """Whether a node of a drawn graph is the operation that holds both branches."""
    return name == "cond" or label.endswith("If")


def mistakes(said):
    """Show what came of the four mistakes of lesson 3b. said: {way to run: four lines}."""
    rows = [[name, *(textwrap.shorten(text, 100, placeholder=" …") for text in lines)] for name, lines in said.items()]
    show.table(["", "wrong shape", "wrong dtype", "an if on a value", "an input left out"], rows)


STYLES = {
    "PyTorch eager": plots.TORCH,
    "torch.compile": plots.TORCH | OPEN,
    "TensorFlow eager": plots.TF,
    "tf.function": plots.TF | OPEN,
    "tf.function, XLA": plots.TF | OPEN | {"linestyle": "-.", "marker": "^"},
}
"""{way to run: how its line looks}"""


def race(of_torch, of_tf, formula):
    """Draw seconds a call against n. of_torch, of_tf: {n: {way: FirstAndLater}}. formula: what each of the steps computes."""
    fig, ax = plots.figure(width=7, height=3.6)
    ends = []
    for found in (of_torch, of_tf):
        sizes = list(found)
        for way in found[sizes[0]]:
            ax.loglog(sizes, [found[n][way].later for n in sizes], **STYLES[way] | {"label": way})
        ends += [exhibits.gain(found[sizes[0]]), exhibits.gain(found[sizes[-1]])]
    ax.set(xlabel="n, rows and columns", ylabel="seconds a call", title=f"twelve steps of tanh({formula})")
    ax.legend()
    plots.show(fig, alt=f"Seconds a call against n, both axes logarithmic, for steps of tanh({formula}). At the smallest n "
                        f"PyTorch's graph is {ends[0]:.1f} times as fast as eager and TensorFlow's {ends[2]:.1f} times; at "
                        f"the largest {ends[1]:.1f} and {ends[3]:.1f} times.")


EAGER = {"torch.compile": "PyTorch eager", "tf.function": "TensorFlow eager", "tf.function, XLA": "TensorFlow eager"}
"""{graph: the way with which it is compared}"""


def paid(races):
    """Show after how many calls each graph has paid for its first one. races: {what was raced: {way: FirstAndLater}}."""
    rows = []
    for what, found in races.items():
        calls = [exhibits.paid_after(found[eager], found[way]) if way in found else None for way, eager in EAGER.items()]
        rows.append([what, *map(in_calls, calls)])
    show.table(["calls until the first one has paid", *EAGER], rows)


def in_calls(number):
    """A number of calls as the table says it: None was not measured, not-a-number never comes."""
    if number is None:
        return "not measured"
    return "never" if math.isnan(number) else f"{math.ceil(number):,}"
