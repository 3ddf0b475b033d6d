"""A model server that speaks gRPC: in a process of its own, with a REST door as those of servers.py have, or in this one."""
import concurrent.futures
import contextlib
import logging
import secrets
import sys
from typing import NamedTuple

import grpc

from chapters.ch10 import batching, grpc_api, predict_requests, rest_api, servers
from chapters.ch10.grpc_messages import CLASSES, METHODS
from helpers import process, web
from helpers.course import missing

WAITING = 64  # calls that run or wait for a thread; one more is refused with RESOURCE_EXHAUSTED


class Door(NamedTuple):
    """Where a gRPC server is, and what each call must show. All accounts of a machine reach its ports."""
    target: str    # "127.0.0.1:PORT"
    key: str       # 32 letters drawn at random
    url: str = ""  # of its REST door, as `servers.start` gives it; "" where it has none

    @property
    def metadata(self):
        """What a call sends along besides its message, as HTTP's headers are sent."""
        return [("authorization", f"Bearer {self.key}")]


def start(folder, side):
    """Start a server of the versions in `folder`, and return its Door. It runs until `servers.stop`.

    side: "torch" or "tf". Raises NotInstalled where the side's framework is not: its server could not start.
    """
    missing.side(side)
    return servers.keep(running(folder, servers.MODEL, side))


@contextlib.contextmanager
def running(folder, name, side):
    """A context with the Door of a server in a process of its own, which ends with the block."""
    port, rest_port, key = web.free_port(), web.free_port(), secrets.token_hex(16)
    base = web.secret_base(rest_port)
    url = f"http://127.0.0.1:{rest_port}{base}/v1/models/{name}"
    args = [sys.executable, "-P", process.worker("ch10/serve_grpc"), folder, name, port, rest_port, side]
    env = process.lean({"SERVER_KEY": key, "SERVER_BASE": base})
    with process.server(args, url, timeout=90, env=env, base=base):
        yield Door(f"127.0.0.1:{port}", key, url)


def serve(versions, key="", port=0, threads=8):
    """A gRPC server over a model_store.Versions in this process, started: (grpc.Server, port). The caller stops it.

    port: 0 for a free one. threads: so many calls run at a time; more wait.
    """
    pool = concurrent.futures.ThreadPoolExecutor(threads)
    own_port = ("grpc.so_reuseport", 0)  # else a second server may take the same port, and half of the calls
    server = grpc.server(pool, options=[own_port], maximum_concurrent_rpcs=WAITING)
    for path, answer in grpc_api.METHODS.items():
        _, service, method = path.split("/")
        request, response = METHODS[path]
        guarded = _guarded(answer, versions, "" if service == "grpc.health.v1.Health" else key)  # probes show no key
        handler = grpc.unary_unary_rpc_method_handler(
            guarded, CLASSES[request].FromString, CLASSES[response].SerializeToString)
        server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, {method: handler})])
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, port


def _guarded(answer, versions, key):
    """A function of grpc_api as gRPC calls it: who shows the key is answered, and an error becomes a status."""
    def behavior(request, context):
        shown = dict(context.invocation_metadata()).get("authorization", "")
        if key and not secrets.compare_digest(str(shown).encode(), f"Bearer {key}".encode()):
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "show the server's key: authorization: Bearer KEY")
        try:
            with batching.until(context.time_remaining()):  # who waits in a queue of ours is given up in time, too
                return answer(versions, request)
        except rest_api.Refused as refused:
            code, sentence = grpc_api.CODES.get(refused.status, grpc.StatusCode.INVALID_ARGUMENT), str(refused)
        except predict_requests.Failed as failed:
            code, sentence = failed.code, str(failed)
        except Exception:  # a bug of ours: the log has it, the client is not told how we are built
            logging.getLogger(__name__).exception("a call failed")
            code, sentence = grpc.StatusCode.INTERNAL, "the server has a bug"
        context.abort(code, sentence[:1000])  # it travels in HTTP's trailers, which are short
    return behavior
