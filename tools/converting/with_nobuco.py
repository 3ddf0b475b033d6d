"""nobuco: a network of PyTorch as one of Keras. --declared: past an operation that its torchvision misses."""
import sys

import measure

if "--declared" in sys.argv:
    measure.declare_nms()


def convert(folder):
    import nobuco
    model, tensors = measure.of_torch(folder)
    order = nobuco.ChannelOrder.PYTORCH
    converted = nobuco.pytorch_to_keras(model, tensors, inputs_channel_order=order, outputs_channel_order=order)

    def ask(arrays):
        outputs = converted(arrays if len(arrays) > 1 else arrays[0])
        return [output.numpy() for output in measure.listed(outputs)]
    return ask


if __name__ == "__main__":
    measure.main(convert)
