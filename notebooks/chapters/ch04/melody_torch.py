"""The layers of lesson 4b in PyTorch; `melody_tf` has the same."""
from torch import nn

from helpers import torch_side


def layers(weights):
    """An embedding, an LSTM and a linear layer in float64, on the CPU, with these weights (see melody.start_weights)."""
    count, inside = weights["vectors"].shape
    size = len(weights["recurrent"])
    embedding = nn.Embedding(count, inside).double()
    lstm = nn.LSTM(inside, size, batch_first=True).double()
    linear = nn.Linear(size, count).double()
    torch_side.set_weights(embedding, {"weight": weights["vectors"]})
    torch_side.set_weights(lstm, {
        "weight_ih_l0": weights["kernel"].T,  # PyTorch keeps outputs first,
        "weight_hh_l0": weights["recurrent"].T,
        "bias_ih_l0": weights["bias"],
        "bias_hh_l0": 0 * weights["bias"],  # and adds two biases: the second one stays 0, else each step moves both
    })
    lstm.bias_hh_l0.requires_grad_(False)
    torch_side.set_weights(linear, {"weight": weights["scores"].T, "bias": weights["scores bias"]})
    return embedding, lstm, linear


def trained(layers):
    """All parameters of the layers that training may change."""
    return [parameter for layer in layers for parameter in layer.parameters() if parameter.requires_grad]
