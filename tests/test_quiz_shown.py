"""What a quiz marks as right is what a run shows, wherever a question brings the lines (`shows`) that find it."""
import tomllib

import numpy as np
import pytest
import tensorflow as tf
import torch

import cells
import pipeline

pytestmark = pytest.mark.slow


def shown():
    """Each question that brings lines to run, and the letter of the option that is marked right."""
    for path in sorted(pipeline.CHAPTERS.glob("ch*/quiz.toml")):
        for number, question in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["question"], 1):
            if "shows" in question:
                right = [option.get("right", False) for option in question["option"]].index(True)
                yield pytest.param(question["shows"], "abcd"[right], id=f"{path.parent.name}, question {number}")


@pytest.mark.parametrize("lines, right", list(shown()))
def test_the_option_marked_right_is_the_one_that_a_run_shows(lines, right):
    space = {"__name__": "__main__", "np": np, "torch": torch, "tf": tf, "letter": None}
    cells.execute(lines, lines, "<quiz>", space)
    assert space["letter"] == right
