"""Which addresses of the bureau's website the server may look at itself: none that lead into the office.

An address is typed by a person and opened by the server, so it could be made to reach what only the server
can reach (server-side request forgery). Every step of the way is checked: form, port, host, and the very
network address that is then connected to.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from engine.settings import Settings, listed
from rules.errors import PageAddressRefused

LONGEST = 500

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Sequence[str]]
"""All network addresses of a host, as the system's resolver gives them."""

_NEVER: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",  # carrier-grade NAT
            "127.0.0.0/8",
            "169.254.0.0/16",  # link-local, and the metadata services of clouds
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "2001::/23",  # protocol assignments, Teredo among them
            "2001:db8::/32",
            "2002::/16",  # 6to4: an IPv4 address inside
            "3fff::/20",
        ),
    )
)
_UNICAST_V6 = ip_network("2000::/3")
"""All there is of public IPv6. Loopback, mapped, NAT64, unique local, link-local, multicast lie outside."""


@dataclass(frozen=True)
class Permitted:
    """What this installation lets the server look at.

    ``networks`` are inner networks in which the bureau's website stands; they count only when ``hosts`` names
    the website, so that a typed address cannot choose among the office's own machines.
    """

    hosts: tuple[str, ...] = ()
    ports: tuple[int, ...] = (80, 443)
    networks: tuple[Network, ...] = ()


@dataclass(frozen=True)
class PageAddress:
    """A checked address: where to connect, and what to ask for there."""

    url: str
    scheme: str
    host: str
    port: int
    target: str  # path and query
    connect_to: str  # the network address that was checked


def permitted_by(settings: Settings) -> Permitted:
    """The site's own bounds, from its settings."""
    hosts = tuple(_plain_host(host) for host in listed(settings.website_page_hosts))
    ports = tuple(int(port) for port in listed(settings.website_page_ports))
    networks = tuple(ip_network(network) for network in listed(settings.website_page_networks))
    return Permitted(hosts, ports or Permitted.ports, networks)


def check_address(url: str, permitted: Permitted, resolve: Resolver) -> PageAddress:
    """The address, with the one network address to connect to.

    Raises:
        PageAddressRefused: malformed, or it leads where the server may not look.
    """
    parts, host, port = _read(url)
    if permitted.hosts and not any(_belongs(host, known) for known in permitted.hosts):
        known = "、".join(permitted.hosts)
        raise _refused(f"网站须为：{known}", f"the website must be {known}")
    if port not in permitted.ports:
        raise _refused("端口不在允许范围内", "its port is not permitted")
    found = [_numeric(each) for each in resolve(host, port)]
    if not found:
        raise _refused("找不到该网站的服务器", "the host has no address")
    if not all(_may_connect(each, permitted) for each in found):
        # Nothing is said about where it leads: that would map the office's network.
        raise _refused("该网址指向内部网络或保留地址", "it leads to an inner or reserved network address")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return PageAddress(url, parts.scheme.lower(), host, port, target, str(found[0]))


def system_resolver(host: str, port: int) -> list[str]:
    """Every address the system knows for a host; none when it knows none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(place[0]) for *_rest, place in found]


def _read(url: str) -> tuple[SplitResult, str, int]:
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise _refused(
            f"须为不超过{LONGEST}个字符的网址，不含空格、反斜杠和未编码的汉字",
            "it must be a plain web address without spaces, backslashes or unencoded characters",
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _refused("网址格式不正确", "it is not a web address") from None
    if parts.scheme.lower() not in ("http", "https"):
        raise _refused("须以 http:// 或 https:// 开头", "it must start with http:// or https://")
    if "@" in parts.netloc:
        raise _refused("网址中不得带用户名或密码", "it must not carry a user name or password")
    host = _plain_host(host)
    if not host or "%" in host:
        raise _refused("网址中没有网站名", "it names no host")
    return parts, host, port if port is not None else 443 if parts.scheme.lower() == "https" else 80


def _plain_host(host: str) -> str:
    return host.strip().rstrip(".").lower()


def _belongs(host: str, known: str) -> bool:
    """The host itself, or one below it where a name starts with a dot."""
    return host == known or (known.startswith(".") and host.endswith(known))


def _numeric(address: str) -> Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None  # with a zone, or no number at all


def _may_connect(address: Address | None, permitted: Permitted) -> bool:
    if address is None:
        return False
    if permitted.hosts and any(address in network for network in permitted.networks):
        return True
    if isinstance(address, IPv6Address) and (address not in _UNICAST_V6 or address.scope_id):
        return False
    return address.is_global and not any(address in network for network in _NEVER)


def _refused(zh: str, en: str) -> PageAddressRefused:
    return PageAddressRefused(why_zh=zh, why_en=en)
