# %% [markdown]
# # 0b. Install and mend
#
# Commands that somebody printed and never ran, a package that is installed and cannot be imported: why installing fails,
# and how you find out who refuses.
#
# > **Minutes**: 28 · **Needs**: lesson 0a · **Claims tested**: C66, C70, C71, C74b, C75,
# > C75b
# >
# > **You will be able to**
# > - find the error in a command that somebody printed (prediction P0.4)
# > - write a command that survives every shell (exercise 0.2)
# > - say which Python a notebook runs in, and why a package is missing there (prediction P0.5)
# > - install into the Python of a kernel (exercise 0.6)
# > - check your own machine, and pick the right command for it (claim C75)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.

# %% tags=["setup"]
from helpers import session

session.start("00b")

import sys

from chapters.ch00 import commands, environments
from helpers import claims, errors, exercises, parity, process

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
# ## 0b.1 Commands that were printed and never ran
#
# This course grew out of [an article of March 2024](https://builtin.com/data-science/pytorch-vs-tensorflow). Each of its
# statements is a *claim* with a number, such as C70. Your machine decides what becomes of it:
#
# - **HELD**, **PARTLY**, **NO LONGER** (it was true once) or **NEVER**; the table that ends a lesson also says how the claim
#   stood in March 2024, when it was printed: most claims that are NO LONGER true were false by then already
# - **OPINION** and **HISTORY**: nothing for a run to decide; you see the evidence, and no evidence turns an opinion
# - **NOT MEASURED**: this machine could not look
#
# We begin with its commands. To check an installation of TensorFlow, the article runs a small program on each of four
# systems, with `python3 -c "..."` (`-c` runs the text that follows as a program). Here are these programs, letter for
# letter.

# %% tags=["taught"]
linux = "import tensorflow as tf' print(tf.config.list_physical_devices('GPU'))"
macos = "import tensorflow as tf; print(tf.reduce_sum(tf.random.normal([1000, 1000]))"
windows = "import tensorflow as tf; print(tf.config.list_physical_devices('GPU'))"
programs = {"Linux": linux, "macOS": macos, "Windows": windows, "WSL 2": windows}

# %% [markdown]
# (WSL 2 is Linux inside Windows; the article prints the same program for both.) Read each one aloud, sign by sign.
#
# **Predict.** How many of the four are valid Python?
#
# - **a** all four
# - **b** three
# - **c** two
# - **d** one, or none

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P0.4", guess, among=["a", "b", "c", "d"])

# %% [markdown]
# `compile` reads a program as Python does before it runs it, and runs nothing. So it needs no TensorFlow.


# %% tags=["taught"]
def said_by_python(program):
    """What Python says when it reads a program."""
    try:
        compile(program, "the article", "exec")
    except SyntaxError as error:
        return f"SyntaxError: {error.msg}"
    return "valid"


said = {system: said_by_python(program) for system, program in programs.items()}
for system, words in said.items():
    print(system, "-", words)

# %% tags=["verdict", "folded"]
# Folded: counts the valid programs, and judges the four claims on them.
valid = list(said.values()).count("valid")
letter = exercises.first_true(
    {"a": valid == 4, "b": valid == 3, "c": valid == 2, "d": valid < 2}
)
exercises.outcome("P0.4", letter)
claims.verdict("C70", said["Linux"] == "valid", f"compile() says {said['Linux']}")
claims.verdict("C71", said["macOS"] == "valid", f"compile() says {said['macOS']}")
claims.verdict("C74b", said["Windows"] == "valid", f"compile(): {said['Windows']}")
claims.verdict("C75b", said["WSL 2"] == "valid", f"compile() says {said['WSL 2']}")

# %% [markdown]
# For Linux, a `'` stands where a `;` belongs. For macOS, a `)` is missing. (So is the closing `"` of the command, which
# Python never sees: the shell would wait for it.) The two programs for Windows are sound.
#
# Next, the article's command for PyTorch on Linux:
#
# `pip3 install torch torchvision torchaudio --index-url`
#
# We give its words to pip. pip reads its options before it does anything else. `PIP_NO_INDEX` keeps it from asking the
# network, in case it should get that far. `process.command` runs a command. In what it returns, `.stdout` is what the
# program printed, `.stderr` what it wrote as errors, and `.returncode` is 0 if it ended without an error.

# %% tags=["taught"]
words = ["install", "torch", "torchvision", "torchaudio", "--index-url"]
done = process.command(
    [sys.executable, "-m", "pip", *words], timeout=60, env={"PIP_NO_INDEX": "1"}
)
pip_says = errors.last_line(done.stderr)
print(pip_says)

# %% tags=["verdict", "folded"]
# Folded: judges the command by what pip says of its option.
if "No module named pip" in pip_says:
    claims.not_measured("C66", "this environment has no pip to ask")
else:
    refused = "--index-url option requires" in pip_says
    claims.verdict("C66", not refused, f"pip says: {pip_says}")

# %% [markdown]
# `--index-url` wants an address, and none follows. In the article an address may have stood there as a link, and got
# lost; what can be copied from it today does not run. Without the option the command gives you PyTorch for CUDA, with
# gigabytes of libraries; for a machine without an NVIDIA GPU see 0b.4.
#
# So of a command that somebody printed, ask **who reads it**: the shell first, then Python or pip, then the program itself.
# Each can refuse it, and the message tells which. A shell's begins with its name, or it waits for a quotation mark; Python's
# is an error such as `SyntaxError`; pip's speaks of options and packages.

# %% [markdown]
# ### Exercise 0.2: a command that compiles and still fails (6 minutes)
#
# A friend sends you the command below for a terminal. The text between the outer quotes, given to `compile`, is fine. In a
# terminal it fails all the same. Why? Think of who reads the line first.
#
# Mend it so that it prints GPU or CPU in the shells of Linux, macOS **and** in the Windows command prompt. Answer with
# the whole command as a string. (How Python is called does not matter here: on Windows it is often `python` or `py`.)

# %% tags=["exercise"]
broken = (
    'python3 -c "import torch; print("GPU" if torch.cuda.is_available() else "CPU")"'
)
answer = ...  # the whole command
# solution
answer = broken.replace('"GPU"', "'GPU'").replace('"CPU"', "'CPU'")
# wrong: the shell takes away the inner double quotes
answer = broken
# wrong: the Windows command prompt
answer = (
    'python3 -c \'import torch; print("GPU" if torch.cuda.is_available() else "CPU")\''
)
# wrong: no closing quotation
answer = (
    "python3 -c \"import torch; print('GPU' if torch.cuda.is_available() else 'CPU')"
)
# wrong: without parentheses
answer = (
    "python3 -c \"import torch; print('GPU' if torch.cuda.is_available else 'CPU')\""
)
# wrong: was never closed
answer = (
    "python3 -c \"import torch; print('GPU' if torch.cuda.is_available() else 'CPU'\""
)
# wrong: exclamation mark
answer = (
    "!python3 -c \"import torch; print('GPU' if torch.cuda.is_available() else 'CPU')\""
)
# wrong: a line break
answer = (
    "python3 -c \"import torch\nprint('GPU' if torch.cuda.is_available() else 'CPU')\""
)

# %% tags=["check"]
exercises.check("0.2", answer)

# %% [markdown]
# ## 0b.2 The programs, mended
#
# We run the article's program for TensorFlow, mended, and the like for PyTorch, where a terminal would: in a **new Python
# process**, not in this notebook. They say which GPUs they see, or how many, and add up a million random numbers, to show
# that the framework computes. What is printed below is a program's output, or its errors where there is no output.

# %% tags=["torch"]
# PyTorch
program = """
import torch; print(torch.cuda.device_count())
import torch; print(torch.sum(torch.randn([1000, 1000])))
"""
done = process.command([sys.executable, "-c", program], timeout=120)
print(done.stdout or done.stderr)
gpus_new_torch = errors.first_line(done.stdout)
gpus_here_torch = str(torch.cuda.device_count())

# %% tags=["tf"]
# TensorFlow
program = linux.replace("tf' print", "tf; print") + "\n" + macos + ")"
done = process.command([sys.executable, "-c", program], timeout=120)
print(done.stdout or done.stderr)
gpus_new_tf = errors.first_line(done.stdout)
gpus_here_tf = str(tf.config.list_physical_devices("GPU"))

# %% tags=["verdict", "folded"]
# Folded: does a new process see what this notebook sees?
parity.verdict(
    "GPUs that a new Python process sees, and that this notebook sees",
    [gpus_new_torch, gpus_new_tf],
    [gpus_here_torch, gpus_here_tf],
)

# %% [markdown]
# ## 0b.3 Which Python is this?
#
# "I installed it, and the notebook says `No module named ...`." Then look for two Pythons. A machine has many: the system's
# own, and one for each [environment](glossary.md#environment). A package belongs to one of them. The program that runs a
# notebook's cells is called its [kernel](glossary.md#kernel), and it is one of these Pythons. `sys.executable` says which.

# %% tags=["taught"]
print("this notebook's Python:", sys.executable)
print("its environment:       ", sys.prefix)

# %% [markdown]
# Now we make a second environment on this machine. `environments.new_environment` calls Python's own `venv`, and returns
# the path of the new Python. Nothing is installed into it. It takes a second.

# %% tags=["taught"]
other_python = environments.new_environment()
print(other_python)

# %% [markdown]
# **Predict.** We ask the new Python to import both frameworks. They are installed on this machine: you have just used them.
#
# - **a** both load
# - **b** neither loads
# - **c** one of them loads

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P0.5", guess, among=["a", "b", "c"])

# %% [markdown]
# `-I` tells Python to look nowhere but in its own environment.

# %% tags=["torch"]
# PyTorch
program = "import torch; print(torch.__version__)"
there = process.command([other_python, "-I", "-c", program], timeout=60)
loads_torch = there.returncode == 0
print(errors.last_line(there.stdout + there.stderr))

# %% tags=["tf"]
# TensorFlow
program = "import tensorflow; print(tensorflow.__version__)"
there = process.command([other_python, "-I", "-c", program], timeout=60)
loads_tf = there.returncode == 0
print(errors.last_line(there.stdout + there.stderr))

# %% tags=["verdict", "folded"]
# Folded: which option came true.
loaded = int(loads_torch) + int(loads_tf)
letter = exercises.first_true({"a": loaded == 2, "b": loaded == 0, "c": loaded == 1})
exercises.outcome("P0.5", letter)

# %% [markdown]
# One machine, two environments, and neither sees the other's packages. So when a package is missing, ask two questions:
#
# 1. **Which Python is this notebook?** `sys.executable`.
# 2. **Which Python got the package?** `pip --version` in the terminal names the folder that *its* Python installs into.
#
# If they differ, do one of two things:
#
# - **Bring the package to the kernel**: `%pip install NAME` in a cell, or, in a terminal, the path of question 1 followed by
#   `-m pip install NAME`. That is why this course writes `python -m pip` and not `pip`: so pip serves the Python that you
#   named.
# - **Bring the kernel to the package**: in that environment, `python -m pip install ipykernel`, then
#   `python -m ipykernel install --user --name my-env`. From then on the environment is on Jupyter's list.
#
# The list is the folder of *kernel specs*: small files called `kernel.json`, each with the command that starts a kernel.
# Here are yours, each with the first word of its command. That is a Python; a bare `python` stands for the one that runs
# Jupyter itself.

# %% tags=["taught"]
from jupyter_client.kernelspec import KernelSpecManager

specs = KernelSpecManager().get_all_specs()
for name, found in specs.items():
    kernel = found["spec"]  # what stands in its kernel.json
    print(name, "-", kernel["display_name"], "-", kernel["argv"][0])

# %% [markdown]
# The name at the top right of a notebook in JupyterLab is its kernel's; a click on it changes the kernel (*Kernel > Change
# Kernel*). VS Code has *Select Kernel* in the same corner. Colab has one Python and no choice, and forgets what you
# installed when its session ends.

# %% [markdown]
# ### Exercise 0.6: install for a kernel (5 minutes)
#
# A colleague sends you the `kernel.json` of the kernel in which something is missing:
#
# ```python
# kernel = {
#     "argv": ["/opt/deep/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
#     "display_name": "deep",
#     "language": "python",
# }
# ```
#
# Write `answer(kernel, package)`: for such a dict and the name of a package it returns the command that installs the
# package for this kernel's Python, as a list of words, such as `["python", "-m", "..."]`. It runs nothing.

# %% tags=["exercise"]
answer = ...  # a function of a dict and a name


# solution
def answer(kernel, package):
    return [kernel["argv"][0], "-m", "pip", "install", package]


# wrong: the first one on the PATH
def answer(kernel, package):
    return ["pip", "install", package]


# wrong: this notebook's Python
def answer(kernel, package):
    return [sys.executable, "-m", "pip", "install", package]


# wrong: a file called pip
def answer(kernel, package):
    return [kernel["argv"][0], "pip", "install", package]


# wrong: the kernel's name
def answer(kernel, package):
    return [kernel["display_name"], "-m", "pip", "install", package]


# wrong: a list of words
def answer(kernel, package):
    return f"{kernel['argv'][0]} -m pip install {package}"


# wrong: is there a `return`
def answer(kernel, package):
    [kernel["argv"][0], "-m", "pip", "install", package]


# %% tags=["check"]
exercises.check("0.6", answer)

# %% [markdown]
# ## 0b.4 What each system needs
#
# For this course the command `make lab` of its README does everything. The table is for your other projects: find the row
# of your own machine. ADDRESS is what [pytorch.org](https://pytorch.org/get-started/locally/) shows for your choice.
# Brackets go into quotes: zsh, the shell of macOS, takes bare ones for a pattern.

# %% tags=["folded"]
# Folded: the table of commands, as of November 2026.
commands.table()

# %% [markdown]
# - An NVIDIA GPU needs NVIDIA's *driver*, from the system. CUDA and cuDNN, the libraries that compute, come with the
#   packages, and the driver must be new enough for them. `nvidia-smi` shows it, and with it a "CUDA Version": the newest
#   that this driver can serve, not one that is installed.
# - Apple's GPU works in PyTorch by the device `mps`. Plain TensorFlow computes on the CPU there.
# - Both also come from conda-forge: `conda install -c conda-forge pytorch tensorflow`. PyTorch's own conda channel
#   [ended with 2.5](https://github.com/pytorch/pytorch/issues/138506).
#
# The course has a **doctor** that looks at *this* machine, and names a cure for each finding. In a terminal it is
# `python -m helpers.doctor`, and it works before anything is installed.

# %% tags=["folded"]
# Folded: the doctor looks at this machine (it does not load the frameworks).
commands.examine()

# %% [markdown]
# One claim is left, about WSL 2. pip takes the Linux wheel there. Whether a GPU then computes can be measured inside WSL 2
# and nowhere else. All other machines say NOT MEASURED, which is a verdict too: it says what was not looked at.

# %% tags=["verdict", "folded"]
# Folded: judges the claim where there is WSL 2, an NVIDIA GPU and a build for it.
if commands.is_wsl_with_gpu() and tf.test.is_built_with_cuda():
    seen = len(tf.config.list_physical_devices("GPU"))
    claims.verdict("C75", seen > 0, f"TensorFlow inside WSL 2 sees {seen} GPUs")
else:
    claims.not_measured(
        "C75",
        "this needs WSL 2, an NVIDIA GPU and a TensorFlow built with CUDA; the install "
        "page gives the same command for Linux and for WSL 2",
    )

# %% [markdown]
# ## 0b.5 Quiz

# %%
exercises.quiz("00b")

# %% [markdown]
# ## 0b.6 Verdicts
#
# What your machine says about the article's claims. No verdict is typed, each was computed above.

# %%
claims.close("00b")

# %% [markdown]
# ## 0b.7 Summary and further reading
#
# - Of a printed command, ask who reads it: the shell, Python, pip. The message tells which one refused.
# - A package belongs to one Python. `sys.executable` names the notebook's; `python -m pip` serves the Python that you named.
# - A kernel spec says which Python a kernel starts; `ipykernel install` adds one.
# - The doctor looks before you do.
#
# Further reading: the install pages of [PyTorch](https://pytorch.org/get-started/locally/) and
# [TensorFlow](https://www.tensorflow.org/install/pip), and
# [installing the IPython kernel](https://ipython.readthedocs.io/en/stable/install/kernel_install.html). To build from
# source: [PyTorch](https://github.com/pytorch/pytorch#from-source),
# [TensorFlow](https://www.tensorflow.org/install/source).
#
# Next: [tensors](01a_dtype_shape_broadcasting.ipynb). Or, if you must install on many machines or on a GPU:
# [wheels and markers](00c_wheels_and_markers.ipynb).
