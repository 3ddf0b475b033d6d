"""Answers to the exercises of chapter 7, as learners write them: right ones, and wrong ones with words that the check must say."""

# %% 7.1 right: a permutation, form by form
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    for one in rng.permutation(np.unique(form)):
        if test.mean() >= share:
            break
        test |= form == one
    return test

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

# %% 7.1 right: choice without replacement
def answer(form, share, rng):
    forms = np.unique(form)
    order = rng.choice(forms, size=len(forms), replace=False)
    test = np.zeros(form.shape, dtype=bool)
    k = 0
    while test.sum() < share * test.size:
        test[form == order[k]] = True
        k += 1
    return test

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

# %% 7.1 right: recursion
def answer(form, share, rng, chosen=()):
    test = np.isin(form, chosen)
    if test.mean() >= share:
        return test
    left = np.setdiff1d(form, chosen)
    return answer(form, share, rng, (*chosen, rng.choice(left)))

# %% 7.1 wrong: scans are drawn
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    test[rng.permutation(len(form))[: math.ceil(share * len(form))]] = True
    return test

# %% 7.1 wrong: share of forms
def answer(form, share, rng):
    forms = np.unique(form)
    count = math.ceil(share * len(forms))
    return np.isin(form, rng.permutation(forms)[:count])

# %% 7.1 wrong: too few
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    for one in rng.permutation(np.unique(form)):
        if (test | (form == one)).mean() > share:
            break
        test |= form == one
    return test

# %% 7.1 wrong: the last forms, not drawn
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    for one in np.unique(form)[::-1]:
        if test.mean() >= share:
            break
        test |= form == one
    return test

# %% 7.1 wrong: one form too many when share is hit
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    for one in rng.permutation(np.unique(form)):
        if test.mean() > share:
            break
        test |= form == one
    return test

# %% 7.1 wrong: the training scans
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    for one in rng.permutation(np.unique(form)):
        if test.mean() >= share:
            break
        test |= form == one
    return ~test

# %% 7.1 wrong: its own generator
def answer(form, share, rng):
    rng = np.random.default_rng(0)
    test = np.zeros(len(form), bool)
    for one in rng.permutation(np.unique(form)):
        if test.mean() >= share:
            break
        test |= form == one
    return test

# %% 7.1 wrong: indices
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    for one in rng.permutation(np.unique(form)):
        if test.mean() >= share:
            break
        test |= form == one
    return np.flatnonzero(test)

# %% 7.1 wrong: the argument is shuffled
def answer(form, share, rng):
    before = form.copy()
    rng.shuffle(form)
    test = np.zeros(len(form), bool)
    for one in dict.fromkeys(form.tolist()):
        if test.mean() >= share:
            break
        test |= before == one
    return test

# %% 7.1 wrong: the largest forms first
def answer(form, share, rng):
    names, counts = np.unique(form, return_counts=True)
    test = np.zeros(len(form), bool)
    for one in names[np.argsort(-counts)]:
        if test.mean() >= share:
            break
        test |= form == one
    return test

# %% 7.1 wrong: numbered from 1 to 14 always
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    for one in rng.permutation(np.arange(1, 15)):
        if test.mean() >= share:
            break
        test |= form == one
    return test

# %% 7.1 wrong: floats
def answer(form, share, rng):
    test = np.zeros(len(form))
    for one in rng.permutation(np.unique(form)):
        if test.mean() >= share:
            break
        test[form == one] = 1
    return test

# %% 7.1 wrong: one draw, one form
def answer(form, share, rng):
    return form == rng.choice(np.unique(form))

# %% 7.1 wrong: int() cuts the share down
def answer(form, share, rng):
    test = np.zeros(len(form), bool)
    for one in rng.permutation(np.unique(form)):
        if test.sum() >= int(share * len(form)):
            break
        test |= form == one
    return test

# %% 7.4 right: argmax
def answer(watched, tested):
    epoch = watched.argmax()
    return epoch, tested[epoch]

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

# %% 7.4 right: max with key
answer = lambda watched, tested: (
    (best := max(range(len(watched)), key=lambda k: watched[k])), tested[best]
)

# %% 7.4 right: list.index
def answer(watched, tested):
    watched = watched.tolist()
    k = watched.index(max(watched))
    return [k, tested[k]]

# %% 7.4 right: flatnonzero
def answer(watched, tested):
    k = np.flatnonzero(watched == watched.max())[0]
    return k, tested[k]

# %% 7.4 right: stable sort
def answer(watched, tested):
    k = np.argsort(-watched, kind="stable")[0]
    return k, tested.item(k)

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

# %% 7.4 wrong: best of the test
def answer(watched, tested):
    epoch = tested.argmax()
    return epoch, tested[epoch]

# %% 7.4 wrong: reports the watched accuracy
def answer(watched, tested):
    epoch = watched.argmax()
    return epoch, watched[epoch]

# %% 7.4 wrong: epoch by watched, best test
def answer(watched, tested):
    return watched.argmax(), tested.max()

# %% 7.4 wrong: the last epoch
def answer(watched, tested):
    return len(watched) - 1, tested[-1]

# %% 7.4 wrong: of equals the last
def answer(watched, tested):
    epoch = len(watched) - 1 - watched[::-1].argmax()
    return epoch, tested[epoch]

# %% 7.4 wrong: counted from 1
def answer(watched, tested):
    epoch = watched.argmax()
    return epoch + 1, tested[epoch]

# %% 7.4 wrong: order
def answer(watched, tested):
    epoch = watched.argmax()
    return tested[epoch], epoch

# %% 7.4 wrong: only the accuracy
def answer(watched, tested):
    return tested[watched.argmax()]

# %% 7.4 wrong: of equals the best in the test
def answer(watched, tested):
    best = np.flatnonzero(watched == watched.max())
    epoch = best[tested[best].argmax()]
    return epoch, tested[epoch]

# %% 7.4 wrong: the sum
def answer(watched, tested):
    epoch = (watched + tested).argmax()
    return epoch, tested[epoch]

# %% 7.4 wrong: mean of the test
def answer(watched, tested):
    return watched.argmax(), tested.mean()

# %% 7.4 wrong: percent
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

# %% 7.3 right: torch.add
def answer(w, b, g, rate, last):
    moved = torch.add(0.9 * last * b, g, alpha=rate)
    return torch.sub(w, 0.9 * moved + rate * g)

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

# %% 7.3 right: a parameter is returned
def answer(w, b, g, rate, last):
    w = torch.nn.Parameter(w.clone())
    w.grad = rate * g
    optimizer = torch.optim.SGD([w], lr=1.0, momentum=0.9, nesterov=True)
    optimizer.state[w]["momentum_buffer"] = last * b
    optimizer.step()
    return w

# %% 7.3 right: functools.partial
from functools import partial

def step(beta, w, b, g, rate, last):
    v = -beta * last * b - rate * g
    return w + beta * v - rate * g

answer = partial(step, 0.9)

# %% 7.3 right: the state rescaled to the new rate
def answer(w, b, g, rate, last):
    b = b * (last / rate)
    b = 0.9 * b + g
    return w - rate * (g + 0.9 * b)

# %% 7.3 wrong: PyTorch's own step
def answer(w, b, g, rate, last):
    b = 0.9 * b + g
    return w - rate * (g + 0.9 * b)

# %% 7.3 wrong: last for all
def answer(w, b, g, rate, last):
    b = 0.9 * b + g
    return w - last * (g + 0.9 * b)

# %% 7.3 wrong: sign of the velocity
def answer(w, b, g, rate, last):
    v = last * b
    v = 0.9 * v - rate * g
    return w + 0.9 * v - rate * g

# %% 7.3 wrong: without Nesterov
def answer(w, b, g, rate, last):
    v = 0.9 * (-last * b) - rate * g
    return w + v

# %% 7.3 wrong: b as the velocity
def answer(w, b, g, rate, last):
    v = 0.9 * b - rate * g
    return w + 0.9 * v - rate * g

# %% 7.3 wrong: scaled the wrong way round
def answer(w, b, g, rate, last):
    b = b * rate / last
    b = 0.9 * b + g
    return w - rate * (g + 0.9 * b)

# %% 7.3 wrong: returns the velocity
def answer(w, b, g, rate, last):
    return -0.9 * last * b - rate * g

# %% 7.3 wrong: forgot return
def answer(w, b, g, rate, last):
    v = -0.9 * last * b - rate * g
    w += 0.9 * v - rate * g

# %% 7.3 wrong: last with the new gradient too in v
def answer(w, b, g, rate, last):
    v = -last * (0.9 * b + g)
    return w + 0.9 * v - rate * g

# %% 7.3 wrong: the last step is forgotten
def answer(w, b, g, rate, last):
    v = 0.9 * (-last * b) - rate * g
    return w + 0.9 * v

# %% 7.3 wrong: a new buffer is empty
def answer(w, b, g, rate, last):
    w = w.clone().requires_grad_()
    w.grad = g
    torch.optim.SGD([w], lr=rate, momentum=0.9, nesterov=True).step()
    return w.detach()

# %% 7.3 wrong: float32
def answer(w, b, g, rate, last):
    v = -0.9 * last * b - rate * g
    return (w + 0.9 * v - rate * g).float()

# %% 7.3 wrong: dampened
def answer(w, b, g, rate, last):
    v = 0.9 * (-last * b) - 0.1 * rate * g
    return w + 0.9 * v - rate * g

# %% 7.5 right: a set, sorted
def answer(program):
    return sorted({arg for op, arg, _ in pickletools.genops(program) if op.name == "GLOBAL"})

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

# %% 7.5 right: dict.fromkeys
def answer(program):
    names = (a for o, a, _ in pickletools.genops(program) if o.name in ("GLOBAL",))
    return sorted(dict.fromkeys(names))

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

# %% 7.5 wrong: each one as often as it comes
def answer(program):
    return sorted(arg for op, arg, _ in pickletools.genops(program) if op.name == "GLOBAL")

# %% 7.5 wrong: not sorted
def answer(program):
    return list(dict.fromkeys(arg for op, arg, _ in pickletools.genops(program) if op.name == "GLOBAL"))

# %% 7.5 wrong: a set
def answer(program):
    return {arg for op, arg, _ in pickletools.genops(program) if op.name == "GLOBAL"}

# %% 7.5 wrong: the module alone
def answer(program):
    return sorted({arg.split()[0] for op, arg, _ in pickletools.genops(program) if op.name == "GLOBAL"})

# %% 7.5 wrong: with a dot
def answer(program):
    return sorted({arg.replace(" ", ".") for op, arg, _ in pickletools.genops(program) if op.name == "GLOBAL"})

# %% 7.5 wrong: it is loaded
def answer(program):
    class Finder(pickle.Unpickler):
        def find_class(self, module, name):
            found.add(f"{module} {name}")
            return super().find_class(module, name)

    found = set()
    Finder(io.BytesIO(program)).load()
    return sorted(found)

# %% 7.5 wrong: only what is called at once
def answer(program):
    steps = list(pickletools.genops(program))
    if not any(op.name == "REDUCE" for op, _, _ in steps):
        return []
    return sorted({arg for op, arg, _ in steps if op.name == "GLOBAL"})

# %% 7.5 wrong: strings too
def answer(program):
    return sorted({arg for op, arg, _ in pickletools.genops(program) if isinstance(arg, str)})

# %% 7.5 wrong: strings with one space
def answer(program):
    return sorted({arg for op, arg, _ in pickletools.genops(program)
                   if isinstance(arg, str) and arg.count(" ") == 1})

# %% 7.5 wrong: only the first
def answer(program):
    for op, arg, _ in pickletools.genops(program):
        if op.name == "GLOBAL":
            return [arg]
    return []

# %% 7.5 wrong: protocol 4's name
def answer(program):
    return sorted({arg for op, arg, _ in pickletools.genops(program) if op.name == "STACK_GLOBAL"})

# %% 7.5 wrong: a search in the bytes
import re

def answer(program):
    found = re.findall(rb"c([\w.]+)\n([\w.]+)\n", program)
    return sorted({f"{module.decode()} {name.decode()}" for module, name in found})

# %% 7.5 wrong: None where nothing is imported
def answer(program):
    found = sorted({arg for op, arg, _ in pickletools.genops(program) if op.name == "GLOBAL"})
    if found:
        return found

# %% 7.5 wrong: builtins are left out
def answer(program):
    found = {arg for op, arg, _ in pickletools.genops(program) if op.name == "GLOBAL"}
    return sorted(name for name in found if not name.startswith(("builtins", "__builtin__")))

# %% 7.6 right: a formula
def answer(first, later, eager):
    return max(1, (first - later) // (eager - later) + 1)

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

# %% 7.6 right: next
def answer(first, later, eager):
    return next(n for n in range(1, first + 2) if first + (n - 1) * later < n * eager)

# %% 7.6 right: NumPy's floor
def answer(first, later, eager):
    return max(int(np.floor((first - later) / (eager - later))) + 1, 1)

# %% 7.6 right: a NumPy whole number
def answer(first, later, eager):
    return np.maximum(1, np.int64(first - later) // (eager - later) + 1)

# %% 7.6 wrong: as soon as it is equal
import math

def answer(first, later, eager):
    return max(1, math.ceil((first - later) / (eager - later)))

# %% 7.6 wrong: first is not one of the steps
def answer(first, later, eager):
    return first // (eager - later) + 1

# %% 7.6 wrong: no ratio below 1
def answer(first, later, eager):
    return (first - later) // (eager - later) + 1 if first >= 2 * later else 0

# %% 7.6 wrong: minus eager
def answer(first, later, eager):
    return (first - eager) // (eager - later) + 1

# %% 7.6 wrong: later steps only
def answer(first, later, eager):
    return max(0, (first - later) // (eager - later))

# %% 7.6 wrong: round
def answer(first, later, eager):
    return max(1, round((first - later) / (eager - later)))

# %% 7.6 wrong: a quotient
def answer(first, later, eager):
    return (first - later) / (eager - later)

# %% 7.6 wrong: first over eager
def answer(first, later, eager):
    return first // eager + 1

# %% 7.6 wrong: one more
def answer(first, later, eager):
    return max(1, (first - later) // (eager - later) + 2)

# %% 7.6 wrong: ceil plus one
import math

def answer(first, later, eager):
    return max(1, math.ceil((first - later) / (eager - later)) + 1)

# %% 7.6 wrong: at first at least two
def answer(first, later, eager):
    n = 2
    while first + (n - 1) * later >= n * eager:
        n += 1
    return n
