"""A page of the bureau's website on loopback, for demonstrations in which a document moves there."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANYWHERE = {
    "GONGKAI_WEBSITE_PAGE_HOSTS": "127.0.0.1",
    "GONGKAI_WEBSITE_PAGE_NETWORKS": "127.0.0.0/8",
}
"""Settings that let this installation look at that page; the port is the page's."""


class Pages(ThreadingHTTPServer):
    """Shows ``title``, whatever is asked for."""

    title = ""

    @property
    def url(self) -> str:
        """The page."""
        return f"http://127.0.0.1:{self.server_port}/document.html"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Pages)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(
            f"<!doctype html><title>{self.server.title}</title><h1>{self.server.title}</h1>".encode()
        )

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def pages() -> Iterator[Pages]:
    """A running one."""
    made = Pages(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.shutdown()
        made.server_close()
