"""Each comparison passes on equal data and fails on every kind of difference."""
import numpy as np
import pytest

from helpers import parity, show

A = np.array([[1.0, 2.0], [3.0, 4.0]])


def test_equal():
    assert parity.same(A, A.copy()) == 0
    assert parity.gap({"w": A, "b": np.zeros(2)}, {"w": A + 0.5, "b": np.zeros(2)}) == 0.5
    assert parity.same(1.0, 1.0 + 1e-9, atol=1e-8) < 1e-8
    assert parity.same(np.float32([1e6]), np.float32([1e6 + 1]), rtol=1e-5) == 1
    assert parity.gap(np.zeros((0, 3)), np.zeros((0, 3))) == 0
    assert parity.gap("a", "a") == 0


def test_nan_and_infinity_in_the_same_places_are_equal():
    values = np.array([np.nan, np.inf, -np.inf, 1.0])
    assert parity.same(values, values.copy()) == 0


@pytest.mark.parametrize("other, said", [
    (A + 1e-3, "largest difference 1.0e-03, tolerance 1.0e-06"),
    (A.T.copy(), "at (0, 1)"),
    (A[:1], r"shapes differ, (2, 2) against (1, 2)"),
    (A.astype("float32"), "dtypes differ, float64 against float32"),
    (np.where(A == 2, np.nan, A), "NaN in different places, 0 against 1 of 4"),
    (np.where(A == 2, np.inf, A), "largest difference inf"),
    (np.where(A == 2, np.nan, np.nan), "NaN"),
])
def test_difference(other, said):
    with pytest.raises(parity.ParityError) as error:
        parity.same(A, other, atol=1e-6, what="logits")
    assert said in str(error.value) and "logits" in str(error.value)


def test_difference_of_numbers_and_texts():
    with pytest.raises(parity.ParityError, match="1.0.* against .*2.0"):
        parity.same(1.0, 2.0)
    with pytest.raises(parity.ParityError):
        parity.same("a", "b")


def test_differ_shows_two_texts_whatever_their_lengths(capsys):
    parity.differ("the answer", "refuses", "gives 0.0")
    assert capsys.readouterr().out == "DIFFERENT: the answer: 'refuses' against 'gives 0.0'\n"
    with pytest.raises(parity.ParityError, match="against"):
        parity.same("refuses", "gives 0.0")
    with pytest.raises(parity.ParityError, match="now agree"):
        parity.differ("the answer", "refuses", "refuses")


def test_the_name_of_the_weight_that_differs_is_said():
    with pytest.raises(parity.ParityError, match=r"weights\['b'\]"):
        parity.same({"w": A, "b": A}, {"w": A, "b": A + 1}, what="weights")
    with pytest.raises(parity.ParityError, match="on one side only: b, c"):
        parity.same({"w": A, "b": A}, {"w": A, "c": A})
    with pytest.raises(parity.ParityError, match="dict against ndarray"):
        parity.same({"w": A}, A)


def test_a_tensor_is_refused():
    import torch
    with pytest.raises(TypeError, match="torch_side.to_numpy"):
        parity.same(torch.zeros(2), np.zeros(2))
    with pytest.raises(TypeError, match="cannot compare"):
        parity.same([object()], [object()])


def test_a_negative_or_nan_limit_cannot_pass():
    with pytest.raises(parity.ParityError):
        parity.same(A, A + 1e-9, atol=float("nan"))


def test_verdict_shows_one_sentence_or_raises(capsys):
    parity.verdict("the product", A, A + 1e-9, atol=1e-6)
    assert capsys.readouterr().out == "EQUAL within 1e-06: the product (largest difference 1.0e-09)\n"
    parity.verdict("the product", A, A)
    assert capsys.readouterr().out == "EQUAL exactly: the product\n"
    parity.verdict("the product", A, A, rtol=1e-5)
    assert capsys.readouterr().out == "EQUAL within 1e-05 of the largest value: the product (largest difference 0)\n"
    with pytest.raises(parity.ParityError):
        parity.verdict("the product", A, A + 1, atol=1e-6)


def test_differ_shows_what_differs_or_raises(capsys):
    parity.differ("the default", A, A + 1, atol=0.5)
    assert capsys.readouterr().out == "DIFFERENT by more than 0.5: the default (largest difference 1.0e+00)\n"
    parity.differ("the default", A, A.astype("float32"))
    assert "DIFFERENT: the default: dtypes differ" in capsys.readouterr().out
    with pytest.raises(parity.ParityError, match="now agree here"):
        parity.differ("the default", A, A)


def test_the_word_stands_on_a_color_with_the_same_sentence_beside_it(shown):
    parity.verdict("the product", A, A)
    parity.differ("the default", A, A + 1)
    parity.differ("the default", A, A.astype("float32"))
    for (markup, plain), word, rest in zip(shown, ("EQUAL", "DIFFERENT", "DIFFERENT"), (
            "exactly: the product",
            "by more than 0: the default (largest difference 1.0e+00)",
            "the default: dtypes differ, float64 against float32")):
        assert show.COLORS[word] in markup and markup.endswith(f">{word}</b> {rest}</div>")
        assert plain.startswith(word) and plain.endswith(rest)
