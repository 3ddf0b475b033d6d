"""Many clients that ask a server, in processes of their own: what they were answered, and how long it took."""
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


def two_clients(url, scans, folder, during):
    """Two clients ask for these pictures while the function `during` runs, and once after it: their Load.

    folder: where the processes tell each other, by files, that the clients have begun and that it is enough.
    """
    began, stop = Path(folder, "began"), Path(folder, "enough")
    for path in (began, stop):
        path.unlink(missing_ok=True)
    job = {"url": f"{url}:predict", "body": _body(scans), "clients": 2, "seconds": 300, "most": 10**6, "began": began,
           "until": stop}
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(process.run, "ch10/load", job, 360)
        try:
            if not web.wait_until(began.exists, timeout=60, pause=0.05):
                raise TimeoutError(f"{url}: a client has had no answer after 60 s")
            during()
        finally:
            stop.touch()
        return _load(running.result()[0])


def _body(scans):
    return json.dumps({"instances": scans.tolist()})


def _load(row):
    answers = [json.loads(text) for text in row["answers"]]
    return Load(*(np.array(row[key]) for key in ("at", "took", "answer")), answers, row["lost"], row["frameworks"])
