"""The loader of a lesson's cells: what it finds, what it runs, and what it says where there is nothing to find."""
import pytest

import cells
import pipeline

LESSON = """
# %% [markdown]
# # 3. Title
# ## 3.1 First

# %% tags=["setup"]
import math
from helpers import exercises
from helpers.course import ledger
ledger.begin("03")

# %% tags=["parameters"]
fast = True
device = "auto"

# %%
def twice(x): return 2 * x
said = undefined_here

# %% tags=["torch"]
many = [k for k in range(3 if fast else 300)]

# %%
many = None

# %% tags=["predict"]
guess = ...
exercises.predict("3.9", guess, among=["faster", "slower"])
area = math.pi * 2**2

# %% tags=["verdict"]
gain = seconds["eager"] / seconds["graph"]
exercises.outcome("3.9", "faster" if gain > 1 else "slower", timed=True)

# %% [markdown]
# ## 3.2 Exercises

# %% tags=["exercise"]
answer = ...
# solution
def answer(x): return -x

# %% tags=["check"]
exercises.check("3.1", answer)
"""


@pytest.fixture(autouse=True)
def lesson(tmp_path, monkeypatch):
    """A chapter 3 with the lesson above."""
    (tmp_path / "ch03").mkdir()
    (tmp_path / "ch03" / "03_title.py").write_text(LESSON.lstrip(), encoding="utf-8")
    monkeypatch.setattr(pipeline, "CHAPTERS", tmp_path)


def test_the_opening_runs_and_the_first_cell_that_defines_a_name():
    names = cells.run("03", "many", fast=False)
    assert len(names["many"]) == 300 and names["math"] and names["device"] == "cpu"
    assert not {"said", "k"} & names.keys()


@pytest.mark.parametrize("place", ["3.1 First", "setup", "parameters"])
def test_all_before_a_place_runs(place):
    names = cells.run("03", until=place)
    assert ("math" in names) == (place == "parameters") and "fast" not in names


def test_functions_alone():
    assert cells.functions("03", "twice", other=1)["twice"](4) == 8
    assert cells.solution("03", "3.1")(5) == -5


@pytest.mark.parametrize("graph, found", [(1.0, "faster"), (4.0, "slower")])
def test_a_cell_that_judges_meets_planted_numbers(graph, found):
    assert cells.judge("03", "gain", asks=["3.9"], seconds={"eager": 2.0, "graph": graph}) == {"3.9": found}


@pytest.mark.parametrize("use, said", [
    (lambda: cells.run("03", "k"), "'k'"), (lambda: cells.run("03", until="3.3 None"), "'3.3 None'"),
    (lambda: cells.run("03", speed=1), "no parameter speed"), (lambda: cells.functions("03", "many"), "not as a function"),
    (lambda: cells.solution("03", "3.9"), "3.9")])
def test_what_is_not_there_is_named(use, said):
    with pytest.raises(LookupError, match=said):
        use()
