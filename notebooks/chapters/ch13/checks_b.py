"""Lesson 13b: three ports with a planted fault each, and a Fourier transform in place of a convolution."""
import numpy as np

from helpers.course import missing
from helpers.course.judging import Exercise, function, short

# Exercise 13.3: three broken ports

FAULTS = ("gates in another order", "kernel turned round", "bias left out", "padding at one side", "none")
RIGHT = {"A": "gates in another order", "B": "kernel turned round", "C": "bias left out"}


def broken(values, weights):
    """{port: a Keras network's weights with a fault}. values: the right ones by path; weights: those they were made from."""
    [bias] = (name for name in values if name.endswith("cell/bias"))
    [third] = (name for name in values if name.endswith("conv3/kernel"))
    [first] = (array for name, array in weights.items() if name.endswith("bias_ih"))
    return {
        "A": {name: in_onnx_order(array) if "cell/" in name else array for name, array in values.items()},
        "B": {**values, third: values[third][::-1]},
        "C": {**values, bias: first},
    }


def in_onnx_order(array):
    """Gates input, forget, candidate, output along the last axis, as ONNX orders them: input, output, forget, candidate."""
    i, f, g, o = np.split(array, 4, axis=-1)
    return np.concatenate([i, o, f, g], axis=-1)


def _judge_ports(answer):
    missing.need(answer)  # where the ports could not be made
    if not (isinstance(answer, dict) and answer.keys() == RIGHT.keys()):
        return "answer must be a dict with one entry for each port: {'A': ..., 'B': ..., 'C': ...}."
    for name, said in answer.items():
        if not isinstance(said, str) or said.strip() not in FAULTS:
            return f"port {name}: {short(said)} is none of {', '.join(FAULTS)}."
        if said.strip() != RIGHT[name]:
            return f"port {name}: look at which layer differs first, and which of the faults could be in that layer."
    return None


# Exercise 13.4: the front end of a network as a Fourier transform

def front_end(x, window, left=0, mode="reflect", spectrum=np.abs, step=128, turned=False):
    """Magnitudes (batch, 4, 129) of windows of 256 samples, each 128 on, of x (batch, 576) with 64 more at the right."""
    x = np.pad(x, [(0, 0), (left, 64 - left)], mode=mode)
    frames = np.stack([x[:, start:start + 256] for start in range(0, 385, step)], 1)
    found = spectrum(np.fft.rfft(frames * window))
    return found.swapaxes(1, 2) if turned else found


def sounds_and_window(rng):
    return rng.normal(size=(3, 576)), rng.uniform(0.1, 1, 256)


EXERCISES = {
    "13.3": Exercise(_judge_ports, (
        "Put one port's weights into `spare`, run `tf_side.activations(spare, chunk, state)`, and compare with `right`.",
        "`port.show_comparison(port.first_difference(yours, right))` names the layer. In A and C it is the same one: what "
        "do the likely causes say?",
        "Gates can only be out of order in the layer that has gates. A kernel that is turned round is one of the causes "
        "that the kit tries. What is left has a right kernel, and still another sum.")),
    "13.4": function("tf", front_end, sounds_and_window, suspects={
        "the 64 samples belong at the right end, not at the left": lambda x, w: front_end(x, w, left=64),
        "all 64 samples belong at the right end: yours are shared out": lambda x, w: front_end(x, w, left=32),
        "the end is filled with zeros: PyTorch's pad mirrors it": lambda x, w: front_end(x, w, mode="constant"),
        "the last sample is in the mirror, too: `reflect` does not repeat it":
            lambda x, w: front_end(x, w, mode="symmetric"),
        "the window is missing: each frame is multiplied by it": lambda x, w: front_end(x, np.ones(256)),
        "that is the power, the square of the magnitude: the root is missing":
            lambda x, w: front_end(x, w, spectrum=lambda z: abs(z) ** 2),
        "that is the real part alone: a magnitude needs both": lambda x, w: front_end(x, w, spectrum=np.real),
        "the magnitude of the real part alone: a magnitude needs both":
            lambda x, w: front_end(x, w, spectrum=lambda z: abs(z.real)),
        "the axes are PyTorch's, frequencies before time: Keras wants (batch, 4, 129)":
            lambda x, w: front_end(x, w, turned=True),
        "the window is turned round": lambda x, w: front_end(x, w[::-1]),
    }, hints=(
        "Four steps: mirror the end, cut frames, multiply by the window, transform and take the magnitude.",
        "`tf.pad(x, [(0, 0), (0, 64)], \"REFLECT\")`, then `tf.signal.frame(x, 256, 128)` gives (batch, 4, 256).",
        "`tf.abs(tf.signal.rfft(tf.signal.frame(x, 256, 128) * window))`, with the padded x.")),
}
