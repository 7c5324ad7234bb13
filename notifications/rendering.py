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

from notifications.addresses import one_line
from notifications.messages import Content

_NOT_FOR_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@cache
def _environment() -> Environment:
    # Plain text for a mail reader: escaping for HTML would show as &quot; in people's names.
    return Environment(
        loader=PackageLoader("notifications", ""),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        keep_trailing_newline=True,
    )


def render(content: Content, *, key: str, to: Address, sender: Address, at: datetime) -> EmailMessage:
    """The e-mail for one recipient. The same ``key`` always gets the same Message-ID."""
    values = asdict(content)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = one_line(_template(content.folder, "subject").render(values))
    message["From"] = sender
    message["To"] = to
    message["Date"] = at
    message["Message-ID"] = message_id(key, sender.addr_spec)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: absence notes must not answer
    text = _template(content.folder, "text").render(values)
    message.set_content(_NOT_FOR_TEXT.sub("", text), charset="utf-8", cte="base64")
    return message


def message_id(key: str, sender: str) -> str:
    """Made of the notification's key alone, so that a repeat after a crash is recognised as one."""
    domain = sender.rpartition("@")[2] or "localhost"
    return f"<{sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def _template(folder: str, part: str) -> Template:
    return _environment().get_template(f"{folder}/{part}.txt")
