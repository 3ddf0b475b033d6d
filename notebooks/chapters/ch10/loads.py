"""Many clients that ask a server, in processes of their own: what they were answered, and how long it took."""
import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers import process, web


class Load(NamedTuple):
    """What clients saw, request by request, in the order in which they ended."""
    at: np.ndarray      # seconds since the start at which a request ended
    took: np.ndarray    # seconds that it took
    answer: np.ndarray  # its place in `answers`, -1 where it was lost
    answers: list       # the distinct answers, in the order in which they first came, as dicts
    lost: list          # the reasons of those that were lost
    frameworks: list    # of "torch" and "tensorflow", what the clients' process had loaded

    @property
    def rate(self):
        """Requests a second."""
        return len(self.at) / self.at[-1]


def ask(url, scans, clients, seconds, most=5000):
    """Let clients ask for these pictures until so many seconds or requests are over. Raises ChildFailed."""
    job = {"url": f"{url}:predict", "body": _body(scans), "clients": clients, "seconds": seconds, "most": most}
    return _load(process.run("ch10/load", job, timeout=seconds + 60)[0])


@contextlib.contextmanager
def two_clients_each(urls, scans, folder):
    """Two clients ask each server {name: URL} while the block runs. Yields a dict that is {name: Load} after the block.

    folder: where the processes tell each other by files that they have begun, and that it is enough.
    """
    stop, found = Path(folder, "enough"), {}
    stop.unlink(missing_ok=True)
    began = {name: Path(folder, f"{name} is asked") for name in urls}
    with ThreadPoolExecutor(len(urls)) as pool:
        running = {}
        for name, url in urls.items():
            began[name].unlink(missing_ok=True)
            job = {"url": f"{url}:predict", "body": _body(scans), "clients": 2, "seconds": 300, "most": 10**6,
                   "began": began[name], "until": stop}
            running[name] = pool.submit(process.run, "ch10/load", job, 360)
        try:
            if not web.wait_until(lambda: all(path.exists() for path in began.values()), timeout=60, pause=0.05):
                raise TimeoutError("a client has had no answer after 60 s")
            yield found
        finally:
            stop.touch()
        found.update({name: _load(job.result()[0]) for name, job in running.items()})


def _body(scans):
    return json.dumps({"instances": scans.tolist()})


def _load(row):
    answers = [json.loads(text) for text in row["answers"]]
    return Load(*(np.array(row[key]) for key in ("at", "took", "answer")), answers, row["lost"], row["frameworks"])
