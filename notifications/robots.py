"""Robots of groups in 企业微信 and 钉钉, through apprise: its addresses, its checks, its signature.

What apprise sends itself counts as taken with HTTP 200. Both robots answer 200 to what they refuse and say so
in ``errcode``: so the sending is ours. docs/decisions/0016 says more.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.wecombot import NotifyWeComBot

from notifications.addresses import AddressUnusable
from notifications.channels import ChannelUnavailable
from notifications.groups import Note
from notifications.http_post import post

GREETING = "【公开】"
"""Begins every message: a robot of 钉钉 may be set to take only what contains a word, 公开."""

# Its lines quote keys, tokens and messages.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


class _WeCom(NotifyWeComBot):
    """Calls people by their mobile number, and may stand on an office's own server."""

    def __init__(self, *, server: str = "", mobiles: Sequence[str] = (), **parsed: Any) -> None:
        super().__init__(**parsed)
        self.api_url = _on(server, self.api_url)
        self.mobiles = list(mobiles)

    def send(self, body: str, **_: Any) -> bool:
        """One text."""
        said = {"content": body, "mentioned_mobile_list": self.mobiles}
        return _post(self.api_url, {"msgtype": "text", "text": said})


class _DingTalk(NotifyDingTalk):
    """The signature stands in the address once encoded, which apprise would encode again."""

    def __init__(self, *, server: str = "", mobiles: Sequence[str] = (), **parsed: Any) -> None:
        super().__init__(**(parsed | {"targets": [*parsed.get("targets", ()), *mobiles]}))
        self.api_url = _on(server, self.notify_url.format(token=self.token))

    def send(self, body: str, **_: Any) -> bool:
        """One text."""
        url = self.api_url
        if self.secret:
            timestamp, signature = self.get_signature()
            url += f"&timestamp={timestamp}&sign={signature}"
        at = {"atMobiles": self.targets, "isAtAll": False}
        return _post(url, {"msgtype": "text", "text": {"content": body}, "at": at})


_KINDS: Mapping[str, type[_WeCom | _DingTalk]] = {"wecombot": _WeCom, "dingtalk": _DingTalk}
SCHEMES = tuple(_KINDS)


@dataclass(frozen=True)
class Robot:
    """One robot, told of several messages in one text; each takes twenty texts a minute."""

    scheme: str
    parsed: Mapping[str, Any] = field(repr=False)
    at_once: int = 5  # 企业微信 takes 2048 bytes
    pause_seconds: float = 3.5

    @classmethod
    def at(cls, address: str) -> "Robot":
        """The robot of an apprise address; ``?server=https://…`` names an office's own server.

        Raises:
            AddressUnusable.
        """
        scheme = address.partition("://")[0]
        parsed = _KINDS[scheme].parse_url(address)
        if not parsed:
            raise AddressUnusable("no address of a robot")
        server = parsed["qsd"].get("server", "")
        if server and urlsplit(server).scheme not in ("http", "https"):
            raise AddressUnusable("no address of a server")
        made = cls(scheme, {**parsed, "server": server.rstrip("/")})
        try:
            made._plugin([])
        except TypeError:  # apprise's word for a key it does not like
            raise AddressUnusable("no key or token of a robot") from None
        return made

    def tell(self, notes: Sequence[Note]) -> None:
        """One text, a paragraph for each message."""
        calls = "@{0.mobile} {0.name}" if self.scheme == "dingtalk" else "{0.name}"
        told = [
            f"{(calls if note.mobile else '{0.name}').format(note)}：{note.subject}\n{note.link}".rstrip()
            for note in notes
        ]
        mobiles = dict.fromkeys(note.mobile for note in notes if note.mobile)
        self._plugin(list(mobiles)).notify(body="\n\n".join([GREETING, *told]))

    def _plugin(self, mobiles: list[str]) -> _WeCom | _DingTalk:
        return _KINDS[self.scheme](**{**self.parsed, "mobiles": mobiles})


def _on(server: str, url: str) -> str:
    parts = urlsplit(url)
    return f"{server}{parts.path}?{parts.query}" if server else url


def _post(url: str, told: dict[str, Any]) -> bool:
    status, content = post(url, json.dumps(told, ensure_ascii=False).encode(), {})
    if status != 200:
        raise ChannelUnavailable(f"HTTP {status}")
    try:
        code = int(json.loads(content)["errcode"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ChannelUnavailable("no answer of a robot") from None
    if code != 0:
        raise ChannelUnavailable(f"errcode {code}")
    return True
