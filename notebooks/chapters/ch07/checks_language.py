"""Lessons 7f and 7g: a test for looking ahead, a character drawn, the size of a cache."""
import numpy as np

from helpers.course.comparing import whole_number
from helpers.course.judging import Exercise, call, cases, short

# Exercise 7.7: does a network look ahead?

PLACES = 7


def _table(seed, shape):
    return np.random.default_rng(seed).normal(size=shape)


def looking_back(codes):
    """Scores (texts, places, 5) that depend on a place's own code and all before it, each with a weight of its own."""
    rows = _table(1, (5, 5))[codes] * _table(2, (PLACES, 1))
    return np.cumsum(rows, axis=1)


def looking_at(place, ahead):
    """A network whose `place` alone sees, besides what is allowed, the code that many places further on."""
    def model(codes):
        scores = looking_back(codes)
        scores[:, place] += 0.01 * _table(3, (5, 5))[codes[:, place + ahead]]
        return scores
    return model


def looking_everywhere(codes):
    scores = looking_back(codes)
    scores[:, :-1] += _table(4, (5, 5))[codes[:, 1:]]
    return scores


def rounding(codes):
    """Causal, with differences of the size of rounding in float32 all over."""
    return looking_back(codes) + 1e-8 * codes.sum()


NETWORKS = (
    (looking_back, True, "a network that only looks back is refused: a change may reach its own place and later ones"),
    (rounding, True, "a network that only looks back is refused, for differences of 0.00000001: those count as equal"),
    (looking_everywhere, False, "a network passes in which each place sees the next character"),
    (looking_at(PLACES - 2, 1), False, "a network passes in which the last place but one sees the last character"),
    (looking_at(0, 1), False, "a network passes whose first place alone sees the second character: change each in turn"),
    (looking_at(3, 1), False, "a network passes whose fourth place alone sees the next character: change each in turn"),
    (looking_at(1, 4), False, "a network passes whose second place sees four places on: compare all places before a change"),
)
"""(network, whether it only looks back, what to say of who is wrong about it)"""


def _judge_ahead(answer):
    if not callable(answer):
        return "answer must be a function: write def answer(model, codes): above."
    wrong = []
    for texts in (1, 3):
        codes = np.random.default_rng(texts).integers(5, size=(texts, PLACES))
        for network, right, say in NETWORKS:
            got, problem = call(answer, network, codes.copy())
            if problem:
                return problem
            if not isinstance(got, (bool, np.bool_)):
                return f"it gives {short(got)}: return True or False."
            if got != right:
                wrong.append((say, right))
    if len(wrong) == 2 * len(NETWORKS):
        return "that is the other way round: True for a network that only looks back."
    return wrong[0][0] + "." if wrong else None


# Exercise 7.8: draw a character

def drawn(scores, number, temperature):
    """The first place at which the sum of the probabilities softmax(scores / temperature) exceeds number."""
    shares = np.exp((scores - scores.max()) / temperature)
    return int(np.searchsorted(np.cumsum(shares / shares.sum()), number, side="right"))


def draws():
    """Scores (6,), a number from 0 to 1, a temperature; two of them with large scores, and one with a temperature of 1."""
    rng = np.random.default_rng(0)
    found = []
    for temperature in (1.0, 0.5, 2.0, 0.25, 0.5, 1.5, 2.0, 0.75):
        found += [(rng.normal(size=6), float(rng.uniform()), temperature) for _ in range(4)]
    return [*found, (1000 + rng.normal(size=6), 0.4, 1.0), (rng.normal(size=6) - 1000, 0.6, 0.5)]


def _softmax(scores):
    shares = np.exp(scores - scores.max())
    return shares / shares.sum()


DRAWS = {
    "the temperature is left out: divide the scores by it": lambda s, u, t: drawn(s, u, 1.0),
    "divide the scores by the temperature; they were multiplied": lambda s, u, t: drawn(s, u, 1 / t),
    "divide the scores by the temperature, not the probabilities: their sum must stay 1":
        lambda s, u, t: min(len(s) - 1, int(np.searchsorted(np.cumsum(_softmax(s) / t), u, side="right"))),
    "that is the most probable character, whatever the number": lambda s, u, t: int(np.argmax(s)),
    "that is one place too far: count the sums that do not exceed the number":
        lambda s, u, t: drawn(s, u, t) + 1,
    "that is one place too early: the sum must exceed the number":
        lambda s, u, t: drawn(s, u, t) - 1,
    "the probabilities are to stay in the order of the characters: do not sort them":
        lambda s, u, t: int(np.argsort(-s)[drawn(np.sort(s)[::-1], u, t)]),
}


def _say_drawn(arguments, right, got):
    scores, number, temperature = arguments
    sums = np.cumsum(_softmax(scores / temperature))
    return (f"with the sums {np.round(sums, 3).tolist()} and the number {number:.3f} it is character {right}, yours gives "
            f"{got}.")


# Exercise 7.9: the size of a cache

def cache_bytes(texts, places, blocks, width, size):
    """Bytes of the keys and values of all places, in all blocks."""
    return 2 * texts * places * blocks * width * size


def caches():
    return [(1, 256, 2, 64, 4), (8, 2048, 12, 768, 2), (3, 100, 1, 32, 4), (1, 1, 5, 16, 8), (5, 10, 2, 6, 2)]


CACHES = {
    "there are keys and values, both": lambda t, p, b, w, s: t * p * b * w * s,
    "each text has a cache of its own": lambda t, p, b, w, s: 2 * p * b * w * s,
    "each block has keys and values of its own": lambda t, p, b, w, s: 2 * t * p * w * s,
    "those are numbers; each takes `size` bytes": lambda t, p, b, w, s: 2 * t * p * b * w,
    "queries are not kept: nobody asks an old question again": lambda t, p, b, w, s: 3 * t * p * b * w * s,
    "a place keeps one key and one value, not one for each other place": lambda t, p, b, w, s: 2 * t * p * p * b * w * s,
}


def _say_bytes(arguments, right, got):
    texts, places, blocks, width, size = arguments
    return (f"with texts={texts}, places={places}, blocks={blocks}, width={width}, size={size} it is {right} bytes, yours "
            f"gives {got}.")


EXERCISES = {
    "7.7": Exercise(_judge_ahead, (
        "If a character changes, which scores may change? Those at its own place and at later ones.",
        "Change the characters of one place, call the model again, and compare the scores of all places before it.",
        "Loop over `place` from 1; `changed = codes.copy()`, `changed[:, place] = (changed[:, place] + 1) % 5`, and compare "
        "`[:, :place]`.")),
    "7.8": cases(draws, drawn, DRAWS, say=_say_drawn, convert=whole_number,
                 no_function="answer must be a function: write def answer(scores, number, temperature): above.",
                 hints=(
        "Softmax makes probabilities of scores: `np.exp(scores)`, divided by their sum. Where does the temperature go?",
        "`np.cumsum` adds the probabilities up; the last sum is 1. Take off the largest score first, or `exp` overflows.",
        "The place of the first sum that exceeds the number is `np.searchsorted(sums, number, side=\"right\")`.")),
    "7.9": cases(caches, cache_bytes, CACHES, say=_say_bytes, convert=whole_number,
                 no_function="answer must be a function: write def answer(texts, places, blocks, width, size): above.",
                 hints=(
        "What does a place leave behind in one block, for one text? A key and a value.",
        "A key has `width` numbers: all heads together.",
        "Two, times texts, places, blocks, width, and the bytes of a number.")),
}
