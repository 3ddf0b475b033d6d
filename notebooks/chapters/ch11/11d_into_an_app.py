# %% [markdown]
# # 11d. Into an app
#
# You put lesson 11a's files where an Android and an iOS project want them, and compare what the apps believe with what the
# files say. Then an app has the right file, and computes for itself where each row of pixels begins.
#
# > **Minutes**: 33 · **Needs**: lesson 11a · **Claims tested**: none
# >
# > **You will be able to**
# > - put a model's file into an app, and check what the app believes of it (verdict in 11d.1)
# > - read a picture out of a phone's buffer (exercise 11.6 and prediction P11.6)
# > - say which mistakes a look at the answers does not find (prediction P11.7)
# > - take apart a pixel that is partly transparent (exercise 11.7)
# > - say which runtime checks what an app hands it (prediction P11.8)
# > - say who decides whether a CPU, a GPU or an NPU computes (verdict in 11d.5)
#
# Below, `fast` chooses how long the network is trained, and `seed` its first weights. All runs on the CPU. No app is
# compiled here: for that you need Android Studio or Xcode.

# %% tags=["setup"]
from helpers import session

session.start("11d")

import tempfile
from pathlib import Path

import numpy as np

from chapters.ch11 import apps, edge, figures, phone, training
from helpers import claims, exercises, parity, show

session.skip_where_missing("executorch", "ai_edge_litert")
edge.quiet_converters()

# %% tags=["torch", "setup"]
# PyTorch
import torch

from chapters.ch11 import delegates_torch, digit_torch

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

tf.config.set_visible_devices([], "GPU")
tf.get_logger().setLevel("ERROR")

from chapters.ch11 import digit_tf

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
scratch = tempfile.TemporaryDirectory(prefix="side-by-side-")  # gone with the kernel
folder = Path(scratch.name)

# %% [markdown]
# ## 11d.1 Where the file goes
#
# The course has two small projects. `android` calls LiteRT
# ([MainActivity.kt](chapters/ch11/workers/android/app/src/main/java/org/example/digits/MainActivity.kt)), `ios` calls
# ExecuTorch ([ContentView.swift](chapters/ch11/workers/ios/Sources/Digits/ContentView.swift)). (Either runtime exists for
# either system.)
#
# - **Android.** `implementation(...)` in `app/build.gradle.kts` names LiteRT. What lies in `app/src/main/assets` travels in
#   the app as it is. `noCompress` leaves the model's file unzipped, so that it need not be copied before it is read.
# - **iOS.** `Package.swift` names ExecuTorch and the backend, and says `resources: [.copy("digits.pte")]`. Without the flag
#   `-all_load` the linker would leave the backend out, since no line of the app names it.
#
# `apps.project` copies a project and puts the model's file there. `apps.believed` reads the app's source: which file it
# opens, and which shape and type it hands over. `input_of` asks the file itself. (`trained`, `for_executorch` and
# `to_litert` are lesson 11a's code.)

# %% tags=["taught"]
epochs = 8 if fast else 12
test, labels = training.test_pictures()

# %% tags=["torch"]
# PyTorch
net_torch = digit_torch.trained(seed, epochs)
graph_torch = torch.export.export(net_torch, (digit_torch.IMAGE,))
file_torch = digit_torch.for_executorch(graph_torch)

root_torch = apps.project("ios", folder, file_torch)
believed_torch = apps.believed(root_torch)
wanted_torch = digit_torch.input_of(file_torch)
print("\n".join(apps.listed(root_torch)))
print(believed_torch)

# %% tags=["tf"]
# TensorFlow
net_tf = digit_tf.trained(seed, epochs)
file_tf = digit_tf.to_litert(net_tf, folder / "saved")

root_tf = apps.project("android", folder, file_tf)
believed_tf = apps.believed(root_tf)
wanted_tf = digit_tf.input_of(file_tf)
print("\n".join(apps.listed(root_tf)))
print(believed_tf)

# %% tags=["verdict", "folded"]
# Folded: is the file where the app looks, with the shape and type that it expects?
for name, root, believed, wanted in (
    ("iOS", root_torch, believed_torch, wanted_torch),
    ("Android", root_tf, believed_tf, wanted_tf),
):
    names = [path.rpartition("/")[2] for path in apps.listed(root)]
    print(f"{name}: the file that the app opens is there:", believed["file"] in names)
    parity.verdict(
        f"the shape, {name} app and file", believed["shape"], wanted["shape"]
    )
    same_type = believed["type"] == wanted["type"]
    print(f"the type, {name} app and file: {'equal' if same_type else 'different'}")

# %% [markdown]
# A file knows the shape and the type of its input. It does not know what the numbers *mean*: is 1 black or white? That is
# said in the training code, and once more in the app.

# %% [markdown]
# ## 11d.2 What lies in the buffer
#
# An app gets pictures as *buffers*, rows of bytes: four for each pixel, for red, green, blue and *alpha* (how opaque it is).
# Graphics chips like rows to begin at multiples of, say, 64 bytes. Eight pixels take 32. So each row may end in a gap. The
# distance from row to row is the *row stride*, a number that you must ask for.
#
# Let us make such a buffer from a test picture: black ink on white paper.


# %% tags=["taught"]
def photographed(ink):
    """Ink (8, 8) from 0 to 1 as RGBA bytes, 64 from row to row."""
    gray = np.round(255 * (1 - ink)).astype("uint8")
    buffer = np.zeros((8, 64), "uint8")
    for color in range(3):
        buffer[:, color:32:4] = gray
    buffer[:, 3:32:4] = 255  # nothing shines through
    return buffer.ravel()


buffers = np.stack([photographed(picture[..., 0]) for picture in test])
print(buffers.shape, buffers[0, :12])

# %% [markdown]
# And back. These are the steps of both apps' sources,
# [Pixels.java](chapters/ch11/workers/android/app/src/main/java/org/example/digits/Pixels.java) and
# [Pixels.swift](chapters/ch11/workers/ios/Sources/Digits/Pixels.swift); where this machine has Java, a test of the course
# runs the first on all these buffers.


# %% tags=["taught"]
def pixels(buffer, stride):
    """RGBA bytes, `stride` from row to row, as ink (8, 8) from 0 to 1."""
    ink = np.zeros((8, 8), "float32")
    for row in range(8):
        for column in range(8):
            at = row * stride + 4 * column
            total = int(buffer[at]) + int(buffer[at + 1]) + int(buffer[at + 2])
            ink[row, column] = 1 - total / (3 * 255)
    return ink


def pictures(stride):
    """All buffers, read with a row stride: (382, 8, 8, 1)."""
    return np.stack([pixels(buffer, stride) for buffer in buffers])[..., None]


# %% [markdown]
# **Predict.** An app computes the stride itself: 8 pixels of 4 bytes make 32. The model's file is the right one. What
# happens?
#
# - **a** it stops with an error
# - **b** it reads about half of the digits
# - **c** it reads hardly more than one of ten

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P11.6", guess, among=["a", "b", "c"])

# %% tags=["taught"]
asked = pictures(64)
computed = pictures(32)

# %% tags=["torch"]
# PyTorch
run_torch = digit_torch.run_executorch(file_torch)
plain_torch = training.ask_all(run_torch, test)
asked_torch = training.ask_all(run_torch, asked)
computed_torch = training.ask_all(run_torch, computed)
print(training.accuracy(computed_torch, labels))

# %% tags=["tf"]
# TensorFlow
run_tf = digit_tf.run_litert(file_tf)
plain_tf = training.ask_all(run_tf, test)
asked_tf = training.ask_all(run_tf, asked)
computed_tf = training.ask_all(run_tf, computed)
print(training.accuracy(computed_tf, labels))

# %% tags=["verdict", "folded"]
# Folded: the app's pixels and the course's; which option came true.
parity.verdict("the pixels of the app, and the course's", asked, test, atol=0.5 / 255)
moved_torch = (asked_torch.argmax(axis=1) != plain_torch.argmax(axis=1)).mean()
moved_tf = (asked_tf.argmax(axis=1) != plain_tf.argmax(axis=1)).mean()
few = [bool(moved_torch < 0.01), bool(moved_tf < 0.01)]
parity.verdict("with the right stride, under 1 % of answers change", few, [True, True])
shares = [training.accuracy(out, labels) for out in (computed_torch, computed_tf)]
options = {"c": max(shares) < 0.25, "b": max(shares) < 0.75, "a": True}
exercises.outcome("P11.6", exercises.first_true(options))

# %% [markdown]
# No error: the buffer is long enough for both. On another phone the same picture may lie without gaps, and the app works:
# on yours, perhaps. Ask for the stride: in Kotlin `rowBytes` of a bitmap or `rowStride` of a camera's picture (in Java
# `getRowBytes()`, `getRowStride()`), in Swift `bytesPerRow`.

# %% [markdown]
# ### Exercise 11.6: read a buffer (5 minutes)
#
# Write `answer(buffer, width, height, stride, alpha)` in NumPy. `buffer` is an array of bytes (uint8), four a pixel;
# `alpha` says which of the four is the opacity: 3 in RGBA and BGRA, 0 in ARGB. Return the ink, (height, width): 0 where the
# three colors are 255, 1 where they are 0, by their mean.

# %% tags=["exercise"]
answer = ...  # a function of buffer, width, height, stride and alpha


# solution
def answer(buffer, width, height, stride, alpha):
    ink = np.zeros((height, width))
    for row in range(height):
        for column in range(width):
            at = row * stride + 4 * column
            total = sum(int(buffer[at + k]) for k in range(4) if k != alpha)
            ink[row, column] = 1 - total / (3 * 255)
    return ink


# wrong: you computed the row stride
def answer(buffer, width, height, stride, alpha):
    rgba = buffer[: height * width * 4].reshape(height, width, 4)
    return 1 - np.delete(rgba, alpha, axis=2).mean(axis=2) / 255


# wrong: alpha is no color
def answer(buffer, width, height, stride, alpha):
    rows = buffer.reshape(height, stride)[:, : 4 * width]
    return 1 - rows.reshape(height, width, 4).mean(axis=2) / 255


# wrong: that is the light, not the ink
def answer(buffer, width, height, stride, alpha):
    rows = buffer.reshape(height, stride)[:, : 4 * width].reshape(height, width, 4)
    return np.delete(rows, alpha, axis=2).mean(axis=2) / 255


# %% tags=["check"]
exercises.check("11.6", answer)

# %% [markdown]
# ## 11d.3 Ten ways to read a picture
#
# The stride is one mistake of many. `phone.mistakes` reads the same buffers in ten ways: the right one and nine mistakes.
# Three of these:
#
# - *not divided*: the model gets 0 to 255 where it learned 0 to 1;
# - *bytes with a sign*: in Java a byte goes from -128 to 127, so 200 arrives as -56;
# - *codes made light*: a screen's numbers ([sRGB](glossary.md#srgb)) are codes, not amounts of light, and some libraries
#   convert them on loading.
#
# **Predict.** With numbers from 0 to 255, how many digits does the network still read?
#
# - **a** about one of ten
# - **b** about half
# - **c** almost as many as before

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P11.7", guess, among=["a", "b", "c"])

# %% tags=["taught"]
found = phone.mistakes(buffers)


def all_scores(run):
    return {
        name: training.ask_all(run, ink.astype("float32")[..., None])
        for name, ink in found.items()
    }


# %% tags=["torch"]
# PyTorch
scores_torch = all_scores(run_torch)

# %% tags=["tf"]
# TensorFlow
scores_tf = all_scores(run_tf)

# %% tags=["verdict", "folded"]
# Folded: the accuracy of each mistake, in both; which option came true.
read_torch = {k: training.accuracy(x, labels) for k, x in scores_torch.items()}
read_tf = {k: training.accuracy(x, labels) for k, x in scores_tf.items()}
parity.verdict("digits read, by mistake", read_torch, read_tf, atol=0.02)
lost = read_torch["none"] - read_torch["not divided"]
options = {"c": lost < 0.15, "b": lost < 0.6, "a": True}
exercises.outcome("P11.7", exercises.first_true(options))

# %% tags=["folded"]
# Folded: draws one digit as each mistake shows it, with a table.
phone.gallery(found, scores_torch, labels)

# %% [markdown]
# Three mistakes, *not divided*, *RGBA read as ARGB* and *codes made light*, cost so few answers that ten trials on a phone
# may show nothing. But the scores are far off, and a threshold on them is worthless. *RGB read as BGR* changes nothing at
# all: gray pictures cannot show it.
#
# So compare *pixels*, not answers, and take a picture with three different colors.

# %% [markdown]
# ### Exercise 11.7: paper below (4 minutes)
#
# Android's bitmaps and Core Graphics keep colors *premultiplied*: each is stored times the opacity. Black ink at half
# opacity is (0, 0, 0, 128), white at half opacity (128, 128, 128, 128). What a person sees is this layer over white paper:
# the stored color, plus the paper's 255 times what alpha lets through, 1 - alpha / 255.
#
# Write `answer(rgba)`: a uint8 array (n, 4) of such pixels. Return the ink that is seen, (n,): 0 for white, 1 for black, by
# the mean of the three colors.

# %% tags=["exercise"]
answer = ...  # a function of an array (n, 4)


# solution
def answer(rgba):
    colors = rgba[:, :3].astype("float64").mean(axis=1)
    seen = colors + 255 - rgba[:, 3]
    return 1 - seen / 255


# wrong: the paper below shines through
def answer(rgba):
    return 1 - rgba[:, :3].astype("float64").mean(axis=1) / 255


# wrong: multiplied by alpha already
def answer(rgba):
    opaque = rgba[:, 3] / 255
    seen = rgba[:, :3].astype("float64").mean(axis=1) * opaque + 255 * (1 - opaque)
    return 1 - seen / 255


# wrong: that is the opacity
def answer(rgba):
    return rgba[:, 3] / 255


# %% tags=["check"]
exercises.check("11.7", answer)

# %% [markdown]
# ## 11d.4 Who checks what the app hands over?
#
# The Android app does not use lesson 11a's `Interpreter`. LiteRT's own pages keep that class
# ["for backward compatibility"](https://developers.google.com/edge/litert/android) and teach `CompiledModel`, which can use
# GPUs and NPUs. You make buffers, write into one, run, and read the other.
#
# Does it give the same scores as the old class? ExecuTorch, which has one class only, is called by hand, too.

# %% tags=["torch"]
# PyTorch
print(f"a file of {len(file_torch):,} bytes")

from executorch.runtime import Runtime

with edge.quiet():
    program_torch = Runtime.get().load_program(file_torch)
    method_torch = program_torch.load_method("forward")


def ask_torch(picture):
    """Hand over an array as it is."""
    tensor = torch.from_numpy(picture.reshape(1, 1, 8, 8).copy())
    return method_torch.execute([tensor])[0].numpy()


new_torch = training.ask_all(ask_torch, test)

# %% tags=["tf"]
# TensorFlow
print(f"a file of {len(file_tf):,} bytes")

from ai_edge_litert.compiled_model import CompiledModel

with session.quiet():
    compiled_tf = CompiledModel.from_buffer(file_tf)
    inputs = compiled_tf.create_input_buffers(0)
    outputs = compiled_tf.create_output_buffers(0)


def ask_tf(picture):
    """Hand over an array as it is."""
    inputs[0].write(picture)
    compiled_tf.run_by_index(0, inputs, outputs)
    return outputs[0].read(10, np.float32).reshape(1, 10)


with session.quiet():  # the first call reports on the processor
    new_tf = training.ask_all(ask_tf, test)

# %% tags=["verdict", "folded"]
# Folded: are the scores those of 11d.2, to the last bit?
parity.verdict("ExecuTorch, and ExecuTorch in 11d.2", new_torch, plain_torch)
parity.verdict("CompiledModel, and the old Interpreter", new_tf, plain_tf)

# %% [markdown]
# To the last bit: below both is the same XNNPACK. Now an app forgets to convert, and hands over *bytes*, one a pixel, where
# the file wants float32.
#
# **Predict.** Who refuses: ExecuTorch, LiteRT's old `Interpreter`, the new `CompiledModel`?
#
# - **a** all three
# - **b** all but the new one
# - **c** none

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P11.8", guess, among=["a", "b", "c"])

# %% tags=["taught"]
bytes_as_they_are = np.round(255 * (1 - test[:1])).astype("uint8")


def refuses(ask, picture):
    """Whether a runtime says no, and what it says or answers."""
    with edge.quiet():
        try:
            return False, ask(picture)
        except (RuntimeError, ValueError) as problem:
            return True, str(problem)


# %% tags=["torch"]
# PyTorch
refused_torch, said_torch = refuses(ask_torch, bytes_as_they_are)
print(said_torch)

# %% tags=["tf"]
# TensorFlow
refused_old, said_old = refuses(run_tf, bytes_as_they_are)
refused_tf, said_tf = refuses(ask_tf, bytes_as_they_are)
print(said_old)
print(said_tf)

# %% tags=["verdict", "folded"]
# Folded: which option came true.
refusals = [refused_torch, refused_old, refused_tf]
options = {
    "a": all(refusals),
    "b": refusals == [True, True, False],
    "c": not any(refusals),
}
exercises.outcome("P11.8", exercises.first_true(options))

# %% [markdown]
# `write` copies bytes and asks nothing: 64 bytes fill the first quarter of a buffer of 256, and are taken for 16 floats.
# The rest is *still the picture before*. (A test that hands over one picture twice would not notice.) To see it, hand over
# one picture, and then only the upper half of another, as floats:

# %% tags=["taught"]
ask_tf(test[5:6])
upper_half = np.ascontiguousarray(test[6:7, :4])
mixed_tf = ask_tf(upper_half)
both_tf = np.concatenate([test[6:7, :4], test[5:6, 4:]], axis=1)
print(
    "as half of one and half of the other:", np.array_equal(mixed_tf, ask_tf(both_tf))
)

# %% [markdown]
# So the app must count: in `MainActivity.kt` the line `require(ink.size == ...)` does.

# %% [markdown]
# ## 11d.5 Who computes?
#
# A *[delegate](glossary.md#delegate)* takes over a part of the graph, or all of it, for one kind of chip. The two
# runtimes decide at different times.

# %% tags=["torch"]
# PyTorch
print(len(graph_torch.graph.nodes), "nodes in the graph")

from executorch.exir import to_edge_transform_and_lower

with edge.quiet():
    lowered = to_edge_transform_and_lower(graph_torch, partitioner=[])  # no delegate
    without_torch = lowered.to_executorch().buffer
print("named in the file without a delegate:", b"XnnpackBackend" in without_torch)
in_file_torch = b"XnnpackBackend" in file_torch
print("named in 11d.1's file, for XNNPACK:", in_file_torch)

# %% tags=["tf"]
# TensorFlow
from ai_edge_litert.hardware_accelerator import HardwareAccelerator as Chip


def opened(wish):
    with session.quiet():
        try:
            CompiledModel.from_buffer(file_tf, hardware_accel=wish)
        except RuntimeError:
            return "refused"
    return "opened"


wishes = {
    "CPU": Chip.CPU,
    "GPU or CPU": Chip.GPU | Chip.CPU,
    "NPU or CPU": Chip.NPU | Chip.CPU,
}
answers_tf = {name: opened(wish) for name, wish in wishes.items()}
in_file_tf = b"XNNPACK" in file_tf.upper()
print(answers_tf)

# %% tags=["verdict", "folded"]
# Folded: does a file name its delegate?
names_it = [in_file_torch, in_file_tf]
parity.verdict(
    "ExecuTorch's file names a delegate, LiteRT's none", names_it, [True, False]
)

# %% [markdown]
# An ExecuTorch file is *for* the backends chosen on export; you ship one for each kind of phone. A LiteRT file is for all,
# and the app chooses on loading. It must be ready for two surprises (seen here with LiteRT 2.3.0):
#
# - `GPU | CPU` raises where no GPU can be opened, though the CPU was allowed;
# - `NPU | CPU` opens without a word where there is no NPU, and the CPU computes.
#
# A file for Core ML can be written on machines that Apple did not make, Linux among them. Can it be opened here?

# %% tags=["folded"]
# Folded: writes the network for two backends, and opens both files here.
rows = delegates_torch.written_for(graph_torch)
show.table(["backend", "named in the file", "opened", "CPU time"], rows)

# %% tags=["folded"]
# Folded: a table of delegates, with where each row is known from.
figures.delegates()

# %% [markdown]
# What nobody ran here is marked *documentation*: this course has measured nothing on the GPUs and NPUs of phones. Measure
# there, with the app. A delegate that takes half of the graph may be slower than none, for the numbers travel back and
# forth.

# %% [markdown]
# ## 11d.6 Quiz

# %%
exercises.quiz("11d")

# %% [markdown]
# ## 11d.7 Verdicts

# %%
claims.close("11d")

# %% [markdown]
# ## 11d.8 Summary and further reading
#
# - A file knows the shape and type of its input, and not what its numbers mean.
# - Ask for the row stride; know which byte is which; put paper below what is transparent.
# - Compare pixels, not answers: some mistakes leave the answers as they were.
# - LiteRT's `CompiledModel` takes any bytes. Count them yourself.
# - ExecuTorch chooses who computes on export, LiteRT on loading.
#
# Further reading: [LiteRT on Android](https://developers.google.com/edge/litert/android),
# [ExecuTorch on iOS](https://docs.pytorch.org/executorch/stable/using-executorch-ios.html).
# Next: [what a file promises](11e_what_a_file_promises.ipynb).
