"""A model behind gRPC: python serve_grpc.py FOLDER NAME PORT torch|tf. Calls show the environment's SERVER_KEY."""
import os
import runpy
import sys
from pathlib import Path

from chapters.ch10 import grpc_server, model_store

if __name__ == "__main__":
    folder, name, port, side = sys.argv[1:]
    load = runpy.run_path(str(Path(__file__).with_name(f"model_{side}.py")))["Model"]  # the file beside this one
    versions = model_store.Versions(folder, name, load)
    server, _ = grpc_server.serve(versions, os.environ["SERVER_KEY"], int(port))
    server.wait_for_termination()
