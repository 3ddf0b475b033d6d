"""A model behind Django, in one file: python serve_django.py FOLDER NAME PORT torch|tf"""
import runpy
import sys
from pathlib import Path

import waitress
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, JsonResponse
from django.urls import re_path

from chapters.ch10 import model_store, rest_api

VERBS = {"predict": rest_api.predict, "classify": rest_api.classify, "regress": rest_api.regress}
served = None  # the models, once create_app has loaded them


def create_app(folder, name, side):
    """The WSGI application. side: "torch" serves model.pt2 files, "tf" SavedModels. Once per process: Django's settings."""
    global served
    settings.configure(ROOT_URLCONF=__name__, MIDDLEWARE=[],
                       DATA_UPLOAD_MAX_MEMORY_SIZE=rest_api.LIMIT, LOGGING_CONFIG=None)
    load = runpy.run_path(str(Path(__file__).with_name(f"model_{side}.py")))["Model"]  # the file beside this one
    served = model_store.Versions(folder, name, load)
    return rest_api.guarded(get_wsgi_application())


def view(method):
    """Decorator: a view of one method that returns JSON text, or raises rest_api.Refused."""
    def wrap(function):
        def wrapped(request, model, number=None, label=None, **others):
            if request.method != method:
                return error(405, f"{request.method} is not allowed here, {method} is", {"Allow": method})
            try:
                if model != served.name:
                    raise rest_api.Refused(404, f"servable not found: model {model!r}; this server has {served.name!r}")
                text = function(request, number=int(number) if number else None, label=label, **others)
            except RequestDataTooBig:
                return error(413, f"the body is too large: {rest_api.LIMIT} bytes are allowed")
            except rest_api.Refused as refused:
                return error(refused.status, str(refused))
            return HttpResponse(text, content_type="application/json")
        return wrapped
    return wrap


@view("POST")
def act(request, verb, number, label):
    _, chosen = served.pick(number, label)
    return VERBS[verb](chosen, request.body)


@view("GET")
def status(request, number, label):
    return model_store.status(served, number if label is None else served.pick(label=label)[0])


@view("GET")
def metadata(request, number, label):
    return model_store.metadata(served, number, label)


def error(code, sentence, headers=None):
    return JsonResponse({"error": sentence}, status=code, headers=headers)


MODEL = r"^v1/models/(?P<model>[^/:]+)(?:/versions/(?P<number>[0-9]{1,18})|/labels/(?P<label>[^/:]+))?"
urlpatterns = [re_path(MODEL + ":(?P<verb>predict|classify|regress)$", act), re_path(MODEL + "$", status),
               re_path(MODEL + "/metadata$", metadata)]
handler400 = lambda request, exception: error(400, "the request cannot be read")  # noqa: E731
handler404 = lambda request, exception: error(404, "there is nothing at this path")  # noqa: E731
handler500 = lambda request: error(500, "the server has a bug")  # noqa: E731

if __name__ == "__main__":
    folder, name, port, side = sys.argv[1:]
    waitress.serve(create_app(folder, name, side), host="127.0.0.1", port=port, threads=8,
                   max_request_body_size=16 * rest_api.LIMIT)  # above it, waitress refuses without reading
