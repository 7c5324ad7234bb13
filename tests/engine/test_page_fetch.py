"""One page is looked at, within bounds of time, size and redirects; it must say what was published."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest

from engine.publishing import page_fetch
from engine.publishing.page_address import Permitted
from engine.publishing.page_fetch import Page, fetch_page
from engine.publishing.page_text import carries, page_text
from rules.errors import GongkaiError, PageAddressRefused, PageUnreachable

HOST = "www.qingling.example"
Behaviour = Callable[[BaseHTTPRequestHandler], None]


class Site(ThreadingHTTPServer):
    """A website in this process; what it does with a request is set by the test."""

    daemon_threads = True
    block_on_close = False
    behaviour: Behaviour
    seen: list[BaseHTTPRequestHandler]

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_port}"

    @property
    def permitted(self) -> Permitted:
        return Permitted((HOST,), (self.server_port,), (ip_network("127.0.0.0/8"),))


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Site)
        self.server.seen.append(self)
        self.server.behaviour(self)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site(("127.0.0.1", 0), _Handler)
    made.seen = []
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def says(status: int = 200, body: bytes = b"", **headers: str) -> Behaviour:
    """Answers once, with these headers (``_`` for ``-``)."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"content_type": "text/html", **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def look(site: Site, path: str = "/a", **bounds: float) -> Page:
    return fetch_page(site.url + path, site.permitted, resolve=lambda _h, _p: ["127.0.0.1"], **bounds)


def test_the_page_is_asked_for_by_name_and_without_credentials(site: Site) -> None:
    site.behaviour = says(body="青应急".encode())
    assert page_text(look(site, "/a?b=c")) == "青应急"
    (asked,) = site.seen
    assert asked.path == "/a?b=c"
    assert asked.headers["Host"] == f"{HOST}:{site.server_port}"
    assert not {"cookie", "authorization", "proxy-authorization"} & {name.lower() for name in asked.headers}


def test_no_proxy_of_the_environment_is_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    site.behaviour = says(body=b"x")
    assert look(site).content == b"x"


def test_redirects_within_the_website_are_followed(site: Site) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        says(302, location="/b")(handler) if handler.path == "/a" else says(body=b"here")(handler)

    site.behaviour = answer
    assert look(site).content == b"here"


@pytest.mark.parametrize(
    "place",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:5432/",
        "//127.0.0.1/",
        "http://other.example/",
        "file:///etc/passwd",
        "ftp://www.qingling.example/",
        "http://user@www.qingling.example/",
    ],
)
def test_a_redirect_is_checked_like_the_address_that_was_typed(site: Site, place: str) -> None:
    site.behaviour = says(302, location=place)
    with pytest.raises(PageAddressRefused):
        look(site)
    assert len(site.seen) == 1


def test_a_redirect_to_another_host_is_resolved_and_checked(site: Site) -> None:
    site.behaviour = says(302, location=f"http://inner.example:{site.server_port}/")
    permitted = replace(site.permitted, hosts=(HOST, "inner.example"))
    resolve = {HOST: ["127.0.0.1"], "inner.example": ["10.0.0.1"]}
    with pytest.raises(PageAddressRefused):
        fetch_page(site.url, permitted, resolve=lambda host, _p: resolve[host])


def test_redirects_end(site: Site) -> None:
    site.behaviour = says(302, location="/again")
    with pytest.raises(PageUnreachable, match="跳转次数过多"):
        look(site)
    assert len(site.seen) == page_fetch.MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        (says(404), "HTTP 404"),
        (says(500), "HTTP 500"),
        (says(302), "跳转没有目标"),
        (says(content_type="application/pdf"), "不是网页"),
        (says(content_encoding="gzip", body=b"\x1f\x8b"), "压缩"),
        (lambda h: h.wfile.write(b"nonsense\r\n\r\n"), "无法连接"),
        (lambda h: h.connection.close(), "无法连接"),
    ],
)
def test_whatever_is_no_page_is_said_to_be_none(site: Site, behaviour: Behaviour, why: str) -> None:
    site.behaviour = behaviour
    with pytest.raises(PageUnreachable, match=why):
        look(site)


def _drips(before: bytes) -> Behaviour:
    """Sends a byte now and then for ever: no single read takes long."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(before)
        never = threading.Event()
        try:
            while not never.wait(0.02):
                handler.wfile.write(b"x")
                handler.wfile.flush()
        except OSError:
            return

    return answer


@pytest.mark.parametrize("before", [b"", b"HTTP/1.0 200 OK\r\nX: ", b"HTTP/1.0 200 OK\r\n\r\n"])
def test_a_server_that_drips_is_cut_off_in_time(site: Site, before: bytes) -> None:
    site.behaviour = _drips(before)
    started = time.monotonic()
    try:
        page = look(site, seconds=0.4)
        assert len(page.content) < 1000  # what came until the line was cut
    except PageUnreachable:
        pass
    assert time.monotonic() - started < 3


def test_a_resolver_that_hangs_is_not_waited_for(site: Site) -> None:
    hangs = threading.Event()

    def resolve(_host: str, _port: int) -> list[str]:
        hangs.wait(5)
        return []

    started = time.monotonic()
    with pytest.raises(PageUnreachable, match="限定时间"):
        fetch_page(site.url, site.permitted, seconds=0.2, resolve=resolve)
    assert time.monotonic() - started < 3
    hangs.set()


def test_no_more_than_the_limit_is_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_fetch, "MAX_BYTES", 1000)
    site.behaviour = says(body=b"x" * 500_000)
    assert len(look(site).content) == 1000


def page(source: str | bytes, content_type: str = "text/html", encoding: str = "utf-8") -> Page:
    return Page("", source if isinstance(source, bytes) else source.encode(encoding), content_type)


NUMBER = "青应急〔2026〕12号"


@pytest.mark.parametrize(
    "shown",
    [
        page(f"<p>{NUMBER}</p>"),
        page("<p>青应急〔<b>2026</b>〕\n 12&nbsp;号</p>"),
        page("青应急[2026]12号"),
        page("青应急&#x3014;2026&#12309;12号"),
        page(f"<title>{NUMBER}</title>"),
        page(f"<a title='>'>x</a>{NUMBER}"),
        page(f"1 < 2 {NUMBER}"),
        page(NUMBER, "text/html; charset=GBK", "gbk"),
        page(f"<meta charset=gb2312><p>{NUMBER}", encoding="gb18030"),
        page(
            f'<meta http-equiv="Content-Type" content="text/html; charset=GB18030">{NUMBER}',
            encoding="gb18030",
        ),
        page(f"<p>{NUMBER}", encoding="gb18030"),
        page(f"<p>{NUMBER}", "text/html; charset=no-such-thing"),
        page(b"\xef\xbb\xbf" + NUMBER.encode(), "text/html; charset=gbk"),
    ],
)
def test_a_number_is_found_however_the_page_is_written(shown: Page) -> None:
    assert carries(shown, NUMBER)


@pytest.mark.parametrize(
    "source",
    [
        f"<!-- {NUMBER} -->",
        f"<!-- {NUMBER}",
        f"<script>var a='{NUMBER}'</script>",
        f"<SCRIPT >{NUMBER}",
        f"<style>{NUMBER}</style>",
        f"<template>{NUMBER}</template>",
        f"<a href='{NUMBER}'>x</a>",
        "青应急〔2026〕1号2号",
        "",
    ],
)
def test_what_a_reader_does_not_see_does_not_count(source: str) -> None:
    assert not carries(page(source), NUMBER)
    assert not carries(page(source), "")


@pytest.mark.parametrize("part", ["<", "<!--", "<a", "</script", "<script>", "&", "&#x", "<<>>", "\xff"])
def test_a_page_made_to_be_expensive_is_cheap(part: str) -> None:
    started = time.process_time()
    page_text(page(part * (1_000_000 // len(part))))
    assert time.process_time() - started < 5


def test_errors_quote_nothing_of_the_page(site: Site) -> None:
    site.behaviour = says(500, body="内部口令".encode())
    with pytest.raises(GongkaiError) as caught:
        look(site)
    assert "口令" not in str(caught.value)
