"""What attention answers for a sequence that is all padding, in words. Loads no framework."""
import numpy as np

from helpers import show


def shares(query, key, may_look=True):
    """Attention's shares of one sequence: query and key (steps, numbers), may_look (steps, steps) or True for all."""
    scores = np.where(may_look, query @ key.T / query.shape[-1] ** 0.5, -np.inf)
    parts = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return parts / parts.sum(axis=-1, keepdims=True)


def kind(found, nothing, mean, unmasked):
    """Which of four answers was found: NaN, `nothing`, the mean of all values, or what comes without a mask.

    found: the result for the empty sequence, (steps, numbers); the other three are what it is compared with. Raises
    ValueError for a fifth answer.
    """
    if np.isnan(found).all():
        return "NaN"
    known = {"zeros": nothing, "the mean of all values": mean, "as if nothing were blocked": unmasked}
    for answer, numbers in known.items():
        if np.allclose(found, numbers, atol=1e-6):
            return answer
    raise ValueError(f"neither NaN nor {', nor '.join(known)}: {found[0]}")


def expected(x, weight, bias, out_weight, out_bias):
    """What nn.MultiheadAttention with these arrays and 2 heads gives for the last sequence of x: the arguments of `kind`.

    Where all shares are 0 the last bias is left; where they are equal, the mean of the values goes through the last weight.
    """
    query, key, value = np.split(x[-1] @ weight.T + bias, 3, axis=-1)
    heads = zip(*(np.split(rows, 2, axis=-1) for rows in (query, key, value)))
    mixed = np.concatenate([shares(q, k) @ v for q, k, v in heads], axis=-1)
    mean = value.mean(axis=0, keepdims=True)
    return out_bias[None], mean @ out_weight.T + out_bias, mixed @ out_weight.T + out_bias


def table(answers):
    """Show {how the layer was asked: the kind of its answer}."""
    show.table(["asked", "the empty sentence gets"], list(answers.items()))
