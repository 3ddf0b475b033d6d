"""A PyTorch model as `chapters.ch10.rest_api` wants one: version folders hold a `model.pt2` written by torch.export.save."""
import torch

from chapters.ch10.rest_api import DEFAULT, Signature, Tensor

torch.set_num_threads(1)  # requests run side by side; each gets one thread


class Model:
    """signatures and call, as `chapters.ch10.rest_api` has them. Neither the model's source nor its class is needed."""

    def __init__(self, folder):
        program = torch.export.load(folder / "model.pt2")
        self.run = program.module()
        values = {node.name: node.meta["val"] for node in program.graph.nodes if node.op == "placeholder"}
        self.names = program.graph_signature.user_inputs
        inputs = {name: described(values[name]) for name in self.names}
        zeros = {name: torch.zeros([1 if size is None else size for size in t.shape], dtype=getattr(torch, t.dtype))
                 for name, t in inputs.items()}
        outputs = {name: described(value) for name, value in self.outputs(zeros).items()}  # the first call is slow: here
        free = {name: t._replace(shape=(None, *t.shape[1:])) for name, t in outputs.items()}
        self.signatures = {DEFAULT: Signature(inputs, free)}

    def call(self, name, arrays):
        tensors = {key: torch.from_numpy(array) for key, array in arrays.items()}
        return {key: value.numpy() for key, value in self.outputs(tensors).items()}

    def outputs(self, tensors):
        with torch.inference_mode():
            found = self.run(*(tensors[name] for name in self.names))
        return found if isinstance(found, dict) else {"output_0": found}  # Keras's name for an output without one


def described(value):
    """dtype and shape of a tensor; a size that torch.export left open is None."""
    sizes = tuple(size if isinstance(size, int) else None for size in value.shape)
    return Tensor(str(value.dtype).removeprefix("torch."), sizes)
