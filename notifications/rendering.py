"""From a message's content to an e-mail: Jinja2 for the words, the standard library for the headers."""

import re
from dataclasses import asdict
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from notifications.messages import Content

_NOT_FOR_HEADERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_NOT_FOR_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class AddressUnusable(ValueError):
    """No message can be addressed so."""


@cache
def _environment() -> Environment:
    # Plain text for a mail reader: escaping for HTML would show as &quot; in people's names.
    return Environment(
        loader=PackageLoader("notifications", ""),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        keep_trailing_newline=True,
    )


def render(content: Content, *, key: str, to_address: str, sender: str, at: datetime) -> EmailMessage:
    """The e-mail for one recipient. The same ``key`` always gets the same Message-ID.

    Raises:
        AddressUnusable: the recipient's address is none.
    """
    values = asdict(content)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = one_line(_template(content.folder, "subject").render(values))
    message["From"] = _address("公开", sender)
    message["To"] = _address(content.recipient, to_address)
    message["Date"] = at
    message["Message-ID"] = message_id(key, sender)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: absence notes must not answer
    text = _template(content.folder, "text").render(values)
    message.set_content(_NOT_FOR_TEXT.sub("", text), charset="utf-8", cte="base64")
    return message


def message_id(key: str, sender: str) -> str:
    """Made of the notification's key alone, so that a repeat after a crash is recognised as one."""
    domain = sender.rpartition("@")[2] or "localhost"
    return f"<{sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def one_line(text: str) -> str:
    """Text that cannot end a header: control characters and line ends become a space."""
    return " ".join(_NOT_FOR_HEADERS.sub(" ", text).split())


def _address(name: str, address: str) -> Address:
    if not address.isascii():  # would need SMTPUTF8, which few servers of an office offer
        raise AddressUnusable(address)
    try:
        return Address(display_name=one_line(name), addr_spec=address)
    except Exception as error:  # the parser raises whatever it stumbles over
        raise AddressUnusable(address) from error


def _template(folder: str, part: str) -> Template:
    return _environment().get_template(f"{folder}/{part}.txt")
