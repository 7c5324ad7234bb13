"""From a message's content to an e-mail: Jinja2 for the words, the standard library for the headers."""

import re
from dataclasses import asdict
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from hashlib import sha256
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from notifications.addresses import one_line
from notifications.messages import Content

_NOT_FOR_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


LONGEST_SUBJECT = 78
"""Characters; what is longer is cut where mail programs would cut it anyhow."""


@cache
def _environment(part: str) -> Environment:
    return Environment(
        loader=PackageLoader("notifications", ""),
        undefined=StrictUndefined,
        # Plain text for a mail reader: escaping for HTML would show as &quot; in people's names.
        autoescape=part == "html",  # noqa: S701
        keep_trailing_newline=True,
    )


def render(content: Content, *, key: str, to: Address, sender: Address, at: datetime) -> EmailMessage:
    """The e-mail for one recipient: plain text and HTML, Chinese first. The same ``key`` always gets the same
    Message-ID, and the same bytes while the facts are the same.
    """
    values, subject = asdict(content), subject_of(content)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["From"] = sender
    message["To"] = to
    message["Date"] = at
    message["Message-ID"] = message_id(key, sender.addr_spec)
    if case := case_of(content):  # one thread per case
        message["References"] = message_id(f"case:{case}", sender.addr_spec)
    message["List-Id"] = f"<gongkai.{sender.domain}>"  # what people's filters go by
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: absence notes must not answer
    message["X-Auto-Response-Suppress"] = "All"  # the same, for Exchange
    text = _rendered(content.folder, "text", values)
    html = _rendered(content.folder, "html", {**values, "subject": subject})
    message.set_content(_NOT_FOR_TEXT.sub("", text), charset="utf-8", cte="base64")
    message.add_alternative(_NOT_FOR_TEXT.sub("", html), subtype="html", charset="utf-8", cte="base64")
    message["Content-Language"] = "zh-CN, en"  # last: what stands here before goes into the first part
    message.set_boundary(sha256(f"boundary:{key}".encode()).hexdigest()[:40])
    return message


def mark_virtual(message: EmailMessage, at: datetime) -> None:
    """Say in the subject, and to programs, that a demonstration sent it: its dates are not real."""
    subject = virtual_subject(message["Subject"])
    del message["Subject"]
    message["Subject"] = subject
    message["X-Gongkai-Virtual-Time"] = at.isoformat()


def subject_of(content: Content) -> str:
    """One line in both languages: what happened, and to which case. It never names a title."""
    return _shortened(one_line(_rendered(content.folder, "subject", asdict(content))))


def case_of(content: Content) -> str:
    """The number of the case a message is about; empty: it is about a person."""
    return getattr(content, "case_number", "")


def virtual_subject(subject: str) -> str:
    """The subject of what a demonstration sends."""
    return _shortened(f"【虚拟时间 demonstration】{subject}")


def message_id(key: str, sender: str) -> str:
    """Made of the notification's key alone, so that a repeat after a crash is recognised as one."""
    return f"<{sha256(key.encode()).hexdigest()[:40]}@{_domain(sender)}>"


def _domain(sender: str) -> str:
    return sender.rpartition("@")[2] or "localhost"


def _shortened(subject: str) -> str:
    return subject if len(subject) <= LONGEST_SUBJECT else subject[: LONGEST_SUBJECT - 1] + "…"


def _rendered(folder: str, part: str, values: dict[str, Any]) -> str:
    ending = "html" if part == "html" else "txt"
    return _environment(part).get_template(f"{folder}/{part}.{ending}").render(values)
