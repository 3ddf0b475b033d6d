"""The drawings of chapter 3, each with its alternative text. Everything comes in as plain data: no framework is imported."""
import textwrap

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
