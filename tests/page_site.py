"""The bureau's website as the server looks at it: one page on loopback, whatever is asked for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class PageSite(ThreadingHTTPServer):
    """Shows ``page``; ``asked`` counts how often."""

    page = ""
    asked = 0

    @property
    def base(self) -> str:
        """Where it stands."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        """One of its pages."""
        return f"{self.base}/a.html"

    @property
    def permitted(self) -> dict[str, Any]:
        """Settings that let the server look here, and nowhere else."""
        return {
            "website_page_hosts": "127.0.0.1",
            "website_page_ports": str(self.server_port),
            "website_page_networks": "127.0.0.0/8",
            "website_timeout_seconds": 5.0,
        }


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, PageSite)
        self.server.asked += 1
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=gbk")
        self.end_headers()
        self.wfile.write(self.server.page.encode("gbk"))

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def page_site() -> Iterator[PageSite]:
    """A running one."""
    made = PageSite(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield made
    finally:
        made.shutdown()
        made.server_close()
        thread.join()
