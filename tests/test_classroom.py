"""A class's page: counts of verdicts, guesses, answers and machines; nobody's name; a broken file costs only itself."""
import json
import subprocess
import sys
import zipfile

import pytest

from helpers.course import classroom, report


def ledger(verdict="HELD", guess="float32", right=True, state="right", cpu="2 CPUs"):
    return {"verdicts": {"C09": {"verdict": verdict}},
            "predictions": {"1.10": {"guess": guess, "actual": "float32", "right": right}, "1.9": {"guess": None}},
            "exercises": {"1.1": state}, "run": {"machine": [["Python", "3.11", cpu]]}}


@pytest.fixture
def folder(tmp_path):
    """Three learners, one of them with a zip file, whose folders have names that must not show."""
    for name, content in (("ada", ledger()), ("grace/build/ledger", ledger("PARTLY", "float64", False, "wrong", "8 CPUs"))):
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "01.json").write_text(json.dumps(content))
    with zipfile.ZipFile(tmp_path / "in" / "edith.zip", "w") as archive:
        archive.writestr("edith/ledger/01.json", json.dumps(ledger(state="open")))
    return tmp_path / "in"


def test_a_learner_is_a_folder_or_a_zip(folder):
    class_, broken = classroom.learners(folder)
    assert len(class_) == 3 and not broken
    assert all(set(learner) == {"01"} for learner in class_)


def test_what_is_counted(folder):
    class_, _ = classroom.learners(folder)
    (claim,) = classroom.verdicts(class_)
    assert claim[0] == "C09" and claim[-1] == "HELD 2, PARTLY 1"
    first, second = classroom.predictions(class_)
    assert first[:2] == ["1.9", "none"] and second == ["1.10", "float32 2, float64 1", "float32 3", "2 of 3"]
    assert classroom.exercises(class_) == [["1.1", 1, 1, 1]]
    assert [row[0] for row in classroom.machines(class_)] == [2, 1]


def test_a_late_guess_is_not_counted(folder):
    late = {"predictions": {"1.10": {"guess": "float32", "actual": "float32", "right": True, "late": True}}}
    (folder / "late").mkdir()
    (folder / "late" / "01.json").write_text(json.dumps(late))
    class_, _ = classroom.learners(folder)
    row = classroom.predictions(class_)[-1]
    assert row == ["1.10", "float32 2, float64 1", "float32 4", "2 of 3"]
    late["predictions"]["1.10"]["among"] = ["float32", "float64"]
    (row,) = report.predictions({"01": late})  # of one's own machine: asked, but not answered
    assert (row["guess"], row["right"]) == (None, None)


def test_the_page_names_nobody(folder):
    text = classroom.merge(folder).read_text(encoding="utf-8")
    assert "3 learners" in text and "HELD 2, PARTLY 1" in text
    assert not any(name in text for name in ("ada", "grace", "edith", str(folder)))


def test_a_broken_file_costs_only_itself(folder, capsys):
    (folder / "ada" / "02.json").write_text('{"verdicts": ')
    (folder / "ada" / "03.json").write_text("[1]")
    (folder / "half.zip").write_bytes(b"PK")
    text = classroom.merge(folder).read_text(encoding="utf-8")
    assert "3 learners" in text and "3 files could not be read" in text
    said = capsys.readouterr().err
    assert "02.json" in said and "03.json" in said and "half.zip" in said


def test_the_command_line(folder, tmp_path):
    def call(*arguments):
        command = [sys.executable, "-m", "helpers.claims", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = call("merge", str(folder))
    assert done.returncode == 0 and done.stdout.strip().endswith("class.html")
    assert call().returncode == 2
    (tmp_path / "empty").mkdir()
    empty = call("merge", str(tmp_path / "empty"))
    assert empty.returncode == 1 and "holds no ledger" in empty.stderr and "Traceback" not in empty.stderr
