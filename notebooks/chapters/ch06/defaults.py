"""The defaults of optimizers that both frameworks have, compared; `defaults_torch` and `defaults_tf` read them."""
import inspect

from helpers import show

MEANINGS = {
    "lr": "rate", "learning_rate": "rate",
    "eps": "epsilon", "epsilon": "epsilon", "epsilon_2": "epsilon 2",
    "alpha": "rho", "rho": "rho",
    "beta_1": "beta 1", "beta_2": "beta 2", "beta2_decay": "beta 2 decay", "beta_2_decay": "beta 2 decay",
    "momentum": "momentum", "nesterov": "nesterov", "centered": "centered", "amsgrad": "amsgrad",
    "weight_decay": "weight decay", "initial_accumulator_value": "start of the sum",
    "d": "clip threshold", "clip_threshold": "clip threshold", "ns_steps": "steps of Newton-Schulz",
}
"""{an argument's name in either framework: one name for what it means}"""


def of_signature(optimizer):
    """{meaning: default} of an optimizer's class, for the arguments that MEANINGS knows."""
    found = {}
    for name, parameter in inspect.signature(optimizer.__init__).parameters.items():
        value = parameter.default
        if name == "betas":
            found["beta 1"], found["beta 2"] = value
        elif name == "eps" and isinstance(value, tuple):  # Adafactor's two
            found["epsilon 2"] = value[1]
        elif name in MEANINGS:
            found[MEANINGS[name]] = 0.0 if name == "weight_decay" and value is None else value  # None is Keras's word for 0
    return found


def optimizers(module, base):
    """{name in small letters: {meaning: default}} of all optimizers in a module, which are the subclasses of `base`."""
    classes = inspect.getmembers(module, inspect.isclass)
    return {name.lower(): of_signature(kind) for name, kind in classes if issubclass(kind, base) and kind is not base}


def differences(in_torch, in_tf):
    """{optimizer: {meaning: (PyTorch's default, Keras's)}} of the optimizers in both; only what differs, so perhaps {}."""
    found = {}
    for name in sorted(in_torch.keys() & in_tf.keys()):
        mine, theirs = in_torch[name], in_tf[name]
        found[name] = {what: (mine[what], theirs[what]) for what in mine if what in theirs and mine[what] != theirs[what]}
    return found


def show_table(different):
    """Display what `differences` gives, a row for each number that differs."""
    rows = [(name, what, f"{mine:g}", f"{theirs:g}")
            for name, numbers in different.items() for what, (mine, theirs) in numbers.items()]
    rows += [(name, "nothing differs", "", "") for name, numbers in different.items() if not numbers]
    show.table(["optimizer", "number", "PyTorch", "Keras"], sorted(rows), caption="Defaults that differ")
