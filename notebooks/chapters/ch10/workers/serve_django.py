"""A model behind Django, in one file: python serve_django.py FOLDER NAME PORT torch|tf [CONNECTIONS]"""
import runpy
import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import re_path

from chapters.ch10 import model_store, rest_api, routes, wsgi

served = None  # the models, once the application is made


def create_app(folder, name, side):
    """The WSGI application. side: "torch" serves model.pt2 files, "tf" SavedModels. Once per process: Django's settings."""
    load = runpy.run_path(str(Path(__file__).with_name(f"model_{side}.py")))["Model"]  # the file beside this one
    return application(model_store.Versions(folder, name, load))


def application(versions):
    """The WSGI application of a model_store.Versions."""
    global served
    served = versions
    settings.configure(ROOT_URLCONF=__name__, MIDDLEWARE=[], LOGGING_CONFIG=None,
                       DATA_UPLOAD_MAX_MEMORY_SIZE=rest_api.LIMIT)
    return rest_api.guarded(get_wsgi_application())


def everything(request):
    try:
        body = request.body
    except RequestDataTooBig:
        return reply(413, rest_api.error(rest_api.TOO_LARGE))
    return reply(*routes.respond(served, request.method, request.environ[rest_api.PATH], request.headers, body))


def reply(status, text):
    body = text.encode()
    return HttpResponse(body, status=status, content_type="application/json", headers={
        "Content-Length": len(body), **routes.RETRY_AFTER.get(status, {})})


urlpatterns = [re_path("", everything)]  # the contract says what a path means, and what an unknown one gives
handler400 = lambda request, exception: reply(400, rest_api.error("the request cannot be read"))  # noqa: E731
handler500 = lambda request: reply(500, rest_api.error("the server has a bug"))  # noqa: E731

if __name__ == "__main__":
    folder, name, port, side, *connections = sys.argv[1:]
    wsgi.serve(create_app(folder, name, side), port, *map(int, connections))
