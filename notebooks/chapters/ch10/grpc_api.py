"""TensorFlow Serving's gRPC API over a model_store.Versions: messages in, messages out, no server and no framework.

What a client must change is raised: `rest_api.Refused`, whose HTTP status CODES turns into gRPC's, or
`predict_requests.Failed` where the two doors say different things (as in TensorFlow Serving).
"""
import json

from google.protobuf import json_format
from grpc import StatusCode

from chapters.ch10 import grpc_messages as messages
from chapters.ch10 import model_store
from chapters.ch10.predict_requests import asked
from chapters.ch10.rest_api import Refused

CODES = {400: StatusCode.INVALID_ARGUMENT, 404: StatusCode.NOT_FOUND, 413: StatusCode.RESOURCE_EXHAUSTED,
         429: StatusCode.RESOURCE_EXHAUSTED, 501: StatusCode.UNIMPLEMENTED, 503: StatusCode.UNAVAILABLE,
         504: StatusCode.DEADLINE_EXCEEDED}
"""{HTTP status: what TensorFlow Serving says over gRPC in its place}"""


def predict(versions, request):
    """Answer a PredictRequest with a PredictResponse."""
    number, model = picked(versions, request)
    name, arrays = asked(model, request)
    found = model.call(name, arrays)
    answer = messages.PredictResponse()
    answer.model_spec.name, answer.model_spec.signature_name = versions.name, name
    answer.model_spec.version.value = number
    for key in filtered(list(request.output_filter), found):
        messages.pack(found[key], answer.outputs[key], one_by_one=True)
    return answer


def status(versions, request):
    """Answer a GetModelStatusRequest: what REST says too, for its JSON is protobuf's way to write this message."""
    named(versions, request)
    number = request.model_spec.version.value if request.model_spec.HasField("version") else None
    return json_format.Parse(model_store.status(versions, number), messages.GetModelStatusResponse())


def metadata(versions, request):
    """Answer a GetModelMetadataRequest; the one field that there is, signature_def, comes wrapped in an Any."""
    number, model = picked(versions, request)
    if list(request.metadata_field) != ["signature_def"]:
        raise Refused(400, "the metadata_field that there is, and must be asked for, is signature_def")
    described = json.loads(model_store.metadata(versions.name, number, model))["metadata"]["signature_def"]
    signatures = json_format.ParseDict(described, messages.SignatureDefMap(), ignore_unknown_fields=True)
    answer = messages.GetModelMetadataResponse()
    answer.model_spec.name, answer.model_spec.version.value = versions.name, number
    wrapped = answer.metadata["signature_def"]
    wrapped.type_url = f"type.googleapis.com/{signatures.DESCRIPTOR.full_name}"
    wrapped.value = signatures.SerializeToString()
    return answer


def health(versions, request):
    """Answer a HealthCheckRequest, of the whole server (""), or of a service by its name."""
    if request.service not in ("", "PredictionService", "ModelService"):  # TensorFlow Serving's names for them
        raise Refused(404, "there is no such service here")
    return messages.HealthCheckResponse(status="SERVING" if versions.live else "NOT_SERVING")


METHODS = {"/tensorflow.serving.PredictionService/Predict": predict,
           "/tensorflow.serving.PredictionService/GetModelMetadata": metadata,
           "/tensorflow.serving.ModelService/GetModelStatus": status,
           "/grpc.health.v1.Health/Check": health}


def named(versions, request):
    """Refuse a request that names no model, or another one than is served."""
    if not request.HasField("model_spec"):
        raise Refused(400, "missing ModelSpec")
    name = request.model_spec.name
    if not name:
        raise Refused(400, "ModelSpec has no name specified")
    if name != versions.name:
        raise Refused(404, f"servable not found: model {name[:80]!r}; this server has {versions.name!r}")


def picked(versions, request):
    """(number, model) of the version, of the label's version, or of the newest."""
    named(versions, request)
    spec = request.model_spec
    if spec.HasField("version_label"):
        try:
            return versions.pick(label=spec.version_label)
        except Refused as refused:  # TensorFlow Serving calls a label that it does not know an invalid argument
            raise Refused(400, str(refused)[:200]) from None
    return versions.pick(spec.version.value if spec.HasField("version") else None)


def filtered(names, outputs):
    """The outputs that a client asks for by name; all where it names none."""
    strange = [name for name in names if name not in outputs]
    if strange or len(names) != len(set(names)):
        raise Refused(400, f"output_filter names each output once, of {', '.join(outputs)}")
    return names or list(outputs)
