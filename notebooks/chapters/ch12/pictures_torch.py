"""Lesson 12a's loop in PyTorch, for the lessons after it. `pictures_tf` has the same functions."""
import numpy as np
import torch

from chapters.ch12 import pictures
from helpers import torch_side

torch.backends.cudnn.allow_tf32 = False  # full float32 on a GPU, as on a CPU


def conv(inputs, outputs, stride=1):
    """Lesson 12a's block, as a list of layers: a 3×3 convolution, its batch norm, ReLU."""
    return [
        torch.nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
        torch.nn.BatchNorm2d(outputs, eps=1e-3),
        torch.nn.ReLU(),
    ]


def begin(model, seed, device):
    """Give a model its start weights (`pictures.kernel`; biases 0) and put it on the device. Returns the model.

    NumPy draws them in TensorFlow's layout: (height, width, in, out) of a convolution, (in, out) of a dense layer.
    """
    kernels = [weight for weight in model.parameters() if weight.ndim > 1]
    for number, weight in enumerate(kernels):
        there, back = ((2, 3, 1, 0), (3, 2, 0, 1)) if weight.ndim == 4 else ((1, 0), (1, 0))
        drawn = pictures.kernel(number, weight.permute(there).shape, seed)
        weight.data.copy_(torch.from_numpy(drawn.transpose(back)))
    for name, weight in model.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.zeros_(weight)
    return model.to(device, memory_format=torch.channels_last)  # quicker on a CPU; the numbers mean the same


def outputs(model, x):
    """What a model gives for NumPy pictures (n, height, width, channels): maps with channels last, or (n, outputs)."""
    device = next(model.parameters()).device
    found = model(torch.from_numpy(x).to(device).permute(0, 3, 1, 2))
    return found.permute(0, 2, 3, 1) if found.ndim == 4 else found


def learn(model, loss, x, y, seed, epochs):
    """Train a model; loss: a function of outputs and targets. Returns a `pictures.Run`."""
    optimizer = torch.optim.Adam(model.parameters(), eps=1e-7, fused=True)
    model.train()
    losses, first, gradient = [], None, None
    for rate, some, targets in pictures.batches(x, y, seed, epochs):
        optimizer.param_groups[0]["lr"] = rate
        found = outputs(model, some)
        value = loss(found, torch.from_numpy(targets).to(found.device))
        optimizer.zero_grad()
        value.backward()
        if first is None:
            first = {"outputs": torch_side.to_numpy(found), "loss": torch_side.to_numpy(value)}
            gradient = torch_side.to_numpy(next(model.parameters()).grad).transpose(2, 3, 1, 0)
        optimizer.step()
        losses.append(value.detach())
    return pictures.Run(torch_side.to_numpy(torch.stack(losses)), first, gradient)


@torch.inference_mode()
def predict(model, x):
    """A trained model's outputs for pictures (n, height, width, channels), as NumPy, a hundred at a time."""
    model.eval()
    return np.concatenate([torch_side.to_numpy(outputs(model, x[k:k + 100])) for k in range(0, len(x), 100)])
