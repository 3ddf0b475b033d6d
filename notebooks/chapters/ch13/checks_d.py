"""Lesson 13d: faults that only some inputs see, and a tolerance from float32's own error."""
import numpy as np

from chapters.ch13 import probes
from helpers.course import missing
from helpers.course.comparing import one_number
from helpers.course.judging import Exercise, cases, short

# Exercise 13.7: three ports that agree at the exported size

HIDDEN = {"A": "length baked in", "B": "first of the batch for all", "C": "NaN becomes 0"}
BEGINS = {"A": "mean", "B": "conv", "C": "relu"}
"""The layer in which each fault begins."""


def ports(w):
    """{name: a port, function of x that gives its layers}: right for one input of any numbers, of the exported size."""
    missing.need(w)

    def port_of(fault):
        return lambda x: probes.layers(np.asarray(x), w, fault)

    return {name: port_of(fault) for name, fault in HIDDEN.items()}


def _judge_ports(answer):
    missing.need(answer)
    form = 'answer must be a dict with an entry for each port: {"A": (x, "layer"), "B": ..., "C": ...}.'
    if not (isinstance(answer, dict) and answer.keys() == HIDDEN.keys()):
        return form
    w = probes.weights(0)
    for name, given in answer.items():
        if not (isinstance(given, (tuple, list)) and len(given) == 2):
            return f"port {name}: {short(given)} is no pair of an input and a layer."
        x, layer = given
        if not (isinstance(x, np.ndarray) and x.dtype == np.float32 and x.ndim == 3 and x.shape[2] == probes.CHANNELS
                and 0 < x.size <= 1000):
            return f"port {name}: x must be a float32 array (batch, time, 8) of at most 1,000 numbers."
        if not isinstance(layer, str) or layer not in ("conv", "relu", "mean", "dense"):
            return f"port {name}: {short(layer)} is none of conv, relu, mean, dense."
        with np.errstate(all="ignore"):
            mine, right = (probes.layers(x, w, fault) for fault in (HIDDEN[name], ""))
        if not probes.differs(mine["dense"], right["dense"]):
            return f"port {name}: it is right for this input. What has no input been, so far: longer, several, broken?"
        if layer != BEGINS[name]:
            return f"port {name}: its first difference is in another layer; `port.first_difference` names it."
    return None


# Exercise 13.8: eight times the error of float32

def tolerance(network, inputs, factor=8, over=max, error=None):
    """factor times the largest difference between a network in float32 and in float64, over the inputs."""
    error = error or (lambda x: np.abs(network(x) - network(x.astype("float64"))).max())
    return factor * over([error(x) for x in inputs])


def networks():
    """Networks and inputs for them: the largest error is in the last input, or in the first, and may be below 0."""
    for trial in range(4):
        rng = np.random.default_rng(trial)
        kernel = rng.normal(size=(40, 3))
        sizes = [1.0, 30.0, 300.0] if trial % 2 else [300.0, 1.0, 30.0]
        inputs = [(rng.normal(size=(5, 40)) * size).astype("float32") for size in sizes]
        yield _network(kernel, -1 if trial > 1 else 1), inputs


def _network(kernel, sign):
    def network(x):
        array = np.asarray(x)
        return sign * np.abs(array @ kernel.astype(array.dtype))
    return network


def _largest(network):
    return lambda x: np.abs(network(x.astype("float64"))).max()


def _no_number(got):
    return "return one number." if got is None else None


def _alike(got, right):
    return bool(np.isclose(got, right, rtol=1e-3, atol=0))


def _off(given, right, got):
    return f"it should be {right:.3g} for a network of 40 inputs, yours is {got:.3g}."


def _signed(network):
    return lambda x: (network(x) - network(x.astype("float64"))).max()


def _mean_error(network):
    return lambda x: np.abs(network(x) - network(x.astype("float64"))).mean()


EXERCISES = {
    "13.7": Exercise(_judge_ports, (
        "All three are right for `short`. Try the other inputs of 13d.3 on each.",
        "A loop: for every port and every x of `inputs`, is `probes.differs(ports[name](x)[\"dense\"], ...)` true?",
        "One divides by a number that was right for 12 moments; one looks at the first of a batch; one answers to NaN.")),
    "13.8": cases(networks, tolerance, suspects={
        "the factor is missing: eight times the error": lambda n, xs: tolerance(n, xs, factor=1),
        "that is twice the error; the task says eight times": lambda n, xs: tolerance(n, xs, factor=2),
        "float64 begins with the input: what was computed in float32 stays as wrong as it is":
            lambda n, xs: 0.0,
        "that looks at the first input only: all inputs count": lambda n, xs: tolerance(n, xs[:1]),
        "that looks at the last input only: all inputs count": lambda n, xs: tolerance(n, xs[-1:]),
        "take absolute values: an error may be below 0": lambda n, xs: tolerance(n, xs, error=_signed(n)),
        "take the largest error, not the mean": lambda n, xs: tolerance(n, xs, error=_mean_error(n)),
        "take the largest error, not the mean over inputs": lambda n, xs: tolerance(n, xs, over=np.mean),
        "take the input with the largest error, not the sum": lambda n, xs: tolerance(n, xs, over=sum),
        "take the input with the largest error, not the least": lambda n, xs: tolerance(n, xs, over=min),
        "that is a share of the outputs, and no difference was measured":
            lambda n, xs: tolerance(n, xs, error=_largest(n), factor=8 * 2.0**-24),
        "a fixed number has no reason": lambda n, xs: 1e-5,
    }, say=_off, convert=one_number, unfit=_no_number, same=_alike,
        no_function="write a function of a function and a list: `def answer(network, inputs): ...`.", hints=(
        "For each input call the network twice: with x, and with x in float64.",
        "`x.astype(\"float64\")` goes into the network; the difference of both results, without its sign, is the error.",
        "`8 * max(np.abs(network(x) - network(x.astype(\"float64\"))).max() for x in inputs)`")),
}
