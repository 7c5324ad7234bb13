"""The mailbox folder 邮箱 of an installation without a mail server: what would have been sent, to look at.

A message shows its link, so everybody sees their own and only an administrator sees all.
"""

import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from sqlalchemy import text

from engine.actor import Actor
from engine.policy import Act, Facts, permit
from engine.reading.visible import may
from engine.service import Service
from rules.errors import GongkaiError, Kind, Said

PAGE = 100
MOST_LOOKED_AT = 5_000
"""Files: an installation that sends more has a mail server."""

_ID = re.compile(r"[0-9a-f]{32}")
_ADDRESS = text("SELECT email FROM person WHERE id = :id")
_PARSER = BytesParser(policy=email.policy.default)
_SHOWN = (
    "Subject",
    "From",
    "To",
    "Date",
    "Message-ID",
    "References",
    "List-Id",
    "Auto-Submitted",
    "Content-Language",
)


class MailNotFound(GongkaiError):
    """No such message in the mailbox folder, or none at all because a mail server is set."""

    kind = Kind.NOT_FOUND
    zh = Said("没有找到该邮件", "邮件不存在，或本系统使用邮件服务器发送", "请回到邮箱列表")
    en = Said("There is no such message", "It is unknown, or a mail server is used", "Go back to the mailbox")


@dataclass(frozen=True)
class MailLine:
    """One message in the list."""

    id: str
    to: str
    subject: str
    at: datetime


@dataclass(frozen=True)
class Mail:
    """One message whole."""

    line: MailLine
    headers: list[tuple[str, str]]
    text: str
    html: str


def list_mails(service: Service, actor: Actor, *, to: str = "") -> list[MailLine]:
    """The newest messages the actor may read; ``to`` is part of a recipient's name or address.

    Raises:
        MailNotFound: a mail server is set.
    """
    own, found = _address_of(service, actor), []
    for path in _newest_first(_folder(service)):
        message = _parsed(path, headers_only=True)
        if message is None or not _may_read(actor, own, message):
            continue
        if to.casefold() in str(message["To"]).casefold():
            found.append(_line(path, message))
        if len(found) == PAGE:
            break
    return found


def read_mail(service: Service, actor: Actor, mail_id: str) -> Mail:
    """One message.

    Raises:
        MailNotFound, NotAllowed.
    """
    path = _folder(service) / f"{mail_id}.eml"
    message = _parsed(path) if _ID.fullmatch(mail_id) else None
    if message is None:
        raise MailNotFound
    permit(actor, Act.READ_MAIL, _facts(actor, _address_of(service, actor), message))
    parts = {
        part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()
    }
    headers = [(name, str(message[name])) for name in _SHOWN if message[name]]
    return Mail(_line(path, message), headers, parts.get("text/plain", ""), parts.get("text/html", ""))


def _folder(service: Service) -> Path:
    if service.settings.smtp_host:
        raise MailNotFound
    return service.settings.home / "mailbox"


def _newest_first(folder: Path) -> Iterator[Path]:
    dated = []
    for path in folder.glob("*.eml"):
        try:
            dated.append((path.stat().st_mtime_ns, path))
        except FileNotFoundError:  # somebody tidied up meanwhile
            continue
    yield from (path for _, path in sorted(dated, reverse=True)[:MOST_LOOKED_AT])


def _parsed(path: Path, *, headers_only: bool = False) -> EmailMessage | None:
    try:
        with path.open("rb") as file:
            return _PARSER.parse(file, headersonly=headers_only)
    except OSError:
        return None


def _line(path: Path, message: EmailMessage) -> MailLine:
    return MailLine(path.stem, str(message["To"]), str(message["Subject"]), message["Date"].datetime)


def _address_of(service: Service, actor: Actor) -> str:
    with service.read() as connection:
        return str(connection.execute(_ADDRESS, {"id": actor.person_id}).scalar() or "")


def _may_read(actor: Actor, own: str, message: EmailMessage) -> bool:
    return may(actor, Act.READ_MAIL, _facts(actor, own, message))


def _facts(actor: Actor, own: str, message: EmailMessage) -> Facts:
    addressed = {address.addr_spec for address in message["To"].addresses}
    return Facts(about_person_id=actor.person_id if own and own in addressed else None)
