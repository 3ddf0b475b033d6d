"""What the hub starts for each learner: brings their copy of the course up to date, then becomes their Jupyter server.

The copy lies where SIDE_BY_SIDE_WORK says.
"""
import os
import sys

import work_copy

if __name__ == "__main__":
    try:
        for line in work_copy.update():
            print(line)
    except OSError as error:  # a full home, for example: there the learner needs the server to make room
        print(f"the copy of the course could not be brought up to date: {error}", file=sys.stderr)
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser", *sys.argv[1:]])
