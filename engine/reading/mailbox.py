"""The mailbox folder 邮箱 of an installation without a mail server: what would have been sent, to look at.

Which messages there are, and whose, the outbox knows; the folder only holds what they say, and no other file
in it is ever opened. A message shows its link, so everybody sees their own and only an administrator all.
"""

import email.policy
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesParser
from os.path import isfile
from pathlib import Path
from typing import Any

from sqlalchemy import Row, text

from engine.actor import Actor
from engine.channels import mailbox_of
from engine.policy import Act, Facts, may, permit
from engine.reading.deliveries import MESSAGE, about_of
from engine.reading.values import Named
from engine.service import Service
from notifications.rendering import message_id
from rules.errors import GongkaiError, Kind, Said

PAGE = 100
BIGGEST = 1_000_000
"""Bytes: no message of ours comes near."""

_SENT = MESSAGE + " WHERE d.channel = 'mail' AND d.sent_at IS NOT NULL"
_NEWEST = text(
    _SENT
    + """
       AND (:all OR n.person_id = :me) AND position(lower(:to) in lower(p.name || ' ' || p.email)) > 0
     ORDER BY n.id DESC LIMIT :page
    """
)
_ONE = text(_SENT + " AND n.id = :id")
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
    zh = Said("没有找到该邮件", "邮件不存在或已删除，或本系统使用邮件服务器发送", "请回到邮箱列表")
    en = Said(
        "There is no such message",
        "It is unknown or was deleted, or a mail server is used",
        "Go back to the mailbox",
    )


@dataclass(frozen=True)
class MailLine:
    """One message in the list. ``kept``: the folder still has it; a mail server's never had."""

    id: int
    to: str
    case: str
    about: Named
    at: datetime
    kept: bool


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
    _require_folder(service)
    wanted = {
        "all": may(actor, Act.READ_MAIL, Facts()),  # whosever they are
        "me": actor.person_id,
        "to": to,
        "page": PAGE,
    }
    with service.read() as connection:
        return [_line(service, row) for row in connection.execute(_NEWEST, wanted)]


def read_mail(service: Service, actor: Actor, mail_id: int) -> Mail:
    """One message.

    Raises:
        MailNotFound, NotAllowed.
    """
    _require_folder(service)
    with service.read() as connection:
        row = connection.execute(_ONE, {"id": mail_id}).one_or_none()
    if row is None:
        raise MailNotFound
    permit(actor, Act.READ_MAIL, Facts(about_person_id=row.person_id))
    headers, parts = _opened(_path(service, row))
    return Mail(_line(service, row), headers, parts.get("text/plain", ""), parts.get("text/html", ""))


def _require_folder(service: Service) -> None:
    if service.settings.smtp_host:
        raise MailNotFound


def _path(service: Service, row: Row[Any]) -> Path:
    return mailbox_of(service.settings).path_of(message_id(row.key, service.settings.mail_from))


def _line(service: Service, row: Row[Any]) -> MailLine:
    to = f"{row.name} <{row.email}>" if row.email else row.name
    return MailLine(
        row.message, to, row.number or "", about_of(row), row.created_at, isfile(_path(service, row))
    )


def _opened(path: Path) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Headers and parts, by their type. All of ours is UTF-8, whatever a file that was meddled with says."""
    try:
        with path.open("rb") as file:
            message = _PARSER.parsebytes(file.read(BIGGEST))
        parts = {part.get_content_type(): part.get_payload(decode=True) for part in message.walk()}
        headers = [(name, str(message[name])) for name in _SHOWN if message[name]]
    except Exception as error:  # no file any more; or the parser raises whatever it stumbles over
        raise MailNotFound from error
    said = {kind: raw.decode(errors="replace") for kind, raw in parts.items() if isinstance(raw, bytes)}
    return headers, said
