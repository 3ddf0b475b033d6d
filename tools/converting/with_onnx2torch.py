"""onnx2torch: an ONNX file as a network of PyTorch. --declared: past an operation that its torchvision misses."""
import sys

import measure
import torch

if "--declared" in sys.argv:
    measure.declare_nms()


def convert(folder):
    import onnx2torch
    model = onnx2torch.convert(folder / "model.onnx").eval()

    def ask(arrays):
        with torch.inference_mode():
            outputs = model(*(torch.from_numpy(array) for array in arrays))
        return [output.numpy() for output in measure.listed(outputs)]
    return ask


if __name__ == "__main__":
    measure.main(convert)
