"""helpers.port: planted faults are found in their layer with their cause, a right port gets none, no match is guessed."""
import math
import re
import tracemalloc

import numpy as np
import pytest
import tensorflow as tf
import torch
from torch import nn

from helpers import ROOT, port, tf_side, torch_side
from helpers.porting import formulas

pytestmark = pytest.mark.slow
keras = tf.keras
SEED = 5


def shaken(model):
    """A Keras model with all its weights drawn anew: no bias of 0, no variance of 1."""
    rng = np.random.default_rng(SEED)
    for variable in model.weights:
        values = rng.normal(size=variable.shape, scale=0.4)
        variable.assign(np.abs(values) + 0.3 if "variance" in variable.path else values)
    return model


def picture_network():
    """(Keras model, the same in PyTorch with its own weights still, input of the one, input of the other)."""
    layers = keras.layers
    original = shaken(keras.Sequential([
        layers.Input((9, 8, 3)), layers.Conv2D(6, 3, strides=2, padding="same"), layers.BatchNormalization(),
        layers.LeakyReLU(negative_slope=0.01), layers.AveragePooling2D(2, 1), layers.DepthwiseConv2D(3, padding="same"),
        layers.Activation("relu"), layers.Flatten(), layers.Dense(7), layers.Activation("gelu"), layers.Dense(7),
        layers.Softmax()]))
    ours = nn.Sequential(
        nn.ZeroPad2d((0, 1, 1, 1)), nn.Conv2d(3, 6, 3, stride=2), nn.BatchNorm2d(6, eps=1e-3), nn.LeakyReLU(0.01),
        nn.AvgPool2d(2, 1), nn.Conv2d(6, 6, 3, padding=1, groups=6), nn.ReLU(), nn.Flatten(), nn.Linear(72, 7), nn.GELU(),
        nn.Linear(7, 7), nn.Softmax(-1)).eval()
    w = [tf_side.to_numpy(variable.value) for variable in original.weights]
    with torch.no_grad():
        def put(parameter, array):
            parameter.copy_(torch.tensor(np.ascontiguousarray(array)))
        put(ours[1].weight, w[0].transpose(3, 2, 0, 1))
        put(ours[1].bias, w[1])
        for name, array in zip(("weight", "bias", "running_mean", "running_var"), w[2:6]):
            put(getattr(ours[2], name), array)
        put(ours[5].weight, w[6].transpose(2, 3, 0, 1))
        put(ours[5].bias, w[7])
        put(ours[8].weight, w[8].reshape(4, 3, 6, 7).transpose(3, 2, 0, 1).reshape(7, 72))
        put(ours[8].bias, w[9])
        put(ours[10].weight, w[10].T)
        put(ours[10].bias, w[11])
    x = np.random.default_rng(1).normal(size=(4, 9, 8, 3)).astype("float32")
    return original, ours, x, x.transpose(0, 3, 1, 2)


def recurrent_network(kind="LSTM"):
    layers = keras.layers
    original = shaken(keras.Sequential([
        layers.Input((6,), dtype="int32"), layers.Embedding(11, 5), layers.LayerNormalization(epsilon=1e-5),
        getattr(layers, kind)(5, return_sequences=True), layers.Dense(3)]))
    ours = Recurrent(kind).eval()
    arrays = [tf_side.to_numpy(variable.value) for variable in original.weights]
    table, gamma, beta, kernel, recurrent, bias, last, last_bias = arrays
    order = (0, 1, 2, 3) if kind == "LSTM" else (1, 0, 2)

    def gates(array):
        return np.concatenate([np.split(array, len(order), -1)[k] for k in order], -1).T
    biases = (gates(bias), np.zeros_like(bias)) if kind == "LSTM" else (gates(bias[0]), gates(bias[1]))
    arrays = {"words.weight": table, "norm.weight": gamma, "norm.bias": beta, "cells.weight_ih_l0": gates(kernel),
              "cells.weight_hh_l0": gates(recurrent), "cells.bias_ih_l0": biases[0], "cells.bias_hh_l0": biases[1],
              "last.weight": last.T, "last.bias": last_bias}
    torch_side.set_weights(ours, {name: arrays[name] for name in ours.state_dict()})
    x = np.random.default_rng(2).integers(0, 11, size=(3, 6))
    return original, ours, x, x


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.words, self.norm = nn.Embedding(11, 5), nn.LayerNorm(5)
        self.cells, self.last = getattr(nn, kind)(5, 5, batch_first=True), nn.Linear(5, 3)

    def forward(self, x):
        return self.last(self.cells(self.norm(self.words(x)))[0])


class Block(nn.Module):
    """Attention and a dense layer behind it; causal where asked."""

    def __init__(self, causal=False):
        super().__init__()
        self.look, self.norm, self.act, self.last = (nn.MultiheadAttention(8, 2, batch_first=True), nn.LayerNorm(8),
                                                     nn.GELU(), nn.Linear(8, 4))
        self.causal = causal

    def forward(self, x):
        bar = torch.triu(torch.ones(x.shape[1], x.shape[1], dtype=torch.bool), 1) if self.causal else None
        return self.last(self.act(self.norm(self.look(x, x, x, attn_mask=bar, need_weights=False)[0])))


def attention_network(causal=False):
    layers = keras.layers
    given = layers.Input((5, 8))
    seen = layers.MultiHeadAttention(2, 4, name="look")(given, given, use_causal_mask=causal)
    inner = keras.Sequential([layers.Input((5, 8)), layers.LayerNormalization(epsilon=1e-5, name="norm"),
                              layers.Activation("gelu", name="act")], name="inner")
    original = shaken(keras.Model(given, layers.Dense(4, name="last")(inner(seen))))
    w = {"/".join(variable.path.split("/")[-3:]): tf_side.to_numpy(variable.value) for variable in original.weights}
    part = {name: next(array for path, array in w.items() if path.endswith(f"{name}/kernel"))
            for name in ("query", "key", "value", "attention_output")}
    bias = {name: next(array for path, array in w.items() if path.endswith(f"{name}/bias")) for name in part}
    ours = Block(causal).eval()
    kernels = [part[name].reshape(8, 8).T for name in ("query", "key", "value")]
    ends = {path.rpartition("/")[0].rpartition("/")[2] + "." + path.rpartition("/")[2]: array for path, array in w.items()}
    arrays = {"look.in_proj_weight": np.concatenate(kernels),
              "look.in_proj_bias": np.concatenate([bias[name].reshape(8) for name in ("query", "key", "value")]),
              "look.out_proj.weight": part["attention_output"].reshape(8, 8).T,
              "look.out_proj.bias": bias["attention_output"],
              "norm.weight": ends["norm.gamma"], "norm.bias": ends["norm.beta"], "last.weight": ends["last.kernel"].T,
              "last.bias": ends["last.bias"]}
    torch_side.set_weights(ours, {name: arrays[name] for name in ours.state_dict()})
    x = np.random.default_rng(3).normal(size=(2, 5, 8)).astype("float32")
    return original, ours, x, x


NETWORKS = {"picture": picture_network, "LSTM": recurrent_network, "GRU": lambda: recurrent_network("GRU"),
            "attention": attention_network, "causal attention": lambda: attention_network(causal=True)}


def compared(original, ours, theirs_in, yours_in, **options):
    return port.first_difference(torch_side.activations(ours, yours_in), tf_side.activations(original, theirs_in), **options)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_right_port_is_called_equal_and_gets_no_cause(name):
    found = compared(*NETWORKS[name]())
    assert found.first is None and not found.causes and len(found.rows) >= 4, found
    assert port.sentences(found)[-1].startswith("EQUAL:") and found.to_the_end


def swapped_in_place(parameter, change):
    with torch.no_grad():
        parameter.copy_(torch.tensor(np.ascontiguousarray(change(parameter.numpy()))))


def replaced(model, name, module):
    """Put another module in the place of one, with its weights."""
    module.load_state_dict(getattr(model, name).state_dict()) if getattr(model, name).state_dict() else None
    setattr(model, name, module.eval())


def gates(order, count):
    """A change of rows: blocks of gates in another order."""
    return lambda array: np.concatenate([np.split(array, count)[k] for k in order])


def all_gates(model, order):
    for parameter in model.cells.parameters():
        swapped_in_place(parameter, gates(order, len(order)))


FAULTS = {  # network, layer of the first difference, what the cause says, the fault
    "padding on the wrong side": ("picture", "1", "padding", lambda m: replaced(m, "0", nn.ZeroPad2d((1, 0, 1, 1)))),
    "padding of PyTorch's own": ("picture", "1", "padding", lambda m: (
        replaced(m, "0", nn.Identity()), replaced(m, "1", nn.Conv2d(3, 6, 3, stride=2, padding=1)))),
    "kernel with height and width swapped": ("picture", "1", "axes 0 and 1 are swapped", lambda m: swapped_in_place(
        m[1].weight, lambda w: w.swapaxes(2, 3))),
    "kernel turned round": ("picture", "1", "turned round", lambda m: swapped_in_place(
        m[1].weight, lambda w: w[..., ::-1, ::-1])),
    "bias of a convolution forgotten": ("picture", "1", "bias", lambda m: swapped_in_place(m[1].bias, lambda b: 0 * b)),
    "epsilon of batch norm": ("picture", "2", "epsilon: 0.001 in theirs, 1e-05 in yours", lambda m: replaced(
        m, "2", nn.BatchNorm2d(6))),
    "training mode": ("picture", "2", "moving in theirs, batch in yours", lambda m: m[2].train()),
    "gamma and beta swapped": ("picture", "2", "gamma and beta are swapped", lambda m: (
        swapped_in_place(m[2].weight, lambda w: m[2].bias.detach().numpy().copy()), swapped_in_place(
            m[2].bias, lambda b: tf_side.to_numpy(picture_network()[0].layers[1].gamma.value)))),
    "slope of leaky ReLU": ("picture", "3", "slope 0.01 in theirs, leaky_relu of slope 0.2 in yours", lambda m: replaced(
        m, "3", nn.LeakyReLU(0.2))),
    "max pooling": ("picture", "4", "pooling: average in theirs, max in yours", lambda m: replaced(
        m, "4", nn.MaxPool2d(2, 1))),
    "activation forgotten": ("picture", "7", "relu", lambda m: replaced(m, "6", nn.Identity())),
    "rows behind flatten": ("picture", "8", "rows of the kernel", lambda m: swapped_in_place(
        m[8].weight, lambda w: w.reshape(7, 6, 4, 3).transpose(0, 2, 3, 1).reshape(7, 72))),
    "GELU by tanh": ("picture", "9", "gelu in theirs, gelu by tanh in yours", lambda m: replaced(m, "9", nn.GELU("tanh"))),
    "square kernel transposed": ("picture", "10", "transposed", lambda m: swapped_in_place(m[10].weight, lambda w: w.T)),
    "softmax over another axis": ("picture", "11", "softmax", lambda m: replaced(m, "11", nn.Softmax(0))),
    "LSTM's gates in ONNX's order": ("LSTM", "cells", "order of gates", lambda m: all_gates(m, (0, 3, 1, 2))),
    "both biases set": ("LSTM", "cells", "bias", lambda m: swapped_in_place(
        m.cells.bias_hh_l0, lambda b: m.cells.bias_ih_l0.detach().numpy().copy())),
    "forget gate's 1": ("LSTM", "cells", "forget", lambda m: swapped_in_place(
        m.cells.bias_hh_l0, lambda b: b + np.repeat([0, 1, 0, 0], 5))),
    "recurrent kernels transposed": ("LSTM", "cells", "recurrent kernel is transposed", lambda m: swapped_in_place(
        m.cells.weight_hh_l0, lambda w: np.concatenate([part.T for part in np.split(w, 4)]))),
    "words one row on": ("LSTM", "words", "indices", lambda m: swapped_in_place(m.words.weight, lambda w: np.roll(w, 1, 0))),
    "layer norm's epsilon": ("LSTM", "norm", "epsilon", lambda m: replaced(m, "norm", nn.LayerNorm(5, eps=1e-3))),
    "GRU's gates in Keras's order": ("GRU", "cells", "order of gates", lambda m: all_gates(m, (1, 0, 2))),
    "GRU's biases added": ("GRU", "cells", "bias", lambda m: (
        swapped_in_place(m.cells.bias_ih_l0, lambda b: b + m.cells.bias_hh_l0.detach().numpy()),
        swapped_in_place(m.cells.bias_hh_l0, lambda b: 0 * b))),
    "causal mask forgotten": ("causal attention", "look", "causal mask", lambda m: setattr(m, "causal", False)),
    "causal mask added": ("attention", "look", "no mask in theirs", lambda m: setattr(m, "causal", True)),
    "query and key swapped": ("attention", "look", "query and value are swapped", lambda m: (swapped_in_place(
        m.look.in_proj_weight, gates((2, 1, 0), 3)), swapped_in_place(m.look.in_proj_bias, gates((2, 1, 0), 3)))),
    "heads interleaved": ("attention", "look", "interleaved", lambda m: (
        swapped_in_place(m.look.in_proj_weight, lambda w: w.reshape(3, 2, 4, 8).swapaxes(1, 2).reshape(24, 8)),
        swapped_in_place(m.look.in_proj_bias, lambda b: b.reshape(3, 2, 4).swapaxes(1, 2).reshape(24)),
        swapped_in_place(m.look.out_proj.weight, lambda w: w.reshape(8, 2, 4).swapaxes(1, 2).reshape(8, 8)))),
    "scale of the scores forgotten": ("attention", "look", "scores:", lambda m: (
        swapped_in_place(m.look.in_proj_weight, lambda w: w * np.repeat([2, 1, 1], 8)[:, None]),
        swapped_in_place(m.look.in_proj_bias, lambda b: b * np.repeat([2, 1, 1], 8)))),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_in_its_layer_with_its_cause(fault):
    network, layer, cause, plant = FAULTS[fault]
    original, ours, theirs_in, yours_in = NETWORKS[network]()
    plant(ours)
    found = compared(original, ours, theirs_in, yours_in)
    assert found.first is not None and found.first.yours == layer, (found.first, found.only_yours)
    assert any(cause in one.words for one in found.causes[:2]), [one[:2] for one in found.causes[:5]]
    assert len({one.words for one in found.causes}) == len(found.causes), "a cause is said once"


def test_no_cause_is_named_where_there_is_none():
    for name, network in NETWORKS.items():
        original, ours, theirs_in, yours_in = network()
        for seed in range(3):
            rng = np.random.default_rng(seed)
            parameter = list(ours.parameters())[0]
            swapped_in_place(parameter, lambda array, rng=rng: rng.normal(size=array.shape).astype("float32"))
            found = compared(original, ours, theirs_in, yours_in)
            told = [one.words for one in found.causes]
            assert all("other values in theirs" in words for words in told), (name, seed, told)
            assert found.first.yours == next(iter(row.yours for row in found.rows if not row.agrees))


def test_what_the_other_sides_settings_say_is_not_guessed():
    original, ours, theirs_in, yours_in = picture_network()
    replaced(ours, "0", nn.ZeroPad2d((1, 0, 1, 1)))
    told = [one.words for one in compared(original, ours, theirs_in, yours_in).causes if "padding" in one.words]
    assert told == ["padding (before, after): [(1, 1), (0, 1)] in theirs, [(1, 1), (1, 0)] in yours"]


def test_a_name_is_not_believed_where_the_layer_computes_something_else():
    def hard_sigmoid(x):  # as Keras 2 had it
        return keras.ops.clip(0.2 * x + 0.5, 0, 1)
    theirs, ours = (keras.Sequential([keras.layers.Input((5,)), keras.layers.Dense(4, activation=activation)])
                    for activation in (hard_sigmoid, "hard_sigmoid"))
    ours.set_weights(shaken(theirs).get_weights())
    x = np.random.default_rng(SEED).normal(size=(6, 5)).astype("float32")
    found = port.first_difference(tf_side.activations(ours, x), tf_side.activations(theirs, x))
    assert found.causes[0].words == "activation: hard_sigmoid of Keras 2 in theirs, hard_sigmoid in yours"


def test_equal_is_not_said_of_what_was_not_compared():
    yours = {"a": np.ones(3), "b": np.arange(5.0)}
    found = port.first_difference(yours, {"a": np.ones(3), "b": np.arange(4.0)})
    assert not found.to_the_end and port.sentences(found)[-1].startswith("EQUAL as far as a")
    assert port.first_difference(yours, yours).to_the_end
    assert port.first_difference(yours, {"a": np.ones(3), "b": np.arange(4.0)}, pairs=[("a", "a")]).to_the_end, "so chosen"


# Which array goes where

def test_a_match_of_the_whole_network_carries_it():
    original, _, theirs_in, yours_in = picture_network()
    ours = picture_network()[1]
    for parameter in ours.state_dict().values():
        parameter.zero_() if parameter.is_floating_point() else None
    theirs = {variable.path: tf_side.to_numpy(variable.value) for variable in original.weights}
    found = port.match(torch_side.get_weights(ours), theirs)
    assert {pair.yours for pair in found.pairs} == set(torch_side.get_weights(ours)) - {"2.num_batches_tracked"}
    assert not found.left_yours and not found.left_theirs
    torch_side.set_weights(ours, port.carry(found, theirs))
    compared_now = compared(original, ours, theirs_in, yours_in)
    assert compared_now.first.yours == "8", "behind a flatten, the rows of the kernel are for you to turn"
    with pytest.raises(ValueError, match="not sure: a from nothing"):
        port.carry(port.match({"a": np.zeros(3)}, {"b": np.zeros(4)}), {"b": np.zeros(4)})


def test_names_decide_among_arrays_of_one_shape_and_doubt_is_said():
    def arrays(*names):
        return {name: np.full((3,), float(k)) for k, name in enumerate(names)}
    torch_names = ["bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"]
    keras_names = ["b/moving_variance", "b/gamma", "b/moving_mean", "b/beta"]
    found = port.match(arrays(*torch_names), arrays(*keras_names))
    assert {pair.yours: pair.theirs for pair in found.pairs} == {
        "bn.weight": "b/gamma", "bn.bias": "b/beta", "bn.running_mean": "b/moving_mean",
        "bn.running_var": "b/moving_variance"}
    in_order = port.match(arrays("a1", "a2"), arrays("x1", "x2"))
    assert [(pair.yours, pair.theirs, pair.sure) for pair in in_order.pairs] == [("a1", "x1", True), ("a2", "x2", True)]
    swapped = port.match(arrays("first.bias", "second.bias"), arrays("second/bias", "first/bias"))
    assert [pair.theirs for pair in swapped.pairs] == ["first/bias", "second/bias"]
    assert not any(pair.sure for pair in swapped.pairs), "names and order disagree"
    more = port.match(arrays("a", "b"), arrays("p", "q", "r"))
    assert not more.pairs and set(more.left_yours) == {"a", "b"} and set(more.left_theirs) == {"p", "q", "r"}


def test_an_array_of_a_common_size_goes_where_its_layer_goes():
    ours = {"head.0.weight": np.zeros((1, 2, 3, 3)), "head.0.bias": np.zeros(1), "last.weight": np.zeros((1, 5, 3, 3)),
            "last.bias": np.zeros(1), "norm.weight": np.zeros(1), "norm.bias": np.zeros(1), "norm.running_mean": np.zeros(1)}
    theirs = {"n/gamma": np.zeros(1), "n/beta": np.zeros(1), "n/moving_mean": np.zeros(1), "q/bias": np.zeros(1),
              "q/kernel": np.zeros((3, 3, 5, 1)), "p/kernel": np.zeros((3, 3, 2, 1)), "p/bias": np.zeros(1)}
    found = port.match(ours, theirs)
    assert {pair.yours: pair.theirs for pair in found.pairs if "bias" in pair.yours} == {
        "head.0.bias": "p/bias", "last.bias": "q/bias", "norm.bias": "n/beta"}
    assert all(pair.sure for pair in found.pairs) and set(port.carry(found, theirs)) == set(ours)


def test_a_square_array_of_unknown_kind_is_not_sure_and_an_unequal_shape_is_no_partner():
    square = port.match({"w": np.zeros((4, 4, 2))}, {"v": np.zeros((4, 2, 4))})
    assert len(square.pairs) == 1 and not square.pairs[0].sure
    assert port.match({"w": np.zeros(3)}, {"v": np.zeros(4)}).pairs == []


def test_other_trained_weights_are_seen_by_the_difference():
    weights = {"a.weight": np.ones((2, 3), "float32")}
    assert port.match(weights, {"a.weight": np.ones((2, 3), "float32")}).pairs[0].difference == 0
    assert port.match(weights, {"a.weight": np.full((2, 3), 3, "float32")}).pairs[0].difference == 2


def test_what_has_no_partner_is_explained():
    mine = {"cell/bias": np.zeros(8), "last": np.zeros((1, 5))}
    hints = port.match(mine, {"cell.bias_ih": np.zeros(8), "cell.bias_hh": np.zeros(8), "flat": np.zeros(5)}).hints
    assert len(hints) == 2 and "last of yours and flat have as many" in hints[0] and "their sum" in hints[1], hints


# Odd networks

class Step(nn.Module):
    """One step of an LSTM from a state that is given."""

    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(3, 5)

    def forward(self, x, state):
        return self.cell(x, (state[0], state[1]))


def test_a_cell_with_its_state_in_a_functional_model_of_two_inputs():
    x, state = keras.Input((3,)), keras.Input(batch_shape=(2, None, 5))
    h, after = keras.layers.LSTMCell(5, name="cell")(x, [state[0], state[1]])
    original, ours = shaken(keras.Model([x, state], [h, after])), Step().eval()
    kernel, recurrent, bias = (tf_side.to_numpy(variable.value) for variable in original.weights)
    weights = {"cell.weight_ih": kernel.T, "cell.weight_hh": recurrent.T, "cell.bias_ih": bias, "cell.bias_hh": 0 * bias}
    torch_side.set_weights(ours, weights)
    rng = np.random.default_rng(3)
    given = rng.normal(size=(4, 3)).astype("float32"), rng.normal(size=(2, 4, 5)).astype("float32")
    theirs = tf_side.activations(original, *given)
    assert port.first_difference(torch_side.activations(ours, *given), theirs).first is None
    torch_side.set_weights(ours, {name: gates((0, 3, 1, 2), 4)(array) for name, array in weights.items()})
    found = port.first_difference(torch_side.activations(ours, *given), theirs)
    assert found.first.yours == "cell" and "order of gates" in found.causes[0].words, found.causes[:3]


class Functional(nn.Module):
    """Two layers, one of them twice, and what no hook sees between them."""

    def __init__(self):
        super().__init__()
        self.twice, self.last = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x):
        return {"first": self.last(torch.relu(self.twice(torch.relu(self.twice(x))))), "second": x}


def test_shared_layers_and_dicts_of_results():
    seen = torch_side.activations(Functional(), np.ones((2, 4), "float32"))
    assert list(seen.outputs) == ["twice", "twice#2", "last"], "the model's result is its last layer's"
    assert seen.look("twice#2").inputs[0].shape == (2, 4) and seen.kinds["twice#2"] == "Linear"
    layer = keras.layers.Dense(4)
    given = keras.Input((4,))
    model = keras.Model(given, keras.layers.Dense(2, name="last")(layer(layer(given))))
    seen = tf_side.activations(model, np.ones((2, 4), "float32"))
    assert list(seen.outputs) == [layer.name, f"{layer.name}#2", "last"]
    assert "call" not in vars(layer), "nothing stays on the model"


def test_what_has_no_layers_is_compared_by_its_result():
    x = np.ones((2, 4), "float32")
    scripted = torch_side.activations(torch.jit.trace(nn.Linear(4, 3), torch.ones(2, 4)), x)
    assert any("scripted" in note for note in scripted.notes) and list(scripted.outputs) == ["model"]
    assert scripted.look("model") is None
    plain = tf_side.activations(tf.function(lambda x: 2 * x), x)
    assert list(plain.outputs) == ["model"] and plain.look is None and plain.notes
    other = port.first_difference(scripted, tf_side.activations(tf.function(lambda x: 3 * x[:, :3]), x))
    assert other.first.yours == "model" and other.tried, "of what has no layers the arrays are looked at"


def test_unequal_batches_nan_dtypes_and_names():
    a = {"one": np.ones((2, 3)), "two": np.ones((2, 3)), "three": np.full((2, 3), np.nan)}
    found = port.first_difference(a, {"one": np.ones((2, 3)), "two": np.ones((5, 3)), "three": np.ones((2, 3))},
                                  pairs=[("one", "one"), ("two", "two"), ("three", "three")])
    assert [row.agrees for row in found.rows] == [True, False, False] and "shape (5, 3)" in found.rows[1].layout
    nan = port.first_difference({"three": a["three"]}, {"three": np.ones((2, 3))})
    assert nan.causes[0].words.startswith("NaN in yours only")
    mixed = port.first_difference({"x": np.ones(4, "float32") / 3}, {"x": np.ones(4) / 3})
    assert mixed.first is None and mixed.rtol == port.RTOL["float32"]
    with pytest.raises(KeyError, match="theirs has no 'tow'; it has two"):
        port.first_difference({"one": np.ones(2)}, {"two": np.ones(2)}, pairs=[("one", "tow")])
    assert "NOT MEASURED" in port.sentences(port.first_difference({"a": np.ones(2)}, {"b": np.ones(3)}))[-1]


def test_gradients_and_steps():
    rng = np.random.default_rng(0)
    slopes = {"w": rng.normal(size=(4, 3)), "b": rng.normal(size=3)}
    summed = port.first_difference({name: 8 * value for name, value in slopes.items()}, slopes)
    assert "yours times 0.125" in summed.causes[0].words, "the mean over a batch of 8 was forgotten"
    ours, theirs = {"w": slopes["w"].T, "b": slopes["b"]}, {"k": slopes["w"], "c": slopes["b"]}
    turned = port.first_difference(ours, theirs, pairs=port.match(ours, theirs))
    assert turned.first is None and turned.rows[0].layout == "transposed (1, 0)"
    moved = port.changes({"m": np.zeros(3)}, {"m": 0.1 * np.ones(3)})
    assert "times" in port.first_difference(moved, {"m": 0.01 * np.ones(3)}).causes[0].words, "momentum 0.9 and 0.99"
    with pytest.raises(KeyError, match="differ in names: m, n"):
        port.changes({"m": np.zeros(3)}, {"n": np.zeros(3)})


def test_an_error_function_makes_no_object_of_every_number():
    """A layer may have millions: at once they took more memory than all else that a search for causes does."""
    x = np.linspace(-3, 3, 300_000, dtype="float32").reshape(3, -1)
    tracemalloc.start()
    try:
        found = formulas.erf(x)
        assert tracemalloc.get_traced_memory()[1] < 2 * found.nbytes
    finally:
        tracemalloc.stop()
    assert found.shape == x.shape and found.dtype == "float64" and formulas.erf(1.0) == math.erf(1.0)
    for at in [(0, 0), (1, 7), (2, -1)]:
        assert found[at] == math.erf(x[at])


# What is kept

def test_a_page_and_files(tmp_path, capsys):
    original, ours, theirs_in, yours_in = picture_network()
    replaced(ours, "2", nn.BatchNorm2d(6))
    yours, theirs = torch_side.activations(ours, yours_in), tf_side.activations(original, theirs_in)
    page = port.report(port.first_difference(yours, theirs), tmp_path / "port.html", {"torch": torch.__version__}, "<noise>")
    text = page.read_text(encoding="utf-8")
    assert "epsilon: 0.001 in theirs" in text and "&lt;noise&gt;" in text and torch.__version__ in text
    port.save(yours, tmp_path / "yours.npz")
    port.save(theirs, tmp_path / "theirs.npz")
    assert list(port.load(tmp_path / "yours.npz").outputs) == list(yours.outputs)
    files = [str(tmp_path / "yours.npz"), str(tmp_path / "theirs.npz")]
    assert port.main([*files, "--html", str(tmp_path / "again.html")]) == 1
    said = capsys.readouterr().out
    assert "FIRST DIFFERENCE: 2" in said and "normalization with other numbers" in said
    assert (tmp_path / "again.html").is_file()
    assert port.main([files[0], files[0]]) == 0
    (tmp_path / "bad.npz").write_bytes(b"PK damaged")
    assert port.main([files[0], str(tmp_path / "bad.npz")]) == 2 and "no file of activations" in capsys.readouterr().err
    assert port.main([files[0], str(tmp_path / "none.npz")]) == 2


def test_a_model_in_training_mode_is_left_as_it_was():
    model = nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 2))
    before = torch_side.get_weights(model)
    seen = torch_side.activations(model, np.random.default_rng(0).normal(size=(5, 3)).astype("float32"))
    seen.look("0")
    after = torch_side.get_weights(model)
    assert model.training and all((before[name] == after[name]).all() for name in before)
    assert any("training mode" in note for note in seen.notes)


def test_the_readmes_example_runs_as_it_stands(tmp_path, monkeypatch, capsys):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"```python\n(from helpers import port.*?)```", text, re.S)[1]
    layers = keras.layers
    original = shaken(keras.Sequential([keras.Input((6, 6, 3)), layers.Conv2D(4, 3), layers.BatchNormalization()]))
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).eval()
    monkeypatch.chdir(tmp_path)
    pictures = np.random.default_rng(0).normal(size=(2, 6, 6, 3)).astype("float32")
    exec(block, {"network": network, "original": original, "pictures": pictures})
    said = re.search(r"# \.\.\. (.*?) \(then", block)[1]
    assert said in capsys.readouterr().out and (tmp_path / "port.html").is_file()
