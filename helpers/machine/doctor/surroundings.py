"""The part of `helpers.doctor` about what surrounds the course: who else tells Python, Keras or launchers what to do.

Parses on Python 3.7, like the rest.
"""
import os
import sys
import tempfile
from pathlib import Path

from helpers import ROOT, errors
from helpers.machine import environment
from helpers.machine.doctor import computer
from helpers.machine.doctor.computer import note, ok, problem


def course(argv=computer.kernel_argv, run=computer.run):
    """Whether the kernel's Python finds this course's package `helpers` from any folder."""
    try:
        python = argv()[0]
    except (ImportError, LookupError):  # there is no kernel, and the check of the kernel says so
        python = sys.executable
    python = python if os.path.isabs(python) else sys.executable
    with tempfile.TemporaryDirectory() as elsewhere:
        status, out, err = run([python, "-c", "import helpers; print(helpers.__file__)"], 60, elsewhere)
    cure = '"{}" -m pip install -e "{}"'.format(python, ROOT)
    if status != 0:
        return problem("the notebooks' Python does not find the course ({}): their first cell fails unless they are opened "
                       "by `make lab`".format(errors.last_line(err)), cure)
    found = os.path.realpath(os.path.dirname(os.path.dirname(errors.last_line(out))))
    if found != os.path.realpath(str(ROOT)):
        return problem("the notebooks' Python takes `helpers` from another folder, {}, unless they are opened by "
                       "`make lab`".format(found), cure)
    return ok("the notebooks' Python finds the course from any folder")


def settings(environ=os.environ):
    """Variables that are set for other work than the course's."""
    theirs = environment.foreign(environ)
    if not theirs:
        return ok("no variable that is set for other work")
    return note("set for other work than the course's: " + ", ".join("{}={}".format(*pair) for pair in theirs.items()),
                "Nothing to do: lessons set them aside for themselves.")


def hidden(folders=None):
    """Files that Python would import in place of a package, where notebooks lie or this command runs."""
    if folders is None:
        folders = [*ROOT.glob("work*"), ROOT / "notebooks", ROOT / "notebooks" / "solutions", Path.cwd()]
    found = [str(path) for folder in dict.fromkeys(folders)
             for path in [*environment.hiding(folder), *Path(folder).glob("helpers.py")]]
    if found:
        return problem("what lessons import is hidden by " + ", ".join(found),
                       "Rename it: in a notebook that lies beside it, Python takes it for the package.")
    return ok("no file hides a package")


def start_up(folder=None):
    """Start-up files of IPython that load a framework before a lesson can prepare it."""
    if folder is None:
        home = os.environ.get("IPYTHONDIR") or os.path.join(os.path.expanduser("~"), ".ipython")
        folder = os.path.join(home, "profile_default", "startup")
    found = [name for module in ("torch", "tensorflow", "keras") for name in environment.start_up_files(folder, module)]
    if found:
        return problem("IPython loads a framework when a notebook starts, before the lesson's settings: "
                       + ", ".join(dict.fromkeys(found)), "Take the import out of the file in " + str(folder))
    return ok("no start-up file of IPython loads a framework")
