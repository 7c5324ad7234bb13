"""What the bureau does with comments: registers those on paper, shows or hides, names themes, disposes."""

from datetime import datetime
from typing import Annotated, Any

from psycopg.errors import CheckViolation
from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.actor import Actor
from engine.documents import digest_of
from engine.forms import Form, Instant, Line, Text, asked, fill
from engine.participation.receipts import new_receipt, receipt_hash
from engine.policy import Act
from engine.reading.visible import require_allowed
from engine.service import Service
from engine.work import Work, work_on_case
from models import (
    CommentAuthor,
    CommentDisposition,
    CommentModeration,
    CommentTheme,
    CommentWindow,
    PublicComment,
)
from rules.errors import CommentNotFound, CommentsClosed, InvalidInput, NoComments
from rules.participation import LONGEST_COMMENT, CommentChannel, Disposition, PaperChannel

BASIS = "应急厅函〔2019〕390号 四(四)2"
_comment, _author, _theme = PublicComment.__table__, CommentAuthor.__table__, CommentTheme.__table__
_window = CommentWindow.__table__
_ERASE = text(
    "DELETE FROM comment_author a USING public_comment c WHERE c.id = a.comment_id"
    " AND c.case_id = :case AND c.serial = :serial"
)


class Received(Form):
    """A comment that came by letter, mail, telephone or at a hearing."""

    said: Annotated[Text, asked("意见内容", min_length=1, max_length=LONGEST_COMMENT)]
    channel: Annotated[
        PaperChannel,
        asked("收到方式", labels={c.value: CommentChannel(c.value).names[0] for c in PaperChannel}),
    ]
    received_at: Annotated[Instant, asked("收到时间")]
    organisation: Annotated[bool, asked("来自单位")] = False
    name: Annotated[Line, asked("姓名或单位名称", max_length=60)] = ""
    contact: Annotated[Line, asked("联系方式", max_length=100)] = ""


class Weighed(Form):
    """What becomes of a comment, under its theme."""

    theme: Annotated[Line, asked("主题", min_length=1, max_length=60)]
    disposition: Annotated[Disposition, asked("处理结果", labels={d.value: d.names[0] for d in Disposition})]
    reason: Annotated[
        Line, asked("理由", hint="部分采纳、未采纳的须填写；提意见人凭回执可见", max_length=500)
    ] = ""


class Moderated(Form):
    """Whether a comment is shown to the public."""

    shown: bool
    reason: Annotated[Line, asked("不展示的理由", max_length=200)] = ""


class Explained(Form):
    """The reason the public is given for a theme."""

    theme: Annotated[Line, asked("主题", min_length=1, max_length=60)]
    public_reason: Annotated[Text, asked("向社会公开的理由", min_length=1, max_length=1000)]


def register_comment(service: Service, actor: Actor, number: str, answers: dict[str, Any]) -> tuple[int, str]:
    """Register a comment that came on paper. Returns its number and its receipt, which is told once.

    Raises:
        CaseNotFound, NotAllowed, InvalidInput, NoComments.
        CommentsClosed: it came outside the window, or all have been disposed of.
    """
    try:
        with service.database.begin() as connection:
            require_allowed(connection, actor, number, Act.WEIGH_COMMENTS)
            stated = fill(Received, answers, where=number)
            work = work_on_case(service, connection, number, actor=actor.username, channel=actor.channel)
            _require_window(work)
            _require_past(work, stated.received_at)
            return _registered(work, actor, stated)
    except Exception as error:
        if is_outside_the_window(error):
            raise CommentsClosed(where=number) from None
        raise


def is_outside_the_window(error: Exception) -> bool:
    """Whether it is the database's refusal of a comment that came too early or too late."""
    cause = getattr(error, "orig", error)
    return isinstance(cause, CheckViolation) and cause.diag.constraint_name == "comment_in_its_window"


def _registered(work: Work, actor: Actor, stated: Received) -> tuple[int, str]:
    receipt = new_receipt()
    made = work.connection.execute(
        insert(_comment)
        .values(
            case_id=work.case.id,
            serial=0,  # the database counts
            said=stated.said,
            channel=stated.channel.value,
            from_whom="organisation" if stated.organisation else "public",
            received_at=stated.received_at,
            registered_at=work.now,
            registered_by=actor.person_id,
            receipt_hash=receipt_hash(receipt),
        )
        .returning(_comment.c.id, _comment.c.serial)
    ).one()
    if stated.name or stated.contact:
        work.connection.execute(
            insert(_author).values(comment_id=made.id, name=stated.name, contact=stated.contact)
        )
    data = {
        "serial": made.serial,
        "channel": stated.channel.value,
        "received_at": stated.received_at.isoformat(),
        "said_sha256": digest_of(stated.said),
    }
    work.note("comment-registered", basis=BASIS, data=data)
    work.finish()
    return int(made.serial), receipt


def weigh_comment(service: Service, actor: Actor, number: str, serial: int, answers: dict[str, Any]) -> None:
    """Put a comment under a theme and say what becomes of it; until the outcome is public, also anew.

    Raises:
        CaseNotFound, NotAllowed, InvalidInput, NoComments, CommentNotFound.
    """
    with service.database.begin() as connection:
        require_allowed(connection, actor, number, Act.WEIGH_COMMENTS)
        stated = fill(Weighed, answers, where=number)
        if stated.disposition is not Disposition.ADOPTED and not stated.reason:
            zh = "部分采纳、未采纳的须写明理由"
            raise _invalid(number, "reason", zh, "it is needed unless adopted whole")
        work = work_on_case(service, connection, number, actor=actor.username, channel=actor.channel)
        _require_window(work)
        values = {
            "comment_id": _comment_id(work, serial),
            "theme_id": _theme_id(work, stated.theme),
            "disposition": stated.disposition.value,
            "reason": stated.reason,
            "decided_by": actor.person_id,
            "decided_at": work.now,
        }
        connection.execute(insert(CommentDisposition.__table__).values(**values))
        data = {"serial": serial, "disposition": stated.disposition.value}
        work.note("comment-weighed", basis=BASIS, data=data | {"reason_sha256": digest_of(stated.reason)})
        work.finish()


def explain_theme(service: Service, actor: Actor, number: str, answers: dict[str, Any]) -> None:
    """Give the public a reason for a theme 公开说明理由.

    Raises:
        CaseNotFound, NotAllowed, InvalidInput, NoComments.
    """
    with service.database.begin() as connection:
        require_allowed(connection, actor, number, Act.WEIGH_COMMENTS)
        stated = fill(Explained, answers, where=number)
        work = work_on_case(service, connection, number, actor=actor.username, channel=actor.channel)
        _require_window(work)
        theme_id = _theme_id(work, stated.theme)
        connection.execute(
            update(_theme).where(_theme.c.id == theme_id).values(public_reason=stated.public_reason)
        )
        work.note("theme-explained", basis=BASIS, data={"reason_sha256": digest_of(stated.public_reason)})
        work.finish()


def moderate_comment(
    service: Service, actor: Actor, number: str, serial: int, answers: dict[str, Any]
) -> None:
    """Show a comment to the public, or hide it with a reason. It was received either way.

    Raises:
        CaseNotFound, NotAllowed, InvalidInput, CommentNotFound.
    """
    with service.database.begin() as connection:
        require_allowed(connection, actor, number, Act.MODERATE_COMMENTS)
        stated = fill(Moderated, answers, where=number)
        if not stated.shown and not stated.reason:
            raise _invalid(number, "reason", "不展示的须写明理由", "to hide a comment takes a reason")
        work = work_on_case(service, connection, number, actor=actor.username, channel=actor.channel)
        connection.execute(
            insert(CommentModeration.__table__).values(
                comment_id=_comment_id(work, serial),
                shown=stated.shown,
                reason=stated.reason,
                decided_by=actor.person_id,
                decided_at=work.now,
            )
        )
        work.note("comment-moderated", data={"serial": serial, "shown": stated.shown})
        work.finish()


def erase_author(service: Service, actor: Actor, number: str, serial: int) -> bool:
    """Erase who wrote a comment; what it says stays. Returns whether anything was there.

    Raises:
        CaseNotFound, NotAllowed.
    """
    with service.database.begin() as connection:
        require_allowed(connection, actor, number, Act.WEIGH_COMMENTS)
        work = work_on_case(service, connection, number, actor=actor.username, channel=actor.channel)
        erased = connection.execute(_ERASE, {"case": work.case.id, "serial": serial}).rowcount > 0
        if erased:
            work.note("comment-author-erased", data={"serial": serial})
            work.finish()
    return erased


def _require_window(work: Work) -> None:
    """Comments are taken in until the dispositions are settled; what is told to the public stays."""
    open_ = (_window.c.case_id == work.case.id) & _window.c.settled_at.is_(None)
    if work.connection.scalar(select(_window.c.case_id).where(open_)) is None:
        raise NoComments(where=work.case.number, number=work.case.number)


def _require_past(work: Work, at: datetime) -> None:
    if at > work.now:
        raise _invalid(work.case.number, "received_at", "该时间尚未到来", "that time has not come yet")


def _comment_id(work: Work, serial: int) -> int:
    found = work.connection.scalar(
        select(_comment.c.id).where(_comment.c.case_id == work.case.id, _comment.c.serial == serial)
    )
    if found is None:
        raise CommentNotFound(where=work.case.number, serial=serial)
    return int(found)


def _theme_id(work: Work, name: str) -> int:
    work.connection.execute(
        upsert(_theme).values(case_id=work.case.id, name=name, public_reason="").on_conflict_do_nothing()
    )
    return int(
        work.connection.execute(
            select(_theme.c.id).where(_theme.c.case_id == work.case.id, _theme.c.name == name)
        ).scalar_one()
    )


def _invalid(where: str, field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(where=where, field=field, why_zh=zh, why_en=en)


__all__ = [
    "Explained",
    "Moderated",
    "Received",
    "Weighed",
    "erase_author",
    "explain_theme",
    "moderate_comment",
    "register_comment",
    "weigh_comment",
]
