# %% [markdown]
# # 14. Choosing
#
# You choose a framework from evidence that this machine has measured, and you know which single number would change your
# mind.
#
# > **Minutes**: 40 &nbsp; **Needs**: any of the chapters before; whatever you have run counts
# >
# > **You will be able to**
# > - read all verdicts of the course, and fill the gaps
# > - tell a dated fact from a measurement, and both from an opinion
# > - turn evidence and weights into an answer by a formula that you can defend
# > - compute the smallest change that flips the answer
# > - compare your predictions with guessing
# >
# > **Claims tested**: C01, C02, C04, C07, C08, C10, C11, C15, C22b, C76, C77, C78, C79, C80, C81, C82, C83

# %% tags=["setup"]
from helpers import session
session.start("14")
import importlib.util
import inspect
import re
import numpy as np
from helpers import claims, data, exercises, parity, plots, show
from chapters.ch14 import history, installed, results, sliders

# %% tags=["torch", "setup"]
import torch
from helpers import torch_side

# %% tags=["tf", "setup"]
with session.quiet():
    import tensorflow as tf
from helpers import tf_side

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
rng, year = np.random.default_rng(seed), history.year

# %% [markdown]
# ## 14.1 What you have run
#
# Each chapter has left a ledger on this machine: verdicts, predictions, exercises. This chapter reads whatever is there.
# The bars show how the verdicts fell; gray is what no run has judged yet. The table names the command that fills each
# gap: type it in a terminal, in the course's folder, then run this notebook again.

# %%
found, gaps = results.ledgers()
rows, names = results.verdicts(found), results.lessons()
where = {row["id"]: row["lesson"] for row in data.claims_table()}
LOOK = {"HELD": "#009E73", "PARTLY": "#F0E442", "NO LONGER": "#E69F00", "NEVER": "#D55E00", "OPINION": "#CC79A7",
        "HISTORY": "#56B4E9", "NOT MEASURED": "#9A9A9A", "": "#E4E4E4"}
fig, ax = plots.figure(width=9, height=3.4)
bottom = np.zeros(len(names))
for word, color in LOOK.items():
    count = np.array([sum(where[row[0]] == name and row[3] == word for row in rows) for name in names])
    ax.bar(names, count, bottom=bottom, color=color, edgecolor="white", label=word.lower() or "not judged yet")
    bottom += count
ax.set(xlabel="chapter", ylabel="claims", title="The article's claims, on this machine")
ax.legend(ncols=1, loc="upper left", bbox_to_anchor=(1, 1))
plots.show(fig, alt=f"Bars, one for each chapter: {sum(row[3] != '' for row in rows)} of {len(rows)} claims have a "
           "verdict on this machine, colored by verdict.")
show.table(["chapter", "what is missing", "the command that fills it"], [(a, b, f"`{c}`") for a, b, c in gaps],
           caption="What is missing (this chapter judges its own claims below)")
header = ["claim", "the article says", "expected", "verdict here", "evidence"]
show.rich(f"<details><summary>All {len(rows)} claims, one by one</summary>{results.table('All claims', header, rows)}"
          "</details>", "(one by one: in the report that section 14.13 writes)")

# %% [markdown]
# ## 14.2 Ten years on one line
#
# The article calls PyTorch young, and one of the latest frameworks. Dates can settle that. They come from a table that
# ships with the course, [timeline.csv](../data/timeline.csv); each row names its source.
#
# Releases are facts too. In the second figure each point is the day on which a minor version came out (2.13, 2.14 ...), its
# height the wait since the one before. A short wait is not better in itself: it may mean life, or unrest.
#
# **Prediction 14.1.** How much older is TensorFlow than PyTorch, counted from the day each was published?

# %% tags=["predict"]
guess = ...            # one of: "less than a year", "1 to 2 years", "3 years or more"
exercises.predict("14.1", guess, among=["less than a year", "1 to 2 years", "3 years or more"])

# %%
told = [row for row in history.timeline() if row["kind"] in ("first", "event")]
fig, ax = plots.figure(width=10, height=5)
for k, row in enumerate(told):
    look, when = {"PyTorch": plots.TORCH, "TensorFlow": plots.TF}.get(row["framework"], plots.OTHER), year(row["date"])
    ax.plot(when, -k, marker=look["marker"], color=look["color"], markersize=8)
    ax.annotate(row["event"], (when, -k), xytext=(-9 if when > 2021 else 9, 0), textcoords="offset points", va="center",
                ha="right" if when > 2021 else "left", fontsize=9)
ax.set(xlim=(2015, 2027), yticks=[], xlabel="year", title="circles: PyTorch, squares: TensorFlow, triangles: others")
plots.show(fig, alt="A line of time, one fact a row: " + "; ".join(f"{row['date']} {row['event']}" for row in told) + ".")
fig, ax = plots.figure(width=9, height=3)
waits = {}
for style in (plots.TORCH, plots.TF):
    days = [history.day(row["date"]) for row in history.timeline("release", style["label"])]
    waits[style["label"]] = [(b - a).days for a, b in zip(days, days[1:])]
    ax.plot([year(str(day)) for day in days[1:]], waits[style["label"]], **style)
ax.set(xlabel="year", ylabel="days since the one before", ylim=(0, None), title="Minor releases")
ax.legend()
plots.show(fig, alt="Days between minor releases; the last wait: " + ", ".join(f"{k} {v[-1]}" for k, v in waits.items()))

# %% tags=["verdict"]
first = {row["framework"]: row for row in history.timeline("first")}
today = year(history.timeline()[-1]["date"])                        # the newest row of the table: the same for everybody
age = {name: today - year(row["date"]) for name, row in first.items()}
older = age["TensorFlow"] - age["PyTorch"]
exercises.outcome("14.1", exercises.first_true({"less than a year": older < 1, "1 to 2 years": older <= 2,
                                                "3 years or more": older >= 3}))
claims.verdict("C07", {"less than half as old as TensorFlow": age["PyTorch"] < age["TensorFlow"] / 2,
                       "no version 1 yet": not any(row["event"] >= "1" for row in history.timeline("release", "PyTorch"))},
               f"PyTorch was {age['PyTorch']:.1f} years old when the table was made, TensorFlow {age['TensorFlow']:.1f}")
younger = [name for name in first if age[name] < age["PyTorch"]]
claims.verdict("C10", not younger, f"younger frameworks: {', '.join(younger)}")
claims.verdict("C11", first["PyTorch"]["date"].startswith("2017") and "Facebook" in first["PyTorch"]["event"],
               f"dated {first['PyTorch']['date']} by the project's post a year later; the Linux Foundation says 2016")
claims.verdict("C15", first["TensorFlow"]["date"].startswith("2015") and "Google" in first["TensorFlow"]["event"],
               f"dated {first['TensorFlow']['date']}; the paper names the license, Apache 2.0")
openai = [row["date"] for row in history.timeline("event", "PyTorch") if "OpenAI" in row["event"]]
claims.verdict("C82", bool(openai), f"announced on {', '.join(openai)}, with room for others where there is a reason")

# %% [markdown]
# ## 14.3 Who writes with it, who earns with it
#
# Horace He counted, for nine conferences, the papers that name one of the frameworks and not the other. His
# [counts](https://github.com/Chillee/pytorch-vs-tensorflow) end in October 2021, and so do ours: a curve is not an
# invitation to continue it. Most papers name neither.
#
# **Prediction 14.2.** In which year did papers with PyTorch first outnumber those with TensorFlow?

# %% tags=["predict"]
guess = ...            # one of: 2017, 2018, 2019, 2020
exercises.predict("14.2", guess, among=[2017, 2018, 2019, 2020])

# %%
counts = history.papers()
fig, ax = plots.figure(width=9, height=3.4)
for style, name in ((plots.TORCH, "pytorch"), (plots.TF, "tensorflow")):
    ax.plot([year(row["month"]) for row in counts], [100 * row[name] / row["papers"] for row in counts],
            **style | {"linestyle": "none"})
for row in counts[-1:] + [row for row in counts if row["conference"] == "CVPR" and row["month"] > "2019"]:
    ax.annotate(row["conference"], (year(row["month"]), 100 * row["pytorch"] / row["papers"]), xytext=(0, 7),
                textcoords="offset points", ha="center", fontsize=8)
ax.set(xlabel="month of the conference", ylabel="% of its papers", ylim=(0, 37), title="Papers that name only the one")
ax.legend()
plots.show(fig, alt="Shares of papers by conference, 2015 to 2022. TensorFlow leads until 2018, once with more than a "
           "quarter; then PyTorch's rise to about a third, while TensorFlow's fall below a tenth.")

# %% tags=["verdict"]
total = {name: {y: sum(row[name] for row in counts if row["month"][:4] == str(y)) for y in range(2015, 2023)}
         for name in ("pytorch", "tensorflow")}
exercises.outcome("14.2", min(y for y in total["pytorch"] if total["pytorch"][y] > total["tensorflow"][y]))
last = counts[-1]
claims.verdict("C80", last["pytorch"] > 3 * last["tensorflow"],
               f"{last['conference']} {last['month'][:4]}: {last['pytorch']} papers name PyTorch alone, "
               f"{last['tensorflow']} TensorFlow alone, of {last['papers']}; nobody has counted since")
use = {name: history.timeline("use", name) for name in ("PyTorch", "TensorFlow")}
claims.verdict("C81", len(use["TensorFlow"]) >= 3, "; ".join(row["event"] for row in use["TensorFlow"]))
serving = [row["event"] for row in use["PyTorch"] if "serves" in row["event"]]
claims.verdict("C78", not serving, f"{'; '.join(serving)}: that is production")
gpus = max((int(n) for row in use["PyTorch"] for n in re.findall(r"(\d+) GPUs", row["event"])), default=0)
claims.verdict("C79", gpus <= 8, f"TorchTitan reports training in PyTorch on up to {gpus} GPUs")
caffe = importlib.util.find_spec("caffe2") is not None
claims.verdict("C83", caffe,
               f"this environment has {'a' if caffe else 'no'} module caffe2; its code moved into PyTorch in 2018")

# %% [markdown]
# ## 14.4 Who made it, and what you may do with it
#
# What is installed says much about itself: its [metadata](glossary.md#metadata) names the maker and the license, its
# functions carry their documentation, and its files have a size. `card` ([installed.py](chapters/ch14/installed.py)) reads
# the same facts of both packages.

# %% tags=["torch"]
card_torch = installed.card(torch, torch.nn)
card_torch

# %% tags=["tf"]
card_tf = installed.card(tf, tf.nn)
card_tf

# %% tags=["verdict"]
named = sum(row["pytorch"] for row in counts)
claims.verdict("C22b", {"PyTorch's license is an open one": "BSD" in card_torch["license"],
                        "so is TensorFlow's": "Apache" in card_tf["license"],
                        "functions are documented": min(card_torch["documented"], card_tf["documented"]) > 0.9,
                        "many use PyTorch": named > 1000},
               f"BSD and Apache 2.0; {named:,} papers name PyTorch alone; whether documentation is good, readers must say")
made = {"Google": "Google" in card_tf["made by"], "Facebook": "Facebook" in card_torch["license text"]}
made["Uber"] = any("Uber" in row["event"] for row in history.timeline("first"))
tools = ", ".join(row["framework"] for row in history.timeline("tool") if "Uber" in row["event"])
claims.verdict("C01", {f"{maker} released one": yes for maker, yes in made.items()},
               f"the packages name Google and Facebook; Uber's {tools} are tools on top; since 2022 PyTorch belongs to a "
               "foundation")
claims.number("space on disk, PyTorch", card_torch["MB on disk"], "MB")
claims.number("space on disk, TensorFlow", card_tf["MB on disk"], "MB")

# %% [markdown]
# ## 14.5 Several options for high-level models?
#
# The article promises several for TensorFlow. Its readers of 2024 met Estimators, `tf.layers` and `tf.contrib` in older
# tutorials. What is left is Keras, with its [functional API](glossary.md#functional-api). Each cell tries the ways that its
# users would look for; a way that is gone raises `AttributeError`, and `works` says so. `facts` is for section 14.6.

# %%
def works(attempt):
    """Whether a way is there: its names exist, and the model that it makes answers three inputs with two outputs each."""
    try:
        return tuple(attempt().shape) == (3, 2)
    except AttributeError:
        return False

def facts(program, prefix):
    """What can be counted in a program's text: its lines, and the names of the framework that it uses."""
    source = inspect.getsource(program)
    return {"lines": len(source.strip().splitlines()) - 1, "names": len(set(re.findall(rf"\b{prefix}\.[\w.]+", source)))}

x = rng.normal(size=(3, 4)).astype("float32")
from_x = rng.normal(size=64)
to_y = 3 * from_x - 1 + 0.1 * rng.normal(size=64)

# %% tags=["torch"]
class Net_torch(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.out = torch.nn.Linear(4, 2)

    def forward(self, x):
        return self.out(x)

x_torch = torch_side.tensor(x, "cpu")
ways_torch = {
    "a stack of layers": works(lambda: torch.nn.Sequential(torch.nn.Linear(4, 2))(x_torch)),
    "layers called on a symbol": works(lambda: torch.nn.Input((4,))),      # PyTorch has no such thing
    "a class": works(lambda: Net_torch()(x_torch)),
    "training in one call": hasattr(torch.nn.Module, "fit")}

# %% tags=["tf"]
class Net_tf(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.out = tf.keras.layers.Dense(2)

    def call(self, x):
        return self.out(x)

x_tf, symbol = tf_side.tensor(x, "cpu"), tf.keras.Input((4,))
ways_tf = {
    "a stack of layers": works(lambda: tf.keras.Sequential([tf.keras.layers.Dense(2)])(x_tf)),
    "layers called on a symbol": works(lambda: tf.keras.Model(symbol, tf.keras.layers.Dense(2)(symbol))(x_tf)),
    "a class": works(lambda: Net_tf()(x_tf)),
    "training in one call": hasattr(tf.keras.Model, "fit"),
    "an Estimator": hasattr(tf, "estimator"),
    "tf.layers": works(lambda: tf.layers.dense(x_tf, 2)),
    "tf.contrib": works(lambda: tf.contrib.layers.fully_connected(x_tf, 2))}

# %% tags=["verdict"]
for way in ways_tf:
    print(f"{way}: PyTorch {'yes' if ways_torch.get(way) else 'no'}, TensorFlow {'yes' if ways_tf[way] else 'no'}")
there = [way for way in ways_tf if ways_tf[way]]
claims.verdict("C04", ways_tf, f"what works is Keras: {', '.join(there)}")

# %% [markdown]
# ## 14.6 One small program, twice
#
# Thirteen chapters of twins, and one more: a straight line, fitted by steps along the [gradient](glossary.md#gradient),
# with [eager execution](glossary.md#eager-execution) on both sides. Then we count what anybody can count: is the answer the
# same, how many lines, how many names of the framework must you know?

# %% tags=["torch"]
def fit_torch(x, y, rate=0.1, steps=50):
    line = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        loss = torch.mean((line[0] * x + line[1] - y) ** 2)
        loss.backward()
        with torch.no_grad():
            line -= rate * line.grad
            line.grad = None
    return line

line_torch = torch_side.to_numpy(fit_torch(torch.tensor(from_x), torch.tensor(to_y)))
facts_torch = facts(fit_torch, "torch")

# %% tags=["tf"]
def fit_tf(x, y, rate=0.1, steps=50):
    line = tf.Variable(tf.zeros(2, tf.float64))
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((line[0] * x + line[1] - y) ** 2)
        line.assign_sub(rate * tape.gradient(loss, line))
    return line

line_tf = tf_side.to_numpy(fit_tf(tf.constant(from_x), tf.constant(to_y)))
facts_tf = facts(fit_tf, "tf")

# %% tags=["verdict"]
parity.verdict("slope and intercept of the line", line_torch, line_tf, atol=1e-12)
for what in facts_torch:
    print(f"{what}: PyTorch {facts_torch[what]}, TensorFlow {facts_tf[what]}")

# %% [markdown]
# ## 14.7 Evidence, and a formula
#
# Now everything that can be weighed: what your chapters **measured**, such as the [throughput](glossary.md#throughput) of
# training, and **facts** with a date. Each becomes one number, its *lean*: how many times better one side is, as a power
# of two, cut at ±1.
#
# $$\text{lean} = \operatorname{clip}\left(\log_2 \frac{\text{PyTorch}}{\text{TensorFlow}},\ -1,\ 1\right)$$
#
# So +1 says "PyTorch is twice as good, or more", 0 "no difference", −1 "TensorFlow is twice as good". Where less is
# better, the fraction is turned over. What only one side has leans fully to it.
#
# The cut is a choice of ours. Without it, one huge ratio decides everything.

# %%
def lean(torch_number, tf_number, better):
    """From -1 (TensorFlow at least twice as good) to 1 (PyTorch); better: "more" or "less"."""
    ratio = torch_number / tf_number if better == "more" else tf_number / torch_number
    return float(np.clip(np.log2(ratio), -1, 1))

recent = {name: sum(year(row["date"]) > today - 2 for row in history.timeline("release", name))
          for name in ("PyTorch", "TensorFlow")}
shipped = {                                            # criterion: (lean, why)
    "recent releases": (lean(recent["PyTorch"], recent["TensorFlow"], "more"),
                        f"in two years {recent['PyTorch']} against {recent['TensorFlow']}"),
    "papers to build on": (lean(last["pytorch"], last["tensorflow"], "more"),
                           f"{last['pytorch']} against {last['tensorflow']}, {last['conference']} {last['month'][:4]}"),
    "newest language models": (1.0, "Transformers 5 supports PyTorch alone"),
    "an official server": (-1.0, "TensorFlow Serving; TorchServe was archived in 2025"),
    "Keras as the language": (0.0, "Keras 3 runs on both")}

# %%
evidence, found = dict(shipped), results.ledgers()[0]
for name, (a, b, unit, chapter, old) in results.measured(found).items():
    better = "more" if name.endswith("speed") else "less"
    evidence[name] = lean(a, b, better), f"measured here, chapter {chapter}: {a:,.0f} against {b:,.0f} {unit}{old}"
show.table(["criterion", "lean", "leans to", "why (PyTorch against TensorFlow)"],
           [(name, f"{value:+.2f}", "PyTorch" if value > 0.05 else "TensorFlow" if value < -0.05 else "neither", why)
            for name, (value, why) in evidence.items()], caption="The evidence")
show.table(["not measured yet", "the command that fills it"],
           [(name, f"`{results.command(chapter)}`") for name, (chapter, _) in results.CRITERIA.items()
            if name not in evidence])

# %% [markdown]
# ## 14.8 Your weights, the answer, and what would flip it
#
# A weight says how much a criterion matters to *you*: 0 not at all, 10 very much. The score is the weighted mean of the
# leans, and its sign is the answer. Within ±0.1 it says "either": your weights cannot tell them apart.
#
# **Prediction 14.3.** You decide that Keras matters ten times as much as you thought. Who gains?

# %% tags=["predict"]
guess = ...            # one of: "PyTorch", "TensorFlow", "neither"
exercises.predict("14.3", guess, among=["PyTorch", "TensorFlow", "neither"])

# %%
def score(weights, evidence):
    """The weighted mean of the leans, from -1 (TensorFlow) to 1 (PyTorch)."""
    return sum(w * evidence[name][0] for name, w in weights.items()) / max(sum(weights.values()), 1e-9)

def answer_of(value):
    return "PyTorch" if value > 0.1 else "TensorFlow" if value < -0.1 else "either"

def flip(weights, evidence):
    """The smallest change of one weight that brings the score to 0, as (criterion, new weight); None if there is none."""
    pull = sum(w * evidence[name][0] for name, w in weights.items())
    ways = [(abs(pull / evidence[name][0]), name, w - pull / evidence[name][0])
            for name, w in weights.items() if evidence[name][0]]
    ways = [way for way in ways if way[2] >= 0]        # a weight cannot be negative
    return min(ways)[1:] if ways and pull else None

# %% tags=["verdict"]
level = dict.fromkeys(shipped, 1)
more = level | {"Keras as the language": 10}
pulls = [sum(w * shipped[name][0] for name, w in weights.items()) for weights in (level, more)]
exercises.outcome("14.3", exercises.first_true({"neither": pulls[0] == pulls[1], "PyTorch": pulls[1] > pulls[0],
                                                "TensorFlow": pulls[1] < pulls[0]}))
print(f"The difference stays, and the score comes nearer to 0: {abs(score(more, shipped)) < abs(score(level, shipped))}")
reached = {answer_of(score(level | {name: 10}, shipped)) for name in shipped}
claims.verdict("C77", {"PyTorch", "TensorFlow"} <= reached,
               f"from the same evidence, a weight of ten for one criterion leads to {' or '.join(sorted(reached))}: the "
               "weights decide")

# %% [markdown]
# What is the same on both sides cannot decide, however much it matters to you.
#
# Now your own weights: change the numbers below; in JupyterLab, sliders do the same. One line is not about frameworks:
# *what you have*, the code, models and people. Set `have` to 1 for PyTorch, to −1 for TensorFlow.
#
# Is the answer in the evidence, or in your mood today? The second cell draws ten thousand random sets of weights. If half
# of them agree with you, the evidence has not decided; you have. And distrust the list itself: releases, papers and newest
# models are three shadows of one thing, so it counts three times. Set two of them to 0 and look again.

# %%
have = 0               # what you have: 1 PyTorch, -1 TensorFlow, 0 nothing or both
mine = evidence | {"what you have": (float(have), "your own statement")}
weights = dict.fromkeys(mine, 1) | {"papers to build on": 2, "an official server": 2}

def sentence(weights):
    """The answer, and what would flip it, in words."""
    value, way = score(weights, mine), flip(weights, mine)
    turn = (f"It flips when the weight of `{way[0]}` goes from {weights[way[0]]:g} to beyond {way[1]:.1f}." if way
            else "No single weight flips it.")
    return f"Score {value:+.2f}: {answer_of(value)}. {turn}"

parts = {name: score(weights, mine | {other: (0, "") for other in mine if other != name}) for name in mine}
plots.show(results.bars(parts, "What each criterion adds"), alt=f"Bars: what each criterion adds. {sentence(weights)}")
print(sentence(weights))
sliders.show(weights, top=10, render=lambda moved: f"<p><b>{show.inline(sentence(moved))}</b></p>")

# %%
draws = rng.dirichlet(np.ones(len(mine)), size=10_000)              # each row: weights that add up to 1
scores = draws @ np.array([value for value, _ in mine.values()])
fig, ax = plots.figure(width=8, height=2.6)
ax.hist(scores, bins=np.linspace(-1, 1, 81), color=plots.GRAY)
ax.axvspan(-0.1, 0.1, color="#FFF3C4", zorder=0)
ax.axvline(score(weights, mine), color="black", linestyle="--")
ax.set(xlabel="score: −1 TensorFlow, +1 PyTorch; dashed: yours; yellow: either", ylabel="sets of weights")
share = {name: np.mean([answer_of(value) == name for value in scores]) for name in ("PyTorch", "TensorFlow", "either")}
plots.show(fig, alt="Histogram of the scores of ten thousand random sets of weights: " + ", ".join(
    f"{100 * value:.0f} % say {name}" for name, value in share.items()) + ".")
print(", ".join(f"{name} {100 * value:.0f} %" for name, value in share.items()))

# %% [markdown]
# ## 14.9 Opinions, from both sides
#
# Some claims cannot be measured, because a word in them has no unit. Such a claim is argued, not decided.
#
# **C02, TensorFlow is powerful and mature.** For: public since 2015, with an official server, and on phones by the billion.
# Against: mature can mean finished. Its releases come more rarely, and Transformers left it.
#
# **C08, PyTorch has the stronger community.** For: a foundation with many members, most papers that name one, projects that
# moved to it. Against: stronger for whom? Keras has its own community, and much code in use is TensorFlow's.
#
# **C76, all of that once more.** Age and syntax are no reasons for a product.

# %% tags=["verdict"]
slower = np.mean(waits["TensorFlow"][-4:]) > np.mean(waits["TensorFlow"][-12:-4])
claims.verdict("C02", bool(first["TensorFlow"] and use["TensorFlow"]),
               f"public since {first['TensorFlow']['date']} and used at scale; its last four releases came "
               f"{'more' if slower else 'no more'} slowly than the eight before")
moved = [row["event"] for row in history.timeline("event", "PyTorch") if re.search("Foundation|alone", row["event"])]
claims.verdict("C08", len(moved) >= 2, "; ".join(moved) + ": facts for it, and no measure of strength")
claims.verdict("C76", len(moved) >= 2 and age["PyTorch"] < age["TensorFlow"],
               f"a repeat of C02, C07, C08 and C09; PyTorch is {age['TensorFlow'] - age['PyTorch']:.1f} years younger, and "
               f"{len(moved)} facts speak for its community")

# %% [markdown]
# ## 14.10 Were you better than chance?
#
# You have made predictions since chapter 0. A question with three options is right by guessing one time in three, so three
# right of nine prove nothing. Add the questions one by one: each turns the distribution of "how many right" into a new one.
#
# $$P_n(k) = (1 - q)\,P_{n-1}(k) + q\,P_{n-1}(k - 1), \qquad q = 1 / \text{options}$$

# %%
def by_chance(options):
    """How likely 0, 1, 2 ... right answers are for somebody who guesses; options: how many each question has."""
    spread = np.ones(1)
    for n in options:
        spread = np.append(spread, 0) * (1 - 1 / n) + np.append(0, spread) / n
    return spread

asked = results.predictions(results.ledgers()[0])
made = [row for row in asked if row.guess is not None]
spread, right = by_chance([len(row.among) for row in made or asked]), sum(bool(row.right) for row in made)
crowd = f"{100 * spread[right:].sum():.0f}" if spread[right:].sum() >= 0.01 else "fewer than one"
calibration = (f"{right} of {len(made)} right; of a hundred who guess, {crowd} do as well or better." if made else
               "No prediction yet: set guess in the cells that ask, and run the chapters again.")
fig, ax = plots.figure(width=8, height=3)
ax.bar(range(len(spread)), spread, color=plots.GRAY)
ax.axvline(right if made else np.nan, color="black", linestyle="--")
ax.set(xlabel="right predictions (dashed: yours)", ylabel="probability", title=f"{len(made or asked)} questions, guessed")
plots.show(fig, alt=f"Distribution of right answers by guessing, {len(made or asked)} questions. {calibration}")
print(calibration)
show.table(["chapter", "asked", "you answered", "right", "by chance"], results.by_lesson(asked))

# %% [markdown]
# ## 14.11 Exercises
#
# ### Exercise 14.1
# Six predictions had 2, 2, 4, 4, 4 and 5 options. How many does somebody who guesses get right, on average?

# %% tags=["exercise"]
answer = ...           # a number
# solution
answer = 1 / 2 + 1 / 2 + 3 / 4 + 1 / 5
# wrong: the mean number of options
answer = 6 / ((2 + 2 + 4 + 4 + 4 + 5) / 6)
# wrong: half of them
answer = 3.0
# wrong: all right at once
answer = (1 / 2) ** 2 * (1 / 4) ** 3 * (1 / 5)

# %% tags=["check"]
exercises.check("14.1", answer)

# %% [markdown]
# ### Exercise 14.2
# Port this cell to TensorFlow: `by_chance`, for probabilities `q` (n,) as a tensor. Slopes must reach `q`: they say how
# much one easier question would help. (`F` is `torch.nn.functional`.)
#
# ```python
# def chance(q):
#     spread = torch.ones(1, dtype=q.dtype)
#     for p in q:
#         spread = F.pad(spread, (0, 1)) * (1 - p) + F.pad(spread, (1, 0)) * p     # (before, behind)
#     return spread                                                                # (n + 1,)
# ```

# %% tags=["exercise"]
answer = ...           # a function of one TensorFlow tensor
# solution
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q):
        spread = tf.pad(spread, [[0, 1]]) * (1 - p) + tf.pad(spread, [[1, 0]]) * p
    return spread
# wrong: right and wrong are exchanged
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q):
        spread = tf.pad(spread, [[1, 0]]) * (1 - p) + tf.pad(spread, [[0, 1]]) * p
    return spread
# wrong: no longer a distribution
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q):
        spread = tf.pad(spread, [[0, 1]]) + tf.pad(spread, [[1, 0]]) * p
    return spread
# wrong: your function raised
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q):
        spread = tf.pad(spread, (0, 1)) * (1 - p) + tf.pad(spread, (1, 0)) * p
    return spread

# %% tags=["check"]
exercises.check("14.2", answer)

# %% [markdown]
# ### Exercise 14.3
# Four criteria with weights 3, 2, 2, 1 and leans 0.5, −0.25, −1, 0. What is the smallest change of a single weight that
# brings the score to 0? Give the number of the criterion (1 to 4) and its new weight, for example `(1, 2.5)`.

# %% tags=["exercise"]
answer = ...           # (criterion, new weight)
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
# ### Exercise 14.4
# What could settle each sentence: a run on your machine (`"run"`), a dated source (`"source"`), or neither
# (`"opinion"`)?
#
# 1. "Compiled, this network trains in less time in PyTorch than in TensorFlow."
# 2. "TorchServe is no longer maintained."
# 3. "TensorFlow's errors are easier to understand."
# 4. "A TensorFlow tensor cannot be changed in place."

# %% tags=["exercise"]
answer = ...           # a list of four words
# solution
answer = ["run", "source", "opinion", "run"]
# wrong: a speed on your machine
answer = ["opinion", "source", "opinion", "run"]
# wrong: no run sees who maintains
answer = ["run", "run", "opinion", "run"]
# wrong: easier for whom
answer = ["run", "source", "run", "run"]
# wrong: one line of code shows it
answer = ["run", "source", "opinion", "source"]

# %% tags=["check"]
exercises.check("14.4", answer)

# %% [markdown]
# ## 14.12 Quiz

# %%
exercises.quiz("14")

# %% [markdown]
# ## 14.13 Verdicts
#
# The chapter's claims; then your report. It is one file, `report.html` in the build folder, with your machine, all
# verdicts, your predictions and your choice. It loads nothing: keep it, mail it, print it.

# %%
claims.close("14")

found, gaps = results.ledgers()
path = results.write({
    "Your machine": [results.table("What ran", ["what", "version", "where"], results.machine(found)),
                     results.table("Lesson 7d's measurements", ["what", "measured", "unit"], results.numbers(found, "07d"))],
    "Your choice": [results.text(sentence(weights)), plots.markup(results.bars(parts, "What it adds"), sentence(weights)),
                    results.table("Weights and evidence", ["criterion", "weight", "lean", "why"], [
                        (name, f"{w:g}", f"{mine[name][0]:+.2f}", mine[name][1]) for name, w in weights.items()])],
    "Your predictions": [results.text(calibration), results.table("By chapter", [
        "chapter", "asked", "answered", "right", "by chance"], results.by_lesson(asked)), results.table("One by one", [
            "prediction", "you said", "the run said"], [(row.key, row.guess, f"{row.actual}{row.old}") for row in made])],
    "Your verdicts": [results.table("All claims of the article", header, results.verdicts(found))],
    "What is missing": [results.table("Chapters to run", ["chapter", "what", "command"],
                                      [(a, b, f"`{c}`") for a, b, c in gaps])]})
print(f"{path.name}: written, {path.stat().st_size // 1024} KB")

# %% [markdown]
# ## 14.14 Summary and further reading
#
# - The article's details describe two frameworks of 2018. Most of those differences have closed; the numbers agree when you
#   ask for the same computation.
# - What differs today lies around the frameworks: servers, phones, models, releases, people.
# - A criterion on which both are equal decides nothing. A weight that nearly flips the answer deserves your time.
# - Dates need sources, speeds need your machine, and opinions need both sides.
# - Compare your hits with chance before you trust your judgement.
#
# Read on: [PyTorch's paper](https://arxiv.org/abs/1912.01703), [TensorFlow's](https://arxiv.org/abs/1603.04467) and
# [Keras 3](https://keras.io/keras_3/); Horace He's
# [article on the counts](https://thegradient.pub/state-of-ml-frameworks-2019-pytorch-dominates-research-tensorflow-dominates-industry/);
# on weights, Keeney and Raiffa, *Decisions with Multiple Objectives*.
