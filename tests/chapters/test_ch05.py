"""Chapter 5: a weight carried wrongly turns its verdict, and what texts and exercises call right is right."""
import inspect
from pathlib import Path
from types import SimpleNamespace

import torch  # isort: skip  (before TensorFlow, as everywhere)
import keras
import nbformat
import numpy as np
import pytest
from torch import nn

import cells
import family
import pipeline
import slices
from chapters.ch05 import backends, checks, figures
from chapters.ch05.workers import keras_elsewhere
from helpers import parity, process, tf_side, torch_side
from helpers.course.missing import NotInstalled

slow = pytest.mark.slow
layers = keras.layers


# Rules for carrying weights: what a small change of each does to the verdicts

CHANGES = [  # (lesson, in a rule, what stands there instead, the verdict that turns)
    ("05c", "    return [weight.T, bias]", "    return [weight.T + 1e-6, bias]", "a dense layer, by the rule"),
    ("05c", "weight.transpose(2, 3, 1, 0), bias", "weight.transpose(3, 2, 1, 0), bias", "a convolution, by the rule"),
    ("05c", "return [weight, bias, mean, variance]", "return [weight, bias, variance, mean]", "batch norm, by the rule"),
    ("05c", "return [kernel.T, bias]", "return [kernel.T + 1e-6, bias]", "rebuilt in PyTorch['Linear']"),
    ("05c", "kernel.transpose(3, 2, 0, 1)", "kernel.transpose(3, 2, 1, 0)", "rebuilt in PyTorch['Conv2d']"),
    ("05c", "return [gamma, beta, mean,", "return [beta, gamma, mean,", "rebuilt in PyTorch['BatchNorm2d']"),
    ("05c", "return list(arrays)", "return list(arrays)[::-1]", "rebuilt in Keras['LayerNorm']"),
    ("05c", "turned = apart.transpose(2, 3, 1, 0)", "turned = apart.transpose(3, 2, 1, 0)", "the scores, by four rules"),
    ("05d", "[second, first, new]", "[first, second, new]", "a GRU carried with care"),
    ("05d", "np.stack([swap_gates(bias_x), swap_gates(bias_h)])", "np.stack([swap_gates(bias_h), swap_gates(bias_x)])",
     "a GRU carried with care"),
    ("05d", "bias_x + bias_h", "bias_x", "an LSTM of PyTorch"),
    ("05d", "return [*weights, swap_gates(bias_x), swap_gates(bias_h)]",
     "return [*weights, swap_gates(bias_h), swap_gates(bias_x)]", "GRU of Keras"),
    ("05d", "return [kernel.T, recurrent.T, bias,", "return [kernel.T, recurrent.T + 1e-6, bias,", "LSTM of Keras"),
    ("05f", "block.T.reshape(8, 2, 4)", "block.reshape(8, 2, 4)", "attention of PyTorch"),
    ("05f", "for kernel in (query, key, value)]", "for kernel in (key, query, value)]", "attention of Keras"),
    ("05f", "joined = out.reshape(8, 8).T", "joined = out.reshape(8, 8)", "attention of Keras"),
]


def changed(lesson):
    """A lesson's opening, then for each change the cells that one of its verdicts needs, with the change made.

    Returns (notebook, {index of a verdict cell: what it must say}).
    """
    source, = pipeline.sources([lesson])
    steps = [cell for cell in pipeline.learner(pipeline.read(source)).cells if cell.cell_type == "code"]
    opening = [k for k, cell in enumerate(steps) if {"setup", "parameters"} & set(pipeline.tags(cell))]
    nb, expected = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(steps[k].source) for k in opening]), {}
    for _, old, new, said in (change for change in CHANGES if change[0] == lesson):
        touched, = (k for k, cell in enumerate(steps) if old in cell.source)
        judged = next(k for k, cell in enumerate(steps) if k > touched and "verdict" in pipeline.tags(cell)
                      and (" of Keras," if said.endswith(" of Keras") else said.partition("['")[0]) in cell.source)
        for k in slices.needed(steps, {judged}):
            if k not in opening:
                nb.cells.append(nbformat.v4.new_code_cell(steps[k].source.replace(old, new)))
        nb.cells[-1].metadata["tags"] = ["raises-exception"]
        expected[len(nb.cells) - 1] = said
    return nb, expected


@slow
@pytest.mark.parametrize("lesson", ["05c", "05d", "05f"])
def test_a_weight_that_is_carried_wrongly_turns_the_verdict(lesson, begun, monkeypatch):
    nb, expected = changed(lesson)
    kernel, variable = begun
    monkeypatch.setenv(*variable)
    done = pipeline.execute(nb, kernel=kernel)
    assert expected
    for index, said in expected.items():
        errors = [f"{out.ename}: {out.evalue}" for out in done.cells[index].outputs if out.output_type == "error"]
        assert len(errors) == 1 and errors[0].startswith("ParityError") and said in errors[0], f"{said!r}: {errors}"


# Verdicts turn with what was seen

@pytest.mark.parametrize("own, forward, verdict", [
    (["hidden", "out"], 0.0, "HELD"), (["hidden"], 0.0, "PARTLY"), (["hidden"], 1.0, "NO LONGER")])
def test_the_verdict_on_a_class_follows_its_layers_and_its_call(own, forward, verdict):
    net = SimpleNamespace(named_children=lambda: [(name, None) for name in own], forward=lambda x: torch.tensor([forward]))
    found = cells.judge("05a", "by_forward", net_torch=net, x_torch=None, class_torch=np.array([0.0], "float32"), nn=nn,
                        NetTorch=SimpleNamespace, new_torch=4, torch_side=torch_side)
    assert found == {"C46": verdict, "C47": "HELD", "C48": "HELD"}


@pytest.mark.parametrize("new, old, same, inside, verdicts", [
    ("AttributeError: a", "AttributeError: b", True, False, "NO LONGER, HELD, NO LONGER, PARTLY"),
    ("it works: 1", "AttributeError: b", True, True, "HELD, HELD, HELD, HELD"),
    ("it works: 1", "it works: 1", False, False, "HELD, NO LONGER, NO LONGER, NO LONGER")])
def test_the_verdicts_on_keras_follow_what_was_found(new, old, same, inside, verdicts):
    dense = object()
    tf = SimpleNamespace(__file__="site/tensorflow/__init__.py", keras=SimpleNamespace(
        __name__="keras", Sequential=keras.Sequential, layers=SimpleNamespace(Dense=dense if same else object())))
    home = SimpleNamespace(__file__=f"site/{'tensorflow/' if inside else ''}keras/__init__.py")
    found = cells.judge("05b", "same_layer", new=new, old=old, tf=tf, keras=home, layers=SimpleNamespace(Dense=dense),
                        Path=Path)
    assert ", ".join(found[claim] for claim in ("C52", "C53", "C50", "C19")) == verdicts


@pytest.mark.parametrize("loaded, here, verdict", [
    (["torch"], "tensorflow", "PARTLY"), (["tensorflow", "torch"], "tensorflow", "HELD"), (["torch"], "torch", "NO LONGER")])
def test_the_verdict_on_the_backend_follows_what_was_loaded(loaded, here, verdict):
    report = {"losses": [1.0], "loaded": loaded, "ancestors": [], "value_type": "", "kernel_shape": [64, 32],
              "backend": "torch"}
    found = cells.judge("05b", "loads_tf", asks=["P5.6"], on_torch=report, losses_here=[1.0], nn=nn,
                        keras=SimpleNamespace(backend=SimpleNamespace(backend=lambda: here)))
    assert found == {"C49": verdict, "P5.6": "b"}


@pytest.mark.parametrize("means, loss, letter", [(1.0, 2.0, "a"), (1.0, 3.0, "b"), (1.5, 2.0, "c"), (1.5, 3.0, "d")])
def test_one_file_two_answers(means, loss, letter):
    report = {"means": [means], "loss": loss}
    here = np.array([1.0], "float32")
    found = cells.judge("05b", "means_there", asks=["P5.7"], on_torch=report, means_here=here, loss_here=2.0)
    assert found == {"P5.7": letter}


# Keras elsewhere

@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """(the task, what the process with Keras on PyTorch reports), with a file as lesson 5b makes it."""
    file = tmp_path_factory.mktemp("file") / "small.keras"
    space = {"keras": keras, "layers": layers, "session": SimpleNamespace(fresh_folder=lambda lesson: file.parent)}
    lesson = cells.read("05b", pipeline.learner)
    text = lesson[cells.find(lesson, "small")].source
    cells.execute(text, text, "<the file>", space)
    rng = np.random.default_rng(0)
    task = {"x": rng.normal(size=(20, 64)).astype("float32"), "y": rng.integers(0, 10, 20), "steps": 5,
            "weights": [rng.normal(size=shape) / 8 for shape in ((64, 32), (32,), (32, 10), (10,))], "file": space["file"]}
    return task, backends.run("torch", task)


@slow
def test_keras_on_pytorch_loads_no_tensorflow_and_trains_to_the_same_losses(asked):
    task, report = asked
    assert report["backend"] == "torch" and "tensorflow" not in report["loaded"] and "torch" in report["loaded"]
    assert report["kernel_shape"] == [64, 32] and "torch.nn.modules.module.Module" in report["ancestors"]
    _, losses = keras_elsewhere.train(task["x"], task["y"], task["weights"], task["steps"])
    parity.same(np.array(report["losses"]), np.array(losses), atol=1e-5)
    assert losses[-1] < losses[0]
    weights = [array.copy() for array in task["weights"]]
    weights[0][3, 4] += 0.1
    _, others = keras_elsewhere.train(task["x"], task["y"], weights, task["steps"])
    with pytest.raises(parity.ParityError):
        parity.same(np.array(report["losses"]), np.array(others), atol=1e-5)


@slow
def test_one_file_answers_as_its_weights_say_where_keras_computes(asked):
    """The means away from the edge agree; on TensorFlow the loss is that of the scores, elsewhere it is cut off."""
    task, report = asked
    means, loss = keras_elsewhere.ask(task["file"])
    picture = 2.0 * np.arange(36).reshape(6, 6)
    inside = [picture[:3, :3].mean(), picture[:3, 2:5].mean(), picture[2:5, :3].mean(), picture[2:5, 2:5].mean()]
    assert np.allclose(means[[0, 1, 3, 4]], inside) and np.allclose(np.array(report["means"])[[0, 1, 3, 4]], inside)
    shares = np.exp(means.astype("float64") - means.max())
    assert loss == pytest.approx(-np.log(shares[0] / shares.sum()), rel=1e-5)
    assert report["loss"] == pytest.approx(-np.log(1e-7), rel=1e-5)


def test_a_backend_that_is_not_installed(monkeypatch, capsys):
    monkeypatch.setattr(backends, "find_spec", lambda name: None)
    assert backends.run("jax", {}) is None and "NOT MEASURED" in capsys.readouterr().out
    with pytest.raises(NotInstalled):
        backends.run("torch", {})
    assert backends.phrases(None) is None
    backends.table(np.array([1.0, 2.0]), 3.0, {"PyTorch": {"means": [1.0, 2.5], "loss": 4.0}, "JAX": None})
    said = capsys.readouterr().out
    assert "2.50" in said and "NOT MEASURED" in said


@slow
def test_legacy_layers_work_only_with_tf_keras():
    task = {"x": [[1.0, 2.0]], "kernel": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "bias": [0.5, 0.25, 0.0]}
    report, = process.run("ch05/legacy_layers", task, timeout=family.LONG, env={"TF_USE_LEGACY_KERAS": "1"})
    if report["installed"]:
        assert report["output"] == [[9.5, 12.25, 15.0]] and "deprecated" in report["warning"]
    else:
        assert report == {"installed": False}


# What the texts say

def test_a_frozen_batch_norm_learns_averages_until_eval():
    norm = nn.BatchNorm1d(3).requires_grad_(False)
    norm(torch.ones(4, 3))
    assert norm.running_mean.tolist() == pytest.approx([0.1] * 3)
    norm.eval()(torch.ones(4, 3))
    assert norm.running_mean.tolist() == pytest.approx([0.1] * 3)


def test_a_sequence_beside_a_list_trains_without_a_word():
    class Half(nn.Module):
        def __init__(self):
            super().__init__()
            self.steps = [nn.Linear(2, 2)]
            self.last = nn.Linear(2, 1)
    assert len(torch.optim.SGD(Half().parameters(), lr=0.1).param_groups[0]["params"]) == 2


def test_a_gru_without_reset_after_is_another_function():
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    after, before = layers.GRU(2, reset_after=True), layers.GRU(2, reset_after=False)
    after.build(x.shape)
    before.build(x.shape)
    kernel, recurrent, biases = after.get_weights()  # biases: zeros
    before.set_weights([kernel, recurrent, biases[0]])
    assert parity.gap(tf_side.to_numpy(after(x)), tf_side.to_numpy(before(x))) > 1e-4


@pytest.mark.parametrize("heads, size", [(2, 4), (2, 3)])
@slow
def test_attention_agrees_once_the_rounding_of_its_scale_is_told_to_pytorch(heads, size):
    """Keras rounds 1/sqrt(key_dim) to float32, which shows unless it is a power of two: the lesson takes key_dim=4."""
    width, rng = heads * size, np.random.default_rng(0)
    x = rng.normal(size=(3, 5, width))
    module = nn.MultiheadAttention(width, heads, batch_first=True, dtype=torch.float64)
    torch_side.set_weights(module, {key: rng.normal(size=a.shape) for key, a in torch_side.get_weights(module).items()})
    weight, bias, out_weight, out_bias = torch_side.get_weights(module).values()
    pairs = zip(np.split(weight, 3), np.split(bias, 3))
    split = [a for w, b in pairs for a in (w.T.reshape(width, heads, size), b.reshape(heads, size))]
    layer = layers.MultiHeadAttention(heads, size, dtype="float64")
    layer.build(x.shape, x.shape)
    layer.set_weights([*split, out_weight.T.reshape(heads, size, width), out_bias])
    there = tf_side.to_numpy(layer(x, x))

    def here():
        s = torch.tensor(x)
        return torch_side.to_numpy(module(s, s, s)[0])
    assert (parity.gap(there, here()) < 1e-12) == (size == 4)
    rounded = float(np.float32(1 / np.sqrt(size))) * np.sqrt(size)
    with torch.no_grad():
        module.in_proj_weight[:width] *= rounded
        module.in_proj_bias[:width] *= rounded
    parity.same(there, here(), atol=1e-12)


def test_figures_say_what_they_show(capsys):
    edges = [("x", "first"), ("first", "last")]
    outputs = {"x": 3, "first": 2, "last": 1}
    figures.graphs(outputs, edges, {"first": (2, 3)}, edges, {"first": (3, 2)})
    figures.flatten_order(channels=2, height=1, width=2)
    figures.gates(np.zeros(3), np.zeros(3), np.array([0.0, 0.5, 0.0]))
    said = capsys.readouterr().out
    assert "3 nodes and 2 edges" in said and "(2, 3) in PyTorch, (3, 2) in Keras" in said
    assert "[0, 1] in PyTorch, NCHW, [0, 2] in Keras, NHWC" in said
    assert "over 3 steps: carried with care it is at most 0e+00 from PyTorch's, in haste up to 0.5" in said


# What the exercises call right is right in the frameworks

def test_the_depthwise_kernel_of_the_exercise_is_right():
    image = np.random.default_rng(0).normal(size=(2, 4, 6, 6))
    conv = nn.Conv2d(4, 8, 3, groups=4, bias=False, dtype=torch.float64)
    torch_side.set_weights(conv, {"weight": checks.FILTERS})
    layer = layers.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False, dtype="float64")
    layer.build((2, 6, 6, 4))
    layer.set_weights([checks.depthwise()])
    there = tf_side.to_numpy(layer(image.transpose(0, 2, 3, 1))).transpose(0, 3, 1, 2)
    parity.same(there, torch_side.to_numpy(conv(torch.tensor(image))), atol=1e-10)


def test_the_counts_of_the_exercise_are_the_frameworks():
    found = {"nn.LSTM(5, 7)": nn.LSTM(5, 7), "nn.Conv2d(8, 16, 3, groups=4)": nn.Conv2d(8, 16, 3, groups=4)}
    found = {name: sum(p.numel() for p in module.parameters()) for name, module in found.items()}
    for name, layer in {"layers.LSTM(7)": layers.LSTM(7), "layers.GRU(7)": layers.GRU(7)}.items():
        layer.build((None, None, 5))
        found[name] = layer.count_params()
    assert found == checks.COUNTS and checks.SLIPS.keys() == checks.COUNTS.keys()


def test_the_block_of_the_exercise_is_the_module_that_its_text_shows():
    arrays = checks.block_inputs(np.random.default_rng(0))
    x, weight, bias, scale, shift = map(torch.tensor, arrays)
    inner = nn.functional.linear(x, weight, bias)
    norm = nn.functional.layer_norm(nn.functional.gelu(inner), (4,), scale, shift)
    parity.same(torch_side.to_numpy(x + norm), checks.block(*arrays), atol=1e-12)


def test_the_gates_of_the_exercise_are_those_of_an_onnx_file():
    """The equations of ONNX's LSTM, in NumPy, on weights in its order (input, output, forget, cell), against nn.LSTM."""
    rng = np.random.default_rng(0)
    file, state, x = rng.normal(size=(8, 3)), rng.normal(size=(8, 2)), rng.normal(size=(1, 5, 3))
    h, c = np.zeros(2), np.zeros(2)
    for step in x[0]:
        i, o, f, g = np.split(file @ step + state @ h, 4)
        i, o, f = (1 / (1 + np.exp(-gate)) for gate in (i, o, f))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
    order = np.concatenate([np.split(np.arange(8), 4)[k] for k in (0, 2, 3, 1)])
    assert (checks.FILE[order] == checks.from_blocks(0, 2, 3, 1)).all()
    lstm = nn.LSTM(3, 2, bias=False, batch_first=True, dtype=torch.float64)
    torch_side.set_weights(lstm, {"weight_ih_l0": file[order], "weight_hh_l0": state[order]})
    parity.same(torch_side.to_numpy(lstm(torch.tensor(x))[0])[0, -1], h, atol=1e-12)


def test_keras_names_its_arrays_too():
    """What the glossary says of the state dict."""
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)], name="net")
    model.compile("sgd", "mse")
    tree = model.get_state_tree()
    (dense, arrays), = tree["trainable_variables"]["net"].items()
    assert dense.startswith("dense") and set(arrays) == {"kernel", "bias"}
    assert all(isinstance(array, np.ndarray) for array in model.get_weights())


@pytest.mark.parametrize("name, has", [("CategoricalCrossentropy", True), ("SparseCategoricalCrossentropy", False)])
def test_which_losses_smooth_labels(name, has):
    """What the glossary says of label smoothing."""
    assert ("label_smoothing" in inspect.signature(getattr(keras.losses, name)).parameters) == has
    assert "label_smoothing" in inspect.signature(torch.nn.functional.cross_entropy).parameters
