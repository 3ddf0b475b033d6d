"""The originals that converters get: a folder each, with the network in its formats, what it was asked and what it answered.

It runs in the course's environment: `python originals.py FOLDER`, a process of its own.
"""
import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import measure
import networks
import numpy as np
import onnxruntime
import torch

from helpers import ROOT
from helpers.machine import fetched

HERE = Path(__file__).resolve().parent
rng = np.random.default_rng(0)


def normal(*shape, scale=1.0):
    return rng.normal(size=shape, scale=scale).astype("float32")


def cases(folder, ask, inputs):
    """Ask an original, and keep what it answers. inputs: {how: list of arrays}."""
    for k, (how, arrays) in enumerate(inputs.items()):
        measure.keep(folder / f"case{k}.npz", how, arrays, ask(arrays))


def by_torch(model):
    """A function of a list of arrays that asks a network of PyTorch."""
    def ask(arrays):
        with torch.inference_mode():
            outputs = model(*(torch.from_numpy(array) for array in arrays))
        outputs = outputs.values() if isinstance(outputs, dict) else outputs
        return [output.numpy() for output in ([outputs] if torch.is_tensor(outputs) else outputs)]
    return ask


def by_onnx(path):
    """A function of a list of arrays that asks ONNX Runtime."""
    session = onnxruntime.InferenceSession(str(path))
    names = [each.name for each in session.get_inputs()]
    return lambda arrays: session.run(None, dict(zip(names, arrays)))


AS_CONVERTED, BATCH, LENGTH = "as converted", "a batch of 2", "another length"
SOUND = [normal(1, 576, scale=0.1), normal(2, 1, 128, scale=0.3)]
SOUNDS = [normal(2, 576, scale=0.1), normal(2, 2, 128, scale=0.3)]
SMALL = {
    "digits": (networks.Digits, {AS_CONVERTED: [normal(1, 1, 8, 8)], BATCH: [normal(2, 1, 8, 8)]}),
    "gates": (networks.Gates, {AS_CONVERTED: [normal(1, 12, 8)], BATCH: [normal(2, 12, 8)], LENGTH: [normal(1, 20, 8)]}),
    "mean": (networks.Mean, {AS_CONVERTED: [normal(1, 12, 8)], BATCH: [normal(2, 12, 8)], LENGTH: [normal(1, 20, 8)]}),
}


def small(folder, key):
    """A small network: its class for PyTorch, and an ONNX file whose batch and length are left open."""
    kind, inputs = SMALL[key]
    folder.mkdir()
    model = networks.small(kind)
    text = (HERE / "networks.py").read_text(encoding="utf-8")
    (folder / "network.py").write_text(f"{text}\n\nnetwork = {kind.__name__}().eval()\n", encoding="utf-8")
    torch.save(model.state_dict(), folder / "state.pt")
    [example] = inputs[AS_CONVERTED]
    free = {0: torch.export.Dim.DYNAMIC} | ({1: torch.export.Dim.DYNAMIC} if LENGTH in inputs else {})
    example = torch.from_numpy(np.concatenate([example] * 2))  # of a batch of one it would conclude that it is always one
    program = torch.onnx.export(model, (example,), input_names=["x"], dynamic_shapes=[free], verbose=False)
    program.save(folder / "model.onnx")
    cases(folder, by_torch(model), inputs)


def published(folder):
    """Both models that were fetched, in each format that their packages bring, and as lessons 13a and 13b wrote them."""
    home = fetched.folder("silero-vad") / "silero_vad" / "data"
    with_rate = [*SOUND, np.array(16000)]
    of_onnx("silero onnx", folder, home / "silero_vad.onnx", {
        AS_CONVERTED: with_rate, BATCH: [*SOUNDS, np.array(16000)],
        "8,000 samples a second": [SOUND[0][:, :288], SOUND[1], np.array(8000)]})
    script = folder / "silero script"
    script.mkdir()
    shutil.copy(home / "silero_vad.jit", script / "model.jit")
    model = torch.jit.load(home / "silero_vad.jit")
    with torch.inference_mode():
        heard = model(torch.from_numpy(SOUND[0][:, :512]), 16000).numpy()
    measure.keep(script / "case0.npz", AS_CONVERTED, [SOUND[0][:, :512], np.array(16000)], [heard])

    path = fetched.folder("basic-pitch") / "basic_pitch" / "saved_models" / "icassp_2022" / "nmp.onnx"
    pitches = {AS_CONVERTED: [normal(1, 43844, 1, scale=0.1)], BATCH: [normal(2, 43844, 1, scale=0.1)],
               "silence": [np.zeros((1, 43844, 1), "float32")]}
    of_onnx("basic-pitch onnx", folder, path, pitches)
    ported(folder / "basic-pitch network", "13a", "# ### Exercise 13.1", pitches, (
        "class ConstantQ", "class Loudness", "TIMES", "SHIFTS", "class Harmonics", "class Network", "network = ",
        "for layer in network.", "network.note", "network.strike"))
    ported(folder / "silero network", "13b", "# ### Exercise 13.3", {AS_CONVERTED: SOUND, BATCH: SOUNDS},
           ("class Silero(", "net_torch = Silero"), "network = net_torch\nnet_tf.save(folder + '/model.keras')\n")


def of_onnx(key, folder, path, inputs):
    """A published ONNX file."""
    (folder / key).mkdir()
    shutil.copy(path, folder / key / "model.onnx")
    cases(folder / key, by_onnx(path), inputs)


IMPORTS = "import numpy as np\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n"


def ported(folder, lesson, until, inputs, beginnings, more=""):
    """A network as a lesson writes it. Its cells up to a line run as a script, which leaves the weights; the statements
    that make the network, known by how they begin, become a file of their own. more: lines for the end of the script."""
    folder.mkdir()
    source, = (ROOT / "notebooks" / "chapters").glob(f"ch13/{lesson}_*.py")
    text = source.read_text(encoding="utf-8").partition(f"\n{until}")[0]
    made = [ast.get_source_segment(text, node) for node in ast.parse(text).body]
    made = [code for code in made if code.startswith(beginnings)]
    alias = more.partition("\n")[0] if more.startswith("network = ") else ""
    (folder / "network.py").write_text(IMPORTS + "\n\n".join([*made, alias]) + "\n", encoding="utf-8")
    end = f"\n\nimport sys\nfolder = sys.argv[1]\n{more}torch.save(network.state_dict(), folder + '/state.pt')\n"
    (folder / "lesson.py").write_text(text + end, encoding="utf-8")
    env = os.environ | {"SIDE_BY_SIDE_BUILD": str(folder / "build")}
    subprocess.run([sys.executable, folder / "lesson.py", folder], check=True, env=env, stdout=subprocess.DEVNULL)
    cases(folder, by_torch(measure.network(folder)), inputs)


def of_keras(folder):
    """Small networks in .keras files, and what Keras on TensorFlow answers."""
    layers = keras.layers
    pictures = keras.Sequential([
        keras.Input((8, 8, 1)), layers.Conv2D(8, 3, padding="same", activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"), layers.Flatten(), layers.Dense(10)])
    gates = keras.Sequential([keras.Input((None, 8)), layers.LSTM(6), layers.Dense(3)])
    means = keras.Sequential([keras.Input((6, 6, 1)), layers.AveragePooling2D(3, strides=2, padding="same")])
    for key, model, inputs in (
            ("digits keras", pictures, {AS_CONVERTED: [normal(1, 8, 8, 1)], BATCH: [normal(2, 8, 8, 1)]}),
            ("gates keras", gates, {AS_CONVERTED: [normal(1, 12, 8)], LENGTH: [normal(1, 20, 8)]}),
            ("means keras", means, {AS_CONVERTED: [normal(1, 6, 6, 1)], BATCH: [normal(2, 6, 6, 1)]})):
        keep_keras(folder / key, model, inputs)


def keep_keras(folder, model, inputs):
    """A file of Keras, and what its model answers."""
    folder.mkdir()
    model.save(folder / "model.keras")
    cases(folder, lambda arrays: [each.numpy() for each in measure.listed(model(*arrays))], inputs)


def main():
    """Make all originals in the folder that the command line names."""
    folder = Path(sys.argv[1]).resolve()
    for key in SMALL:
        small(folder / key, key)
    of_keras(folder)
    published(folder)


if __name__ == "__main__":
    main()
