"""Checks of chapter 0: counts, ink in TensorFlow, a command that must survive the shell and Python, markers, kernels."""
import ast
import re
import shlex
import sys

import numpy as np

from helpers import data, errors, process
from helpers.course import comparing, judging, missing
from helpers.course.judging import Exercise, cases, function

NO_FUNCTION = "answer must be a function: write def answer(...): above."


# 0.1: one number

def judge_count(answer):
    """None when `answer` is how many pictures there are to learn from; else the cause."""
    digits = data.digits()
    train, test = len(digits.x_train), len(digits.x_test)
    if comparing.mismatch(judging.attempt(comparing.plain, answer).result, digits.x_train.shape) is None:
        return "that is the shape of the whole array; the number of pictures is its first entry."
    number = comparing.one_number(answer)
    if number is None:
        return f"answer one number, such as 100; yours is {judging.short(answer)}."
    if number == train:
        return None
    if number == test:
        return "those are the pictures for the test."
    if number == train + test:
        return "those are all pictures, those for the test included."
    return "that is not it. Do not count: ask the array `digits.x_train` how long it is."


# 0.4: ink, in TensorFlow

def some_images(rng):
    """Random pictures, (N, height, width), all three lengths different, with more ink than 16 bits can count."""
    height, width = rng.choice(np.arange(26, 33), 2, replace=False)
    return (rng.integers(0, 256, size=(5, height, width), dtype=np.uint8),)


# 0.5: the share that is read correctly

def judge_share(answer):
    """None when `answer(scores, y)` is the share of rows with the largest score at y, on three inputs; else the cause."""
    if not callable(answer):
        return NO_FUNCTION
    side = missing.side("torch")
    for trial in range(3):
        rng = np.random.default_rng(trial)
        scores = rng.normal(size=(40, 10))
        y = scores.argmax(axis=1)
        y[:9 + trial] = (y[:9 + trial] + 1) % 10  # these are read wrongly
        result, problem = judging.call(answer, side.tensor(scores), side.tensor(y))
        if problem:
            return problem
        if result is None:
            return judging.NO_RETURN
        result, error = judging.attempt(comparing.plain, result)
        if error is not None or not isinstance(result, (int, float, np.number, np.ndarray)):
            return f"return one number; yours is of type {type(result).__name__}."
        problem = wrong_share(np.asarray(result), scores, y)
        if problem:
            return problem
    return None


def wrong_share(got, scores, y):
    """What is wrong with an array that should hold one number, the share; None when nothing is."""
    right = scores.argmax(axis=1) == y
    if got.dtype == bool and got.shape == right.shape:
        return "that is a True or False for each picture. Turn them into numbers, and take their mean."
    if got.shape or got.dtype.kind not in "biuf":
        return f"return one number; yours is of shape {got.shape} and dtype {got.dtype}."
    if abs(got - right.mean()) < 1e-6:
        return None
    if got == right.sum():
        return "that is how many are read correctly; their share is asked for, from 0 to 1."
    if abs(got - (1 - right.mean())) < 1e-6:
        return "that is the share that is read wrongly."
    if abs(got - 100 * right.mean()) < 1e-4:
        return "that is the share in percent; a number from 0 to 1 is asked for."
    if abs(got - (scores.argmin(axis=1) == y).mean()) < 1e-6:
        return "you look for the lowest score; the digit that is read has the highest."
    if abs(got - right.sum() / scores.shape[1]) < 1e-6:
        return "divide by the number of pictures, not by that of the digits."
    return (f"of {len(y)} pictures {right.sum()} are read correctly, so the share is {right.mean():g}; "
            f"yours is {got.item():g}.")


# 0.2: a command for three shells

STAND_IN = """import sys, types
class device:
    def __init__(self, name, index=0): self.type, self.index = name.split(":")[0], index
    def __str__(self): return self.type
there = dict(is_available=lambda: {gpu}, device_count=lambda: int({gpu}))
cuda, accelerator = types.SimpleNamespace(**there), types.SimpleNamespace(**there)
sys.modules["torch"] = types.SimpleNamespace(cuda=cuda, accelerator=accelerator, device=device)
sys.modules["torch.cuda"], sys.modules["torch.accelerator"] = cuda, accelerator
"""  # for torch, on a machine with a GPU or without one
SPECIAL = {"\n": "a line break", "$": "a dollar sign", "`": "a backquote", "%": "a percent sign"}
"""What a shell, or the Windows command prompt, does not hand on as it is, even in double quotes."""


def judge_command(answer):
    """None when the command line `answer` prints GPU or CPU rightly, in the shells of all systems; else the cause."""
    if not isinstance(answer, str):
        return "answer the whole command as a string: python3 -c and the program in quotes."
    answer = answer.strip()
    if answer.startswith("!"):
        return "leave out the exclamation mark: it is for notebooks, and this command is for a terminal."
    try:
        parts = shlex.split(answer)
    except ValueError:
        return "a shell finds no closing quotation mark at the end of the program."
    if not re.match(r"(.*/)?py(thon[\d.]*)?$", parts[0] if parts else ""):
        return "the command should begin with Python, such as `python3`."
    *options, flag, program = parts[1:] if len(parts) > 2 else ("", "")
    if flag != "-c" or not all(re.match("-[^c]", option) for option in options):
        return f"a shell cuts this into {len(parts)} pieces; it should be three: python3, -c and the whole program."
    for sign, name in SPECIAL.items():
        if sign in answer:
            return f"not every shell hands on {name} as it is, even in double quotes: do without."
    return _judge_pieces(answer, program)


def _judge_pieces(answer, program):
    """None when the shells hand on the `program`, Python reads it, and it prints the right word; else the cause."""
    try:
        tree = ast.parse(program)
    except SyntaxError as error:
        return f"Python gets {program!r} and says SyntaxError: {error.msg}."
    if not re.search(r'-c\s+"', answer):
        return ("right for the shells of Linux and macOS, perhaps. But the Windows command prompt knows no single quotes: "
                "the outer quotes must be double ones.")
    problem = _judge_program(program)
    if problem and {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & {"GPU", "CPU"}:
        return (f"the shell takes away the inner double quotes: Python gets {program!r}, where GPU and CPU are names that "
                "nobody has defined.")
    return problem


def _judge_program(program):
    """None when the program prints the right word, tried with a stand-in for torch that sees a GPU and one that does not."""
    for gpu, word in ((True, "GPU"), (False, "CPU")):
        try:
            done = process.command([sys.executable, "-c", STAND_IN.format(gpu=gpu) + program], timeout=20)
        except process.ChildTimeout:
            return "the program does not come to its end."
        machine = "with" if gpu else "without"
        if done.returncode:
            said = errors.last_line(done.stderr)
            unknown = re.search(r"'types.SimpleNamespace' object has no attribute '(\w+)'", said)
            if unknown:
                return f"the check knows no `{unknown[1]}` of torch's: ask `torch.cuda.is_available()`."
            return f"on a machine {machine} a GPU the program says {said}"
        if done.stdout.split() == ["GPU"] and not gpu and "is_available" in program and "is_available()" not in program:
            return "without parentheses the condition is the function itself, which is always true."
        if done.stdout.split() != [word]:
            return f"on a machine {machine} a GPU the program prints {done.stdout.strip()!r}, it should print {word}."
    return None


# 0.3: markers

FETCHED = {"Linux": 5, "Darwin": 1, "Windows": 1}
MISCOUNTED = {
    "the markers were not read: what follows a semicolon is a condition": dict.fromkeys(FETCHED, 6),
    "an extra is fetched only when it is asked for, as in torch[optree]": {"Linux": 6, "Darwin": 2, "Windows": 2},
    "a line without a marker holds everywhere": {"Linux": 4, "Darwin": 0, "Windows": 0},
    "3.13 is below 3.15: versions are compared part by part": {"Linux": 3, "Darwin": 1, "Windows": 1}}


def judge_fetched(answer):
    """None when `answer` says how many lines hold on each system; else the cause, or the first entry that is not right."""
    if not isinstance(answer, dict) or answer.keys() != FETCHED.keys():
        return f"answer a dict with the keys {', '.join(map(repr, FETCHED))}."
    counts = {system: comparing.one_number(count) for system, count in answer.items()}
    for system, count in counts.items():
        if count is None:
            return f"the entry of {system} should be a whole number, yours is {judging.short(answer[system])}."
    wrong = [system for system in FETCHED if counts[system] != FETCHED[system]]
    if not wrong:
        return None
    return (judging.named(MISCOUNTED, lambda miscounted: counts == miscounted)
            or f"the number of {wrong[0]} is not right: go through the six lines once more for {wrong[0]}.")


# 0.6: the pip of a kernel's Python

def kernels():
    """(what stands in a kernel.json, the package to be installed) of a few kernels."""
    for python in ("/opt/deep/bin/python", r"C:\Program Files\deep\Scripts\python.exe"):
        argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        yield {"argv": argv, "display_name": "deep", "language": "python"}, "torch"
    yield {"argv": ["/opt/b/bin/python", "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
           "display_name": "b", "language": "python"}, "einops"


PIPS_MANNERS = {"-U", "--upgrade", "-q", "--quiet", "-v", "--verbose", "--no-input", "--no-cache-dir"}
"""Options that stand alone, and with which pip installs the same package into the same place."""


def same_command(got, wanted):
    """Whether a list of words is the wanted command, whatever it says of pip's manners."""
    return got[:3] + [word for word in got[3:] if word not in PIPS_MANNERS] == wanted


def pip_of(python):
    """The mistake of asking another Python: a function of (kernel, package)."""
    return lambda kernel, package: [python, "-m", "pip", "install", package]


# 0.7: files with two owners

def listings():
    """Dicts {package: its files}, in which no file, one or two have two owners or three."""
    yield ({"a": ["a/x.py", "lib/z.so"], "b": ["lib/z.so", "b/x.py"], "c": ["c/x.py"]},)
    yield ({"torch": ["nvidia/cudnn.so", "torch/x.py"], "b": ["nvidia/cudnn.so"], "a": ["nvidia/cudnn.so", "a/x.py"]},)
    yield ({"numpy": ["numpy/x.py"], "keras": ["keras/x.py"]},)
    yield ({"b": ["b/x.py", "LICENSE", "lib/z.so"], "a": ["lib/z.so", "a/x.py", "LICENSE"], "ab": ["ab/x.py"]},)
    yield ({},)


def owners(files, folder=True, fewest=2, most=None, ordered=True):
    """{file: its owners}, for the files with `fewest` to `most` owners; folder: whether it is a part of a file's name."""
    found = {}
    for package in sorted(files) if ordered else files:
        for name in files[package]:
            found.setdefault(name if folder else name.split("/")[-1], []).append(package)
    return {name: names for name, names in found.items() if fewest <= len(names) <= (most or len(names))}


def same_owners(got, wanted):
    """Whether an answer names the same owners, as a list or a tuple, of the same files."""
    return got.keys() == wanted.keys() and all(list(got[name]) == wanted[name] for name in wanted)


def unfit_owners(got):
    """Why what a function returned cannot be a dict {file: list of owners}; None when it can."""
    if got is None:
        return "your function returned None: is there a `return`?"
    if not isinstance(got, dict) or not all(isinstance(names, (list, tuple)) for names in got.values()):
        return f"return a dict {{file: list of owners}}; yours is {judging.short(got)}."
    return None


EXERCISES = {
    "0.1": Exercise(
        judge_count,
        hints=("`digits` has four parts. Two of them are for training: `x_train` holds pictures, `y_train` what they show.",
               "`len(...)` of an array is its length along the first axis, and the pictures lie along the first axis.",
               "`answer = len(digits.x_train)`")),
    "0.2": Exercise(
        judge_command,
        hints=("A double quote opens a string for the shell. Which one closes it?",
               "`import shlex; shlex.split(broken)` shows the pieces that a shell would hand to Python.",
               "Keep the outer double quotes. Inside, write 'GPU' and 'CPU' in single quotes: Python takes both kinds.")),
    "0.3": Exercise(
        judge_fetched,
        hints=("Go line by line. What stands after the semicolon, and is it true on Linux with Python 3.13? On a Mac?",
               "`sympy` has no marker: everybody gets it. `optree` asks for an extra: nobody gets it from a plain install.",
               "Linux gets the four lines that name it, and sympy. The others get sympy alone.")),
    "0.4": function(
        "tf",
        reference=lambda images: images.sum(axis=(1, 2), dtype=np.int64),
        inputs=some_images,
        suspects={"the sum is still a uint8 and has overflowed": lambda images: images.sum(axis=(1, 2), dtype=np.uint8),
                  "these sums overflowed as uint8 before they became int64: cast before you add":
                      lambda images: images.sum(axis=(1, 2), dtype=np.uint8).astype(np.int64),
                  "that is one sum over all pictures; each picture should get its own":
                      lambda images: images.sum(dtype=np.int64),
                  "that is the mean of the pixels; their sum is asked for":
                      lambda images: images.mean(axis=(1, 2)).astype(np.int64)},
        dtype="int64",
        hints=("TensorFlow keeps the dtype of what it adds. Which dtype has room for the sum?",
               "`tf.cast(images, tf.int64)` gives the same pixels with more room. Do it before the sum.",
               "`return tf.reduce_sum(tf.cast(images, tf.int64), axis=(1, 2))`")),
    "0.5": Exercise(
        judge_share,
        hints=("First find the digit that is read in each picture: the place of the largest of its ten scores.",
               "`scores.argmax(dim=1)` gives these places. `== y` says for each whether it is right, as True or False.",
               "PyTorch takes no mean of True and False: `.double()` makes 1 and 0 of them, then `.mean()`.")),
    "0.6": cases(
        kernels,
        reference=lambda kernel, package: [kernel["argv"][0], "-m", "pip", "install", package],
        suspects={
            "that is this notebook's Python, not the kernel's": pip_of(sys.executable),
            "whose pip is that? A bare `pip` is the first one on the PATH, whichever Python it belongs to":
                lambda kernel, package: ["pip", "install", package],
            "whose Python is that? `python` is the first one on the PATH": pip_of("python"),
            "without `-m` Python looks for a file called pip":
                lambda kernel, package: [kernel["argv"][0], "pip", "install", package],
            "that is the kernel's name, not the program that it starts":
                lambda kernel, package: [kernel["display_name"], "-m", "pip", "install", package],
            "of the kernel's command only the first word is the Python":
                lambda kernel, package: [*kernel["argv"], "-m", "pip", "install", package],
            "each word is an entry of its own: \"-m\", \"pip\", \"install\"":
                lambda kernel, package: [kernel["argv"][0], "-m pip install", package],
            "a path may hold a space, so build the list of words; do not split a text":
                lambda kernel, package: [*kernel["argv"][0].split(), "-m", "pip", "install", package],
        },
        say=lambda arguments, right, got: f"for the kernel {arguments[0]!r} you return {got!r}.",
        no_function=NO_FUNCTION,
        unfit=lambda got: None if isinstance(got, list) else
            "your function returned None: is there a `return`?" if got is None else
            f"return a list of words, such as ['python', '-m', ...]; yours is a {type(got).__name__}.",
        same=same_command,
        hints=("`argv` is the command line that starts the kernel. Which of its words is the Python?",
               "The first one: `kernel[\"argv\"][0]`. What has to follow, so that this Python runs its own pip?",
               "`return [kernel[\"argv\"][0], \"-m\", \"pip\", \"install\", package]`")),
    "0.7": cases(
        listings,
        reference=owners,
        suspects={
            "these are all files; those with one owner were not asked for": lambda files: owners(files, fewest=1),
            "the owners are not in the order of the alphabet": lambda files: owners(files, ordered=False),
            "these are the files with exactly two owners; some have three": lambda files: owners(files, most=2),
            "the folder counts: a/x.py and b/x.py are two files": lambda files: owners(files, folder=False),
        },
        say=lambda arguments, right, got: f"for {arguments[0]!r} you return {got!r}, and not {right!r}.",
        no_function=NO_FUNCTION,
        unfit=unfit_owners,
        same=same_owners,
        hints=("Turn the dict around: for each file, collect the packages that have it.",
               "`owners.setdefault(name, set()).add(package)` adds to the set of a file, and makes one where there is none.",
               "At the end keep `{name: sorted(found) for name, found in owners.items() if len(found) > 1}`.")),
}
