"""A class's page: counts of verdicts, guesses, answers and machines; nobody's name; a broken file costs only itself."""
import json
import subprocess
import sys
import zipfile

import pytest

import odd
from helpers.course import classroom, handed_in


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
    class_, broken, _ = handed_in.read(folder)
    assert len(class_) == 3 and not broken
    assert all(set(learner) == {"01"} for learner in class_)


def test_what_is_counted(folder):
    class_, *_ = handed_in.read(folder)
    (claim,) = classroom.verdicts(class_)
    assert claim[0] == "C09" and claim[-1] == "HELD 2, PARTLY 1"
    first, second = classroom.predictions(class_)
    assert first[:2] == ["1.9", "none"] and second == ["1.10", "float32 2, float64 1", "float32 3", "2 of 3"]
    assert classroom.exercises(class_) == [["1.1", 1, 1, 1]]
    assert [row[0] for row in classroom.machines(class_)] == [2, 1]


def test_a_claim_has_a_row_for_each_kind_of_machine(folder):
    """Two verdicts need a GPU, and what GPUs found must not drown among the laptops."""
    cpu, gpu = "CPU, threads: 2 (no CUDA in this build)", "NVIDIA H200 (CUDA 12.8)"
    for name, verdict, torch_on, tf_on, device in (
            ("a", "NEVER", gpu, gpu, "auto"), ("b", "NEVER", gpu, gpu, "gpu"), ("c", "HELD", gpu, gpu, "cpu"),
            ("d", "HELD", cpu, cpu, "auto"), ("e", "PARTLY", gpu, cpu, "auto")):
        run = {"machine": [["Python", "3.11", "8 CPUs"], ["PyTorch", "2.13.0", torch_on], ["TensorFlow", "2.21.0", tf_on],
                           ["Keras", "3.15.1", "backend tensorflow"]], "parameters": {"device": device}}
        (folder / name).mkdir()
        (folder / name / "01.json").write_text(json.dumps({**ledger(verdict), "run": run}))
    class_, *_ = handed_in.read(folder)
    assert [row[3:] for row in classroom.verdicts(class_)] == [
        ["CPU", "HELD 4, PARTLY 1"], ["GPU", "NEVER 2"], ["GPU in PyTorch alone", "PARTLY 1"]]
    assert "run on" in classroom.merge(folder).read_text(encoding="utf-8")


def test_a_late_guess_is_not_counted(folder):
    late = {"predictions": {"1.10": {"guess": "float32", "actual": "float32", "right": True, "late": True}}}
    (folder / "late").mkdir()
    (folder / "late" / "01.json").write_text(json.dumps(late))
    class_, *_ = handed_in.read(folder)
    row = classroom.predictions(class_)[-1]
    assert row == ["1.10", "float32 2, float64 1", "float32 4", "2 of 3"]


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


def test_no_value_at_any_depth_ends_the_page(folder, capsys):
    for number, content in enumerate(odd.variants()):
        (folder / f"l{number}").mkdir()
        (folder / f"l{number}" / "01.json").write_bytes(content)
    text = classroom.merge(folder).read_text(encoding="utf-8")
    class_, broken, _ = handed_in.read(folder)
    assert len(broken) > 300 and f"{len(broken)} files could not be read, in whole or in part" in text
    assert "PARTLY" in text and f"{len(class_)} learners" in text and len(class_) > 400
    assert capsys.readouterr().err.count(".json: ") == len(broken)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_another_encoding_is_named(folder, capsys, encoding):
    (folder / "ada" / "02.json").write_text(json.dumps(ledger()), encoding=encoding)
    assert "3 learners" in classroom.merge(folder).read_text(encoding="utf-8")
    assert "02.json: it is not text in UTF-8" in capsys.readouterr().err


def test_half_a_ledger_counts_by_half(folder, capsys):
    (folder / "half").mkdir()
    (folder / "half" / "01.json").write_text(json.dumps({**ledger(), "exercises": None, "verdicts": {"C09": "HELD"}}))
    class_, broken, _ = handed_in.read(folder)
    assert len(class_) == 4 and classroom.exercises(class_) == [["1.1", 1, 1, 1]]
    assert classroom.predictions(class_)[1][1] == "float32 3, float64 1"
    ((_, reasons),) = broken
    assert reasons == ["verdicts, 'C09' is left out: it is 'HELD'", "exercises is left out: it is None"]


def test_what_is_from_an_earlier_run_says_so(folder):
    (folder / "new").mkdir()
    (folder / "new" / "01.json").write_text(json.dumps(odd.GOOD))
    class_, broken, _ = handed_in.read(folder)
    assert broken == []
    assert [row[-1] for row in classroom.verdicts(class_)] == ["HELD 3, PARTLY 1", "PARTLY 1 (1 from an earlier run)"]
    assert ["1.2", "none", "2 1 (1 from an earlier run)", "0 of 0"] in classroom.predictions(class_)
    assert classroom.exercises(class_) == [["1.1", 2, 1, 1], ["1.10 (1 from an earlier run)", 0, 0, 1]]
    assert [1, "Python 3.12 2 CPUs"] in classroom.machines(class_)


def test_what_a_learner_has_in_two_lessons_counts_once(folder):
    (folder / "ada" / "01a.json").write_text(json.dumps(ledger("NEVER", state="open")))
    class_, *_ = handed_in.read(folder)
    assert sorted(classroom.verdicts(class_)[0][-1].split(", ")) == ["HELD 1", "NEVER 1", "PARTLY 1"]
    assert classroom.exercises(class_) == [["1.1", 0, 1, 2]]


def test_a_ledger_from_when_14_was_13(folder):
    (folder / "ada" / "13.json").write_text(json.dumps({"exercises": {"13.1": "right"}}))
    class_, *_ = handed_in.read(folder)
    assert any(set(learner) == {"01", "14"} for learner in class_) and classroom.exercises(class_)[-1] == ["14.1", 1, 0, 0]


def test_a_page_that_cannot_be_written(folder, build_folder, capsys):
    build_folder.write_text("a file")
    assert classroom.main(["merge", str(folder)]) == 1
    assert "set the environment variable SIDE_BY_SIDE_BUILD to a folder of yours" in capsys.readouterr().err


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
