"""Ledgers as nobody would write them: each a good one in which a single value, at any depth, is another."""
import copy
import json

GOOD = {
    "version": 1, "run": "b",
    "runs": {"a": {"machine": [["Python", "3.11", "2 CPUs"]], "parameters": {"seed": 0}}, "b": {"machine": [
        ["Python", "3.12", "2 CPUs"]], "parameters": {"seed": 1}}},
    "verdicts": {"C09": {"verdict": "HELD", "expected": "HELD", "claim": "Both add", "evidence": "Seen.", "parts": ["a: no"],
                         "run": "b"}, "C23b": {"verdict": "PARTLY", "evidence": "Seen before.", "run": "a"}},
    "predictions": {"P1.1": {"guess": "a", "among": ["a", "b"], "actual": "b", "right": False, "late": False, "run": "b"},
                    "1.2": {"guess": 2, "among": [1, 2], "actual": 2, "right": True, "late": True, "run": "a"}},
    "exercises": {"1.1": {"state": "right", "run": "b"}, "1.10": {"state": "open", "run": "a"}},
    "numbers": {"training speed, PyTorch": {"value": 20.0, "unit": "scans/s", "lower": 10.0, "upper": 20.0, "run": "b"},
                "training speed, TensorFlow": {"value": 30, "unit": "scans/s", "lower": None, "upper": None, "run": "a"}}}
BEFORE = {"run": {"machine": [["Python", "3.11", "2 CPUs"]], "parameters": {"seed": 0}},  # as it was before versions
          "verdicts": {"C09": {"verdict": "HELD", "expected": "HELD", "claim": "Both add", "evidence": "Seen."}},
          "predictions": {"13.1": {"guess": None, "among": ["a", "b"], "actual": "a", "right": None}},
          "exercises": {"13.1": "right"}}
VALUES = (None, True, -1, 1e999, "text", "\ud800", [], [None], {}, {"text": {}}, {"": [[]]})


def variants():
    """The bytes of each such ledger."""
    for good in (GOOD, BEFORE):
        for path in _paths(good):
            for value in VALUES:
                odd = copy.deepcopy(good)
                *way, last = path
                place = odd
                for step in way:
                    place = place[step]
                place[last] = value
                yield json.dumps(odd).encode()


def _paths(value, path=()):
    """Where something stands in nested dicts and lists: the keys and numbers that lead there."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inside:
        yield (*path, key)
        yield from _paths(below, (*path, key))
