"""A SavedModel as `chapters.ch10.rest_api` wants a model: version folders hold what Keras's model.export writes."""
import logging
import os
import re
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.modules.setdefault("keras", None)  # else TensorFlow loads it, which takes nearly as long as the rest of it
import tensorflow as tf  # noqa: E402
from google.protobuf import json_format  # noqa: E402
from tensorflow.core.protobuf import saved_model_pb2  # noqa: E402

from chapters.ch10.rest_api import Refused, Signature, Tensor  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(1)  # requests run side by side; each gets one thread
STATUS = {tf.errors.NotFoundError: 404, tf.errors.ResourceExhaustedError: 429, tf.errors.UnimplementedError: 501,
          tf.errors.UnavailableError: 503, tf.errors.InvalidArgumentError: 400, tf.errors.FailedPreconditionError: 400,
          tf.errors.OutOfRangeError: 400}  # what TensorFlow Serving says of a graph's error; of any other, 500


class Model:
    """signatures and call, as `chapters.ch10.rest_api` describes them. Neither Keras nor the model's source is needed.

    signature_defs: what the file says of the signatures, as metadata has it. Raises ValueError for a signature whose
    inputs or outputs are sparse, ragged or complex.
    """

    def __init__(self, folder):
        self.loaded = tf.saved_model.load(folder)
        self.functions = dict(self.loaded.signatures)
        self.signatures = {name: Signature(described(f.structured_input_signature[1], name),
                                           described(f.structured_outputs, name)) for name, f in self.functions.items()}
        file = saved_model_pb2.SavedModel.FromString((Path(folder) / "saved_model.pb").read_bytes())
        self.signature_defs = {name: json_format.MessageToDict(
            one, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
            for name, one in file.meta_graphs[0].signature_def.items()}
        for name in self.signatures:
            self.warm_up(name)

    def warm_up(self, name):
        """Call a signature once with zeros, since the first call is slow. One that refuses zeros goes live all the same."""
        inputs = self.signatures[name].inputs
        if any(t.dtype == "string" or t.shape is None for t in inputs.values()):
            return  # what would such a request hold?
        try:
            self.call(name, {key: tf.zeros([1 if size is None else size for size in t.shape], t.dtype)
                             for key, t in inputs.items()})
        except Exception as error:  # whatever it is, a client's request may be better
            logging.getLogger(__name__).warning("the warm-up of %s failed: %s", name, error)

    def call(self, name, arrays):
        wanted = self.signatures[name].inputs
        try:
            found = self.functions[name](**{key: tf.constant(arrays[key], t.dtype) for key, t in wanted.items()})
        except tuple(STATUS) as error:  # what only the graph can find out, for example a missing feature
            told = re.search(r"^(.+?)\s*\[\[\{\{node", error.message, re.M)  # around it stand the server's files and lines
            raise Refused(STATUS[type(error)], told.group(1)[:200] if told else
                          "the model does not accept these inputs") from None
        return {key: value.numpy() for key, value in found.items()}

    def examples(self, rows):
        """A list of {feature: list of numbers or of bytes} as serialized tf.train.Example."""
        return [tf.train.Example(features=tf.train.Features(feature={
            key: feature(values) for key, values in row.items()})).SerializeToString() for row in rows]


def feature(values):
    if not values:
        return tf.train.Feature()  # of no kind: as good as missing
    if isinstance(values[0], bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
    if isinstance(values[0], int):
        return tf.train.Feature(int64_list=tf.train.Int64List(value=values))
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def described(specs, signature):
    """{name: Tensor} of a signature's inputs or outputs. Raises ValueError for what is no dense tensor of real numbers."""
    for name, spec in specs.items():
        if not isinstance(spec, tf.TensorSpec) or spec.dtype.is_complex:
            raise ValueError(f"{name!r} of the signature {signature!r} is {spec}: only dense tensors that are not complex "
                             "can be served")
    return {name: Tensor(spec.dtype.name, None if spec.shape.rank is None else tuple(spec.shape.as_list()))
            for name, spec in specs.items()}
