"""findings/: each script is in its table and in its form, and the tool tells a change from a run that failed."""
import re
from pathlib import Path

import pytest

import run_findings as findings

FOLDER = Path(findings.FINDINGS)
SCRIPTS = sorted(FOLDER.glob("*.sh"))


def test_the_table_has_each_script_once():
    rows = re.findall(r"^\| `([\w]+\.sh)` \|", (FOLDER / "README.md").read_text(encoding="utf-8"), re.M)
    assert sorted(rows) == [path.name for path in SCRIPTS]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_is_in_the_form_that_the_readme_states(script):
    text = script.read_text(encoding="utf-8")
    for line in (r"^# \S+.* \d+\.\d+\.\d+.*: ", r"^# Guess: ", r"^# Behavior: ", r"^set -euo pipefail$",
                 r"^scratch=\$\(mktemp -d\)$", r"exit 1; \}$"):
        assert re.search(line, text, re.M), line
    installed = [name for line in re.findall(r"(?:-check|quiet) install (?!--)(.*)", text) for name in line.split()]
    assert installed and all("==" in name for name in installed), "packages are pinned"
    assert "helpers" not in text and "notebooks" not in text, "a finding runs without the course"


@pytest.mark.parametrize("last, code, word", [("fine", 0, "as seen"), ("seen: 3\nchanged", 1, "changed"),
                                              ("no such package", 1, "not run")])
def test_a_change_is_told_from_a_run_that_failed(tmp_path, last, code, word):
    script = tmp_path / "one.sh"
    script.write_text(f"printf '{last}\\n'\nexit {code}\n", encoding="utf-8")
    assert findings.outcome(script)[0] == word


def test_a_name_that_no_script_has_is_told():
    with pytest.raises(SystemExit, match="is called nothing. There are: editable"):
        findings.chosen(["nothing"])


def test_each_guess_of_the_log_has_what_was_seen():
    rows = [line.strip("|").split(" | ") for line in (FOLDER / "GUESSES.md").read_text(encoding="utf-8").splitlines()
            if re.match(r"\| \d", line)]
    assert [int(row[0]) for row in rows] == list(range(1, len(rows) + 1))
    assert all(len(row) == 6 and row[5].strip(" |") in ("hit", "hit, and more", "half", "MISS") for row in rows)
