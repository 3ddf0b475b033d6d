"""A PyTorch model as `chapters.ch10.rest_api` wants one: version folders hold a `model.pt2` written by torch.export.save."""
import logging

import numpy as np
import torch
from torch.utils import _pytree as pytree  # torch.export's own way to take nested inputs and outputs apart

from chapters.ch10.rest_api import DEFAULT, Refused, Signature, Tensor

torch.set_num_threads(1)  # requests run side by side; each gets one thread
KINDS = {bool: "bool", int: "int64", float: "float64",
         torch.SymBool: "bool", torch.SymInt: "int64", torch.SymFloat: "float64"}  # numbers that depend on open sizes


class Model:
    """signatures and call, as `chapters.ch10.rest_api` has them. Neither the model's source nor its class is needed.

    Raises ValueError for a model whose inputs or outputs are sparse, complex, or neither tensors nor numbers.
    """

    def __init__(self, folder):
        program = torch.export.load(folder / "model.pt2")
        self.run, self.tree = program.module(), program.call_spec.in_spec
        values = {node.name: node.meta["val"] for node in program.graph.nodes if node.op == "placeholder"}
        self.names = program.graph_signature.user_inputs
        inputs = {name: described(values[name], name) for name in self.names}
        tree, last = program.call_spec.out_spec, next(node for node in program.graph.nodes if node.op == "output")
        leaves = [leaf.meta["val"] if isinstance(leaf, torch.fx.Node) else leaf for leaf in last.args[0]][-tree.num_leaves:]
        outputs = {name: described(value, name) for name, value in named(pytree.tree_unflatten(leaves, tree)).items()}
        self.signatures = {DEFAULT: Signature(inputs, outputs)}
        self.warm_up()

    def warm_up(self):
        """Call once with zeros, since the first call is slow. A model that refuses zeros goes live all the same."""
        found = {}
        try:
            found = self.outputs({name: torch.zeros([1 if size is None else size for size in t.shape],
                                                    dtype=getattr(torch, t.dtype))
                                  for name, t in self.signatures[DEFAULT].inputs.items()})
        except Exception as error:  # whatever it is, a client's request may be better
            logging.getLogger(__name__).warning("the warm-up failed: %s", error)
        for name, value in found.items():
            described(value, name)  # the file calls a sparse output dense

    def call(self, name, arrays):
        try:
            found = self.outputs({key: torch.from_numpy(array) for key, array in arrays.items()})
        except (AssertionError, IndexError, RuntimeError, ValueError):  # shapes and types are right, so the values are not
            raise Refused(400, "the model does not accept these inputs") from None
        try:
            return {key: np.asarray(value) for key, value in found.items()}
        except TypeError:
            raise Refused(400, "the model gives what NumPy does not have, such as bfloat16") from None

    def outputs(self, tensors):
        args, others = pytree.tree_unflatten([tensors[name] for name in self.names], self.tree)
        with torch.inference_mode():
            return named(self.run(*args, **others))


def named(outputs):
    """Whatever a model gives as {name: tensor or number}: output_0, output_1 (as Keras says), or the keys of its dict.

    What lies deeper has the way to it as its name: {"a": (x, y)} gives a_0 and a_1.
    """
    if not isinstance(outputs, dict):
        outputs = {f"output_{place}": one for place, one in enumerate(
            outputs if isinstance(outputs, (tuple, list)) else [outputs])}
    leaves, _ = pytree.tree_flatten_with_path(outputs)
    return {"_".join(str(getattr(step, "key", getattr(step, "idx", step))) for step in way): leaf for way, leaf in leaves}


def described(value, name):
    """dtype and shape of a tensor, or of a number; a size that torch.export left open is None. Raises ValueError."""
    if type(value) in KINDS:
        return Tensor(KINDS[type(value)], ())
    if not isinstance(value, torch.Tensor) or value.layout != torch.strided or value.is_complex():
        what = f"{value.dtype}, {value.layout}" if isinstance(value, torch.Tensor) else repr(value)[:60]
        raise ValueError(f"{name!r} is {what}: only dense tensors that are not complex, and numbers, can be served")
    sizes = tuple(size if isinstance(size, int) else None for size in value.shape)
    return Tensor(str(value.dtype).removeprefix("torch."), sizes)
