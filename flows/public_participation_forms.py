"""What public participation is given, and what its steps ask for."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import Field

from flows.disclosure_forms import DocumentType
from rules.disclosure import DisclosureAttribute
from rules.errors import (
    HearingPapersLate,
    InvalidInput,
    LegalityReviewTooShort,
    ReasonNotInAnnouncement,
    WindowTooShort,
)
from rules.parameters import statutory
from rules.participation import ParticipationForm
from tasks import CaseNumber, Form, FormFacts, Intake, Line, Relation, Text, WebAddress, asked, require_past


class Participation(Intake):
    """Who prepares it, and the case of the document it is about, if there is one already."""

    drafter: Annotated[Line, Field(title="拟稿人", description="拟稿人的用户名", min_length=1, max_length=64)]
    unit: Annotated[Line, Field(title="承办股室", description="股室代码", min_length=1, max_length=64)]
    doc_type: Annotated[DocumentType, Field(title="文种", description="公文种类")] = DocumentType.ANNOUNCEMENT
    document: Annotated[CaseNumber, Field(title="所涉文件", description="该文件事项的编号，没有则留空")] = ""

    links: ClassVar[dict[str, Relation]] = {"document": Relation.CONSULTS_ON}


class Made(StrEnum):
    """What is put before the public (四(四)1: 向社会公布决策草案、决策依据等信息)."""

    DRAFT = "draft"
    BASIS = "basis"
    EXPLANATION = "explanation"


class Plan(Form):
    """参与方案: which forms, for how long, or why none at all."""

    usual: ClassVar[dict[str, Any]] = {
        "forms": [ParticipationForm.WEBSITE.value],
        "contains": [made.value for made in Made],
        "days": 30,
    }

    contains: Annotated[
        list[Made],
        asked(
            "公告及附件已包含",
            hint="重大行政决策公开征求意见须公布三项",
            labels={"draft": "决策草案", "basis": "决策依据", "explanation": "起草说明"},
            default_factory=list,
        ),
    ]
    forms: Annotated[
        list[ParticipationForm],
        asked(
            "参与方式",
            hint="至少一种",
            labels={f.value: f.names[0] for f in ParticipationForm},
            default_factory=list,
        ),
    ]
    days: Annotated[
        int, asked("征求意见日数", hint="自公布之日起算；网站征求意见一般不少于30日", ge=1, le=366)
    ] = 30
    short_reason: Annotated[
        Line, asked("缩短期限的理由", hint="不足30日的必填，并须原文写入公告", max_length=200)
    ] = ""
    response_plan: Annotated[
        CaseNumber, asked("解读回应预案", hint="已批准预案的事项编号；尚无则留空，系统将持续提示")
    ] = ""
    emergency_reason: Annotated[
        Line,
        asked(
            "应急处置决策的理由",
            hint="仅不适用本程序的突发事件应急处置决策填写，由主要负责人批准",
            max_length=300,
        ),
    ] = ""

    def check(self, facts: FormFacts) -> None:
        if self.emergency_reason:
            return  # 713 art. 3: 突发事件应急处置决策不适用
        if not self.forms:
            raise _invalid(facts, "forms", "至少选择一种参与方式", "name at least one")
        if set(self.contains) != set(Made):
            raise _invalid(
                facts,
                "contains",
                "公告须包含草案、依据和说明",
                "draft, basis and explanation go along",
            )
        if (facts.document or {}).get("attribute") != DisclosureAttribute.PROACTIVE:
            raise _invalid(facts, "contains", "公告的公开属性须为主动公开", "an announcement is disclosed")
        if ParticipationForm.WEBSITE in self.forms:
            self._check_window(facts)
        if self.response_plan and not facts.reached(self.response_plan, "approved"):
            raise _invalid(
                facts, "response_plan", "没有该编号的已批准预案", "no approved plan has that number"
            )

    def _check_window(self, facts: FormFacts) -> None:
        """713 art. 15: 期限一般不少于30日；缩短的，应当在公告中说明理由."""
        least = statutory().on("comment-window", facts.today).term.period.number
        if self.days >= least:
            return
        if not self.short_reason:
            raise WindowTooShort(where=facts.case_number, least=least)
        if self.short_reason not in str((facts.document or {}).get("body", "")):
            raise ReasonNotInAnnouncement(where=facts.case_number)


class Exemption(Form):
    """批准不适用: the head sees the reason again before approving."""


class Signature(Form):
    """签发: what is signed is to be disclosed."""

    def check(self, facts: FormFacts) -> None:
        require_public(facts)


def require_public(facts: FormFacts) -> None:
    """An announcement or an outcome is for the public, or it is none."""
    if (facts.document or {}).get("attribute") != DisclosureAttribute.PROACTIVE:
        raise _invalid(facts, "attribute", "公开属性须为主动公开，请退回拟稿人", "it is disclosed: return it")


class Dispositions(Form):
    """形成采纳情况: nothing moves on while a comment has no disposition (四(四)2)."""

    def check(self, facts: FormFacts) -> None:
        facts.require_disposed()


class Event(Form):
    """咨询协商、列席会议、媒体吹风: what was held, where, with whom, and what was said."""

    usual: ClassVar[dict[str, Any]] = {"held_on": "", "place": "", "participants": "", "summary": ""}

    held_on: Annotated[date, asked("日期")]
    place: Annotated[Line, asked("地点", min_length=1, max_length=100)]
    participants: Annotated[Line, asked("参加人员", min_length=1, max_length=500)]
    summary: Annotated[Text, asked("情况摘要", min_length=1, max_length=5000)]

    def check(self, facts: FormFacts) -> None:
        require_past(facts, held_on=self.held_on)


class HearingRules(Form):
    """公布听证会的时间、地点和参加人遴选办法 (713 art. 16)."""

    usual: ClassVar[dict[str, Any]] = {"held_on": "", "place": ""}

    held_on: Annotated[date, asked("听证日期")]
    place: Annotated[Line, asked("听证地点", min_length=1, max_length=100)]
    selection: Annotated[Text, asked("参加人遴选办法", min_length=1, max_length=2000)]
    published_on: Annotated[date, asked("遴选办法公布日期")]
    published_at: Annotated[WebAddress, asked("公布网址")] = ""

    def check(self, facts: FormFacts) -> None:
        require_past(facts, published_on=self.published_on)


class Participant(Form):
    """One participant of the hearing, and whom they stand for."""

    name: Annotated[Line, asked("姓名", min_length=1, max_length=60)]
    group: Annotated[Line, asked("代表方面", hint="如 经营户、居民、专家", min_length=1, max_length=60)]


class HearingList(Form):
    """公布参加人名单 (713 art. 16)."""

    usual: ClassVar[dict[str, Any]] = {"participants": []}

    participants: Annotated[list[Participant], asked("参加人", min_length=1, max_length=100)]
    published_on: Annotated[date, asked("名单公布日期")]
    published_at: Annotated[WebAddress, asked("公布网址")] = ""

    def check(self, facts: FormFacts) -> None:
        require_past(facts, published_on=self.published_on)
        names = [participant.name for participant in self.participants]
        if len(names) != len(dict.fromkeys(names)):
            raise _invalid(facts, "participants", "参加人姓名重复", "a name is given twice")


class HearingPapers(Form):
    """材料送达: seven days before the hearing, or the hearing is put off (713 art. 16)."""

    usual: ClassVar[dict[str, Any]] = {"delivered_on": "", "held_on": None}

    delivered_on: Annotated[date, asked("材料送达日期", hint="最后一名参加人收到之日")]
    held_on: Annotated[date | None, asked("新的听证日期", hint="仅改期时填写")] = None

    def check(self, facts: FormFacts) -> None:
        require_past(facts, delivered_on=self.delivered_on)
        held_on = self.held_on or hearing_day(facts)
        latest = facts.due_of("hearing-papers", held_on)
        if self.delivered_on > latest:
            raise HearingPapersLate(where=facts.case_number, held_on=held_on, latest=latest)


def hearing_day(facts: FormFacts) -> date:
    """The day the hearing is set for now."""
    put_off = facts.said("hearing-papers", "held_on")
    return date.fromisoformat(put_off or facts.said("hearing-rules", "held_on"))


class Signed(Form):
    """Whether one participant signed the record, and if not, why."""

    name: Annotated[Line, asked("姓名", min_length=1, max_length=60)]
    signed: Annotated[bool, asked("已签字")] = False
    reason: Annotated[Line, asked("未签字原因", max_length=200)] = ""


class HearingRecord(Form):
    """听证笔录: held on the day that was set, signed by the participants (713 art. 17)."""

    usual: ClassVar[dict[str, Any]] = {"summary": ""}

    signatures: Annotated[list[Signed], asked("签字确认", min_length=1, max_length=100)]
    summary: Annotated[Text, asked("听证情况", min_length=1, max_length=5000)]

    def check(self, facts: FormFacts) -> None:
        require_past(facts, signatures=hearing_day(facts))
        listed = [each["name"] for each in facts.said("hearing-list", "participants") or []]
        if sorted(signature.name for signature in self.signatures) != sorted(listed):
            raise _invalid(
                facts,
                "signatures",
                "须逐一登记名单上的参加人",
                "it names everybody of the list, once",
            )
        for signature in self.signatures:
            if not signature.signed and not signature.reason:
                raise _invalid(
                    facts,
                    "signatures",
                    f"{signature.name}未签字，须写明原因",
                    "whoever did not sign has a reason",
                )


class HearingReport(Form):
    """听证报告."""

    report: Annotated[Text, asked("听证报告", min_length=1, max_length=10_000)]


class Submission(Form):
    """送审: the draft goes to the legal office in time before it is discussed (713 arts. 25, 26)."""

    usual: ClassVar[dict[str, Any]] = {"delivered_on": "", "discussed_on": ""}

    delivered_on: Annotated[date, asked("送请合法性审查日期")]
    discussed_on: Annotated[date, asked("拟提请讨论日期")]

    def check(self, facts: FormFacts) -> None:
        require_past(facts, delivered_on=self.delivered_on)
        if self.discussed_on < facts.today - timedelta(days=366):
            raise _invalid(facts, "discussed_on", "日期过早", "it is long past")
        latest = facts.due_of("legality-review", self.discussed_on)
        if self.delivered_on > latest:
            raise LegalityReviewTooShort(
                where=facts.case_number, discussed_on=self.discussed_on, latest=latest
            )


class Outcome(Intake):
    """采纳情况公布: of which participation, by its number."""

    drafter: Annotated[Line, Field(title="拟稿人", description="拟稿人的用户名", min_length=1, max_length=64)]
    unit: Annotated[Line, Field(title="承办股室", description="股室代码", min_length=1, max_length=64)]
    doc_type: Annotated[DocumentType, Field(title="文种", description="公文种类")] = DocumentType.ANNOUNCEMENT
    participation: Annotated[
        CaseNumber, Field(title="公众参与事项", description="公众参与事项的编号", min_length=1)
    ]

    links: ClassVar[dict[str, Relation]] = {"participation": Relation.PART_OF}


def _invalid(facts: FormFacts, field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(where=facts.case_number, field=field, why_zh=zh, why_en=en)


__all__ = [
    "Dispositions",
    "Event",
    "Exemption",
    "HearingList",
    "HearingPapers",
    "HearingRecord",
    "HearingReport",
    "HearingRules",
    "Outcome",
    "Participation",
    "Plan",
    "Signature",
    "Submission",
    "hearing_day",
]
