"""A model behind Flask: python serve_flask.py FOLDER NAME PORT torch|tf [CONNECTIONS]"""
import runpy
import sys
from pathlib import Path

import flask
import werkzeug

from chapters.ch10 import model_store, rest_api, routes, wsgi


def create_app(folder, name, side):
    """The WSGI application. side: "torch" serves model.pt2 files, "tf" SavedModels."""
    load = runpy.run_path(str(Path(__file__).with_name(f"model_{side}.py")))["Model"]  # the file beside this one
    return application(model_store.Versions(folder, name, load))


def application(served):
    """The WSGI application of a model_store.Versions."""
    app = flask.Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = rest_api.LIMIT

    @app.before_request  # before Flask looks for a route: the contract says what a path means, and what an unknown one gives
    def everything():
        request = flask.request
        path, body = request.environ[rest_api.PATH], request.get_data()
        status, text = routes.respond(served, request.method, path, request.headers, body)
        return flask.Response(text, status, routes.RETRY_AFTER.get(status), content_type="application/json")

    @app.errorhandler(werkzeug.exceptions.HTTPException)  # Flask's own: a body too large, our bug
    def failed(fault):
        text = rest_api.error(rest_api.TOO_LARGE if fault.code == 413 else fault.description)
        return flask.Response(text, fault.code, content_type="application/json")

    app.wsgi_app = rest_api.guarded(app.wsgi_app)
    return app


if __name__ == "__main__":
    folder, name, port, side, *connections = sys.argv[1:]
    wsgi.serve(create_app(folder, name, side), port, *map(int, connections))
