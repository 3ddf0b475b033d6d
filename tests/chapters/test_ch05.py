"""Chapter 05: a weight carried wrongly turns its verdict, and what the exercises call right is right in the frameworks."""
import nbformat
import numpy as np
import pytest
import torch

import cells
import pipeline
from chapters.ch05 import checks as ch05
from helpers import parity, tf_side, torch_side
from helpers.course.judging import finite_difference

pytestmark = pytest.mark.slow

SOURCE, = pipeline.sources(["05"])

SIMPLE = [  # (in the cell with the maps, what stands there instead): the first five layers
    ("[weight.T, bias],", "[weight.T + 1e-6, bias],"),
    ("[kernel.T, bias],", "[kernel.T + 1e-6, bias],"),
    ("weight.transpose(2, 3, 1, 0)", "weight.transpose(3, 2, 1, 0)"),
    ("kernel.transpose(3, 2, 0, 1)", "kernel.transpose(3, 2, 1, 0)"),
    ("batches: [weight, bias, mean, var]", "batches: [weight, bias, var, mean]"),
    ("[gamma, beta, mean, var, np.array(0)]", "[beta, gamma, mean, var, np.array(0)]"),
    ("lambda gamma, beta: [gamma, beta]", "lambda gamma, beta: [beta, gamma]"),
    ("lambda embeddings: [embeddings]", "lambda embeddings: [embeddings[::-1]]"),
]
DEEP = [  # gates and heads
    ("[second, first, new]", "[first, second, new]"),
    ("[w.T, u.T, b + c]", "[w.T, u.T, b]"),
    ("[w.T, u.T, b, np.zeros_like(b)]", "[w.T, u.T + 1e-6, b, np.zeros_like(b)]"),
    ("np.stack([swap_gates(b), swap_gates(c)])", "np.stack([swap_gates(c), swap_gates(b)])"),
    ("for w in (qw, kw, vw)", "for w in (kw, qw, vw)"),
    ("w.T.reshape(8, 2, 4)", "w.reshape(8, 2, 4)"),
    ("out_kernel.reshape(8, 8).T", "out_kernel.reshape(8, 8)"),
]


def with_mutations(complete):
    """The chapter up to its maps, then for each mutation its cells again; and {index of a verdict cell: mutation}."""
    steps = [cell for cell in complete.cells if cell.cell_type == "code"]
    nb = nbformat.v4.new_notebook(metadata=complete.metadata)
    first = cells.find(steps, "to_keras")
    deep = first + 1 + cells.find(steps[first + 1:], "to_keras")
    nb.cells = [nbformat.from_dict(cell) for cell in steps[:first]]
    expected = {}
    for at, mutations in ((first, SIMPLE), (deep, DEEP)):
        for old, new in (("", ""), *mutations):
            assert old in steps[at].source, f"the chapter no longer says {old!r}: mend the mutation"
            group = [cell.source for cell in steps[at:at + 4]]
            group[0] = group[0].replace(old, new) if old else group[0]
            nb.cells += [nbformat.v4.new_code_cell(text) for text in group]
            nb.cells[-1].metadata["tags"] = ["raises-exception"]
            expected[len(nb.cells) - 1] = old
        nb.cells.append(nbformat.v4.new_code_cell(steps[at].source))  # leave the right maps behind
    return nb, expected


def test_a_weight_that_is_carried_wrongly_turns_the_verdict():
    nb, expected = with_mutations(pipeline.learner(pipeline.read(SOURCE)))
    done = pipeline.execute(nb)
    for index, mutation in expected.items():
        errors = [output.ename for output in done.cells[index].outputs if output.output_type == "error"]
        assert errors == (["ParityError"] if mutation else []), f"{mutation!r}: {errors}"


def test_the_depthwise_kernel_of_the_exercise_is_right():
    image = np.random.default_rng(0).normal(size=(2, 4, 6, 6))
    conv = torch.nn.Conv2d(4, 8, 3, groups=4, bias=False, dtype=torch.float64)
    torch_side.set_weights(conv, {"weight": ch05.FILTERS})
    layer = tf_side.tf.keras.layers.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False, dtype="float64")
    layer.build((2, 6, 6, 4))
    layer.set_weights([ch05.depthwise()])
    there = tf_side.to_numpy(layer(image.transpose(0, 2, 3, 1))).transpose(0, 3, 1, 2)
    parity.same(there, torch_side.to_numpy(conv(torch.tensor(image))), atol=1e-10)


def test_the_counts_of_the_exercise_are_the_frameworks():
    layers = tf_side.tf.keras.layers
    found = {"nn.LSTM(5, 7)": torch.nn.LSTM(5, 7), "nn.Conv2d(8, 16, 3, groups=4)": torch.nn.Conv2d(8, 16, 3, groups=4)}
    found = {name: sum(p.numel() for p in module.parameters()) for name, module in found.items()}
    for name, layer in {"layers.LSTM(7)": layers.LSTM(7), "layers.GRU(7)": layers.GRU(7)}.items():
        layer.build((None, None, 5))
        found[name] = layer.count_params()
    assert found == ch05.COUNTS


def test_the_block_of_the_exercise_is_the_module_that_its_text_shows():
    arrays = ch05.block_inputs(np.random.default_rng(0))
    x, weight, bias, scale, shift = map(torch.tensor, arrays)
    inner = torch.nn.functional.linear(x, weight, bias)
    norm = torch.nn.functional.layer_norm(torch.nn.functional.gelu(inner), (4,), scale, shift)
    parity.same(torch_side.to_numpy(x + norm), ch05.block(*arrays), atol=1e-12)
    assert all(np.isfinite(g).all() for g in finite_difference(ch05.block, arrays, np.ones((3, 4))))


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
    assert (ch05.FILE[order] == ch05.from_blocks(0, 2, 3, 1)).all()
    lstm = torch.nn.LSTM(3, 2, bias=False, batch_first=True, dtype=torch.float64)
    torch_side.set_weights(lstm, {"weight_ih_l0": file[order], "weight_hh_l0": state[order]})
    parity.same(torch_side.to_numpy(lstm(torch.tensor(x))[0])[0, -1], h, atol=1e-12)


@pytest.mark.parametrize("heads, size", [(2, 4), (2, 3)])
def test_attention_agrees_once_the_rounding_of_its_scale_is_told_to_pytorch(heads, size):
    """Keras rounds 1/sqrt(key_dim) to float32, which shows unless it is a power of two: the chapter takes key_dim=4."""
    width, rng = heads * size, np.random.default_rng(0)
    x = rng.normal(size=(3, 5, width))
    module = torch.nn.MultiheadAttention(width, heads, batch_first=True, dtype=torch.float64)
    torch_side.set_weights(module, {key: rng.normal(size=a.shape) for key, a in torch_side.get_weights(module).items()})
    weight, bias, out_weight, out_bias = torch_side.get_weights(module).values()
    pairs = zip(np.split(weight, 3), np.split(bias, 3))
    split = [a for w, b in pairs for a in (w.T.reshape(width, heads, size), b.reshape(heads, size))]
    layer = tf_side.tf.keras.layers.MultiHeadAttention(heads, size, dtype="float64")
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
