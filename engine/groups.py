"""The groups this installation was told of: only the worker reaches them, and is given their secrets."""

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from engine.publishing.signature import Signer
from engine.settings import Settings, listed
from notifications.addresses import AddressUnusable
from notifications.groups import Group
from notifications.robots import SCHEMES, Robot
from notifications.webhook import Webhook
from rules.time import TimeSource


def addresses_of(settings: Settings) -> Iterator[tuple[str, str]]:
    """Name and address of each."""
    for part in listed(settings.channels.get_secret_value()):
        name, _, address = part.partition("=")
        yield name.strip(), address.strip()


def groups_of(settings: Settings, time: TimeSource) -> dict[str, Group]:
    """Each group by its name; ``time`` is what signatures are dated by.

    Raises:
        AddressUnusable.
    """
    return {name: group_at(address, time) for name, address in addresses_of(settings)}


def group_at(address: str, time: TimeSource) -> Group:
    """A robot, or a webhook ``https://SECRET@host/path``.

    Raises:
        AddressUnusable: with words that quote nothing of it.
    """
    scheme = address.partition("://")[0]
    if scheme in SCHEMES:
        return Robot.at(address)
    if scheme not in ("http", "https"):
        raise AddressUnusable("no kind of channel")
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname and parts.username and not parts.password and parts.port != 0)
    except ValueError:
        usable = False
    if not usable:
        raise AddressUnusable("no address of a webhook with its secret")
    url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return Webhook(url, Signer(unquote(parts.username or ""), time).headers)
