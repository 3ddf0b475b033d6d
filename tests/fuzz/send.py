"""python send.py OPENAPI BASE COUNT SEED: send so many requests that schemathesis makes of a description: three of four keep
to it, and one is wrong on purpose.

test_fuzz_serving.py runs it in an environment that has schemathesis. Prints {status: how often} as JSON, and how long the
slowest took; ends with an error at an answer that no client should see.
"""
import collections
import json
import sys
import time

import hypothesis
import schemathesis
from schemathesis import GenerationMode

counts, slowest = collections.Counter(), 0.0


def main(path, base, count, seed):
    """Ask each operation in turn until so many requests were sent: some have only a few different ones."""
    api = schemathesis.openapi.from_path(path)
    operations = [result.ok() for result in api.get_all_operations()]
    while counts.total() < count:
        for one in operations:
            verb = one.definition.raw["operationId"] in ("predict", "classify", "regress")
            share = (count if verb else count // 8) // 30 + 1
            for mode, part in ((GenerationMode.POSITIVE, 3), (GenerationMode.NEGATIVE, 1)):
                seed += 1
                fuzz(one.as_strategy(generation_mode=mode), base, part * share, seed)
    print(json.dumps({"statuses": dict(sorted(counts.items())), "slowest": round(slowest, 2)}))


def fuzz(cases, base, count, seed):
    """Send so many requests of one kind. Raises AssertionError at an answer that no client should see."""
    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=count, deadline=None, database=None, phases=[hypothesis.Phase.generate],
                         suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(case=cases)
    def send(case):
        global slowest
        began = time.monotonic()
        answer = case.call(base_url=base, timeout=20)
        slowest = max(slowest, time.monotonic() - began)
        counts[answer.status_code] += 1
        good = answer.status_code in (200, 400, 404, 413, 501)
        if not good or answer.status_code != 200 and set(json.loads(answer.content)) != {"error"}:
            raise AssertionError(f"{answer.status_code} {answer.content[:300]!r} to {case.as_curl_command()[:1000]}")
    send()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
