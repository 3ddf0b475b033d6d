"""Answers to the exercises of chapter 10, as learners write them: right ones, and wrong ones with words to be said."""

# %% 10.1 right: a copy, popped
def answer(request):
    request = dict(request)
    rows = request.pop("instances")
    request["inputs"] = {name: [row[name] for row in rows] for name in rows[0]}
    return request

# %% 10.1 right: deepcopy and del
import copy

def answer(request):
    changed = copy.deepcopy(request)
    columns = {}
    for row in changed["instances"]:
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    del changed["instances"]
    changed["inputs"] = columns
    return changed

# %% 10.1 right: a defaultdict
from collections import defaultdict

def answer(request):
    columns = defaultdict(list)
    for row in request["instances"]:
        for name in row:
            columns[name].append(row[name])
    result = {"inputs": columns}
    if "signature_name" in request:
        result["signature_name"] = request["signature_name"]
    return result

# %% 10.1 right: by zip
def answer(request):
    rows = request["instances"]
    names = list(rows[0])
    columns = zip(*([row[name] for name in names] for row in rows))
    inputs = {name: list(column) for name, column in zip(names, columns)}
    others = request.copy()
    del others["instances"]
    return others | {"inputs": inputs}

# %% 10.1 right: itemgetter
from operator import itemgetter

def answer(request):
    rows = request["instances"]
    result = {key: request[key] for key in request.keys() - {"instances"}}
    result["inputs"] = {name: list(map(itemgetter(name), rows)) for name in rows[0]}
    return result

# %% 10.1 right: unpacked
def answer(request):
    def turn(instances, **others):
        return dict(others, inputs={k: [row[k] for row in instances] for k in instances[0]})
    return turn(**request)

# %% 10.1 wrong: `instances` or `inputs`, not both
def answer(request):
    rows = request["instances"]
    return {**request, "inputs": {name: [row[name] for row in rows] for name in rows[0]}}

# %% 10.1 wrong: only the key `inputs`
def answer(request):
    rows = request["instances"]
    return {
        "signature_name": request.get("signature_name"),
        "inputs": {name: [row[name] for row in rows] for name in rows[0]},
    }

# %% 10.1 wrong: KeyError: 'signature_name'
def answer(request):
    rows = request["instances"]
    return {
        "signature_name": request["signature_name"],
        "inputs": {name: [row[name] for row in rows] for name in rows[0]},
    }

# %% 10.1 wrong: build a new one
def answer(request):
    rows = request.pop("instances")
    request["inputs"] = {name: [row[name] for row in rows] for name in rows[0]}
    return request

# %% 10.1 wrong: 'age': [7, 8, 9]
def answer(request):
    rows = request["instances"]
    result = {key: value for key, value in request.items() if key != "instances"}
    result["inputs"] = {"tag": [r["tag"] for r in rows], "signal": [r["signal"] for r in rows]}
    return result

# %% 10.1 wrong: yours are {'tag': ['foo', 8,
def answer(request):
    rows = request["instances"]
    result = {key: value for key, value in request.items() if key != "instances"}
    columns = zip(*(row.values() for row in rows))
    result["inputs"] = {name: list(column) for name, column in zip(rows[0], columns)}
    return result

# %% 10.1 wrong: return a dict
def answer(request):
    rows = request["instances"]
    result = {key: value for key, value in request.items() if key != "instances"}
    result["inputs"] = {name: [row[name] for row in rows] for name in rows[0]}
    return json.dumps(result)

# %% 10.2 right: reduce_std, corrected
def answer(scans):
    mean = tf.math.reduce_mean(scans, (1, 2), keepdims=True)
    std = tf.math.reduce_std(scans, (1, 2), keepdims=True) * (64 / 63) ** 0.5
    return (scans - mean) / (std + 0.01)

# %% 10.2 right: moments
def answer(scans):
    mean, variance = tf.nn.moments(scans, [1, 2], keepdims=True)
    return (scans - mean) / (tf.sqrt(variance * 64 / 63) + 0.01)

# %% 10.2 right: flat, and back
def answer(scans):
    flat = tf.reshape(scans, [-1, 64])
    centered = flat - tf.reduce_mean(flat, axis=1, keepdims=True)
    std = tf.sqrt(tf.reduce_sum(centered * centered, axis=1, keepdims=True) / 63)
    return tf.reshape(centered / (std + 0.01), tf.shape(scans))

# %% 10.2 right: picture by picture
def answer(scans):
    def one(scan):
        centered = scan - tf.reduce_mean(scan)
        return centered / (tf.sqrt(tf.reduce_sum(centered**2) / 63) + 0.01)
    return tf.map_fn(one, scans)

# %% 10.2 right: a norm
def answer(scans):
    centered = scans - tf.reduce_mean(scans, axis=(1, 2), keepdims=True)
    std = tf.norm(centered, axis=(1, 2), keepdims=True) / 63**0.5
    return centered / (std + 0.01)

# %% 10.2 right: a tf.function
@tf.function
def answer(scans):
    mean = tf.reduce_mean(scans, [1, 2], keepdims=True)
    n = tf.cast(tf.reduce_prod(tf.shape(scans)[1:]), scans.dtype)
    variance = tf.reduce_sum(tf.square(scans - mean), [1, 2], keepdims=True) / (n - 1)
    return (scans - mean) / (variance**0.5 + 0.01)

# %% 10.2 right: a Keras layer
class Standardized(tf.keras.layers.Layer):
    def call(self, scans):
        mean = tf.reduce_mean(scans, axis=[1, 2], keepdims=True)
        squares = tf.reduce_sum(tf.math.squared_difference(scans, mean), [1, 2], keepdims=True)
        return tf.divide(scans - mean, tf.sqrt(squares / 63) + 0.01)

answer = Standardized()

# %% 10.2 wrong: a blank scan has none
def answer(scans):
    mean = tf.reduce_mean(scans, axis=[1, 2], keepdims=True)
    variance = tf.reduce_sum((scans - mean) ** 2, axis=[1, 2], keepdims=True) / 63
    return (scans - mean) / tf.sqrt(variance)

# %% 10.2 wrong: incompatible shapes
def answer(scans):
    mean = tf.reduce_mean(scans, axis=[1, 2])
    variance = tf.reduce_sum((scans - mean) ** 2, axis=[1, 2]) / 63
    return (scans - mean) / (tf.sqrt(variance) + 0.01)

# %% 10.2 wrong: the gradient of argument 1 is not
def answer(scans):
    fixed = tf.stop_gradient(scans)
    mean = tf.reduce_mean(fixed, axis=[1, 2], keepdims=True)
    variance = tf.reduce_sum((fixed - mean) ** 2, axis=[1, 2], keepdims=True) / 63
    return (scans - mean) / (tf.sqrt(variance) + 0.01)

# %% 10.2 wrong: no gradient reaches
def answer(scans):
    scans = np.asarray(scans)
    mean = scans.mean(axis=(1, 2), keepdims=True)
    std = scans.std(axis=(1, 2), keepdims=True, ddof=1)
    return tf.constant((scans - mean) / (std + 0.01))

# %% 10.2 wrong: the values are not
def answer(scans):
    mean = tf.reduce_mean(scans, axis=[1, 2], keepdims=True)
    std = tf.math.reduce_std(scans, axis=[1, 2], keepdims=True) * (63 / 64) ** 0.5
    return (scans - mean) / (std + 0.01)

# %% 10.5 right: match
def answer(folders, broken, policy):
    good = sorted(v for v in folders if v not in broken)
    match policy:
        case {"latest": {"num_versions": number}}:
            return good[-number:]
        case {"specific": {"versions": named}}:
            return sorted(set(good) & set(named))
    return good

# %% 10.5 right: newest first, and turned round
def answer(folders, broken, policy):
    (kind, inside), = policy.items()
    good = sorted(set(folders) - set(broken), reverse=True)
    if kind == "specific":
        good = [v for v in good if v in inside["versions"]]
    if kind == "latest":
        good = good[:inside["num_versions"]]
    return good[::-1]

# %% 10.5 right: a loop
def answer(folders, broken, policy):
    most = policy["latest"]["num_versions"] if "latest" in policy else len(folders)
    held = []
    for version in sorted(folders, reverse=True):
        if version in broken:
            continue
        if "specific" in policy and version not in policy["specific"]["versions"]:
            continue
        if len(held) < most:
            held.append(version)
    held.sort()
    return held

# %% 10.5 right: heapq
import heapq

def answer(folders, broken, policy):
    good = set(folders).difference(broken)
    if "latest" in policy:
        return sorted(heapq.nlargest(policy["latest"]["num_versions"], good))
    return sorted(good.intersection(policy.get("specific", {}).get("versions", good)))

# %% 10.5 right: NumPy's set functions, an array
import numpy as np

def answer(folders, broken, policy):
    good = np.setdiff1d(np.array(folders, int), np.array(broken, int))
    if "specific" in policy:
        return np.intersect1d(good, policy["specific"]["versions"])
    return good[-policy["latest"]["num_versions"]:] if "latest" in policy else good

# %% 10.5 right: a tuple
def answer(folders, broken, policy):
    good = sorted(filter(lambda version: version not in broken, folders))
    if "latest" in policy:
        good = good[max(0, len(good) - policy["latest"]["num_versions"]):]
    if "specific" in policy:
        good = filter(policy["specific"]["versions"].__contains__, good)
    return tuple(good)

# %% 10.5 wrong: return a list of version numbers
def answer(folders, broken, policy):
    good = sorted(set(folders) - set(broken))
    return good[-1] if "latest" in policy and good else good

# %% 10.5 wrong: does not load
def answer(folders, broken, policy):
    if "specific" in policy:
        return sorted(set(policy["specific"]["versions"]) & set(folders))
    if "latest" in policy:
        return sorted(folders)[-policy["latest"]["num_versions"]:]
    return sorted(folders)

# %% 10.5 wrong: it holds [2, 10], yours are [1, 10]
def answer(folders, broken, policy):
    good = [v for v in folders if v not in broken]
    if "latest" in policy:
        return sorted(good[-policy["latest"]["num_versions"]:])
    if "specific" in policy:
        return sorted(v for v in good if v in policy["specific"]["versions"])
    return sorted(good)

# %% 10.5 wrong: yours are [2, 1]
def answer(folders, broken, policy):
    good = sorted(set(folders) - set(broken), reverse=True)
    if "latest" in policy:
        return good[:policy["latest"]["num_versions"]][::-1]
    if "specific" in policy:
        return [v for v in policy["specific"]["versions"] if v in good]
    return good[::-1]

# %% 10.5 wrong: has no order
def answer(folders, broken, policy):
    good = set(folders) - set(broken)
    if "latest" in policy:
        return set(sorted(good)[-policy["latest"]["num_versions"]:])
    return good & set(policy.get("specific", {"versions": good})["versions"])

# %% 10.5 wrong: KeyError: 'num_versions'
def answer(folders, broken, policy):
    good = sorted(set(folders) - set(broken))
    for kind, inside in policy.items():
        if kind == "specific":
            return [v for v in good if v in inside["versions"]]
        return good[-inside["num_versions"]:]

# %% 10.5 wrong: newest folders
def answer(folders, broken, policy):
    if "latest" in policy:
        return [v for v in sorted(folders)[-policy["latest"]["num_versions"]:] if v not in broken]
    good = sorted(set(folders) - set(broken))
    return [v for v in good if v in policy["specific"]["versions"]] if "specific" in policy else good

# %% 10.3 right: two pointers
def answer(arrivals, size, wait):
    found, k = [], 0
    while k < len(arrivals):
        end = k
        while end < len(arrivals) and end - k < size and arrivals[end] <= arrivals[k] + wait:
            end += 1
        found.append(list(range(k, end)))
        k = end
    return found

# %% 10.3 right: by difference
def answer(arrivals, size, wait):
    batches, batch = [], []
    for k, time in enumerate(arrivals):
        if batch and (len(batch) >= size or time - arrivals[batch[0]] > wait):
            batches.append(batch)
            batch = []
        batch = batch + [k]
    if batch:
        batches.append(batch)
    return batches

# %% 10.3 right: bisect
import bisect

def answer(arrivals, size, wait):
    batches, begin = [], 0
    while begin < len(arrivals):
        end = bisect.bisect_right(arrivals, arrivals[begin] + wait)
        end = min(end, begin + size)
        batches.append([*range(begin, end)])
        begin = end
    return batches

# %% 10.3 right: searchsorted, each batch an array
def answer(arrivals, size, wait):
    arrivals = np.asarray(arrivals)
    batches, begin = [], 0
    while begin < len(arrivals):
        late = int(np.searchsorted(arrivals, arrivals[begin] + wait, side="right"))
        end = min(late, begin + size)
        batches.append(np.arange(begin, end))
        begin = end
    return batches

# %% 10.3 right: a generator
def batches_of(arrivals, size, wait):
    batch = []
    for k in range(len(arrivals)):
        batch.append(k)
        last = k + 1 == len(arrivals)
        if last or len(batch) == size or arrivals[k + 1] > arrivals[batch[0]] + wait:
            yield batch
            batch = []

def answer(arrivals, size, wait):
    return list(batches_of(arrivals, size, wait))

# %% 10.3 right: recursion
def answer(arrivals, size, wait, begin=0):
    if begin == len(arrivals):
        return []
    rest = range(begin, len(arrivals))
    batch = [k for k in rest if arrivals[k] <= arrivals[begin] + wait][:size]
    return [batch] + answer(arrivals, size, wait, begin + len(batch))

# %% 10.3 right: a queue
from collections import deque

def answer(arrivals, size, wait):
    waiting = deque(enumerate(arrivals))
    batches = []
    while waiting:
        first, opened = waiting.popleft()
        batch = [first]
        while waiting and len(batch) < size and waiting[0][1] <= opened + wait:
            batch.append(waiting.popleft()[0])
        batches.append(batch)
    return batches

# %% 10.3 wrong: still gets in
def answer(arrivals, size, wait):
    batches = []
    for k, time in enumerate(arrivals):
        if not batches or len(batches[-1]) == size or time >= opened + wait:
            batches.append([])
            opened = time
        batches[-1].append(k)
    return batches

# %% 10.3 wrong: yours takes one more
def answer(arrivals, size, wait):
    batches = []
    for k, time in enumerate(arrivals):
        if not batches or len(batches[-1]) > size or time > opened + wait:
            batches.append([])
            opened = time
        batches[-1].append(k)
    return batches

# %% 10.3 wrong: the last batch is missing
def answer(arrivals, size, wait):
    batches, batch = [], []
    for k, time in enumerate(arrivals):
        if batch and (len(batch) == size or time > arrivals[batch[0]] + wait):
            batches.append(batch)
            batch = []
        batch.append(k)
    return batches

# %% 10.3 wrong: return an empty list
def answer(arrivals, size, wait):
    batches, opened = [[]], None
    for k, time in enumerate(arrivals):
        if opened is None:
            opened = time
        if len(batches[-1]) == size or time > opened + wait:
            batches.append([])
            opened = time
        batches[-1].append(k)
    return batches

# %% 10.3 wrong: a list of lists of request numbers
def answer(arrivals, size, wait):
    batches = []
    for time in arrivals:
        if not batches or len(batches[-1]) == size or time > batches[-1][0] + wait:
            batches.append([])
        batches[-1].append(time)
    return batches

# %% 10.3 wrong: the batches are
def answer(arrivals, size, wait):
    batches = []
    for k, time in enumerate(arrivals):
        if not batches or time > opened + wait:
            batches.append([])
            opened = time
        elif len(batches[-1]) == size:
            batches.append([])
        batches[-1].append(k)
    return batches

# %% 10.4 right: the named exceptions
def answer(body):
    if len(body) > 1000:
        return 413
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return 400
    if not isinstance(found, dict):
        return 400
    instances = found.get("instances")
    fine = isinstance(instances, list) and len(instances) > 0
    return 200 if fine and all(type(x) in (int, float) for x in instances) else 400

# %% 10.4 right: a match statement
def answer(body):
    if len(body) > 1000:
        return 413
    try:
        match json.loads(body):
            case {"instances": [_, *_] as numbers} if {type(x) for x in numbers} <= {int, float}:
                return 200
    except (ValueError, RecursionError):
        pass
    return 400

# %% 10.4 right: one try around all
def answer(body):
    try:
        if len(body) > 1_000:
            return 413
        found = json.loads(body)
        assert type(found) is dict
        assert type(found["instances"]) is list and found["instances"]
        assert all(type(x) is int or type(x) is float for x in found["instances"])
        return 200
    except Exception:
        return 400

# %% 10.4 right: numbers.Real without bool
import numbers

def answer(body):
    def is_number(x):
        return isinstance(x, numbers.Real) and x is not True and x is not False

    def is_good(found):
        rows = found.get("instances") if isinstance(found, dict) else None
        return isinstance(rows, list) and bool(rows) and all(map(is_number, rows))

    if len(body) > 1000:
        return 413
    try:
        return 200 if is_good(json.loads(body)) else 400
    except (ValueError, RecursionError):
        return 400

# %% 10.4 right: decoded first
def answer(body):
    if len(body) > 1000:
        return 413
    try:
        found = json.loads(body.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        return 400
    if not isinstance(found, dict) or not isinstance(found.get("instances"), list):
        return 400
    numbers = found["instances"]
    if not numbers or any(isinstance(x, bool) or not isinstance(x, int | float) for x in numbers):
        return 400
    return 200

# %% 10.4 right: http.HTTPStatus
from http import HTTPStatus

def answer(body):
    if len(body) > 1000:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    try:
        numbers = json.loads(body)["instances"]
        good = type(numbers) is list and numbers and all(type(x) in {int, float} for x in numbers)
    except (ValueError, RecursionError, TypeError, KeyError):
        good = False
    return HTTPStatus.OK if good else HTTPStatus.BAD_REQUEST

# %% 10.4 right: a callable object
class Gatekeeper:
    limit = 1000

    def numbers(self, body):
        found = json.loads(body)
        return found["instances"] if isinstance(found, dict) else None

    def __call__(self, body):
        if len(body) > self.limit:
            return 413
        try:
            numbers = self.numbers(body)
        except (ValueError, KeyError, RecursionError):
            return 400
        if isinstance(numbers, list) and numbers:
            if all(type(number) in (int, float) for number in numbers):
                return 200
        return 400

answer = Gatekeeper()

# %% 10.4 wrong: 1,000 bytes are not more
def answer(body):
    if len(body) >= 1000:
        return 413
    try:
        numbers = json.loads(body)["instances"]
    except Exception:
        return 400
    fine = isinstance(numbers, list) and numbers
    return 200 if fine and all(type(x) in (int, float) for x in numbers) else 400

# %% 10.4 wrong: UnicodeDecodeError is no JSONDecodeError
def answer(body):
    if len(body) > 1000:
        return 413
    try:
        found = json.loads(body)
    except (json.JSONDecodeError, RecursionError):
        return 400
    numbers = found.get("instances") if isinstance(found, dict) else None
    fine = isinstance(numbers, list) and numbers
    return 200 if fine and all(type(x) in (int, float) for x in numbers) else 400

# %% 10.4 wrong: an empty list is refused
def answer(body):
    if len(body) > 1000:
        return 413
    try:
        numbers = json.loads(body)["instances"]
    except Exception:
        return 400
    fine = isinstance(numbers, list) and all(type(x) in (int, float) for x in numbers)
    return 200 if fine else 400

# %% 10.4 wrong: NaN and Infinity are allowed
def answer(body):
    if len(body) > 1000:
        return 413
    try:
        numbers = json.loads(body)["instances"]
    except Exception:
        return 400
    fine = isinstance(numbers, list) and numbers
    return 200 if fine and all(type(x) in (int, float) and x == x for x in numbers) else 400

# %% 10.4 wrong: not only the first
def answer(body):
    if len(body) > 1000:
        return 413
    try:
        numbers = json.loads(body)["instances"]
    except Exception:
        return 400
    fine = isinstance(numbers, list) and numbers
    return 200 if fine and type(numbers[0]) in (int, float) else 400

# %% 10.4 wrong: bytes are counted
def answer(body):
    try:
        text = body.decode()
        if len(text) > 1000:
            return 413
        numbers = json.loads(text)["instances"]
    except Exception:
        return 400
    fine = isinstance(numbers, list) and numbers
    return 200 if fine and all(type(x) in (int, float) for x in numbers) else 400

# %% 10.4 wrong: yours is '200'
def answer(body):
    if len(body) > 1000:
        return "413"
    try:
        numbers = json.loads(body)["instances"]
    except Exception:
        return "400"
    fine = isinstance(numbers, list) and numbers
    return "200" if fine and all(type(x) in (int, float) for x in numbers) else "400"

# %% 10.6 right: neighbors
def answer(readings):
    total = 0
    for before, after in zip(readings, readings[1:]):
        total += after - before if after >= before else after
    return total

# %% 10.6 right: one sum
def answer(readings):
    return sum(b - a * (b >= a) for a, b in zip(readings, readings[1:]))

# %% 10.6 right: itertools
from itertools import pairwise

def answer(readings):
    return sum(new if new < old else new - old for old, new in pairwise(readings))

# %% 10.6 right: NumPy
def answer(readings):
    readings = np.array(readings, float)
    steps = np.diff(readings)
    return np.where(steps < 0, readings[1:], steps).sum()

# %% 10.6 right: lives added up
def answer(readings):
    total, start, last = 0, None, None
    for reading in readings:
        if last is None:
            start = reading
        elif reading < last:
            total += last - start
            start = 0
        last = reading
    return total if last is None else total + last - start

# %% 10.6 right: by index
def answer(readings):
    grown = 0
    for k in range(1, len(readings)):
        if readings[k] < readings[k - 1]:
            grown = grown + readings[k]
        else:
            grown = grown + readings[k] - readings[k - 1]
    return grown

# %% 10.6 wrong: less the first
def answer(readings):
    return readings[-1] - readings[0] if readings else 0

# %% 10.6 wrong: the new reading counts, too
def answer(readings):
    return sum(after - before for before, after in zip(readings, readings[1:]) if after > before)

# %% 10.6 wrong: not the distance to the old one
def answer(readings):
    return int(np.abs(np.diff(readings)).sum())

# %% 10.6 wrong: IndexError
def answer(readings):
    total = readings[0] - readings[0]
    for before, after in zip(readings, readings[1:]):
        total += after - before if after >= before else after
    return total

# %% 10.6 wrong: before the first reading
def answer(readings):
    total = last = 0
    for reading in readings:
        total += reading - last if reading >= last else reading
        last = reading
    return total

# %% 10.6 wrong: return one number
def answer(readings):
    return [b - a if b >= a else b for a, b in zip(readings, readings[1:])]

# %% 10.6 wrong: the highest reading
def answer(readings):
    return max(readings, default=0)

# %% 10.7 right: as the text says
import hashlib

def answer(user, percent):
    digest = hashlib.sha256(user.encode("utf-8")).hexdigest()
    return int(digest[:8], 16) % 100 < percent

# %% 10.7 right: bytes of the digest
import hashlib

def answer(user, percent):
    first = hashlib.sha256(user.encode()).digest()[:4]
    return int.from_bytes(first, "big") % 100 < percent

# %% 10.7 right: hashlib.new, a range
import hashlib

def answer(user, percent):
    place = int(hashlib.new("sha256", bytes(user, "utf-8")).hexdigest()[0:8], base=16) % 100
    return place in range(percent)

# %% 10.7 right: struct, NumPy's bool
import hashlib
import struct

def answer(user, percent):
    number, = struct.unpack(">I", hashlib.sha256(user.encode()).digest()[:4])
    return np.less(number % 100, percent)

# %% 10.7 right: divmod and if
from hashlib import sha256

def answer(user, percent):
    _, place = divmod(int("0x" + sha256(user.encode()).hexdigest()[:8], 0), 100)
    if place < percent:
        return True
    return False

# %% 10.7 right: update
import hashlib

def answer(user, percent):
    state = hashlib.sha256()
    state.update(user.encode())
    return not int(state.hexdigest()[:8], 16) % 100 >= percent

# %% 10.7 wrong: another number in every Python process
def answer(user, percent):
    return hash(user) % 100 < percent

# %% 10.7 wrong: the comparison is `<`
import hashlib

def answer(user, percent):
    return int(hashlib.sha256(user.encode()).hexdigest()[:8], 16) % 100 <= percent

# %% 10.7 wrong: not all
import hashlib

def answer(user, percent):
    return int(hashlib.sha256(user.encode()).hexdigest(), 16) % 100 < percent

# %% 10.7 wrong: tries the new version
import hashlib

def answer(user, percent):
    return int(hashlib.sha256(user.encode()).hexdigest()[:8], 16) % 100 >= percent

# %% 10.7 wrong: return True or False
import hashlib

def answer(user, percent):
    place = int(hashlib.sha256(user.encode()).hexdigest()[:8], 16) % 100
    return "canary" if place < percent else "stable"

# %% 10.7 wrong: TypeError
import hashlib

def answer(user, percent):
    return int(hashlib.sha256(user).hexdigest()[:8], 16) % 100 < percent

# %% 10.7 wrong: percent it is
import random

def answer(user, percent):
    return random.random() * 100 < percent

# %% 10.8 right: a product by math
import math

def answer(proto):
    count = math.prod(dim.size for dim in proto.tensor_shape.dim)
    held = len(proto.tensor_content) / 4 if proto.tensor_content else len(proto.float_val)
    return not proto.tensor_shape.unknown_rank and held == count

# %% 10.8 right: NumPy
def answer(proto):
    if proto.tensor_shape.unknown_rank:
        return False
    count = np.prod([dim.size for dim in proto.tensor_shape.dim])
    if len(proto.tensor_content) > 0:
        return len(proto.tensor_content) == count * 4
    return len(proto.float_val) == count

# %% 10.8 right: a loop, early returns
def answer(proto):
    wanted = 1
    for dim in proto.tensor_shape.dim:
        wanted = wanted * dim.size
    if proto.tensor_shape.unknown_rank:
        return False
    if proto.tensor_content != b"":
        whole, rest = divmod(len(proto.tensor_content), 4)
        return whole == wanted and rest == 0
    return wanted == len(proto.float_val)

# %% 10.8 right: read and compared
def answer(proto):
    if proto.tensor_shape.unknown_rank:
        return False
    sizes = tuple(dim.size for dim in proto.tensor_shape.dim)
    if proto.tensor_content:
        if len(proto.tensor_content) % 4:
            return False
        values = np.frombuffer(proto.tensor_content, "<f4")
    else:
        values = np.array(proto.float_val)
    try:
        values.reshape(sizes)
    except ValueError:
        return False
    return True

# %% 10.8 right: functools
import functools
import operator

def answer(proto):
    shape = proto.tensor_shape
    count = functools.reduce(operator.mul, [d.size for d in shape.dim], 1)
    held = 4 * len(proto.float_val)
    if proto.tensor_content:
        held = len(proto.tensor_content)
    return bool(held == 4 * count and not shape.unknown_rank)

# %% 10.8 wrong: may also be in tensor_content
def answer(proto):
    count = math.prod(dim.size for dim in proto.tensor_shape.dim)
    return not proto.tensor_shape.unknown_rank and len(proto.float_val) == count

# %% 10.8 wrong: a float32 has 4 of them
def answer(proto):
    count = math.prod(dim.size for dim in proto.tensor_shape.dim)
    held = len(proto.tensor_content) if proto.tensor_content else len(proto.float_val)
    return not proto.tensor_shape.unknown_rank and held == count

# %% 10.8 wrong: too many numbers are not right either
def answer(proto):
    count = math.prod(dim.size for dim in proto.tensor_shape.dim)
    held = len(proto.tensor_content) / 4 if proto.tensor_content else len(proto.float_val)
    return not proto.tensor_shape.unknown_rank and held >= count

# %% 10.8 wrong: nobody knows how many are right
def answer(proto):
    count = math.prod(dim.size for dim in proto.tensor_shape.dim)
    held = len(proto.tensor_content) / 4 if proto.tensor_content else len(proto.float_val)
    return held == count

# %% 10.8 wrong: 22 bytes are no whole number
def answer(proto):
    count = math.prod(dim.size for dim in proto.tensor_shape.dim)
    held = len(proto.tensor_content) // 4 if proto.tensor_content else len(proto.float_val)
    return not proto.tensor_shape.unknown_rank and held == count

# %% 10.8 wrong: the product of no sizes is 1
def answer(proto):
    sizes = [dim.size for dim in proto.tensor_shape.dim]
    count = math.prod(sizes) if sizes else 0
    held = len(proto.tensor_content) / 4 if proto.tensor_content else len(proto.float_val)
    return not proto.tensor_shape.unknown_rank and held == count

# %% 10.8 wrong: return True or False
def answer(proto):
    return math.prod(dim.size for dim in proto.tensor_shape.dim) - len(proto.float_val)

# %% 10.8 wrong: that is True, yours is False
def answer(proto):
    count = sum(dim.size for dim in proto.tensor_shape.dim)
    held = len(proto.tensor_content) / 4 if proto.tensor_content else len(proto.float_val)
    return not proto.tensor_shape.unknown_rank and held == count

# %% 10.9 right: array_split's places by hand
def answer(call, images, context):
    parts = []
    start = 0
    while start < len(images):
        if not context.is_active():
            return None
        parts.append(call(images[start:start + 16]))
        start += 16
    return np.concatenate(parts, axis=0)

# %% 10.9 right: smaller last, vstack
def answer(call, images, context):
    rows = []
    for k in range((len(images) + 15) // 16):
        if context.is_active():
            rows.append(call(images[16 * k:16 * (k + 1)]))
        else:
            return
    return np.vstack(rows)

# %% 10.9 right: np.split
def answer(call, images, context):
    found = []
    for piece in np.split(images, range(16, len(images), 16)):
        if not context.is_active():
            return None
        found.append(call(piece))
    return np.concatenate(found)

# %% 10.9 right: rows extended
def answer(call, images, context):
    rows = []
    for begin in range(0, len(images), 16):
        waits = context.is_active()
        if not waits:
            return None
        rows.extend(call(images[begin:begin + 16]))
    return np.array(rows)

# %% 10.9 right: a generator
def pieces(images):
    for begin in range(0, len(images), 16):
        yield images[begin:begin + 16]

def answer(call, images, context):
    done = []
    for piece in pieces(images):
        if context.is_active() is False:
            return None
        done += [call(piece)]
    return np.concatenate(done)

# %% 10.9 wrong: look before each piece, the first one too
def answer(call, images, context):
    parts = []
    for start in range(0, len(images), 16):
        parts.append(call(images[start:start + 16]))
        if not context.is_active():
            return None
    return np.concatenate(parts)

# %% 10.9 wrong: nobody reads a part of an answer
def answer(call, images, context):
    parts = []
    for start in range(0, len(images), 16):
        if not context.is_active():
            break
        parts.append(call(images[start:start + 16]))
    return np.concatenate(parts) if parts else None

# %% 10.9 wrong: look before each piece
def answer(call, images, context):
    if not context.is_active():
        return None
    return np.concatenate([call(images[k:k + 16]) for k in range(0, len(images), 16)])

# %% 10.9 wrong: at most 16 a call
def answer(call, images, context):
    if not context.is_active():
        return None
    return call(images)

# %% 10.9 wrong: join the pieces, all of them
def answer(call, images, context):
    parts = []
    for start in range(0, len(images) // 16 * 16 or 16, 16):
        if not context.is_active():
            return None
        parts.append(call(images[start:start + 16]))
    return np.concatenate(parts)

# %% 10.9 wrong: return one array of all rows; yours is a list
def answer(call, images, context):
    parts = []
    for start in range(0, len(images), 16):
        if not context.is_active():
            return None
        parts.append(call(images[start:start + 16]))
    return parts

# %% 10.9 wrong: one look for each piece
def answer(call, images, context):
    parts = []
    for start in range(0, len(images), 16):
        if not context.is_active() or not context.is_active():
            return None
        parts.append(call(images[start:start + 16]))
    return np.concatenate(parts)

# %% 10.9 wrong: without a picture
def answer(call, images, context):
    parts = []
    for start in range(0, len(images) + 16, 16):
        if not context.is_active():
            return None
        parts.append(call(images[start:start + 16]))
    return np.concatenate(parts)

# %% 10.10 right: a deque of those who wait
from collections import deque

def answer(arrivals, call, limit):
    begins, took, free = deque(), [], 0
    for came in arrivals:
        while begins and begins[0] < came:
            begins.popleft()
        if len(begins) == limit:
            took.append(None)
        else:
            begin = max(free, came)
            begins.append(begin)
            free = begin + call
            took.append(free - came)
    return took

# %% 10.10 right: a list comprehension
def answer(arrivals, call, limit):
    begins = []
    took = []
    for came in arrivals:
        if len([b for b in begins if b >= came]) >= limit:
            took += [None]
            continue
        begins.append(max(came, begins[-1] + call) if begins else came)
        took += [begins[-1] + call - came]
    return took

# %% 10.10 right: NumPy
def answer(arrivals, call, limit):
    begins = np.array([], int)
    took = []
    for came in arrivals:
        if np.count_nonzero(begins >= came) >= limit:
            took.append(None)
            continue
        begin = max(came, begins[-1] + call) if len(begins) else came
        begins = np.append(begins, begin)
        took.append(begin + call - came)
    return took

# %% 10.10 right: a result filled in
def answer(arrivals, call, limit):
    result = [None] * len(arrivals)
    begins, free = [], 0
    for k, came in enumerate(arrivals):
        waiting = 0
        for begin in begins:
            if begin >= came:
                waiting += 1
        if waiting < limit:
            begin = free if free > came else came
            begins.append(begin)
            free = begin + call
            result[k] = free - came
    return result

# %% 10.10 right: a generator
def times(arrivals, call, limit):
    begins, free = [], 0
    for came in arrivals:
        if sum(1 for begin in begins if begin >= came) >= limit:
            yield None
        else:
            begins.append(max(free, came))
            free = begins[-1] + call
            yield free - came

def answer(arrivals, call, limit):
    return list(times(arrivals, call, limit))

# %% 10.10 wrong: the request that is computed does not wait
def answer(arrivals, call, limit):
    line, took, free = [], [], 0
    for came in arrivals:
        while line and line[0] < came:
            line.pop(0)
        if len(line) == limit:
            took.append(None)
        else:
            free = max(free, came) + call
            line.append(free)
            took.append(free - came)
    return took

# %% 10.10 wrong: one too many waits
def answer(arrivals, call, limit):
    begins = [-call]
    took = []
    for came in arrivals:
        waiting = len([begin for begin in begins if begin >= came])
        if waiting <= limit:
            begins.append(max(came, begins[-1] + call))
        took.append(begins[-1] + call - came if waiting <= limit else None)
    return took

# %% 10.10 wrong: a refused request costs no call
def answer(arrivals, call, limit):
    result, begins, ends = [None] * len(arrivals), [], 0
    for k, came in enumerate(arrivals):
        ends = max(ends, came) + call
        if sum(begin >= came for begin in begins) < limit:
            begins.append(ends - call)
            result[k] = ends - came
    return result

# %% 10.10 wrong: still counts as waiting
def answer(arrivals, call, limit):
    begins, free, took = [], 0, []
    for came in arrivals:
        if sum(begin > came for begin in begins) >= limit:
            took.append(None)
            continue
        begins.append(max(free, came))
        free = begins[-1] + call
        took.append(free - came)
    return took

# %% 10.10 wrong: the call itself counts, too
def answer(arrivals, call, limit):
    begins, free, took = [], 0, []
    for came in arrivals:
        if sum(begin >= came for begin in begins) >= limit:
            took.append(None)
            continue
        begins.append(max(free, came))
        took.append(begins[-1] - came)
        free = begins[-1] + call
    return took

# %% 10.10 wrong: nobody is refused
def answer(arrivals, call, limit):
    free, took = 0, []
    for came in arrivals:
        free = max(free, came) + call
        took.append(free - came)
    return took

# %% 10.10 wrong: the refused ones are None
def answer(arrivals, call, limit):
    begins, free, took = [], 0, []
    for came in arrivals:
        if sum(begin >= came for begin in begins) < limit:
            begins.append(max(free, came))
            free = begins[-1] + call
            took.append(free - came)
    return took

# %% 10.11 right: itertools
import itertools

def answer(rows, allowed):
    sums = [total for total in itertools.accumulate(rows) if total <= allowed[-1]]
    if not sums:
        return 0, 0
    return len(sums), next(size for size in allowed if size >= sums[-1])

# %% 10.11 right: bisect
import bisect

def answer(rows, allowed):
    count = total = 0
    while count < len(rows) and total + rows[count] <= allowed[-1]:
        total += rows[count]
        count += 1
    return (count, allowed[bisect.bisect_left(allowed, total)]) if count else (0, 0)

# %% 10.11 right: NumPy
def answer(rows, allowed):
    sums = np.cumsum(rows)
    count = int((sums <= allowed[-1]).sum())
    if count == 0:
        return (0, 0)
    return count, int(np.array(allowed)[np.searchsorted(allowed, sums[count - 1])])

# %% 10.11 right: a list of two
def answer(rows, allowed):
    taken = []
    for one in rows:
        if sum(taken) + one > max(allowed):
            break
        taken.append(one)
    if not taken:
        return [0, 0]
    fitting = [size for size in allowed if size >= sum(taken)]
    return [len(taken), fitting[0]]

# %% 10.11 right: from the back
def answer(rows, allowed):
    for count in range(len(rows), 0, -1):
        total = sum(rows[:count])
        if total <= allowed[-1]:
            for size in allowed:
                if size >= total:
                    return count, size
    return 0, 0

# %% 10.11 wrong: nobody overtakes
def answer(rows, allowed):
    left, taken = allowed[-1], []
    for one in rows:
        if one <= left:
            left -= one
            taken.append(one)
    return (len(taken), [size for size in allowed if size >= sum(taken)][0]) if taken else (0, 0)

# %% 10.11 wrong: the nearest size may be too small
def answer(rows, allowed):
    total = count = 0
    for one in rows:
        if total + one > allowed[-1]:
            break
        total += one
        count += 1
    return (count, min(allowed, key=lambda size: abs(size - total))) if count else (0, 0)

# %% 10.11 wrong: not always the largest
import itertools

def answer(rows, allowed):
    count = len(list(itertools.takewhile(lambda total: total <= allowed[-1], itertools.accumulate(rows))))
    return (count, max(allowed)) if count else (0, 0)

# %% 10.11 wrong: without padding
def answer(rows, allowed):
    total = count = 0
    for one in rows:
        if total + one > allowed[-1]:
            break
        total += one
        count += 1
    return count, total

# %% 10.11 wrong: where nobody waits there is no call
def answer(rows, allowed):
    total = count = 0
    for one in rows:
        if total + one > allowed[-1]:
            break
        total += one
        count += 1
    return count, min(size for size in allowed if size >= total)

# %% 10.11 wrong: how many requests go, not how many rows
def answer(rows, allowed):
    total = 0
    for one in rows:
        if total + one > allowed[-1]:
            break
        total += one
    return (total, min(size for size in allowed if size >= total)) if total else (0, 0)

# %% 10.11 wrong: return two whole numbers
def answer(rows, allowed):
    return len(rows)

# %% 10.11 wrong: a request is not cut in two
def answer(rows, allowed):
    total = min(sum(rows), allowed[-1])
    count, held = 0, 0
    while held < total:
        held += rows[count]
        count += 1
    return (count, min(size for size in allowed if size >= total)) if total else (0, 0)
