"""Clients that ask one URL as fast as they get answers. JSON in: url, body (text), clients, seconds, most (requests),
and perhaps two paths: the file `began` is made after the first answer, the appearance of `until` ends the run. However it
ends, each client asks once more after that: its last answer is from a server as it is then.

One JSON line out, a list entry for each request: `at` (seconds since the start at which it ended), `took` (seconds),
`answer` (its place in `answers`, the distinct ones) or -1 where it was lost; and `lost`, with the reasons.
"""
import http.client
import json
import os
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

job = json.load(sys.stdin)
parts, answers, lost, done = urlsplit(job["url"]), [], [], []
start, lock = threading.Barrier(job["clients"] + 1), threading.Lock()


def client():
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)  # kept open between requests
    connection.connect()
    start.wait()
    ended = False
    while not ended:
        ended = time.perf_counter() > until or len(done) >= job["most"] or os.path.exists(job.get("until", ""))
        before, place = time.perf_counter(), -1
        try:
            connection.request("POST", parts.path, job["body"], {"Content-Type": "application/json"})
            with connection.getresponse() as response:
                text = response.read().decode()
            if response.status == 200:
                with lock:
                    if text not in answers:
                        answers.append(text)
                    place = answers.index(text)
            else:
                lost.append(f"{response.status} {text[:200]}")
        except (OSError, http.client.HTTPException) as error:
            lost.append(f"{type(error).__name__}: {error}")
            connection.close()
        after = time.perf_counter()
        done.append((round(after - begin, 6), round(after - before, 6), place))
    connection.close()


threads = [threading.Thread(target=client, daemon=True) for _ in range(job["clients"])]
for thread in threads:
    thread.start()
begin = time.perf_counter()
until = begin + 3600
start.wait()
begin = time.perf_counter()
until = begin + job["seconds"]
if "began" in job:
    while not done:
        time.sleep(0.01)
    Path(job["began"]).touch()
for thread in threads:
    thread.join()
at, took, answer = zip(*sorted(done)) if done else ((), (), ())
print(json.dumps({"at": at, "took": took, "answer": answer, "answers": answers, "lost": lost,
                  "frameworks": sorted({"torch", "tensorflow"} & set(sys.modules))}))
