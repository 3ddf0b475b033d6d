"""The figures of chapter 7. They take NumPy arrays and numbers, and compute their own alternative texts."""
import numpy as np

from helpers import plots

# Lesson 7a

def mistakes(form, with_own_form, without_own_form):
    """Bars of the nearest neighbor's mistakes in each form, with and without scans of that form. form: of each scan."""
    kinds = {"its own form is there": (np.array(with_own_form), plots.GRAY),
             "form never seen": (np.array(without_own_form), plots.OTHER["color"])}
    numbers = np.arange(1, form.max() + 1)
    fig, ax = plots.figure(width=8, height=2.8)
    for place, (name, (wrong, color)) in enumerate(kinds.items()):
        counts = [wrong[form == number].sum() for number in numbers]
        ax.bar(numbers + 0.4 * place - 0.2, counts, 0.4, label=name, color=color)
    ax.set(xlabel="form", ylabel="mistakes (scans)", xticks=numbers)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
    few, many = (wrong.sum() for wrong, _ in kinds.values())
    plots.show(fig, alt=f"Two bars for each of {len(numbers)} forms, the nearest neighbor's mistakes: {few} in all when its "
                        f"own form is there, {many} when no scan of the same form may be its neighbor.")


def orders(order_torch, order_tf):
    """The place in the file of each scan, in the order in which the two pipelines served them."""
    fig, axes = plots.figure(1, 2, width=8, height=2.9, sharey=True)
    said = []
    for ax, order, name, style in ((axes[0], order_torch, "DataLoader, shuffle=True", plots.TORCH),
                                   (axes[1], order_tf, "tf.data, shuffle(100)", plots.TF)):
        ax.plot(order, ".", markersize=2, color=style["color"])
        ax.set(title=name, xlabel="served as number")
        said.append(f"with {name} the first 64 come from places up to {order[:64].max()}")
    axes[0].set_ylabel("place in the file")
    plots.show(fig, alt=f"Place in the file against the order of serving, for {len(order_tf)} scans: {', '.join(said)}.")


def variants(scan, new):
    """A scan, and what augmentation made of it."""
    fig, axes = plots.figure(1, 1 + len(new), width=10, height=1)
    plots.images(axes, [scan, *new])
    plots.show(fig, alt=f"A scan of a digit, and {len(new)} augmented versions of it: turned, shifted, a little blurred.")


def watched(losses_torch, losses_tf, watched_torch, watched_tf):
    """The mean training loss and the accuracy on form 11 of each epoch. losses: of every step."""
    fig, (left, right) = plots.figure(1, 2, width=10, height=3.2)
    said = []
    for losses, shares, style in ((losses_torch, watched_torch, plots.TORCH), (losses_tf, watched_tf, plots.TF)):
        numbers = range(1, len(shares) + 1)
        left.plot(numbers, np.reshape(losses, (len(shares), -1)).mean(axis=1), **style)
        right.plot(numbers, [100 * share for share in shares], **style)
        said.append(f"{100 * shares[-1]:.0f} % in {style['label']}")
    left.set(xlabel="epoch", ylabel="training loss (nats)", title="forms 1 to 10, augmented")
    right.set(xlabel="epoch", ylabel="accuracy (%)", title="form 11, never trained on")
    left.legend()
    plots.show(fig, alt="Two plots against the epoch with one line for each framework: the training loss, and the accuracy "
                        f"on form 11, which ends at {' and '.join(said)}.")


def confusion(labels, scores_torch, scores_tf):
    """Two confusion matrices of the test scans: what was written, and what was read."""
    fig, axes = plots.figure(1, 2, width=10, height=4.4)
    said = []
    for ax, scores, style in ((axes[0], scores_torch, plots.TORCH), (axes[1], scores_tf, plots.TF)):
        read = scores.argmax(axis=1)
        table = np.zeros((10, 10), int)
        np.add.at(table, (labels, read), 1)
        ax.imshow(np.minimum(table, 6), cmap="Blues", vmax=12)
        for true, said_digit in np.argwhere(table):
            ax.text(said_digit, true, table[true, said_digit], ha="center", va="center",
                    weight="normal" if true == said_digit else "bold")
        ax.set(xticks=range(10), yticks=range(10), xlabel="read as", ylabel="written", title=style["label"])
        ax.grid(False)
        said.append(f"{(read == labels).sum()} lie on the diagonal in {style['label']}")
    plots.show(fig, alt=f"Two confusion matrices of ten by ten counts. Of {len(labels)} test scans {', '.join(said)}.")


def worst(pictures, labels, scores_torch, scores_tf, count=8):
    """The test scans for whose digit the scores lie furthest below the highest, in the framework that is worse."""
    places = np.arange(len(labels))
    margins = [scores[places, labels] - scores.max(axis=1) for scores in (scores_torch, scores_tf)]
    chosen = np.argsort(np.minimum(*margins), stable=True)[:count]
    titles = [f"written {labels[k]}\nPyTorch {scores_torch[k].argmax()}\nTensorFlow {scores_tf[k].argmax()}" for k in chosen]
    fig, axes = plots.figure(1, count, width=10, height=1.9)
    plots.images(axes, pictures[chosen], titles)
    plots.show(fig, alt=f"The {count} test scans that the networks get most wrong, each with the digit that was written and "
                        "what each framework reads.")


def some(digits, count=10):
    """The first test pictures of a set."""
    fig, axes = plots.figure(1, count, width=10, height=1.3)
    plots.images(axes, digits.x_test[:count])
    size = digits.x_test.shape[1]
    plots.show(fig, alt=f"The first {count} test pictures, each of {size} by {size} pixels.")


# Lesson 7d

def served(timings, scans):
    """Bars of the time that serving an epoch of so many scans took, one for each way of `timing.compare`."""
    fig, ax = plots.figure(width=8, height=2.9)
    ax.barh(list(timings), [1e3 * took.median for took in timings.values()], color=plots.GRAY)
    ax.set(xscale="log", xlim=(0.1, 1000), ylim=(len(timings) - 0.5, -0.5), xlabel=f"milliseconds to serve {scans:,} scans")
    shortest = min(timings, key=lambda name: timings[name].median)
    plots.show(fig, alt=f"Bars of the time that serving an epoch took, on a logarithmic axis, for {len(timings)} ways: the "
                        f"shortest is '{shortest}'.")


def ways(quickest, scans):
    """Bars of the scans trained on per second. quickest: {way: seconds of the fastest round, in which so many were}."""
    fig, ax = plots.figure(width=8, height=0.5 + 0.4 * len(quickest))
    colors = [(plots.TORCH if name.startswith("PyTorch") else plots.TF)["color"] for name in quickest]
    ax.barh(list(quickest), [scans / seconds for seconds in quickest.values()], color=colors)
    ax.set(xlabel="scans trained on per second", ylim=(len(quickest) - 0.5, -0.5))
    best = min(quickest, key=quickest.get)
    plots.show(fig, alt=f"Bars of the scans trained on per second, for {len(quickest)} ways of running a step: the longest "
                        f"is '{best}'.")


def memory(batches, grown):
    """The growth of memory in a step against the scans in a batch. grown: {framework: megabytes, one a batch size}."""
    fig, ax = plots.figure(width=6, height=3.2)
    said = []
    for name, style in (("PyTorch", plots.TORCH), ("TensorFlow", plots.TF)):
        ax.plot(batches, grown[name], **style)
        said.append(f"{grown[name][-1]:.0f} MB in {name}")
    ax.set(xlabel="scans in a batch", ylabel="growth of memory in a step (MB)", xlim=(0, None), ylim=(0, None))
    ax.legend()
    plots.show(fig, alt=f"Growth of memory in one step against the scans in a batch, a line for each framework; with "
                        f"{batches[-1]:,} scans it is {' and '.join(said)}.")


# Lesson 7f

def language(losses_torch, losses_tf, floor, unseen_torch, unseen_tf, mean=10):
    """The training losses of both (means of some steps), the bigram table's loss, and both on unseen text at the end."""
    fig, ax = plots.figure(width=8, height=3.2)
    for losses, unseen, style in ((losses_torch, unseen_torch, plots.TORCH), (losses_tf, unseen_tf, plots.TF)):
        steps = np.arange(mean, len(losses) + 1, mean)
        ax.plot(steps, np.reshape(losses[:steps[-1]], (-1, mean)).mean(axis=1), **{**style, "marker": ""})
        ax.plot([len(losses)], [unseen], linestyle="", marker=style["marker"], color=style["color"])
    ax.axhline(floor, color=plots.GRAY, linestyle=":", label="bigram table, unseen text")
    ax.set(xlabel="step", ylabel="loss (nats a character)", ylim=(1, 3.5))
    ax.legend()
    plots.show(fig, alt=f"Loss against the step, a line for each framework, and the bigram table's {floor:.2f} as a level "
                        f"line. At the end, on unseen text, PyTorch is at {unseen_torch:.2f} and TensorFlow at "
                        f"{unseen_tf:.2f} nats a character.")


# Lesson 7e

def stopped(watched_torch, watched_tf, patience):
    """The watched loss of each epoch until early stopping ended the training, with the epoch whose weights were kept."""
    fig, ax = plots.figure(width=7, height=3)
    for watched, style in ((watched_torch, plots.TORCH), (watched_tf, plots.TF)):
        ax.plot(range(1, len(watched) + 1), watched, **style)
    best = int(np.argmin(watched_tf)) + 1
    ax.axvline(best, color=plots.GRAY, linestyle=":")
    ax.annotate("kept", (best, max(watched_tf)), xytext=(4, -4), textcoords="offset points", color=plots.GRAY)
    ax.set(xlabel="epoch", ylabel="loss on form 11 (nats)")
    ax.legend()
    plots.show(fig, alt=f"The loss on form 11 against the epoch, one line for each framework, one on the other: lowest at "
                        f"epoch {best}, and no lower in the {patience} epochs after it, at which both end.")


# Lesson 7h

def moved(before, after):
    """Scans (n, 8, 8) above, and below what became of each when it was moved."""
    fig, axes = plots.figure(2, len(before), width=8, height=2.8)
    plots.images(axes, np.concatenate([before, after]))
    plots.show(fig, alt=f"Two rows of {len(before)} scans of digits: above as they were, below the same ones moved by up to "
                        "two pixels, with paper where they came from.")


# Lesson 7i

def transfer(questions):
    """The shares read right in each draw, by a frozen body with a new head and from scratch; a plot for each question.

    questions: {name: (PyTorch's shares (draws, 2), TensorFlow's)}; one may be missing.
    """
    fig, axes = plots.figure(1, len(questions), width=9, height=3.2, sharey=True)
    said = []
    for ax, (name, both) in zip(axes, questions.items()):
        for shares, style in zip(both, (plots.TORCH, plots.TF)):
            for pair in 100 * shares:
                ax.plot(["frozen body, new head", "from scratch"], pair, alpha=0.6, **style | {"label": None})
        means = 100 * np.mean(both, axis=(0, 1))
        said.append(f"{name}: {means[0]:.0f} % by the frozen body, {means[1]:.0f} % from scratch")
        ax.set(title=name, xlim=(-0.4, 1.4))
    axes[0].set_ylabel("read right (%)")
    handles = [axes[0].plot([], [], **style)[0] for style in (plots.TORCH, plots.TF)]
    axes[0].legend(handles=handles)
    plots.show(fig, alt="A plot for each question, with a line for each draw of twenty scans from the share read right by a "
                        f"frozen body to that from scratch, of both frameworks. Means: {'; '.join(said)}.")
