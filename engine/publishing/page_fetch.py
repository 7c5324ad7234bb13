"""Looking at one page of the website: bounded in time, size and redirects, and only where it was checked.

The host is resolved once, its address checked, and that very address connected to: a name that answers
otherwise a moment later changes nothing. No proxy, cookie or credential of the server is used.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from functools import partial
from urllib.parse import urljoin

from engine.publishing.page_address import PageAddress, Permitted, Resolver, check_address, system_resolver
from rules.errors import PageAddressRefused, PageUnreachable

MAX_BYTES = 4_000_000
MAX_REDIRECTS = 3
_REDIRECTS = {301, 302, 303, 307, 308}
_HEADERS = {
    "User-Agent": "Gongkai (checks a published page)",
    "Accept": "text/html, text/plain",
    "Accept-Encoding": "identity",
    "Connection": "close",
}
_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "")


@dataclass(frozen=True)
class Page:
    """What the server was shown. ``content`` is at most ``MAX_BYTES`` long, whatever was sent."""

    url: str
    content: bytes
    content_type: str


def fetch_page(
    url: str, permitted: Permitted, *, seconds: float = 10.0, resolve: Resolver = system_resolver
) -> Page:
    """The page at ``url``, redirects followed; ``seconds`` is for all of it together.

    Raises:
        PageAddressRefused: the address, or one it redirects to, is none the server may look at.
        PageUnreachable: no page came within the bounds.
    """
    until = time.monotonic() + seconds
    for _ in range(MAX_REDIRECTS + 1):
        address = _in_time(partial(check_address, url, permitted, resolve), until)
        answer = _ask(address, until)
        if isinstance(answer, Page):
            return answer
        url = urljoin(url, answer)
    raise _unreachable("跳转次数过多", "it redirects too often")


class _Pinned(http.client.HTTPConnection):
    """Connects to the checked address, whatever the host's name resolves to by now."""

    def __init__(self, address: PageAddress, timeout: float) -> None:
        super().__init__(address.host, address.port, timeout=timeout)
        self.address = address
        self.line: socket.socket | None = None  # http.client lets go of its own once the headers are read

    def connect(self) -> None:
        where = (self.address.connect_to, self.address.port)
        self.sock = self.line = socket.create_connection(where, self.timeout)
        if self.address.scheme == "https":
            self.sock = self.line = ssl.create_default_context().wrap_socket(
                self.sock, server_hostname=self.address.host
            )


def _ask(address: PageAddress, until: float) -> Page | str:
    """One answer: a page, or where it is said to be instead."""
    left = until - time.monotonic()
    if left <= 0:
        raise _too_slow()
    connection = _Pinned(address, left)
    # A server that sends a byte now and then keeps every single read within its timeout: the line is cut.
    guard = threading.Timer(left, lambda: _cut(connection))
    guard.daemon = True
    guard.start()
    try:
        connection.request("GET", address.target, headers=_HEADERS)
        answer = connection.getresponse()
        if answer.status in _REDIRECTS:
            return _place(answer)
        return _page(address, answer)
    except ssl.SSLCertVerificationError:
        raise _unreachable("网站的安全证书无效", "the certificate of the website is not valid") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise (_too_slow() if time.monotonic() >= until else _unreachable()) from None
    finally:
        guard.cancel()
        connection.close()


def _cut(connection: _Pinned) -> None:
    if connection.line is not None:
        try:
            connection.line.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # closed already


def _place(answer: http.client.HTTPResponse) -> str:
    place = answer.getheader("Location", "")
    if not place:
        raise _unreachable("跳转没有目标", "it redirects nowhere")
    return place


def _page(address: PageAddress, answer: http.client.HTTPResponse) -> Page:
    if answer.status != http.HTTPStatus.OK:
        status = str(answer.status)
        raise _unreachable(f"网站答复 HTTP {status}", f"the website answers HTTP {status}")
    content_type = answer.getheader("Content-Type", "")
    if content_type.partition(";")[0].strip().lower() not in _TYPES:
        raise _unreachable("该网址不是网页", "there is no web page at this address")
    if answer.getheader("Content-Encoding", "identity").lower() != "identity":
        raise _unreachable("网页以压缩方式发送", "the page was sent compressed, which was not asked for")
    return Page(address.url, answer.read(MAX_BYTES), content_type)


def _in_time(check: Callable[[], PageAddress], until: float) -> PageAddress:
    """The resolver has no timeout of its own."""
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        return pool.submit(check).result(timeout=max(0.0, until - time.monotonic()))
    except TookTooLong:
        raise _too_slow() from None
    finally:
        pool.shutdown(wait=False)


def _too_slow() -> PageUnreachable:
    return _unreachable("网站在限定时间内没有答复完毕", "the website did not answer in time")


def _unreachable(zh: str = "无法连接该网站", en: str = "the website cannot be reached") -> PageUnreachable:
    return PageUnreachable(why_zh=zh, why_en=en)


__all__ = ["Page", "PageAddressRefused", "fetch_page"]
