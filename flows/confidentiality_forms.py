"""What a confidentiality review is given, and what its steps ask for."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, field_validator

from rules.disclosure import Ground
from rules.errors import (
    ClassifiedContentRefused,
    GroundMissing,
    InvalidInput,
)
from tasks import (
    CaseNumber,
    Form,
    FormFacts,
    Instant,
    Intake,
    IntakeFacts,
    Line,
    Relation,
    asked,
    require_past,
)

MOST_ITEMS = 30
MOST_PARTIES = 5
OF_THIRD_PARTIES = (Ground.TRADE_SECRET, Ground.PRIVACY)


class Doubt(StrEnum):
    """What another procedure could not decide; nothing: the review is launched alone."""

    NONE = ""
    WHETHER_SECRET = "whether_secret"
    WHETHER_SUITABLE = "whether_suitable"


class ConfidentialityCase(Intake):
    """What is to be reviewed: a document by its case, or said in one line. Never classified content."""

    links: ClassVar[Mapping[str, Relation]] = {"document": Relation.REVIEWS_CONFIDENTIALITY}

    drafter: Annotated[Line, Field(title="拟稿人", description="拟稿人的用户名", min_length=1, max_length=64)]
    unit: Annotated[Line, Field(title="制作或保存股室", description="股室代码", min_length=1, max_length=64)]
    document: Annotated[
        CaseNumber,
        Field(title="所审查的文件", description="办理该文件的事项编号，如 ZD-2026-0001；没有可不填"),
    ] = ""
    doubt: Annotated[Doubt, Field(title="不能确定的事项", json_schema_extra={"hidden": True})] = Doubt.NONE
    subject: Annotated[
        Line,
        Field(
            title="审查事项",
            description="一句话说明拟公开的信息，不得写入涉密内容；未填写文件编号时必填",
            max_length=200,
        ),
    ] = ""
    decided_on: Annotated[
        date | None,
        Field(title="行政许可、处罚决定作出日期", description="须在7个工作日内公示的，填写决定日期"),
    ] = None

    def name_of_case(self) -> str:
        return self.subject or f"{self.document}的保密审查"

    def check(self, facts: IntakeFacts) -> None:
        if not self.document and not self.subject:
            raise InvalidInput(
                field="subject",
                why_zh="没有填写文件编号的，须用一句话说明所审查的信息",
                why_en="where no document is named, say in one line what is to be reviewed",
            )
        if self.document and facts.unit_of(self.document) not in ("", self.unit):
            raise InvalidInput(
                field="document",
                why_zh="拟公开的信息由制作或保存单位进行保密审查（五(三)），该文件由其他股室办理",
                why_en="the unit that made or keeps it reviews it (五(三)), and this is another unit's",
            )


class ItemFinding(StrEnum):
    """What the producing unit finds of one item (保密法实施条例 第42条：逐项审查)."""

    RELEASE = "release"
    WITHHOLD = "withhold"
    THIRD_PARTY = "third_party"
    UNSURE_WHETHER_SECRET = "unsure_whether_secret"
    UNSURE_WHETHER_SUITABLE = "unsure_whether_suitable"


class SecrecyFinding(StrEnum):
    """Whether it is a state secret. The bureau classifies nothing: what it cannot decide goes upward."""

    NOT_SECRET = "not_secret"
    NOT_SECRET_BUT_UNSURE = "not_secret_but_unsure"
    CLASSIFIED_ALREADY = "classified_already"
    UNSURE = "unsure"


class AuthorityFinding(StrEnum):
    """The answer of the authority competent to decide whether it is a state secret."""

    NOT_SECRET = "not_secret"
    NOT_SECRET_BUT_UNSURE = "not_secret_but_unsure"
    STATE_SECRET = "state_secret"


class Answer(StrEnum):
    """What a third party answered."""

    CONSENT = "consent"
    REFUSAL = "refusal"


WithheldGround = Literal["14b", "14c", "15a", "15b", "16-1", "16-2"]
"""The grounds the bureau itself may withhold by. A state secret is none of them: it cannot classify."""

GROUND = asked(
    "不予公开的依据",
    labels={
        each: f"{Ground(each).meaning.basis} {Ground(each).meaning.text}" for each in get_args(WithheldGround)
    },
)


class Grounded(Form):
    """Something that may be withheld, and by which article."""

    @field_validator("ground", mode="before", check_fields=False)
    @classmethod
    def _never_a_state_secret(cls, value: Any) -> Any:
        if value == Ground.STATE_SECRET:  # what else is told here may be the secret: none of it is kept
            raise ClassifiedContentRefused(
                where="ground", refused="涉及国家秘密的内容", refused_en="anything of its content"
            )
        return value or None


class Item(Grounded):
    """One item 事项 of the information, in neutral words."""

    item: Annotated[Line, asked("内容项", hint="不得写入涉密内容", min_length=1, max_length=100)]
    finding: Annotated[
        ItemFinding,
        asked(
            "审查意见",
            labels={
                "release": "不涉密，适宜公开",
                "withhold": "不涉密，不予公开",
                "third_party": "涉及第三方权益，征求其意见",
                "unsure_whether_secret": "不能确定是否涉密",
                "unsure_whether_suitable": "不涉密，但不能确定是否适宜公开",
            },
        ),
    ]
    ground: Annotated[WithheldGround | None, GROUND] = None
    reason: Annotated[Line, asked("理由", hint="除“适宜公开”外必填", max_length=200)] = ""


class ItemReview(Form):
    """逐项审查: every item has a finding, and whatever is not simply released has its reason."""

    usual: ClassVar[Mapping[str, Any]] = {"items": [{"item": "全文", "finding": "release"}]}
    decides: ClassVar[tuple[Mapping[str, Any], ...]] = ()

    items: Annotated[list[Item], asked("逐项审查", min_length=1, max_length=MOST_ITEMS)]

    def check(self, facts: FormFacts) -> None:
        if len(dict.fromkeys(each.item for each in self.items)) < len(self.items):
            refuse(facts, "items", "同一内容项列了两次", "an item is listed twice")
        for each in self.items:
            if each.finding is not ItemFinding.RELEASE and not each.reason:
                refuse(facts, "items", f"第{self.items.index(each) + 1}项未写明理由", "an item has no reason")
            if each.finding is ItemFinding.WITHHOLD and not each.ground:
                raise GroundMissing(where=facts.case_number, codes="、".join(get_args(WithheldGround)))
            if each.finding is ItemFinding.THIRD_PARTY and each.ground not in OF_THIRD_PARTIES:
                refuse(
                    facts,
                    "items",
                    "涉及第三方权益的，依据须为15a商业秘密或15b个人隐私",
                    "a third party's interest is 15a trade secret or 15b privacy",
                )
        if sum(each.finding is ItemFinding.THIRD_PARTY for each in self.items) > MOST_PARTIES:
            refuse(
                facts,
                "items",
                f"征求第三方意见不超过{MOST_PARTIES}项",
                f"at most {MOST_PARTIES} consultations",
            )


class SecrecyOffice(Form):
    """本单位保密工作机构审定. No finding classifies: what it cannot decide it proposes upward."""

    usual: ClassVar[Mapping[str, Any]] = {"finding": SecrecyFinding.NOT_SECRET.value}
    decides: ClassVar[tuple[Mapping[str, Any], ...]] = tuple({"finding": f.value} for f in SecrecyFinding)

    finding: Annotated[
        SecrecyFinding,
        asked(
            "审定结论",
            labels={
                "not_secret": "不涉密，适宜公开",
                "not_secret_but_unsure": "不涉密，但不能确定是否适宜公开",
                "classified_already": "有权机关已确定为国家秘密（转涉密渠道，仅留登记）",
                "unsure": "仍不能确定，报请有权确定的机关",
            },
        ),
    ]
    proposed_on: Annotated[
        date | None, asked("拟定日期", hint="报请有权机关的，自拟定之日起10个工作日内报送")
    ] = None

    def check(self, facts: FormFacts) -> None:
        if (self.finding is SecrecyFinding.UNSURE) != (self.proposed_on is not None):
            refuse(
                facts,
                "proposed_on",
                "报请有权机关确定的须填写拟定日期，其他结论不填",
                "the day of the proposal belongs to a referral, and to nothing else",
            )
        if self.proposed_on:
            require_past(facts, proposed_on=self.proposed_on)


class Referral(Form):
    """报送: when it was sent to the competent authority, and when it was received there."""

    usual: ClassVar[Mapping[str, Any]] = {"sent_at": "", "received_on": ""}

    sent_at: Annotated[Instant, asked("报送时间")]
    received_on: Annotated[date, asked("对方收到日期")]

    def check(self, facts: FormFacts) -> None:
        require_past(facts, sent_at=self.sent_at.date(), received_on=self.received_on)
        if self.received_on < self.sent_at.date():
            refuse(facts, "received_on", "收到日期早于报送日期", "it was received before it was sent")


class AuthorityAnswer(Form):
    """有权确定的机关答复. No content, no reasons that would tell any."""

    usual: ClassVar[Mapping[str, Any]] = {"finding": AuthorityFinding.NOT_SECRET.value}
    decides: ClassVar[tuple[Mapping[str, Any], ...]] = tuple({"finding": f.value} for f in AuthorityFinding)

    finding: Annotated[
        AuthorityFinding,
        asked(
            "答复",
            labels={
                "not_secret": "不属于国家秘密，适宜公开",
                "not_secret_but_unsure": "不属于国家秘密，是否适宜公开由业务主管部门研究",
                "state_secret": "属于国家秘密（转涉密渠道，仅留登记）",
            },
        ),
    ]


class HandedOver(Form):
    """涉密登记: when the original went to the secrecy office, and what was done. No content."""

    handed_over_on: Annotated[date, asked("移交保密工作机构日期")]
    outcome: Annotated[
        Line, asked("处理结果", hint="只写如何办理，不写涉密内容", min_length=2, max_length=200)
    ]

    def check(self, facts: FormFacts) -> None:
        require_past(facts, handed_over_on=self.handed_over_on)


class ThirdPartyAnswer(Form):
    """第三方意见, as the drafter's desk registers it: third parties have no account here."""

    usual: ClassVar[Mapping[str, Any]] = {"answer": Answer.CONSENT.value}
    decides: ClassVar[tuple[Mapping[str, Any], ...]] = tuple({"answer": a.value} for a in Answer)

    answer: Annotated[Answer, asked("第三方意见", labels={"consent": "同意公开", "refusal": "不同意公开"})]
    received_on: Annotated[date, asked("收到日期")]
    reason: Annotated[Line, asked("第三方的理由", hint="不同意的须写明", max_length=300)] = ""

    def check(self, facts: FormFacts) -> None:
        require_past(facts, received_on=self.received_on)
        if self.answer is Answer.REFUSAL and not self.reason:
            refuse(facts, "reason", "第三方不同意公开的，应当说明理由", "who refuses says why")


Said = Callable[[str, str], Any]
"""What a step last answered: its key, the name of the answer."""


def found(said: Said, *findings: ItemFinding) -> list[dict[str, Any]]:
    """The items of which the producing unit found one of these."""
    return [each for each in said("item-review", "items") or () if each["finding"] in findings]


def refuse(facts: FormFacts, field: str, zh: str, en: str) -> None:
    raise InvalidInput(where=facts.case_number, field=field, why_zh=zh, why_en=en)
