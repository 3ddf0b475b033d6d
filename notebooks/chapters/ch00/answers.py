"""Answers to the exercises of chapter 0, as learners write them: right ones, and wrong ones with words that the check must say."""

# %% 0.1 right: the length of the array
answer = len(digits.x_train)

# %% 0.1 right: the first number of its shape
answer = digits.x_train.shape[0]

# %% 0.1 right: as many as there are labels
answer = digits.y_train.size

# %% 0.1 right: a float
answer = float(len(digits.x_train))

# %% 0.1 right: NumPy's float32
answer = np.float32(len(digits.x_train))

# %% 0.1 right: an array without axes
answer = np.array(len(digits.x_train))

# %% 0.1 right: a tensor of PyTorch
answer = torch.tensor(len(digits.x_train))

# %% 0.1 right: a number in a tensor of TensorFlow
answer = tf.shape(tf.constant(digits.x_train))[0]

# %% 0.1 right: counted one by one
answer = sum(1 for _ in digits.x_train)

# %% 0.1 right: a fraction
from fractions import Fraction

answer = Fraction(digits.x_train.size, 64)

# %% 0.1 wrong: test
answer = len(digits.x_test)

# %% 0.1 wrong: both
answer = len(digits.x_train) + len(digits.x_test)

# %% 0.1 wrong: pixels
answer = digits.x_train.size

# %% 0.1 wrong: a number
answer = digits.x_train.shape

# %% 0.1 wrong: a number
answer = "1415"

# %% 0.1 wrong: one too many
answer = len(digits.x_train) + 1

# %% 0.1 wrong: digits
answer = 10

# %% 0.1 wrong: a number
answer = None

# %% 0.1 wrong: call
answer = digits.x_train.__len__

# %% 0.1 wrong: 64
answer = 64

# %% 0.1 wrong: a number
answer = digits.y_train

# %% 0.2 right: single quotes inside
answer = '''python3 -c "import torch; print('GPU' if torch.cuda.is_available() else 'CPU')"'''

# %% 0.2 right: as on Windows
answer = '''py -3 -c "import torch; print('GPU' if torch.cuda.is_available() else 'CPU')"'''

# %% 0.2 right: by a list
answer = '''python -c "import torch; print(['CPU', 'GPU'][torch.cuda.is_available()])"'''

# %% 0.2 right: by replacing the inner quotes
answer = broken.replace('"GPU"', "'GPU'").replace('"CPU"', "'CPU'")

# %% 0.2 right: escaped quotes inside, which the shells and Windows' Python both read
answer = 'python3 -c "import torch; print(\\"GPU\\" if torch.cuda.is_available() else \\"CPU\\")"'

# %% 0.2 right: a greater-than inside the outer quotes
answer = '''python3 -c "import torch; print('GPU' if torch.cuda.device_count() > 0 else 'CPU')"'''

# %% 0.2 right: another import, and no spaces
answer = '''python3 -c "from torch import cuda;print('GPU'if cuda.is_available()else'CPU')"'''

# %% 0.2 right: and, or
answer = '''python3.13 -c "import torch; print(torch.cuda.is_available() and 'GPU' or 'CPU')"'''

# %% 0.2 right: by the path of a Python, with an end of line
answer = '''/usr/bin/python3 -c "import torch; print('GPU' if torch.cuda.is_available() else 'CPU')"\n'''

# %% 0.2 right: no quotes inside at all
answer = 'python3 -c "import torch; print(chr(71 if torch.cuda.is_available() else 67) + chr(80) + chr(85))"'

# %% 0.2 wrong: shell
answer = broken

# %% 0.2 wrong: Windows
answer = """python3 -c 'import torch; print("GPU" if torch.cuda.is_available() else "CPU")'"""

# %% 0.2 wrong: import torch
answer = '''python3 -c "print('GPU' if torch.cuda.is_available() else 'CPU')"'''

# %% 0.2 wrong: swapped
answer = '''python3 -c "import torch; print('CPU' if torch.cuda.is_available() else 'GPU')"'''

# %% 0.2 wrong: quotes
answer = 'python3 -c "import torch; print(GPU if torch.cuda.is_available() else CPU)"'

# %% 0.2 wrong: quotes
answer = 'python3 -c “import torch; print(‘GPU’ if torch.cuda.is_available() else ‘CPU’)”'

# %% 0.2 wrong: whole command
answer = "import torch; print('GPU' if torch.cuda.is_available() else 'CPU')"

# %% 0.2 wrong: string
answer = ["python3", "-c", "import torch; print('GPU' if torch.cuda.is_available() else 'CPU')"]

# %% 0.2 wrong: GPU or CPU
answer = '''python3 -c "import torch; print(torch.cuda.is_available())"'''

# %% 0.2 wrong: always
answer = '''python3 -c "import torch; print('CPU')"'''

# %% 0.2 wrong: -c
answer = '''python3 "import torch; print('GPU' if torch.cuda.is_available() else 'CPU')"'''

# %% 0.2 wrong: closing
answer = '''python3 -c "import torch; print('GPU' if torch.cuda.is_available() else 'CPU')'''

# %% 0.2 wrong: string
answer = None

# %% 0.2 wrong: called
answer = '''python3 -c "import torch; print('GPU' if torch.cuda.is_available else 'CPU')"'''

# %% 0.3 right: counted by hand
answer = {"Linux": 5, "Darwin": 1, "Windows": 1}

# %% 0.3 right: in another order
answer = dict(Windows=1, Darwin=1, Linux=5)

# %% 0.3 right: counted by Python
def fetched(system):
    markers = [Requirement(line).marker for line in requirements]
    given = {"platform_system": system, "python_version": "3.13", "extra": ""}
    return sum(marker is None or marker.evaluate(given) for marker in markers)


answer = {system: fetched(system) for system in ("Linux", "Darwin", "Windows")}

# %% 0.3 right: a Counter
from collections import Counter

answer = Counter()
for line in requirements:
    marker = Requirement(line).marker
    for system in ("Linux", "Darwin", "Windows"):
        if not marker or marker.evaluate(
            {"platform_system": system, "python_version": "3.13", "extra": ""}
        ):
            answer[system] += 1

# %% 0.3 right: floats
answer = {"Linux": 5.0, "Darwin": 1.0, "Windows": 1.0}

# %% 0.3 right: NumPy's numbers
import numpy as np

answer = dict(zip(["Linux", "Darwin", "Windows"], np.array([5, 1, 1])))

# %% 0.3 right: a default dict
from collections import defaultdict

answer = defaultdict(int)
for system in ("Linux", "Darwin", "Windows"):
    answer[system] += sum(
        system in line or ";" not in line for line in requirements
    )

# %% 0.3 right: tensors
answer = {"Linux": torch.tensor(5), "Darwin": torch.tensor(1), "Windows": torch.tensor(1)}

# %% 0.3 right: an ordered dict
from collections import OrderedDict

answer = OrderedDict([("Linux", 5), ("Darwin", 1), ("Windows", 1)])

# %% 0.3 right: made with the name of each system
answer = {}
for system in ["Linux", "Darwin", "Windows"]:
    answer[system] = len(
        [
            line
            for line in requirements
            if Requirement(line).marker is None
            or Requirement(line).marker.evaluate(
                environment={
                    "platform_system": system,
                    "python_version": "3.13",
                    "extra": "",
                }
            )
        ]
    )

# %% 0.3 wrong: optree
answer = {"Linux": 6, "Darwin": 2, "Windows": 2}

# %% 0.3 wrong: sympy
answer = {"Linux": 4, "Darwin": 0, "Windows": 0}

# %% 0.3 wrong: every
answer = {"Linux": 5, "Darwin": 5, "Windows": 5}

# %% 0.3 wrong: Darwin
answer = {"Linux": 5, "macOS": 1, "Windows": 1}

# %% 0.3 wrong: dict
answer = [5, 1, 1]

# %% 0.3 wrong: Windows
answer = {"Linux": 5, "Darwin": 1}

# %% 0.3 wrong: python_version
answer = {"Linux": 3, "Darwin": 1, "Windows": 1}

# %% 0.3 wrong: number
answer = {"Linux": "5", "Darwin": "1", "Windows": "1"}

# %% 0.3 wrong: Linux
answer = {"linux": 5, "darwin": 1, "windows": 1}

# %% 0.3 wrong: dict
answer = None

# %% 0.3 wrong: number
answer = {"Linux": ["cuda-toolkit", "nvidia-cudnn-cu13", "cuda-bindings", "triton", "sympy"], "Darwin": ["sympy"], "Windows": ["sympy"]}

# %% 0.3 wrong: Windows
answer = {"Linux": 5, "Darwin": 1, "Windows": 5}

# %% 0.3 wrong: optree
answer = {"Linux": 5, "Darwin": 2, "Windows": 2}

# %% 0.4 right: a lambda, axes from the end
answer = lambda images: tf.reduce_sum(tf.cast(images, tf.int64), axis=(-2, -1))

# %% 0.4 right: a list of axes
def answer(images):
    return tf.math.reduce_sum(tf.cast(images, tf.int64), [1, 2])

# %% 0.4 right: one axis after the other
def answer(images):
    images = tf.cast(images, "int64")
    return tf.reduce_sum(tf.reduce_sum(images, axis=2), axis=1)

# %% 0.4 right: as a tf.function
@tf.function
def answer(images):
    return tf.reduce_sum(tf.cast(images, tf.int64), axis=(1, 2))

# %% 0.4 right: by reshaping
def answer(images):
    flat = tf.reshape(images, (tf.shape(images)[0], -1))
    return tf.reduce_sum(tf.cast(flat, tf.int64), axis=1)

# %% 0.4 right: einsum
def answer(images):
    return tf.einsum("nhw->n", tf.cast(images, tf.int64))

# %% 0.4 right: in float64, and back
def answer(images):
    return tf.cast(tf.reduce_sum(tf.cast(images, tf.float64), axis=(1, 2)), tf.int64)

# %% 0.4 right: picture by picture
def answer(images):
    return tf.stack([tf.reduce_sum(tf.cast(image, tf.int64)) for image in images])

# %% 0.4 right: map_fn
def answer(images):
    return tf.map_fn(
        lambda image: tf.reduce_sum(tf.cast(image, tf.int64)),
        images,
        fn_output_signature=tf.int64,
    )

# %% 0.4 right: keras.ops
def answer(images):
    return tf.keras.ops.sum(tf.keras.ops.cast(images, "int64"), axis=(1, 2))

# %% 0.4 right: a callable object
class Ink:
    def __call__(self, images):
        return tf.squeeze(
            tf.reduce_sum(tf.cast(images, tf.int64), axis=(1, 2), keepdims=True), [1, 2]
        )


answer = Ink()

# %% 0.4 right: the sum in int32, which has room as well
def answer(images):
    return tf.cast(tf.reduce_sum(tf.cast(images, tf.int32), axis=(1, 2)), tf.int64)

# %% 0.4 wrong: overflow
def answer(images):
    return tf.reduce_sum(images, axis=(1, 2))

# %% 0.4 wrong: before
def answer(images):
    return tf.cast(tf.reduce_sum(images, axis=(1, 2)), tf.int64)

# %% 0.4 wrong: int64
def answer(images):
    return tf.reduce_sum(tf.cast(images, tf.int32), axis=(1, 2))

# %% 0.4 wrong: axis
def answer(images):
    return tf.reduce_sum(tf.cast(images, tf.int64), axis=(0, 1))

# %% 0.4 wrong: every picture
def answer(images):
    return tf.reduce_sum(tf.cast(images, tf.int64))

# %% 0.4 wrong: mean
def answer(images):
    return tf.reduce_mean(tf.cast(images, tf.int64), axis=(1, 2))

# %% 0.4 wrong: shape
def answer(images):
    return tf.reduce_sum(tf.cast(images, tf.int64), axis=1)

# %% 0.4 wrong: keepdims
def answer(images):
    return tf.reduce_sum(tf.cast(images, tf.int64), axis=(1, 2), keepdims=True)

# %% 0.4 wrong: TensorFlow
def answer(images):
    return images.numpy().sum(axis=(1, 2), dtype=np.int64)

# %% 0.4 wrong: TensorFlow
def answer(images):
    return torch.tensor(images.numpy()).sum(dim=(1, 2))

# %% 0.4 wrong: its argument
def answer(images):
    return tf.reduce_sum(tf.cast(counts, tf.int64), axis=(1, 2))

# %% 0.4 wrong: nothing
def answer(images):
    print(tf.reduce_sum(tf.cast(images, tf.int64), axis=(1, 2)))

# %% 0.4 wrong: overflow
def answer(images):
    total = tf.reduce_sum(tf.cast(images, tf.int8), axis=(1, 2))
    return tf.cast(total, tf.int64)

# %% 0.4 wrong: function
answer = tf.reduce_sum(tf.cast(tf.constant(counts), tf.int64), axis=(1, 2))

# %% 0.5 right: in one line
answer = lambda scores, y: (scores.argmax(dim=1) == y).float().mean()

# %% 0.5 right: in float64, as Python's number
def answer(scores, y):
    return (torch.argmax(scores, 1) == y).double().mean().item()

# %% 0.5 right: a count, divided
def answer(scores, y):
    return (scores.argmax(-1) == y).sum() / len(y)

# %% 0.5 right: one by one
def answer(scores, y):
    hits = 0
    for row, digit in zip(scores, y):
        if row.argmax() == digit:
            hits += 1
    return hits / y.shape[0]

# %% 0.5 right: the place of the maximum
def answer(scores, y):
    with torch.no_grad():
        best = scores.max(dim=1).indices
        return torch.mean(torch.eq(best, y), dtype=torch.float64)

# %% 0.5 right: topk
def answer(scores, y):
    best = scores.topk(1, dim=1).indices.squeeze(1)
    return best.eq(y).to(torch.float64).mean()

# %% 0.5 right: by the wrong ones
def answer(scores, y):
    return 1 - torch.count_nonzero(scores.argmax(1) - y) / y.numel()

# %% 0.5 right: through probabilities
def answer(scores, y):
    read = torch.softmax(scores, dim=1).argmax(dim=1)
    return float((read == y).sum()) / float(len(y))

# %% 0.5 right: NumPy's mean
def answer(scores, y):
    return np.mean((scores.argmax(dim=1) == y).numpy())

# %% 0.5 right: a module
class Share(torch.nn.Module):
    def forward(self, scores, y):
        return (scores.argmax(dim=1) == y).double().mean()


answer = Share()

# %% 0.5 right: the right digit's score is the highest
def answer(scores, y):
    own = scores.gather(1, y[:, None])
    return (own >= scores).all(dim=1).double().mean()

# %% 0.5 wrong: dim
def answer(scores, y):
    return (scores.argmax(dim=0)[:, None] == y).double().mean()

# %% 0.5 wrong: from 0 to 1
def answer(scores, y):
    return 100 * (scores.argmax(dim=1) == y).double().mean()

# %% 0.5 wrong: share
def answer(scores, y):
    return (scores.argmax(dim=1) == y).sum()

# %% 0.5 wrong: lowest
def answer(scores, y):
    return (scores.argmin(dim=1) == y).double().mean()

# %% 0.5 wrong: wrongly
def answer(scores, y):
    return (scores.argmax(dim=1) != y).double().mean()

# %% 0.5 wrong: dim
def answer(scores, y):
    return (scores.argmax() == y).double().mean()

# %% 0.5 wrong: score itself
def answer(scores, y):
    return (scores.max(dim=1).values == y).double().mean()

# %% 0.5 wrong: without axes
def answer(scores, y):
    return (scores.argmax(dim=1) == y).double().mean(dim=0, keepdim=True)

# %% 0.5 wrong: entry
def answer(scores, y):
    return (scores.argmax(dim=1) == y).double()

# %% 0.5 wrong: its arguments
def answer(scores, y):
    return float((read_torch == digits.y_test).mean())

# %% 0.5 wrong: nothing
def answer(scores, y):
    print((scores.argmax(dim=1) == y).double().mean())

# %% 0.5 wrong: bool
def answer(scores, y):
    return torch.equal(scores.argmax(dim=1), y)

# %% 0.5 wrong: number of pictures
def answer(scores, y):
    return (scores.argmax(dim=1) == y).sum() / scores.shape[1]

# %% 0.5 wrong: rounded
def answer(scores, y):
    return round((scores.argmax(dim=1) == y).double().mean().item(), 2)

# %% 0.6 right: the first word of its command
def answer(kernel, package):
    return [kernel["argv"][0], "-m", "pip", "install", package]

# %% 0.6 right: a lambda that adds lists
answer = lambda kernel, package: kernel["argv"][:1] + ["-m", "pip", "install"] + [package]

# %% 0.6 right: unpacked
def answer(kernel, package):
    python, *_ = kernel["argv"]
    return [python, *"-m pip install".split(), package]

# %% 0.6 right: word after word
def answer(kernel, package):
    words = []
    words.append(kernel.get("argv")[0])
    words.extend(("-m", "pip", "install"))
    words.append(package)
    return words

# %% 0.6 right: a partial
import functools


def command(middle, kernel, package):
    return [kernel["argv"][0]] + middle + [package]


answer = functools.partial(command, ["-m", "pip", "install"])

# %% 0.6 right: through the shell's rules and back
import shlex


def answer(kernel, package):
    python = kernel["argv"][0]
    return shlex.split(f"{shlex.quote(python)} -m pip install {shlex.quote(package)}")

# %% 0.6 right: a callable object
class Installer:
    def __call__(self, kernel, package):
        return [str(kernel["argv"][0]), "-m", "pip", "install", str(package)]


answer = Installer()

# %% 0.6 right: from a copy
def answer(kernel, package):
    words = list(kernel["argv"])
    del words[1:]
    return words + ["-m", "pip", "install", package]

# %% 0.6 wrong: this notebook
import sys


def answer(kernel, package):
    return [sys.executable, "-m", "pip", "install", package]

# %% 0.6 wrong: which Python
def answer(kernel, package):
    return ["pip", "install", package]

# %% 0.6 wrong: which Python
def answer(kernel, package):
    return ["python", "-m", "pip", "install", package]

# %% 0.6 wrong: list
def answer(kernel, package):
    return f"{kernel['argv'][0]} -m pip install {package}"

# %% 0.6 wrong: other kernel
def answer(kernel, package):
    return ["/opt/deep/bin/python", "-m", "pip", "install", package]

# %% 0.6 wrong: one word
def answer(kernel, package):
    return [kernel["argv"][0], "-m pip install", package]

# %% 0.6 wrong: -m
def answer(kernel, package):
    return [kernel["argv"][0], "pip", "install", package]

# %% 0.6 wrong: display_name
def answer(kernel, package):
    return [kernel["display_name"], "-m", "pip", "install", package]

# %% 0.6 wrong: first word
def answer(kernel, package):
    return kernel["argv"] + ["-m", "pip", "install", package]

# %% 0.6 wrong: package
def answer(kernel, package):
    return [kernel["argv"][0], "-m", "pip", "install", "package"]

# %% 0.6 wrong: install
def answer(kernel, package):
    return [kernel["argv"][0], "-m", "pip", package]

# %% 0.6 wrong: first word
def answer(kernel, package):
    return [kernel["argv"], "-m", "pip", "install", package]

# %% 0.6 wrong: ipykernel
def answer(kernel, package):
    return [kernel["argv"][0], "-m", "ipykernel", "install", "--name", kernel["display_name"]]

# %% 0.6 wrong: space
def answer(kernel, package):
    return f"{kernel['argv'][0]} -m pip install {package}".split()

# %% 0.6 wrong: changes
def answer(kernel, package):
    words = kernel["argv"]
    words[1:] = ["-m", "pip", "install", package]
    return words

# %% 0.6 wrong: nothing
def answer(kernel, package):
    print([kernel["argv"][0], "-m", "pip", "install", package])

# %% 0.7 right: owners collected, then chosen
def answer(files):
    owners = {}
    for package, names in files.items():
        for name in names:
            owners.setdefault(name, set()).add(package)
    return {name: sorted(who) for name, who in owners.items() if len(who) > 1}

# %% 0.7 right: a default dict that is thinned out
from collections import defaultdict


def answer(files):
    owners = defaultdict(list)
    for package in sorted(files):
        for name in set(files[package]):
            owners[name].append(package)
    for name in list(owners):
        if len(owners[name]) < 2:
            del owners[name]
    return owners

# %% 0.7 right: asked of each file
def answer(files):
    every = {name for names in files.values() for name in names}
    found = {}
    for name in every:
        who = [package for package in sorted(files) if name in files[package]]
        if len(who) >= 2:
            found[name] = who
    return found

# %% 0.7 right: counted
from collections import Counter


def answer(files):
    count = Counter(name for names in files.values() for name in set(names))
    return {
        name: sorted(p for p, names in files.items() if name in names)
        for name, times in count.items()
        if times != 1
    }

# %% 0.7 right: by pairs
import itertools


def answer(files):
    found = {}
    for a, b in itertools.combinations(files, 2):
        for name in set(files[a]) & set(files[b]):
            found[name] = sorted(set(found.get(name, [])) | {a, b})
    return found

# %% 0.7 right: groupby
import itertools


def answer(files):
    pairs = sorted({(name, package) for package in files for name in files[package]})
    groups = itertools.groupby(pairs, key=lambda pair: pair[0])
    lists = {name: [package for _, package in group] for name, group in groups}
    return {name: who for name, who in lists.items() if who[1:]}

# %% 0.7 right: sorted at the end
def answer(files):
    shared = {}
    for package, names in files.items():
        for name in names:
            if name not in shared:
                shared[name] = []
            if package not in shared[name]:
                shared[name].append(package)
    result = dict()
    for name in sorted(shared):
        shared[name].sort()
        if len(shared[name]) > 1:
            result[name] = shared[name]
    return result

# %% 0.7 wrong: one owner
def answer(files):
    owners = {}
    for package in sorted(files):
        for name in files[package]:
            owners.setdefault(name, []).append(package)
    return owners

# %% 0.7 wrong: alphabet
def answer(files):
    owners = {}
    for package, names in files.items():
        for name in names:
            owners.setdefault(name, []).append(package)
    return {name: who for name, who in owners.items() if len(who) > 1}

# %% 0.7 wrong: two
def answer(files):
    owners = {}
    for package in sorted(files):
        for name in files[package]:
            owners.setdefault(name, []).append(package)
    return {name: who for name, who in owners.items() if len(who) > 2}

# %% 0.7 wrong: three
def answer(files):
    owners = {}
    for package in sorted(files):
        for name in files[package]:
            owners.setdefault(name, []).append(package)
    return {name: who for name, who in owners.items() if len(who) == 2}

# %% 0.7 wrong: list
def answer(files):
    owners = {}
    for package in files:
        for name in files[package]:
            owners.setdefault(name, set()).add(package)
    return {name: who for name, who in owners.items() if len(who) > 1}

# %% 0.7 wrong: dict
def answer(files):
    owners = {}
    for package in files:
        for name in files[package]:
            owners.setdefault(name, set()).add(package)
    return [name for name, who in owners.items() if len(who) > 1]

# %% 0.7 wrong: owners
def answer(files):
    owners = {}
    for package in files:
        for name in files[package]:
            owners.setdefault(name, set()).add(package)
    return {name: len(who) for name, who in owners.items() if len(who) > 1}

# %% 0.7 wrong: the dict that it gets
def answer(files):
    return {"lib/z.so": ["a", "b"]}

# %% 0.7 wrong: twice
def answer(files):
    owners = {}
    for package in sorted(files):
        for name in files[package]:
            owners.setdefault(name, []).append(package)
    return {name: who for name, who in owners.items() if len(who) > 1}

# %% 0.7 wrong: folder
def answer(files):
    owners = {}
    for package in sorted(files):
        for name in files[package]:
            owners.setdefault(name.split("/")[-1], []).append(package)
    return {name: who for name, who in owners.items() if len(who) > 1}

# %% 0.7 wrong: last owner
def answer(files):
    owners = {}
    found = {}
    for package in sorted(files):
        for name in files[package]:
            if name in owners:
                found[name] = [owners[name], package]
            owners[name] = package
    return found

# %% 0.7 wrong: nothing
def answer(files):
    owners = {}
    for package in sorted(files):
        for name in files[package]:
            owners.setdefault(name, []).append(package)
    {name: who for name, who in owners.items() if len(who) > 1}

# %% 0.7 wrong: neighbors
def answer(files):
    found = {}
    names = sorted(files)
    for a, b in zip(names, names[1:]):
        for name in set(files[a]) & set(files[b]):
            found[name] = [a, b]
    return found

# %% 0.7 wrong: first
def answer(files):
    found = {}
    for package in sorted(files):
        for name in files[package]:
            who = [p for p in sorted(files) if name in files[p]]
            if len(who) > 1:
                found[name] = tuple(who)
                return found
    return found
