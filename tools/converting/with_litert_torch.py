"""litert-torch: a network of PyTorch as a file for LiteRT."""
import measure


def convert(folder):
    import litert_torch
    model, tensors = measure.of_torch(folder)
    converted = litert_torch.convert(model, tuple(tensors))
    return lambda arrays: measure.listed(converted(*arrays))


if __name__ == "__main__":
    measure.main(convert)
