"""How the lessons' sources are laid out: by `ruff format`, 88 columns wide. `python tools/layout.py [--write] [LESSON ...]`.

Without --write it shows what would change, as `make lint` does. Lessons of the old form are left as they are.
"""
import subprocess
import sys

import pipeline

WIDTH = 88
OLD_FORM = set()
"""The lessons that have not been re-laid yet. A lesson that is leaves this list, and the rules of the new form hold."""


def new_form(sources):
    """Those of the sources that have the new form."""
    return [source for source in sources if pipeline.lesson(source) not in OLD_FORM]


def main(arguments):
    """The command line; returns the exit code, 1 where a source is laid out otherwise."""
    lessons = [word for word in arguments if word != "--write"]
    chosen = new_form(pipeline.sources(lessons))
    how = [] if "--write" in arguments else ["--diff"]
    command = [sys.executable, "-m", "ruff", "format", "--line-length", str(WIDTH), *how, *chosen]
    return subprocess.run(command).returncode if chosen else 0  # without a file ruff would take all that are here


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
