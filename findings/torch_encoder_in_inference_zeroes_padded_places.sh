#!/usr/bin/env bash
# torch 2.13.0: what TransformerEncoder returns at padded places depends on whether gradients are on.
#
# Guess: with one input and one padding mask, eval() gives one answer; no_grad only saves memory.
# Behavior: without gradients the encoder packs the batch, leaves padded places out and fills them with zeros afterwards; with gradients it
#   computes them like the others. A mean over all places, or the last place, is then another number; the unpadded places agree.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"${PYTHON:-python3}" -m venv environment
environment/bin/python -m pip --quiet --disable-pip-version-check install torch==2.13.0 numpy==2.4.6
environment/bin/python - 2> errors <<'PYTHON' | tee seen || { cat errors; exit 1; }
import torch

torch.manual_seed(0)
layer = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
encoder = torch.nn.TransformerEncoder(layer, 2).eval()
x = torch.randn(2, 5, 8)
padded = torch.tensor([[False, False, False, True, True], [False, False, True, True, True]])

with_gradients = encoder(x, src_key_padding_mask=padded).detach()
with torch.no_grad():
    without = encoder(x, src_key_padding_mask=padded)

print(f"torch {torch.__version__}")
print("guess: equal everywhere")
print("equal where not padded:   ", torch.allclose(with_gradients[~padded], without[~padded], atol=1e-5))
print("zeros where it was padded:", "with gradients", bool((with_gradients[padded] == 0).all()),
      "| without", bool((without[padded] == 0).all()))
PYTHON
grep -q "not padded:    True" seen && grep -q "with gradients False | without True" seen || { echo "changed"; exit 1; }
