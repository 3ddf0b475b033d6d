"""Lesson 11a's network in PyTorch and its files, for the lessons after it."""
import numpy as np
import torch

from chapters.ch11 import edge, training
from helpers import session, torch_side

IMAGE = torch.zeros(1, 1, 8, 8)
"""An example of an input: only its shape and type count."""


def channels_first(pictures):
    """Pictures (n, 8, 8, 1) as a tensor (n, 1, 8, 8)."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2)


def network():
    """Two convolutions, one pooling, one dense layer; float64."""
    layers = torch.nn
    return layers.Sequential(
        layers.Conv2d(1, 8, 3, padding=1), layers.ReLU(), layers.Conv2d(8, 16, 3, padding=1), layers.ReLU(),
        layers.MaxPool2d(2), layers.Flatten(), layers.Linear(256, 10)).double()


def trained(seed, epochs):
    """The network, trained as in lesson 11a, in float32."""
    net = network()
    torch_side.set_weights(net, training.for_torch(training.weights(seed)))
    sgd = torch.optim.SGD(net.parameters(), lr=0.125, momentum=0.75)
    for x, y in training.batches(seed, epochs):
        loss = torch.nn.functional.cross_entropy(net(channels_first(x)), torch.from_numpy(y))
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    return net.float().eval()


def scores(net, pictures):
    """A network's scores for pictures (n, 8, 8, 1), as NumPy (n, 10)."""
    with torch.inference_mode():
        return torch_side.to_numpy(net(channels_first(pictures)))


def for_executorch(program):
    """The bytes of an ExecuTorch file, from an exported program, for XNNPACK."""
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import to_edge_transform_and_lower
    with edge.quiet():  # it reports on the processor
        return to_edge_transform_and_lower(program, partitioner=[XnnpackPartitioner()]).to_executorch().buffer


def run_executorch(file):
    """A function of one picture (1, 8, 8, 1) that ExecuTorch computes, from the bytes of a file."""
    from executorch.runtime import Runtime
    with edge.quiet():
        program = Runtime.get().load_program(file)
        method = program.load_method("forward")

    def answer(picture, keep=program):  # the program must outlive its method
        image = torch.empty(1, 1, 8, 8)  # a fresh buffer, row after row: lesson 11a
        image.copy_(channels_first(picture))
        return method.execute([image])[0].numpy()

    with edge.quiet():
        answer(np.zeros((1, 8, 8, 1), "float32"))  # the first call reports on the processor, too
    return answer


def input_of(file):
    """What the bytes of an ExecuTorch file want as their input: {"shape": [numbers], "type": name of a dtype}."""
    from executorch.exir.scalar_type import ScalarType
    from executorch.runtime import Runtime
    with edge.quiet():
        wants = Runtime.get().load_program(file).metadata("forward").input_tensor_meta(0)
    name = ScalarType(wants.dtype()).name.lower()
    return {"shape": list(wants.sizes()), "type": {"float": "float32", "byte": "uint8", "char": "int8"}.get(name, name)}


def to_onnx(net, path):
    """Write the network as an ONNX file; returns the shape of the input that the file asks for."""
    with session.quiet():
        exported = torch.onnx.export(net, (IMAGE,), input_names=["image"], output_names=["logits"], verbose=False)
    exported.save(path)
    return list(IMAGE.shape)
