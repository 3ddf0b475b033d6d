# %% [markdown]
# # 9b. Visdom, live
#
# A page that answers: both frameworks plot into one window while they train, and a click in the page lowers their rate.
# Then the server restarts, and not everything comes back.
#
# > **Minutes**: 35 · **Needs**: lesson 9a's network, and a training loop · **Claims tested**: C36, C39a, C39b, C39c
# >
# > **You will be able to**
# > - send numbers and pictures of either framework to a window (verdict in 9b.2 and claim C39b)
# > - send a picture so that it comes out right (prediction P9.3 and exercise 9.5)
# > - steer a running training from a page (claim C39a and exercise 9.4)
# > - say what is left when the server has ended (prediction P9.4)
#
# Below, `fast` chooses the size of the experiments, `seed` the random numbers, and `device` where they run.

# %% tags=["setup"]
from helpers import session

session.start("09b")

import contextlib
import importlib.util
import tempfile
import time
from pathlib import Path

import numpy as np

from chapters.ch09 import boards, decode, figures, start
from helpers import claims, data, exercises, parity, web

session.skip_where_missing("visdom")

# %% tags=["torch", "setup"]
# PyTorch
import torch

from helpers import torch_side

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"
linger = 0  # seconds for a training in 9b.4, so that you can act in its page; try 60

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
folder = tempfile.TemporaryDirectory(prefix="side-by-side-")  # gone with the kernel
windows = Path(folder.name, "visdom")  # where the server keeps what is saved
digits = data.digits("float64")

# %% [markdown]
# ## 9b.1 No files, but windows
#
# [Visdom](https://github.com/fossasia/visdom) works the other way round than TensorBoard. Your program sends each plot to
# a server at once. The server keeps it in a *window* of an *environment*, a named set of windows, and pushes it to every
# open page. There is no file in between.
#
# The article says that PyTorch's developers use it. What comes with PyTorch itself?

# %% tags=["verdict", "folded"]
# Folded: looks which of the two tools PyTorch brings a module for.
tools = ["visdom", "tensorboard"]
specs = {tool: importlib.util.find_spec(f"torch.utils.{tool}") for tool in tools}
brought = [tool for tool in tools if specs[tool] is not None]
claims.verdict(
    "C36",
    "visdom" in brought or "tensorboard" not in brought,
    "what developers use no run can see; a stand-in: "
    f"torch.utils has modules for {', '.join(brought) or 'neither'}",
)

# %% [markdown]
# Visdom came from Facebook's research group, as PyTorch did. Today [FOSSASIA](https://github.com/fossasia/visdom) keeps
# it.
#
# `boards.visdom` starts the real server on this machine's [loopback](glossary.md#loopback), and `boards.client` connects
# Visdom's own client to it. On your own you would type `visdom` in a terminal, and here `page = visdom.Visdom(env="run")`.
# (That start first downloads the page's scripts; ours has them from `make lab`, and mends the page in two places:
# [visdom_server.py](chapters/ch09/workers/visdom_server.py) says why.) An `ExitStack` holds both open until
# `opened.close()`.

# %% tags=["taught"]
opened = contextlib.ExitStack()
server = opened.enter_context(boards.visdom(windows))
page = opened.enter_context(boards.client(server, "run"))
print(boards.visdom_page(server))

# %% [markdown]
# A first plot: three values. `win` names the window; a second plot with the same name takes its place. `boards.content`
# asks the server what a window holds: for a plot, a list of lines with their x and y.

# %% tags=["taught"]
page.line([5.0, 4.0, 3.0], win="first")
line = boards.content(page, "first")["data"][0]
print("x:", line["x"])
print("y:", line["y"])

# %% [markdown]
# You gave no x, and Visdom chose numbers from 0 to 1, where you may have expected 0, 1, 2. So give it the steps.

# %% [markdown]
# ## 9b.2 A picture
#
# `page.image` takes a picture (height, width): an array, or a tensor of either framework. The window holds it as a PNG
# file, which `decode.picture` turns back into shades. (`torch_side.tensor` and `tf_side.tensor` make a tensor of an array.)

# %% tags=["taught"]
digit = digits.x_test[3].astype("float32")

# %% tags=["torch"]
# PyTorch
page.image(torch_side.tensor(digit), win="from PyTorch")
pixels_torch = decode.picture(boards.content(page, "from PyTorch"))

# %% tags=["tf"]
# TensorFlow
page.image(tf_side.tensor(digit), win="from TensorFlow")
pixels_tf = decode.picture(boards.content(page, "from TensorFlow"))

# %% tags=["verdict", "folded"]
# Folded: compares the pictures that the windows hold, with each other and the digit.
parity.verdict("the pictures in the two windows", pixels_torch, pixels_tf)
parity.verdict("the digit, in 256 shades", pixels_torch, digit, atol=1.0 / 255)

# %% [markdown]
# A shade is a number from 0 to 1. Now something rounds badly, and one pixel of the digit becomes 1.0001. (TensorBoard
# cut a pixel of 2 off at 1 in lesson 9a.)
#
# **Predict.** What does Visdom's window show?
#
# - **a** the same picture
# - **b** a picture that is black, or nearly
# - **c** nothing: the call raises an error

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P9.3", guess, among=["a", "b", "c"])

# %% tags=["taught"]
bright = digit.copy()
bright[0, 0] = 1.0001
page.image(bright, win="bright")
shown = decode.picture(boards.content(page, "bright"))
print("largest shade in the window:", shown.max())

# %% tags=["verdict", "folded"]
# Folded: which option came true. An error would have stopped the cell above.
elsewhere = digit > 0  # where the digit has ink
same = np.abs(shown - digit)[elsewhere].max() <= 1.0 / 255
exercises.outcome("P9.3", exercises.first_true({"a": same, "b": shown.max() < 0.02}))

# %% tags=["folded"]
# Folded: draws what the two windows hold.
figures.pictures({"largest value 1": pixels_torch, "largest value 1.0001": shown})

# %% [markdown]
# Visdom looks at the largest value. Up to 1 the values count as shares of 255; above, as the bytes themselves. And 1 of
# 255 is black. So scale a picture yourself before you send it.

# %% [markdown]
# ### Exercise 9.5: a picture that is safe to send (4 minutes)
#
# Write `answer(picture)` in NumPy. `picture` is an array (height, width) of float64 with any values. The result has the
# type `uint8`: the smallest value has become 0, the largest 255, and in between it goes in proportion, rounded to the
# nearest whole number. If all values are equal, all become 0.

# %% tags=["exercise"]
answer = ...  # a function of an array


# solution
def answer(picture):
    low = picture.min()
    width = picture.max() - low
    if width == 0:
        return np.zeros(picture.shape, "uint8")
    return np.round(255 * (picture - low) / width).astype("uint8")


# wrong: what lies outside 0 to 1 is cut off
def answer(picture):
    return np.round(255 * picture.clip(0, 1)).astype("uint8")


# wrong: the smallest value must become 0
def answer(picture):
    return np.round(255 * picture / picture.max()).clip(0, 255).astype("uint8")


# wrong: where all values are equal
def answer(picture):
    low = picture.min()
    width = picture.max() - low
    if width == 0:
        return np.full(picture.shape, 255, "uint8")
    return np.round(255 * (picture - low) / width).astype("uint8")


# wrong: round before
def answer(picture):
    low = picture.min()
    width = max(picture.max() - low, 1e-300)
    return (255 * (picture - low) / width).astype("uint8")


# wrong: uint8
def answer(picture):
    low = picture.min()
    width = max(picture.max() - low, 1e-300)
    return np.round(255 * (picture - low) / width)


# %% tags=["check"]
exercises.check("9.5", answer)

# %% [markdown]
# ## 9b.3 The page talks back
#
# A key, a click or an edit in a window reaches a function of yours, a [callback](glossary.md#callback). We make a window
# with two rows: row 0 is a number that can be edited, row 1 a button. `register_event_handler` tells Visdom's client which
# function to call. It calls it in a thread of its own, with a dictionary that says what has happened.

# %% tags=["taught"]
control = {"rate": 0.25, "stop": False}
heard = []  # the rows of which we have heard


def on_event(event):
    """Visdom's client calls this with each event of the window."""
    if event["event_type"] != "PropertyUpdate":
        return
    row = event["propertyId"]
    if row == 0:
        control["rate"] = float(event["value"])  # the page sends text
    if row == 1:
        control["stop"] = True
    heard.append(row)


number = {"type": "number", "name": "rate", "value": "0.25"}
button = {"type": "button", "name": "training", "value": "stop"}
page.properties([number, button], win="settings")
page.register_event_handler(on_event, "settings")

# %% [markdown]
# Now somebody edits the number. So that this lesson can run without you, `boards.act` sends what the page sends, over the
# page's own connection (`boards.as_page` opens one), and waits until the callback was called: until the list `heard` has
# grown. With the page open you can do it by hand.

# %% tags=["taught"]
browser = opened.enter_context(boards.as_page(server))
boards.act(browser, "settings", 0, 0.125, arrived=heard)
print(control)

# %% [markdown]
# Nobody asked who that was. The server has no login and no lock: whoever has its address may draw, delete, and call
# your functions. Plain HTTP, without Visdom's client, is enough. With a dict as its third argument
# `web.ask` sends that as JSON, in a POST request; `eid` is the environment.

# %% tags=["taught"]
words = {"content": "nobody asked me", "type": "text"}
web.ask(server.url, "events", {"data": [words], "win": "first", "eid": "run"})
print(boards.content(page, "first"))

# %% [markdown]
# Our window of 9b.1 is gone. So the server belongs on the loopback, as here. But on a machine that several people share,
# the loopback is everybody's, and a page from elsewhere can reach it through your own browser. Therefore `boards.visdom`
# lets the address end with 32 digits and letters drawn at random (look at `server.url`), and refuses who calls this machine
# by another name. Visdom's own start does neither, and no program can hide your screen: who reads the address has it all.

# %% [markdown]
# ### Exercise 9.4: steer with keys (5 minutes)
#
# A window with text sends key presses, such as `{"event_type": "KeyPress", "key": "ArrowUp"}`. Write
# `answer(event, control)`. The arrow up doubles `control["rate"]`, the arrow down halves it, and the key `s` sets
# `control["stop"]` to True, where it stays. Everything else changes nothing; other events, such as `Close`, have no
# `key`.
#
# (To try it in the real page: `page.text("click here, press keys", win="keys")`, then
# `page.register_event_handler(lambda event: answer(event, control), "keys")`.)

# %% tags=["exercise"]
answer = ...  # a function of an event and the control dict; it changes the dict


# solution
def answer(event, control):
    if event["event_type"] != "KeyPress":
        return
    if event["key"] == "ArrowUp":
        control["rate"] *= 2
    if event["key"] == "ArrowDown":
        control["rate"] /= 2
    if event["key"] == "s":
        control["stop"] = True


# wrong: has no key
def answer(event, control):
    if event["key"] == "ArrowUp":
        control["rate"] *= 2
    if event["key"] == "ArrowDown":
        control["rate"] /= 2
    if event["key"] == "s":
        control["stop"] = True


# wrong: starts again
def answer(event, control):
    if event["event_type"] != "KeyPress":
        return
    if event["key"] == "ArrowUp":
        control["rate"] *= 2
    if event["key"] == "ArrowDown":
        control["rate"] /= 2
    control["stop"] = event["key"] == "s"


# wrong: arrow down
def answer(event, control):
    if event["event_type"] != "KeyPress":
        return
    if event["key"].startswith("Arrow"):
        control["rate"] *= 2
    if event["key"] == "s":
        control["stop"] = True


# %% tags=["check"]
exercises.check("9.4", answer)

# %% [markdown]
# ## 9b.4 A training that listens
#
# Lesson 9a's network and batches, once more. This time the training is a *generator*: at `yield` it hands out a step's
# number and loss, and waits until somebody asks for the next. So whoever looks on decides what happens in between. The
# training reads its rate from a dictionary, before each step of the weights. (PyTorch's optimizer keeps its parameters in
# groups, each with its own rate; here there is one, `param_groups[0]`. Keras's optimizer has `learning_rate`, which can be
# set.)

# %% tags=["taught"]
batches = start.batches(seed, epochs=3 if fast else 20)
W1, b1, W2, b2 = start.weights(seed)

# %% tags=["torch"]
# PyTorch
Linear = torch.nn.Linear
net_torch = torch.nn.Sequential(
    Linear(64, 32), torch.nn.ReLU(), Linear(32, 10)
).double()
given = {"0.weight": W1.T, "0.bias": b1, "2.weight": W2.T, "2.bias": b2}


def training_torch(now):
    """Train from the start weights; now: {"rate": ...}. Yields (step, loss)."""
    torch_side.set_weights(net_torch, given)
    sgd = torch.optim.SGD(net_torch.parameters(), lr=now["rate"])
    for step, (x, y) in enumerate(batches):
        scores = net_torch(torch.tensor(x))
        loss = torch.nn.functional.cross_entropy(scores, torch.tensor(y))
        sgd.zero_grad()
        loss.backward()
        yield step, loss.item()
        sgd.param_groups[0]["lr"] = now["rate"]
        sgd.step()


# %% tags=["tf"]
# TensorFlow
Dense = tf.keras.layers.Dense
hidden = Dense(32, "relu", dtype="float64")
entry = tf.keras.Input([64], dtype="float64")
net_tf = tf.keras.Sequential([entry, hidden, Dense(10, dtype="float64")])
cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits


def training_tf(now):
    """Train from the start weights; now: {"rate": ...}. Yields (step, loss)."""
    net_tf.set_weights([W1, b1, W2, b2])
    sgd = tf.keras.optimizers.SGD(now["rate"])
    for step, (x, y) in enumerate(batches):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(cross_entropy(y, net_tf(x)))
        gradients = tape.gradient(loss, net_tf.trainable_variables)
        yield step, float(loss)
        sgd.learning_rate = now["rate"]
        sgd.apply_gradients(zip(gradients, net_tf.trainable_variables))


# %% tags=["verdict", "folded"]
# Folded: compares the first losses; `next` asks a generator for one step.
first_torch = next(training_torch({"rate": 0.25}))[1]
first_tf = next(training_tf({"rate": 0.25}))[1]
parity.verdict("the loss of the first step", first_torch, first_tf, atol=1e-12)

# %% [markdown]
# At step 10 somebody divides the rate by 8, at step 40 somebody clicks *stop*. `visit` does both, whatever you
# do. With `linger` set, open the page that the cell shows, and watch, or edit the rate between.

# %% tags=["taught"]
acts = {10: (0, 0.03125), 40: (1, "clicked")}  # step: row and value
pause = min(1, linger / len(batches))  # seconds a step


def visit(step):
    """What a visitor of the page does at this step."""
    time.sleep(pause)
    if step in acts:
        row, value = acts[step]
        boards.act(browser, "settings", row, value, arrived=heard)


boards.frame(server, linger, "env/run")

# %% [markdown]
# `update="append"` adds a point to the line `name`. Left alone, Visdom draws its first line blue; this course's PyTorch is
# orange, so we say so. The client *removes* the color from the dictionary that it gets, so each call gets a copy.
#
# `now.update(control)` takes over what the callback has written, once a step.

# %% tags=["torch"]
# PyTorch
orange = {"linecolor": np.array([[213, 94, 0]]), "title": "loss", "showlegend": True}
control.update(rate=0.25, stop=False)
heard.clear()
now = dict(control)
rates_torch = []
for step, loss in training_torch(now):
    opts = dict(orange)
    page.line([loss], [step], win="loss", name="PyTorch", update="append", opts=opts)
    visit(step)
    now.update(control)
    rates_torch.append(now["rate"])
    if now["stop"]:
        break
heard_torch = list(heard)
print(len(rates_torch), "steps")

# %% tags=["tf"]
# TensorFlow
blue = {"linecolor": np.array([[0, 114, 178]]), "dash": np.array(["dash"])}
control.update(rate=0.25, stop=False)
heard.clear()
now = dict(control)
rates_tf = []
for step, loss in training_tf(now):
    opts = dict(blue)
    page.line([loss], [step], win="loss", name="TensorFlow", update="append", opts=opts)
    visit(step)
    now.update(control)
    rates_tf.append(now["rate"])
    if now["stop"]:
        break
heard_tf = list(heard)
print(len(rates_tf), "steps")

# %% tags=["verdict", "folded"]
# Folded: asks the server for the window, trains again with a program that sets each
# step's rate, and compares.
lines = boards.content(page, "loss")["data"]
shown = {line["name"]: np.array(line["y"]) for line in lines}


def replayed(training, rates):
    """The losses when a program, not the page, sets each step's rate, and ends."""
    now = {"rate": 0.25}
    losses = []
    for (_, loss), rate in zip(training(now), rates):
        losses.append(loss)
        now["rate"] = rate
    return np.array(losses)


wanted = {
    "PyTorch": replayed(training_torch, rates_torch),
    "TensorFlow": replayed(training_tf, rates_tf),
}
parity.verdict("steered from the page, and by a program", shown, wanted, atol=1e-6)
stopped = len(rates_torch) < len(batches) and len(rates_tf) < len(batches)
claims.verdict(
    "C39a",
    {
        "the edit arrived": 0 in heard_torch and 0 in heard_tf,
        "the click ended the training": stopped and 1 in heard_torch and 1 in heard_tf,
        "PyTorch followed": bool(np.allclose(shown["PyTorch"], wanted["PyTorch"])),
        "TensorFlow followed": bool(
            np.allclose(shown["TensorFlow"], wanted["TensorFlow"])
        ),
    },
    f"the page took the rate of both running trainings from {rates_torch[0]:g} to "
    f"{rates_tf[-1]:g}; {'a click ended them' if stopped else 'no click ended them'}",
)

# %% tags=["folded"]
# Folded: draws the lines that the window holds.
figures.steered(lines, at=10)

# %% [markdown]
# ## 9b.5 Which kinds of plots
#
# One method a kind: `page.scatter`, `page.bar` and so on. `getattr(page, "bar")` is `page.bar`, so one loop tries twelve
# of them. Then we ask the server whether the window is there.

# %% tags=["taught"]
rng = np.random.default_rng(seed)
x = rng.normal(size=50)
points = rng.normal(size=(50, 2))
grid = rng.normal(size=(8, 8))
four = digits.x_test[:4, None]  # None adds an axis: picture, channel, height, width
tone = np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)
plots = {
    "line": x,
    "bar": x[:5],
    "histogram": x,
    "scatter": points,
    "boxplot": points,
    "heatmap": grid,
    "contour": grid,
    "surf": grid,
    "text": "<b>SGD</b>",
    "image": digit,
    "images": four,
    "audio": tone,
}
for kind, what in plots.items():
    draw = getattr(page, kind)
    draw(what, win=kind)
drawn = [kind for kind in plots if page.win_exists(kind)]
print(drawn)

# %% tags=["verdict", "folded"]
# Folded: judges whether each of them was drawn.
claims.verdict(
    "C39b",
    len(drawn) == len(plots),
    f"drawn and found on the server: {', '.join(drawn)}",
)

# %% [markdown]
# ## 9b.6 What is left in the morning
#
# The windows of the environment `run` are in the server's memory. We draw into a second environment, `scratch`. We copy
# `run` to a third, `fork`. We *save* `run`. Then the server ends, as if the machine had restarted, and a new one starts over
# the same folder. (Every server also has an environment `main`, which we leave out.)
#
# **Predict.** Which of the three come back?
#
# - **a** all three
# - **b** `run` and `fork`
# - **c** `run` alone

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P9.4", guess, among=["a", "b", "c"])

# %% tags=["taught"]
page.line([2.0, 1.0], [0, 1], win="loss", env="scratch")
page.fork_env("run", "fork")
page.save(["run"])
before = set(page.get_env_list()) - {"main"}
opened.close()
print(sorted(before))

# %% tags=["taught"]
opened = contextlib.ExitStack()
server = opened.enter_context(boards.visdom(windows))
page = opened.enter_context(boards.client(server, "main", events=False))
after = set(page.get_env_list()) - {"main"}
print(sorted(after))

# %% tags=["verdict", "folded"]
# Folded: which option came true.
options = {
    "a": after == {"run", "scratch", "fork"},
    "b": after == {"run", "fork"},
    "c": after == {"run"},
}
exercises.outcome("P9.4", exercises.first_true(options))

# %% [markdown]
# A fork is written to disk at once. All else is written when you `save` it, and as it is then. So call `page.save` every
# few minutes, or lose the night's plots with the server. (`Visdom(log_to_filename=...)` keeps a file that `replay_log`
# sends again.)
#
# Is the fork a whole copy, and can it be deleted? We look at one of its windows, `bar`.

# %% tags=["taught"]
copies = [boards.content(page, "bar", env=name) for name in sorted(after)]
page.delete_env("fork")
left = set(page.get_env_list()) - {"main"}
opened.close()
print(sorted(left))

# %% tags=["verdict", "folded"]
# Folded: judges whether environments do what they promise.
claims.verdict(
    "C39c",
    {
        "made": before == {"run", "scratch", "fork"},
        "saved and reloaded": "run" in after,
        "forked with its windows": len(copies) > 1 and copies[0] == copies[1],
        "deleted": "fork" not in left,
    },
    f"after a restart {sorted(after)} were there, after a deletion {sorted(left)}",
)

# %% [markdown]
# ## 9b.7 Quiz

# %%
exercises.quiz("09b")

# %% [markdown]
# ## 9b.8 Verdicts
#
# What most developers use, a run cannot count. It can see what comes with PyTorch.

# %%
claims.close("09b")

# %% [markdown]
# ## 9b.9 Summary and further reading
#
# - The program sends, the server keeps, the page shows and answers.
# - Give x, scale pictures yourself, say your colors.
# - A callback runs in a thread of its own: let it write down what is wanted, and let the training read that once a step.
# - No login: keep the server on the loopback, at an address that nobody guesses. Save what you want to keep.
#
# Further reading: [Visdom](https://github.com/fossasia/visdom).
# Next: [profiles, and what either board cannot do](09c_profiles_and_limits.ipynb)
