"""Lesson 11e: which numbers of pictures a file really takes."""
import numpy as np

from helpers.course.judging import cases, short


def files():
    """Functions of pictures as files are: one takes all sizes, others raise, mix pictures up, or see only the first."""
    pictures = np.random.default_rng(0).uniform(size=(8, 3, 3)).astype("float32")
    kernel = np.random.default_rng(1).normal(size=(9, 10))

    def good(x):
        return x.reshape(len(x), 9) @ kernel

    def up_to(most):
        def ask(x):
            if len(x) > most:
                raise RuntimeError(f"the batch may be {most} at most, not {len(x)}")
            return good(x)
        return ask

    def first_for_all(x):
        return np.repeat(good(x)[:1], len(x), axis=0)

    def first_only(x):
        return good(x)[:1]

    def over_the_batch(x):
        return good(x - (x.mean(axis=0) if len(x) > 2 else 0))

    def odd_sizes(x):
        if len(x) % 2 == 0:
            raise ValueError("an odd batch is wanted")
        return good(x) + (0.01 if len(x) == 5 else 0)

    for ask in (good, up_to(4), first_for_all, first_only, over_the_batch, odd_sizes):
        yield ask, pictures, (1, 2, 5, 3, 4)
    yield first_only, np.repeat(pictures[:1], 8, axis=0), (1, 2, 5, 3, 4)  # one row equals each of many


def taken(ask, pictures, sizes, fits=None):
    """The sizes for which ask answers for each picture as for that picture alone."""
    fits = fits or (lambda together, singly: together.shape == singly.shape and np.allclose(together, singly, atol=1e-4))
    found = []
    for n in sizes:
        singly = np.concatenate([ask(pictures[k:k + 1]) for k in range(n)])
        together = _ask(ask, pictures[:n])
        if together is not None and fits(together, singly):
            found.append(n)
    return found


def _ask(ask, pictures):
    try:
        return np.asarray(ask(pictures))
    except (RuntimeError, ValueError):
        return None


def until_the_first_no(ask, pictures, sizes):
    """The sizes before the first that is not taken."""
    right = taken(ask, pictures, sizes)
    return [n for k, n in enumerate(sizes) if list(sizes[:k + 1]) == right[:k + 1]]


def whole_list(got):
    """The answer as a list of whole numbers; raises where it is none."""
    return [int(n) for n in got]


def _say(given, right, got):
    return f"of the sizes {short(given[2])}, one file takes {short(right)}; yours says {short(got)}."


def _none(together, singly):
    return True


EXERCISES = {
    "11.8": cases(files, taken, suspects={
        "compare the scores, not only how many rows there are":
            lambda *given: taken(*given, fits=lambda a, b: len(a) == len(b)),
        "an answer is not yet a right one: compare it with asking one by one": lambda *given: taken(*given, fits=_none),
        "that looks at the first picture only; the others may get its scores":
            lambda *given: taken(*given, fits=lambda a, b: len(a) == len(b) and np.allclose(a[0], b[0], atol=1e-4)),
        "a size that is not taken says nothing of the next: go on": until_the_first_no,
        "compare the scores, not the digits that are read": lambda *given: taken(
            *given, fits=lambda a, b: a.shape == b.shape and (a.argmax(1) == b.argmax(1)).all()),
        "keep the order of sizes": lambda *given: sorted(taken(*given)),
        "those are the sizes that it does not take":
            lambda ask, x, sizes: [n for n in sizes if n not in taken(ask, x, sizes)],
        "one row fits every shape when NumPy compares: compare shapes, too":
            lambda *given: taken(*given, fits=lambda a, b: np.allclose(a, b, atol=1e-4)),
    }, say=_say, convert=whole_list,
        no_function="write a function: `def answer(ask, pictures, sizes): ...`.", hints=(
        "For each n: what does it answer for the first n at once, and what for each of them alone?",
        "`try` around the call with n pictures; `except (RuntimeError, ValueError): continue`.",
        "`together.shape == singly.shape and np.allclose(together, singly, atol=1e-4)`, where singly is concatenated.")),
}
