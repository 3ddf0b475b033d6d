"""gunicorn's worker with threads, whose own errors are the contract's: {"error": ...}. For `--worker-class`."""
import gunicorn.workers.base
from gunicorn.workers.gthread import ThreadWorker

from chapters.ch10 import rest_api


class Worker(ThreadWorker):
    def init_process(self):
        gunicorn.workers.base.util.write_error = write_error  # gunicorn has no setting for it: by itself it writes HTML
        super().init_process()


def write_error(sock, status, reason, sentence):
    """Answer what gunicorn itself refuses (400, 414, 431, 501 ...)."""
    body = rest_api.error(rest_api.brief(f"{reason}: {sentence}", 200)).encode()
    head = (f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n")
    gunicorn.workers.base.util.write_nonblock(sock, head.encode() + body)
