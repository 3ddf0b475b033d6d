"""Writes data/alice.safetensors: the weights of lesson 7g, trained by lesson 7f's network and loss with 128 positions.

Run: python data/scripts/alice_model.py, from the course's environment; it takes two minutes of one core. The same
steps on another processor, or with another release of PyTorch, give weights that differ in their last digits, and in the
end in all of them.
"""
import hashlib
from pathlib import Path

import torch
from safetensors.numpy import save
from tqdm import tqdm

from chapters.ch07 import alice, language_torch
from helpers import torch_side

STEPS = 4000
PLACES = 128

if __name__ == "__main__":
    torch.set_num_threads(1)
    characters, learn, unseen = alice.split()
    model = language_torch.network(alice.start_weights(0, len(characters), PLACES), "cpu")
    optimizer = language_torch.optimizer(model)
    highest = optimizer.param_groups[0]["lr"]
    watched = torch.from_numpy(alice.side_by_side(unseen, PLACES))
    batches = alice.windows(learn, STEPS, PLACES, seed=0, count=8)
    for number, windows in enumerate(tqdm(batches, total=STEPS)):
        optimizer.param_groups[0]["lr"] = highest * (1 - number / STEPS)  # the rate falls to nothing
        loss = language_torch.step(model, optimizer, torch.from_numpy(windows))
        if (number + 1) % 500 == 0:
            with torch.inference_mode():
                tqdm.write(f"{number + 1}: {loss:.3f}, unseen {language_torch.loss_of(model, watched):.3f}")
    weights = {name: array.astype("float16") for name, array in torch_side.get_weights(model).items()}
    made = save(weights)
    Path(__file__).parents[1].joinpath("alice.safetensors").write_bytes(made)
    print(hashlib.sha256(made).hexdigest(), "", "alice.safetensors")
