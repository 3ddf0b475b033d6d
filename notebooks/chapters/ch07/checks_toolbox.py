"""The checks of lessons 7e, 7h and 7i: unequal parts, where early stopping ends, groups for the decay, a frozen body."""
import numpy as np

from helpers import errors
from helpers.course import missing
from helpers.course.comparing import one_number, plain
from helpers.course.judging import Exercise, attempt, call, cases, kind, short

# Exercise 7.10: the gradient of a batch from those of its parts

def of_the_whole(slopes, counts):
    """The gradient of the whole batch's mean loss, from the parts' gradients (parts, weights) and their sizes (parts,)."""
    return counts @ slopes / counts.sum()


def cut_batches():
    """Gradients of parts and their sizes: unequal, equal, one part alone, and one that is much smaller than the others."""
    rng = np.random.default_rng(0)
    sizes = ([16, 16, 7], [5, 3, 9, 1], [8, 8], [30], [100, 1])
    return [(rng.normal(size=(len(counts), 4)), np.array(counts)) for counts in sizes]


MIXED = {
    "that counts each part alike, whatever its size: a mean of means is the mean only of equal parts":
        lambda slopes, counts: slopes.mean(axis=0),
    "that is the sum over all scans: divide by the number of scans": lambda slopes, counts: counts @ slopes,
    "that is the sum of the parts' means: a large part must count for more, and the sum of the parts is to be divided":
        lambda slopes, counts: slopes.sum(axis=0),
    "divide by the number of all scans, not by the number of the parts":
        lambda slopes, counts: counts @ slopes / len(counts),
    "that divides the means' sum by the number of scans: a mean must be multiplied by its count first":
        lambda slopes, counts: slopes.sum(axis=0) / counts.sum(),
    "a large part must count for more: the gradients are to be multiplied by the counts, not divided":
        lambda slopes, counts: (slopes / counts[:, None]).sum(axis=0) / (1 / counts).sum(),
}


def _row(got):
    """What an answer returned, as an array of numbers. Raises ValueError or TypeError where it is none."""
    return np.asarray(plain(got), dtype=float)


def _unfit_row(got):
    if got.shape == (4,):
        return None
    return f"return one number for each weight, here an array of shape (4,); yours has the shape {got.shape}."


def _say_gradient(arguments, right, got):
    slopes, counts = arguments
    return (f"with counts={counts.tolist()} and slopes={slopes.round(2).tolist()} it is {right.round(3)}, yours gives "
            f"{got.round(3)}.")


# Exercise 7.11: early stopping

def stopping(better, late=0, since_best=True):
    """A function (losses, patience) -> (epochs trained, best epoch). better: (loss, best loss so far) -> whether it counts.

    late: epochs that it goes on too long. since_best: whether flat epochs are counted from the best one, else all of them.
    """
    def run(losses, patience):
        best = flat = 0
        for epoch in range(1, len(losses)):
            flat += 1
            if better(losses[epoch], losses[best]):
                best = epoch
                flat = 0 if since_best else flat - 1
            if flat == patience + late:
                return epoch + 1, best
        return len(losses), best
    return run


def since_the_epoch_before(losses, patience):
    """As `stopping`, but an epoch is flat when it is no better than the one before it."""
    best = flat = 0
    for epoch in range(1, len(losses)):
        flat = 0 if losses[epoch] < losses[epoch - 1] else flat + 1
        best = epoch if losses[epoch] < losses[best] else best
        if flat == patience:
            return epoch + 1, best
    return len(losses), best


when_to_stop = stopping(lambda loss, best: loss < best)


def best_of_all(losses, patience):
    """As `when_to_stop`, but the best epoch of all losses, those that were never trained for included."""
    return when_to_stop(losses, patience)[0], int(np.argmin(losses))


def last_epoch_index(losses, patience):
    """As `when_to_stop`, but the number of the last epoch, counted from 0."""
    epochs, best = when_to_stop(losses, patience)
    return epochs - 1, best


ENDINGS = {
    "that compares each loss with the epoch before; it must be better than the best so far": since_the_epoch_before,
    "an equal loss is no better loss: `<`, not `<=`": stopping(lambda loss, best: loss <= best),
    "that goes on for one epoch too late: it ends when `patience` epochs were not better": stopping(
        lambda loss, best: loss < best, late=1),
    "that ends an epoch too early: `patience` epochs after the best are trained": stopping(
        lambda loss, best: loss < best, late=-1),
    "the best epoch must be one that was trained: those after the end are not trained any more": best_of_all,
    "epochs in a row count: each best epoch starts the count anew": stopping(
        lambda loss, best: loss < best, since_best=False),
    "the first number is how many epochs were trained, not the last one's number from 0": last_epoch_index,
}


def courses():
    """Losses and a patience: with a tie, a rise and fall above the best, a late better one, an end that never comes."""
    wavy = [3.0, 2.0, 2.5, 2.2, 2.4, 1.0, 0.5]
    return [([3.0, 2.0, 2.1, 2.2, 2.3, 2.4], 3), ([2.0, 1.0, 1.0, 1.0, 0.5, 0.4], 2), (wavy, 3), (wavy, 4),
            ([5.0, 4.0, 3.0, 2.0], 2), ([1.0, 2.0, 3.0, 0.5], 2), ([4.0, 5.0, 3.0, 5.0, 2.0, 6.0, 7.0], 2), ([1.0], 3),
            ([2.0, 3.0, 1.0], 1)]


def _two_numbers(got):
    """Two whole numbers as a tuple. Raises ValueError or TypeError for anything else."""
    first, second = (one_number(part) for part in plain(got))
    if first is None or second is None or first % 1 or second % 1:
        raise ValueError("no two whole numbers")
    return int(first), int(second)


def _say_ending(arguments, right, got):
    losses, patience = arguments
    turned = " The number of epochs comes first." if got == right[::-1] and got != right else ""
    return f"with losses={losses} and patience={patience} it is {right}, yours gives {got}.{turned}"


# Exercise 7.12: which weights decay

def models(torch):
    """Small models whose norm layers have other names and kinds; the last has frozen weights, and one layer used twice."""
    nn = torch.nn
    plain_one = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Linear(3, 2))
    pictures = nn.Sequential(nn.Conv2d(1, 4, 3), nn.GroupNorm(2, 4), nn.Flatten(), nn.Linear(4, 2, bias=False))
    twice = nn.Linear(3, 3)
    frozen = nn.ModuleDict({"first": nn.Linear(4, 3), "scale": nn.LayerNorm(3), "again": nn.Sequential(twice, twice)})
    frozen["first"].requires_grad_(False)
    return [plain_one, pictures, frozen]


def _judge_groups(answer):
    if not callable(answer):
        return "answer must be a function: write def answer(model): above."
    torch = missing.side("torch").torch
    for model in models(torch):
        groups, problem = call(answer, model)
        problem = problem or _problem_of_groups(torch, model, groups)
        if problem:
            return problem
    return None


def _problem_of_groups(torch, model, groups):
    """What is wrong with the groups for one model, or None. AdamW itself says what it does not take."""
    if isinstance(groups, tuple):
        groups = list(groups)
    if not isinstance(groups, list):
        return f"it gives {kind(groups)}: return a list of two dicts."
    if len(groups) != 2 or not all(isinstance(group, dict) for group in groups):
        return f"return a list of two dicts, yours is {short(groups)}."
    optimizer, error = attempt(torch.optim.AdamW, groups)
    if error is not None:
        return f"AdamW does not take these groups: {attempt(errors.reason, error).result}"
    names = {id(weight): name for name, weight in model.named_parameters()}
    first, second = ({id(weight): weight for weight in group["params"]} for group in optimizer.param_groups)
    everything = {**first, **second}
    for number, weight in everything.items():
        if not weight.requires_grad:
            return f"{names.get(number, 'a weight')} is frozen: it requires no gradient, and belongs into neither group."
    for name, weight in model.named_parameters():
        if weight.requires_grad and id(weight) not in everything:
            return f"{name}, of shape {tuple(weight.shape)}, is in no group: it would never be trained."
    trained = [(name, weight) for name, weight in model.named_parameters() if weight.requires_grad]
    if all((weight.ndim > 1) == (id(weight) in second) for _, weight in trained):
        return "the two groups are the other way round: first what shall decay."
    for name, weight in trained:
        if weight.ndim > 1 and id(weight) in second:
            return f"{name}, of shape {tuple(weight.shape)}, is a matrix or a kernel: it should decay."
        if weight.ndim == 1 and id(weight) in first:
            what = "a bias" if name.endswith("bias") else "a norm layer's weight"
            tell = "a bias should not decay" if name.endswith("bias") else (
                "norm layers' weights decay here as well; their names end in `weight`, like those of matrices")
            return f"{name} is {what}: {tell}."
    for group, right, which in zip(optimizer.param_groups, (0.1, 0.0), ("first", "second")):
        if group["weight_decay"] != right:
            return f"the decay of the {which} group is {group['weight_decay']:g}, where {right} is asked for."
    return None


# Exercise 7.13: a frozen body

def readers(torch):
    """Models with a body and a head, in all states: norms and dropout inside, frozen or not, in either mode."""
    nn = torch.nn
    plain_one = nn.ModuleDict({"body": nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)), "head": nn.Linear(3, 2)})
    deep = nn.ModuleDict({"body": nn.Sequential(nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)), nn.Dropout(0.5)),
                          "head": nn.Sequential(nn.Dropout(0.5), nn.Linear(2, 2), nn.LayerNorm(2))})
    frozen = nn.ModuleDict({"body": nn.BatchNorm1d(3), "head": nn.Linear(3, 2)}).requires_grad_(False).eval()
    return [plain_one, deep, frozen]


def _judge_frozen(answer):
    if not callable(answer):
        return "answer must be a function: write def answer(model): above."
    torch = missing.side("torch").torch
    for parts in readers(torch):
        model = torch.nn.Module()
        model.body, model.head = parts["body"], parts["head"]
        model.train(parts.training)
        names = {id(weight): name for name, weight in model.named_parameters()}
        listed, problem = call(answer, model)
        problem = problem or _problem_of_frozen(torch, model, listed, names)
        if problem:
            return problem
    return None


def _problem_of_frozen(torch, model, listed, names):
    """What is wrong with a model that should be ready to train its head, or with the list of parameters; or None."""
    weights, error = attempt(list, listed)
    if error is not None or torch.is_tensor(listed) or not all(torch.is_tensor(weight) for weight in weights):
        return f"it gives {kind(listed)}: return the list of the parameters for the optimizer."
    for name, weight in model.named_parameters():
        if name.startswith("body") and weight.requires_grad:
            return f"{name} still takes a gradient: the body is to be frozen."
        if name.startswith("head") and not weight.requires_grad:
            return f"{name} takes no gradient: the head is to be trained, whatever state the model comes in."
    for name, part in model.named_modules():
        if name.startswith("body") and part.training:
            what = "drop numbers" if "Dropout" in type(part).__name__ else "change its averages" if hasattr(
                part, "running_mean") else "be in training mode"
            if what != "be in training mode" or part is model.body and not list(part.children()):
                return f"{name} ({type(part).__name__}) would {what}: the body's parts are to be at rest, by `eval()`."
        if name.startswith("head") and not part.training:
            return f"the head is not in training mode: {name} ({type(part).__name__}) is at rest."
    given = {id(weight) for weight in weights}
    for number in given:
        if not names.get(number, "").startswith("head"):
            return f"{names.get(number, 'something that is no parameter')} is on the list, which is for the head alone."
    for name, weight in model.head.named_parameters(prefix="head"):
        if id(weight) not in given:
            return f"{name} is not on the list: the optimizer would not train it."
    return None


EXERCISES = {
    "7.10": cases(cut_batches, of_the_whole, MIXED, _say_gradient, convert=_row, unfit=_unfit_row,
                  same=lambda got, right: np.allclose(got, right, rtol=1e-6, atol=1e-9),
                  no_function="answer must be a function: write def answer(slopes, counts): above.", hints=(
        "A mean over 16 scans and a mean over 7: which of the two should count for more?",
        "Make sums of the means first: each row times its count. Add them up.",
        "`counts @ slopes` is that sum. Divide it by the number of all scans.")),
    "7.11": cases(courses, when_to_stop, ENDINGS, _say_ending, convert=_two_numbers,
                  no_function="answer must be a function: write def answer(losses, patience): above.", hints=(
        "Go through the losses, and remember the epoch of the lowest one so far.",
        "How many epochs have passed since the best one? When that is `patience`, it ends.",
        "In the loop: if the loss is lower, `best = epoch`. If `epoch - best == patience`, return `epoch + 1, best`.")),
    "7.12": Exercise(_judge_groups, (
        "What do biases and the weights of norm layers have in common, that matrices do not?",
        "They have one axis: `weight.ndim == 1`. Leave out what has `requires_grad` False.",
        "Two dicts, each with `\"params\"` (a list of weights) and `\"weight_decay\"`: 0.1 and 0.0.")),
    "7.13": Exercise(_judge_frozen, (
        "Two things are to be set: who takes a gradient, and who is in training mode.",
        "`requires_grad_` is for the first, `train()` and `eval()` for the second; both work on `model.body` alone.",
        "`model.train()`, then `model.body.eval()`; `requires_grad_(False)` for the body, `True` for the head; return "
        "`list(model.head.parameters())`.")),
}
