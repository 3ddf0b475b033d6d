"""In a real kernel: an unquoted guess gets a sentence, and a check does not judge the answer of another cell."""
import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

import pipeline
from helpers.course import cells

pytestmark = pytest.mark.slow
START = 'from helpers import exercises, session\nsession.start("01")'
ASK = 'guess = {}  # "a", "b" or "c"\nexercises.predict("P1.1", guess, among=["a", "b", "c"])'


def run(*sources):
    """What each cell of a notebook says in a kernel, errors included: a list of texts, without the first cell's."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in (START, *sources)])
    done = pipeline.execute(book, errors=True)
    return ["".join(output.get("text") or output.get("data", {}).get("text/plain") or output.get("ename", "")
                    for output in cell.outputs) for cell in done.cells[1:]]


def test_a_guess_without_quotes_gets_a_sentence_and_other_names_an_error():
    said = run("b = [1, 2]", ASK.format("a"), ASK.format("b"), ASK.format("C"), ASK.format('"B"'), ASK.format("unknown"),
               "guess = d")
    for line, letter in zip(said[1:4], ("a", "b", "C")):
        assert line == f'prediction P1.1: put your guess in quotes: guess = "{letter}". Then run this cell again.\n'
    assert said[4] == "prediction P1.1: noted. You say b.\n"
    assert said[5:] == ["NameError", "NameError"]


CHECK, OTHER = 'exercises.check("1.1", answer)', 'exercises.check("1.2", answer)'
ENDED = "the cell that sets `answer` ended with `{}`, so there is no new answer to judge."


def test_a_check_judges_only_what_the_cell_above_has_made():
    said = run("def answer(x):\n    return x", CHECK, "def answer(x)\n    return x", CHECK, "answer = 1 / 0", CHECK,
               "answer = len\nanswer('a')", CHECK, OTHER, CHECK, "answer = ...", OTHER,
               "answer = 4.5\nanswer()", OTHER)
    assert said[0] == "" and "exercise 1.1: not yet" in said[1]
    assert said[2] == "SyntaxError" and ENDED.format("SyntaxError") in said[3]
    assert said[4] == "ZeroDivisionError" and ENDED.format("ZeroDivisionError") in said[5]
    assert "not yet" in said[7]
    assert "`answer` is still that of exercise 1.1. Run the cell above" in said[8]
    assert "not yet" in said[9]
    assert "exercise 1.2: not answered yet" in said[11]
    assert said[12].endswith("TypeError") and "exercise 1.2: not yet" in said[13]  # set, and tried out with an error


def test_a_check_speaks_where_no_answer_was_ever_set():
    said = run("def answer(x)\n    return x", CHECK)
    assert said[0] == "SyntaxError" and ENDED.format("SyntaxError") in said[1]
    assert "exercise 1.1: not answered yet" in run(CHECK)[0]


def test_an_answer_that_nobody_saw_being_made_is_judged():
    said = run("answer = = 1", f"answer = 2.5\n{CHECK}", "mine = answer = 3.5", OTHER)
    assert said[0] == "SyntaxError" and "not yet" in said[1] and "not yet" in said[3]


def test_a_lesson_that_is_started_again_watches_once():
    shell = InteractiveShell.instance()
    try:
        for _ in range(2):
            cells.watch()
        assert sum(isinstance(transformer, cells.MarkUnquoted) for transformer in shell.ast_transformers) == 1
        assert shell.events.callbacks["post_run_cell"].count(cells.after_cell) == 1
    finally:
        InteractiveShell.clear_instance()


def test_numbers_that_are_one_object_are_judged_each():
    said = run("answer = 2", CHECK, "answer = 2", OTHER)
    assert "not yet" in said[1] and "not yet" in said[3]
