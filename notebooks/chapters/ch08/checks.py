"""The checks of chapter 8, distributed training."""
import numbers
import tempfile
from pathlib import Path

from chapters.ch08 import checks_c, checks_f
from helpers.course.judging import Exercise, call, cases, function, short, value


def combine(gradients, counts):
    """The gradient of a whole batch from those of its shards (shards, parameters) and their sizes (shards,)."""
    return (gradients * counts[:, None]).sum(axis=0) / counts.sum()


def shards(rng):
    """Gradients of four shards, and how many examples each has."""
    return rng.normal(size=(4, 3)), rng.integers(1, 65, size=4).astype(float)


def speedup(computing, update, all_reduce, processes):
    """How many times as fast a step is in several processes as in one; times in milliseconds, see exercise 8.2."""
    return (computing + update) / (computing / processes + update + all_reduce)


def ring(payload, processes):
    """What each process sends in a ring all-reduce: 2 (n - 1) / n of the payload (Patarasuk and Yuan, 2009)."""
    return 2 * (processes - 1) / processes * payload


def interval(save, crash):
    """Seconds from save to save that lose least, by Young's rule (1974), for seconds of a save and from crash to crash."""
    return (2 * save * crash) ** 0.5


def bytes_kept(billions, parts):
    """GB that a rank keeps of so many billion float32 weights, their gradients and Adam's two averages, cut in `parts`."""
    return billions * 4 * 4 / parts


def share(n, ranks, rank):
    """The indexes that torch.utils.data.DistributedSampler gives a rank, without shuffling: padded from the front."""
    total = -(-n // ranks) * ranks
    return [k % n for k in range(total)][rank::ranks]


SLIPS = {
    "the front is dealt once more, but with more than twice as many ranks as examples that is not enough":
        lambda n, ranks, rank: (list(range(n)) + list(range(n))[:-n % ranks])[rank::ranks],
    "the ranks get different numbers of examples, and those with more would wait for ever for the others: pad":
        lambda n, ranks, rank: list(range(n))[rank::ranks],
    "examples are left out: pad with the first ones instead of dropping the last":
        lambda n, ranks, rank: list(range(n // ranks * ranks))[rank::ranks],
    "those are blocks; the sampler deals like cards: rank 0 gets 0, then `ranks`, then 2 * `ranks`":
        lambda n, ranks, rank: [k % n for k in range(-(-n // ranks) * rank, -(-n // ranks) * (rank + 1))],
    "where `ranks` divides `n` nothing is padded":
        lambda n, ranks, rank: [k % n for k in range((n // ranks + 1) * ranks)][rank::ranks],
    "pad with the first examples, not with the last one again":
        lambda n, ranks, rank: [min(k, n - 1) for k in range(-(-n // ranks) * ranks)][rank::ranks],
}


def whole_numbers(indices):
    """What a learner's function may return, as a list: a range or an array will do."""
    return list(indices)


def no_index(indices):
    """Why a list cannot hold indices, or None."""
    odd = next((k for k in indices if not isinstance(k, numbers.Integral) or isinstance(k, bool)), None)
    return None if odd is None else f"an index is a whole number, and {short(odd)} is none."


SIZES = ((12, 4), (10, 4), (1415, 4), (9, 2), (11, 3), (3, 8))
"""(examples, ranks): some divide evenly, some do not, and once there are more ranks than examples."""


def sizes_and_ranks():
    """Each rank's (n, ranks, rank), for the SIZES."""
    return [(n, ranks, rank) for n, ranks in SIZES for rank in range(ranks)]


class Killed(BaseException):
    """Stands for a SIGKILL in the middle of a save: no `except Exception` catches it."""


def judge_one_move(answer):
    """Exercise 8.5: None when the file `checkpoint` is the last whole one, whatever happens in a save; else the cause."""
    if not callable(answer):
        return "answer must be a function of save and folder."
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        halfway = []  # what `checkpoint` held in the middle of a save: what a kill would leave

        def held():
            kept = folder / "checkpoint"
            return kept.read_text(encoding="utf-8") if kept.is_file() else None

        def save(text):
            def write(path):
                Path(path).write_text("half of it", encoding="utf-8")
                halfway.append(held())
                if text == "killed":
                    raise Killed
                Path(path).write_text(text, encoding="utf-8")
            return write

        for text in ("first", "second", "killed", "last"):
            before = held()
            try:
                _, problem = call(answer, save(text), folder)
            except Killed:
                problem = None
            problem = problem or _problem_of_save(text, before, halfway, held())
            if problem:
                return problem
            halfway.clear()
        return None


def _problem_of_save(text, before, halfway, after):
    """What is wrong with what `checkpoint` held before a save of this text, in the middle of it, and after it; or None."""
    if before and None in halfway:
        return "no checkpoint at all is there while the new one is written: leave the old one alone until then."
    if "half of it" in halfway:
        return "half a checkpoint is left when `save` is killed: let it write under another name."
    if text == "killed" and after != before:
        return "the old checkpoint is gone after an error in `save`: rename only what is whole, without `finally`."
    if after is None:
        return "no file `checkpoint` is in the folder after a save that nobody killed."
    if text != "killed" and after != text:
        return "after a second save the file `checkpoint` does not hold what that save wrote."
    return None


EXERCISES = {
    "8.1": function(
        "tf", combine, shards,
        suspects={
            "that is the plain mean over shards: a shard of 2 examples counts as much as one of 60":
                lambda gradients, counts: gradients.mean(axis=0),
            "the weights are there, but you divide by the number of shards instead of the number of examples":
                lambda gradients, counts: (gradients * counts[:, None]).mean(axis=0),
            "that is a sum; a mean over examples is asked for":
                lambda gradients, counts: (gradients * counts[:, None]).sum(axis=0),
            "you sum over parameters; sum over shards, the first axis":
                lambda gradients, counts: (gradients * counts[:, None]).sum(axis=1) / counts.sum(),
            "not every batch has 64 examples: divide by the sum of `counts`":
                lambda gradients, counts: (gradients * counts[:, None]).sum(axis=0) / 64,
        },
        dtype="float64", atol=1e-12,
        hints=("`sum(dim=0)` has a counterpart among the functions that begin with `tf.reduce_`.",
               "`tf.reduce_sum(..., axis=0)`; a new axis is written `counts[:, None]` in TensorFlow too.",
               "`tf.reduce_sum(gradients * counts[:, None], axis=0) / tf.reduce_sum(counts)`")),
    "8.2": value(
        speedup(180, 20, 10, 4),
        suspects={
            "that is the ideal line: the update is not split, and the all-reduce comes on top": 4.0,
            "you left out the all-reduce": speedup(180, 20, 0, 4),
            "the update is not split: every process does all of it": 200 / (180 / 4 + 20 / 4 + 10),
            "the all-reduce is not split: its 10 ms are what each process waits": 200 / (180 / 4 + 20 + 10 / 4),
            "all wait at the same time, for one all-reduce: count it once": speedup(180, 20, 40, 4),
            "all wait at the same time, so count the all-reduce once, not three times": speedup(180, 20, 30, 4),
            "that is the time of a step in ms; asked for is how many times as fast it is": 75.0,
            "one process waits for nobody: its step takes 200 ms": 210 / 75,
            "that is upside down: how much of the old time a step takes": 75 / 200,
            "two digits behind the point are asked for": 2.7,
        },
        hints=("How long does a step take with four processes? Add up three terms.",
               "Only the computing shrinks: 180 / 4. The update and the all-reduce stay as they are.",
               "The step takes 45 + 20 + 10 ms. Divide the 200 ms of one process by that."),
        atol=0.005),
    "8.3": value(
        [ring(100, n) for n in (2, 4, 8)],
        suspects={
            "that is one round only: after adding up, the sums must go around too": [50, 75, 87.5],
            "that is sending everything to everyone, or all processes together in one round: the ring sends pieces, asked "
            "for is one process, and there are two rounds": [100, 300, 700],
            "those are pieces; a piece has 100 / n megabytes": [2, 6, 14],
            "only n - 1 of the n pieces are sent in each round: a process keeps one": [200, 200, 200],
            "that is what all processes send together, or whole payloads instead of pieces: asked for is one process, "
            "and a piece is 1/n": [200, 600, 1400],
        },
        hints=("How large is a piece, and how many pieces does a process send in each of the two rounds?",
               "A piece is 100/n MB. In each round a process sends n - 1 pieces.",
               "2 · (n - 1) · 100 / n for n = 2, 4, 8.")),
    "8.4": cases(
        sizes_and_ranks, share, SLIPS, convert=whole_numbers, unfit=no_index,
        say=lambda given, right, got: (f"{got[:9]} where {right[:9]} is right, for {given[0]} examples, rank {given[2]} of "
                                       f"{given[1]}."),
        no_function="answer must be a function of n, ranks and rank.",
        hints=("Make the list of all indexes as long as a multiple of `ranks`, then deal.",
               "The padded length is `-(-n // ranks) * ranks`, and index `k` becomes `k % n`.",
               "Dealing is a slice with a step: `[rank::ranks]`.")),
    "8.5": Exercise(
        judge_one_move,
        ("Under which name may `save` write, so that the old checkpoint stays as it is?",
         "Save to `folder / \"checkpoint.new\"` first. Which line makes that file the checkpoint?",
         "`new.replace(folder / \"checkpoint\")`, after `save(new)`.")),
    "8.6": value(
        interval(60, 1000 * 3600 / 500),
        suspects={
            "that is for one machine: of 500 machines one fails 500 times as often": interval(60, 1000 * 3600),
            "the factor 2 is missing: a crash destroys half an interval on average": interval(30, 1000 * 3600 / 500),
            "that is the square of it: take the root": interval(60, 1000 * 3600 / 500) ** 2,
            "seconds are asked for, those are minutes": interval(60, 1000 * 3600 / 500) / 60,
            "that is how long it is from crash to crash": 7200.0,
            "a save takes a minute, which is 60 seconds": interval(1, 1000 * 3600 / 500),
            "929.52 is nearer to 930: round it instead of cutting it off": 929.0,
        },
        hints=("How long is it from crash to crash, when any of 500 machines stops all?",
               "M = 1000 · 3600 / 500 = 7200 s. Set 60 / T equal to T / (2 · 7200).",
               "T² = 2 · 60 · 7200: take the square root."), atol=0.5),
    "8.7": value(
        [bytes_kept(2, 1), bytes_kept(2, 8)],
        suspects={
            "those are the weights alone: gradients and Adam's two averages are kept as well": [8.0, 1.0],
            "the optimizer is missing: Adam keeps two averages for each weight": [16.0, 2.0],
            "Adam keeps two averages for each weight, not one": [24.0, 3.0],
            "with DDP every rank keeps all of it": [4.0, 4.0],
            "that is what all eight ranks keep together": [256.0, 32.0],
            "those are bytes; billions of them are asked for": [32e9, 4e9],
            "with FSDP2 a rank keeps an eighth of everything, gradients and averages too": [32.0, 25.0],
        },
        hints=("For each weight: how many numbers are kept besides the weight itself?",
               "Weight, gradient, and Adam's two averages: 4 numbers of 4 bytes for each of the 2 billion.",
               "16 bytes times 2 billion is 32 GB; FSDP2 leaves each of the 8 ranks an eighth.")),
    "8.8": value(
        [4 * 8, 13 // 8, 13 % 8],
        suspects={
            "ranks are not dealt like cards: the first machine has ranks 0 to 7": [32, 1, 3],
            "nodes and local ranks are counted from 0, not counted from 1": [32, 2, 6],
            "node and local rank have changed places": [32, 5, 1],
            "that is the rank among all; its node has ranks 0 to 7 of its own": [32, 1, 13],
            "the world size is the number of all ranks, not of machines": [4, 1, 5],
        },
        hints=("Which ranks does the first machine have, and which the second?",
               "The first has 0 to 7, the second 8 to 15.",
               "`13 // 8` is the node, `13 % 8` the local rank; the world size is `4 * 8`.")),
    **checks_c.EXERCISES,
    **checks_f.EXERCISES,
}
