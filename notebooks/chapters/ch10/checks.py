"""Chapter 10: the contract's two layouts, preprocessing, versions that a server holds, micro-batches, what to refuse."""
import copy

import numpy as np

from chapters.ch10 import checks_e, checks_f, checks_g
from helpers.course.comparing import one_number, whole_number
from helpers.course.judging import Exercise, attempt, call, cases, function, kind, short

# Exercise 10.1: rows to columns

def _judge_columns(answer):
    if not callable(answer):
        return "answer must be a function: write def answer(request): above."
    rows = [{"tag": "foo", "signal": [1, 2], "age": 7}, {"age": 8, "tag": "bar", "signal": [3, 4]},
            {"signal": [5, 6], "tag": "", "age": 9}]
    columns = {"tag": ["foo", "bar", ""], "signal": [[1, 2], [3, 4], [5, 6]], "age": [7, 8, 9]}
    for extra in ({}, {"signature_name": "other"}):
        request = {**extra, "instances": copy.deepcopy(rows)}
        got, problem = call(answer, request)
        if problem:
            return problem
        if not isinstance(got, dict):
            return f"return a dict, yours is {kind(got)}."
        if "inputs" not in got:
            return "columns are keyed `inputs`; the key `instances` says that rows follow."
        if "instances" in got:
            return "a request has `instances` or `inputs`, not both."
        if isinstance(got["inputs"], list):
            return "these are still rows: `inputs` is an object with one list for each input."
        if got["inputs"] == rows[0]:
            return "that is the first instance alone; each column has one entry for every instance."
        if got["inputs"] != columns:
            return f"for the rows {rows} the columns are {columns}, yours are {got['inputs']}."
        if got != {**extra, "inputs": columns}:
            return "signature_name is lost: without it the server takes the default signature." if extra else (
                f"only the key `inputs` is asked for, yours are {', '.join(got)}.")
        if request != {**extra, "instances": rows}:
            return "your function changes the request that it was given; build a new one."
    return None


# Exercise 10.2: standardized scans

def standardized(scans, ddof=1, axis=(1, 2), inside=False, added=0.01):
    """Each scan less its mean, by its standard deviation (ddof as torch.std has it) plus 0.01."""
    mean = scans.mean(axis=axis, keepdims=True)
    if inside:
        return (scans - mean) / np.sqrt(scans.var(axis=axis, keepdims=True, ddof=ddof) + 0.01)
    return (scans - mean) / (scans.std(axis=axis, keepdims=True, ddof=ddof) + added)


# Exercise 10.3: micro-batches

def micro_batches(arrivals, size, wait, first=True, limit=True):
    """Lists of request numbers that share a call; the keyword arguments are what one gets wrong."""
    batches = []
    for number, time in enumerate(arrivals):
        opened = arrivals[batches[-1][0 if first else -1]] if batches else None
        if not batches or (limit and len(batches[-1]) == size) or time > opened + wait:
            batches.append([])
        batches[-1].append(number)
    return batches


def streams():
    """Two short streams, a steady trickle, 19 random ones, and nothing at all: (arrivals in seconds, size, wait)."""
    given = [([0.0, 0.25, 0.5, 1.0], 4, 0.5), ([1.0, 1.0, 1.0], 2, 0.5)]
    for trial in range(20):
        rng = np.random.default_rng(trial)
        steps = rng.integers(0, 4, rng.integers(4, 20)) if trial else np.array([0, 2, 2, 2, 2, 0, 0, 0, 0, 9])
        arrivals, size = [int(t) / 8 for t in steps.cumsum()], int(rng.integers(2, 5))  # eighths are exact in binary
        given.append((arrivals, size, 3 / 8))
    return [*given, ([], 4, 0.1)]


def _lists(batches):
    """Batches as lists of whole numbers: arrays and NumPy's integers will do."""
    return [list(map(whole_number, batch)) for batch in batches]


def _no_lists(got):
    if attempt(_lists, got).error is not None:
        return "return a list of lists of request numbers, for example [[0, 1], [2]]."
    return None


def _other_batches(given, right, got):
    if not given[0]:
        return "without requests there are no batches: return an empty list."
    return f"for arrivals {given[0]}, size {given[1]}, wait {given[2]} the batches are {right}, yours are {short(got)}."


TRICKLES = {
    "the time is counted from the last request, so that a steady trickle never closes a batch":
        lambda arrivals, size, wait: micro_batches(arrivals, size, wait, first=False),
    "there is no limit: a batch closes at `size` requests":
        lambda arrivals, size, wait: micro_batches(arrivals, size, wait, limit=False),
    "that waits for a full batch: a lonely request would wait for ever":
        lambda arrivals, size, wait: [list(range(k, min(k + size, len(arrivals)))) for k in range(0, len(arrivals), size)],
    "who comes exactly `wait` seconds after the first still gets in":
        lambda arrivals, size, wait: micro_batches(arrivals, size, wait - 1 / 16),  # arrivals are eighths
    "a batch is full with `size` requests, yours takes one more":
        lambda arrivals, size, wait: micro_batches(arrivals, size + 1, wait),
    "the last batch is missing": lambda arrivals, size, wait: micro_batches(arrivals, size, wait)[:-1],
    "every request is alone: those that come in time share a batch":
        lambda arrivals, size, wait: [[k] for k in range(len(arrivals))],
}


# Exercise 10.4: the gatekeeper

BODIES = (  # body, status, what one who answers otherwise has overlooked
    (b'{"instances": [1, 2.5, -3e4]}', 200, "that is a good request"),
    (b'{"instances": [1], "signature_name": "x"}', 200, "other keys are allowed"),
    (b'{"instances": [NaN, -Infinity]}', 200, "NaN and Infinity are allowed here, and Python's json reads them"),
    (b'{"instances": [1]}'.ljust(1000), 200, "1,000 bytes are not more than 1,000"),
    (b"hello", 400, "that is not JSON"), (b"", 400, "an empty body is not JSON"),
    (b'{"instances": [1]}\xff', 400, "that is not even text, and UnicodeDecodeError is no JSONDecodeError"),
    (b"[1, 2]", 400, "the body's JSON need not be an object"), (b"3", 400, "the body's JSON need not be an object"),
    (b'"instances"', 400, "the body's JSON need not be an object"), (b"{}", 400, "there is no `instances`"),
    (b'{"instances": []}', 400, "an empty list is refused"), (b'{"instances": 3}', 400, "`instances` must be a list"),
    (b'{"instances": {"1": 1}}', 400, "`instances` must be a list"), (b'{"instances": "12"}', 400, "text is no list"),
    (b'{"instances": [[1]]}', 400, "the entries must be numbers"), (b'{"instances": ["1"]}', 400, "text is no number"),
    (b'{"instances": [1, "2"]}', 400, "every entry must be a number, not only the first"),
    (b'{"instances": [null]}', 400, "null is no number"),
    (b'{"instances": [true]}', 400, "`true` is no number; in Python bool is an int, and isinstance agrees"),
    (b"[" * 100_000, 413, "look at the size first; deep nesting raises RecursionError, which is no ValueError"),
    (b"[" * 990, 400, "deep nesting may raise RecursionError, which is no ValueError"),
    (b" " * 1001, 413, "the size comes first, whatever is inside"),
    (b'{"instances": [1], "a": "' + b"\xc3\xa4" * 500 + b'"}', 413, "bytes are counted, and some characters take two"))


def _judge_gate(answer):
    if not callable(answer):
        return "answer must be a function: write def answer(body): above."
    for body, status, overlooked in BODIES:
        got, problem = call(answer, body)
        shown = body if len(body) < 60 else body[:20] + b"..."
        if problem:
            return f"for {shown} {problem}: {overlooked}."
        if one_number(got) != status:
            return f"for {shown} it is {status}, yours is {short(got)}: {overlooked}."
    return None


# Exercise 10.5: which versions the server holds

def held(folders, broken, policy, newest="load", missing=False, failing=False, most=None):
    """The sorted version numbers that a server holds; the keyword arguments are what one gets wrong."""
    good = set(folders) - set(broken)
    if "all" in policy:
        return sorted(folders if failing else good)
    if "specific" in policy:
        named = set(policy["specific"]["versions"])
        named -= set() if failing else set(broken)
        return sorted(named if missing else named & set(folders))
    number = most or policy["latest"]["num_versions"]
    if newest == "load":
        return sorted(folders if failing else good)[-number:]
    return sorted(set(sorted(folders)[-number:]) - set(broken))


def stores():
    """Folders of versions under each policy: plain, a broken newest, versions that are not there, none at all.

    A list of (folders, broken, policy).
    """
    def latest(number):
        return {"latest": {"num_versions": number}}

    def specific(*versions):
        return {"specific": {"versions": list(versions)}}

    return [([1, 2], [], latest(1)), ([2, 10, 1], [], latest(2)), ([1, 2, 3], [3], latest(1)),
            ([4, 2, 3, 1], [4, 2], latest(2)), ([5], [], latest(3)), ([7], [7], latest(1)), ([], [], latest(1)),
            ([2, 1, 3], [], {"all": {}}), ([3, 1, 2], [2], {"all": {}}), ([], [], {"all": {}}),
            ([1, 2, 3], [], specific(2, 1)), ([3, 4], [], specific(4, 9)), ([3, 4], [4], specific(4, 3)),
            ([3], [3], specific(3)), ([10, 9, 2], [], specific(10, 2))]


def _numbers(answer):
    """A list of whole numbers as Python has them; tuples, arrays and NumPy's integers will do."""
    return list(map(whole_number, answer))


def _no_numbers(got):
    if isinstance(got, (set, frozenset, dict)):
        return f"{kind(got)} has no order: return a sorted list."
    if attempt(_numbers, got).error is not None:
        return "return a list of version numbers, for example [1, 3]."
    return None


def _other_versions(given, right, got):
    folders, broken, policy = given
    return f"for folders {folders}, broken {broken}, policy {policy} it holds {right}, yours are {short(got)}."


STORES = {
    "what counts are the newest that load, not the newest folders":
        lambda folders, broken, policy: held(folders, broken, policy, newest="folders"),
    "nothing is held that is not in `folders`": lambda folders, broken, policy: held(folders, broken, policy, missing=True),
    "nothing is held that does not load": lambda folders, broken, policy: held(folders, broken, policy, failing=True),
    "`num_versions` says how many of the newest are held":
        lambda folders, broken, policy: held(folders, broken, policy, most=1),
    "that is every version that loads, whatever the policy says":
        lambda folders, broken, policy: held(folders, broken, {"all": {}}),
}

EXERCISES = {
    "10.1": Exercise(_judge_columns, (
        "One list for each name, and in it one entry for each instance.",
        "The names are the keys of any instance: `request[\"instances\"][0]`.",
        "`{name: [row[name] for row in request[\"instances\"]] for name in names}`, under the key `inputs`; "
        "keep the rest.")),
    "10.2": function("tf", standardized, lambda rng: (rng.uniform(size=(3, 8, 8)),), gradients=True, suspects={
        "`tf.math.reduce_std` divides by 64, `torch.std` by 63": lambda x: standardized(x, ddof=0),
        "mean and deviation are of the whole batch: a scan's answer would depend on its company":
            lambda x: standardized(x, axis=(0, 1, 2)),
        "0.01 is added to the standard deviation, not to the variance": lambda x: standardized(x, inside=True),
        "add 0.01 to the standard deviation: a blank scan has none": lambda x: standardized(x, added=0),
    }, hints=(
        "`reduce_mean` has `keepdims`, and takes several axes. Is there a `reduce_std` that divides by n - 1?",
        "There is none: sum the squared differences and divide by 63.",
        "`variance = tf.reduce_sum((scans - mean) ** 2, axis=(1, 2), keepdims=True) / 63`.")),
    "10.3": cases(
        streams, micro_batches, TRICKLES, say=_other_batches, unfit=_no_lists, same=lambda got, right: _lists(got) == right,
        no_function="answer must be a function: write def answer(arrivals, size, wait): above.", hints=(
        "Go through the arrivals once. For each: does it join the last batch, or open a new one?",
        "It opens one when there is none, when the last is full, or when it comes too late for the last.",
        "Too late: `arrivals[number] > arrivals[batches[-1][0]] + wait`, with the batch's *first* request.")),
    "10.5": cases(
        stores, held, STORES, say=_other_versions, unfit=_no_numbers, same=lambda got, right: _numbers(got) == right,
        no_function="answer must be a function: write def answer(folders, broken, policy): above.", hints=(
            "First the versions that load: those in `folders` and not in `broken`. Everything else is chosen from them.",
            "Which policy it is: `\"all\" in policy`, and so on. The newest are the largest numbers.",
            "`sorted(good)[-policy[\"latest\"][\"num_versions\"]:]`; for `specific` those of its `versions` in `good`.")),
    "10.4": Exercise(_judge_gate, (
        "The size comes first: nothing should be parsed that is too large.",
        "What may `json.loads` raise? And what may `[\"instances\"]` raise on a list, on a number, on an object without it?",
        "`except (ValueError, RecursionError, TypeError, KeyError)`, and `type(row) in (int, float)`.")),
    **checks_e.EXERCISES,
    **checks_f.EXERCISES,
    **checks_g.EXERCISES,
}
