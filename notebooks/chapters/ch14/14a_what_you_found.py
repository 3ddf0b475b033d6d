# %% [markdown]
# # 14a. What you found
#
# All your verdicts on one page, and beside them what no run can tell: dates, makers, counts, opinions. In the end you
# know whether your own predictions were better than a die's.
#
# > **Minutes**: 28 · **Needs**: any of the chapters before; whatever you have run counts · **Claims tested**: C01, C02,
# > C07, C08, C10, C11, C12b, C15, C15b, C22b, C54b, C54c, C64b, C76, C78, C79, C79b, C80, C80b, C81, C82, C83
# >
# > **You will be able to**
# > - read all verdicts of the course, and fill the gaps (verdict in 14a.2)
# > - check an age or a popularity by dated facts (prediction P14.1, prediction P14.2)
# > - ask an installed package who made it (claim C01)
# > - tell a measurement from a dated fact, and both from an opinion (exercise 14.4)
# > - compare your predictions with guessing (exercise 14.1)
#
# `fast`, `seed` and `device` change nothing here: nothing is trained, and nothing is drawn at random.

# %% tags=["setup"]
from helpers import session

session.start("14a")

import importlib.util
import re

import numpy as np

from chapters.ch14 import figures, history, installed, results
from helpers import claims, exercises, show

# %% tags=["torch", "setup"]
# PyTorch
import torch

from helpers import torch_side  # the table below shows what it sees

# %% tags=["tf", "setup"]
# TensorFlow
with session.quiet():
    import tensorflow as tf

from helpers import tf_side  # the check of exercise 14.2 asks for it

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)

# %% [markdown]
# ## 14a.1 What you have run
#
# Each lesson has left a *ledger* on this machine, a small file: verdicts, predictions, exercises. This lesson reads
# whatever is there. `found` holds the ledgers, `gaps` what is missing.

# %% tags=["taught"]
found, gaps = results.ledgers()
rows = results.verdicts(found)
print("ledgers read:", len(found))
print("lessons with something missing:", len(gaps))

# %% tags=["folded"]
# Folded: draws how the verdicts fell, by chapter; gray is what no run has judged yet.
figures.verdict_bars(results.by_chapter(rows))
header = ["lesson", "what is missing", "open and run"]
summary = f"What is missing: {len(gaps)} lessons (this one judges its claims below)"
results.behind_a_click(summary, header, gaps)
summary = f"All {len(rows)} claims, one by one"
results.behind_a_click(summary, results.VERDICT_HEADER, rows)
said = results.when_printed(rows)
show.rich(f"<p>{show.inline(said)}</p>", said)

# %% [markdown]
# A claim that is false now may have held when the article was printed, in March 2024; it may have been outdated on that
# day; or it never held. The column "once, in 2024, now" tells these apart, and the printed line counts them.
#
# Gray is no failure: nobody has looked. To fill a gap, open the notebook that the table names, make its predictions, run
# it, and then run this lesson again.

# %% [markdown]
# ## 14a.2 Ten years on one line
#
# The article calls PyTorch young, and one of the latest frameworks. Dates can settle that. They come from a table that
# ships with the course, [timeline.csv](../data/timeline.csv); each row names its source.
#
# **Predict.** How much older is TensorFlow than PyTorch, counted from the day each was published?
#
# - **a** less than a year
# - **b** 1 to 2 years
# - **c** more than 2 years

# %% tags=["predict"]
guess = ...  # "a", "b" or "c"
exercises.predict("P14.1", guess, among=["a", "b", "c"])

# %% [markdown]
# `history.timeline("first")` gives the rows about first publications, each a dict; `history.year` turns a date into a
# number: 2017.5 is the middle of 2017. Today is the newest row of the table, so that the ages are the same for everybody.

# %% tags=["taught"]
first = {row["framework"]: row for row in history.timeline("first")}
today = history.year(history.timeline()[-1]["date"])
age = {}
for name, row in first.items():
    age[name] = today - history.year(row["date"])
    print(f"{age[name]:4.1f} years: {row['event']}")

# %% tags=["verdict", "folded"]
# Folded: which option came true.
older = age["TensorFlow"] - age["PyTorch"]
letter = exercises.first_true({"a": older < 1, "b": older <= 2, "c": older > 2})
exercises.outcome("P14.1", letter)

# %% tags=["folded"]
# Folded: draws the first publications and what happened since, a fact a row.
kinds = ("first", "event")
figures.timeline([row for row in history.timeline() if row["kind"] in kinds])

# %% [markdown]
# Whoever writes such a table chooses, and can flatter one side. So ours names for each event what it is *about*, and tells
# the same of both: who makes it and where it lives (governance), how it compiles, what was given up (ended), and who chose
# it (adoption).

# %% tags=["taught"]
events_of = {}  # {(about, framework): how many events}
for row in history.timeline("event"):
    key = (row["about"], row["framework"])
    events_of[key] = events_of.get(key, 0) + 1

for about in history.ABOUT:
    print(f"{about}:", events_of[about, "PyTorch"], events_of[about, "TensorFlow"])

# %% [markdown]
# Releases are facts too. `waits` lists the day of each minor version (2.13, 2.14 ...), and how many days after the one
# before it came. A short wait is not better in itself: it may mean life, or unrest.


# %% tags=["taught"]
def waits(framework):
    """(date, days since the one before) of each minor release but the first."""
    dates = [row["date"] for row in history.timeline("release", framework)]
    pairs = []
    for before, after in zip(dates, dates[1:]):
        days = history.day(after) - history.day(before)
        pairs.append((after, days.days))
    return pairs


waits_torch = waits("PyTorch")
waits_tf = waits("TensorFlow")
print("the last waits, in days:", waits_torch[-1], waits_tf[-1])

# %% tags=["folded"]
# Folded: draws the waits over the years.
figures.releases({"PyTorch": waits_torch, "TensorFlow": waits_tf})

# %% tags=["verdict", "folded"]
# Folded: judges what the article dates.
versions = [row["event"] for row in history.timeline("release", "PyTorch")]
claims.verdict(
    "C07",
    {
        "less than half as old as TensorFlow": age["PyTorch"] < age["TensorFlow"] / 2,
        "no version 1 yet": not any(version >= "1" for version in versions),
    },
    f"PyTorch was {age['PyTorch']:.1f} years old when the table was made, "
    f"TensorFlow {age['TensorFlow']:.1f}; PyTorch's last version is {versions[-1]}",
)
younger = [name for name in first if age[name] < age["PyTorch"]]
claims.verdict(
    "C10",
    len(younger) < len(first) / 2,
    f"of {len(first)} frameworks younger: {', '.join(younger)}",
)
born = first["PyTorch"]
claims.verdict(
    "C11",
    born["date"].startswith("2017") and "Facebook" in born["event"],
    f"dated {born['date']} by the project's post a year later; "
    "the Linux Foundation says 2016",
)
born = first["TensorFlow"]
claims.verdict(
    "C15",
    born["date"].startswith("2015") and "Google" in born["event"],
    f"dated {born['date']}; the paper names the license, Apache 2.0",
)
claims.verdict(
    "C15b",
    "arxiv.org" in born["source"],
    f"the table's source for {born['date']} is that paper, {born['source']}",
)
recent_torch = sum(history.year(date) > today - 2 for date, _ in waits_torch)
recent_tf = sum(history.year(date) > today - 2 for date, _ in waits_tf)
claims.verdict(
    "C64b",
    {"PyTorch": recent_torch >= 2, "TensorFlow": recent_tf >= 2},
    f"minor versions in two years: PyTorch {recent_torch}, TensorFlow {recent_tf}",
)
events = history.timeline("event", "PyTorch")
openai = [row["date"] for row in events if "OpenAI" in row["event"]]
claims.verdict(
    "C82",
    bool(openai),
    f"announced on {', '.join(openai)}, with room for others where there is a reason",
)

# %% [markdown]
# ## 14a.3 Who writes with it, who earns with it
#
# Horace He counted, for nine conferences, the papers that name one of the frameworks and not the other. His
# [counts](https://github.com/Chillee/pytorch-vs-tensorflow) end in October 2021, with what had been handed in for a
# conference of 2022, and so do ours: a curve is not an invitation to continue it. Most papers name neither.
#
# **Predict.** All conferences of a year together: when did papers with PyTorch first outnumber those with TensorFlow?
#
# - **a** 2017
# - **b** 2018
# - **c** 2019
# - **d** 2020

# %% tags=["predict"]
guess = ...  # "a", "b", "c" or "d"
exercises.predict("P14.2", guess, among=["a", "b", "c", "d"])

# %% tags=["taught"]
papers = history.papers()  # a row for each conference and month
by_year = {}
for row in papers:
    year = row["month"][:4]
    torch_so_far, tf_so_far = by_year.get(year, (0, 0))
    by_year[year] = (torch_so_far + row["pytorch"], tf_so_far + row["tensorflow"])

# %% tags=["verdict", "folded"]
# Folded: which option came true, and the year of each count.
ahead = [year for year, (mine, theirs) in by_year.items() if mine > theirs]
letters = {"2017": "a", "2018": "b", "2019": "c", "2020": "d"}
exercises.outcome("P14.2", letters[min(ahead)])
header = ["year", "papers that name PyTorch alone", "TensorFlow alone"]
show.table(header, [(year, *both) for year, both in by_year.items()])

# %% tags=["folded"]
# Folded: draws the shares, conference by conference.
figures.papers(papers)

# %% [markdown]
# Who earns with it? Nobody has counted companies: there are only cases, told by those who have a reason to tell them. The
# table has a few, each with its source.

# %% tags=["taught"]
uses = history.timeline("use")
for row in uses:
    print(f"{row['date']} {row['framework']}: {row['event']}")

# %% [markdown]
# What has been reached with them? The article names ImageNet and terabytes; three papers say so.

# %% tags=["taught"]
records = history.timeline("record")
reached = [(row["date"], row["event"]) for row in records]
show.table(["date", "what was reached"], reached)

# %% tags=["verdict", "folded"]
# Folded: judges what the article says of research and of companies.
last = papers[-1]
named = sum(row["pytorch"] for row in papers)
claims.verdict(
    "C80",
    last["pytorch"] > 3 * last["tensorflow"],
    f"{last['conference']} {last['month'][:4]}: {last['pytorch']} papers name PyTorch "
    f"alone, {last['tensorflow']} TensorFlow alone, of {last['papers']}; "
    "nobody has counted since",
)
use_tf = [row["event"] for row in uses if row["framework"] == "TensorFlow"]
use_torch = [row["event"] for row in uses if row["framework"] == "PyTorch"]
told = f"the table has {len(use_tf)} cases: {'; '.join(use_tf)}"
claims.verdict("C81", len(use_tf) >= 3, told)
serving = [event for event in use_torch if "serves" in event]
claims.verdict("C78", not serving, f"{'; '.join(serving)}: that is production")
gpus = [int(number) for number in re.findall(r"(\d+) GPUs", "; ".join(use_torch))]
most = max(gpus, default=0)
claims.verdict(
    "C79",
    most <= 8,
    f"TorchTitan reports training in PyTorch on up to {most} GPUs",
)
best = [row["framework"] for row in records if "ImageNet" in row["event"]]
large = [row["event"] for row in records if "billion" in row["event"]]
claims.verdict(
    "C54c",
    {"PyTorch", "TensorFlow"} <= set(best),
    f"reports of the table with code in: {', '.join(best)}",
)
claims.verdict("C54b", bool(large), f"{'; '.join(large)}: even as 1 kB each, terabytes")
caffe = importlib.util.find_spec("caffe2") is not None
claims.verdict(
    "C83",
    caffe,
    f"this environment has {'a' if caffe else 'no'} module caffe2; "
    "its code moved into PyTorch in 2018",
)

# %% [markdown]
# ## 14a.4 Who made it, and what you may do with it
#
# What is installed says much about itself: its [metadata](glossary.md#metadata) names the maker and the license, its
# functions carry their documentation, and its files have a size. `card` ([installed.py](chapters/ch14/installed.py)) reads
# the same facts of both packages. "License text" is the beginning of the license's file, where there is one. "Documented"
# is the share of the functions and classes of a module that say what they do.

# %% tags=["torch"]
# PyTorch
card_torch = installed.card(torch, torch.nn)
for what, said in card_torch.items():
    print(f"{what}: {said}")

# %% tags=["tf"]
# TensorFlow
card_tf = installed.card(tf, tf.nn)
for what, said in card_tf.items():
    print(f"{what}: {said}")

# %% tags=["verdict", "folded"]
# Folded: judges makers and licenses, and keeps the sizes for lesson 14b.
documented = min(card_torch["documented"], card_tf["documented"])
claims.verdict(
    "C22b",
    {
        "PyTorch's license is an open one": "BSD" in card_torch["license"],
        "so is TensorFlow's": "Apache" in card_tf["license"],
        "functions are documented": documented > 0.9,
        "many use PyTorch": named > 1000,
    },
    f"TensorFlow's package names {card_tf['license']}, PyTorch's several licenses, for "
    f"code that it carries too; {named:,} papers name PyTorch alone; "
    "whether documentation is good, readers must say",
)
published = history.timeline("first") + history.timeline("tool")
made = {}
for maker in ("Google", "Facebook", "Uber"):
    mine = [row["framework"] for row in published if row["event"].startswith(maker)]
    made[maker] = mine
names = ", ".join(made["Uber"])
itself = "Google" in card_tf["made by"] and "Facebook" in card_torch["license text"]
claims.verdict(
    "C01",
    {
        "Google released some": bool(made["Google"]),
        "Facebook released some": bool(made["Facebook"]),
        "Uber released some": bool(made["Uber"]),
    },
    f"the packages installed here name Google and Facebook: {itself}; Uber's {names} "
    "stand on top of others, and it called the first one a framework",
)
claims.number("space on disk, PyTorch", card_torch["MB on disk"], "MB")
claims.number("space on disk, TensorFlow", card_tf["MB on disk"], "MB")

# %% [markdown]
# PyTorch's own license is BSD's; its package lists those of the code that it carries as well.

# %% [markdown]
# ## 14a.5 Opinions, from both sides
#
# Some claims cannot be measured, because a word in them has no unit. Such a claim is argued, not decided.
#
# **C02, TensorFlow is powerful and mature.** For: public since 2015, with an official server, and on phones by the billion.
# Against: mature can mean finished. Its releases come more rarely, and Transformers left it.
#
# **C08, PyTorch has the stronger community.** For: a foundation with many members, most papers that name one, projects that
# moved to it. Against: stronger for whom? Keras has its own community, and much code in use is TensorFlow's.
#
# **C76 says both once more, and calls PyTorch young and more Python-friendly.** How much age and syntax matter for a
# product, you must say.
#
# **C12b, PyTorch gains popularity by its simplicity. C79b and C80b: one is worth learning for experiments, the other for
# production.** The counts above show popularity, and end in 2021; they do not say why. Papers and cases of use show that
# both frameworks serve for experiments and for production.

# %% tags=["verdict", "folded"]
# Folded: shows the evidence that there is for the opinions.
days = [wait for _, wait in waits_tf]
slower = np.mean(days[-4:]) > np.mean(days[-12:-4])
claims.verdict(
    "C02",
    bool(first["TensorFlow"] and use_tf),
    f"public since {first['TensorFlow']['date']} and used at scale; its last four "
    f"releases came {'more' if slower else 'no more'} slowly than the eight before",
)
moved = [row["event"] for row in events if re.search("Foundation|alone", row["event"])]
claims.verdict(
    "C08",
    len(moved) >= 2,
    "; ".join(moved) + ": facts for it, and no measure of strength",
)
claims.verdict(
    "C76",
    len(moved) >= 2 and age["PyTorch"] < age["TensorFlow"],
    f"a repeat of C02, C07, C08 and C09; PyTorch is {older:.1f} years younger, and "
    f"{len(moved)} facts speak for its community",
)
grown = [row["pytorch"] / row["papers"] for row in papers if row["month"] >= "2019"]
claims.verdict(
    "C12b",
    grown[-1] > grown[0],
    f"papers that name PyTorch alone went from {100 * grown[0]:.0f} % to "
    f"{100 * grown[-1]:.0f} % of a conference, {papers[-1]['month'][:4]} the last",
)
claims.verdict(
    "C79b",
    named > 0,
    f"{named:,} papers name PyTorch alone: others have experimented with it",
)
claims.verdict(
    "C80b",
    bool(use_tf and use_torch),
    f"cases of use in the table: TensorFlow {len(use_tf)}, PyTorch {len(use_torch)}",
)

# %% [markdown]
# ### Exercise 14.4: what could settle it? (3 minutes)
#
# What could settle each sentence: a run on your machine (`"run"`), a dated source (`"source"`), or neither
# (`"opinion"`)? Give a list of four words.
#
# 1. "Compiled, this network trains in less time in PyTorch than in TensorFlow."
# 2. "TorchServe is no longer maintained."
# 3. "TensorFlow's errors are easier to understand."
# 4. "`x[0] = 1` raises an error when `x` is a TensorFlow tensor."

# %% tags=["exercise"]
answer = ...  # a list of four words
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
# ## 14a.6 Were you better than chance?
#
# You have made predictions since chapter 0. A question with three options is right by guessing one time in three, so three
# right of nine prove nothing.

# %% [markdown]
# ### Exercise 14.1: a die's share (3 minutes)
#
# Six predictions had 2, 2, 4, 4, 4 and 5 options. How many does somebody who guesses get right, on average?

# %% tags=["exercise"]
answer = ...  # a number
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
# The average is not all: how likely is any number of right guesses, by luck? Add the questions one by one: each turns
# the distribution $P$ of "how many right" into a new one. Either the new guess is wrong, and $k$ were right before too; or
# it is right, and $k - 1$ were right before:
#
# $$P_n(k) = (1 - q)\,P_{n-1}(k) + q\,P_{n-1}(k - 1), \qquad q = 1 / \text{options}$$
#
# `np.append(spread, 0)` makes room for one more right answer; `np.append(0, spread)` moves everything up by one.


# %% tags=["taught"]
def by_chance(options):
    """How likely 0, 1, 2 ... right answers are for somebody who guesses.

    options: how many each question has.
    """
    spread = np.ones(1)
    for number in options:
        q = 1 / number
        wrong = np.append(spread, 0) * (1 - q)
        right = np.append(0, spread) * q
        spread = wrong + right
    return spread


print(by_chance([2, 2]))

# %% [markdown]
# With two coins: none, one, two right. Now your own predictions, of all lessons that you have run.

# %% tags=["folded"]
# Folded: counts your predictions, and draws what guessing would have given.
asked = results.predictions(results.ledgers()[0])
made = [row for row in asked if row.guess is not None]
spread = by_chance([len(row.among) for row in made or asked])
right = sum(bool(row.right) for row in made)
calibration = results.calibration(spread, right, len(made))
figures.by_chance(spread, right if made else None, calibration)
print(calibration)
header = ["lesson", "asked", "you answered", "right", "by chance"]
results.behind_a_click("Lesson by lesson", header, results.by_lesson(asked))

# %% [markdown]
# ### Exercise 14.2: chance, with slopes (6 minutes)
#
# This is `by_chance` in PyTorch, for probabilities `q`, a float64 tensor (n,); the result is (n + 1,). Port it to
# TensorFlow. Slopes must reach `q`: they say how much one easier question would help. (`F` is `torch.nn.functional`, and
# `F.pad` puts so many zeros before and behind. `tf.pad` takes such a pair for each axis, here `[[0, 1]]`.)
#
# ```python
# def chance(q):
#     spread = torch.ones(1, dtype=q.dtype)
#     for p in q:
#         wrong = F.pad(spread, (0, 1)) * (1 - p)
#         right = F.pad(spread, (1, 0)) * p
#         spread = wrong + right
#     return spread
# ```

# %% tags=["exercise"]
answer = ...  # a function of one TensorFlow tensor


# solution
def answer(q):
    spread = tf.ones(1, q.dtype)
    for p in tf.unstack(q):
        wrong = tf.pad(spread, [[0, 1]]) * (1 - p)
        right = tf.pad(spread, [[1, 0]]) * p
        spread = wrong + right
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
# ## 14a.7 Quiz

# %%
exercises.quiz("14a")

# %% [markdown]
# ## 14a.8 Verdicts

# %%
claims.close("14a")

# %% [markdown]
# ## 14a.9 Summary and further reading
#
# - Gray means that nobody has looked. Only a run turns it into a verdict.
# - Dates need sources, speeds need your machine, and opinions need both sides.
# - Compare your hits with chance before you trust your judgement.
#
# Further reading: [PyTorch's paper](https://arxiv.org/abs/1912.01703), [TensorFlow's](https://arxiv.org/abs/1603.04467);
# Horace He's
# [article on the counts](https://thegradient.pub/state-of-ml-frameworks-2019-pytorch-dominates-research-tensorflow-dominates-industry/).
# Next: [a choice](14b_a_choice.ipynb).
