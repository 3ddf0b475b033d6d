"""How Keras's MultiHeadAttention answers for a sequence that is all padding. `masks_torch` has the same function."""
from chapters.ch05 import masks
from helpers import tf_side


def answers(layer, x, real, expected):
    """{how the layer was asked: the kind of its answer for the last sequence}, which must be all padding.

    x: (batch, steps, numbers). real: (batch, steps), True where a step is no padding. expected: see `masks.expected`.
    """
    allowed = real[:, None]
    plain = layer(x, x, attention_mask=allowed)
    with_scores, _ = layer(x, x, attention_mask=allowed, return_attention_scores=True)
    return {"layers.MultiHeadAttention": masks.kind(tf_side.to_numpy(plain)[-1], *expected),
            "with return_attention_scores=True": masks.kind(tf_side.to_numpy(with_scores)[-1], *expected)}
