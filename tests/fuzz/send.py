"""python send.py OPENAPI BASE COUNT SEED: send so many requests that schemathesis makes of a description: three of four keep
to it, and one is wrong on purpose.

Run by test_serving.py in an environment that has schemathesis. Prints {status: how often} as JSON, and how long the slowest
took; ends with an error at an answer that no client should see.
"""
import collections
import json
import sys
import time

import hypothesis
import schemathesis
from schemathesis import GenerationMode

NO_SECOND_LOOK = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
counts, slowest = collections.Counter(), 0.0


def main(path, base, count, seed):
    api = schemathesis.openapi.from_path(path)
    operations = [result.ok() for result in api.get_all_operations()]
    weights = {"predict": 4, "classify": 4, "regress": 4}  # examples are where it is easy to go wrong
    all_weights = sum(weights.get(one.definition.raw["operationId"], 1) for one in operations)
    for place, one in enumerate(operations):
        share = count * weights.get(one.definition.raw["operationId"], 1) // all_weights
        for mode, part in ((GenerationMode.POSITIVE, 0.75), (GenerationMode.NEGATIVE, 0.25)):
            fuzz(one.as_strategy(generation_mode=mode), base, int(share * part), seed + place)
    print(json.dumps({"statuses": dict(sorted(counts.items())), "slowest": round(slowest, 2)}))


def fuzz(cases, base, count, seed):
    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=max(count, 1), deadline=None, database=None, phases=NO_SECOND_LOOK,
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
