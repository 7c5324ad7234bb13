"""Which messages were sent: to whom, about what, and whether they left. Their text is not kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from engine.actor import Actor
from engine.limit_messages import ENDED, MOVED
from engine.message_facts import CLOSED, INACTIVE, MOOT, NO_ADDRESS, NOT_HELD, REFUSED, UNUSABLE
from engine.policy import Act, permit
from engine.reading.values import Named, Wording, snapshot, step_named
from engine.reading.visible import load_visible
from engine.service import Service

MOST_UNDELIVERED = 200

MESSAGE = """
    SELECT n.id, n.key, n.template, n.person_id, n.created_at, n.sent_at, n.dropped_at, n.attempts,
           n.last_error, p.name, p.email, c.number, s.key AS step_key, s.call->'title' AS step
      FROM notification n JOIN person p ON p.id = n.person_id LEFT JOIN cases c ON c.id = n.case_id
      LEFT JOIN assignment a ON a.id = n.assignment_id LEFT JOIN step s ON s.id = a.step_id
"""
_OF_CASE = text(MESSAGE + " WHERE n.case_id = :case ORDER BY n.id")
_UNDELIVERED = text(
    MESSAGE
    + """
     WHERE n.sent_at IS NULL
       AND CASE WHEN n.dropped_at IS NULL THEN n.attempts > 0 ELSE n.last_error <> ALL(:moot) END
     ORDER BY n.id DESC LIMIT :most
    """
)
_ABOUT = {
    "incident": Named("incident", "异常", "Incident"),
    "published": Named("published", "已公开", "Published"),
    "closed": Named("closed", "办结", "Closed"),
    "handed-over": Named("handed-over", "改派拟稿人", "Draft handed over"),
    "password-set": Named("password-set", "密码由他人设置", "Password set by another"),
    "deadline": Named("deadline", "时限提醒", "Time limit"),
    "escalated": Named("escalated", "督办", "Escalation"),
    "lapsed": Named("lapsed", "逾期", "Lapse"),
    "clock-moved": Named("clock-moved", "时限变更", "Date moved"),
    "clock-asked": Named("clock-asked", "时限申请", "Asked of a time limit"),
    "clock-answered": Named("clock-answered", "时限申请的答复", "Answer about a time limit"),
}
_WHY = {
    CLOSED: "待办已办理或关闭",
    INACTIVE: "该人员已停用",
    NOT_HELD: "该人员已不在该岗位",
    ENDED: "该时限已经结束",
    MOVED: "该时限的截止日期已经变更",
    NO_ADDRESS: "该人员没有邮箱地址",
    UNUSABLE: "邮箱地址无法使用",
}


@dataclass(frozen=True)
class Delivery:
    """One message.

    ``state``: sent; waiting; failing (tried, will be tried again); dropped (somebody must mend something,
    then ask for another try); moot (nobody needs it any more). ``why`` for the last three. ``case`` is empty
    where it is about the person.
    """

    id: int
    case: str
    to: str
    about: Named
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
    """What a message is about: of a to-do, its step."""
    return _ABOUT[row.template] if row.template in _ABOUT else step_named(row.step_key, row.step)


def _delivery(row: Row[Any]) -> Delivery:
    state = _state(row)
    return Delivery(
        id=row.id,
        case=row.number or "",
        to=row.name,
        about=about_of(row),
        queued_at=row.created_at,
        sent_at=row.sent_at,
        state=state,
        attempts=row.attempts,
        why=None if state in ("sent", "waiting") else _why(row.last_error),
    )


def _state(row: Row[Any]) -> str:
    if row.sent_at is not None:
        return "sent"
    if row.dropped_at is not None:
        return "moot" if row.last_error in MOOT else "dropped"
    return "failing" if row.attempts else "waiting"


def _why(error: str) -> Wording:
    if error in _WHY:
        return Wording(_WHY[error], error)
    if error.startswith(REFUSED):
        return Wording(f"邮件服务器拒收：{error.removeprefix(REFUSED)}", error)
    return Wording(f"邮件服务器暂未接收：{error}", f"the mail server did not take it: {error}")
