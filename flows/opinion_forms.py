"""What is registered of public opinion, and what the steps of its answer ask for."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from rules.errors import InvalidInput
from rules.web_links import same_page
from tasks import (
    CaseNumber,
    Form,
    FormFacts,
    Instant,
    Intake,
    IntakeFacts,
    Line,
    Relation,
    WebAddress,
    Writing,
    asked,
)

_PERSONAL = re.compile(r"(?<!\d)(\d{17}[\dXx]|1[3-9]\d{9})(?!\d)", re.ASCII)
"""A number of an identity card, or of a mobile telephone."""


class PublicOpinion(Intake):
    """监测登记: where and when it was first seen. One link is one matter, however often it is reported."""

    drafter: Annotated[Line, Field(title="监测员", description="登记人的用户名", min_length=1, max_length=64)]
    unit: Annotated[Line, Field(title="业务股室", description="股室代码", min_length=1, max_length=64)]
    source: Annotated[Line, Field(title="来源", description="如 微博、某报", min_length=1, max_length=60)]
    first_seen_at: Annotated[Instant, Field(title="首次发现时间", description="回应时限自此起算")]
    summary: Annotated[
        Line, Field(title="内容摘要", description="一句话；不写个人信息", min_length=4, max_length=200)
    ]
    link: Annotated[
        WebAddress, AfterValidator(same_page), Field(title="链接", description="同一链接只立一件")
    ] = ""
    offline: Annotated[Line, Field(title="线下来源", description="没有链接的，说明载体", max_length=200)] = ""
    spread: Annotated[int, Field(title="转发或阅读量", ge=0, le=10**12)] = 0
    late_reason: Annotated[
        Line, Field(title="补登原因", description="发现后未及时登记的须说明", max_length=200)
    ] = ""
    emergency: Annotated[
        bool, Field(title="涉及重大突发事件", description="初判；重大或特别重大的按5小时、24小时起算")
    ] = False
    about: Annotated[CaseNumber, Field(title="所涉事项", description="事项编号，可不填")] = ""

    links: ClassVar[dict[str, Relation]] = {"about": Relation.RESPONDS_TO}
    unique_by: ClassVar[tuple[str, ...]] = ("link",)
    again: ClassVar[str] = "record-sighting"

    def name_of_case(self) -> str:
        return self.summary

    def check(self, facts: IntakeFacts) -> None:
        if bool(self.link) == bool(self.offline):
            raise _wrong("link", "链接和线下来源填写其中一项", "state a link, or where it was seen offline")
        if self.first_seen_at > facts.now:
            raise _wrong("first_seen_at", "首次发现时间尚未到来", "that time has not come yet")
        if not self.late_reason and facts.is_over("opinion-entry", self.first_seen_at):
            raise _wrong(
                "late_reason",
                "发现后未及时登记（四(三)1），须说明补登原因；发现时间和登记时间都会保留",
                "it is entered late (notice 四(三)1), so a reason is needed; both times are kept",
            )
        if _PERSONAL.search(self.summary) or _PERSONAL.search(self.offline):
            raise _wrong(
                "summary",
                "摘要和来源不写身份证号、手机号等个人信息",
                "no identity numbers or telephone numbers of persons",
            )


def _wrong(field: str, zh: str, en: str, where: str = "") -> InvalidInput:
    return InvalidInput(where=where or field, field=field, why_zh=zh, why_en=en)


class Verification(Form):
    """核实: whom the section asked, and what came of it."""

    asked_of: Annotated[
        list[Line], asked("核实单位", hint="每行一个，如 县消防救援大队", min_length=1, max_length=20)
    ]
    found: Annotated[Line, asked("核实情况", hint="一句话；不写个人信息", min_length=4, max_length=300)]


class Risk(StrEnum):
    """舆情风险等级."""

    ORDINARY = "ordinary"
    CONSIDERABLE = "considerable"
    MAJOR = "major"
    EXTREME = "extreme"


class Truth(StrEnum):
    """是否属实."""

    TRUE = "true"
    PARTLY = "partly"
    FALSE = "false"


class Assessment(Form):
    """研判: risk, truth, and who speaks: 谁主管谁发声、谁处置谁发声 (四(三)2, 4)."""

    usual: ClassVar[Mapping[str, Any]] = {
        "truth": Truth.TRUE.value,
        "emergency": False,
        "owner": "",
        "joint": [],
        "departments": [],
        "beyond_capacity": False,
    }
    decides: ClassVar[tuple[Mapping[str, Any], ...]] = (
        {"emergency": False},
        {"emergency": True},
        {"beyond_capacity": True},
    )

    risk: Annotated[
        Risk,
        asked(
            "风险等级",
            labels={"ordinary": "一般", "considerable": "较大", "major": "重大", "extreme": "特别重大"},
        ),
    ]
    truth: Annotated[Truth, asked("是否属实", labels={"true": "属实", "partly": "部分属实", "false": "不实"})]
    emergency: Annotated[
        bool, asked("涉及重大或特别重大突发事件", hint="5小时内发布权威信息、24小时内举行新闻发布会")
    ] = False
    owner: Annotated[
        Line, asked("牵头发声股室", hint="股室代码；留空即登记时的业务股室（谁主管谁发声）", max_length=64)
    ] = ""
    joint: Annotated[
        list[Line], asked("会签股室", hint="股室代码，每行一个", max_length=10, default_factory=list)
    ]
    departments: Annotated[
        list[Line],
        asked(
            "涉及的其他部门",
            hint="本局之外，每行一个；涉及多个部门的须报告",
            max_length=20,
            default_factory=list,
        ),
    ]
    beyond_capacity: Annotated[bool, asked("超出本单位处置能力")] = False
    proposal: Annotated[
        Line, asked("回应处置建议", hint="须报告的必填，随报告送宣传、网信、应急、政务公开", max_length=500)
    ] = ""

    @property
    def to_be_reported(self) -> bool:
        """四(三)4: beyond the unit's capacity, or several departments; a major emergency always is."""
        return self.emergency or self.beyond_capacity or bool(self.departments)

    def check(self, facts: FormFacts) -> None:
        where = facts.case_number
        if self.emergency and self.risk not in (Risk.MAJOR, Risk.EXTREME):
            raise _wrong(
                "risk", "重大突发事件的风险等级不低于“重大”", "a major emergency is of major risk", where
            )
        if self.to_be_reported and not self.proposal:
            raise _wrong(
                "proposal",
                "须向宣传、网信、应急、政务公开报告并提出回应处置建议（四(三)4）",
                "it must be reported with a proposed answer (notice 四(三)4)",
                where,
            )
        owner = self.owner or facts.intake["unit"]
        units = [owner, *self.joint]
        if len(dict.fromkeys(units)) < len(units):
            raise _wrong("joint", "会签股室重复，或与牵头股室相同", "a unit is named twice", where)
        if not all(facts.unit_exists(code) for code in units):
            raise _wrong("joint", "没有该代码的股室", "there is no unit of that code", where)
        if not self.emergency and facts.said("assessment", "emergency") and facts.said("release", "releases"):
            raise _wrong(
                "emergency",
                "已按重大突发事件发布，不再降级；处置完毕的按程序办结",
                "it was answered as a major emergency already; close it when it is over",
                where,
            )


class AnswerDraft(Writing):
    """起草回应口径: a title and plain words for everybody. What cannot be public is not written here."""


class Channel(StrEnum):
    """发布渠道: 构建立体回应渠道."""

    WEBSITE = "政府网站"
    WECHAT = "微信"
    WEIBO = "微博"
    PRESS = "新闻媒体"
    CONFERENCE = "新闻发布会"
    VIDEO = "短视频"
    BROADCAST = "广播电视"
    OTHER = "其他"


_ON_THE_WEB = (Channel.WEBSITE, Channel.WECHAT, Channel.WEIBO, Channel.VIDEO)


class Release(Form):
    """One release: where it stands, and since when."""

    channel: Annotated[Channel, asked("渠道")]
    released_at: Annotated[Instant, asked("发布时间")]
    address: Annotated[WebAddress, asked("网址", hint="网上渠道必填")] = ""


class Releases(Form):
    """登记发布: every channel, none of them before the text was decided."""

    usual: ClassVar[Mapping[str, Any]] = {"releases": []}

    releases: Annotated[list[Release], asked("发布情况", min_length=1, max_length=20)]

    def check(self, facts: FormFacts) -> None:
        for each in self.releases:
            if each.channel in _ON_THE_WEB and not each.address:
                raise _wrong(
                    "releases",
                    f"“{each.channel}”须填写网址",
                    f"a release on the web ({each.channel}) needs its address",
                    facts.case_number,
                )
            require_released(facts, "releases", each.released_at)


class PressConference(Form):
    """新闻发布会: when it was held, and where it is reported."""

    usual: ClassVar[Mapping[str, Any]] = {"held_at": "", "address": ""}

    held_at: Annotated[Instant, asked("举行时间")]
    address: Annotated[WebAddress, asked("报道网址", hint="可不填")] = ""

    def check(self, facts: FormFacts) -> None:
        require_released(facts, "held_at", self.held_at)


def require_released(facts: FormFacts, field: str, at: Instant) -> None:
    """Released in the past, and only after the very text was reviewed and decided. To the minute, as entered.

    Raises:
        InvalidInput: it lies in the future, or before the decision.
    """
    if at > facts.now:
        raise _wrong(field, "发布时间尚未到来", "that time has not come yet", facts.case_number)
    signed_at = facts.signed_at()
    if signed_at is None or at + timedelta(minutes=1) <= signed_at:
        raise _wrong(
            field,
            "发布时间早于该文稿审定的时间：未经保密审查和审定不得发布",
            "it lies before this text was decided: nothing is released without review and decision",
            facts.case_number,
        )


class Received(Form):
    """阅复: what the body reported to advises; it may say nothing."""

    advice: Annotated[Line, asked("意见建议", hint="可不填", max_length=300)] = ""


class Next(StrEnum):
    """What follows a release."""

    UPDATE = "update"
    ASSESS_AGAIN = "assess_again"
    CLOSE = "close"


class FollowUp(Form):
    """续报或办结: 根据工作进展情况持续发布权威信息."""

    usual: ClassVar[Mapping[str, Any]] = {"next": Next.CLOSE.value}
    decides: ClassVar[tuple[Mapping[str, Any], ...]] = tuple({"next": turn.value} for turn in Next)

    next: Annotated[
        Next,
        asked(
            "下一步",
            labels={
                "update": "继续发布进展",
                "assess_again": "情况变化，重新研判",
                "close": "处置完毕，办结",
            },
        ),
    ]


class RumourLeads(Form):
    """造谣线索移交: what was untrue is told to the police where somebody is to answer for it."""

    handed_over: Annotated[bool, asked("移交公安机关", hint="没有线索可移交的，不选")] = False
    receiver: Annotated[Line, asked("接收单位", hint="移交的必填；不写个人信息", max_length=100)] = ""

    def check(self, facts: FormFacts) -> None:
        if self.handed_over and not self.receiver:
            raise _wrong("receiver", "移交的须写明接收单位", "name who received them", facts.case_number)


class Evaluation(Form):
    """评估: what worked, and what to do better."""

    worked: Annotated[Line, asked("成效", min_length=2, max_length=300)]
    improve: Annotated[Line, asked("改进", hint="可不填", max_length=300)] = ""
