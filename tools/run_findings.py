"""Run the scripts of findings/ (`make findings`): which behavior of outside packages is still as it was seen?

    python tools/run_findings.py [NAME ...]

Each script installs its own packages into a temporary folder, so this takes minutes and needs a package index. Exit status:
1 when a behavior has changed or a script could not be run.
"""
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FINDINGS = ROOT / "findings"


def chosen(names, folder=FINDINGS):
    """The scripts with these names, or all. SystemExit for a name that none has."""
    scripts = {path.stem: path for path in sorted(folder.glob("*.sh"))}
    unknown = [name for name in names if name.removesuffix(".sh") not in scripts]
    if unknown:
        sys.exit(f"No script in findings/ is called {', '.join(unknown)}. There are: {', '.join(scripts)}")
    return [scripts[name.removesuffix(".sh")] for name in names] or list(scripts.values())


def outcome(script):
    """What running a script says: ("as seen", "changed" or "not run", its output).

    A script that ends with "changed" saw another behavior; one that fails without that word could not be run (no package
    index, say), which tells nothing about the behavior.
    """
    environment = {**os.environ, "PYTHON": sys.executable}
    for name in ("PYTHONPATH", "KERAS_BACKEND"):  # the course must not be found there
        environment.pop(name, None)
    done = subprocess.run(["bash", str(script)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    if done.returncode == 0:
        return "as seen", done.stdout
    return ("changed" if done.stdout.rstrip().endswith("changed") else "not run"), done.stdout


def main(names):
    words = []
    for script in chosen(names):
        word, output = outcome(script)
        words.append(word)
        print(f"{word:8} {script.stem}", flush=True)
        if word != "as seen":
            print("    " + output.strip().replace("\n", "\n    "), flush=True)
    print(f"{words.count('as seen')} as seen, {words.count('changed')} changed, {words.count('not run')} not run")
    return int(set(words) != {"as seen"})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
