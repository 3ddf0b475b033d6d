"""TensorFlow in a process in which the package tensorboard cannot be found: can it write a scalar?"""
import json
import sys
import tempfile

sys.modules["tensorboard"] = None  # what `import tensorboard` then does is what it does where it is not installed

import tensorflow as tf  # noqa: E402
from tensorflow.python.summary.tb_summary import TBNotInstalledError  # noqa: E402

try:
    with tempfile.TemporaryDirectory() as folder, tf.summary.create_file_writer(folder).as_default():
        tf.summary.scalar("loss", 1.0, 0)
    print(json.dumps({"writes": True, "error": ""}))
except (ImportError, TBNotInstalledError) as error:
    print(json.dumps({"writes": False, "error": type(error).__name__}))
