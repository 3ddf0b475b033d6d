"""A lesson's quiz: its questions, checked, and how they are shown."""
import tomllib

import helpers
from helpers import data, show


def show_quiz(lesson):
    """Show a lesson's quiz: each option opens on a click (or Enter) and says whether and why it is right.

    Only HTML's own <details>: it works offline, by keyboard, without a kernel and in the exported page.
    """
    asked = questions(lesson)
    plain = "\n".join(line for number, question in enumerate(asked, 1) for line in (
        f"{number}. {question['text']}",
        *(f"   {letter}. {option['text']}" for letter, option in zip("ABCDEF", question["option"]))))
    show.rich(show.render("quiz.html", lesson=lesson, questions=asked), plain)


def questions(lesson):
    """The questions of a lesson ("01", "12a"), checked: from the quiz.toml of its chapter, those that name the lesson.

    A list of {"lesson": str, "text": str, "option": [{"text": str, "right": bool, "why": str}, ...]}, with "shows" where a
    few lines of Python can find the right option: a test runs them, nobody sees them. Raises FileNotFoundError when there is
    no such file, ValueError naming the question when one is not well formed, or when the lesson has none.
    """
    name = f"notebooks/chapters/ch{lesson[:2]}/quiz.toml"
    path = helpers.ROOT / name
    if not path.is_file():
        raise FileNotFoundError(f"{name} is missing: {data.RESTORE.format(name=name)}")
    try:
        everything = tomllib.loads(path.read_text(encoding="utf-8")).get("question", [])
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{name} is not valid TOML: {error}.") from None
    for number, question in enumerate(everything, start=1):
        wrong = _what_is_wrong(question)
        if wrong:
            raise ValueError(f"{name}, question {number}: {wrong}.")
        for option in question["option"]:
            option.setdefault("right", False)
    found = [question for question in everything if question["lesson"] == lesson]
    if not found:
        raise ValueError(f"{name} has no question for lesson {lesson}.")
    return found


def _what_is_wrong(question):
    """What a quiz question lacks, as half a sentence, or "" when it is well formed."""
    options = question.get("option", [])
    if set(question) - {"lesson", "text", "option", "shows"}:
        return "it has keys other than lesson, text, shows and option"
    if not _text(question, "lesson"):
        return "it names no lesson"
    if not _text(question, "text"):
        return "it has no text"
    if not 3 <= len(options) <= 4:
        return f"it has {len(options)} options, not 3 or 4"
    for letter, option in zip("abcd", options):
        if set(option) - {"text", "right", "why"}:
            return f"option {letter} has keys other than text, right and why"
        if not _text(option, "text") or not _text(option, "why"):
            return f"option {letter} has no text or no why"
        if not isinstance(option.get("right", False), bool):
            return f"right of option {letter} is not true or false"
    if len({option["text"] for option in options}) < len(options):
        return "two options have the same text"
    right = sum(option.get("right", False) for option in options)
    return "" if right == 1 else f"{right} options are marked right, not exactly one"


def _text(table, key):
    return isinstance(table.get(key), str) and table[key].strip()
