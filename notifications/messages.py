"""The messages there are, each with exactly what its templates may show: that is the contract.

``public_title`` is empty until the title may be shown. Nothing here is document content, and no opinion is.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class TodoArrived:
    """A new to-do 待办. ``round`` counts how often its step was opened: from 2 on it comes again."""

    recipient: str
    case_number: str
    public_title: str
    step_zh: str
    step_en: str
    round: int
    position_zh: str
    position_en: str
    unit: str
    basis: str
    arrived: str
    link: str

    folder = "todo"


@dataclass(frozen=True)
class TodoReturned:
    """A to-do opened because a later step sent the case back 退回; why is read in the portal."""

    recipient: str
    case_number: str
    public_title: str
    step_zh: str
    step_en: str
    returned_by_zh: str
    returned_by_en: str
    unit: str
    arrived: str
    link: str

    folder = "returned"


@dataclass(frozen=True)
class TodoUrged:
    """Somebody urges a to-do 催办. ``times`` counts how often its person was urged about it."""

    recipient: str
    case_number: str
    public_title: str
    step_zh: str
    step_en: str
    unit: str
    arrived: str
    by: str
    times: int
    link: str

    folder = "urged"


@dataclass(frozen=True)
class DigestLine:
    """One open to-do in a digest; ``due`` is empty where no clock runs over it."""

    case_number: str
    what_zh: str
    what_en: str
    since: str
    due: str
    provisional: bool


@dataclass(frozen=True)
class DigestOfDay:
    """What is open for a person today 每日摘要; ``more`` to-dos are not listed."""

    recipient: str
    day: str
    count: int
    lines: tuple[DigestLine, ...]
    more: int
    link: str

    folder = "digest"


@dataclass(frozen=True)
class CasesLaunched:
    """Many cases were launched from one file 批量发起: one message for all the to-dos it brought a person."""

    recipient: str
    by: str
    procedure_zh: str
    procedure_en: str
    count: int
    open_now: int
    launched: str
    link: str

    folder = "bulk"


@dataclass(frozen=True)
class IncidentOpened:
    """An incident 异常 waits for an administrator. Its text may quote others, so only its kind is told."""

    recipient: str
    case_number: str
    unit: str
    kind: str
    blocking: bool
    arrived: str
    link: str

    folder = "incident"


@dataclass(frozen=True)
class CasePublished:
    """The document is public 已公开: for its drafter. ``address`` is where everybody reads it."""

    recipient: str
    case_number: str
    public_title: str
    address: str
    published: str
    link: str

    folder = "published"


@dataclass(frozen=True)
class CaseClosed:
    """A case ended 办结 without publication: for its drafter. How it ended may tell too much by mail."""

    recipient: str
    case_number: str
    public_title: str
    closed: str
    link: str

    folder = "closed"


@dataclass(frozen=True)
class DraftHandedOver:
    """A draft has another drafter 改派. ``link`` is empty for whoever gave it up."""

    recipient: str
    case_number: str
    drafter: str
    unit: str
    handed_over: str
    link: str

    folder = "handed_over"


@dataclass(frozen=True)
class PasswordSet:
    """Another set one's password: whoever did not ask for it learns of it at once. It belongs to no case."""

    recipient: str
    by: str
    at: str
    link: str

    folder = "password_set"


@dataclass(frozen=True)
class LinkBroken:
    """A published page fails 网址巡查: for the publisher and the openness office. All of it is public."""

    recipient: str
    case_number: str
    title: str
    address: str
    why_zh: str
    why_en: str
    since: str
    link: str

    folder = "link_broken"


@dataclass(frozen=True)
class _OfLimit:
    """What every message about a time limit says: which, of which case, until when, by which provision, and
    the whole reckoning, line by line. ``left`` is what is left of it, or by how much it is missed.
    """

    recipient: str
    case_number: str
    public_title: str
    limit_zh: str
    limit_en: str
    until_zh: str
    until_en: str
    left_zh: str
    left_en: str
    basis: str
    provisional: bool
    explained_zh: str
    explained_en: str
    link: str


@dataclass(frozen=True)
class LimitTold(_OfLimit):
    """A rung of a limit's ladder 时限提醒: near, missed, gone up, still missed, or not being counted.

    ``should_have_come`` is told where the message comes late; it is empty otherwise.
    """

    says_zh: str
    says_en: str
    should_have_come: str

    folder = "limit_told"


@dataclass(frozen=True)
class LimitEscalated(_OfLimit):
    """督办: a missed limit went up to the recipient, who tells what was done and decides nothing.

    ``meanwhile`` is what became of the limit since; it is empty while nothing did.
    """

    times: int
    escalated: str
    should_have_come: str
    meanwhile_zh: str
    meanwhile_en: str

    folder = "limit_escalated"


@dataclass(frozen=True)
class LimitLapsed(_OfLimit):
    """A limit ended without a decision, and ``silence`` is the provision that gives that a meaning 逾期."""

    silence: str
    lapsed: str

    folder = "limit_lapsed"


@dataclass(frozen=True)
class LimitMoved(_OfLimit):
    """The date of a limit is another now, and why."""

    before_zh: str
    before_en: str
    why_zh: str
    why_en: str

    folder = "limit_moved"


@dataclass(frozen=True)
class LimitActAsked(_OfLimit):
    """Something was asked of a limit 时限申请; its ground is read in the portal.

    ``would_be`` is what granting it makes of the date; it is empty where it can no longer be granted.
    """

    act_zh: str
    act_en: str
    act_basis: str
    asked_by: str
    asked: str
    would_be_zh: str
    would_be_en: str

    folder = "limit_act_asked"


@dataclass(frozen=True)
class LimitActAnswered(_OfLimit):
    """What was asked of a limit was granted or refused; the words are read in the portal."""

    act_zh: str
    act_en: str
    act_basis: str
    granted: bool
    answered_by: str
    answered: str

    folder = "limit_act_answered"


Content = (
    TodoArrived
    | TodoReturned
    | TodoUrged
    | DigestOfDay
    | CasesLaunched
    | IncidentOpened
    | CasePublished
    | CaseClosed
    | DraftHandedOver
    | PasswordSet
    | LinkBroken
    | LimitTold
    | LimitEscalated
    | LimitLapsed
    | LimitMoved
    | LimitActAsked
    | LimitActAnswered
)
