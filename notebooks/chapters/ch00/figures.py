"""The drawings of chapter 0, each with its alternative text. Everything comes in as NumPy arrays and plain numbers."""
import numpy as np

from helpers import plots


def first_ten(digits):
    """Draw the first ten training pictures with their labels above. digits: a `data.Digits`."""
    fig, axes = plots.figure(columns=10, width=9.5, height=1.3)
    plots.images(axes, digits.x_train[:10], titles=digits.y_train[:10])
    shown = ", ".join(map(str, digits.y_train[:10]))
    plots.show(fig, alt=f"Ten gray pictures of handwritten digits in a row, coarse but readable: {shown}.")


def ink(true_ink, ink_torch, ink_tf):
    """Draw the ink that each framework reports against the true ink, integer arrays (N,), a mark a picture."""
    fig, ax = plots.figure(width=7, height=3)
    for reported, style, size in ((ink_torch, plots.TORCH, 40), (ink_tf, plots.TF, 14)):
        ax.scatter(true_ink, reported, s=size, color=style["color"], marker=style["marker"], label=style["label"])
    ax.axvline(255.5, color=plots.GRAY, linewidth=1, linestyle=":")
    ax.annotate("255, the largest uint8", (255.5, 150), xytext=(5, 0), textcoords="offset points", color=plots.GRAY)
    ax.set(xlabel="ink in a picture, counted by NumPy (sixteenths)", ylabel="ink, says the framework")
    ax.legend()
    where = [f"{style['label']}'s marks lie on the diagonal "
             + ("everywhere" if np.array_equal(reported, true_ink) else "up to 255, then begin again at 0 and climb")
             for reported, style in ((ink_torch, plots.TORCH), (ink_tf, plots.TF))]
    plots.show(fig, alt=f"Reported ink against true ink. {'; '.join(where)}.")


def learned(losses_torch, losses_tf, share):
    """Draw the loss of both against the step. share: of the test pictures that are read correctly."""
    fig, ax = plots.figure(width=7, height=2.6)
    ax.plot(losses_torch, **plots.TORCH | {"marker": "", "linewidth": 4, "alpha": 0.5})
    ax.plot(losses_tf, **plots.TF | {"markevery": max(1, len(losses_tf) // 15)})
    ax.set(xlabel="step", ylabel="loss (nats)", title=f"{share:.1%} of the test pictures read correctly")
    ax.legend()
    together = "on top of each other" if np.allclose(losses_torch, losses_tf, atol=1e-6) else "apart"
    plots.show(fig, alt=f"The loss against the step: it falls from {losses_torch[0]:.2f} to {losses_torch[-1]:.2f}, and the "
                        f"lines of PyTorch and TensorFlow lie {together}.")


def misread(digits, read):
    """Draw up to ten test pictures that are read wrongly. digits: a `data.Digits`; read: the digits read, (N,)."""
    wrong = np.flatnonzero(read != digits.y_test)
    wrong = wrong[::max(1, len(wrong) // 10)][:10]  # from all over the test, not one hand's alone
    titles = [f"{read[k]}, is {digits.y_test[k]}" for k in wrong]
    fig, axes = plots.figure(columns=10, width=9.5, height=1.3)
    plots.images(axes, digits.x_test[wrong], titles=titles)
    plots.show(fig, alt=f"Test pictures with what was read in them above: {'; '.join(titles)}.")


def wheels(fit, pythons):
    """Draw for which computers and Pythons there is a wheel. fit: {(release, computer, python): file or None}."""
    releases, computers = (list(dict.fromkeys(key[k] for key in fit)) for k in (0, 1))
    fig, axes = plots.figure(1, len(releases), width=9.5, height=2.9, sharey=True)
    for ax, release in zip(axes, releases):
        style = plots.TORCH if release.startswith("torch") else plots.TF
        for row, computer in enumerate(computers):
            for python in pythons:
                mark = {"marker": style["marker"], "markersize": 10, "color": style["color"]}
                if not fit[release, computer, python]:
                    mark = {"marker": "x", "markersize": 5, "color": plots.GRAY}
                ax.plot(python[1], row, **mark)
        ax.axvspan(10.5, 13.5, color=plots.GRAY, alpha=0.12, linewidth=0)
        ax.set(title=release, xlabel="Python version", xlim=(pythons[0][1] - 0.5, pythons[-1][1] + 0.5), ylim=(4.6, -0.6))
        ax.set_xticks([python[1] for python in pythons], [f"3.{python[1]}" for python in pythons])
    axes[0].set_yticks(range(len(computers)), computers)
    counts = [f"{release}: {sum(bool(file) for key, file in fit.items() if key[0] == release)}" for release in releases]
    lacking = [f"{release} on {computer}" for release in releases for computer in computers
               if not any(fit[release, computer, python] for python in pythons)]
    plots.show(fig, alt=f"Grids of {len(computers)} kinds of computer against {len(pythons)} Pythons, a mark where there is "
                        f"a wheel, a small cross where not; the course's Pythons are shaded. Marks for {', '.join(counts)}; "
                        f"none at all for {', '.join(lacking)}.")
