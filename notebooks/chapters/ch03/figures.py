"""The drawings of chapter 3, each with its alternative text. Everything comes in as plain data: no framework is imported."""
import math
import re
import textwrap

from chapters.ch03 import exhibits
from helpers import plots, show, stepper

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
    """Draw seconds a call against n. of_torch, of_tf: {n: {way: FirstAndLater}}. formula: what each step computes."""
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


def program_of_2016(museum):
    """Draw the graph of the TensorFlow 1 program as it stood before it ran, and mark what then ran.

    museum: what workers/tf1_graph.py returns.
    """
    order = [re.sub(r"_arg_(\w+)_0_\d", r"\1", name) for name in museum["ran"]]
    inside = [name for name in order if name in museum["nodes"]]
    ran = {name: f"\nran as number {k}" for k, name in enumerate(inside, 1)}
    labels = {name: f"{name}\n{kind}{ran.get(name, '')}" for name, kind in museum["nodes"].items()}
    fig, ax = plots.figure(width=9, height=5)
    plots.graph(ax, labels, museum["edges"], dict.fromkeys(ran, BLUE))
    plots.show(fig, alt=f"The graph of the program, {len(labels)} nodes, from two placeholders and two variables down to "
                        f"next_h. The trace shows that {len(ran)} of them ran, in the order {', '.join(ran)}.")


def growing(moments, nodes, edges, leaves):
    """Show each line of a function beside the record that was there after it; the last line is chosen at first.

    moments, nodes, edges: as `exhibits_torch.line_by_line` gives them. leaves: the names of the inputs.
    """
    pictures, alts = [], []
    for moment in moments:
        filled = {node for node in moment.nodes if moment.gradients and nodes[node] in leaves}
        colors = {node: YELLOW if node in filled else "white" for node in moment.nodes}
        fig, ax = plots.figure(width=5.6, height=4)
        plots.graph(ax, nodes, edges, dict.fromkeys(nodes) | colors)  # None: not there yet
        aside = ", gradients filled" if moment.gradients else ""
        ax.set_title(f"{moment.newest} begins with {moment.value:.3f}{aside}")
        pictures.append(fig)
        alts.append(f"The record has {len(moment.nodes)} nodes, and {moment.newest} begins with {moment.value:.3f}{aside}.")
    stepper.walk([moment.line for moment in moments], pictures, alts)


def side_by_side(runs):
    """Draw when each product ran. runs: {title: bars (branch, start in ms, end in ms, "forward" or "back")}."""
    fig, axes = plots.figure(len(runs), 1, width=9, height=1.05 * len(runs), sharex=True)
    said = []
    for ax, (title, bars) in zip(axes, runs.items()):
        color = (plots.TORCH if "PyTorch" in title else plots.TF)["color"]
        for branch, start, end, kind in bars:
            ax.barh("ab".index(branch), end - start, left=start, edgecolor="white", color=color,
                    alpha=1.0 if kind == "forward" else 0.55)
        said.append(f"{title}: {exhibits.overlap(bars):.0%} overlap, {exhibits.duration(bars):.0f} ms")
        ax.set(title=said[-1], yticks=[0, 1], yticklabels=["branch a", "branch b"])
    axes[-1].set_xlabel("milliseconds since the first product began; pale: on the way back")
    plots.show(fig, alt=f"The products of two branches as bars over time. {'; '.join(said)}.")
