"""Lesson 5f: what attention answers for a step that may look at nothing, masks that are taken, and what its texts say."""
import torch  # isort: skip  (before TensorFlow, as everywhere)
import keras
import numpy as np
import pytest
import tensorflow as tf
from torch import nn
from torch.nn import functional as F

import cells
from chapters.ch05 import checks_f, figures, masks, masks_tf, masks_torch
from helpers import parity, tf_side, torch_side

layers = keras.layers


@pytest.fixture
def padded():
    """(x, real, arrays of nn.MultiheadAttention(8, 2)): the last of three sequences is all padding."""
    rng = np.random.default_rng(0)
    shapes = {"in_proj_weight": (24, 8), "in_proj_bias": (24,), "out_proj.weight": (8, 8), "out_proj.bias": (8,)}
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    return rng.normal(size=(3, 5, 8)), np.arange(5) < np.array([[5], [3], [0]]), arrays


# Four answers

def test_an_answer_is_named_and_a_fifth_is_an_error():
    numbers = np.array([[1.0, 2.0], [3.0, 5.0]])
    found = [masks.kind(one, 0, numbers.mean(axis=0, keepdims=True), numbers)
             for one in (numbers * np.nan, numbers * 0, np.full((2, 2), [2.0, 3.5]), numbers)]
    assert found == ["NaN", "zeros", "the mean of all values", "as if nothing were blocked"]
    with pytest.raises(ValueError, match="neither NaN nor zeros"):
        masks.kind(numbers + 1, 0, numbers.mean(axis=0, keepdims=True), numbers)


def test_what_pytorchs_layer_answers_and_that_it_trains_again_afterwards(padded):
    x, real, arrays = padded
    layer = nn.MultiheadAttention(8, 2, batch_first=True, dtype=torch.float64)
    torch_side.set_weights(layer, arrays)
    plain = torch_side.to_numpy(layer(*[torch.tensor(x)] * 3)[0])
    nothing, mean, unmasked = masks.expected(x, *arrays.values())
    parity.same(unmasked, plain[-1], atol=1e-12)
    found = masks_torch.answers(layer, torch.tensor(x), torch.tensor(real), (nothing, mean, unmasked))
    assert list(found.values()) == ["NaN", "zeros", "NaN"] and layer.training


def test_what_kerass_layer_answers(padded, capsys):
    x, real, arrays = padded
    layer = layers.MultiHeadAttention(2, 4, dtype="float64")
    layer.build(x.shape, x.shape)
    weight, bias, out_weight, out_bias = arrays.values()
    pairs = zip(np.split(weight, 3), np.split(bias, 3))
    split = [a for w, b in pairs for a in (w.T.reshape(8, 2, 4), b.reshape(2, 4))]
    layer.set_weights([*split, out_weight.T.reshape(2, 4, 8), out_bias])
    found = masks_tf.answers(layer, tf.constant(x), tf.constant(real), masks.expected(x, *arrays.values()))
    assert list(found.values()) == ["the mean of all values", "zeros"]
    masks.table(found)
    assert "with return_attention_scores=True" in capsys.readouterr().out


@pytest.mark.parametrize("dtype, kind", [("float32", "the mean of all values"), ("float64", "as if nothing were blocked")])
def test_a_billion_that_is_subtracted_hides_scores_in_float32_alone(dtype, kind):
    query, key, value = np.random.default_rng(0).normal(size=(3, 1, 5, 4)).astype(dtype)
    found = layers.Attention(dtype=dtype)([query, value, key], mask=[None, tf.zeros((1, 5), bool)])
    unmasked = masks.shares(2 * query[0], key[0]) @ value[0]
    assert masks.kind(tf_side.to_numpy(found)[0], 0, value[0].mean(axis=0, keepdims=True), unmasked) == kind


@pytest.mark.parametrize("kinds, letter", [("NNNN", "a"), ("NN00", "b"), ("N00m", "c"), ("N0mu", "d")])
def test_the_outcome_counts_the_answers(kinds, letter):
    rng = np.random.default_rng(0)
    query, key, value = rng.normal(size=(3, 3, 5, 4))
    answers = {"N": np.full((5, 4), np.nan), "0": np.zeros((5, 4)), "m": np.tile(value[2].mean(axis=0), (5, 1)),
               "u": masks.shares(2 * query[2], key[2]) @ value[2]}
    names = ("formula_torch", "function_torch", "function_tf", "layer_tf")
    found = {name: np.stack([value[0], value[1], answers[kind]]) for name, kind in zip(names, kinds)}
    assert cells.judge("05f", "said", asks=["P5.14"], masks=masks, query=query, key=key, value=value,
                       **found) == {"P5.14": letter}


@pytest.mark.parametrize("lost, off, letter", [([], 0, "a"), ([], 1, "b"), ([4], 1, "c")])
def test_the_outcome_of_a_mask_the_wrong_way_round(lost, off, letter):
    right = np.random.default_rng(0).normal(size=(3, 5, 8))
    twisted = right + off
    twisted[:, lost] = np.nan
    found = cells.judge("05f", "lost", asks=["P5.13"], twisted_torch=twisted, straight_tf=right)
    assert found == {"P5.13": letter}


# The mask that was taken

def embedded():
    words = np.array([[3, 1, 4, 1, 5], [9, 2, 6, 0, 0]])
    embedding = layers.Embedding(10, 8, mask_zero=True)
    return words, embedding, embedding(words)


def test_attention_takes_the_mask_so_that_a_second_layer_and_a_sum_have_none():
    words, embedding, rows = embedded()
    first, second = (layers.MultiHeadAttention(num_heads=2, key_dim=4) for _ in range(2))
    result = first(rows, rows)
    looked = second(rows, rows).numpy()
    fresh = embedding(words)
    assert np.abs(looked - second(fresh, fresh).numpy())[1].max() > 1e-4
    assert getattr(layers.Add()([rows, result]), "_keras_mask", None) is None
    fresh = embedding(words)
    assert layers.Add()([fresh, fresh])._keras_mask is not None


def test_a_functional_model_is_spared():
    words, embedding, rows = embedded()
    mean = layers.GlobalAveragePooling1D()
    before = mean(rows).numpy()
    asked = keras.Input((5,), dtype="int32")
    inner = embedding(asked)
    looked = layers.MultiHeadAttention(num_heads=2, key_dim=4)(inner, inner)
    model = keras.Model(asked, [looked, mean(inner)])
    parity.same(model(words)[1].numpy(), before, atol=1e-6)


class Own(keras.Model):
    """A model whose `call` reads one tensor twice, first by attention if it is asked to."""
    def __init__(self, embedding, looks):
        super().__init__()
        self.embedding, self.mean = embedding, layers.GlobalAveragePooling1D()
        self.attention = layers.MultiHeadAttention(num_heads=2, key_dim=4) if looks else None

    def call(self, words):
        rows = self.embedding(words)
        if self.attention:
            self.attention(rows, rows)
        return self.mean(rows)


@pytest.mark.parametrize("how", ["called", "predict"])
def test_a_call_of_your_own_is_not_spared(how):
    words, embedding, rows = embedded()
    with_padding = rows.numpy().mean(axis=1)
    without = layers.GlobalAveragePooling1D()(rows).numpy()
    for looks, expected in ((False, without), (True, with_padding)):
        model = Own(embedding, looks)
        found = model(words).numpy() if how == "called" else model.predict(words, verbose=0)
        parity.same(found, expected, atol=1e-6)


# What the texts say

def test_a_mask_of_numbers_is_added_in_pytorch_and_a_question_in_keras(padded):
    x, real, _ = padded
    rows = torch.tensor(x[:2])
    allowed = torch.tensor(real[:2, None])
    added = torch.where(allowed, 0.0, -torch.inf).double()
    right = F.scaled_dot_product_attention(rows, rows, rows, attn_mask=allowed)
    assert torch.allclose(F.scaled_dot_product_attention(rows, rows, rows, attn_mask=added), right)
    assert not torch.allclose(F.scaled_dot_product_attention(rows, rows, rows, attn_mask=allowed.double()), right, atol=0.1)
    layer = layers.MultiHeadAttention(2, 4)
    found = [layer(x[:2], x[:2], attention_mask=mask).numpy() for mask in (real[:2, None], real[:2, None].astype("float32"))]
    parity.same(*found)


def test_the_figure_says_how_much_stands_above_the_diagonal(capsys):
    query, key = np.random.default_rng(0).normal(size=(2, 3, 4))
    figures.shares(masks.shares(query, key, np.tri(3, dtype=bool)))
    figures.shares(masks.shares(query * 0, key))
    said = capsys.readouterr().out
    assert "0 of those above the diagonal" in said and "3 of those above" in said and "are 0.33, 0.33, 0.33." in said


# What the exercises call right is right in the frameworks

def test_the_heads_of_the_exercise_are_those_of_pytorchs_layer():
    *rows, may_look = checks_f.rows_and_mask(np.random.default_rng(0))
    layer = nn.MultiheadAttention(8, 2, bias=False, batch_first=True, dtype=torch.float64)
    torch_side.set_weights(layer, {"in_proj_weight": np.tile(np.eye(8), (3, 1)), "out_proj.weight": np.eye(8)})
    result, _ = layer(*map(torch.tensor, rows), attn_mask=~torch.tensor(may_look))
    parity.same(torch_side.to_numpy(result), checks_f.look(*rows, may_look), atol=1e-12)


@pytest.mark.parametrize("trial", range(3))
def test_the_mask_of_the_exercise_leaves_something_to_look_at_in_every_row_the_wrong_way_round_too(trial):
    *_, may_look = checks_f.rows_and_mask(np.random.default_rng(trial))
    for mask in (may_look, ~may_look):
        assert mask.any(axis=0).all() and mask.any(axis=1).all()


def test_with_the_mask_of_the_exercise_no_padding_is_read_and_nothing_is_lost():
    lengths, steps = [5, 3, 0], 5
    mask = checks_f.table(lengths, steps)
    assert mask.any(axis=-1).all() and not np.triu(mask, 1).any()
    x = np.random.default_rng(0).normal(size=(3, 5, 8)).astype("float32")
    layer = layers.MultiHeadAttention(2, 4)
    changed = x.copy()
    changed[1, :2] += 1  # the padding of the second text
    plain, other = (layer(rows, rows, attention_mask=mask).numpy() for rows in (x, changed))
    assert np.isfinite(plain).all()
    parity.same(other[1, 2:], plain[1, 2:], atol=1e-6)
    plain, other = (layer(rows, rows, attention_mask=np.tri(5, dtype=bool)).numpy() for rows in (x, changed))
    assert np.abs(other[1, 2:] - plain[1, 2:]).max() > 1e-3
