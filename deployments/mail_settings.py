"""Settings that decide whether people can follow the links they are mailed: looked at before any is sent.

An installation is at work for others when its mail or its database leaves this machine; before that, a link
to this machine is right.
"""

import ipaddress
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import make_url

from deployments.errors import SettingsUnusable
from engine.settings import Settings
from notifications.addresses import AddressUnusable
from rules.time import system_time

_PLAIN = re.compile(r"[!-~]+")


@dataclass(frozen=True)
class SettingFault:
    """One setting that is wrong, with what to set; ``fatal``: nothing starts with it."""

    setting: str
    fatal: bool
    zh: str
    en: str


def require_usable(settings: Settings) -> list[SettingFault]:
    """Refuse to start with settings nobody can be mailed with; returns what is merely unwise.

    Raises:
        SettingsUnusable: with everything that has to be set.
    """
    faults = list(setting_faults(settings))
    fatal = tuple((fault.setting, fault.zh, fault.en) for fault in faults if fault.fatal)
    if fatal:
        raise SettingsUnusable(fatal)
    return faults


def setting_faults(settings: Settings) -> Iterator[SettingFault]:
    """Everything wrong with the portal's address and the mail server's settings."""
    yield from _base_url(settings)
    yield from _channels(settings)
    if settings.smtp_host:
        yield from _mail_server(settings)


def _base_url(settings: Settings) -> Iterator[SettingFault]:
    name, url = "GONGKAI_BASE_URL", settings.base_url
    host = _host(url)
    if host is None:
        yield SettingFault(
            name,
            True,
            "须为 http(s)://主机名[:端口]，不带账号、路径、参数；邮件中的链接以它开头",
            "must be http(s)://host[:port], without account, path or query; links in messages begin with it",
        )
    elif _is_here(host) and _works_for_others(settings):
        yield SettingFault(
            name,
            True,
            "指向本机，收件人无法打开邮件中的链接；请设为人员访问门户的地址，如 https://gongkai.example.gov.cn",
            "points to this machine: nobody else can open the links in messages. Set the address at which "
            "people reach the portal, such as https://gongkai.example.gov.cn",
        )
    elif url.startswith("http:") and not _is_here(host):
        yield SettingFault(
            name,
            False,
            "使用 http，登录口令和公文未加密传输；请经反向代理启用 https 并改为 https 地址",
            "is plain http: passwords and documents travel unencrypted. Serve the portal by https behind a "
            "reverse proxy and set the https address",
        )


def _mail_server(settings: Settings) -> Iterator[SettingFault]:
    if settings.smtp_username and not settings.smtp_starttls and not _is_here(settings.smtp_host):
        yield SettingFault(
            "GONGKAI_SMTP_STARTTLS",
            True,
            "登录其他主机的邮件服务器须先加密，否则密码明文传输；请设为 true（通常端口 587）",
            "a password for a mail server on another machine would travel unencrypted: set it to true "
            "(usually port 587)",
        )
    if settings.smtp_ca_file and not _is_authority(settings.smtp_ca_file):
        yield SettingFault(
            "GONGKAI_SMTP_CA_FILE",
            True,
            "该文件无法读取或不含 PEM 证书；请改为可读的证书文件，或不设",
            "cannot be read or holds no PEM certificate: name a readable one, or leave it unset",
        )
    if _works_for_others(settings) and _is_local(settings.mail_from):
        yield SettingFault(
            "GONGKAI_MAIL_FROM",
            True,
            "是本机地址，收件方的服务器会拒收；请设为本单位邮箱，如 gongkai@example.gov.cn",
            "is of this machine, which others' mail servers refuse: set an address of your organ",
        )


def _channels(settings: Settings) -> Iterator[SettingFault]:
    """Each channel by its name; no address is quoted, they are secrets."""
    if not settings.channels.get_secret_value():
        return
    from engine.groups import addresses_of, group_at

    for name, address in addresses_of(settings):
        try:
            group_at(address, system_time)
        except AddressUnusable:
            yield SettingFault(
                "GONGKAI_CHANNELS",
                True,
                f"渠道“{name}”的地址无法使用；应形如 wecombot://KEY、dingtalk://SECRET@TOKEN 或 "
                "https://SECRET@主机/路径（见 docs/messages.md）",
                f"the address of “{name}” cannot be used: it looks like wecombot://KEY, "
                "dingtalk://SECRET@TOKEN or https://SECRET@host/path (docs/messages.md)",
            )
        else:
            server = urlsplit(_server_of(address))
            if server.scheme == "http" and not _is_here(server.hostname or ""):
                yield SettingFault(
                    "GONGKAI_CHANNELS",
                    False,
                    f"渠道“{name}”使用 http，事项编号和链接未加密传输；请改为 https",
                    f"“{name}” is plain http: numbers and links travel unencrypted. Use https",
                )


def _server_of(address: str) -> str:
    """Where a channel's address leads."""
    if address.startswith(("http:", "https:")):
        return address
    return parse_qs(urlsplit(address).query).get("server", [""])[0]


def _works_for_others(settings: Settings) -> bool:
    """Whether mail or database leave this machine; a mail server here that sends for a real address does."""
    if settings.smtp_host and not (_is_here(settings.smtp_host) and _is_local(settings.mail_from)):
        return True
    url = settings.database_url.get_secret_value()
    host = make_url(url).host if url else None
    return bool(host) and not _is_here(str(host))


def _host(url: str) -> str | None:
    """The host of an address that links can be put behind; ``None``: there is something else about it."""
    if not _PLAIN.fullmatch(url) or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return None
    bare = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in parts.netloc
    fine = parts.scheme in ("http", "https") and bare and port_is_fine and not url.endswith(("?", "#"))
    return parts.hostname if fine and parts.hostname else None


def _is_here(host: str) -> bool:
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)


def _is_local(address: str) -> bool:
    return _is_here(address.rpartition("@")[2])


def _is_authority(path: str) -> bool:
    try:
        ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError):
        return False
    return True
