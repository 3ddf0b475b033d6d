"""What a hand wrote into a notebook is told from what was built, and stays when the edition changes."""
import copy
import random

import nbformat
import pytest

import answers

CHECK = 'exercises.check("{0}", answer)'
PREDICT = 'guess = ...\nexercises.predict("{0}", guess, among=["a", "b"])'


def cell(source, *tags, kind="code", outputs=None):
    """A cell as the build writes it: its id is the hash of its text."""
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    made = make(source, id=answers.digest(source), metadata={"tags": list(tags)} if tags else {})
    if outputs:
        made.outputs = [nbformat.v4.new_output("stream", text=outputs)]
    return made


def book(*cells):
    """A notebook of cells; text is a plain code cell."""
    return nbformat.v4.new_notebook(cells=[cell(c) if isinstance(c, str) else c for c in cells])


def exercise(key, given="answer = ..."):
    return [cell(f"# {key}\n{given}", "exercise"), cell(CHECK.format(key), "check")]


def predict(key):
    return [cell(PREDICT.format(key), "predict")]


def base():
    """An edition: a text, a prediction, two cells of code, two exercises."""
    return book(cell("# 98. Title", kind="markdown"), *predict("P98.1"), "x = 1", "y = 2",
                *exercise("98.1"), *exercise("98.2"), "end = 1")


def own(source, **more):
    """A cell that a learner made."""
    return nbformat.v4.new_code_cell(source, **more)


def sources(nb):
    return [c.source for c in nb.cells]


def merged(mine, new, edition=None):
    """What answers.merged gives, with what must always hold."""
    inputs = copy.deepcopy((mine, edition or base(), new))
    result, kept = answers.merged(mine, edition or base(), new)
    assert (mine, edition or base(), new) == inputs, "an argument was changed"
    nbformat.validate(result)
    assert len({c.id for c in result.cells}) == len(result.cells)
    return result, kept


def test_an_untouched_copy_becomes_the_new_edition():
    new = book("first = 0", *base().cells[:3], "y = 3", *base().cells[4:6])
    result, kept = merged(base(), new)
    assert sources(result) == sources(new) and kept == []


def test_answers_and_guesses_stay_with_their_outputs_where_their_exercise_moves_and_changes():
    mine = base()
    mine.cells[1].source = mine.cells[1].source.replace("...", '"b"')
    mine.cells[4].update(source="# 98.1\nanswer = 42", outputs=[nbformat.v4.new_output("stream", text="mine")])
    new = book(*exercise("98.1", "# A clearer task.\nanswer = ..."), *predict("P98.1"), "z = 9", *exercise("98.2"))
    result, kept = merged(mine, new)
    assert sources(result)[0] == "# 98.1\nanswer = 42" and result.cells[0].outputs[0].text == "mine"
    assert 'guess = "b"' in result.cells[2].source and "z = 9" in sources(result) and "x = 1" not in sources(result)
    assert kept == ["exercise 98.1", "prediction P98.1"] or kept == ["prediction P98.1", "exercise 98.1"]


def test_a_changed_cell_that_the_edition_still_has_stays_and_one_that_it_drops_stays_too():
    mine = base()
    mine.cells[2].source, mine.cells[3].source = "x = 100", "y = 200"
    new = book(*base().cells[:3], "y = 3", *base().cells[4:])
    result, kept = merged(mine, new)
    assert sources(result)[2:5] == ["x = 100", "y = 3", "y = 200"], "the learner's own comes after what replaced it"
    assert kept == ["the cell 'y = 200'", "the cell 'x = 100'"]


def test_cells_of_the_learners_own_stay_in_their_place_and_removed_ones_stay_away():
    mine = base()
    mine.cells.insert(3, own("mine = x"))
    mine.cells.append(own("last = 1"))
    del mine.cells[4]  # y = 2
    new = book("first = 0", *base().cells, "newest = 1")
    result, kept = merged(mine, new)
    found = sources(result)
    assert found[0] == "first = 0" and found[found.index("mine = x") - 1] == "x = 1" and "y = 2" not in found
    assert found[-2:] == ["newest = 1", "last = 1"] and kept == ["the cell 'mine = x'", "the cell 'last = 1'"]


def test_a_cell_split_or_copied_is_lost_in_neither_half():
    mine = base()
    twin = own(mine.cells[4].source.replace("...", "half"), metadata={"tags": ["exercise"]})
    mine.cells[4].source = "# 98.1\nhelp = 1"
    mine.cells.insert(5, twin)
    mine.cells.insert(2, own(PREDICT.format("P98.1").replace("...", '"a"'), metadata={"tags": ["predict"]}))
    result, _ = merged(mine, book(*base().cells, "newest = 1"))
    for text in ("# 98.1\nhelp = 1", "# 98.1\nanswer = half", PREDICT.format("P98.1").replace("...", '"a"')):
        assert text in sources(result)


def test_ids_that_another_program_gave_anew_do_no_harm():
    mine = base()
    for k, c in enumerate(mine.cells):
        c.id = f"other{k}"
    mine.cells[4].source = "# 98.1\nanswer = 42"
    new = book(*base().cells[:3], "y = 3", *base().cells[4:])
    result, kept = merged(mine, new)
    assert sources(result) == [*sources(new)[:4], "# 98.1\nanswer = 42", *sources(new)[5:]] and kept == ["exercise 98.1"]


def test_outputs_of_a_cell_that_stays_the_same_stay_and_new_ones_of_the_edition_come():
    mine, edition, new = base(), base(), base()
    mine.cells[2].outputs = [nbformat.v4.new_output("stream", text="the learner ran it")]
    new.cells[3].outputs = [nbformat.v4.new_output("stream", text="the new edition's")]
    result, kept = merged(mine, new, edition)
    assert result.cells[2].outputs[0].text == "the learner ran it" and kept == []
    assert result.cells[3].outputs[0].text == "the new edition's"


def test_without_the_old_edition_the_ids_tell_what_is_the_learners():
    mine = base()
    mine.cells[4].source = "# 98.1\nanswer = 42"
    mine.cells.insert(3, own("mine = x"))
    new = book(*base().cells[:3], "y = 3", *base().cells[4:])
    result, kept = merged(mine, new, answers.built_part(mine))
    assert sources(result) == ["# 98. Title", PREDICT.format("P98.1"), "x = 1", "y = 3", "mine = x", "# 98.1\nanswer = 42",
                               *sources(base())[5:]]
    assert sorted(kept) == ["exercise 98.1", "the cell 'mine = x'"]


def test_nothing_that_a_learner_wrote_is_ever_lost():
    """Whatever learner and edition do: what only the learner's notebook says, and what only the new edition says, stays."""
    for seed in range(400):
        chance, edition = random.Random(seed), base()
        mine, new = changed_by_a_learner(chance), changed_by_an_edition(chance)
        result, _ = answers.merged(mine, edition, new)
        known = answers.by_key(edition)
        for said in set(sources(mine)) - set(sources(edition)):
            assert said in sources(result), f"seed {seed}: the learner's {said!r} is lost"
        for key, new_cell in answers.by_key(new).items():
            if key not in known and new_cell.source not in sources(edition):
                assert new_cell.source in sources(result), f"seed {seed}: the new {new_cell.source!r} is lost"
        again, _ = answers.merged(result, new, new)
        assert sorted(sources(again)) == sorted(sources(result)), f"seed {seed}: a second update changes something"


def changed_by_a_learner(chance):
    """The edition with cells that were changed, made, removed, copied or moved by hand."""
    nb = base()
    for k in range(chance.randrange(6)):
        at = chance.randrange(len(nb.cells))
        match chance.randrange(5):
            case 0:
                nb.cells[at].source += f"\n# mine {k}"
            case 1:
                nb.cells.insert(at, own(f"mine_{k} = 1"))
            case 2:
                del nb.cells[at]
            case 3:
                nb.cells.insert(at, copy.deepcopy(nb.cells[at]))
                nb.cells[at].source += f"\n# copy {k}"
            case 4:
                nb.cells.insert(at, nb.cells.pop())
    return nb


def changed_by_an_edition(chance):
    """The edition with cells that were corrected, added or dropped in the source."""
    nb = base()
    for k in range(chance.randrange(5)):
        at = chance.randrange(len(nb.cells))
        match chance.randrange(3):
            case 0:
                nb.cells[at] = cell(f"{nb.cells[at].source}\n# new {k}", *nb.cells[at].metadata.get("tags", []))
            case 1:
                nb.cells.insert(at, cell(f"new_{k} = 1"))
            case 2:
                del nb.cells[at]
    return nb


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"nbformat": 4, "nbformat_minor": 5, "cells": [{}]}',
                                     '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1]}', "\xff"])
def test_a_damaged_notebook_is_refused_with_its_name(tmp_path, content):
    path = tmp_path / "98_title.ipynb"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(ValueError, match="98_title.ipynb cannot be read as a notebook"):
        answers.load(path)


def test_what_is_written_by_hand_is_named():
    nb = base()
    nb.cells[4].source = "# 98.1\nanswer = 42"
    nb.cells[3].source = "y = 5"
    nb.cells += [own("mine = 1"), own("")]
    found = answers.written(nb, base())
    assert [answers.name(nb.cells[k], key) for k, key in found.items()] == [
        "the cell 'y = 5'", "exercise 98.1", "the cell 'mine = 1'"]
    assert answers.written(base(), base()) == {}
    stale = book("x = 0", *base().cells)  # of an older edition: nobody wrote it by hand
    assert answers.written(stale, base()) == {}
