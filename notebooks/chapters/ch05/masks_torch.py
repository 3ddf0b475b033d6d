"""How nn.MultiheadAttention answers for a sequence that is all padding. `masks_tf` has the same function."""
import torch

from chapters.ch05 import masks
from helpers import torch_side


def answers(layer, x, real, expected):
    """{how the layer was asked: the kind of its answer for the last sequence}, which must be all padding.

    x: (batch, steps, numbers). real: (batch, steps), True where a step is no padding. expected: see `masks.expected`.
    """
    def ask(**options):
        result, _ = layer(x, x, x, key_padding_mask=~real, **options)
        return masks.kind(torch_side.to_numpy(result)[-1], *expected)

    found = {"nn.MultiheadAttention": ask(), "with need_weights=False": ask(need_weights=False)}
    layer.eval()
    with torch.no_grad():
        found["the same after eval(), under no_grad()"] = ask(need_weights=False)
    layer.train()
    return found
