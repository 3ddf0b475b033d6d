"""What a PredictRequest asks of a model: a signature, and the arrays of its inputs. For clients' requests, and for recorded
ones."""
from grpc import StatusCode

from chapters.ch10 import grpc_messages as messages
from chapters.ch10.rest_api import DEFAULT, Refused


class Failed(Exception):
    """A call that cannot be answered: a gRPC status `code`, and a sentence that says why."""

    def __init__(self, code, sentence):
        super().__init__(sentence)
        self.code = code


def asked(model, request):
    """(signature's name, {input: array}) of a PredictRequest. Raises Refused, or Failed where the doors differ."""
    name = request.model_spec.signature_name or DEFAULT
    if name not in model.signatures:  # over REST this is a 400, the number of an invalid argument
        raise Failed(StatusCode.FAILED_PRECONDITION, f"serving signature key {name[:80]!r} not found")
    wanted = model.signatures[name].inputs
    if request.inputs.keys() != wanted.keys():
        raise Refused(400, f"the inputs {', '.join(sorted(wanted))} are asked for, {len(request.inputs)} came: "
                      f"{', '.join(sorted(request.inputs))[:200]}")
    return name, {key: fitting(messages.unpack(request.inputs[key], key), tensor, key) for key, tensor in wanted.items()}


def fitting(array, wanted, name):
    """The array, if it has the dtype and the shape that a signature asks for. Raises Refused; nothing is converted."""
    kind = "string" if array.dtype.kind == "O" else array.dtype.name
    if kind != wanted.dtype:
        raise Refused(400, f"{name}: {kind} where {wanted.dtype} is asked for")
    if wanted.shape is not None and (array.ndim != len(wanted.shape) or any(
            asked not in (None, size) for asked, size in zip(wanted.shape, array.shape))):
        asked = ["any" if size is None else size for size in wanted.shape]
        raise Refused(400, f"{name}: shape {list(array.shape)[:8]} where {asked} is asked for")
    return array
