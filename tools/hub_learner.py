"""What the hub starts for each learner: brings their copy of the course up to date, then becomes their Jupyter server.

The copy lies where SIDE_BY_SIDE_WORK says. The course's own notebooks and data, to which it links, are shown beside it.
"""
import os
import sys

import work_copy


def prepare():
    """Make or update the learner's copy and the links beside it; what was kept, or why it is as it was, is printed."""
    work_copy.WORK.mkdir(parents=True, exist_ok=True)
    for course in (work_copy.NOTEBOOKS, work_copy.NOTEBOOKS.parent / "data"):
        link = work_copy.WORK.parent / course.name
        if link.is_symlink():  # of an earlier place of the course, perhaps
            link.unlink()
        if not link.exists():
            link.symlink_to(course, target_is_directory=True)
    for line in work_copy.update():
        print(line)


if __name__ == "__main__":
    try:
        prepare()
    except OSError as error:  # a full home, for example: there the learner needs the server to make room
        print(f"the copy of the course could not be brought up to date: {error}", file=sys.stderr)
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser", *sys.argv[1:]])
