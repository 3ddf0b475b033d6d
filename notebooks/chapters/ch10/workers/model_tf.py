"""A SavedModel as `chapters.ch10.rest_api` wants a model: version folders hold what Keras's model.export writes."""
import logging
import os
import re

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf  # noqa: E402

from chapters.ch10.rest_api import Refused, Signature, Tensor  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(1)  # requests run side by side; each gets one thread


class Model:
    """signatures and call, as `chapters.ch10.rest_api` describes them. Neither Keras nor the model's source is needed."""

    def __init__(self, folder):
        self.loaded = tf.saved_model.load(folder)
        self.functions = dict(self.loaded.signatures)
        self.signatures = {name: Signature(described(f.structured_input_signature[1]), described(f.structured_outputs))
                           for name, f in self.functions.items()}
        for name in self.signatures:
            self.warm_up(name)

    def warm_up(self, name):
        """Call a signature once with zeros, since the first call is slow. One that refuses zeros goes live all the same."""
        inputs = self.signatures[name].inputs
        if any(t.dtype == "string" or t.shape is None for t in inputs.values()):
            return  # what would such a request hold?
        zeros = {key: tf.zeros([1 if size is None else size for size in t.shape], t.dtype) for key, t in inputs.items()}
        try:
            self.call(name, zeros)
        except Refused as refused:
            logging.getLogger(__name__).warning("the warm-up of %s was refused: %s", name, refused)

    def call(self, name, arrays):
        wanted = self.signatures[name].inputs
        try:
            found = self.functions[name](**{key: tf.constant(arrays[key], t.dtype) for key, t in wanted.items()})
        except tf.errors.InvalidArgumentError as error:  # what only the graph can find out, for example a missing feature
            told = re.search(r"^(.+?)\s*\[\[\{\{node", error.message, re.M)  # around it stand the server's files and lines
            raise Refused(400, told.group(1) if told else "the model does not accept these inputs") from None
        return {key: value.numpy() for key, value in found.items()}

    def examples(self, rows):
        """A list of {feature: list of numbers or of bytes} as serialized tf.train.Example."""
        return [tf.train.Example(features=tf.train.Features(feature={
            key: feature(values) for key, values in row.items()})).SerializeToString() for row in rows]


def feature(values):
    if any(isinstance(value, bytes) for value in values):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
    if all(isinstance(value, int) for value in values):
        return tf.train.Feature(int64_list=tf.train.Int64List(value=values))
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def described(specs):
    return {name: Tensor(spec.dtype.name, None if spec.shape.rank is None else tuple(spec.shape.as_list()))
            for name, spec in specs.items()}
