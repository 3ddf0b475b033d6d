"""How the lessons' sources are laid out: by `ruff format`, 88 columns wide. `python tools/layout.py [--write] [LESSON ...]`.

Without --write it shows what would change, as `make lint` does.
"""
import subprocess
import sys

import pipeline

WIDTH = 88


def main(arguments):
    """The command line; returns the exit code, 1 where a source is laid out otherwise."""
    lessons = [word for word in arguments if word != "--write"]
    how = [] if "--write" in arguments else ["--diff"]
    command = [sys.executable, "-m", "ruff", "format", "--line-length", str(WIDTH), *how, *pipeline.sources(lessons)]
    code = subprocess.run(command).returncode
    if code and how:
        print(f"To lay them out so: python tools/layout.py --write {' '.join(lessons)}".rstrip(), file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
