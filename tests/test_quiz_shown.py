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
                right = "".join(letter for letter, option in zip("abcd", question["option"]) if option.get("right"))
                yield pytest.param(question, right, id=f"{question['lesson']}, question {number} of {path.parent.name}")


@pytest.mark.parametrize("question, right", list(shown()))
def test_the_option_marked_right_is_the_one_that_a_run_shows(question, right):
    lines, space = question["shows"], {"__name__": "__main__", "np": np, "torch": torch, "tf": tf, "letter": None}
    cells.execute(lines, lines, "<quiz>", space)
    found = space["letter"]
    assert found == right, f"{question['text']!r}: quiz.toml marks {right} as right, and its lines set letter to {found}"
