"""Start weights into lesson 7e's and 7g's network in Keras. `toolbox_torch` has the same function."""


def load(model, start):
    """Copy start weights (`toolbox.start_weights`) into the first and the last layer, which Keras keeps as (in, out)."""
    for layer, name in ((model.layers[0], "first"), (model.layers[-1], "last")):
        layer.set_weights([start[name], start[f"{name}_bias"]])
