"""Lesson 10f: whether a message holds all its values, and work that ends when nobody waits."""
import math

import numpy as np

from chapters.ch10.grpc_messages import TensorProto
from helpers.course.judging import Exercise, call, cases, kind, short

# Exercise 10.8: as many values as the shape asks for


def complete(proto, content=True, more=False, width=4, scalar=True, unknown=False):
    """Whether a float32 TensorProto holds exactly its values; the keyword arguments are what one gets wrong."""
    if proto.tensor_shape.unknown_rank:
        return unknown
    sizes = [dim.size for dim in proto.tensor_shape.dim]
    count = math.prod(sizes) if sizes or scalar else 0
    held = len(proto.float_val)
    if content and proto.tensor_content:
        held = len(proto.tensor_content) / width
    return held >= count if more else held == count


def tensors():
    """Messages with their values in either field, too few, too many, of no axis, of unknown rank: tuples of one argument."""
    def one(shape, values=0, content=0, **others):
        dims = [{"size": size} for size in shape]
        return (TensorProto(dtype=1, tensor_shape={"dim": dims, **others}, float_val=[0.5] * values,
                            tensor_content=b"\0" * content),)
    return [one([2, 3], 6), one([2, 3], 5), one([2, 3]), one([2, 3], 1), one([2, 3], 7), one([2, 3], content=24),
            one([2, 3], content=6), one([2, 3], content=20), one([1, 8, 8], 64), one([1, 8, 8], 24), one([], 1), one([]),
            one([0, 8, 8]), one([0, 8, 8], 1), one([5], content=22), one([], 1, unknown_rank=True)]


def _shown(proto):
    sizes = [dim.size for dim in proto.tensor_shape.dim]
    rank = ", its rank unknown" if proto.tensor_shape.unknown_rank else ""
    return (f"a message of shape {sizes}{rank} with {len(proto.float_val)} numbers in float_val and "
            f"{len(proto.tensor_content)} bytes in tensor_content")


def _no_bool(got):
    return None if isinstance(got, (bool, np.bool_)) else f"return True or False, yours is {kind(got)}."


COUNTS = {
    "the numbers may also be in tensor_content, 4 bytes each": lambda proto: complete(proto, content=False),
    "tensor_content is counted in bytes, and a float32 has 4 of them": lambda proto: complete(proto, width=1),
    "too many numbers are not right either": lambda proto: complete(proto, more=True),
    "without an axis there is one number: the product of no sizes is 1": lambda proto: complete(proto, scalar=False),
    "with unknown_rank nobody knows how many are right: that is False": lambda proto: complete(
        TensorProto(tensor_shape={"dim": proto.tensor_shape.dim}, float_val=proto.float_val,
                    tensor_content=proto.tensor_content)),
    "22 bytes are no whole number of float32, although 22 // 4 is 5": lambda proto: (
        not proto.tensor_shape.unknown_rank and math.prod(dim.size for dim in proto.tensor_shape.dim)
        == (len(proto.tensor_content) // 4 if proto.tensor_content else len(proto.float_val))),
}


# Exercise 10.9: work that ends when nobody waits


class _Context:
    """What gRPC gives a handler, as far as the exercise needs it: somebody waits for so many looks."""

    def __init__(self, looks):
        self.looks = looks

    def is_active(self):
        self.looks -= 1
        return self.looks >= 0


def _judge_pieces(answer):
    if not callable(answer):
        return "answer must be a function: write def answer(call, images, context): above."
    rng = np.random.default_rng(0)
    for size in (40, 16, 3, 33):
        for looks in (99, 0, 1, 2):
            said = _piece(answer, rng.normal(size=(size, 8, 8)).astype("float32"), looks)
            if said:
                return said
    return None


def _piece(answer, images, looks):
    """What is wrong with one run over `images` of a client that is there for so many looks; None if nothing is."""
    sizes = []

    def model(part):
        sizes.append(len(part))
        return np.asarray(part).reshape(len(part), 64)[:, :10] * 2

    got, problem = call(answer, model, images, _Context(looks))
    if problem:
        return problem
    pieces = math.ceil(len(images) / 16)
    where = f"for {len(images)} pictures, of a client who has gone before look {looks + 1}," if looks < 99 else (
        f"for {len(images)} pictures")
    if any(size > 16 for size in sizes):
        return f"{where} the model is called with {max(sizes)} pictures: at most 16 a call."
    if 0 in sizes:
        return f"{where} the model is called without a picture."
    if looks < pieces:
        if len(sizes) > looks:
            return (f"{where} the model is called {len(sizes)} times, and not {looks}: look before each piece, "
                    "the first one too.")
        if len(sizes) < looks:
            return f"{where} the model is called {len(sizes)} times, and not {looks}: one look for each piece."
        return None if got is None else f"{where} return None: nobody reads a part of an answer. Yours is {short(got)}."
    if not isinstance(got, np.ndarray):
        return f"{where} return one array of all rows; yours is {kind(got)}."
    right = images.reshape(len(images), -1)[:, :10] * 2
    if got.shape != right.shape:
        return f"{where} the result has the shape {right.shape}, yours {got.shape}: join the pieces, all of them."
    if not np.array_equal(got, right):
        return f"{where} the rows are not those of the pictures, in their order."
    return None


EXERCISES = {
    "10.8": cases(
        tensors, complete, COUNTS, unfit=_no_bool, no_function="answer must be a function: write def answer(proto): above.",
        say=lambda given, right, got: f"{_shown(given[0])}: that is {right}, yours is {short(got)}.", hints=(
            "How many numbers does the shape ask for? The product of its sizes; `math.prod` takes a generator.",
            "How many are there? A fourth of the length of `tensor_content`; where it is empty, the length of `float_val`.",
            "`held = len(proto.tensor_content) / 4 or len(proto.float_val)`; and `unknown_rank` is False at once.")),
    "10.9": Exercise(_judge_pieces, (
        "A loop over the starts of the pieces: `range(0, len(images), 16)`.",
        "First look, `context.is_active()`; then compute. The order of these two is the exercise.",
        "`if not context.is_active(): return None`, then `parts.append(call(images[start : start + 16]))`.")),
}
