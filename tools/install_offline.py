"""Install the course from this folder, without a network: python install.py

Makes course/.venv, fills it from wheels/ and fetched/, and lets the doctor look at the machine. It may be run again.
"""
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def mismatch(kind):
    """Why wheels made for `kind` do not fit this machine, in one sentence; empty when they do."""
    here = {"python": ".".join(platform.python_version_tuple()[:2]), "system": platform.system(),
            "machine": platform.machine()}
    wrong = [f"{name} {value} is wanted and this is {here[name]}" for name, value in kind.items() if here[name] != value]
    if not wrong:
        return ""
    return f"these wheels do not fit: {'; '.join(wrong)}. Ask for the folder that was made for this kind of machine."


def main():
    """Install; returns the exit code."""
    kind = json.loads((HERE / "kind.json").read_text(encoding="utf-8"))
    if reason := mismatch(kind):
        print(reason, file=sys.stderr)
        return 1
    course = HERE / "course"
    python = course / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(course / ".venv")], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index",
           "--find-links", str(HERE / "wheels")]
    subprocess.run([*pip, "setuptools<81", "wheel"], check=True)
    subprocess.run([*pip, "-r", "requirements.txt", "-r", "requirements-visdom.txt"], cwd=course, check=True)
    subprocess.run([*pip, "--no-build-isolation", "--no-deps", "-e", "."], cwd=course, check=True)
    subprocess.run([str(python), "tools/fetch.py", "--from", str(HERE / "fetched")], cwd=course, check=True)
    done = subprocess.run([str(python), "-m", "helpers.doctor"], cwd=course, check=False)
    print(f"\nTo begin, now and each time:\n    cd {course.name}")
    print(f"    {python.relative_to(course)} tools/start.py --here lab")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
