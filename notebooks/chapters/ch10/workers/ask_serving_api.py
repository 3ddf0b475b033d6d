"""Ask a gRPC model server with TensorFlow Serving's own client package, which knows nothing of this course.

PYTHONPATH names the package's folder. JSON in: target, key, image (the input's name), pictures (nested lists). JSON out:
probabilities, version, states, signatures, and the status codes of three requests that a server must refuse.
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import grpc  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from tensorflow_serving.apis import (  # noqa: E402
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

job = json.load(sys.stdin)
channel = grpc.insecure_channel(job["target"], [("grpc.enable_http_proxy", 0)])
prediction = prediction_service_pb2_grpc.PredictionServiceStub(channel)
model = model_service_pb2_grpc.ModelServiceStub(channel)
calling = {"timeout": 60, "metadata": [("authorization", f"Bearer {job['key']}")]}


def request_for(pictures, name="digits", signature=""):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    request.inputs[job["image"]].CopyFrom(tf.make_tensor_proto(pictures))
    return request


def code_of(request):
    try:
        prediction.Predict(request, **calling)
    except grpc.RpcError as error:
        return error.code().name
    return "OK"


pictures = np.array(job["pictures"], "float32")
answer = prediction.Predict(request_for(pictures), **calling)
states = get_model_status_pb2.GetModelStatusRequest()
states.model_spec.name = "digits"
rows = model.GetModelStatus(states, **calling).model_version_status
asked = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
asked.model_spec.name = "digits"
signatures = get_model_metadata_pb2.SignatureDefMap()
prediction.GetModelMetadata(asked, **calling).metadata["signature_def"].Unpack(signatures)
print(json.dumps({
    "probabilities": tf.make_ndarray(next(iter(answer.outputs.values()))).tolist(),
    "version": answer.model_spec.version.value,
    "states": {row.version: get_model_status_pb2.ModelVersionStatus.State.Name(row.state) for row in rows},
    "signatures": sorted(signatures.signature_def),
    "refused": [code_of(request_for(pictures, name="cats")), code_of(request_for(pictures, signature="other")),
                code_of(request_for(pictures[0]))]}))
