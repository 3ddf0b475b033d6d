"""Start weights into lesson 7e's and 7g's network in PyTorch. `toolbox_tf` has the same function."""
import torch


def load(model, start):
    """Copy start weights (`toolbox.start_weights`) into the first and the last layer, which PyTorch keeps as (out, in)."""
    with torch.no_grad():
        for layer, name in ((model[0], "first"), (model[-1], "last")):
            layer.weight.copy_(torch.from_numpy(start[name].T))
            layer.bias.copy_(torch.from_numpy(start[f"{name}_bias"]))
