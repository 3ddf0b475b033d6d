"""Answers to the exercises of chapter 7, as learners write them: right ones, and wrong ones with words to be said."""

# %% 7.10 right: np.average
def answer(slopes, counts):
    return np.average(slopes, axis=0, weights=counts)

# %% 7.10 right: a loop over the parts
def answer(slopes, counts):
    total = np.zeros(slopes.shape[1])
    for slope, count in zip(slopes, counts):
        total += slope * count / counts.sum()
    return total

# %% 7.10 right: shares as a column
def answer(slopes, counts):
    shares = counts / counts.sum()
    return (shares[:, np.newaxis] * slopes).sum(axis=0)

# %% 7.10 right: einsum, as a list
def answer(slopes, counts):
    return list(np.einsum("p,pw->w", counts, slopes) / np.sum(counts))

# %% 7.10 right: by torch
def answer(slopes, counts):
    return torch.tensor(counts / counts.sum()) @ torch.tensor(slopes)

# %% 7.10 wrong: counts each part alike
def answer(slopes, counts):
    total = 0
    for slope in slopes:
        total = total + slope / len(slopes)
    return total

# %% 7.10 wrong: divide by the number of scans
def answer(slopes, counts):
    return (slopes * counts[:, None]).sum(axis=0)

# %% 7.10 wrong: an array of shape (4,)
def answer(slopes, counts):
    return (slopes * counts[:, None]).sum() / counts.sum()

# %% 7.10 wrong: to be multiplied by the counts
def answer(slopes, counts):
    return np.average(slopes, axis=0, weights=1 / counts)

# %% 7.10 wrong: is there a `return`
def answer(slopes, counts):
    np.average(slopes, axis=0, weights=counts)

# %% 7.10 wrong: not by the number of the parts
def answer(slopes, counts):
    return np.mean(counts[:, None] * slopes, axis=0)

# %% 7.11 right: a counter
def answer(losses, patience):
    lowest, best, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        waited += 1
        if loss < lowest:
            lowest, best, waited = loss, epoch, 0
        if waited == patience:
            break
    return epoch + 1, best

# %% 7.11 right: a while loop, as a list
def answer(losses, patience):
    best = epoch = 0
    while epoch + 1 < len(losses) and epoch - best < patience:
        epoch += 1
        if losses[epoch] < losses[best]:
            best = epoch
    return [epoch + 1, best]

# %% 7.11 right: argmin of what was seen
def answer(losses, patience):
    for epochs in range(1, len(losses) + 1):
        best = int(np.argmin(losses[:epochs]))
        if epochs - 1 - best >= patience:
            return epochs, best
    return len(losses), int(np.argmin(losses))

# %% 7.11 right: NumPy numbers
def answer(losses, patience):
    losses = np.array(losses)
    best = np.int64(0)
    for epoch in np.arange(len(losses)):
        if losses[epoch] < losses[best]:
            best = epoch
        if epoch - best == patience:
            return np.array([epoch + 1, best])
    return np.array([len(losses), best])

# %% 7.11 right: Keras does it
def answer(losses, patience):
    model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
    model.stop_training = False
    stop = tf.keras.callbacks.EarlyStopping("loss", patience=patience, mode="min")
    stop.set_model(model)
    stop.on_train_begin()
    for epoch, loss in enumerate(losses):
        stop.on_epoch_end(epoch, {"loss": loss})
        if model.stop_training:
            break
    return epoch + 1, stop.best_epoch

# %% 7.11 wrong: `<`, not `<=`
def answer(losses, patience):
    best = 0
    for epoch in range(len(losses)):
        best = epoch if losses[epoch] <= losses[best] else best
        if epoch - best >= patience:
            return epoch + 1, best
    return len(losses), best

# %% 7.11 wrong: not the last one's number from 0
def answer(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best == patience:
            return epoch, best
    return len(losses) - 1, best

# %% 7.11 wrong: The number of epochs comes first
def answer(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best == patience:
            return best, epoch + 1
    return best, len(losses)

# %% 7.11 wrong: which is not what is asked for
def answer(losses, patience):
    return losses.index(min(losses))

# %% 7.11 wrong: is there a `return`
def answer(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best == patience:
            return epoch + 1, best

# %% 7.11 wrong: an epoch too early
def answer(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best == patience - 1 and epoch:
            return epoch + 1, best
    return len(losses), best

# %% 7.12 right: two lists, filled in a loop
def answer(model):
    decayed, spared = [], []
    for weight in model.parameters():
        if not weight.requires_grad:
            continue
        if weight.ndim >= 2:
            decayed.append(weight)
        else:
            spared.append(weight)
    return [dict(params=decayed, weight_decay=0.1), dict(params=spared, weight_decay=0)]

# %% 7.12 right: generators
def answer(model):
    def some(many):
        return (w for w in model.parameters() if w.requires_grad and (w.dim() > 1) is many)
    return [{"params": some(True), "weight_decay": 0.1}, {"params": some(False), "weight_decay": 0.0}]

# %% 7.12 right: by the kinds of layers
def answer(model):
    decayed, spared = {}, {}
    for module in model.modules():
        for name, weight in module.named_parameters(recurse=False):
            if weight.requires_grad:
                kernel = name == "weight" and isinstance(module, (torch.nn.Linear, torch.nn.Conv2d))
                (decayed if kernel else spared)[id(weight)] = weight
    return [{"params": list(decayed.values()), "weight_decay": 0.1},
            {"params": list(spared.values()), "weight_decay": 0.0}]

# %% 7.12 right: a tuple of groups
def answer(model):
    trained = list(filter(lambda weight: weight.requires_grad, model.parameters()))
    return ({"params": [w for w in trained if len(w.shape) > 1], "weight_decay": 0.1},
            {"params": [w for w in trained if len(w.shape) == 1], "weight_decay": 0.0})

# %% 7.12 right: with names
def answer(model):
    trained = [pair for pair in model.named_parameters() if pair[1].requires_grad]
    return [{"params": [pair for pair in trained if pair[1].ndim > 1], "weight_decay": 0.1},
            {"params": [pair for pair in trained if pair[1].ndim == 1], "weight_decay": 0.0}]

# %% 7.12 wrong: it should decay
def answer(model):
    linear = [m.weight for m in model.modules() if isinstance(m, torch.nn.Linear) and m.weight.requires_grad]
    ids = {id(w) for w in linear}
    others = [w for w in model.parameters() if w.requires_grad and id(w) not in ids]
    return [{"params": linear, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]

# %% 7.12 wrong: return a list of two dicts
def answer(model):
    return {"params": list(model.parameters()), "weight_decay": 0.1}

# %% 7.12 wrong: the first group is 0.01
def answer(model):
    trained = [w for w in model.parameters() if w.requires_grad]
    return [{"params": [w for w in trained if w.ndim > 1]},
            {"params": [w for w in trained if w.ndim < 2], "weight_decay": 0.0}]

# %% 7.12 wrong: AdamW does not take these groups
def answer(model):
    trained = [w for w in model.parameters() if w.requires_grad]
    return [{"params": trained, "weight_decay": 0.1},
            {"params": [w for w in trained if w.ndim < 2], "weight_decay": 0.0}]

# %% 7.12 wrong: a bias should not decay
def answer(model):
    trained = [w for w in model.parameters() if w.requires_grad]
    return [{"params": trained, "weight_decay": 0.1}, {"params": [], "weight_decay": 0.0}]

# %% 7.12 wrong: is in no group
def answer(model):
    trained = [w for w in model.parameters() if w.requires_grad]
    return [{"params": [w for w in trained if w.ndim > 1], "weight_decay": 0.1},
            {"params": [], "weight_decay": 0.0}]

# %% 7.1 right: cumulative counts and searchsorted
def answer(form, share, rng):
    names, counts = np.unique(form, return_counts=True)
    order = rng.permutation(len(names))
    enough = np.searchsorted(np.cumsum(counts[order]), share * len(form)) + 1
    return np.isin(form, names[order[:enough]])

# %% 7.1 right: draws one at a time from a list
def answer(form, share, rng):
    left = sorted(set(form.tolist()))
    chosen = []
    while sum(np.count_nonzero(form == one) for one in chosen) < share * len(form):
        chosen.append(left.pop(rng.integers(len(left))))
    return np.isin(form, chosen)

# %% 7.1 right: a random key for each form
def answer(form, share, rng):
    forms, inverse = np.unique(form, return_inverse=True)
    order = np.argsort(rng.random(len(forms)))
    sizes = np.bincount(inverse)[order]
    before = np.cumsum(sizes) - sizes
    return np.isin(inverse, order[before < share * len(form)])

# %% 7.1 right: rng.shuffle on a list
def answer(form, share, rng):
    forms = list(set(form))
    rng.shuffle(forms)
    taken = set()
    count = 0
    for one in forms:
        if count >= share * len(form):
            break
        taken.add(one)
        count += (form == one).sum()
    return np.array([f in taken for f in form])

# %% 7.1 right: one choice after another
def answer(form, share, rng):
    test = np.full(len(form), False)
    while test.mean() < share:
        test |= form == rng.choice(np.unique(form[~test]))
    return test

# %% 7.1 right: a callable object
class Split:
    def __call__(self, form, share, rng):
        test = np.zeros(len(form), bool)
        for one in rng.permutation(np.unique(form)):
            if np.count_nonzero(test) / len(form) >= share:
                return test
            test[form == one] = True
        return test

answer = Split()

# %% 7.1 wrong: different tests: draw each form by chance
def answer(form, share, rng):
    names = np.unique(form)
    test = np.zeros(len(form), bool)
    for one in np.roll(names, rng.integers(len(names))):
        if test.mean() < share:
            test |= form == one
    return test

# %% 7.1 wrong: fewer forms make up 25%
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    for one in rng.permutation(np.unique(form)):
        if test.mean() > share:
            break
        test |= form == one
    return test

# %% 7.1 wrong: return a boolean array
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    for one in rng.permutation(np.unique(form)):
        if test.mean() >= share:
            break
        test |= form == one
    return np.flatnonzero(test)

# %% 7.1 wrong: form 17 is never in the test
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    for one in rng.permutation(np.arange(1, 15)):
        if test.mean() >= share:
            break
        test |= form == one
    return test

# %% 7.1 wrong: only 25.00% are in the test, at least 25.01%
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    for one in rng.permutation(np.unique(form)):
        if test.sum() >= int(share * len(form)):
            break
        test |= form == one
    return test

# %% 7.4 right: plain numbers
def answer(watched, tested):
    epoch = int(np.argmax(watched))
    return epoch, float(tested[epoch])

# %% 7.4 right: a loop
def answer(watched, tested):
    best = 0
    for k in range(1, len(watched)):
        if watched[k] > watched[best]:
            best = k
    return (best, tested[best])

# %% 7.4 right: list.index
def answer(watched, tested):
    watched = watched.tolist()
    k = watched.index(max(watched))
    return [k, tested[k]]

# %% 7.4 right: flatnonzero
def answer(watched, tested):
    k = np.flatnonzero(watched == watched.max())[0]
    return k, tested[k]

# %% 7.4 right: torch finds it
def answer(watched, tested):
    k = torch.tensor(watched).argmax().item()
    return k, tested[k]

# %% 7.4 right: a named tuple
from typing import NamedTuple

class Report(NamedTuple):
    epoch: int
    accuracy: float

def answer(watched, tested):
    k = int(watched.argmax())
    return Report(k, tested[k])

# %% 7.4 right: an array of both
def answer(watched, tested):
    return np.array([watched.argmax(), tested[watched.argmax()]])

# %% 7.4 wrong: epochs are counted from 0
def answer(watched, tested):
    epoch = watched.argmax()
    return epoch + 1, tested[epoch]

# %% 7.4 wrong: the epoch comes first
def answer(watched, tested):
    epoch = watched.argmax()
    return tested[epoch], epoch

# %% 7.4 wrong: return two things
def answer(watched, tested):
    return tested[watched.argmax()]

# %% 7.4 wrong: of equals the first
def answer(watched, tested):
    best = np.flatnonzero(watched == watched.max())
    epoch = best[tested[best].argmax()]
    return epoch, tested[epoch]

# %% 7.4 wrong: the test's accuracy at epoch 2 is 0.60, yours is 60
def answer(watched, tested):
    epoch = watched.argmax()
    return epoch, 100 * tested[epoch]

# %% 7.3 right: over Keras's velocity
def answer(w, b, g, rate, last):
    v = -last * b
    v = 0.9 * v - rate * g
    return w + 0.9 * v - rate * g

# %% 7.3 right: in place
def answer(w, b, g, rate, last):
    b.mul_(-0.9 * last).sub_(g, alpha=rate)
    return w.add_(b, alpha=0.9).sub_(g, alpha=rate)

# %% 7.3 right: multiplied out
def answer(w, b, g, rate, last):
    return w - 0.81 * last * b - 1.9 * rate * g

# %% 7.3 right: under no_grad, in place
@torch.no_grad()
def answer(w, b, g, rate, last):
    v = b.neg().mul(last)
    v = v * 0.9 - g * rate
    w += 0.9 * v
    w -= rate * g
    return w

# %% 7.3 right: by torch.optim.SGD, its buffer rescaled
def answer(w, b, g, rate, last):
    w = torch.nn.Parameter(w.detach().clone())
    w.grad = g.clone()
    optimizer = torch.optim.SGD([w], lr=1.0, momentum=0.9, nesterov=True)
    w.grad = rate * g
    optimizer.state[w]["momentum_buffer"] = last * b
    optimizer.step()
    return w.detach()

# %% 7.3 right: functools.partial
from functools import partial

def step(beta, w, b, g, rate, last):
    v = -beta * last * b - rate * g
    return w + beta * v - rate * g

answer = partial(step, 0.9)

# %% 7.3 wrong: `v = -last * b`
def answer(w, b, g, rate, last):
    v = last * b
    v = 0.9 * v - rate * g
    return w + 0.9 * v - rate * g

# %% 7.3 wrong: the new weights are asked for
def answer(w, b, g, rate, last):
    return -0.9 * last * b - rate * g

# %% 7.3 wrong: is there a `return`
def answer(w, b, g, rate, last):
    v = -0.9 * last * b - rate * g
    w += 0.9 * v - rate * g

# %% 7.3 wrong: the values are not
def answer(w, b, g, rate, last):
    v = 0.9 * (-last * b) - rate * g
    return w + 0.9 * v

# %% 7.3 wrong: dtype float32
def answer(w, b, g, rate, last):
    v = -0.9 * last * b - rate * g
    return (w + 0.9 * v - rate * g).float()

# %% 7.3 wrong: `g` has changed as well
def answer(w, b, g, rate, last):
    g *= rate
    v = -0.9 * last * b - g
    return w + 0.9 * v - g

# %% 7.5 right: a list, as it goes
def answer(program):
    found = []
    for opcode, argument, position in pickletools.genops(program):
        if opcode.name == "GLOBAL" and argument not in found:
            found.append(argument)
    found.sort()
    return found

# %% 7.5 right: from a stream
def answer(program):
    stream = io.BytesIO(program)
    return sorted(set(a for o, a, _ in pickletools.genops(stream) if o.code == "c"))

# %% 7.5 right: from the listing of dis
def answer(program):
    text = io.StringIO()
    pickletools.dis(program, out=text)
    found = set()
    for line in text.getvalue().splitlines():
        words = line.split(None, 3)
        if len(words) == 4 and words[1] == "c" and words[2] == "GLOBAL":
            found.add(words[3].strip("'"))
    return sorted(found)

# %% 7.5 right: filter and map
def answer(program):
    found = filter(lambda step: step[0].name == "GLOBAL", pickletools.genops(program))
    return sorted(set(map(lambda step: step[1], found)))

# %% 7.5 right: a match statement
def answer(program):
    names = set()
    for opcode, argument, _ in pickletools.genops(program):
        match opcode.name:
            case "GLOBAL":
                module, name = argument.split(" ", 1)
                names.add(f"{module} {name}")
    return sorted(names)

# %% 7.5 wrong: the program has run
def answer(program):
    try:
        return pickle.loads(program).nothing
    except AttributeError:
        names = {a for o, a, _ in pickletools.genops(program) if o.name == "GLOBAL"}
        return sorted(names)

# %% 7.5 wrong: it gives a set
def answer(program):
    return {arg for op, arg, _ in pickletools.genops(program) if op.name == "GLOBAL"}

# %% 7.5 wrong: gives ['chapters.ch07.checks.ran']
def answer(program):
    return sorted({arg.replace(" ", ".") for op, arg, _ in pickletools.genops(program) if op.name == "GLOBAL"})

# %% 7.5 wrong: imports ['__builtin__ len'] gives []
def answer(program):
    steps = list(pickletools.genops(program))
    if not any(op.name == "REDUCE" for op, _, _ in steps):
        return []
    return sorted({arg for op, arg, _ in steps if op.name == "GLOBAL"})

# %% 7.5 wrong: 'os system' stands in one of the texts
import re

def answer(program):
    found = re.findall(rb"c([\w.]+)\n([\w.]+)\n", program)
    return sorted({f"{module.decode()} {name.decode()}" for module, name in found})

# %% 7.5 wrong: it gives None
def answer(program):
    found = sorted({arg for op, arg, _ in pickletools.genops(program) if op.name == "GLOBAL"})
    if found:
        return found

# %% 7.6 right: count up
import itertools

def answer(first, later, eager):
    for n in itertools.count(1):
        if first + (n - 1) * later < n * eager:
            return n

# %% 7.6 right: while, sums kept
def answer(first, later, eager):
    n, compiled, plain = 1, first, eager
    while compiled >= plain:
        n += 1
        compiled += later
        plain += eager
    return n

# %% 7.6 right: Fraction
import math
from fractions import Fraction

def answer(first, later, eager):
    n = math.floor(Fraction(first - later, eager - later)) + 1
    return max(n, 1)

# %% 7.6 right: first less than eager apart
def answer(first, later, eager):
    if first < eager:
        return 1
    extra, saved = first - eager, eager - later
    return 2 + extra // saved

# %% 7.6 right: divmod, lambda
answer = lambda first, later, eager: max(divmod(first - later, eager - later)[0], 0) + 1

# %% 7.6 right: a NumPy whole number
def answer(first, later, eager):
    return np.maximum(1, np.int64(first - later) // (eager - later) + 1)

# %% 7.6 wrong: it is 1 steps, yours gives 0
def answer(first, later, eager):
    return (first - later) // (eager - later) + 1 if first >= 2 * later else 0

# %% 7.6 wrong: it is 1 steps, yours gives -2
def answer(first, later, eager):
    return (first - later) // (eager - later) + 1

# %% 7.6 wrong: it is 100 steps, yours gives 99
def answer(first, later, eager):
    return (first - eager) // (eager - later) + 1

# %% 7.6 wrong: it is 100 steps, yours gives 101
import math

def answer(first, later, eager):
    return max(1, math.ceil((first - later) / (eager - later)) + 1)

# %% 7.6 wrong: it is 1 steps, yours gives 2
def answer(first, later, eager):
    n = 2
    while first + (n - 1) * later >= n * eager:
        n += 1
    return n

# %% 7.7 right: changes all that follows at once, from the end
def answer(model, codes):
    before = model(codes)
    for cut in range(1, codes.shape[1]):
        changed = codes.copy()
        changed[:, cut] = 4 - changed[:, cut] + (changed[:, cut] == 2)
        if not np.allclose(model(changed)[:, :cut], before[:, :cut], atol=1e-6):
            return False
    return True

# %% 7.7 right: every other code at each place
def answer(model, codes):
    right = model(codes)
    for place in range(codes.shape[1]):
        for code in range(5):
            other = codes.copy()
            other[:, place] = code
            if (abs(model(other)[:, :place] - right[:, :place]) > 1e-6).any():
                return False
    return True

# %% 7.7 right: all()
def answer(model, codes):
    def unmoved(place):
        changed = codes.copy()
        changed[:, place:] = (changed[:, place:] + 1) % 5
        return np.allclose(model(changed)[:, :place], model(codes)[:, :place], rtol=0, atol=1e-6)
    return all(unmoved(place) for place in range(1, codes.shape[1]))

# %% 7.7 right: one text after another
def answer(model, codes):
    for row in codes:
        row = row[None]
        before = model(row)
        for place in range(1, row.shape[1]):
            changed = row.copy()
            changed[0, place] = (changed[0, place] + 2) % 5
            if np.abs(model(changed) - before)[0, :place].max() > 1e-6:
                return False
    return True

# %% 7.7 right: NumPy's boolean
def answer(model, codes):
    worst = 0.0
    for place in range(1, codes.shape[1]):
        changed = codes.copy()
        changed[:, place] = (codes[:, place] + 3) % 5
        worst = max(worst, np.abs(model(changed) - model(codes))[:, :place].max())
    return np.bool_(worst <= 1e-6)

# %% 7.7 right: random codes for the rest, twice
def answer(model, codes):
    rng = np.random.default_rng(0)
    for place in range(1, codes.shape[1]):
        for _ in range(20):
            changed = codes.copy()
            changed[:, place:] = rng.integers(5, size=changed[:, place:].shape)
            if np.abs(model(changed)[:, :place] - model(codes)[:, :place]).max() > 1e-6:
                return False
    return True

# %% 7.7 wrong: change each in turn
def answer(model, codes):
    changed = codes.copy()
    changed[:, -1] = (changed[:, -1] + 1) % 5
    return bool(np.abs(model(changed) - model(codes))[:, :-1].max() <= 1e-6)

# %% 7.7 wrong: for differences of 0.00000001
def answer(model, codes):
    before = model(codes)
    for place in range(1, codes.shape[1]):
        changed = codes.copy()
        changed[:, place] = (changed[:, place] + 1) % 5
        if (model(changed)[:, :place] != before[:, :place]).any():
            return False
    return True

# %% 7.7 wrong: its own place
def answer(model, codes):
    before = model(codes)
    for place in range(codes.shape[1]):
        changed = codes.copy()
        changed[:, place] = (changed[:, place] + 1) % 5
        if np.abs(model(changed) - before)[:, :place + 1].max() > 1e-6:
            return False
    return True

# %% 7.7 wrong: return True or False
def answer(model, codes):
    before = model(codes)
    worst = 0.0
    for place in range(1, codes.shape[1]):
        changed = codes.copy()
        changed[:, place] = (changed[:, place] + 1) % 5
        worst = max(worst, np.abs(model(changed) - before)[:, :place].max())
    return worst

# %% 7.7 wrong: four places on
def answer(model, codes):
    before = model(codes)
    for place in range(1, codes.shape[1]):
        changed = codes.copy()
        changed[:, place] = (changed[:, place] + 1) % 5
        if np.abs(model(changed) - before)[:, place - 1].max() > 1e-6:
            return False
    return True

# %% 7.7 wrong: first place alone
def answer(model, codes):
    before = model(codes)
    for place in range(2, codes.shape[1]):
        changed = codes.copy()
        changed[:, place] = (changed[:, place] + 1) % 5
        if np.abs(model(changed) - before)[:, :place].max() > 1e-6:
            return False
    return True

# %% 7.7 wrong: each place sees the next character
def answer(model, codes):
    return True

# %% 7.8 right: a loop
def answer(scores, number, temperature):
    shares = np.exp((scores - max(scores)) / temperature)
    shares = shares / shares.sum()
    reached = 0.0
    for place, share in enumerate(shares):
        reached += share
        if reached > number:
            return place
    return len(scores) - 1

# %% 7.8 right: argmax of a comparison
def answer(scores, number, temperature):
    scaled = scores / temperature
    p = np.exp(scaled - scaled.max())
    return (np.cumsum(p) / p.sum() > number).argmax()

# %% 7.8 right: counts
def answer(scores, number, temperature):
    p = np.exp((scores - scores.max()) / temperature)
    return int(np.sum(np.cumsum(p / p.sum()) <= number))

# %% 7.8 right: log of the sum
def answer(scores, number, temperature):
    s = scores / temperature
    total = np.logaddexp.reduce(s)
    return np.searchsorted(np.exp(np.logaddexp.accumulate(s) - total), number, side="right")

# %% 7.8 right: PyTorch's softmax
def answer(scores, number, temperature):
    p = torch.softmax(torch.tensor(scores) / temperature, dim=0)
    return int((p.cumsum(0) <= number).sum())

# %% 7.8 right: without dividing, the number is scaled
def answer(scores, number, temperature):
    sums = np.exp((scores - scores.max()) / temperature).cumsum()
    return int(np.searchsorted(sums, number * sums[-1], "right"))

# %% 7.8 wrong: the temperature is left out
def answer(scores, number, temperature):
    p = np.exp(scores - scores.max())
    return int((np.cumsum(p / p.sum()) > number).argmax())

# %% 7.8 wrong: they were multiplied
def answer(scores, number, temperature):
    p = np.exp(temperature * (scores - scores.max()))
    return int((np.cumsum(p / p.sum()) > number).argmax())

# %% 7.8 wrong: not the probabilities
def answer(scores, number, temperature):
    p = np.exp(scores - scores.max())
    p = p / p.sum() / temperature
    return min(len(p) - 1, int(np.searchsorted(np.cumsum(p), number, side="right")))

# %% 7.8 wrong: do not sort them
def answer(scores, number, temperature):
    order = np.argsort(-scores)
    p = np.exp((scores[order] - scores.max()) / temperature)
    return int(order[np.searchsorted(np.cumsum(p / p.sum()), number, side="right")])

# %% 7.8 wrong: one place too early
def answer(scores, number, temperature):
    p = np.exp((scores - scores.max()) / temperature)
    return int(np.searchsorted(np.cumsum(p / p.sum()), number, side="right")) - 1

# %% 7.8 wrong: not what is asked for
def answer(scores, number, temperature):
    p = np.exp((scores - scores.max()) / temperature)
    return np.cumsum(p / p.sum())

# %% 7.8 wrong: the most probable character
def answer(scores, number, temperature):
    p = np.exp((scores - scores.max()) / temperature)
    return int(p.argmax())

# %% 7.9 right: another order
def answer(texts, places, blocks, width, size):
    keys = texts * blocks * places * width
    values = keys
    return (keys + values) * size

# %% 7.9 right: a loop over the blocks
def answer(texts, places, blocks, width, size):
    total = 0
    for _ in range(blocks):
        total += 2 * texts * places * width * size
    return total

# %% 7.9 right: math.prod
def answer(*numbers):
    return 2 * math.prod(numbers)

# %% 7.9 right: a float that is whole
def answer(texts, places, blocks, width, size):
    return 2.0 * texts * places * blocks * width * size

# %% 7.9 right: NumPy
def answer(texts, places, blocks, width, size):
    return np.prod([2, texts, places, blocks, width, size])

# %% 7.9 wrong: keys and values, both
def answer(texts, places, blocks, width, size):
    return texts * blocks * places * width * size

# %% 7.9 wrong: each text has a cache
def answer(texts, places, blocks, width, size):
    return 2 * places * blocks * width * size

# %% 7.9 wrong: each block has keys and values
def answer(texts, places, blocks, width, size):
    return 2 * texts * places * width * size

# %% 7.9 wrong: each takes `size` bytes
def answer(texts, places, blocks, width, size):
    return 2 * texts * places * blocks * width

# %% 7.9 wrong: queries are not kept
def answer(texts, places, blocks, width, size):
    return 3 * texts * places * blocks * width * size

# %% 7.9 wrong: not one for each other place
def answer(texts, places, blocks, width, size):
    return 2 * texts * places**2 * blocks * width * size

# %% 7.13 right: part by part
def answer(model):
    model.body.requires_grad_(False).eval()
    model.head.requires_grad_(True).train()
    return list(model.head.parameters())

# %% 7.13 right: by names
def answer(model):
    for name, weight in model.named_parameters():
        weight.requires_grad = name.startswith("head")
    model.train()
    model.body.train(False)
    return [weight for weight in model.parameters() if weight.requires_grad]

# %% 7.13 right: loops over parameters and parts
def answer(model):
    for weight in model.body.parameters():
        weight.requires_grad_(False)
    for weight in model.head.parameters():
        weight.requires_grad_(True)
    model.head.train()
    for part in model.body.modules():
        part.eval()
    return [*model.head.parameters()]

# %% 7.13 right: only the parts that have two modes are stilled
def answer(model):
    model.train()
    for part in model.body.modules():
        if isinstance(part, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d, torch.nn.Dropout)):
            part.eval()
    model.requires_grad_(False)
    model.head.requires_grad_(True)
    return list(model.head.parameters())

# %% 7.13 right: a tuple
def answer(model):
    model.train().requires_grad_(True)
    model.body.eval().requires_grad_(False)
    return tuple(weight for _, weight in model.head.named_parameters())

# %% 7.13 wrong: change its averages
def answer(model):
    model.body.eval()
    model.body.requires_grad_(False)
    model.head.requires_grad_(True)
    model.train()
    return list(model.head.parameters())

# %% 7.13 wrong: is at rest
def answer(model):
    model.eval()
    model.requires_grad_(False)
    model.head.requires_grad_(True)
    return list(model.head.parameters())

# %% 7.13 wrong: takes no gradient
def answer(model):
    model.train()
    model.body.eval()
    model.body.requires_grad_(False)
    return list(model.head.parameters())

# %% 7.13 wrong: still takes a gradient
def answer(model):
    model.train().requires_grad_(True)
    model.body.eval()
    return list(model.head.parameters())

# %% 7.13 wrong: is on the list
def answer(model):
    model.train().requires_grad_(True)
    model.body.eval().requires_grad_(False)
    return list(model.parameters())

# %% 7.13 wrong: return the list of the parameters
def answer(model):
    model.train().requires_grad_(True)
    model.body.eval().requires_grad_(False)

# %% 7.13 wrong: is not on the list
def answer(model):
    model.train().requires_grad_(True)
    model.body.eval().requires_grad_(False)
    return [weight for weight in model.head.parameters() if weight.ndim > 1]

# %% 7.13 wrong: return the list of the parameters
def answer(model):
    model.train().requires_grad_(True)
    model.body.eval().requires_grad_(False)
    return model.head.state_dict()
