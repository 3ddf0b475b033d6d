#!/usr/bin/env bash
# setuptools 80.9.0: a folder without Python code in the current directory hides the top of a package that is installed in place.
#
# Guess: a package with __init__.py wins over a folder without one, wherever both lie on the search path (the import system takes a
#   folder without __init__.py only when nothing better is found), so an editable install behaves like an ordinary one.
# Behavior: an editable install with `package-dir` puts a finder behind the ordinary one. The folder is found first: the package's
#   __init__.py is not run and its names are gone, while its modules can be imported all the same. Installed normally, all is there.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"${PYTHON:-python3}" -m venv environment
quiet() { environment/bin/python -m pip --quiet --disable-pip-version-check "$@"; }
quiet install setuptools==80.9.0 wheel==0.45.1

mkdir -p project/code/toolbox elsewhere/toolbox
echo 'ANSWER = 42' > project/code/toolbox/__init__.py
echo 'LENGTH = 7' > project/code/toolbox/nails.py
echo 'no code here' > elsewhere/toolbox/notes.txt
cat > project/pyproject.toml <<'TOML'
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "toolbox"
version = "1"
[tool.setuptools]
packages = ["toolbox"]
package-dir = {toolbox = "code/toolbox"}
TOML

look() { (cd elsewhere && ../environment/bin/python -c '
import toolbox.nails
print(getattr(toolbox, "ANSWER", "no ANSWER"), toolbox.nails.LENGTH)'); }

quiet install --no-build-isolation --editable project
in_place=$(look)
quiet install --no-build-isolation --force-reinstall ./project
normal=$(look)
echo "setuptools 80.9.0, $(environment/bin/python --version)"
echo "guess:    42 7 both ways"
echo "in place: $in_place"
echo "normal:   $normal"
[ "$in_place" = "no ANSWER 7" ] && [ "$normal" = "42 7" ] || { echo "changed"; exit 1; }
