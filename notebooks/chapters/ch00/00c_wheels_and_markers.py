# %% [markdown]
# # 0c. Wheels, markers, and two packages that write one file
#
# Optional: for those who install on many kinds of machines, or on one with a GPU. What pip chooses for a computer that you
# do not have, and how one package destroys another while everybody is content.
#
# > **Minutes**: 28 · **Needs**: lesson 0b · **Claims tested**: C65, C65b, C67, C68, C69, C72,
# > C73, C74
# >
# > **You will be able to**
# > - read from a wheel's name which computer it is for (prediction P0.6)
# > - tell a CPU build from a GPU build (verdict in 0c.2)
# > - count what a plain install fetches on each system (exercise 0.3)
# > - say what is left when two packages have written one file (prediction P0.7)
# > - find such files (exercise 0.7)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.

# %% tags=["setup"]
from helpers import session

session.start("00c")

import importlib.util
from importlib import metadata

from packaging import tags
from packaging.utils import parse_wheel_filename

from chapters.ch00 import environments, figures, wheels
from helpers import claims, exercises, parity

# %% tags=["torch", "setup"]
# PyTorch
import torch

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 0c.1 Which wheel is for which machine
#
# pip installs a [wheel](glossary.md#wheel): a zip file whose name says which machines it is for. In
# `torch-2.13.0-cp311-cp311-win_amd64.whl`, `cp311` is CPython 3.11, the usual Python, and `win_amd64` is 64-bit Windows.
# If no name fits, pip takes an older version, or says that there is none. (A source archive would do as well, but neither
# framework puts one on PyPI.)
#
# You have one machine, but you can read the names for all. `wheels.listed()` has those of several
# releases, as PyPI, Python's index of packages, listed them in November 2026.

# %% tags=["taught"]
listed = wheels.listed()
print(len(listed), "wheels, the first ones:")
for wheel in listed[:4]:
    print(wheel.file)

# %% [markdown]
# **Predict.** For which of these computers was there neither a torch 2.13.0 nor a TensorFlow 2.21.0, with Python 3.12?
#
# - **a** Linux on an ARM processor
# - **b** a Mac with an Apple chip
# - **c** a Mac with an Intel chip
# - **d** a Windows machine

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P0.6", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# pip compares *tags*, such as `cp311-cp311-win_amd64`. A computer understands many of them: `tags.cpython_tags` lists them,
# from the version of Python and the platforms (`wheels.COMPUTERS` has those of five kinds of computers). A wheel offers one
# tag, or a few: `parse_wheel_filename` takes its name apart. Both functions are those that pip itself uses, from the package
# `packaging`. `&` gives what two sets share.


# %% tags=["taught"]
def fits(release, computer, python):
    """The first wheel of a release that pip could take, or None."""
    platforms = wheels.COMPUTERS[computer]
    understood = set(tags.cpython_tags(python, platforms=platforms))
    for wheel in listed:
        if wheel.file.startswith(release + "-"):
            name, version, build, offered = parse_wheel_filename(wheel.file)
            if understood & offered:
                return wheel.file
    return None


print(fits("torch-2.13.0", "Linux, ARM", (3, 12)))
print(fits("torch-2.13.0", "Linux, ARM", (3, 9)))

# %% [markdown]
# The same for three releases, five kinds of computers and five Pythons. (TensorFlow 2.10.1 is from the last series that
# was built for GPUs on Windows; 0c.2 needs it.)

# %% tags=["taught"]
pythons = [(3, 10), (3, 11), (3, 12), (3, 13), (3, 14)]
fit = {}
for release in ("torch-2.13.0", "tensorflow-2.21.0", "tensorflow-2.10.1"):
    for computer in wheels.COMPUTERS:
        for python in pythons:
            fit[release, computer, python] = fits(release, computer, python)

# %% tags=["folded"]
# Folded: draws where there is a wheel. Shaded: the Pythons of this course.
figures.wheels(fit, pythons)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
lacking = {
    computer
    for computer in wheels.COMPUTERS
    if fit["torch-2.13.0", computer, (3, 12)] is None
    and fit["tensorflow-2.21.0", computer, (3, 12)] is None
}
letter = exercises.first_true(
    {
        "a": lacking == {"Linux, ARM"},
        "b": lacking == {"macOS, Apple silicon"},
        "c": lacking == {"macOS, Intel"},
        "d": lacking == {"Windows, x86-64"},
    }
)
exercises.outcome("P0.6", letter)

# %% tags=["verdict", "folded"]
# Folded: judges the claims on installing, for the Pythons of the course.
torch_on = {
    computer: wheels.everywhere(fit, "torch-2.13.0", computer)
    for computer in wheels.COMPUTERS
}
tf_on = {
    computer: wheels.everywhere(fit, "tensorflow-2.21.0", computer)
    for computer in wheels.COMPUTERS
}
claims.verdict(
    "C67",
    {
        "torch-2.13.0 on Apple silicon": torch_on["macOS, Apple silicon"],
        "torch-2.13.0 on Intel": torch_on["macOS, Intel"],
    },
    "read from the wheels' names; for an Intel Mac pip takes an older one, "
    f"{fits('torch-2.2.2', 'macOS, Intel', (3, 11))}",
)
claims.verdict(
    "C72",
    {
        "tensorflow-2.21.0 on Apple silicon": tf_on["macOS, Apple silicon"],
        "tensorflow-2.21.0 on Intel": tf_on["macOS, Intel"],
    },
    "read from the wheels' names; for an Intel Mac pip takes an older one, "
    f"{fits('tensorflow-2.16.2', 'macOS, Intel', (3, 11))}",
)
parts = {
    "torch-2.13.0 for Linux": torch_on["Linux, x86-64"],
    "torch-2.13.0 for Windows": torch_on["Windows, x86-64"],
    "tensorflow-2.21.0 for Linux": tf_on["Linux, x86-64"],
    "tensorflow-2.21.0 for Windows": tf_on["Windows, x86-64"],
}
claims.verdict(
    "C65",
    parts,
    f"PyPI has wheels for {sum(parts.values())} of these {len(parts)}",
)
claims.not_measured("C65b", "a build from source takes hours: it was not tried")

# %% [markdown]
# ## 0c.2 A build for the CPU or for the GPU
#
# On PyPI a name does not say whether the code inside can use a GPU. The build itself does, in a variable. And its
# [metadata](glossary.md#metadata) say which other packages it asks for. TensorFlow's list has an
# [extra](glossary.md#extra), `and-cuda`: packages that come only if you write `tensorflow[and-cuda]`.
#
# Look at yours: how many packages named `nvidia-...` does it list, and was it built with CUDA at all?
# `packages_distributions` tells which package brought a module (`tensorflow` can come from `tensorflow` or
# `tensorflow-cpu`), `requires` lists what it asks for.

# %% tags=["torch"]
# PyTorch
package = metadata.packages_distributions()[torch.__name__][0]
asks_torch = [line for line in metadata.requires(package) if "nvidia" in line]
built_torch = torch.version.cuda  # None: built without CUDA
gpus_torch = torch.cuda.device_count()
print(package, "lists", len(asks_torch), "packages named nvidia-...")
print("built with CUDA:", built_torch, "- GPUs seen:", gpus_torch)

# %% tags=["tf"]
# TensorFlow
package = metadata.packages_distributions()[tf.__name__][0]
asks_tf = [line for line in metadata.requires(package) if "nvidia" in line]
built_tf = tf.sysconfig.get_build_info().get("cuda_version")  # None: without CUDA
gpus_tf = len(tf.config.list_physical_devices("GPU"))
print(package, "lists", len(asks_tf), "packages named nvidia-...")
print("built with CUDA:", built_tf, "- GPUs seen:", gpus_tf)

# %% tags=["verdict", "folded"]
# Folded: judges the claim on tensorflow[and-cuda], by its metadata and its wheel.
cuda_in = {wheel.file: wheel.cuda for wheel in wheels.opened()}
file = fits("tensorflow-2.21.0", "Linux, x86-64", (3, 11))
extra = [line for line in asks_tf if "and-cuda" in line]
claims.verdict(
    "C69",
    {
        "the extra brings cuDNN": any("cudnn" in line for line in extra),
        "the extra brings NCCL": any("nccl" in line for line in extra),
        "the Linux wheel is built with CUDA": cuda_in[file] != "none",
    },
    f"from the metadata here, and from a look into {file} (CUDA {cuda_in[file]})",
)

# %% [markdown]
# An extra is a shopping list, not a promise: every TensorFlow of this version carries it, the build without CUDA too.
#
# For other systems somebody has to open the zip file and look: `torch/version.py` and TensorFlow's `build_info.py` name the
# CUDA version. Here is what stood there.

# %% tags=["folded"]
# Folded: the table of wheels that were opened.
wheels.show_opened()

# %% [markdown]
# So plain `pip install torch` gives you different things: on Linux a build for CUDA, with gigabytes of libraries; on
# Windows and macOS one without.
#
# The article's way to a GPU on Windows is `tensorflow<2.11`, and so is
# [TensorFlow's own](https://www.tensorflow.org/install/pip). It needs a wheel of 2.10, and a Python for which there is one:
# 3.10 or older. Python 3.10 [ended in October 2026](https://peps.python.org/pep-0619/).
#
# Whoever still has one must ask for `"numpy<2"` as well. TensorFlow 2.10 takes any NumPy from 1.20 on, so pip brings a NumPy
# 2, and then [the import fails](https://github.com/tensorflow/tensorflow/issues/91042).

# %% tags=["verdict", "folded"]
# Folded: judges three claims on Windows, by the wheels and by Python's own calendar.
on_windows = {
    file.split("-cp")[0]: cuda for file, cuda in cuda_in.items() if "win_amd64" in file
}
claims.verdict(
    "C68",
    torch_on["Windows, x86-64"],
    f"CUDA in the wheel that pip takes: {on_windows['torch-2.13.0']}; a build for a "
    "GPU comes from PyTorch's own index, with --index-url and an address",
)
seen = [
    f"{cuda} in {name}" for name, cuda in on_windows.items() if "tensorflow" in name
]
claims.verdict(
    "C73",
    {
        "2.10.1 is built with CUDA": on_windows["tensorflow-2.10.1"] != "none",
        "2.11.0 is not": on_windows["tensorflow_intel-2.11.0"] == "none",
        "2.21.0 is not": on_windows["tensorflow-2.21.0"] == "none",
    },
    f"CUDA in Windows wheels from PyPI: {', '.join(seen)}",
)
maintained = [python for python in pythons if python > (3, 10)]  # PEP 619
old = [p for p in pythons if fit["tensorflow-2.10.1", "Windows, x86-64", p]]
named = ", ".join(f"{major}.{minor}" for major, minor in old)
claims.verdict(
    "C74",
    any(python in maintained for python in old),
    f"of Python 3.10 to 3.14 only {named} has a Windows wheel of tensorflow<2.11, and "
    "its support ended in October 2026 (PEP 619)",
)

# %% [markdown]
# ## 0c.3 Markers: one list for all systems
#
# The wheels of torch for Linux and for Windows ask for different things, and yet they carry the same list. A line of it may
# end in an [environment marker](glossary.md#environment-marker), a condition after a semicolon: pip obeys the line only
# where it is true. `extra == "optree"` is true when you asked for `torch[optree]`.

# %% [markdown]
# ### Exercise 0.3: what a plain install of torch fetches (6 minutes)
#
# How many of the six lines below does `pip install torch` obey on each system, with Python 3.13? They stand in the metadata
# of every wheel of torch 2.13.0 on PyPI, whatever system it is for (the first one is shortened). macOS calls itself Darwin.
#
# Count by eye, or let Python count:
#
# - `Requirement(line).marker` is a line's marker, or None
# - `marker.evaluate({"platform_system": "Linux", "python_version": "3.13", "extra": ""})` says whether it is true

# %% tags=["exercise"]
from packaging.requirements import Requirement

requirements = [
    'cuda-toolkit==13.0.3; platform_system == "Linux"',
    'nvidia-cudnn-cu13==9.20.0.48; platform_system == "Linux"',
    'cuda-bindings<14,>=13.0.3; platform_system == "Linux" and python_version < "3.15"',
    'triton==3.7.1; platform_system == "Linux" and python_version < "3.15"',
    "sympy>=1.13.3",
    'optree>=0.13.0; extra == "optree"',
]
answer = ...  # {"Linux": a number, "Darwin": a number, "Windows": a number}


# solution
def fetched(system):
    here = {"platform_system": system, "python_version": "3.13", "extra": ""}
    markers = [Requirement(line).marker for line in requirements]
    return sum(marker is None or marker.evaluate(here) for marker in markers)


answer = {system: fetched(system) for system in ("Linux", "Darwin", "Windows")}
# wrong: the markers were not read
answer = {"Linux": 6, "Darwin": 6, "Windows": 6}
# wrong: an extra is fetched only when it is asked for
answer = {"Linux": 6, "Darwin": 2, "Windows": 2}
# wrong: a line without a marker holds everywhere
answer = {"Linux": 4, "Darwin": 0, "Windows": 0}
# wrong: once more for Darwin
answer = {"Linux": 5, "Darwin": 2, "Windows": 1}
# wrong: should be a whole number
answer = {"Linux": "5", "Darwin": "1", "Windows": "1"}
# wrong: answer a dict
answer = [5, 1, 1]

# %% tags=["check"]
exercises.check("0.3", answer)

# %% [markdown]
# ## 0c.4 Two packages, one file
#
# Each framework brings [CUDA](glossary.md#cuda) libraries of its own. On Linux plain `torch` asks for those of CUDA 13,
# `tensorflow[and-cuda]` for those of CUDA 12. Their packages of [cuDNN](glossary.md#cudnn) have different names,
# `nvidia-cudnn-cu13` and `nvidia-cudnn-cu12`, so pip installs both. We opened the two newest wheels in November 2026
# (9.28.1.4 and 9.28.0.42): apart from their metadata, **every** file in one has a file of the same name in the other.
#
# What happens then needs no GPU to see. We make two toy packages with the same flaw, and a new environment for them:
#
# - `environments.toy_wheel(name, text)` writes a wheel with one file, `toy/lib/libtoy.so.9`, which holds the text
# - `environments.pip` lets this notebook's pip work for the new environment, and returns what pip wrote
# - `environments.toy_library` reads the file

# %% tags=["taught"]
toy_python = environments.new_environment()
old_wheel = environments.toy_wheel("toy_cu12", "CUDA 12")
new_wheel = environments.toy_wheel("toy_cu13", "CUDA 13")

# %% tags=["taught"]
environments.pip(toy_python, "install", old_wheel)
first = environments.toy_library(toy_python)
environments.pip(toy_python, "install", new_wheel)
second = environments.toy_library(toy_python)
print("in the file:", first, "and then", second)

# %% [markdown]
# Both packages are installed, as asked for. Now somebody uninstalls the older one, toy_cu12. (`pip check` asks whether
# the installed packages fit together.)
#
# **Predict.** What is in the file of toy_cu13 then?
#
# - **a** CUDA 13: that package was not touched
# - **b** CUDA 12: pip puts back what it had overwritten
# - **c** nothing: the file is gone
# - **d** still CUDA 13, because pip refuses to uninstall

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P0.7", guess, among=["a", "b", "c", "d"])

# %% tags=["taught"]
environments.pip(toy_python, "uninstall", "--yes", "toy_cu12")
left = environments.toy_library(toy_python)
still_listed = environments.pip(toy_python, "list")
print("in the file:", left)
print(still_listed)
print("pip check:", environments.pip(toy_python, "check"))

# %% tags=["verdict", "folded"]
# Folded: which option came true, and what was in the file before.
if importlib.util.find_spec("pip"):
    parity.verdict(
        "what is in the one file, after each installation",
        [first, second],
        ["CUDA 12", "CUDA 13"],
    )
    letter = exercises.first_true(
        {
            "d": "toy_cu12" in still_listed.replace("-", "_"),
            "a": left == "CUDA 13",
            "b": left == "CUDA 12",
            "c": left == "no file",
        }
    )
    exercises.outcome("P0.7", letter)
else:
    print("this environment has no pip, so nothing was installed")

# %% [markdown]
# The one installed last wins, removing one destroys the other, and `pip check` sees nothing: it compares versions, not
# files. With the real cuDNN the framework that lost loads a library of the wrong CUDA, or none.
#
# So on a GPU do one of these: one environment for each framework; or a PyTorch built for CUDA 12 (releases up to 2.14
# [have one](https://github.com/pytorch/pytorch/issues/190385)), which asks for the *same* cuDNN package as TensorFlow;
# or conda-forge, which builds both against CUDA packages of its own.

# %% [markdown]
# ## 0c.5 Are there such pairs here?
#
# Each package lists its files: `metadata.distribution("numpy").files` are NumPy's. So a few lines can find files with two
# owners, which pip does not look for.

# %% tags=["taught"]
for file in metadata.distribution("numpy").files[:5]:
    print(file)

# %% [markdown]
# ### Exercise 0.7: files with two owners (6 minutes)
#
# Write `answer(files)`. `files` is a dict {package: list of the names of its files}. Return a dict {file: list of its
# owners}, with those files alone that two packages or more have. Owners in the order of the alphabet.

# %% tags=["exercise"]
files = {"a": ["a/x.py", "lib/z.so"], "b": ["lib/z.so", "b/y.py"], "c": ["c/x.py"]}
answer = ...  # a function; for the dict above it returns {"lib/z.so": ["a", "b"]}


# solution
def answer(files):
    owners = {}
    for package, names in files.items():
        for name in names:
            owners.setdefault(name, set()).add(package)
    return {name: sorted(found) for name, found in owners.items() if len(found) > 1}


# wrong: all files
def answer(files):
    owners = {}
    for package in sorted(files):
        for name in files[package]:
            owners.setdefault(name, []).append(package)
    return owners


# wrong: not in the order of the alphabet
def answer(files):
    owners = {}
    for package, names in files.items():
        for name in names:
            owners.setdefault(name, []).append(package)
    return {name: found for name, found in owners.items() if len(found) > 1}


# wrong: exactly two owners
def answer(files):
    owners = {}
    for package in sorted(files):
        for name in files[package]:
            owners.setdefault(name, []).append(package)
    return {name: found for name, found in owners.items() if len(found) == 2}


# wrong: the folder counts
def answer(files):
    owners = {}
    for package in sorted(files):
        for name in files[package]:
            owners.setdefault(name.split("/")[-1], []).append(package)
    return {name: found for name, found in owners.items() if len(found) > 1}


# wrong: is there a `return`
def answer(files):
    owners = {}
    for package in sorted(files):
        for name in files[package]:
            owners.setdefault(name, []).append(package)


# %% tags=["check"]
exercises.check("0.7", answer)

# %% [markdown]
# And here? The next cell asks everything that is installed in this environment.

# %% tags=["folded"]
# Folded: counts the files of this environment that have two owners or more.
environments.show_shared_files()

# %% [markdown]
# Files with two owners can be harmless: empty ones, or the same in both. One of NVIDIA's among them would be a reason to
# begin anew, in a fresh environment. The doctor of lesson 0b looks for these.

# %% [markdown]
# ## 0c.6 Quiz

# %%
exercises.quiz("00c")

# %% [markdown]
# ## 0c.7 Verdicts
#
# Those about other systems rest on wheels that were listed and opened in November 2026, not on an installation there.

# %%
claims.close("00c")

# %% [markdown]
# ## 0c.8 Summary and further reading
#
# - A wheel's name says which machines it fits; its build says whether it can use a GPU; its markers say what else comes.
# - An extra is a shopping list. Every build of that version carries it.
# - Two packages may own one file. Then the last one wins, and nobody tells you.
#
# Further reading: the Python Packaging User Guide on
# [wheel names](https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/) and on
# [markers](https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers).
#
# Next: [tensors](01a_dtype_shape_broadcasting.ipynb).
