"""The one policy door: every act asks here, with facts already loaded; nothing else decides who may.

Refusals say why and what to do. Separation of duties (drafter ≠ reviewer ≠ signer) lives here too.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from engine.actor import Actor
from rules.errors import NotAllowed
from rules.positions import Position


class Act(StrEnum):
    """Everything anyone can do, by name."""

    LAUNCH = "launch"
    LAUNCH_IN_BULK = "launch-in-bulk"
    READ_BULK = "read-bulk"
    DECIDE = "decide"
    UPLOAD_FILE = "upload-file"
    READ_CASE = "read-case"
    READ_DOCUMENT = "read-document"
    READ_OPINIONS = "read-opinions"
    READ_LEDGER = "read-ledger"
    RETRY_CASE = "retry-case"
    HAND_OVER = "hand-over"
    IMPORT_PEOPLE = "import-people"
    IMPORT_LAW = "import-law"
    SET_PASSWORD = "set-password"
    MANAGE_OWN_TOKENS = "manage-own-tokens"
    SEE_STATUS = "see-status"
    RESEND_MESSAGE = "resend-message"
    READ_MAIL = "read-mail"
    WATCH_RUNS = "watch-runs"
    READ_ALL_LIMITS = "read-all-limits"
    ADVANCE_CLOCK = "advance-clock"
    ATTEND = "attend"
    ASK_OF_CLOCK = "ask-of-clock"
    ANSWER_OF_CLOCK = "answer-of-clock"
    CHOOSE_OWN_MESSAGES = "choose-own-messages"
    URGE = "urge"
    SEE_OPINIONS = "see-opinions"
    KEEP_WATCH_LOG = "keep-watch-log"
    READ_WATCH_LOG = "read-watch-log"
    WEIGH_COMMENTS = "weigh-comments"
    MODERATE_COMMENTS = "moderate-comments"
    EDIT_CATALOGUE = "edit-catalogue"
    PUT_INTO_CATALOGUE = "put-into-catalogue"
    READ_REGISTERS = "read-registers"
    SEE_LINK_CHECKS = "see-link-checks"


_NAMES = {
    Act.LAUNCH: ("发起该事项", "launch this case"),
    Act.LAUNCH_IN_BULK: ("批量发起该流程的事项", "launch cases of this procedure from a file"),
    Act.READ_BULK: ("查看该批次", "see this batch"),
    Act.DECIDE: ("办理该待办", "decide this to-do"),
    Act.UPLOAD_FILE: ("向该待办上传文件", "upload files to this to-do"),
    Act.READ_CASE: ("查看该事项", "see this case"),
    Act.READ_DOCUMENT: ("查看该文稿", "read this document"),
    Act.READ_OPINIONS: ("查看意见", "read opinions"),
    Act.READ_LEDGER: ("查看留痕", "read the ledger"),
    Act.RETRY_CASE: ("重试该事项", "retry this case"),
    Act.HAND_OVER: ("改派拟稿人", "hand this draft over"),
    Act.IMPORT_PEOPLE: ("导入人员", "import people"),
    Act.IMPORT_LAW: ("导入放假安排和本单位时限", "import arrangements of days off and the site's periods"),
    Act.SET_PASSWORD: ("设置他人密码", "set another's password"),
    Act.MANAGE_OWN_TOKENS: ("管理令牌", "manage tokens"),
    Act.SEE_STATUS: ("查看运行状态", "see the status"),
    Act.RESEND_MESSAGE: ("重发通知", "send this message again"),
    Act.READ_MAIL: ("查看该邮件", "read this message"),
    Act.WATCH_RUNS: ("查看 Prefect 中的运行", "watch the runs in Prefect"),
    Act.READ_ALL_LIMITS: ("查看全部未办结事项的时限", "see the time limits of all open cases"),
    Act.ADVANCE_CLOCK: ("推进虚拟时间", "advance virtual time"),
    Act.ATTEND: ("办理该督办", "attend to this escalation"),
    Act.ASK_OF_CLOCK: ("就该时限提出申请", "ask anything of this time limit"),
    Act.ANSWER_OF_CLOCK: ("答复该时限申请", "answer what was asked of this time limit"),
    Act.CHOOSE_OWN_MESSAGES: ("选择通知方式", "choose how you are told"),
    Act.URGE: ("催办该事项", "urge this case"),
    Act.SEE_OPINIONS: ("查看舆情看板", "see the board of public opinion"),
    Act.KEEP_WATCH_LOG: ("登记值班监测日志", "write in the watch log"),
    Act.READ_WATCH_LOG: ("查看值班监测日志", "read the watch log"),
    Act.WEIGH_COMMENTS: ("登记和处理该事项的意见", "register and dispose of comments on this case"),
    Act.MODERATE_COMMENTS: ("审核该事项的意见是否展示", "decide which comments on this case are shown"),
    Act.EDIT_CATALOGUE: ("修改标准目录", "change the standard catalogue"),
    Act.PUT_INTO_CATALOGUE: ("将文件归入标准目录", "put a document into the catalogue"),
    Act.READ_REGISTERS: ("查看和导出台账", "read and export the registers"),
    Act.SEE_LINK_CHECKS: ("查看网址巡查结果", "see how published pages were found"),
}


@dataclass(frozen=True)
class Facts:
    """What the door must know of the object; each act reads only its own."""

    where: str = ""
    drafter_id: int | None = None
    launcher_id: int | None = None
    unit_id: int | None = None
    position: str = ""
    assigned_person_id: int | None = None
    clerical: bool = False
    signs: bool = False
    reviewed_by: frozenset[int] = field(default_factory=frozenset)
    authors: frozenset[int] = field(default_factory=frozenset)  # whoever wrote a version of the text
    participants: frozenset[int] = field(default_factory=frozenset)  # who decided or holds a to-do
    asked: frozenset[int] = field(default_factory=frozenset)  # who holds an open to-do now
    informed: frozenset[int] = field(default_factory=frozenset)  # whom a limit was escalated to, or asked of
    readers: frozenset[int] = field(default_factory=frozenset)  # who takes part in a case about this one
    about_person_id: int | None = None


def permit(actor: Actor, act: Act, facts: Facts | None = None) -> None:
    """Let the act pass or refuse it.

    Raises:
        NotAllowed: with the reason and what to do.
    """
    refusal = _RULES[act](actor, facts or Facts())
    if refusal is not None:
        zh, en = _NAMES[act]
        raise NotAllowed(
            where=facts.where if facts else "",
            act_zh=zh,
            act_en=en,
            why_zh=refusal.zh,
            why_en=refusal.en,
            todo_zh=refusal.todo_zh,
            todo_en=refusal.todo_en,
        )


def may(actor: Actor, act: Act, facts: Facts) -> bool:
    """The door's answer as a word."""
    return _RULES[act](actor, facts) is None


def kept_out(facts: Facts) -> list[int]:
    """Ids of the persons whom separation of duties (drafter ≠ reviewer ≠ signer) keeps from the step."""
    if facts.clerical or facts.position == Position.DRAFTER:
        return []
    drafters = facts.authors if facts.drafter_id is None else facts.authors | {facts.drafter_id}
    return sorted(drafters | facts.reviewed_by if facts.signs else drafters)


@dataclass(frozen=True)
class _Refusal:
    zh: str
    en: str
    todo_zh: str = "如确有需要，请联系系统管理员"
    todo_en: str = "If you need it, ask the administrator"


def _launch(actor: Actor, facts: Facts) -> _Refusal | None:
    if actor.is_administrator or actor.person_id == facts.drafter_id:
        return None
    return _Refusal(
        "只有系统管理员或拟稿人本人可以发起", "only an administrator or the drafter named may launch it"
    )


def _launch_in_bulk(actor: Actor, facts: Facts) -> _Refusal | None:
    """Whoever may launch one of them; each row is asked of the door again."""
    if actor.is_administrator or facts.position in {position for position, _ in actor.holdings}:
        return None
    return _Refusal(
        "只有系统管理员和负责发起该流程的岗位可以批量发起",
        "only an administrator and the holders of the post that opens such cases may",
    )


def _holder(actor: Actor, facts: Facts) -> _Refusal | None:
    if facts.assigned_person_id is not None:
        return None if actor.person_id == facts.assigned_person_id else _not_yours()
    return None if actor.holds(facts.position, facts.unit_id) else _not_yours()


def _decide(actor: Actor, facts: Facts) -> _Refusal | None:
    if (refusal := _holder(actor, facts)) is not None:
        return refusal
    return _own_work(actor, facts) if actor.person_id in kept_out(facts) else None


def _ask_of_clock(actor: Actor, facts: Facts) -> _Refusal | None:
    if actor.person_id == facts.drafter_id or actor.person_id in facts.asked:
        return None
    if actor.holds(Position.OFFICE) or actor.holds(Position.OPENNESS_OFFICE):
        return None
    return _Refusal(
        "只有该事项的待办人员、拟稿人、办公室和政务公开工作机构可以提出",
        "only who has an open to-do of the case, its drafter, the office and the openness office may",
        "请由上述人员提出",
        "Leave it to one of them",
    )


def _answer_of_clock(actor: Actor, facts: Facts) -> _Refusal | None:
    if actor.person_id == facts.about_person_id:
        return _Refusal(
            "不得答复本人提出的申请",
            "nobody answers what they asked for themselves",
            "请由该岗位其他人员或上级答复",
            "Leave it to another holder of the post, or to a superior",
        )
    return _holder(actor, facts)


def _not_yours() -> _Refusal:
    return _Refusal(
        "该待办不属于您现任的岗位",
        "this to-do is not of a position you hold now",
        "请由该岗位人员办理",
        "Leave it to the holder of that position",
    )


def _own_work(actor: Actor, facts: Facts) -> _Refusal:
    if actor.person_id == facts.drafter_id or actor.person_id in facts.authors:
        return _Refusal(
            "拟稿人不得审核或签发自己起草的文稿",
            "a drafter may not review or sign their own draft",
            "请由同岗位其他人员办理",
            "Leave it to another holder of the position",
        )
    return _Refusal(
        "已参与审核的人员不得签发同一文稿",
        "someone who reviewed the document may not sign it",
        "请由同岗位其他人员签发",
        "Leave the signature to another holder",
    )


def _read_case(actor: Actor, facts: Facts) -> _Refusal | None:
    if actor.is_administrator or actor.is_manager or _takes_part(actor, facts):
        return None
    if actor.person_id in facts.informed or actor.person_id in facts.readers:
        return None
    return _Refusal("您没有参与该事项", "you take no part in this case")


def _read_document(actor: Actor, facts: Facts) -> _Refusal | None:
    return None if actor.person_id in facts.readers else _read_opinions(actor, facts)


def _read_opinions(actor: Actor, facts: Facts) -> _Refusal | None:
    if _takes_part(actor, facts):
        return None
    return _Refusal(
        "只有参与办理的人员可以查看文稿和意见", "only those who take part may read documents and opinions"
    )


def _takes_part(actor: Actor, facts: Facts) -> bool:
    return actor.person_id == facts.drafter_id or actor.person_id in facts.participants


def _administrators(actor: Actor, _facts: Facts) -> _Refusal | None:
    return None if actor.is_administrator else _Refusal("只有系统管理员可以操作", "only an administrator may")


def _watchers(actor: Actor, _facts: Facts) -> _Refusal | None:
    if actor.is_administrator or actor.is_manager:
        return None
    return _Refusal("只有系统管理员和管理者可以查看", "only administrators and managers may")


def _urge(actor: Actor, facts: Facts) -> _Refusal | None:
    initiated = actor.person_id in (facts.drafter_id, facts.launcher_id)
    if initiated or actor.is_administrator or actor.is_manager or actor.holds(Position.OFFICE):
        return None
    return _Refusal(
        "只有发起人、拟稿人、办公室、管理者和系统管理员可以催办",
        "only whoever launched or drafts it, the office, managers and administrators may",
        "如确有需要，请联系办公室",
        "If you need it, ask the office",
    )


def _opinion_desk(actor: Actor, _facts: Facts) -> _Refusal | None:
    if actor.is_administrator or actor.is_manager or _holds_any(actor, *_OPINION_DESKS):
        return None
    return _Refusal(
        "只有舆情监测员、政务公开工作机构、新闻发言人、负责人和管理者可以查看",
        "only monitors, the openness office, the spokesperson, the heads and managers may",
    )


def _monitor(actor: Actor, _facts: Facts) -> _Refusal | None:
    if actor.holds(Position.MONITOR):
        return None
    return _Refusal("只有舆情监测员可以登记", "only a monitor may")


def _watch_log_reader(actor: Actor, facts: Facts) -> _Refusal | None:
    # 四(三)1 完善本单位与宣传、网信、政务公开主管部门和相关涉事单位舆情信息共享机制
    if _holds_any(actor, Position.PUBLICITY, Position.CYBERSPACE, Position.COUNTY_OFFICE):
        return None
    return _opinion_desk(actor, facts)


def _holds_any(actor: Actor, *positions: Position) -> bool:
    return any(actor.holds(position) for position in positions)


_OPINION_DESKS = (
    Position.MONITOR,
    Position.OPENNESS_OFFICE,
    Position.SPOKESPERSON,
    Position.DEPUTY_HEAD,
    Position.HEAD,
)


def _weigh_comments(actor: Actor, facts: Facts) -> _Refusal | None:
    if actor.person_id == facts.drafter_id:
        return None
    return _Refusal(
        "意见由承办的拟稿人登记和处理",
        "the drafter in charge registers and disposes of comments",
        "请由拟稿人办理",
        "Leave it to the drafter",
    )


def _moderate_comments(actor: Actor, _facts: Facts) -> _Refusal | None:
    if actor.holds(Position.OPENNESS_OFFICE):
        return None
    return _Refusal(
        "意见是否展示由政务公开工作机构审核",
        "the openness office decides which comments are shown",
        "请由政务公开工作机构办理",
        "Leave it to the openness office",
    )


_OPENNESS_DESK = ("请联系政务公开工作机构", "Ask the openness office")


def _edit_catalogue(actor: Actor, _facts: Facts) -> _Refusal | None:
    if actor.is_administrator or actor.holds(Position.OPENNESS_OFFICE):
        return None
    return _Refusal(
        "标准目录由政务公开工作机构和系统管理员维护",
        "the openness office and administrators keep the catalogue",
        *_OPENNESS_DESK,
    )


def _put_into_catalogue(actor: Actor, _facts: Facts) -> _Refusal | None:
    if actor.holds(Position.OPENNESS_OFFICE) or actor.holds(Position.PUBLISHER):
        return None
    return _Refusal(
        "已公开文件由政务公开工作机构或网站发布员归入目录",
        "the openness office or the publisher puts what is public into the catalogue",
        *_OPENNESS_DESK,
    )


def _read_registers(actor: Actor, _facts: Facts) -> _Refusal | None:
    if actor.is_administrator or actor.is_manager:
        return None
    if actor.holds(Position.OFFICE) or actor.holds(Position.OPENNESS_OFFICE):
        return None
    return _Refusal(
        "台账由办公室、政务公开工作机构、管理者和系统管理员查看",
        "the office, the openness office, managers and administrators read the registers",
        *_OPENNESS_DESK,
    )


def _see_link_checks(actor: Actor, facts: Facts) -> _Refusal | None:
    if actor.holds(Position.PUBLISHER) or _read_registers(actor, facts) is None:
        return None
    return _Refusal(
        "巡查结果由网站发布员、办公室、政务公开工作机构、管理者和系统管理员查看",
        "the publisher, the office, the openness office, managers and administrators see them",
        *_OPENNESS_DESK,
    )


def _own(actor: Actor, facts: Facts) -> _Refusal | None:
    if facts.about_person_id == actor.person_id:
        return None
    return _Refusal("只能管理自己的", "you may manage your own only")


def _addressee(actor: Actor, facts: Facts) -> _Refusal | None:
    if actor.is_administrator or facts.about_person_id == actor.person_id:
        return None
    return _Refusal("该邮件是发给他人的", "it was sent to somebody else")


def _uploader(actor: Actor, facts: Facts) -> _Refusal | None:
    if actor.is_administrator or facts.about_person_id == actor.person_id:
        return None
    return _Refusal("该批次由他人上传", "it was uploaded by somebody else")


_RULES = {
    Act.LAUNCH: _launch,
    Act.LAUNCH_IN_BULK: _launch_in_bulk,
    Act.READ_BULK: _uploader,
    Act.DECIDE: _decide,
    Act.UPLOAD_FILE: _decide,
    Act.READ_CASE: _read_case,
    Act.READ_DOCUMENT: _read_document,
    Act.READ_OPINIONS: _read_opinions,
    Act.READ_LEDGER: _read_case,
    Act.RETRY_CASE: _administrators,
    Act.HAND_OVER: _administrators,
    Act.IMPORT_PEOPLE: _administrators,
    Act.IMPORT_LAW: _administrators,
    Act.SET_PASSWORD: _administrators,
    Act.MANAGE_OWN_TOKENS: _own,
    Act.SEE_STATUS: _watchers,
    Act.RESEND_MESSAGE: _administrators,
    Act.READ_MAIL: _addressee,
    Act.WATCH_RUNS: _watchers,
    Act.READ_ALL_LIMITS: _watchers,
    Act.ADVANCE_CLOCK: _administrators,
    Act.ATTEND: _holder,
    Act.ASK_OF_CLOCK: _ask_of_clock,
    Act.ANSWER_OF_CLOCK: _answer_of_clock,
    Act.CHOOSE_OWN_MESSAGES: _own,
    Act.URGE: _urge,
    Act.SEE_OPINIONS: _opinion_desk,
    Act.KEEP_WATCH_LOG: _monitor,
    Act.READ_WATCH_LOG: _watch_log_reader,
    Act.WEIGH_COMMENTS: _weigh_comments,
    Act.MODERATE_COMMENTS: _moderate_comments,
    Act.EDIT_CATALOGUE: _edit_catalogue,
    Act.PUT_INTO_CATALOGUE: _put_into_catalogue,
    Act.READ_REGISTERS: _read_registers,
    Act.SEE_LINK_CHECKS: _see_link_checks,
}
