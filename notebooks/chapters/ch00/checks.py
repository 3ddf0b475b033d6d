"""Checks of chapter 00: counts, a command that must survive the shell and Python, markers, ink in TensorFlow."""
import ast
import re
import shlex
import sys

import numpy as np

from helpers import data, errors, process
from helpers.course.judging import Exercise, function, value

STAND_IN = """import sys, types
cuda = types.SimpleNamespace(is_available=lambda: {gpu}, device_count=lambda: int({gpu}))
sys.modules["torch"], sys.modules["torch.cuda"] = types.SimpleNamespace(cuda=cuda), cuda
"""  # for torch, on a machine with a GPU or without one


def judge_command(answer):
    """None when the command line `answer` prints GPU or CPU rightly, in the shells of all systems; else the cause."""
    if not isinstance(answer, str):
        return "answer the whole command as a string: python3 -c and the program in quotes."
    try:
        parts = shlex.split(answer)
    except ValueError:
        return "a shell finds no closing quotation mark at the end of the program."
    if len(parts) != 3 or not parts[0].startswith("python") or parts[1] != "-c":
        return f"a shell cuts this into {len(parts)} pieces; it should be three: python3, -c and the whole program."
    program = parts[2]
    try:
        tree = ast.parse(program)
    except SyntaxError as error:
        return f"Python gets {program!r} and says SyntaxError: {error.msg}."
    if {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & {"GPU", "CPU"}:
        return (f"the shell takes away the inner double quotes: Python gets {program!r}, where GPU and CPU are names that "
                "nobody has defined.")
    if not re.search(r'-c\s+"', answer):
        return ("right for the shells of Linux and macOS. But the Windows command prompt knows no single quotes: the "
                "outer quotes must be double ones.")
    return _judge_program(program)


def _judge_program(program):
    """None when the program prints the right word, tried with a stand-in for torch that sees a GPU and one that does not."""
    for gpu, word in ((True, "GPU"), (False, "CPU")):
        try:
            done = process.command([sys.executable, "-c", STAND_IN.format(gpu=gpu) + program], timeout=20)
        except process.ChildTimeout:
            return "the program does not come to its end."
        machine = "with" if gpu else "without"
        if done.returncode:
            return f"on a machine {machine} a GPU the program says {errors.last_line(done.stderr)}"
        if done.stdout.split() == ["GPU"] and not gpu and "is_available" in program and "is_available()" not in program:
            return "without parentheses the condition is the function itself, which is always true."
        if done.stdout.split() != [word]:
            return f"on a machine {machine} a GPU the program prints {done.stdout.strip()!r}, it should print {word}."
    return None


EXERCISES = {
    "0.1": value(
        lambda: len(data.digits().x_train),
        suspects={"those are the pictures for the test": lambda: len(data.digits().x_test),
                  "those are all pictures, those for the test included":
                      lambda: len(data.digits().x_train) + len(data.digits().x_test),
                  "that is the shape of the whole array; the number of pictures is its first entry":
                      lambda: data.digits().x_train.shape},
        hints=("`digits` has four parts. Two of them are for training: `x_train` holds pictures, `y_train` what they show.",
               "`len(...)` of an array is its length along the first axis, and the pictures lie along the first axis.",
               "`answer = len(digits.x_train)`")),
    "0.2": Exercise(
        judge_command,
        hints=("A double quote opens a string for the shell. Which one closes it?",
               "`import shlex; shlex.split(broken)` shows the pieces that a shell would hand to Python.",
               "Keep the outer double quotes. Inside, write 'GPU' and 'CPU' in single quotes: Python takes both kinds.")),
    "0.3": value(
        {"Linux": 5, "Darwin": 1, "Windows": 1},
        suspects={"the markers were not read: what follows a semicolon is a condition":
                      dict.fromkeys(["Linux", "Darwin", "Windows"], 6),
                  "an extra is fetched only when it is asked for, as in torch[optree]":
                      {"Linux": 6, "Darwin": 2, "Windows": 2},
                  "a line without a marker holds everywhere": {"Linux": 4, "Darwin": 0, "Windows": 0}},
        hints=("Go line by line. What stands after the semicolon, and is it true on Linux with Python 3.13? On a Mac?",
               "`sympy` has no marker: everybody gets it. `optree` asks for an extra: nobody gets it from a plain install.",
               "Linux gets the four lines that name it, and sympy. The others get sympy alone.")),
    "0.4": function(
        "tf",
        reference=lambda images: images.sum(axis=(1, 2), dtype=np.int64),
        inputs=lambda rng: (rng.integers(0, 256, size=(5, 8, 8), dtype=np.uint8),),
        suspects={"the sum is still a uint8 and has overflowed": lambda images: images.sum(axis=(1, 2), dtype=np.uint8),
                  "these sums overflowed as uint8 before they became int64: cast before you add":
                      lambda images: images.sum(axis=(1, 2), dtype=np.uint8).astype(np.int64),
                  "that is one sum over all pictures; each picture should get its own":
                      lambda images: images.sum(dtype=np.int64)},
        gradients=False,
        hints=("TensorFlow keeps the dtype of what it adds. Which dtype has room for the sum?",
               "`tf.cast(images, tf.int64)` gives the same pixels with more room. Do it before the sum.",
               "`return tf.reduce_sum(tf.cast(images, tf.int64), axis=(1, 2))`")),
}
