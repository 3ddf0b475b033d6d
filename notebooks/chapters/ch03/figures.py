"""The drawings of chapter 3, each with its alternative text. Everything comes in as plain data: no framework is imported."""
from helpers import plots

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
