"""Answers to the exercises of chapter 0, as learners write them: right ones, and wrong ones with words that
the check must say."""

# %% 0.1 right: the first number of its shape
answer = digits.x_train.shape[0]

# %% 0.1 right: as many as there are labels
answer = digits.y_train.size

# %% 0.1 right: NumPy's float32
answer = np.float32(len(digits.x_train))

# %% 0.1 right: a tensor of PyTorch
answer = torch.tensor(len(digits.x_train))

# %% 0.1 right: a number in a tensor of TensorFlow
answer = tf.shape(tf.constant(digits.x_train))[0]

# %% 0.1 right: a fraction
from fractions import Fraction

answer = Fraction(digits.x_train.size, 64)

# %% 0.1 wrong: ask the array
answer = digits.x_train.size

# %% 0.1 wrong: answer one number, such as 100; yours is '1415'
answer = "1415"

# %% 0.1 wrong: answer one number
answer = digits.x_train.__len__

# %% 0.1 wrong: answer one number
answer = digits.y_train

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

# %% 0.2 right: by the path of a Python, with an end of line
answer = '''/usr/bin/python3 -c "import torch; print('GPU' if torch.cuda.is_available() else 'CPU')"\n'''

# %% 0.2 right: no quotes inside at all
answer = 'python3 -c "import torch; print(chr(71 if torch.cuda.is_available() else 67) + chr(80) + chr(85))"'

# %% 0.2 right: names for the words
answer = "python3.12 -c \"import torch; GPU, CPU = 'GPU', 'CPU'; print(GPU if torch.cuda.device_count() else CPU)\""

# %% 0.2 right: torch.accelerator
answer = "  python -c \"from torch import accelerator; print(['CPU', 'GPU'][accelerator.is_available()])\"\n"

# %% 0.2 right: a device, asked for its type
answer = (
    "python -c \"import torch; d = torch.device('cuda' if torch.cuda.is_available() else 'cpu'); "
    "print('GPU' if d.type == 'cuda' else 'CPU')\""
)

# %% 0.2 wrong: name 'torch' is not defined
answer = '''python3 -c "print('GPU' if torch.cuda.is_available() else 'CPU')"'''

# %% 0.2 wrong: with a GPU the program prints 'CPU'
answer = '''python3 -c "import torch; print('CPU' if torch.cuda.is_available() else 'GPU')"'''

# %% 0.2 wrong: names that nobody has defined
answer = 'python3 -c "import torch; print(GPU if torch.cuda.is_available() else CPU)"'

# %% 0.2 wrong: begin with Python
answer = "import torch; print('GPU' if torch.cuda.is_available() else 'CPU')"

# %% 0.2 wrong: the whole command as a string
answer = ["python3", "-c", "import torch; print('GPU' if torch.cuda.is_available() else 'CPU')"]

# %% 0.2 wrong: prints 'True', it should print GPU
answer = '''python3 -c "import torch; print(torch.cuda.is_available())"'''

# %% 0.2 wrong: it should be three
answer = '''python3 "import torch; print('GPU' if torch.cuda.is_available() else 'CPU')"'''

# %% 0.2 wrong: without a GPU the program prints 'GPU'
answer = "python3 -c \"import torch; print('GPU')\""

# %% 0.2 wrong: a percent sign
answer = "python3 -c \"import torch; print('%s' % ['CPU', 'GPU'][torch.cuda.is_available()])\""

# %% 0.2 wrong: the check knows no `version` of torch's
answer = "python3 -c \"import torch; print('GPU' if torch.version.cuda else 'CPU')\""

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

# %% 0.3 right: tensors
answer = {"Linux": torch.tensor(5), "Darwin": torch.tensor(1), "Windows": torch.tensor(1)}

# %% 0.3 wrong: a dict with the keys
answer = {"Linux": 5, "macOS": 1, "Windows": 1}

# %% 0.3 wrong: compared part by part
answer = {"Linux": 3, "Darwin": 1, "Windows": 1}

# %% 0.3 wrong: should be a whole number, yours is '5'
answer = {"Linux": "5", "Darwin": "1", "Windows": "1"}

# %% 0.3 wrong: a dict with the keys
answer = None

# %% 0.3 wrong: once more for Windows
answer = {"Linux": 5, "Darwin": 1, "Windows": 5}

# %% 0.3 wrong: once more for Darwin
answer = {"Linux": 5, "Darwin": 2, "Windows": 2}

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

# %% 0.4 right: a callable object
class Ink:
    def __call__(self, images):
        return tf.squeeze(
            tf.reduce_sum(tf.cast(images, tf.int64), axis=(1, 2), keepdims=True), [1, 2]
        )


answer = Ink()

# %% 0.4 wrong: shape (30,) where (5,)
def answer(images):
    return tf.reduce_sum(tf.cast(images, tf.int64), axis=(0, 1))

# %% 0.4 wrong: the mean of the pixels
def answer(images):
    return tf.reduce_mean(tf.cast(images, tf.int64), axis=(1, 2))

# %% 0.4 wrong: shape (5, 1, 1)
def answer(images):
    return tf.reduce_sum(tf.cast(images, tf.int64), axis=(1, 2), keepdims=True)

# %% 0.4 wrong: a TensorFlow tensor is asked for
def answer(images):
    return torch.tensor(images.numpy()).sum(dim=(1, 2))

# %% 0.4 wrong: shape (1415,)
def answer(images):
    return tf.reduce_sum(tf.cast(counts, tf.int64), axis=(1, 2))

# %% 0.4 wrong: the values are not
def answer(images):
    total = tf.reduce_sum(tf.cast(images, tf.int8), axis=(1, 2))
    return tf.cast(total, tf.int64)

# %% 0.4 wrong: the values are not
def answer(images):
    narrow = tf.reduce_sum(tf.cast(images, tf.uint16), axis=(1, 2))
    return tf.cast(narrow, tf.int64)

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

# %% 0.5 right: NumPy's mean
def answer(scores, y):
    return np.mean((scores.argmax(dim=1) == y).numpy())

# %% 0.5 right: the right digit's score is the highest
def answer(scores, y):
    own = scores.gather(1, y[:, None])
    return (own >= scores).all(dim=1).double().mean()

# %% 0.5 wrong: in percent
def answer(scores, y):
    return 100 * (scores.argmax(dim=1) == y).double().mean()

# %% 0.5 wrong: the lowest score
def answer(scores, y):
    return (scores.argmin(dim=1) == y).double().mean()

# %% 0.5 wrong: so the share is
def answer(scores, y):
    return (scores.argmax() == y).double().mean()

# %% 0.5 wrong: of shape (1,)
def answer(scores, y):
    return (scores.argmax(dim=1) == y).double().mean(dim=0, keepdim=True)

# %% 0.5 wrong: so the share is
def answer(scores, y):
    return float((read_torch == digits.y_test).mean())

# %% 0.5 wrong: divide by the number of pictures
def answer(scores, y):
    return (scores.argmax(dim=1) == y).sum() / scores.shape[1]

# %% 0.5 wrong: yours is 0.78
def answer(scores, y):
    return round((scores.argmax(dim=1) == y).double().mean().item(), 2)

# %% 0.5 wrong: return one number
answer = lambda scores, y: scores.argmax(dim=1)

# %% 0.6 right: a lambda that adds lists
answer = lambda kernel, package: kernel["argv"][:1] + ["-m", "pip", "install"] + [package]

# %% 0.6 right: unpacked
def answer(kernel, package):
    python, *_ = kernel["argv"]
    return [python, *"-m pip install".split(), package]

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

# %% 0.6 right: quietly
def answer(kernel, package):
    return [kernel["argv"][0], "-m", "pip", "install", "-q", package]

# %% 0.6 right: upgraded where it is there
def answer(kernel, package):
    return [kernel["argv"][0], "-m", "pip", "install", "--upgrade", package]

# %% 0.6 wrong: for the kernel
def answer(kernel, package):
    return [kernel["argv"][0], "-m", "pip", "install", "-r", package]

# %% 0.6 wrong: whose pip
def answer(kernel, package):
    return ["pip", "install", package]

# %% 0.6 wrong: for the kernel
def answer(kernel, package):
    return ["/opt/deep/bin/python", "-m", "pip", "install", package]

# %% 0.6 wrong: an entry of its own
def answer(kernel, package):
    return [kernel["argv"][0], "-m pip install", package]

# %% 0.6 wrong: only the first word
def answer(kernel, package):
    return kernel["argv"] + ["-m", "pip", "install", package]

# %% 0.6 wrong: for the kernel
def answer(kernel, package):
    return [kernel["argv"][0], "-m", "pip", package]

# %% 0.6 wrong: a path may hold a space
def answer(kernel, package):
    return f"{kernel['argv'][0]} -m pip install {package}".split()

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

# %% 0.7 right: tuples of owners
def answer(files):
    names = {name for listed in files.values() for name in listed}
    owners = {name: sorted(p for p in files if name in files[p]) for name in names}
    return {name: tuple(found) for name, found in owners.items() if len(found) >= 2}

# %% 0.7 wrong: a dict {file: list of owners}
def answer(files):
    owners = {}
    for package in files:
        for name in files[package]:
            owners.setdefault(name, set()).add(package)
    return {name: who for name, who in owners.items() if len(who) > 1}

# %% 0.7 wrong: a dict {file: list of owners}
def answer(files):
    owners = {}
    for package in files:
        for name in files[package]:
            owners.setdefault(name, set()).add(package)
    return {name: len(who) for name, who in owners.items() if len(who) > 1}

# %% 0.7 wrong: for {'b'
def answer(files):
    found = {}
    packages = sorted(files)
    for one, other in zip(packages, packages[1:]):
        for name in set(files[one]) & set(files[other]):
            found[name] = sorted({*found.get(name, []), one, other})
    return found

# %% 0.7 wrong: for {'b'
def answer(files):
    owners = {}
    for package in sorted(files):
        for name in files[package]:
            if name.endswith(".so"):
                owners.setdefault(name, []).append(package)
    return {name: who for name, who in owners.items() if len(who) > 1}

# %% 0.7 wrong: for {'torch'
def answer(files):
    return {"lib/z.so": ["a", "b"]}

# %% 0.7 wrong: and not {'nvidia/cudnn.so'
def answer(files):
    owners = {}
    found = {}
    for package in sorted(files):
        for name in files[package]:
            if name in owners:
                found[name] = [owners[name], package]
            owners[name] = package
    return found

# %% 0.7 wrong: and not {'lib/
def answer(files):
    found = {}
    for package in sorted(files):
        for name in files[package]:
            who = [p for p in sorted(files) if name in files[p]]
            if len(who) > 1:
                found[name] = tuple(who)
                return found
    return found

# %% 0.7 wrong: and not {'lib/z.so': ['a', 'b']}
answer = lambda files: {}
