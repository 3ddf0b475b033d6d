# %% [markdown]
# # 11c. A page that reads your digit
#
# The network is in the browser now, and answers as it did in Python. Yet it misreads digits that anybody could read: what
# went wrong happened before the model.
#
# > **Minutes**: 27 · **Needs**: lesson 11a · **Claims tested**: none
# >
# > **You will be able to**
# > - say what a small shift costs a good network (prediction P11.5)
# > - make pictures as those were made from which a network learned (verdict in 11c.3)
# > - find the mistake in a tensor that an app hands to its model (exercise 11.4)
# > - serve a page that computes in the browser, and checks itself (verdict in 11c.5)
#
# Below, `fast` chooses how long the network is trained, and `seed` its first weights. `linger` is how long the page of
# 11c.5 stays up for you.

# %% tags=["setup"]
from helpers import session

session.start("11c")

import numpy as np

from chapters.ch11 import edge, figures, training
from helpers import claims, data, exercises, parity, show, web

edge.quiet_converters()

# %% tags=["torch", "setup"]
# PyTorch
from chapters.ch11 import digit_torch

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
linger = 0  # seconds that the page stays up for you to draw; 600 is a good choice

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
folder = session.fresh_folder("11c")

# %% [markdown]
# ## 11c.1 Two files for a browser
#
# A browser has no Python of its own. It runs ONNX Runtime, compiled to [WebAssembly](glossary.md#webassembly), which reads
# [ONNX](glossary.md#onnx). So each framework's network becomes such a file. `trained` and `to_onnx` are lesson 11a's code;
# `to_onnx` returns the shape that the file wants for a picture. `edge.run_onnx` makes a function of one picture from the
# file; the `*` hands it path and shape.

# %% tags=["taught"]
epochs = 8 if fast else 12
test, labels = training.test_pictures()
models = {}  # {framework: (path, shape)}

# %% tags=["torch"]
# PyTorch
net_torch = digit_torch.trained(seed, epochs)
path = folder / "from-torch.onnx"
models["PyTorch"] = path, digit_torch.to_onnx(net_torch, path)
print("wants", models["PyTorch"][1])
scores_torch = training.ask_all(edge.run_onnx(*models["PyTorch"]), test)

# %% tags=["tf"]
# TensorFlow
net_tf = digit_tf.trained(seed, epochs)
path = folder / "from-keras.onnx"
models["TensorFlow"] = path, digit_tf.to_onnx(net_tf, path)
print("wants", models["TensorFlow"][1])
scores_tf = training.ask_all(edge.run_onnx(*models["TensorFlow"]), test)

# %% tags=["verdict", "folded"]
# Folded: compares the two files' scores, and how many digits are read.
parity.verdict("the scores of the test pictures", scores_torch, scores_tf, atol=1e-3)
share = training.accuracy(scores_torch, labels)
print("more than nine of ten test digits are read:", share > 0.9)

# %% [markdown]
# ## 11c.2 Two pixels to the left
#
# So far all pictures were the test scans themselves. Now the app hands over *its* own. Say that it cuts out the digit a
# little carelessly, and all test digits arrive a few pixels off.
#
# **Predict.** How many of the digits does the same network read, if they are shifted by two pixels to the left or right?
#
# - **a** nine of ten
# - **b** about two of three
# - **c** half, or fewer

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P11.5", guess, among=["a", "b", "c"])


# %% [markdown]
# `np.pad` puts two pixels of paper around each picture; then a window of 8 by 8 is cut out elsewhere. `ask` is the
# first file, as a function of one picture.

# %% tags=["taught"]
path, shape = next(iter(models.values()))
ask = edge.run_onnx(path, shape)


def shifted(pictures, down, right):
    paper = np.pad(pictures, [(0, 0), (2, 2), (2, 2), (0, 0)])
    return paper[:, 2 - down : 10 - down, 2 - right : 10 - right]


read = np.zeros((5, 5))  # rows: two up to two down, columns: left to right
for down in range(-2, 3):
    for right in range(-2, 3):
        scores = training.ask_all(ask, shifted(test, down, right))
        read[down + 2, right + 2] = training.accuracy(scores, labels)

# %% tags=["verdict", "folded"]
# Folded: which option came true, for two pixels to the left and to the right.
share = read[2, [0, 4]].mean()
options = {"a": share > 0.8, "b": share > 0.5, "c": True}
exercises.outcome("P11.5", exercises.first_true(options))

# %% tags=["folded"]
# Folded: draws the share of digits read, for each shift.
figures.shifts(read)

# %% [markdown]
# Set this beside what quantization cost in lesson 11b. The network knows digits as *these* scans show them: filling their
# frame, in the middle. Nobody taught it that a shifted 3 is a 3.

# %% [markdown]
# ### Exercise 11.4: three apps (5 minutes)
#
# Three apps run our model, and their users complain. `reached` is the tensor that reached each model, `picture` the same
# picture as Python makes it. Print them, compare them, and name each app's mistake: `"transposed"`, `"inverted"`,
# `"shifted"`, `"divided by 16 again"` or `"none"`.

# %% tags=["exercise"]
from chapters.ch11 import checks

picture = data.digits().x_test[4]
reached = checks.apps(picture)  # {"A": array, "B": array, "C": array}, each 8×8
answer = ...  # {"A": "...", "B": "...", "C": "..."}


# solution
answer = {"A": "transposed", "B": "none", "C": "divided by 16 again"}


# wrong: app A
answer = {"A": "shifted", "B": "none", "C": "divided by 16 again"}


# wrong: app B
answer = {"A": "transposed", "B": "inverted", "C": "divided by 16 again"}


# wrong: one entry for each app
answer = "transposed"


# %% tags=["check"]
exercises.check("11.4", answer)

# %% [markdown]
# ## 11c.3 Pictures as the scans were made
#
# The page must make its pictures as the scans were made. NIST's programs, whose source is public, put each digit into a
# box of 20×32 pixels, stretched both ways, in the middle of 32×32; thinned or thickened it until neither little nor much
# was black; and sheared it upright, so that the leftmost ink at top and bottom stand above each other. Then
# [black pixels were counted](https://archive.ics.uci.edu/dataset/80) in blocks of 4×4. That gives 8×8 numbers.
#
# A page has *strokes*, lists of points (x, y), instead of ink. `edge.drawings()` has twenty of them, two a digit, drawn on
# a square of 280. First the box, less the pen's `radius` at each side. Zero is its middle.


# %% tags=["taught"]
def stretched(strokes, radius):
    """Strokes, arrays of points, stretched to the box of 20×32 around 0."""
    points = np.concatenate(strokes)
    left, top = points.min(axis=0)
    right, bottom = points.max(axis=0)
    down = (32 - 2 * radius) / max(bottom - top, 1)  # 1: a dot has no height
    across = (20 - 2 * radius) / max(right - left, 1)
    across = min(across, 1.5 * down)  # a 1 does not become a block
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    return [(np.array(stroke) - middle) * [across, down] for stroke in strokes]


# %% [markdown]
# Then upright: how far is the leftmost point near the top to the right of the leftmost one near the bottom? Each point moves
# sideways by its share of that, and the middle goes to (16, 16).


# %% tags=["taught"]
def upright(strokes, radius):
    """Strokes around 0, sheared until their left ends stand above each other."""
    points = np.concatenate(strokes)
    x = points[:, 0]
    y = points[:, 1]
    end = 13 - radius
    above = x[y <= -end]
    below = x[y >= end]
    lean = 0.0
    if len(above) and len(below):
        lean = (above.min() - below.min()) / (2 * end)
    moved = []
    for stroke in strokes:
        x = stroke[:, 0] + lean * stroke[:, 1] + 16
        y = stroke[:, 1] + 16
        moved.append(np.stack([x, y], axis=1))
    return moved


# %% [markdown]
# The pen blackens each pixel of which the center is near enough to a stroke. For a piece of a stroke from `start` to `end`,
# `along` says at which share of the way the nearest point lies: 0 at the start, 1 at the end.


# %% tags=["taught"]
def near(start, end, radius):
    """Which of 32×32 pixels have their center within radius of a piece of stroke."""
    row, column = np.mgrid[:32, :32] + 0.5  # the centers of all pixels
    x = column - start[0]
    y = row - start[1]
    dx = end[0] - start[0]
    dy = end[1] - start[1]
    length = dx * dx + dy * dy or 1  # squared; a dot has none
    along = np.clip((x * dx + y * dy) / length, 0, 1)
    u = x - along * dx
    v = y - along * dy
    return u * u + v * v <= radius * radius


def pen(strokes, radius):
    """The black ones of 32×32 pixels."""
    black = np.zeros((32, 32), bool)
    for stroke in strokes:
        ends = stroke[1:] if len(stroke) > 1 else stroke  # one point is a dot
        for start, end in zip(stroke, ends):
            black |= near(start, end, radius)  # black now, or before
    return black


# %% [markdown]
# How thick is the pen? So thick that 312 pixels are black, as in the average scan: a 1, which is short, gets a fat one.
# `reshape(8, 4, 8, 4)` makes blocks of 4×4; the sum over axes 1 and 3 counts the black pixels in each.


# %% tags=["taught"]
def blocks(black):
    """32×32 pixels as an 8×8 picture: the share of black in each block."""
    counts = black.reshape(8, 4, 8, 4).sum(axis=(1, 3))
    return counts.astype("float32") / 16


def scan(strokes):
    """The 8×8 picture of a drawing, and the 32×32 pixels on the way."""
    radius = 1.0
    black = pen(upright(stretched(strokes, radius), radius), radius)
    while black.sum() < 312 and radius < 4:
        radius += 0.25
        black = pen(upright(stretched(strokes, radius), radius), radius)
    return blocks(black), black


# %% [markdown]
# And beside it what one writes first: paint the whole canvas with a fat pen, and average blocks of it.


# %% tags=["taught"]
def careless(strokes):
    """The 8×8 picture of the whole canvas."""
    small = [np.array(stroke) * 32 / 280 for stroke in strokes]
    return blocks(pen(small, 2.0))


drawings = edge.drawings()
as_scans = 0
as_canvas = 0
for label, strokes in drawings:
    picture, black = scan(strokes)
    as_scans += ask(picture[None, ..., None]).argmax() == label
    as_canvas += ask(careless(strokes)[None, ..., None]).argmax() == label

# %% tags=["verdict", "folded"]
# Folded: which way reads more of the twenty drawings, and a table of both.
better = bool(as_scans > as_canvas)
parity.verdict("made as the scans were, more drawings are read", better, True)

# %% tags=["folded"]
# Folded: a table of both ways, and ten of the drawings on their way into the model.
rows = [("as the scans were made", as_scans), ("canvas, averaged", as_canvas)]
show.table(["picture", f"drawings read, of {len(drawings)}"], rows)
figures.drawn(drawings[::2], scan, ask)

# %% [markdown]
# ## 11c.4 The same steps, in another language
#
# In the browser, [scan.js](chapters/ch11/page/scan.js) has the same steps in JavaScript. Two versions of one preprocessing
# are a classic source of errors: one is mended, the other forgotten. So the page gets examples with Python's results, and
# checks itself against them when it loads: thirty scans with the scores of each model, and the drawings with their
# pictures.

# %% tags=["taught"]
asks = {name: edge.run_onnx(path, shape) for name, (path, shape) in models.items()}
scans = []
for turn in range(3):  # three of each digit
    for label in range(10):
        place = np.flatnonzero(labels == label)[turn]
        example = {"label": label, "picture": test[place].ravel(), "logits": {}}
        for name, ask_model in asks.items():
            example["logits"][name] = ask_model(test[place][None])[0]
        scans.append(example)

drawn = []
for label, strokes in drawings:
    picture, black = scan(strokes)
    drawn.append({"label": label, "strokes": strokes, "picture": picture.ravel()})
print(len(scans), "scans,", len(drawn), "drawings")

# %% [markdown]
# ## 11c.5 The page
#
# `edge.write_page` makes a folder of the page, the models, the examples and ONNX Runtime's files. `edge.serve` offers that
# folder on [this machine alone](glossary.md#loopback), and ends with its block. The page may ask nobody else: a header that
# the server sends tells the browser so. What you draw stays in the browser.
#
# To draw, set `linger = 600` in the parameters, and run from there. Escape begins again; without a mouse, *Read a scan*
# shows a test digit. The folder is all that a web host needs: on a distant hub, download it and serve it at home.
# (ONNX Runtime for browsers is fetched once, before the course; where it is missing, the cell says so.)
# The page computes with WebAssembly on one thread. It also asks the browser for [WebGPU](https://www.w3.org/TR/webgpu/),
# which lets a page compute on a graphics chip, and says what it heard; that is not measured here.

# %% tags=["taught"]
outside = folder / "secret.txt"
outside.write_text("not for the page", encoding="utf-8")
sent = {}
codes = {}
try:
    page = edge.write_page(folder / "page", models, scans, drawn)
except FileNotFoundError as problem:
    page = None
    print(f"There is no page: {problem}")
if page is not None:
    with edge.serve(page) as server:
        for path, _ in models.values():
            sent[path.name] = web.ask(server.url, path.name) == path.read_bytes()
        for name in ("index.html", "../secret.txt", "ort/"):
            codes[name] = web.status(f"{server.url}/{name}")
        web.look(server, linger)

# %% tags=["folded"]
# Folded: were the models sent byte for byte, and what does the server refuse?
if page is not None:
    parity.verdict("the models, byte for byte", sent, dict.fromkeys(sent, True))
    wanted = {"index.html": 200, "../secret.txt": 404, "ort/": 404}
    parity.verdict("HTTP status: page, file outside, list of files", codes, wanted)

# %% [markdown]
# ## 11c.6 Quiz

# %%
exercises.quiz("11c")

# %% [markdown]
# ## 11c.7 Verdicts

# %%
claims.close("11c")

# %% [markdown]
# ## 11c.8 Summary and further reading
#
# - Preprocessing belongs to the model: what it was trained on is what it can read.
# - Two versions of it need one set of examples on which both are tested.
# - Before you blame a converter, compare the tensor that reaches the model.
# - A page that computes itself needs no server that computes, and sends no drawing away.
#
# Further reading: [ONNX Runtime for the web](https://onnxruntime.ai/docs/tutorials/web/),
# [the digits and how they were made](https://archive.ics.uci.edu/dataset/80).
# Next: [into an app](11d_into_an_app.ipynb).
