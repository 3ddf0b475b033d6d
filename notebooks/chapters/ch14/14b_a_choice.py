# %% [markdown]
# # 14b. A choice
#
# You choose a framework, or a third answer, from evidence that this machine has measured. You know which single number
# would change your mind, and you leave with one page that says so.
#
# > **Minutes**: 39 · **Needs**: lesson 14a; of the others, whatever you have run counts · **Claims tested**: C04, C77
# >
# > **You will be able to**
# > - turn evidence and weights into an answer by a formula that you can defend (verdict in 14b.4)
# > - fix a list of criteria so that it does not decide by itself (verdict in 14b.4)
# > - say which criterion cannot decide, however much it weighs (prediction P14.3)
# > - compute the smallest change that flips the answer (exercise 14.3)
# > - tell evidence that decides from a mood that does (claim C77)
# > - write a decision record of one page (exercise 14.5)
#
# Below, `seed` chooses the random numbers. `fast` and `device` change nothing: the programs are tiny, and run on the CPU.

# %% tags=["setup"]
from helpers import session

session.start("14b")

import datetime

import numpy as np

from chapters.ch14 import criteria, figures, history, installed, results, sliders
from helpers import claims, exercises, parity, plots, show

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

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 14b.1 Several options for high-level models?
#
# One part of the evidence is how many ways there are to say the same thing. The article promises several for TensorFlow.
# Its readers of 2024 met Estimators, `tf.layers` and `tf.contrib` in older tutorials. What is left is Keras, with its
# [functional API](glossary.md#functional-api).
#
# Each function below tries one way: it makes two numbers of each of three inputs. A way that is gone raises
# `AttributeError`, since its name is not there. `works` calls such a function, and says whether two numbers came for each
# input. A *symbol* is an input that has a shape and no numbers yet; Keras's functional API calls layers on it and notes them
# as a model. For training in one call we only look whether there is a method `fit`: `hasattr` asks whether a name is there.


# %% tags=["taught"]
def works(way):
    """Whether a way is there, and answers three inputs with two numbers each."""
    try:
        return tuple(way().shape) == (3, 2)
    except AttributeError:
        return False


rng = np.random.default_rng(seed)
x = rng.normal(size=(3, 4)).astype("float32")


# %% tags=["taught"]
# PyTorch
class Net_torch(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.out = torch.nn.Linear(4, 2)

    def forward(self, x):  # PyTorch calls it when the model is called
        return self.out(x)


# %% tags=["taught"]
# TensorFlow
class Net_tf(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.out = tf.keras.layers.Dense(2)

    def call(self, x):  # Keras calls it when the model is called
        return self.out(x)


# %% tags=["torch"]
# PyTorch
x_torch = torch_side.tensor(x)


def stack_torch():
    return torch.nn.Sequential(torch.nn.Linear(4, 2))(x_torch)


def symbol_torch():
    symbol = torch.nn.Input((4,))  # PyTorch has no such thing
    return torch.nn.Linear(4, 2)(symbol)


def class_torch():
    return Net_torch()(x_torch)


ways_torch = {
    "a stack of layers": works(stack_torch),
    "layers called on a symbol": works(symbol_torch),
    "a class": works(class_torch),
    "training in one call": hasattr(torch.nn.Module, "fit"),
}


# %% tags=["tf"]
# TensorFlow
x_tf = tf_side.tensor(x)


def stack_tf():
    return tf.keras.Sequential([tf.keras.layers.Dense(2)])(x_tf)


def symbol_tf():
    symbol = tf.keras.Input((4,))
    return tf.keras.Model(symbol, tf.keras.layers.Dense(2)(symbol))(x_tf)


def class_tf():
    return Net_tf()(x_tf)


ways_tf = {
    "a stack of layers": works(stack_tf),
    "layers called on a symbol": works(symbol_tf),
    "a class": works(class_tf),
    "training in one call": hasattr(tf.keras.Model, "fit"),
    "an Estimator": hasattr(tf, "estimator"),
    "tf.layers": works(lambda: tf.layers.dense(x_tf, 2)),
    "tf.contrib": works(lambda: tf.contrib.layers.fully_connected(x_tf, 2)),
}

# %% tags=["verdict", "folded"]
# Folded: says which ways are there, and judges the claim.
for way, there in ways_tf.items():
    said_torch = "yes" if ways_torch.get(way) else "no"
    said_tf = "yes" if there else "no"
    print(f"{way}: PyTorch {said_torch}, TensorFlow {said_tf}")
working = [way for way, there in ways_tf.items() if there]
gone = [way for way, there in ways_tf.items() if not there]
several = len(working) > 1
ways = f"works: {', '.join(working) or 'none'}; gone: {', '.join(gone) or 'none'}"
claims.verdict("C04", several, ways)

# %% [markdown]
# ## 14b.2 One small program, twice
#
# Chapters full of twins, and one more: a straight line, fitted by steps along the [gradient](glossary.md#gradient), with
# [eager execution](glossary.md#eager-execution) on both sides. Then we count what anybody can count: is the answer the
# same, how many lines, how many names of the framework must you know? `installed.facts` counts in a function's text.

# %% tags=["taught"]
from_x = rng.normal(size=64)
noise = 0.1 * rng.normal(size=64)
to_y = 3 * from_x - 1 + noise


# %% tags=["torch"]
# PyTorch
def fit_torch(x, y, rate=0.1, steps=50):
    line = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        loss = torch.mean((line[0] * x + line[1] - y) ** 2)
        loss.backward()
        with torch.no_grad():
            line -= rate * line.grad
            line.grad = None
    return line


line = fit_torch(torch.tensor(from_x), torch.tensor(to_y))
line_torch = torch_side.to_numpy(line)
facts_torch = installed.facts(fit_torch, "torch")
print(line_torch, facts_torch)


# %% tags=["tf"]
# TensorFlow
def fit_tf(x, y, rate=0.1, steps=50):
    line = tf.Variable(tf.zeros(2, tf.float64))
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((line[0] * x + line[1] - y) ** 2)
        line.assign_sub(rate * tape.gradient(loss, line))
    return line


line = fit_tf(tf.constant(from_x), tf.constant(to_y))
line_tf = tf_side.to_numpy(line)
facts_tf = installed.facts(fit_tf, "tf")
print(line_tf, facts_tf)

# %% tags=["verdict", "folded"]
# Folded: compares the lines, and what was counted.
parity.verdict("slope and intercept of the line", line_torch, line_tf, atol=1e-12)
for what, count in facts_torch.items():
    print(f"{what}: PyTorch {count}, TensorFlow {facts_tf[what]}")

# %% [markdown]
# Where the numbers are the same, and the counts nearly so, something else must decide.

# %% [markdown]
# ## 14b.3 Evidence, and a formula
#
# Now everything that can be weighed: what your lessons **measured**, such as the [throughput](glossary.md#throughput) of
# training, and **facts** with a source. Each becomes one number, its *lean*: how many times better one side is, as a power
# of two, cut at ±1.
#
# $$\text{lean} = \operatorname{clip}\left(\log_2 \frac{\text{PyTorch}}{\text{TensorFlow}},\ -1,\ 1\right)$$
#
# So +1 says "PyTorch is twice as good, or more", 0 "no difference", −1 "TensorFlow is twice as good". Where less is
# better, the fraction is turned over. The cut is a choice of ours: without it, one huge ratio decides everything.


# %% tags=["taught"]
def lean(torch_number, tf_number, better):
    """From -1 (TensorFlow at least twice as good) to 1 (PyTorch).

    better: "more" or "less".
    """
    ratio = torch_number / tf_number
    if better == "less":
        ratio = 1 / ratio
    return float(np.clip(np.log2(ratio), -1, 1))


print(lean(300, 100, "more"), lean(100, 100, "more"), lean(300, 200, "less"))

# %% [markdown]
# A fact that has no numbers gets its lean by one rule: 0 where both sides have it, or neither; ½ where one side has it and
# the other only in part, or through somebody else's tool; 1 where one side has nothing.
#
# A *list* of criteria is a weight, too: whoever writes it can let one side win. So ours was fixed, with all leans, before
# anybody drew weights, and by two rules:
#
# - A criterion is on it if the article sets the frameworks apart by it, or if a lesson compares both on it.
# - Criteria come in *groups*, the stages of a project, and a group has one lean: the mean of what is known in it. Papers
#   and newest models are shadows of one thing, how many people use PyTorch, and share one vote.
#
# `criteria` ([criteria.py](chapters/ch14/criteria.py)) holds groups and facts. `results.measured` finds what your lessons
# measured for both: two numbers, the best of each framework's ways. What you have not run is simply not there.

# %% tags=["taught"]
groups = criteria.groups()
facts = criteria.facts()
last = history.papers()[-1]
facts["papers to build on"] = lean(last["pytorch"], last["tensorflow"], "more")

evidence = dict(facts)
measured = results.measured(results.ledgers()[0])
for name, found in measured.items():
    better = "more" if name.endswith("speed") else "less"
    evidence[name] = lean(found.torch, found.tf, better)


# %% tags=["taught"]
def group_leans(evidence):
    """{group: the mean lean of its known criteria}; without any, it is left out."""
    leans = {}
    for group, names in groups.items():
        known = [evidence[name] for name in names if name in evidence]
        if known:
            leans[group] = sum(known) / len(known)
    return leans


leans = group_leans(evidence)

# %% tags=["folded"]
# Folded: shows the evidence, group by group, and what has not been measured yet.
unknown = results.show_evidence(evidence, measured)
rows = [(group, f"{value:+.2f}") for group, value in leans.items()]
show.table(["group", "lean"], rows, caption="One lean for each group")
print("not measured yet:", ", ".join(unknown) or "nothing")

# %% [markdown]
# "Serving speed" compares two servers of this course, unless TensorFlow's own was on your machine. A measurement belongs to
# what was measured. And what is *your* reason to choose one of them? If no group stands for it, the list is not yours.

# %% [markdown]
# ## 14b.4 Weights, the answer, and what would flip it
#
# A weight says how much a group matters to *you*: 0 not at all, 10 very much. The *score* is the weighted mean of
# the leans, and its sign is the answer. Within ±0.1 your weights cannot tell the two apart. Then there is a third answer.
#
# **Keras 3** runs on TensorFlow, PyTorch and JAX (lesson 5b). It is no third column of numbers: speed and servers come
# mostly from its backend, and this course has not measured what Keras adds. It is the answer when both score close, and
# when the backend must stay open, say because a customer decides later. It has a price: `fit` did not work on several
# machines (lesson 8e), and lesson 5b has met a file that did not answer alike on all. Of JAX this course has run nothing
# but Keras on top, so it is no answer of its own here.
#
# **Predict.** You decide that a way out (equal numbers, weights and code that move) matters ten times as much as you
# thought. Who gains?
#
# - **a** PyTorch
# - **b** TensorFlow
# - **c** neither

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P14.3", guess, among=["a", "b", "c"])

# %% [markdown]
# The *pull* is the sum of weights times leans: above 0 it pulls to PyTorch.


# %% tags=["taught"]
def pull(weights, leans):
    return sum(weight * leans[name] for name, weight in weights.items())


def score(weights, leans):
    """The weighted mean of the leans, from -1 (TensorFlow) to 1 (PyTorch)."""
    return pull(weights, leans) / max(sum(weights.values()), 1e-9)


def answer_of(value, open_backend=False):
    """What a score says; a small one, or an open backend, says Keras 3."""
    if open_backend or abs(value) <= 0.1:
        return "Keras 3"
    return "PyTorch" if value > 0 else "TensorFlow"


# %% tags=["verdict", "folded"]
# Folded: what a tenfold weight of a way out does, and whether weights can decide.
# It takes the facts alone, so that it says the same on every machine.
from_facts = group_leans(facts)
level = dict.fromkeys(from_facts, 1)
more = level | {"a way out": 10}
before = pull(level, from_facts)
after = pull(more, from_facts)
options = {"c": before == after, "a": after > before, "b": after < before}
exercises.outcome("P14.3", exercises.first_true(options))
nearer = abs(score(more, from_facts)) < abs(score(level, from_facts))
print("the pull stays, and the score comes nearer to 0:", nearer)
reached = {answer_of(score({name: 1}, from_facts)) for name in from_facts}
claims.verdict(
    "C77",
    {"PyTorch", "TensorFlow"} <= reached,
    "who weighs a single group gets, from the same evidence, "
    f"{' or '.join(sorted(reached))}: the weights decide",
)

# %% [markdown]
# What is the same on both sides cannot decide, however much it matters to you.
#
# And what would turn the answer? One weight must change by so much that the pull is 0. `flip` tries each group, and keeps
# the smallest change. A weight cannot be negative. (The answer becomes "Keras 3" a little before.)


# %% tags=["taught"]
def flip(weights, leans):
    """The smallest change of one weight that brings the score to 0.

    Returns (group, new weight), or None where no weight can.
    """
    best = None
    smallest = np.inf
    for name, weight in weights.items():
        if leans[name] == 0:
            continue  # it moves nothing
        change = -pull(weights, leans) / leans[name]
        if weight + change >= 0 and 0 < abs(change) < smallest:  # 0: already there
            best = (name, weight + change)
            smallest = abs(change)
    return best


# %% [markdown]
# ### Exercise 14.3: what flips it? (5 minutes)
#
# Four criteria with weights 3, 2, 2, 1 and leans 0.5, −0.25, −1, 0. What is the smallest change of a single weight that
# brings the score to 0? Work it out by hand. Give the number of the criterion (1 to 4) and its new weight, for example
# `(1, 2.5)`.

# %% tags=["exercise"]
answer = ...  # (criterion, new weight)
# solution
answer = (3, 1.0)
# wrong: that works, but it is not the smallest
answer = (1, 5.0)
# wrong: a weight cannot be negative
answer = (2, -2.0)
# wrong: the change, not the new weight
answer = (3, -1.0)
# wrong: a criterion that leans to neither side
answer = (4, 2.0)

# %% tags=["check"]
exercises.check("14.3", answer)

# %% [markdown]
# ## 14b.5 Your weights
#
# Now your own. Write them down on paper first: who turns weights until the answer pleases needs no formula. Then give the
# groups their weights below, a line for each. (In JupyterLab, the sliders under the figure try others: they change their
# sentence only. What you settle on, write here.) Two lines are not about frameworks: *what you have*, the code, models and
# people (1 for PyTorch, −1 for TensorFlow, 0 for nothing or both), and whether the backend must stay open.

# %% tags=["taught"]
have = 0  # what you have
open_backend = False
mine = dict(leans)
if have:
    mine["what you have"] = float(have)
weights = dict.fromkeys(mine, 1)  # every group counts 1 ...
weights["serving"] = 2  # ... but those that you name: a line for each


# %% tags=["taught"]
def sentence(weights):
    """The answer, and what would flip it, in words."""
    value = score(weights, mine)
    way = flip(weights, mine)
    if way is None:
        turn = "No single weight flips it."
    else:
        name, new = way
        now = weights[name]
        turn = f"It changes sign when `{name}` goes from {now:g} to beyond {new:.1f}."
    return f"Score {value:+.2f}: {answer_of(value, open_backend)}. {turn}"


print(sentence(weights))

# %% tags=["folded"]
# Folded: draws what each group adds to the score, and shows the sliders.
total = max(sum(weights.values()), 1e-9)
parts = {name: weight * mine[name] / total for name, weight in weights.items()}
said = f"Bars: what each group adds. {sentence(weights)}"
plots.show(figures.bars(parts, "What each group adds"), alt=said)


def as_html(moved):
    return f"<p><b>{show.inline(sentence(moved))}</b></p>"


sliders.show(weights, top=10, render=as_html)

# %% [markdown]
# Is the answer in the evidence, or in your mood today? Draw ten thousand random sets of weights for the groups.
# (`dirichlet` draws weights that add up to 1; with a 1 for each group, every such set is equally likely. Since they add
# up to 1, their product with the leans is already the score.) If half of them agree with you, the evidence has not
# decided; you have.

# %% tags=["taught"]
draws = rng.dirichlet(np.ones(len(leans)), size=10_000)  # a row for each set of weights
scores = draws @ np.array(list(leans.values()))
answers = [answer_of(value) for value in scores]
shares = {}
for name in ["PyTorch", "TensorFlow", "Keras 3"]:
    shares[name] = answers.count(name) / len(answers)
print(shares)

# %% tags=["folded"]
# Folded: draws the scores of all sets, and yours; says why where one side has most.
figures.random_weights(scores, score(weights, mine), shares)
print(results.why(shares, leans))

# %% [markdown]
# ## 14b.6 A decision record
#
# In half a year somebody will ask why you chose so. A *decision record* answers: one page, written on the day, never
# changed, but replaced by a new one. It names context and constraints, criteria and weights, the choice with its reason,
# what speaks against it, what would change it, what leaving would cost, and when you will look again. Without the last
# four it is an advertisement.
#
# Three of its lines you write here, in your own words. From your weights a draft is made of the others, in dry ones.

# %% tags=["taught"]
context = "A new project; a model that reads scans."
constraints = "Laptops without a GPU; nothing to keep from before."
exit_cost = "Weights move (lesson 5c); the code of model and loop is written anew."

# %% tags=["folded"]
# Folded: writes a draft of the record from the weights and leans above.
choice = answer_of(score(weights, mine), open_backend)
draft = results.draft(choice, parts, sentence(weights), datetime.date.today())
for name, text in draft.items():
    print(f"{name}: {text}")

# %% [markdown]
# ### Exercise 14.5: your own record (6 minutes)
#
# Write it in your words, as a dict of seven texts, each of at most 30 words:
#
# - `question`: what is to be decided, for which project
# - `decided`: the date, as YYYY-MM-DD
# - `choice`: `"PyTorch"`, `"TensorFlow"`, `"Keras 3"` or `"either"`
# - `because`: the strongest reason for it
# - `against`: the strongest reason against it, another one
# - `unless`: what would change it, with a number in digits
# - `again`: the date on which you look again, later than `decided`
#
# The page that is written below, `decision.md`, holds your words; where you give none, it takes the draft's.

# %% tags=["exercise"]
answer = ...  # a dict of seven texts
# solution
answer = {
    "question": "Which framework for the reader of delivery notes, for a year?",
    "decided": "2026-11-30",
    "choice": "PyTorch",
    "because": "The models that we want to start from exist in PyTorch first.",
    "against": "Our scanners run a browser, and TensorFlow.js is at home there.",
    "unless": "The exported model takes more than 50 ms a page in the browser.",
    "again": "2027-05-31",
}
# wrong: nothing speaks against it
answer = {
    "question": "Which framework for the reader of delivery notes?",
    "decided": "2026-11-30",
    "choice": "PyTorch",
    "because": "The models that we want to start from exist in PyTorch first.",
    "against": "",
    "unless": "The exported model takes more than 50 ms a page in the browser.",
    "again": "2027-05-31",
}
# wrong: holds no number
answer = {
    "question": "Which framework for the reader of delivery notes?",
    "decided": "2026-11-30",
    "choice": "PyTorch",
    "because": "The models that we want to start from exist in PyTorch first.",
    "against": "Our scanners run a browser, and TensorFlow.js is at home there.",
    "unless": "The exported model turns out to be slow.",
    "again": "2027-05-31",
}
# wrong: is not later than
answer = {
    "question": "Which framework for the reader of delivery notes?",
    "decided": "2026-11-30",
    "choice": "PyTorch",
    "because": "The models that we want to start from exist in PyTorch first.",
    "against": "Our scanners run a browser, and TensorFlow.js is at home there.",
    "unless": "The exported model takes more than 50 ms a page in the browser.",
    "again": "2026-05-31",
}

# %% tags=["check"]
exercises.check("14.5", answer)

# %% tags=["folded"]
# Folded: writes the page, your words first, and offers it for download.
frame = {"context": context, "constraints": constraints, "exit": exit_cost}
record = results.record(answer, draft) | frame
page = results.decision(record, weights, mine, unknown)
results.offer(page)
results.link("Your decision record", page)

# %% [markdown]
# ## 14b.7 Quiz

# %%
exercises.quiz("14b")

# %% [markdown]
# ## 14b.8 Verdicts
#
# The lesson's claims; then your report, one click away. It is one file, `report.html` in the build folder, with your
# machine, your choice, your predictions and all verdicts. It loads nothing: keep it, mail it, print it.

# %%
claims.close("14b")

# %% tags=["folded"]
# Folded: writes the report.
path = results.report(
    record, weights, mine, plots.markup(figures.bars(parts, "What it adds"), said)
)
results.link("Your report", path)

# %% [markdown]
# ## 14b.9 Summary and further reading
#
# - The article's details describe two frameworks of 2018. Most of those differences have closed; the numbers agree when you
#   ask for the same computation.
# - What differs today lies around the frameworks: servers, browsers, models, people.
# - Fix the list, its groups and its leans before the weights. A criterion on which both are equal decides nothing, and
#   three criteria for one thing count three times, unless they share a vote.
# - Where both are close, or the backend must stay open, Keras 3 is a third answer.
# - A weight that nearly flips the answer deserves your time.
# - A record names what speaks against the choice, and when it ends.
#
# Say it in one sentence: "I choose ..., because ..., unless ...".
#
# Further reading: [Keras 3](https://keras.io/keras_3/); on weights, Keeney and Raiffa, *Decisions with Multiple
# Objectives*; on decision records,
# [Michael Nygard's proposal](https://cognitect.com/blog/2011/11/15/documenting-architecture-decisions).
