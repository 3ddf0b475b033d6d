"""waitress as the chapter's servers use it: on loopback, and with errors of its own in the contract's form."""
import waitress.channel
import waitress.server
import waitress.task

from chapters.ch10 import rest_api


class JsonError(waitress.task.ErrorTask):
    """What waitress says of a request that it cannot read (400, 413, 431, 501), as JSON: by itself it sends plain text."""

    def execute(self):
        fault = self.request.error
        body = rest_api.error(rest_api.brief(f"{fault.reason}: {fault.body}", 200)).encode()
        self.status = f"{fault.code} {fault.reason}"
        self.response_headers.append(("Content-Type", "application/json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(waitress.channel.HTTPChannel):
    error_task_class = JsonError


def serve(app, port, connections=100):
    """Serve a WSGI application on 127.0.0.1 until an interrupt. connections: as many are held at a time; more must wait."""
    server = waitress.server.create_server(
        app, host="127.0.0.1", port=port, threads=8, connection_limit=connections,
        max_request_body_size=4 * rest_api.LIMIT)  # the application refuses above LIMIT; above this, waitress, unread
    server.channel_class = Channel
    server.run()
