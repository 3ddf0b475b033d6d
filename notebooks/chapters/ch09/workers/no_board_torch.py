"""PyTorch in a process in which the package tensorboard cannot be found: can it write a scalar?"""
import json
import sys
import tempfile

sys.modules["tensorboard"] = None  # what `import tensorboard` then does is what it does where it is not installed

try:
    from torch.utils.tensorboard import SummaryWriter
    with tempfile.TemporaryDirectory() as folder, SummaryWriter(folder) as writer:
        writer.add_scalar("loss", 1.0, 0)
    print(json.dumps({"writes": True, "error": ""}))
except ImportError as error:
    print(json.dumps({"writes": False, "error": type(error).__name__}))
