"""The server looks at no address that leads into the office, however it is written or resolved."""

from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from engine.publishing.page_address import Permitted, check_address, permitted_by, system_resolver
from engine.publishing.page_fetch import fetch_page
from engine.settings import Settings
from rules.errors import PageAddressRefused

PUBLIC = "93.184.216.34"

MALFORMED = [
    "",
    "/register/zd-1",
    "//www.example.com/a",
    "www.example.com/a",
    "ftp://www.example.com/a",
    "file:///etc/passwd",
    "gopher://127.0.0.1:11211/_stats",
    "dict://127.0.0.1:11211/",
    "ldap://127.0.0.1/",
    "data:text/html,青应急",
    "javascript:alert(1)",
    "jar:http://127.0.0.1!/",
    "http://",
    "http:///a",
    "https://:443/a",
    "http://user@www.example.com/",
    "http://user:secret@www.example.com/",
    "http://www.example.com@127.0.0.1/",
    "http://127.0.0.1\\@www.example.com/",
    "http://www.example.com\\.evil.example/",
    "http://www.example.com/a b",
    "http://www.example.com/\r\nHost: 127.0.0.1",
    "http://www.example.com/\x00",
    "http://ｗｗｗ.example.com/",
    "http://①②⑦.⓪.⓪.①/",
    "http://www。example。com/",
    "http://[::1",
    "http://[fe80::1%25eth0]/",
    "http://www.example.com:99999/",
    "http://www.example.com:-1/",
    "http://www.example.com:http/",
    "http://www.example.com/" + "a" * 600,
]
PORTS = [
    "http://www.example.com:22/",
    "http://www.example.com:5432/",
    "https://www.example.com:8390/",
    "http://www.example.com:0/",
]
INNER = [
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:93.184.216.34",
    "::127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456:789a::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "nonsense",
]
OTHERWISE_WRITTEN = [
    "http://localhost/",
    "http://127.1/",
    "http://0/",
    "http://0x7f.0.0.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[0:0:0:0:0:ffff:7f00:1]/",
    "http://127.0.0.1./",
]
"""Resolved by the system itself: whatever it makes of them is checked."""


def answering(*addresses: str):  # type: ignore[no-untyped-def]
    """A resolver that always says this."""
    return lambda _host, _port: addresses


def refuse(url: str, permitted: Permitted = Permitted(), resolve=answering(PUBLIC)) -> str:  # type: ignore[no-untyped-def]  # noqa: B008
    with pytest.raises(PageAddressRefused) as caught:
        check_address(url, permitted, resolve)
    return str(caught.value)


@pytest.mark.parametrize("url", [*MALFORMED, *PORTS])
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    refuse(url)


@pytest.mark.parametrize("address", INNER)
def test_a_name_that_leads_to_an_inner_or_reserved_address_is_refused(address: str) -> None:
    said = refuse("https://www.example.com/a", resolve=answering(address))
    assert address not in said  # it would map the office's network


@pytest.mark.parametrize("address", INNER)
def test_one_bad_address_among_good_ones_is_enough(address: str) -> None:
    refuse("https://www.example.com/a", resolve=answering(PUBLIC, address))


@pytest.mark.parametrize("url", OTHERWISE_WRITTEN)
def test_other_ways_to_write_the_own_machine_are_refused(url: str) -> None:
    refuse(url, resolve=system_resolver)


def test_a_name_without_an_address_is_refused() -> None:
    refuse("https://www.example.com/", resolve=answering())


@pytest.mark.parametrize(
    ("url", "port", "target"),
    [
        ("http://www.example.com", 80, "/"),
        ("https://www.example.com/a?b=c#d", 443, "/a?b=c"),
        ("HTTPS://WWW.EXAMPLE.COM.:443/%E9%9D%92", 443, "/%E9%9D%92"),
    ],
)
def test_a_public_page_may_be_looked_at(url: str, port: int, target: str) -> None:
    found = check_address(url, Permitted(), answering(PUBLIC, "2606:2800:220:1::1"))
    assert (found.host, found.port, found.target, found.connect_to) == (
        "www.example.com",
        port,
        target,
        PUBLIC,
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.com/",
        "https://qingling.gov.cn.evil.example/",
        "https://evilqingling.gov.cn/",
        "https://evil.example/?www.qingling.gov.cn",
        "https://93.184.216.34/",
    ],
)
def test_only_hosts_on_the_list_are_looked_at_where_there_is_one(url: str) -> None:
    permitted = Permitted(hosts=("www.qingling.gov.cn", ".qingling.gov.cn"))
    assert "qingling.gov.cn" in refuse(url, permitted)
    for host in ("www.qingling.gov.cn", "yjj.qingling.gov.cn", "YJJ.qingling.gov.cn."):
        check_address(f"https://{host}/a", permitted, answering(PUBLIC))


def test_an_inner_network_counts_only_together_with_the_websites_name() -> None:
    inner = (ip_network("10.1.2.0/24"),)
    refuse("http://any.example/", Permitted(networks=inner), answering("10.1.2.3"))
    named = Permitted(hosts=("www.qingling.gov.cn",), networks=inner)
    check_address("http://www.qingling.gov.cn/", named, answering("10.1.2.3"))
    refuse("http://www.qingling.gov.cn/", named, answering("10.1.3.3"))


def test_settings_name_hosts_ports_and_networks() -> None:
    settings = Settings(
        website_page_hosts="www.qingling.gov.cn, .yjj.example", website_page_networks="10.1.2.0/24, ::1/128"
    )
    made = permitted_by(settings)
    assert made.hosts == ("www.qingling.gov.cn", ".yjj.example")
    assert made.ports == (80, 443)
    assert len(made.networks) == 2


def test_a_name_is_resolved_once_and_never_again_for_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when it is checked, the own machine when it is connected to."""
    answers: Iterator[list[str]] = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
    connected: list[tuple[str, int]] = []

    def connect(place: tuple[str, int], _timeout: float) -> None:
        connected.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr("engine.publishing.page_fetch.socket.create_connection", connect)
    with pytest.raises(Exception, match="无法打开该网址"):
        fetch_page("http://www.example.com/", Permitted(), resolve=lambda _h, _p: next(answers))
    assert connected == [(PUBLIC, 80)]
