"""What the lessons of chapter 1 find, in words, and the tables that show it. Tensors come with the side they belong to."""
from helpers import show


def in_words(made, side):
    """dtype and numbers of a tensor, such as "int64: [2]"; or that it was refused, where `made` is the error's name."""
    if isinstance(made, str):
        return f"refused ({made})"
    array = side.to_numpy(made)
    return f"{array.dtype}: {array.tolist()}"


def axes(tensors):
    """The numbers of axes of the tensors in a dict, as "0, 1, 2"."""
    return ", ".join(str(tensor.ndim) for tensor in tensors.values())


def fate(mean, true_mean):
    """What became of the mean of whole numbers: "refused" (where mean says so), "kept", or "lost", that is cut."""
    if isinstance(mean, str):
        return mean
    return "kept" if abs(mean - true_mean) < 0.01 else "lost"


def table(what, said):
    """Show {case: (PyTorch's words, TensorFlow's words)} as a table. what: the title of its first column."""
    show.table([what, "PyTorch", "TensorFlow"], [(case, *both) for case, both in said.items()])


def agreement(found):
    """Show all that a lesson found, {what: (PyTorch's words, TensorFlow's words)}, and on how much of it they agree."""
    rows = [(what, *both, "yes" if both[0] == both[1] else "no") for what, both in found.items()]
    agree = sum(row[-1] == "yes" for row in rows)
    show.table(["what", "PyTorch", "TensorFlow", "agree"], rows,
               caption=f"What this run found: the frameworks agree on {agree} of {len(rows)} points")


def moved(unmoved):
    """What permuting the axes does, in words."""
    return "moves no number" if unmoved else "makes a new tensor"


def memory(shared):
    """Whether two things share memory, in words."""
    return "the same memory" if shared else "a copy"


def alias(second, now):
    """What a second name of an array holds, in words, after the first was changed. second, now: NumPy arrays."""
    return "y changes too" if (second == now).all() else "y keeps its numbers"
