"""The messages of TensorFlow Serving's gRPC API, as far as this chapter speaks them, and the arrays in them. Loads neither
framework.

Packages, names and numbers are those of tensorflow_serving/apis/*.proto, tensorflow/core/*/*.proto and grpc.health.v1, so
that the bytes are the same; fields that nobody here asks for are left out, and a reader passes over numbers that it does not
know. (Three types that stand inside another one there, Dim, State and ServingStatus, stand beside it here: names are not
sent.) The classes are made from the tables, without a compiler, and in a pool of their own: TensorFlow keeps messages of
the same names in protobuf's common pool.
"""
import math

import grpc
import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from chapters.ch10.rest_api import Refused

LIMIT = 2**26  # bytes of one array, however few the message needs to describe it

DATA_TYPES = {  # name in the contract: (its number, NumPy's name, the field that holds such values one by one)
    "DT_FLOAT": (1, "float32", "float_val"),
    "DT_DOUBLE": (2, "float64", "double_val"),
    "DT_INT32": (3, "int32", "int_val"),
    "DT_UINT8": (4, "uint8", "int_val"),
    "DT_INT16": (5, "int16", "int_val"),
    "DT_INT8": (6, "int8", "int_val"),
    "DT_STRING": (7, "string", "string_val"),
    "DT_INT64": (9, "int64", "int64_val"),
    "DT_BOOL": (10, "bool", "bool_val"),
    "DT_UINT16": (17, "uint16", "int_val"),
    "DT_HALF": (19, "float16", "half_val"),
    "DT_UINT32": (22, "uint32", "uint32_val"),
    "DT_UINT64": (23, "uint64", "uint64_val"),
}

ENUMS = {
    "tensorflow.DataType": {"DT_INVALID": 0} | {name: number for name, (number, _, _) in DATA_TYPES.items()},
    "tensorflow.error.Code": {code.name: code.value[0] for code in grpc.StatusCode},
    "tensorflow.serving.State": {"UNKNOWN": 0, "START": 10, "LOADING": 20, "AVAILABLE": 30, "UNLOADING": 40, "END": 50},
    "grpc.health.v1.ServingStatus": {"UNKNOWN": 0, "SERVING": 1, "NOT_SERVING": 2, "SERVICE_UNKNOWN": 3},
}

MESSAGES = {  # a field's number: what a .proto file writes before the number
    "google.protobuf.Int64Value": {1: "int64 value"},
    "google.protobuf.Any": {1: "string type_url", 2: "bytes value"},
    "tensorflow.Dim": {1: "int64 size", 2: "string name"},
    "tensorflow.TensorShapeProto": {2: "repeated tensorflow.Dim dim", 3: "bool unknown_rank"},
    "tensorflow.TensorProto": {
        1: "tensorflow.DataType dtype", 2: "tensorflow.TensorShapeProto tensor_shape", 4: "bytes tensor_content",
        5: "repeated float float_val", 6: "repeated double double_val", 7: "repeated int32 int_val",
        8: "repeated bytes string_val", 10: "repeated int64 int64_val", 11: "repeated bool bool_val",
        13: "repeated int32 half_val", 16: "repeated uint32 uint32_val", 17: "repeated uint64 uint64_val"},
    "tensorflow.TensorInfo": {
        1: "oneof encoding string name", 2: "tensorflow.DataType dtype", 3: "tensorflow.TensorShapeProto tensor_shape"},
    "tensorflow.SignatureDef": {
        1: "map<string, tensorflow.TensorInfo> inputs", 2: "map<string, tensorflow.TensorInfo> outputs",
        3: "string method_name"},
    "tensorflow.serving.ModelSpec": {
        1: "string name", 2: "oneof version_choice google.protobuf.Int64Value version", 3: "string signature_name",
        4: "oneof version_choice string version_label"},
    "tensorflow.serving.PredictRequest": {
        1: "tensorflow.serving.ModelSpec model_spec", 2: "map<string, tensorflow.TensorProto> inputs",
        3: "repeated string output_filter"},
    "tensorflow.serving.PredictResponse": {
        1: "map<string, tensorflow.TensorProto> outputs", 2: "tensorflow.serving.ModelSpec model_spec"},
    "tensorflow.serving.PredictLog": {
        1: "tensorflow.serving.PredictRequest request", 2: "tensorflow.serving.PredictResponse response"},
    "tensorflow.serving.PredictionLog": {6: "oneof log_type tensorflow.serving.PredictLog predict_log"},
    "tensorflow.serving.StatusProto": {1: "tensorflow.error.Code error_code", 2: "string error_message"},
    "tensorflow.serving.ModelVersionStatus": {
        1: "int64 version", 2: "tensorflow.serving.State state", 3: "tensorflow.serving.StatusProto status"},
    "tensorflow.serving.GetModelStatusRequest": {1: "tensorflow.serving.ModelSpec model_spec"},
    "tensorflow.serving.GetModelStatusResponse": {
        1: "repeated tensorflow.serving.ModelVersionStatus model_version_status"},
    "tensorflow.serving.SignatureDefMap": {1: "map<string, tensorflow.SignatureDef> signature_def"},
    "tensorflow.serving.GetModelMetadataRequest": {
        1: "tensorflow.serving.ModelSpec model_spec", 2: "repeated string metadata_field"},
    "tensorflow.serving.GetModelMetadataResponse": {
        1: "tensorflow.serving.ModelSpec model_spec", 2: "map<string, google.protobuf.Any> metadata"},
    "grpc.health.v1.HealthCheckRequest": {1: "string service"},
    "grpc.health.v1.HealthCheckResponse": {1: "grpc.health.v1.ServingStatus status"},
}

METHODS = {  # path: (request, response)
    "/tensorflow.serving.PredictionService/Predict": (
        "tensorflow.serving.PredictRequest", "tensorflow.serving.PredictResponse"),
    "/tensorflow.serving.PredictionService/GetModelMetadata": (
        "tensorflow.serving.GetModelMetadataRequest", "tensorflow.serving.GetModelMetadataResponse"),
    "/tensorflow.serving.ModelService/GetModelStatus": (
        "tensorflow.serving.GetModelStatusRequest", "tensorflow.serving.GetModelStatusResponse"),
    "/grpc.health.v1.Health/Check": ("grpc.health.v1.HealthCheckRequest", "grpc.health.v1.HealthCheckResponse"),
}


# From the tables to classes

def _classes():
    """{full name: class} of MESSAGES. A file has one package, so there is one for each, which may use those before it."""
    pool, files = descriptor_pool.DescriptorPool(), []
    names = [*ENUMS, *MESSAGES]
    for package in ("google.protobuf", "tensorflow.error", "tensorflow", "tensorflow.serving", "grpc.health.v1"):
        file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
        file.dependency.extend(files)
        for name in names:
            if name.rpartition(".")[0] == package:
                _declare(file, name)
        pool.Add(file)
        files.append(file.name)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(name)) for name in MESSAGES}


def _declare(file, name):
    """Add an enum or a message of the tables to a file."""
    last = name.rpartition(".")[2]
    if name in ENUMS:
        values = [{"name": key, "number": number} for key, number in ENUMS[name].items()]
        file.enum_type.add(name=last, value=values)
        return
    message = file.message_type.add(name=last)
    for number, text in MESSAGES[name].items():
        _field(message, name, number, text)


def _field(message, full_name, number, text):
    """Add one field, such as 3: "repeated string output_filter", to a message."""
    kind, name = text.rsplit(" ", 1)
    field = message.field.add(name=name, number=number, label=_Field.LABEL_OPTIONAL)
    if kind.startswith("map<"):  # on the wire a map is a list of pairs, each a message of its own
        entry = message.nested_type.add(name=name.title().replace("_", "") + "Entry", options={"map_entry": True})
        key, value = kind.removeprefix("map<").removesuffix(">").split(", ")
        _typed(entry.field.add(name="key", number=1, label=_Field.LABEL_OPTIONAL), key)
        _typed(entry.field.add(name="value", number=2, label=_Field.LABEL_OPTIONAL), value)
        kind = f"repeated {full_name}.{entry.name}"
    *how, kind = kind.split(" ")
    if "repeated" in how:
        field.label = _Field.LABEL_REPEATED
    if "oneof" in how:  # at most one of the fields of a group is set
        if not message.oneof_decl:
            message.oneof_decl.add(name=how[1])
        field.oneof_index = 0
    _typed(field, kind)


def _typed(field, kind):
    """Give a field its type: one of protobuf's own, or one of the tables."""
    if "." not in kind:
        field.type = getattr(_Field, f"TYPE_{kind.upper()}")
    else:
        field.type = _Field.TYPE_ENUM if kind in ENUMS else _Field.TYPE_MESSAGE
        field.type_name = f".{kind}"


_Field = descriptor_pb2.FieldDescriptorProto
CLASSES = _classes()
TensorProto = CLASSES["tensorflow.TensorProto"]
PredictRequest = CLASSES["tensorflow.serving.PredictRequest"]
PredictResponse = CLASSES["tensorflow.serving.PredictResponse"]
PredictionLog = CLASSES["tensorflow.serving.PredictionLog"]
GetModelStatusRequest = CLASSES["tensorflow.serving.GetModelStatusRequest"]
GetModelStatusResponse = CLASSES["tensorflow.serving.GetModelStatusResponse"]
GetModelMetadataRequest = CLASSES["tensorflow.serving.GetModelMetadataRequest"]
GetModelMetadataResponse = CLASSES["tensorflow.serving.GetModelMetadataResponse"]
SignatureDefMap = CLASSES["tensorflow.serving.SignatureDefMap"]
HealthCheckRequest = CLASSES["grpc.health.v1.HealthCheckRequest"]
HealthCheckResponse = CLASSES["grpc.health.v1.HealthCheckResponse"]


# Arrays in messages

_BY_NAME = {numpy_name: (number, field) for number, numpy_name, field in DATA_TYPES.values()}
_BY_NUMBER = {number: (numpy_name, field) for number, numpy_name, field in DATA_TYPES.values()}


def data_type(dtype):
    """The number of a NumPy dtype, or of "string", as messages say it: 1 for float32."""
    return _BY_NAME[str(dtype)][0]


def pack(array, proto, one_by_one=False):
    """Write an array into the TensorProto `proto`. one_by_one: into a field of its type, as TensorFlow Serving answers,
    instead of as one piece of memory, as clients mostly ask. Arrays of bytes objects are always written one by one.

    Raises Refused (501) for a dtype that this chapter's messages do not have.
    """
    name = "string" if array.dtype.kind in "OS" else array.dtype.name
    if name not in _BY_NAME:
        raise Refused(501, f"arrays of {name} cannot be sent here")
    proto.dtype, field = _BY_NAME[name]
    for size in array.shape:
        proto.tensor_shape.dim.add(size=size)
    if name != "string" and not one_by_one:
        proto.tensor_content = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
        return
    values = array.view("uint16") if name == "float16" else array
    getattr(proto, field).extend(values.reshape(-1).tolist())


def unpack(proto, name):
    """The array in a TensorProto. Where a message holds fewer values than its shape asks for, the last one stands for the
    rest, and of too many the first are taken, as TensorFlow reads it. Raises Refused; name: what the sentence calls it.
    """
    if proto.dtype not in _BY_NUMBER:
        raise Refused(400, f"{name}: arrays of the type number {proto.dtype} are not known here")
    kind, field = _BY_NUMBER[proto.dtype]
    shape = [dim.size for dim in proto.tensor_shape.dim]
    if proto.tensor_shape.unknown_rank or any(size < 0 for size in shape):
        raise Refused(400, f"{name}: the shape of an array must be known")
    dtype = np.dtype(object if kind == "string" else kind)
    count = math.prod(shape)
    if count * dtype.itemsize > LIMIT:
        raise Refused(413, f"{name}: an array of shape {shape[:8]} is too large here")
    if proto.tensor_content and kind != "string":
        if len(proto.tensor_content) != count * dtype.itemsize:
            raise Refused(400, f"{name}: {len(proto.tensor_content)} bytes where shape {shape} has {count * dtype.itemsize}")
        return np.frombuffer(proto.tensor_content, dtype.newbyteorder("<")).astype(dtype).reshape(shape)
    values = getattr(proto, field)
    if kind == "string":
        given = np.empty(len(values), object)
        given[:] = values
    else:
        bits = "uint16" if field == "half_val" else dtype
        given = np.array(values, "int32" if field in ("half_val", "int_val") else dtype).astype(bits).view(dtype)
    return _filled(given[:count], count, dtype).reshape(shape)


def _filled(given, count, dtype):
    """`count` values: those given, then the last of them again and again; without any, the type's zero."""
    if not len(given):
        return np.full(count, b"" if dtype.kind == "O" else 0, dtype)
    return np.concatenate([given, np.full(count - len(given), given[-1], dtype)])
