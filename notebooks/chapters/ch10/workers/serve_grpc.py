"""A model behind gRPC and, on a second port, behind Flask: python serve_grpc.py FOLDER NAME PORT REST_PORT torch|tf

Calls over gRPC show the environment's SERVER_KEY.
"""
import os
import runpy
import sys
from pathlib import Path

from chapters.ch10 import grpc_server, model_store, wsgi

if __name__ == "__main__":
    folder, name, port, rest_port, side = sys.argv[1:]
    load = runpy.run_path(str(Path(__file__).with_name(f"model_{side}.py")))["Model"]  # the files beside this one
    serve_flask = runpy.run_path(str(Path(__file__).with_name("serve_flask.py")))
    versions = model_store.Versions(folder, name, load)
    server, _ = grpc_server.serve(versions, os.environ["SERVER_KEY"], int(port))
    wsgi.serve(serve_flask["application"](versions), rest_port)
