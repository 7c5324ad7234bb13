"""Which messages were sent: to whom, about what, and whether they left. Their text is not kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from engine.actor import Actor
from engine.policy import Act, permit
from engine.reading.values import Named, Wording, snapshot, step_named
from engine.reading.visible import load_visible
from engine.service import Service
from engine.unsent import (
    CLOSED,
    ENDED,
    INACTIVE,
    MOOT,
    MOVED,
    NO_ADDRESS,
    NOT_HELD,
    NOTHING_OPEN,
    REFUSED,
    REFUSED_BY_GROUP,
    TOLD_BY_MAIL,
    UNUSABLE,
)
from notifications.channel_names import DIGEST, MAIL

MOST_UNDELIVERED = 200

MESSAGE = """
    SELECT n.id AS message, d.id, n.key, n.template, n.person_id, n.created_at, d.channel, d.sent_at,
           d.dropped_at, d.attempts, d.last_error, p.name, p.email, c.number, s.key AS step_key,
           s.call->'title' AS step
      FROM notification n LEFT JOIN delivery d ON d.notification_id = n.id
      JOIN person p ON p.id = n.person_id LEFT JOIN cases c ON c.id = n.case_id
      LEFT JOIN assignment a ON a.id = n.assignment_id LEFT JOIN step s ON s.id = a.step_id
"""
_OF_CASE = text(MESSAGE + " WHERE n.case_id = :case ORDER BY n.id, d.id")
_UNDELIVERED = text(
    MESSAGE
    + """
     WHERE d.sent_at IS NULL
       AND CASE WHEN d.dropped_at IS NULL THEN d.attempts > 0 ELSE d.last_error <> ALL(:moot) END
     ORDER BY d.id DESC LIMIT :most
    """
)
_ABOUT = {
    "incident": Named("incident", "异常", "Incident"),
    "published": Named("published", "已公开", "Published"),
    "closed": Named("closed", "办结", "Closed"),
    "handed-over": Named("handed-over", "改派拟稿人", "Draft handed over"),
    "digest": Named("digest", "每日摘要", "Digest of the day"),
    "link-broken": Named("link-broken", "已公开网址有问题", "A published page fails"),
    "password-set": Named("password-set", "密码由他人设置", "Password set by another"),
    "deadline": Named("deadline", "时限提醒", "Time limit"),
    "escalated": Named("escalated", "督办", "Escalation"),
    "lapsed": Named("lapsed", "逾期", "Lapse"),
    "clock-moved": Named("clock-moved", "时限变更", "Date moved"),
    "clock-asked": Named("clock-asked", "时限申请", "Asked of a time limit"),
    "clock-answered": Named("clock-answered", "时限申请的答复", "Answer about a time limit"),
}
_CHANNELS = {MAIL: Named(MAIL, "邮件", "Mail"), DIGEST: Named(DIGEST, "每日摘要", "Digest of the day")}
_HINTS = {
    "errcode 93000": Wording("（机器人地址无效）", " (the robot's address is unknown there)"),
    "errcode 300001": Wording("（机器人地址无效）", " (the robot's address is unknown there)"),
    "errcode 310000": Wording(
        "（不符合机器人的安全设置：关键词、加签或 IP）",
        " (against its settings: keyword, signature or address)",
    ),
    "errcode 45009": Wording("（发送过于频繁）", " (too often)"),
    "errcode 130101": Wording("（发送过于频繁）", " (too often)"),
}
_WHY = {
    CLOSED: "待办已办理或关闭",
    INACTIVE: "该人员已停用",
    NOT_HELD: "该人员已不在该岗位",
    ENDED: "该时限已经结束",
    MOVED: "该时限的截止日期已经变更",
    NOTHING_OPEN: "已没有待办",
    TOLD_BY_MAIL: "该渠道已停用，改以邮件通知",
    NO_ADDRESS: "该人员没有邮箱地址",
    UNUSABLE: "邮箱地址无法使用",
}


@dataclass(frozen=True)
class Delivery:
    """One message by one channel; until the worker chose channels, ``id`` and ``channel`` are null.

    ``state``: sent; waiting; failing (tried, will be tried again); dropped (somebody must mend something,
    then ask for another try); moot (nobody needs it any more); held, then digested (for, and in, the digest
    of the day). ``why`` for failing, dropped and moot. ``case`` is empty where it is about the person.
    """

    id: int | None
    case: str
    to: str
    about: Named
    channel: Named | None
    queued_at: datetime
    sent_at: datetime | None
    state: str
    attempts: int
    why: Wording | None

    @property
    def may_be_resent(self) -> bool:
        """Whether another try makes sense."""
        return self.state in ("failing", "dropped")


def read_deliveries(service: Service, actor: Actor, number: str) -> list[Delivery]:
    """All messages of a case, oldest first.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
    """
    with snapshot(service) as connection:
        case = load_visible(connection, actor, number).row
        return [_delivery(row) for row in connection.execute(_OF_CASE, {"case": case.id})]


def list_undelivered(service: Service, actor: Actor) -> list[Delivery]:
    """The newest messages that did not reach anybody although somebody needs them.

    Raises:
        NotAllowed: not an administrator.
    """
    permit(actor, Act.RESEND_MESSAGE)
    with service.read() as connection:
        rows = connection.execute(_UNDELIVERED, {"moot": list(MOOT), "most": MOST_UNDELIVERED})
        return [_delivery(row) for row in rows]


def about_of(row: Row[Any]) -> Named:
    """The step a message is about, or what happened to its case."""
    if row.template in _ABOUT:
        return _ABOUT[row.template]
    step = step_named(row.step_key, row.step) if row.step_key else _ABOUT["incident"]
    if row.template == "urged":
        return Named("urged", f"催办：{step.zh}", f"Urged: {step.en}")
    return step


def _delivery(row: Row[Any]) -> Delivery:
    state = _state(row)
    return Delivery(
        id=row.id,
        case=row.number or "",
        to=row.name,
        about=about_of(row),
        channel=channel_named(row.channel) if row.channel else None,
        queued_at=row.created_at,
        sent_at=row.sent_at,
        state=state,
        attempts=row.attempts or 0,
        why=_why(row) if state in ("failing", "dropped", "moot") else None,
    )


def channel_named(name: str) -> Named:
    """A channel with its names; a group has the one the installation gave it."""
    return _CHANNELS.get(name) or Named(name, name, name)


def _state(row: Row[Any]) -> str:
    if row.dropped_at is not None:
        return "moot" if row.last_error in MOOT else "dropped"
    if row.channel == DIGEST:
        return "held" if row.sent_at is None else "digested"
    if row.sent_at is not None:
        return "sent"
    return "failing" if row.attempts else "waiting"


def _why(row: Row[Any]) -> Wording:
    error = row.last_error
    if error in _WHY:
        return Wording(_WHY[error], error)
    if error.startswith(REFUSED):
        return Wording(f"邮件服务器拒收：{error.removeprefix(REFUSED)}", error)
    if error.startswith(REFUSED_BY_GROUP):
        return Wording(f"对方拒收：{error.removeprefix(REFUSED_BY_GROUP)}", error)
    if row.channel == MAIL:
        return Wording(f"邮件服务器暂未接收：{error}", f"the mail server did not take it: {error}")
    hint = _HINTS.get(error, Wording("", ""))
    return Wording(f"对方暂未接收：{error}{hint.zh}", f"it was not taken: {error}{hint.en}")
