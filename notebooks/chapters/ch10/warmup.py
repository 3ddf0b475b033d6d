"""Recorded requests that a version must answer before it goes live, in the file that TensorFlow Serving reads:

    digits/2/assets.extra/tf_serving_warmup_requests     a TFRecord file, each record a PredictionLog

(www.tensorflow.org/tfx/serving/saved_model_warmup; servables/tensorflow/saved_model_warmup_util.cc has the limit, and that
one request which fails ends the loading.) A model.pt2 may bring the same file. Of the kinds of requests that
TensorFlow Serving records, ours answers Predict; it passes over a record without a request, ours refuses it.
"""
from pathlib import Path

from google.protobuf.message import DecodeError

from chapters.ch10 import predict_requests, records
from chapters.ch10.grpc_messages import PredictionLog

FILE = "assets.extra/tf_serving_warmup_requests"
MOST = 1000  # records: WarmupConsts::kMaxNumRecords


def write(folder, requests):
    """Record PredictRequests in the folder of a version: the file that its server answers first."""
    logs = [PredictionLog(predict_log={"request": request}) for request in requests]
    records.write(Path(folder) / FILE, [log.SerializeToString() for log in logs])


def read(folder):
    """The PredictRequests that the folder of a version brings, a list; empty without the file.

    Raises ValueError for a damaged file, for more than MOST records, and for a record that holds no such request.
    """
    path, found = Path(folder) / FILE, []
    if not path.is_file():
        return found
    for number, record in enumerate(records.read(path), 1):
        if number > MOST:
            raise ValueError(f"{FILE} holds more than {MOST} recorded requests: keep the most telling ones")
        try:
            log = PredictionLog.FromString(record)
        except DecodeError:
            raise ValueError(f"record {number} of {FILE} is no PredictionLog") from None
        if not log.HasField("predict_log"):
            raise ValueError(f"record {number} of {FILE} holds no request of Predict, the one kind that is answered here")
        found.append(log.predict_log.request)
    return found


def answer(model, folder):
    """Let a model answer what the folder of its version has recorded. Returns how many there were.

    Raises ValueError where one fails, and as `read`.
    """
    requests = read(folder)
    for number, request in enumerate(requests, 1):
        try:
            model.call(*predict_requests.asked(model, request))
        except Exception as error:  # whatever it is, a client's request would meet it, too
            raise ValueError(f"the recorded request {number} of {len(requests)} is not answered: {error}") from error
    return len(requests)
