"""Both sides do the same: the same calls give the same kinds of result, and the same numbers."""
import warnings

import numpy as np
import pytest
import torch

import family

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import tensorflow as tf

    from helpers import tf_side, torch_side

SIDES = [torch_side, tf_side]


def model_of(side):
    """A small dense network with batch normalization: trainable weights and buffers."""
    if side is torch_side:
        return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    return tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(4), tf.keras.layers.BatchNormalization()])


@pytest.fixture(params=SIDES, ids=["torch", "tf"])
def side(request):
    return request.param


def test_device(side):
    assert side.device("cpu") is not None and side.device("auto") is not None
    with pytest.raises(ValueError, match="must be 'auto', 'cpu' or 'gpu', not 'gpu9'"):
        side.device("gpu9")


def test_a_gpu_asked_for_where_there_is_none(side, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: [])
    with pytest.raises(ValueError, match="sees no .*GPU. Use device='auto' or 'cpu'"):
        side.device("gpu")


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64", "bool", "uint8"])
def test_tensor_and_back(side, dtype):
    array = np.arange(6).reshape(2, 3) % 2
    back = side.to_numpy(side.tensor(array, side.device("cpu"), dtype))
    assert back.dtype == dtype and back.shape == (2, 3) and (back == array.astype(dtype)).all()


def test_tensor_and_to_numpy_copy(side):
    array = np.zeros(3)
    tensor = side.tensor(array)
    array[0] = 7
    out = side.to_numpy(tensor)
    assert out[0] == 0
    out[1] = 5
    assert side.to_numpy(tensor)[1] == 0


def test_bfloat16_becomes_float32():
    a = torch_side.to_numpy(torch.tensor([1.5]).bfloat16())
    b = tf_side.to_numpy(tf.constant([1.5], tf.bfloat16))
    assert a.dtype == b.dtype == np.float32 and a[0] == b[0] == 1.5


def test_to_numpy_of_a_tensor_that_carries_a_gradient():
    assert torch_side.to_numpy(torch.ones(2, requires_grad=True) * 2).tolist() == [2, 2]
    assert tf_side.to_numpy(tf.Variable([2.0])).tolist() == [2]


def test_seed_repeats_and_another_seed_differs(side):
    draw = (lambda: torch.randn(4).numpy()) if side is torch_side else (lambda: tf.random.normal([4]).numpy())
    side.seed(1)
    first = draw(), np.random.rand()
    side.seed(1)
    assert (draw() == first[0]).all() and np.random.rand() == first[1]
    side.seed(2)
    assert (draw() != first[0]).any()


def test_weights_out_and_in(side):
    model, other = model_of(side), model_of(side)
    weights = side.get_weights(model)
    assert all(isinstance(value, np.ndarray) for value in weights.values())
    if side is tf_side:
        weights = dict(zip(side.get_weights(other), weights.values()))  # Keras numbers the paths of each new model
    changed = {name: value + 1 for name, value in weights.items()}
    side.set_weights(other, changed)
    for name, value in side.get_weights(other).items():
        assert (value == changed[name]).all()


def test_weights_that_do_not_fit_change_nothing(side):
    model = model_of(side)
    before = side.get_weights(model)
    first, *_ = before
    with pytest.raises(ValueError, match="the model has shape"):
        side.set_weights(model, {**before, first: np.zeros((9, 9), "float32")})
    with pytest.raises(KeyError, match="differ in names: no_such_weight"):
        side.set_weights(model, {**before, "no_such_weight": np.zeros(1)})
    assert all((side.get_weights(model)[name] == before[name]).all() for name in before)


@pytest.mark.parametrize("value", [None, "numbers", [[1, 2], [3]], {"a": 1}])
def test_all_weights_are_looked_at_before_the_first_is_set(side, value):
    model = model_of(side)
    before = side.get_weights(model)
    *_, last = before
    with pytest.raises(ValueError, match=last.replace("/", ".")):
        side.set_weights(model, {name: array + 1 for name, array in before.items()} | {last: value})
    assert all((side.get_weights(model)[name] == before[name]).all() for name in before)


def test_layers_of_one_name_keep_their_own_weights():
    def model():
        built = Doubles()
        built(np.ones((1, 2), "float32"))
        return built
    first, second = model(), model()
    weights = tf_side.get_weights(first)
    assert len(weights) == len(first.variables) == 6 and sum("#" in name for name in weights) == 4
    tf_side.set_weights(second, dict(zip(tf_side.get_weights(second), weights.values())))
    x = np.random.default_rng(0).normal(size=(3, 2)).astype("float32")
    assert (first(x).numpy() == second(x).numpy()).all()


class Doubles(tf.keras.Model):
    """Three layers that were given one name."""

    def __init__(self):
        super().__init__()
        self.parts = [tf.keras.layers.Dense(2, name="dense") for _ in range(3)]

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return x


def test_arrays_are_in_c_order_whatever_the_tensor_was(side):
    """safetensors 0.8.0 writes an array in its order of memory: a transposed one comes back as other numbers."""
    square = np.arange(6.0).reshape(2, 3)
    turned = torch.tensor(square).T if side is torch_side else tf.transpose(tf.constant(square))
    assert side.to_numpy(turned).flags["C_CONTIGUOUS"] and (side.to_numpy(turned) == square.T).all()


def test_get_weights_is_a_copy(side):
    model = model_of(side)
    name, value = next(iter(side.get_weights(model).items()))
    value += 100
    assert (side.get_weights(model)[name] != value).all()


def test_value_and_grad_agree():
    x, weights = np.array([[0.5, -1.0], [2.0, 3.0]]), np.array([[1.0, 2.0], [3.0, 4.0]])
    a = torch_side.value_and_grad(lambda t: torch.exp(t) * t, x, weights=weights)
    b = tf_side.value_and_grad(lambda t: tf.exp(t) * t, x, weights=weights)
    expected = weights * np.exp(x) * (1 + x)
    for value, (grad,) in (a, b):
        np.testing.assert_allclose(value, np.exp(x) * x, rtol=1e-12)
        np.testing.assert_allclose(grad, expected, rtol=1e-12)


def test_value_and_grad_says_none_where_no_gradient_flows():
    x, k = np.array([1.0, 2.0]), np.array([3, 4])
    assert torch_side.value_and_grad(lambda t, n: t.detach() * n, x, k)[1] == [None, None]
    assert tf_side.value_and_grad(lambda t, n: tf.stop_gradient(t) * tf.cast(n, tf.float64), x, k)[1] == [None, None]


def test_describe_wait_memory_free(side):
    rows = side.describe()
    assert rows[0][0] == side.NAME and all(len(row) == 3 for row in rows)
    side.wait()
    side.free()
    assert side.memory() is None or side.memory() >= 0


def test_deterministic_in_a_child():
    """TensorFlow cannot leave deterministic mode, so this must not happen in the tests' own process."""
    from helpers import process
    code = ("from helpers import tf_side, torch_side\nimport torch\n"
            "torch_side.deterministic(True); print(torch.are_deterministic_algorithms_enabled())\n"
            "torch_side.deterministic(False); print(torch.are_deterministic_algorithms_enabled())\n"
            "tf_side.deterministic(False); tf_side.deterministic(True)\n"
            "try: tf_side.deterministic(False)\nexcept RuntimeError as error: print(error)\n")
    import sys
    out = process.command([sys.executable, "-c", code], family.LONG, process.lean()).stdout.split("\n")
    assert out[:3] == ["True", "False", "TensorFlow cannot leave deterministic mode: restart the kernel"]
