"""Convolutions in float64 that take little memory.

In float32 PyTorch convolves with oneDNN. In float64 it first copies all windows of all inputs: 340 MB for one sound in
lesson 13a's largest layer, whose 172·264 windows hold 936 numbers each.
"""
import torch
import torch.nn.functional as F
from torch.overrides import TorchFunctionMode

NUMBERS = 2**16
"""The most numbers that the windows of a slice hold (0.5 MB), unless one row of the result needs more. Slices of 8 MB cost
up to 130 MB more, in some runs and not in others."""


class Slices(TorchFunctionMode):
    """In this block PyTorch's convolutions take a slice of one input at a time. The numbers are the same."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        own = {F.conv1d: conv1d, F.conv2d: conv2d}.get(function, function)
        return own(*args, **(kwargs or {}))


def conv1d(x, kernel, bias=None, stride=(1,), padding=(0,), dilation=(1,), groups=1):
    """`F.conv1d`, as a convolution of pictures that are one pixel wide."""
    def pair(given, across):
        return (given if isinstance(given, int) else given[0], across)
    padding = padding if padding == "same" else pair(padding, 0)
    return conv2d(x[..., None], kernel[..., None], bias, pair(stride, 1), padding, pair(dilation, 1), groups)[..., 0]


def conv2d(x, kernel, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
    """`F.conv2d` of pictures x (batch, channels, height, width), a few rows of the result at a time."""
    reach = [far * (size - 1) for far, size in zip(dilation, kernel.shape[2:])]  # from a window's first row to its last
    before = [one // 2 for one in reach] if padding == "same" else padding
    after = [one - one // 2 for one in reach] if padding == "same" else padding
    x = F.pad(x, (before[1], after[1], before[0], after[0]))
    count = (x.shape[2] - reach[0] - 1) // stride[0] + 1
    rows = max(1, NUMBERS // (kernel[0].numel() * x.shape[3]))

    def part(picture, first):
        end = min(first + rows, count)
        cut = picture[:, first * stride[0]:(end - 1) * stride[0] + reach[0] + 1]
        return F.conv2d(cut, kernel, bias, stride, 0, dilation, groups)
    return torch.stack([torch.cat([part(picture, first) for first in range(0, count, rows)], dim=1) for picture in x])
