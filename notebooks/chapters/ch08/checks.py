"""The checks of chapter 8, distributed training."""
from helpers.course.judging import cases, function, value


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


def share(n, ranks, rank):
    """The indexes that torch.utils.data.DistributedSampler gives a rank, without shuffling: padded from the front."""
    total = -(-n // ranks) * ranks
    return [k % n for k in range(total)][rank::ranks]


SLIPS = {
    "the ranks get different numbers of examples, and the slower ones would wait for ever in an all-reduce: pad":
        lambda n, ranks, rank: list(range(n))[rank::ranks],
    "examples are left out: pad with the first ones instead of dropping the last":
        lambda n, ranks, rank: list(range(n // ranks * ranks))[rank::ranks],
    "those are blocks; the sampler deals like cards, rank 0 gets 0, then n, then 2n with n ranks":
        lambda n, ranks, rank: [k % n for k in range(-(-n // ranks) * rank, -(-n // ranks) * (rank + 1))],
    "pad with the first examples, not with the last one again":
        lambda n, ranks, rank: [min(k, n - 1) for k in range(-(-n // ranks) * ranks)][rank::ranks],
}


def whole_numbers(indexes):
    """What a learner's function may return, as a list: a range or an array will do."""
    return [int(k) for k in indexes]


def sizes_and_ranks():
    """Each rank's (n, ranks, rank), for sizes that divide evenly and sizes that do not."""
    return [(n, ranks, rank) for n, ranks in ((12, 4), (10, 4), (1415, 4), (9, 2), (11, 3)) for rank in range(ranks)]


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
        },
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
            "that is the time of a step in ms; asked for is how many times as fast it is": 75.0,
        },
        hints=("How long does a step take with four processes? Add up three terms.",
               "Only the computing shrinks: 180 / 4. The update and the all-reduce stay as they are.",
               "The step takes 45 + 20 + 10 ms. Divide the 200 ms of one process by that."), atol=0.01),
    "8.3": value(
        [ring(100, n) for n in (2, 4, 8)],
        suspects={
            "that is one round only: after adding up, the sums must go around too": [50, 75, 87.5],
            "that is what sending everything to everyone costs: the ring sends pieces": [100, 300, 700],
            "only n - 1 of the n pieces are sent in each round: a process keeps one": [200, 200, 200],
            "each step sends one piece, 1/n of the payload": [200, 600, 1400],
        },
        hints=("How large is a piece, and how many pieces does a process send in each of the two rounds?",
               "A piece is 100/n MB. In each round a process sends n - 1 pieces.",
               "2 · (n - 1) · 100 / n for n = 2, 4, 8.")),
    "8.4": cases(
        sizes_and_ranks, share, SLIPS, convert=whole_numbers,
        say=lambda given, right, got: (f"{got[:9]} where {right[:9]} is right, for {given[0]} examples, rank {given[2]} of "
                                       f"{given[1]}."),
        no_function="answer must be a function of n, ranks and rank.",
        hints=("Make the list of all indexes as long as a multiple of `ranks`, then deal.",
               "The padded length is `-(-n // ranks) * ranks`, and index `k` becomes `k % n`.",
               "Dealing is a slice with a step: `[rank::ranks]`.")),
}
