"""Lesson 7i's reader in PyTorch: its start weights, and how much it reads right. `transfer_tf` has both as well."""
import torch


def load(model, start):
    """Set a reader back to its start (`transfer.start_weights`): the convolutions, the norms as new, and the head.

    PyTorch keeps kernels as (out, in, height, width), and a dense layer's weights as (out, in).
    """
    kernels = [layer for layer in model.modules() if isinstance(layer, torch.nn.Conv2d)]
    with torch.no_grad():
        for layer, name in zip(kernels, ("first", "second", "third")):
            layer.weight.copy_(torch.from_numpy(start[name].transpose(3, 2, 0, 1)))
        for layer in model.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.reset_parameters()
            if isinstance(layer, torch.nn.Linear):
                load_head(layer, start)


def load_head(head, start):
    """Set a linear layer to the start weights of a head, without bias."""
    with torch.no_grad():
        head.weight.copy_(torch.from_numpy(start["head"].T))
        head.bias.zero_()


def share(model, x, y):
    """The share of scans x, float64 (n, ...), that a model in the mode for use reads as y, int (n,).

    The model stays in that mode.
    """
    model.eval()
    with torch.inference_mode():
        scores = model(torch.from_numpy(x))
    return float((scores.numpy().argmax(axis=1) == y).mean())
