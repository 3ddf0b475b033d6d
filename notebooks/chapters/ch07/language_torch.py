"""Lesson 7f's network and loop in PyTorch, for lesson 7g. `language_tf` has the same names."""
import math

import torch
from torch import nn

from chapters.ch07 import alice
from helpers import torch_side


class Attention(nn.Module):
    """Each place takes from itself and the places before it: (texts, places, width) to the same shape."""

    def __init__(self, width, heads=alice.HEADS):
        super().__init__()
        self.heads = heads
        self.causal = True
        self.inward = nn.Linear(width, 3 * width, bias=False)
        self.outward = nn.Linear(width, width, bias=False)

    def split(self, x):
        """Query, key and value of each place, three tensors (texts, heads, places, width / heads)."""
        texts, places, width = x.shape
        parts = self.inward(x).reshape(texts, places, 3, self.heads, width // self.heads)
        return parts.permute(2, 0, 3, 1, 4).unbind()

    def join(self, mixed):
        """What the heads found, side by side again, through the last layer."""
        return self.outward(mixed.transpose(1, 2).flatten(2))

    def forward(self, x):
        query, key, value = self.split(x)
        scores = query @ key.transpose(2, 3) / math.sqrt(query.shape[3])
        if self.causal:
            place = torch.arange(x.shape[1], device=x.device)
            earlier = place <= place[:, None]  # (looks, is looked at)
            scores = torch.where(earlier, scores, -math.inf)
        return self.join(torch.softmax(scores, dim=3) @ value)


class Block(nn.Module):
    """Attention, then two dense layers at each place; what they find is added to x."""

    def __init__(self, width):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-5)
        self.attention = Attention(width)
        self.norm2 = nn.LayerNorm(width, eps=1e-5)
        self.wide = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def think(self, x):
        return x + self.narrow(torch.relu(self.wide(self.norm2(x))))

    def forward(self, x):
        return self.think(x + self.attention(self.norm1(x)))


class Network(nn.Module):
    """Codes (texts, places) to scores of the next character (texts, places, characters)."""

    def __init__(self, characters, places, width=alice.WIDTH):
        super().__init__()
        self.characters = nn.Embedding(characters, width)
        self.positions = nn.Embedding(places, width)
        self.block1 = Block(width)
        self.block2 = Block(width)
        self.norm = nn.LayerNorm(width, eps=1e-5)
        self.last = nn.Linear(width, characters)

    def forward(self, codes):
        place = torch.arange(codes.shape[1], device=codes.device)
        x = self.characters(codes) + self.positions(place)
        x = self.block2(self.block1(x))
        return self.last(self.norm(x))


def network(weights, device, dtype="float32"):
    """The network that holds these weights (`alice.start_weights`), which tell its sizes."""
    characters, width = weights["characters.weight"].shape
    model = Network(characters, len(weights["positions.weight"]), width).to(getattr(torch, dtype))
    torch_side.set_weights(model, weights)
    return model.to(device)


def optimizer(model):
    return torch.optim.Adam(model.parameters(), lr=alice.RATE, betas=(1 - 2**-3, 1 - 2**-6), eps=2**-60, fused=True)


def loss_of(model, windows):
    """The mean loss of predicting each character of windows (texts, places + 1) from those before it: nats, a tensor."""
    scores = model(windows[:, :-1])
    return nn.functional.cross_entropy(scores.flatten(0, 1), windows[:, 1:].flatten())


def step(model, optimizer, windows):
    loss = loss_of(model, windows)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach()


def train(model, batches):
    """Train on each batch of windows, NumPy arrays of codes; returns the loss of each step, as floats."""
    device = next(model.parameters()).device
    adam = optimizer(model)
    losses = []
    for number, windows in enumerate(batches):
        adam.param_groups[0]["lr"] = alice.rate(number)
        losses.append(step(model, adam, torch.from_numpy(windows).to(device)))
    return torch.stack(losses).tolist()
