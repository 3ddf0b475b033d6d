"""helpers.course.quiz: a lesson's questions, checked; every shipped one is well formed."""
import pytest

import helpers
import pipeline
from helpers.course import quiz

OPTION = '[[question.option]]\ntext = "{}"\nwhy = "because"\n'
QUESTION = '[[question]]\nlesson = "99"\ntext = "What?"\n'
QUESTION += OPTION.format("A") + "right = true\n" + OPTION.format("B") + OPTION.format("C")


NAME = "notebooks/chapters/ch99/quiz.toml"


@pytest.fixture
def write_quiz(tmp_path, monkeypatch):
    """A function that writes the quiz of chapter 99 in a folder that stands for the course's."""
    monkeypatch.setattr(helpers, "ROOT", tmp_path)

    def write(text):
        (tmp_path / NAME).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / NAME).write_text(text, encoding="utf-8")
    return write


def test_a_good_quiz_is_read(write_quiz):
    write_quiz(QUESTION * 4)
    questions = quiz.questions("99")
    assert len(questions) == 4 and questions[0]["text"] == "What?"
    assert [option["right"] for option in questions[0]["option"]] == [True, False, False]
    assert questions[0]["option"][1] == {"text": "B", "right": False, "why": "because"}


@pytest.mark.parametrize(
    "third, message",
    [
        (QUESTION.replace("right = true\n", ""), "question 3: 0 options are marked right"),
        (QUESTION + "right = true\n", "question 3: 2 options are marked right"),
        (QUESTION.replace("because", " ", 1), "question 3: option a has no text or no why"),
        (QUESTION.replace('why = "because"\n', "", 1), "question 3: option a has no text or no why"),
        (QUESTION.replace('"B"', '""'), "question 3: option b has no text or no why"),
        (QUESTION.replace('"B"', '"A"'), "question 3: two options have the same text"),
        (QUESTION.replace('lesson = "99"\n', ""), "question 3: it names no lesson"),
        (QUESTION.replace("lesson", 'show = "1"\nlesson'), "question 3: it has keys other than"),
        (QUESTION.replace("What?", ""), "question 3: it has no text"),
        (QUESTION.replace('"What?"', "3"), "question 3: it has no text"),
        (QUESTION.replace(OPTION.format("B"), ""), "question 3: it has 2 options"),
        (QUESTION + OPTION.format("D") + OPTION.format("E"), "question 3: it has 5 options"),
        (QUESTION.replace("right = true", 'right = "yes"'), "question 3: right of option a is not true or false"),
        (QUESTION.replace("right", "correct"), "question 3: option a has keys other than"),
    ],
)
def test_a_question_that_is_not_well_formed_is_named(write_quiz, third, message):
    write_quiz(QUESTION * 2 + third + QUESTION)
    with pytest.raises(ValueError, match=f"^{NAME}, {message}"):
        quiz.questions("99")


def test_no_question_no_file_and_no_toml_are_refused(write_quiz):
    with pytest.raises(FileNotFoundError, match=f"^{NAME} is missing: .*git checkout {NAME}"):
        quiz.questions("99")
    write_quiz(QUESTION.replace('"99"', '"99b"'))
    with pytest.raises(ValueError, match="has no question for lesson 99"):
        quiz.questions("99")
    write_quiz("[[question]\n")
    with pytest.raises(ValueError, match=f"{NAME} is not valid TOML"):
        quiz.questions("99")


@pytest.mark.parametrize("lesson", [pipeline.lesson(source) for source in pipeline.sources()])
def test_the_shipped_quizzes_are_well_formed(lesson):
    assert quiz.questions(lesson)
