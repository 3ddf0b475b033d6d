"""Which request asks for what: the paths and methods of TensorFlow Serving's REST API, and the status of each refusal.

What they mean is `rest_api`'s and `model_store`'s. A web server hands each request to `respond`, whatever its path.
"""
import re
import urllib.parse

from chapters.ch10 import model_store, rest_api

MODEL = r"/v1/models/([^/:]+)(?:/versions/([0-9]+)|/labels/([^/:]+))?"
ACT = re.compile(MODEL + ":(predict|classify|regress)", re.IGNORECASE)
LOOK = re.compile(MODEL.replace("/([^/:]+)", "(?:/([^/:]+))?", 1) + "(?:/(metadata))?", re.IGNORECASE)  # the name may lack
VERBS = {"predict": rest_api.predict, "classify": rest_api.classify, "regress": rest_api.regress}
RETRY_AFTER = {429: {"Retry-After": "1"}, 503: {"Retry-After": "1"}}
"""{status: headers}: who came too late, or met a full queue, may come again in a second. The real server does not say so."""
METHODS = {"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"}  # what the real server's own web server lets through


def respond(served, method, path, headers, body):
    """(status, JSON text) of one request.

    served: a model_store.Versions. path: as the client wrote it, with what follows a question mark. headers: has `get`.
    """
    try:
        status, text = 200, answer(served, method, path, headers, body)
    except rest_api.Refused as refused:
        status, text = refused.status, rest_api.error(str(refused))
    return status, "" if method == "HEAD" else text


def answer(served, method, path, headers, body):
    """The JSON text of an answer. Raises rest_api.Refused."""
    if method not in METHODS:
        raise rest_api.Refused(501, f"Not Implemented: the method {rest_api.brief(method)}")
    if not path.lower().startswith("/v1/"):
        raise rest_api.Refused(404, "there is nothing at this path")
    if method == "OPTIONS":
        if re.search("https?://", headers.get("Origin") or ""):
            return ""  # who may read the answer is said by headers, and there are none: no other page's script may
        raise rest_api.Refused(400, "Origin header is missing in CORS preflight")
    if method == "POST" and (found := ACT.fullmatch(path)) and (act := VERBS.get(found[4])):
        request = rest_api.parse(body, headers.get("Content-Encoding") or "")
        return act(picked(served, *asked(found))[1], request)
    if method == "GET" and (found := LOOK.fullmatch(path)):
        name, number, label = asked(found)
        if not name:
            raise rest_api.Refused(400, "Missing model name in request.")
        if found[4] == "metadata":
            return model_store.metadata(served.name, *picked(served, name, number, label))
        if name != served.name:
            raise rest_api.Refused(404, f"Could not find any versions of model {rest_api.brief(name)}")
        return model_store.status(served, number)  # of a label, too, all versions: so does the real server
    raise rest_api.Refused(400, f"Malformed request: {method} {rest_api.brief(path, 200)}")


def asked(found):
    """(name, number, label) of a path that fits, None for what it does not say. Raises rest_api.Refused (400)."""
    name, number, label = (part and urllib.parse.unquote(part) for part in found.groups()[:3])
    if number and not len(number) < 20 or number and int(number) >= 2**63:
        raise rest_api.Refused(400, f"Failed to convert version: {rest_api.brief(number)} to numeric.")
    return name, int(number) if number else None, label


def picked(served, name, number, label):
    """(number, model) that a path asks for. Raises rest_api.Refused: 404, but 400 for a label that nobody knows."""
    asks = f"Latest({rest_api.brief(name)})" if number is None else f"Specific({rest_api.brief(name)}, {number})"
    unknown = rest_api.Refused(404, f"Servable not found for request: {asks}")
    if label is not None:
        unknown = rest_api.Refused(400, f"Unrecognized servable version label: {rest_api.brief(label)}")
    if name != served.name:
        raise unknown
    try:
        return served.pick(number, label)
    except rest_api.Refused:
        raise unknown from None
