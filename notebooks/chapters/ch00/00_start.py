# %% [markdown]
# # 0. Start: install, check, first contact
#
# Install both frameworks on any common computer, see why an installation fails, and let both compute with the same
# pictures.
#
# > **Minutes**: 40
# >
# > **Needs**: the course's environment (see `README.md`) and some Python. No GPU, no network.
# >
# > **You will be able to**
# > - work with a notebook of this course: predict, run, check, compare
# > - find the error in a command that somebody printed
# > - read from a [wheel](glossary.md#wheel)'s name which computer it is for
# > - tell a CPU build from a GPU build
# > - find packages that destroy each other's files
# >
# > **Claims tested**: C65, C66, C67, C68, C69, C70, C71, C72, C73, C74, C75

# %% tags=["setup"]
from helpers import session
session.start("00")  # before a framework loads: its settings, and this chapter's ledger

import csv
import importlib.util
import platform
import shutil
import sys
import tempfile
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import numpy as np
from packaging import tags
from packaging.utils import parse_wheel_filename

from helpers import ROOT, claims, data, exercises, parity, plots, process, show
from helpers.machine.doctor import main as doctor

# %% tags=["torch", "setup"]
import torch
from helpers import torch_side

# %% tags=["tf", "setup"]
with session.quiet():
    import tensorflow as tf
from helpers import tf_side

# %% tags=["parameters"]
fast = True      # smaller sizes, for a first reading
seed = 0         # another seed gives other random numbers and the same verdicts
device = "auto"  # "auto": a GPU where there is one; "cpu"; "gpu"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 0.1 How a chapter works
#
# Run the cells in order, each with Shift+Enter. To begin again: *Kernel > Restart Kernel and Run All Cells*. Every
# chapter has:
#
# - **predict**: replace the dots by your guess *before* you go on.
# - **twins**: a PyTorch cell, a TensorFlow cell, and a cell that compares their numbers.
# - **exercise**: replace the dots, run it and the check below it. A check names the likely cause and has three hints.
# - **quiz**: at the end; each option says why it is right or wrong.
#
# Nothing later depends on your answers. Try it:
#
# ### Exercise 0.1
#
# How many pictures do the models of this course train on?

# %% tags=["exercise"]
digits = data.digits()  # x_train, y_train, x_test, y_test: pictures of handwritten digits, and what they show
fig, axes = plots.figure(1, 10, width=9.5, height=1.3)
plots.images(axes, digits.x_train[:10], titles=digits.y_train[:10])
plots.show(fig, alt="Ten gray pictures of handwritten digits in a row, 0 to 9, coarse but readable, their labels above.")
answer = ...  # a number
# solution
answer = len(digits.x_train)
# wrong: those are the pictures for the test
answer = len(digits.x_test)
# wrong: all pictures, those for the test included
answer = len(digits.x_train) + len(digits.x_test)
# wrong: the shape of the whole array
answer = digits.x_train.shape

# %% tags=["check"]
exercises.check("0.1", answer)

# %% [markdown]
# ## 0.2 Commands that were printed and never ran
#
# This course grew out of [an article of March 2024](https://builtin.com/data-science/pytorch-vs-tensorflow) that
# compares the two frameworks. Each of its statements is a *claim* with a number. Your machine decides what becomes of
# it: HELD, PARTLY, NO LONGER, NEVER, or, where a run cannot decide, OPINION, HISTORY or NOT MEASURED.
#
# We begin with its commands for installing. The next cell has, letter for letter, the one for PyTorch on Linux and the
# programs that it gives to `python3 -c "..."` to check TensorFlow on three systems.
#
# **Predict**: how many of the three check programs are valid Python?

# %% tags=["predict"]
PIP = "pip3 install torch torchvision torchaudio --index-url"
ARTICLE = {
    "Linux": "import tensorflow as tf' print(tf.config.list_physical_devices('GPU'))",
    "macOS": "import tensorflow as tf; print(tf.reduce_sum(tf.random.normal([1000, 1000]))",
    "Windows": "import tensorflow as tf; print(tf.config.list_physical_devices('GPU'))",
}
guess = ...  # one of: 0, 1, 2, 3
exercises.predict("0.1", guess, among=[0, 1, 2, 3])

# %% tags=["verdict"]
refusals = {}
for system, program in ARTICLE.items():
    try:
        compile(program, system, "exec")  # reads the program as Python does, and runs nothing
    except SyntaxError as error:
        refusals[system] = f"SyntaxError: {error.msg}"
exercises.outcome("0.1", len(ARTICLE) - len(refusals))
claims.verdict("C70", "Linux" not in refusals, f"compile() says {refusals.get('Linux', 'nothing')}")
claims.verdict("C71", "macOS" not in refusals, f"compile() says {refusals.get('macOS', 'nothing')}")

# pip reads its options before it does anything else, so this needs no network
refused = process.command([sys.executable, "-m", "pip", *PIP.split()[1:]], timeout=60, env={"PIP_NO_INDEX": "1"})
complaint = (refused.stderr.strip().splitlines() or ["nothing"])[-1]
if importlib.util.find_spec("pip"):
    claims.verdict("C66", refused.returncode == 0, f"pip says {complaint}")
else:
    claims.not_measured("C66", "this environment has no pip to ask")

# %% [markdown]
# `--index-url` wants an address, and it is lost. In the check programs a `'` stands where `;` belongs, and a `)` is
# missing. We mend exactly those two and run the programs where a terminal would: in a **new Python process**.
#
# Why not here? A [kernel](glossary.md#kernel) and a terminal can be two different Pythons, and then a package that you
# installed in one is missing in the other: a common reason for "it is installed, but I cannot import it".
# `sys.executable` names the Python of this notebook. For the same reason the course writes `python -m pip`, not `pip`:
# so pip serves the Python, in the [environment](glossary.md#environment), that you mean.

# %% tags=["torch"]
program = "import torch; print(torch.cuda.device_count())\nimport torch; print(torch.sum(torch.randn([1000, 1000])))"
child_torch = process.command([sys.executable, "-c", program], timeout=120)
here_torch = str(torch.cuda.device_count())
print(child_torch.stdout or child_torch.stderr)

# %% tags=["tf"]
program = ARTICLE["Linux"].replace("tf' print", "tf; print") + "\n" + ARTICLE["macOS"] + ")"
child_tf = process.command([sys.executable, "-c", program], timeout=120)
here_tf = str(tf.config.list_physical_devices("GPU"))
print(child_tf.stdout or child_tf.stderr)

# %% tags=["verdict"]
children = [child.stdout.splitlines()[0] if child.stdout else "nothing" for child in (child_torch, child_tf)]
parity.verdict("GPUs that a new Python process sees, and that this notebook sees", children, [here_torch, here_tf])

# %% [markdown]
# ## 0.3 Which wheel is for which machine
#
# pip installs a [wheel](glossary.md#wheel): a zip file whose name says which machines it is for. In
# `torch-2.13.0-cp311-cp311-win_amd64.whl`, `cp311` is CPython 3.11 and `win_amd64` is 64-bit Windows. If no name fits,
# pip takes an older version, or says that there is none.
#
# You cannot install for a Mac on a Linux machine, but you can read the names. `data/wheels.csv` has those of several
# releases, as the package index PyPI listed them in November 2026. `fits` asks the question that pip asks.

# %%
with open(ROOT / "data" / "wheels.csv", newline="", encoding="utf-8") as file:
    wheels = {row["file"]: row for row in csv.DictReader(file)}

LINUX = [f"manylinux_2_{minor}" for minor in range(40, 16, -1)] + ["manylinux2014"]
MACHINES = {
    "Linux, x86-64": [f"{name}_x86_64" for name in LINUX],
    "Linux, ARM": [f"{name}_aarch64" for name in LINUX],
    "macOS, Apple silicon": list(tags.mac_platforms((15, 0), "arm64")),
    "macOS, Intel": list(tags.mac_platforms((15, 0), "x86_64")),
    "Windows, x86-64": ["win_amd64"],
}

def fits(release, machine, python):
    """The first wheel of a release, such as "torch-2.13.0", for a machine and a Python such as (3, 11); else None."""
    understood = set(tags.cpython_tags(python, platforms=MACHINES[machine]))
    found = [name for name in wheels if name.startswith(f"{release}-") and understood & parse_wheel_filename(name)[3]]
    return found[0] if found else None

# %%
PYTHONS = [(3, minor) for minor in range(10, 15)]
RELEASES = {"torch-2.13.0": plots.TORCH, "tensorflow-2.21.0": plots.TF, "tensorflow-2.10.1": plots.TF}
fig, axes = plots.figure(1, 3, width=9.5, height=2.9, sharey=True)
for ax, (release, style) in zip(axes, RELEASES.items()):
    for row, machine in enumerate(MACHINES):
        for python in PYTHONS:
            wheel = fits(release, machine, python)
            ax.plot(python[1], row, markersize=10 if wheel else 5, marker=style["marker"] if wheel else "x",
                    color=style["color"] if wheel else plots.GRAY)
    ax.axvspan(10.5, 13.5, color=plots.GRAY, alpha=0.12, linewidth=0)
    ax.set(title=release, xlabel="Python version", xlim=(9.5, 14.5), ylim=(4.6, -0.6))
    ax.set_xticks([python[1] for python in PYTHONS], [f"3.{python[1]}" for python in PYTHONS])
axes[0].set_yticks(range(len(MACHINES)), MACHINES)
plots.show(fig, alt="Three grids of five kinds of computer against Python 3.10 to 3.14; a mark where PyPI has a wheel, a "
           "small cross where not. torch 2.13.0: everywhere but on Intel Macs. tensorflow 2.21.0: likewise, up to "
           "Python 3.13. tensorflow 2.10.1: Python 3.10 only, not on Apple silicon. The course's Pythons, 3.11 to 3.13, "
           "are shaded.")

# %% tags=["verdict"]
COURSE = [(3, 11), (3, 12), (3, 13)]  # the Pythons of this course

def everywhere(release, machine):
    return all(fits(release, machine, python) for python in COURSE)

def on_a_mac(release):
    return {f"{release} on {chip}": everywhere(release, f"macOS, {chip}") for chip in ("Apple silicon", "Intel")}

def for_intel(release):
    return f"read from the wheels' names; for an Intel Mac pip takes an older one, {fits(release, 'macOS, Intel', (3, 11))}"

claims.verdict("C67", on_a_mac("torch-2.13.0"), for_intel("torch-2.2.2"))
claims.verdict("C72", on_a_mac("tensorflow-2.21.0"), for_intel("tensorflow-2.16.2"))
parts = {f"{release} for {system}": everywhere(release, f"{system}, x86-64")
         for release in ("torch-2.13.0", "tensorflow-2.21.0") for system in ("Linux", "Windows")}
claims.verdict("C65", parts, f"PyPI has wheels for {sum(parts.values())} of these {len(parts)}; both projects describe a "
               "build from source as well, which was not tried here")

# %% [markdown]
# ## 0.4 A build for the CPU or for the GPU
#
# A name does not say whether the code inside can use a GPU. The build itself does, in a variable; and its
# [metadata](glossary.md#metadata) say which other packages it asks for. TensorFlow's list has an
# [extra](glossary.md#extra), `and-cuda`: packages that come only if you write `tensorflow[and-cuda]`. (Put it in quotes:
# the shell of macOS, zsh, takes bare brackets for a pattern.)
#
# An extra is a shopping list, not a promise. Look how many NVIDIA packages *your* TensorFlow lists, and whether it was
# built with CUDA at all.

# %% tags=["torch"]
name = metadata.packages_distributions()[torch.__name__][0]
asks_torch = [line for line in metadata.requires(name) if "nvidia" in line]
cuda_torch = torch.version.cuda  # None: built without CUDA
gpus_torch = torch.cuda.device_count()
print(f"{name}: CUDA {cuda_torch}, GPUs seen {gpus_torch}, NVIDIA packages in its metadata {len(asks_torch)}")

# %% tags=["tf"]
name = metadata.packages_distributions()[tf.__name__][0]
asks_tf = [line for line in metadata.requires(name) if "nvidia" in line]
cuda_tf = tf.sysconfig.get_build_info().get("cuda_version")  # None: built without CUDA
gpus_tf = len(tf.config.list_physical_devices("GPU"))
print(f"{name}: CUDA {cuda_tf}, GPUs seen {gpus_tf}, NVIDIA packages in its metadata {len(asks_tf)}")

# %% tags=["verdict"]
linux = wheels[fits("tensorflow-2.21.0", "Linux, x86-64", (3, 11))]
claims.verdict("C69", {"the extra brings cuDNN": any("cudnn" in line and "and-cuda" in line for line in asks_tf),
                       "the extra brings NCCL": any("nccl" in line and "and-cuda" in line for line in asks_tf),
                       "the Linux wheel is built with CUDA": linux["cuda"] != "none"},
               f"from the metadata here, and from a look into {linux['file']} (CUDA {linux['cuda']})")
blind = [gpus for cuda, gpus in ((cuda_torch, gpus_torch), (cuda_tf, gpus_tf)) if cuda is None]
print(f"GPUs that builds without CUDA see here: {sum(blind)}")

# %% [markdown]
# For the wheels of other systems somebody has to open the zip file and look. `data/wheels.csv` says what stood there:
# `torch/version.py` and TensorFlow's `build_info.py` name the CUDA version.
#
# So plain `pip install torch` gives you different things: on Linux a build for CUDA with gigabytes of libraries, on
# Windows and macOS one without (a Mac's GPU works all the same, through Metal: device `mps`). The
# article's way to a GPU on Windows, which is [TensorFlow's](https://www.tensorflow.org/install/pip) too, is
# `tensorflow<2.11`. It needs a wheel of 2.10 and a Python for which there is one.

# %% tags=["verdict"]
opened = [row for row in wheels.values() if row["cuda"]]
cuda = {row["file"].split("-cp")[0]: row["cuda"] for row in opened if "win_amd64" in row["file"]}
on_windows = {release: version != "none" for release, version in cuda.items()}
claims.verdict("C68", {"pip finds a wheel": everywhere("torch-2.13.0", "Windows, x86-64"),
                       "its build can use a GPU": on_windows["torch-2.13.0"]},
               f"CUDA in the wheel that pip takes: {cuda['torch-2.13.0']}; a build for a GPU comes from PyTorch's own "
               "index, with --index-url and an address")
claims.verdict("C73", {"2.10.1 is built with CUDA": on_windows["tensorflow-2.10.1"],
                       "2.11.0 is not": not on_windows["tensorflow_intel-2.11.0"],
                       "2.21.0 is not": not on_windows["tensorflow-2.21.0"]},
               "CUDA in Windows wheels from PyPI: " + ", ".join(f"{release} {version}" for release, version in cuda.items()
                                                                if "tensorflow" in release))
old = [python for python in PYTHONS if fits("tensorflow-2.10.1", "Windows, x86-64", python)]
claims.verdict("C74", any(python in old for python in COURSE),
               f"of Python 3.10 to 3.14 only {', '.join(f'{a}.{b}' for a, b in old)} has a Windows wheel of "
               "tensorflow<2.11, and its support ended in October 2026 (PEP 619)")
show.table(["wheel", "megabytes", "CUDA"], [(f"`{row['file']}`", row["megabytes"], row["cuda"]) for row in opened])

# %% [markdown]
# ## 0.5 Two packages, one file
#
# Each framework brings [CUDA](glossary.md#cuda) libraries of its own. On Linux plain `torch` asks for those of CUDA 13,
# `tensorflow[and-cuda]` for those of CUDA 12. Their packages of [cuDNN](glossary.md#cudnn) have different names,
# `nvidia-cudnn-cu13` and `nvidia-cudnn-cu12`, so pip installs both. We opened the two wheels in November 2026 (9.28.1.4
# and 9.28.0.42): apart from their metadata, **every** file in one has a file of the same name in the other.
#
# What happens then needs no GPU to see. We build two toy packages with the same flaw and let pip install them into an
# empty environment.

# %%
def toy_wheel(folder, name, library):
    """Write a wheel with one file, toy/lib/libtoy.so.9, and return its path: a wheel is a zip file, no more."""
    path, info = Path(folder, f"{name}-1.0-py3-none-any.whl"), f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("toy/lib/libtoy.so.9", library)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "".join(f"{file},,\n" for file in [*wheel.namelist(), f"{info}/RECORD"]))
    return path

# %% tags=["verdict"]
with tempfile.TemporaryDirectory() as folder:
    venv.create(Path(folder, "env"))

    def pip(*words):
        command = [sys.executable, "-m", "pip", "--python", Path(folder, "env"), *words]
        done = process.command(command, timeout=60, env={"PIP_NO_INDEX": "1"})
        return done.stdout or done.stderr

    def library():
        return [file.read_text() for file in Path(folder, "env").rglob("libtoy.so.9")] or ["no file"]

    found = []
    for name, text in [("toy_cu12", "CUDA 12"), ("toy_cu13", "CUDA 13")]:
        pip("install", toy_wheel(folder, name, text))
        found += library()
        print(f"after pip install {name}: {library()}")
    pip("uninstall", "--yes", "toy_cu12")
    print(f"after pip uninstall toy_cu12: {library()}, although toy_cu13 is installed: {'toy_cu13' in pip('list')}")
    print(f"pip check: {pip('check').strip()}")
if importlib.util.find_spec("pip"):
    parity.verdict("what is in the one file, after each of the two installations", found, ["CUDA 12", "CUDA 13"])

# %% [markdown]
# The one installed last wins, removing one destroys the other, and `pip check` sees nothing: it compares versions, not
# files. With the real cuDNN the framework that lost loads a library of the wrong CUDA, or none.
#
# So on a GPU do one of these: one environment for each framework; or a PyTorch built for CUDA 12 (releases up to 2.14
# [have one](https://github.com/pytorch/pytorch/issues/190385)), which asks for the *same* cuDNN package as TensorFlow;
# or conda-forge, which builds both against CUDA packages of its own.
#
# Are there such pairs here? Each package lists its files, so Python can count the owners of each.

# %%
owners = {}
for package in metadata.distributions():
    name = package.metadata["Name"]
    for file in package.files or []:
        owners.setdefault(str(file), set()).add(name)
shared = {file: sorted(names) for file, names in owners.items() if len(names) > 1}
print(f"{len(owners)} files, of which {len(shared)} have two owners or more; "
      f"of NVIDIA's: {sum('nvidia' in file for file in shared)}")
for file, names in list(shared.items())[:5]:
    print(" ", file, "belongs to", " and ".join(names))

# %% [markdown]
# ## 0.6 The commands, mended, and the doctor
#
# For this course the two commands in `README.md` do all. The table is for your other projects. Two remarks:
#
# - An NVIDIA GPU needs the driver on the machine; CUDA and cuDNN come with the packages.
# - `conda install -c conda-forge pytorch tensorflow` also works; PyTorch's own conda channel
#   [ended with 2.5](https://github.com/pytorch/pytorch/issues/138506).
#
# After it the **doctor** looks at *this* machine and names a cure for each finding. It also runs in a terminal, before
# anything is installed: `python -m helpers.doctor`. One claim is left, about WSL 2, Linux inside Windows. pip takes the
# Linux wheel there; whether a GPU then computes can be measured there and nowhere else.

# %%
INDEX = "--index-url ADDRESS"  # pytorch.org/get-started/locally shows the address for your choice
show.table(["system", "PyTorch: `python -m pip install ...`", "TensorFlow: `python -m pip install ...`"], [
    ("Linux or WSL 2, CPU", f"`torch {INDEX}` for the CPU", "`tensorflow-cpu` (on ARM `tensorflow`)"),
    ("Linux or WSL 2, NVIDIA GPU, two environments", "`torch`", "`\"tensorflow[and-cuda]\"`"),
    ("Linux or WSL 2, NVIDIA GPU, one environment", f"`torch==2.13.0 {INDEX}` for CUDA 12.6", "`\"tensorflow[and-cuda]\"`"),
    ("macOS, Apple silicon", "`torch` (GPU through Metal)", "`tensorflow` (CPU)"),
    ("macOS, Intel, Python up to 3.12", "`torch==2.2.2 \"numpy<2\"` (the last one)", "`tensorflow==2.16.2` (the last one)"),
    ("Windows, CPU", "`torch`", "`tensorflow-cpu`"),
    ("Windows, NVIDIA GPU", f"`torch {INDEX}` for CUDA 13", "none: use WSL 2"),
], caption="Installing, November 2026. The row for one "
           "environment follows from what the packages ask for; it was not tried: no GPU was at hand.")

# %%
findings = doctor.findings(quick=True)
show.table(["level", "finding", "cure"], [(finding.level, finding.what, finding.cure) for finding in findings],
           caption="What the doctor finds on this machine")
on_wsl = "microsoft" in platform.uname().release.lower()  # the name that WSL's Linux kernel gives itself
if on_wsl and shutil.which("nvidia-smi") and tf.test.is_built_with_cuda():
    seen = tf.config.list_physical_devices("GPU")
    claims.verdict("C75", len(seen) > 0, f"TensorFlow inside WSL 2 sees {len(seen)} GPUs")
else:
    claims.not_measured("C75", "this needs WSL 2, an NVIDIA GPU and a TensorFlow built with CUDA; the install page gives "
                        "the same command for Linux and for WSL 2")

# %% [markdown]
# ## 0.7 First contact
#
# Enough commands: let both compute. The pictures are real: 8 by 8 pixels of digits that people wrote by hand, each pixel
# counted from 0 (paper) to 16 (ink) and divided by 16.
#
# One [tensor](glossary.md#tensor) holds 200 of them, one row for each picture. The product of that tensor with its own
# transpose compares every picture with every other: 40,000 numbers, each a sum of 64 products, in
# [float32](glossary.md#float32), which keeps about 7 decimal digits. The libraries add those 64 numbers in an order of
# their own.
#
# **Predict**: how large is the largest difference between the frameworks?

# %% tags=["predict"]
rows = data.digits().x_train[:200].reshape(200, 64)
print(rows.shape, rows.dtype)
guess = ...  # one of: "exactly 0", "around 1e-7", "around 1e-3"
exercises.predict("0.2", guess, among=["exactly 0", "around 1e-7", "around 1e-3"])

# %% tags=["torch"]
x_torch = torch_side.tensor(rows, torch_side.device(device))
product_torch = x_torch @ x_torch.T

# %% tags=["tf"]
x_tf = tf_side.tensor(rows, tf_side.device(device))
product_tf = x_tf @ tf.transpose(x_tf)

# %% tags=["verdict"]
ours_torch, ours_tf = torch_side.to_numpy(product_torch), tf_side.to_numpy(product_tf)
parity.verdict("all products of 200 pictures", ours_torch, ours_tf)
difference = np.abs(ours_torch - ours_tf).max()
exercises.outcome("0.2", exercises.first_true({"exactly 0": difference == 0, "around 1e-7": difference < 1e-5,
                                               "around 1e-3": difference >= 1e-5}))

# %% [markdown]
# Exactly 0, and not by luck. Every pixel is a whole number of sixteenths, so every product is a whole number of 1/256
# and every sum stays small enough to fit into a float32 without rounding. Without rounding the order does not matter.
# (With other numbers it does: chapter 6 chases such differences down to the last bit.)
#
# So the frameworks agree? One more question, as simple as they come. The file stores the pixels as whole numbers from 0
# to 16, in the [dtype](glossary.md#dtype) uint8, as picture files do. **How much ink is in a picture?** That is one
# sum. Both frameworks have it: `torch.sum` and `tf.reduce_sum`.
#
# **Predict**: what do they say?

# %% tags=["predict"]
counts = (data.digits().x_train * 16).astype("uint8")  # (N, 8, 8), as the file stores them
guess = ...  # one of: "the same numbers", "one raises an error", "different numbers, no error"
exercises.predict("0.3", guess, among=["the same numbers", "one raises an error", "different numbers, no error"])

# %% tags=["torch"]
sums_torch = torch.sum(torch.tensor(counts), dim=(1, 2))
print("the first picture:", sums_torch[0])

# %% tags=["tf"]
sums_tf = tf.reduce_sum(tf.constant(counts), axis=(1, 2))
print("the first picture:", sums_tf[0])

# %% tags=["verdict"]
ink_torch, ink_tf = torch_side.to_numpy(sums_torch), tf_side.to_numpy(sums_tf)
equal = np.array_equal(ink_torch, ink_tf)
exercises.outcome("0.3", "the same numbers" if equal else "different numbers, no error")
print(f"the first picture's ink: PyTorch says {ink_torch[0]} ({ink_torch.dtype}), TensorFlow {ink_tf[0]} ({ink_tf.dtype})")
true_ink = counts.sum(axis=(1, 2), dtype=np.int64)
print(f"counted by NumPy: {true_ink[0]}; so PyTorch is right in all pictures: {np.array_equal(ink_torch, true_ink)}, "
      f"TensorFlow in all: {np.array_equal(ink_tf, true_ink)}")

# %%
fig, ax = plots.figure(width=7, height=3)
ax.scatter(true_ink, ink_torch, s=40, color=plots.TORCH["color"], marker=plots.TORCH["marker"], label="torch.sum")
ax.scatter(true_ink, ink_tf, s=14, color=plots.TF["color"], marker=plots.TF["marker"], label="tf.reduce_sum")
ax.axvline(255.5, color=plots.GRAY, linewidth=1, linestyle=":")
ax.annotate("255, the largest uint8", (255.5, 150), xytext=(5, 0), textcoords="offset points", color=plots.GRAY)
ax.set(xlabel="ink in a picture, counted by NumPy (sixteenths)", ylabel="ink, says the framework")
ax.legend()
plots.show(fig, alt="Reported ink against true ink, one mark a picture. PyTorch's marks lie on the diagonal. "
           "TensorFlow's lie on it up to 255, then drop to 0 and climb again.")

# %% [markdown]
# TensorFlow keeps the dtype: the sum of uint8 is a uint8, and beyond 255 it starts again at 0. That is
# [overflow](glossary.md#overflow), without an error or a warning. `torch.sum` adds in int64, and NumPy takes a wider type
# as well. Neither is a bug: the manuals say so, [TensorFlow's](https://www.tensorflow.org/api_docs/python/tf/math/reduce_sum)
# and [PyTorch's](https://docs.pytorch.org/docs/stable/generated/torch.sum.html).
#
# That is why this course runs everything twice and compares numbers. Where do the frameworks agree to the last bit,
# where do they differ, and why? You now have the tools to ask.

# %% [markdown]
# ## 0.8 Exercises
#
# ### Exercise 0.2: a command that compiles and still fails
#
# A friend sends you the command below for a terminal. The text between the outer quotes, given to `compile`, is fine.
# In a terminal it fails all the same. Why? Think of who reads the line first.
#
# Mend it so that it prints GPU or CPU in the shells of Linux, macOS **and** in the Windows command prompt. Answer with
# the whole command as a string.

# %% tags=["exercise"]
broken = 'python3 -c "import torch; print("GPU" if torch.cuda.is_available() else "CPU")"'
answer = ...  # the whole command
# solution
answer = broken.replace('"GPU"', "'GPU'").replace('"CPU"', "'CPU'")
# wrong: the shell takes away the inner double quotes
answer = broken
# wrong: the Windows command prompt
answer = "python3 -c 'import torch; print(\"GPU\" if torch.cuda.is_available() else \"CPU\")'"
# wrong: no closing quotation
answer = "python3 -c \"import torch; print('GPU' if torch.cuda.is_available() else 'CPU')"
# wrong: without parentheses
answer = "python3 -c \"import torch; print('GPU' if torch.cuda.is_available else 'CPU')\""
# wrong: was never closed
answer = "python3 -c \"import torch; print('GPU' if torch.cuda.is_available() else 'CPU'\""

# %% tags=["check"]
exercises.check("0.2", answer)

# %% [markdown]
# ### Exercise 0.3: what a plain install of torch fetches
#
# These lines stand in the metadata of every wheel of torch 2.13.0 on PyPI, whatever system it is for (the first one is
# shortened). What follows the semicolon is an [environment marker](glossary.md#environment-marker): pip obeys the line only
# where it is true.
#
# How many of the six does `pip install torch` fetch on each system, with Python 3.13? Count, or let
# `packaging.requirements.Requirement(line).marker.evaluate({...})` count; a line without a marker has the marker `None`.

# %% tags=["exercise"]
requirements = ['cuda-toolkit==13.0.3; platform_system == "Linux"',
                'nvidia-cudnn-cu13==9.20.0.48; platform_system == "Linux"',
                'cuda-bindings<14,>=13.0.3; platform_system == "Linux" and python_version < "3.15"',
                'triton==3.7.1; platform_system == "Linux" and python_version < "3.15"',
                'sympy>=1.13.3',
                'optree>=0.13.0; extra == "optree"']
answer = ...  # {"Linux": a number, "Darwin": a number, "Windows": a number}; macOS calls itself Darwin
# solution
from packaging.requirements import Requirement
def wanted(line, system):
    marker = Requirement(line).marker
    return marker is None or marker.evaluate({"platform_system": system, "python_version": "3.13", "extra": ""})
answer = {system: sum(wanted(line, system) for line in requirements) for system in ("Linux", "Darwin", "Windows")}
# wrong: the markers were not read
answer = dict.fromkeys(["Linux", "Darwin", "Windows"], 6)
# wrong: an extra is fetched only when it is asked for
answer = {"Linux": 6, "Darwin": 2, "Windows": 2}
# wrong: a line without a marker holds everywhere
answer = {"Linux": 4, "Darwin": 0, "Windows": 0}

# %% tags=["check"]
exercises.check("0.3", answer)

# %% [markdown]
# ### Exercise 0.4: port this cell to TensorFlow
#
# A colleague counts ink in PyTorch:
#
# ```python
# def ink(images):                      # (N, height, width), uint8
#     return images.sum(dim=(1, 2))     # (N,), int64
# ```
#
# Write the same function for TensorFlow tensors: the same numbers, the same dtype. The check tries it on random pictures
# with pixels from 0 to 255.

# %% tags=["exercise"]
answer = ...  # a function, for example: def answer(images): ...
# solution
def answer(images):
    return tf.reduce_sum(tf.cast(images, tf.int64), axis=(1, 2))
# wrong: the sum is still a uint8
def answer(images):
    return tf.reduce_sum(images, axis=(1, 2))
# wrong: cast before you add
def answer(images):
    return tf.cast(tf.reduce_sum(images, axis=(1, 2)), tf.int64)
# wrong: one sum over all pictures
def answer(images):
    return tf.reduce_sum(tf.cast(images, tf.int64))
# wrong: int64 is asked for
def answer(images):
    return tf.reduce_sum(tf.cast(images, tf.float32), axis=(1, 2))

# %% tags=["check"]
exercises.check("0.4", answer)

# %% [markdown]
# ## 0.9 Quiz
#
# Open an option to see whether and why it is right.

# %%
exercises.quiz("00")

# %% [markdown]
# ## 0.10 Verdicts
#
# What your machine says about the article's claims. No verdict is typed, each was computed above. Those about other
# systems rest on wheels that were listed and opened in November 2026, not on an installation there.

# %%
claims.close("00")

# %% [markdown]
# ## 0.11 Summary and further reading
#
# - Of a printed command, ask who reads it: the shell, Python, pip. Each can refuse it.
# - `python -m pip` serves the Python you named; a wheel's name says which machines it fits, its build whether it can use
#   a GPU, its markers what else comes along.
# - Two packages may own one file; then the last one wins and nobody tells you.
# - The frameworks can agree to the last bit, and can disagree without a word. Compare numbers.
#
# Read on: [Python Packaging User Guide](https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/)
# on wheel names; install pages of [PyTorch](https://pytorch.org/get-started/locally/) and
# [TensorFlow](https://www.tensorflow.org/install/pip); building from source:
# [PyTorch](https://github.com/pytorch/pytorch#from-source), [TensorFlow](https://www.tensorflow.org/install/source).
