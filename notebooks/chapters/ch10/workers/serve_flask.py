"""A model behind Flask: python serve_flask.py FOLDER NAME PORT torch|tf"""
import json
import runpy
import sys
from pathlib import Path

import flask
import waitress
import werkzeug

from chapters.ch10 import model_store, rest_api

VERBS = {"predict": rest_api.predict, "classify": rest_api.classify, "regress": rest_api.regress}


class Name(werkzeug.routing.BaseConverter):
    """A part of a path that ends at a colon: `digits` in /v1/models/digits:predict."""
    regex = "[^/:]+"


def create_app(folder, name, side):
    """The WSGI application. side: "torch" serves model.pt2 files, "tf" SavedModels."""
    load = runpy.run_path(str(Path(__file__).with_name(f"model_{side}.py")))["Model"]  # the file beside this one
    served = model_store.Versions(folder, name, load)
    app = flask.Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = rest_api.LIMIT
    app.url_map.converters["name"] = Name

    def act(model, verb, number=None, label=None):
        known(model)
        _, chosen = served.pick(number, label)
        return answer(VERBS[verb](chosen, flask.request.get_data()))

    def status(model, number=None, label=None):
        known(model)
        return answer(model_store.status(served, number if label is None else served.pick(label=label)[0]))

    def metadata(model, number=None, label=None):
        known(model)
        return answer(model_store.metadata(served, number, label))

    def known(model):
        if model != name:
            raise rest_api.Refused(404, f"servable not found: model {model!r}; this server has {name!r}")

    for place in ("", "/versions/<int:number>", "/labels/<name:label>"):
        path = f"/v1/models/<name:model>{place}"
        app.add_url_rule(f"{path}:<any(predict, classify, regress):verb>", view_func=act, methods=["POST"])
        app.add_url_rule(path, view_func=status)
        app.add_url_rule(f"{path}/metadata", view_func=metadata)

    @app.errorhandler(rest_api.Refused)
    def refused(error):
        return answer(json.dumps({"error": str(error)}), error.status)

    @app.errorhandler(werkzeug.exceptions.HTTPException)  # Flask's own: unknown path, wrong method, too large, our bug
    def failed(error):
        return answer(json.dumps({"error": error.description}), error.code, error.get_headers())

    app.wsgi_app = rest_api.guarded(app.wsgi_app)
    return app


def answer(text, status=200, headers=()):
    """JSON text as a response; of Flask's own headers for an error, those that say something (Allow)."""
    kept = {key: value for key, value in headers if key == "Allow"}
    return flask.Response(text, status, kept, content_type="application/json")


if __name__ == "__main__":
    folder, name, port, side = sys.argv[1:]
    waitress.serve(create_app(folder, name, side), host="127.0.0.1", port=port, threads=8,
                   max_request_body_size=16 * rest_api.LIMIT)  # above it, waitress refuses without reading
