"""What the disclosure procedure is given, and what its steps ask for."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from rules.disclosure import DisclosureAttribute
from rules.errors import DatesOutOfOrder, GroundMissing, InvalidInput, NumberTaken, TracesLeft
from rules.interpretation import Circumstance
from tasks import (
    DocumentNumber,
    Drafting,
    Form,
    FormFacts,
    Intake,
    Line,
    Redacting,
    WebAddress,
    asked,
    require_past,
    require_seen,
)


class DocumentType(StrEnum):
    """文种."""

    NOTICE = "通知"
    OPINION = "意见"
    MEASURES = "办法"
    PLAN = "方案"
    ANNOUNCEMENT = "公告"
    LETTER = "函"
    REPORT = "报告"
    OTHER = "其他"


class Disclosure(Intake):
    """What is known when a disclosure case is launched. No title and no body: the drafter brings them."""

    drafter: Annotated[Line, Field(title="拟稿人", description="拟稿人的用户名", min_length=1, max_length=64)]
    unit: Annotated[Line, Field(title="起草股室", description="股室代码", min_length=1, max_length=64)]
    doc_type: Annotated[DocumentType, Field(title="文种", description="公文种类")] = DocumentType.NOTICE
    legality_review: Annotated[bool, Field(title="需要合法性审核", description="是否须经法规股审核")] = False
    state_secret: Annotated[
        bool,
        Field(title="涉及国家秘密", description="是：只登记，不录入标题、正文和附件（保密法实施条例第41条）"),
    ] = False


class Issuer(StrEnum):
    """以谁的名义印发."""

    OWN = "own"
    COUNTY = "county"
    COUNTY_OFFICE = "county_office"


class Kind(StrEnum):
    """What the document is: decisions of enforcement are shown sooner (国办发〔2018〕118号)."""

    POLICY = "policy"
    LICENCE = "licence"
    PENALTY = "penalty"
    ENFORCEMENT = "enforcement"


class PolicyDocument(Disclosure):
    """The same, and in whose name it is issued, and what kind of document it is."""

    in_the_name_of: Annotated[
        Issuer,
        Field(
            title="印发名义",
            description="以县政府或县政府办公室名义印发的，经本单位签发后报县政府办公室",
            json_schema_extra={
                "labels": {"own": "本单位", "county": "县政府", "county_office": "县政府办公室"}
            },
        ),
    ] = Issuer.OWN
    kind: Annotated[
        Kind,
        Field(
            title="文件类别",
            description="行政许可、行政处罚决定自作出之日起7个工作日内公开",
            json_schema_extra={
                "labels": {
                    "policy": "政策性文件",
                    "licence": "行政许可决定",
                    "penalty": "行政处罚决定",
                    "enforcement": "其他行政执法决定",
                }
            },
        ),
    ] = Kind.POLICY


class PolicyDrafting(Drafting):
    """拟稿, with what decides by rule whether the document is interpreted (四(二)1-3)."""

    circumstances: Annotated[
        list[Circumstance] | None,
        asked(
            "需要解读的情形",
            hint="主动公开的文件如实勾选；是否解读、是否先与宣传网信沟通由系统按规定判定，签发后不再变更",
            labels={each.value: each.chinese for each in Circumstance},
        ),
    ] = None

    def check(self, facts: FormFacts) -> None:
        """四(一)3: in the county's name the attribute is proposed with the ground for 不予公开."""
        super().check(facts)
        if facts.intake.get("in_the_name_of", Issuer.OWN) != Issuer.OWN and not self.claims_secret(
            facts.intake
        ):
            said = self.content(facts.document)
            if said["attribute"] == DisclosureAttribute.WITHHELD and not said["ground"]:
                raise GroundMissing(where=facts.case_number, codes="14b、14c、15a、15b、16-1、16-2、37")

    def journal(self) -> dict[str, object]:
        """Besides, the circumstances; none stated leaves those of the draft before."""
        said = None if self.circumstances is None else [each.value for each in self.circumstances]
        return super().journal() | {"circumstances": said}


class Decision(StrEnum):
    """What the standing meeting decided."""

    PASSED = "passed"
    WITH_CHANGES = "passed_with_changes"
    NOT_PASSED = "not_passed"


class Finding(StrEnum):
    """Result of the confidentiality review of one version (五(三))."""

    NOT_SECRET_AND_SUITABLE = "not_secret_and_suitable"
    UNSURE_WHETHER_SECRET = "unsure_whether_secret"
    UNSURE_WHETHER_SUITABLE = "unsure_whether_suitable"


class ConfidentialityReview(Form):
    """保密审查: the finding about this very version; there is no default."""

    usual: ClassVar[dict[str, str]] = {"finding": Finding.NOT_SECRET_AND_SUITABLE.value}
    decides: ClassVar[tuple[dict[str, str], ...]] = tuple({"finding": finding.value} for finding in Finding)

    finding: Annotated[
        Finding,
        asked(
            "审查结论",
            labels={
                "not_secret_and_suitable": "不涉密，适宜公开",
                "unsure_whether_secret": "不能确定是否涉密（暂停，按程序请示）",
                "unsure_whether_suitable": "不涉密，但不能确定是否适宜公开（暂停，按程序请示）",
            },
        ),
    ]

    def check(self, facts: FormFacts) -> None:
        """Whoever opens a file that was published reads its tracked changes and comments too."""
        if self.finding is Finding.NOT_SECRET_AND_SUITABLE and (files := facts.files_with_traces()):
            raise TracesLeft(where=facts.case_number, files="、".join(files))


class PartialFinding(StrEnum):
    """Result of the review of one version, which may also be public in part (条例 art. 37)."""

    NOT_SECRET_AND_SUITABLE = "not_secret_and_suitable"
    PARTS_WITHHELD = "parts_withheld"
    UNSURE_WHETHER_SECRET = "unsure_whether_secret"
    UNSURE_WHETHER_SUITABLE = "unsure_whether_suitable"


class VersionReview(Form):
    """保密审查: the finding about this very version; there is no default."""

    usual: ClassVar[dict[str, str]] = {"finding": PartialFinding.NOT_SECRET_AND_SUITABLE.value}
    decides: ClassVar[tuple[dict[str, str], ...]] = tuple({"finding": each.value} for each in PartialFinding)

    finding: Annotated[
        PartialFinding,
        asked(
            "审查结论",
            labels={
                "not_secret_and_suitable": "不涉密，适宜公开",
                "parts_withheld": "不涉密，部分内容不予公开（签发后作区分处理，只公开处理本）",
                "unsure_whether_secret": "不能确定是否涉密（提请保密审查，答复前不公开）",
                "unsure_whether_suitable": "不涉密，但不能确定是否适宜公开（提请保密审查，答复前不公开）",
            },
        ),
    ]

    def check(self, facts: FormFacts) -> None:
        """A copy is without the parts already; whoever opens its files reads their traces too."""
        if self.finding is PartialFinding.PARTS_WITHHELD and (facts.document or {}).get("redacts"):
            raise InvalidInput(
                where=facts.case_number,
                field="finding",
                why_zh="处理本中仍有不应公开的部分，请退回重新处理",
                why_en="a copy that still has such parts is returned to be made anew",
            )
        if self.finding is PartialFinding.NOT_SECRET_AND_SUITABLE and (files := facts.files_with_traces()):
            raise TracesLeft(where=facts.case_number, files="、".join(files))


class Redaction(Redacting):
    """区分处理: the copy that is published, without the parts that are withheld (条例 art. 37)."""


class RedactionApproval(Form):
    """处理本审批: the deputy head approves this very copy."""


class SignatureReturn(Form):
    """退回: whether the interpretation that was to be signed together goes back too."""

    with_interpretation: Annotated[bool, asked("解读材料一并退回")] = False


class StandingMeeting(Form):
    """县政府常务会议: when it was held, and what it decided."""

    usual: ClassVar[dict[str, str]] = {"decision": "passed"}
    decides: ClassVar[tuple[dict[str, str], ...]] = (
        {"decision": "passed"},
        {"decision": "passed_with_changes"},
        {"decision": "not_passed"},
    )

    held_on: Annotated[date, asked("会议日期", hint="原则通过、修改后重报的，再次填写时为通过之日")]
    decision: Annotated[
        Decision,
        asked(
            "会议决定",
            labels={
                "passed": "通过",
                "passed_with_changes": "原则通过，修改后印发（退回起草）",
                "not_passed": "未通过",
            },
        ),
    ]

    def check(self, facts: FormFacts) -> None:
        require_past(facts, held_on=self.held_on)


class SecrecyFinding(Form):
    """保密工作机构先行审查: what was done with a document claimed to be a state secret. No content."""

    outcome: Annotated[
        Line, asked("处理结果", hint="只写如何办理，不写涉密内容", min_length=2, max_length=200)
    ]


class SecrecyClaim(StrEnum):
    """What the secrecy office says of the claim when it sends a case back."""

    STANDS = "claim_stands"
    NOT_A_STATE_SECRET = "not_a_state_secret"


class SecrecyReturn(Form):
    """退回拟稿人: whether the claim stands; only the office may clear it (四(一)2)."""

    finding: Annotated[
        SecrecyClaim,
        asked(
            "是否涉密",
            labels={
                "claim_stands": "仍按涉密办理，请更正登记事项",
                "not_a_state_secret": "不涉及国家秘密，可录入正文按一般公文办理",
            },
        ),
    ]


class GroundedReview(Form):
    """政务公开工作机构审查: nothing passes as withheld without a statutory ground (四(一)2, 3)."""

    def check(self, facts: FormFacts) -> None:
        require_ground(facts)


class Signature(Form):
    """签发: nothing is signed as withheld without a statutory ground."""

    def check(self, facts: FormFacts) -> None:
        require_ground(facts)


def require_ground(facts: FormFacts) -> None:
    """四(一)3: 拟不予公开的，应说明法定依据."""
    document = facts.document or {}
    if document.get("attribute") == DisclosureAttribute.WITHHELD and not document.get("ground"):
        raise GroundMissing(where=facts.case_number, codes="14b、14c、15a、15b、16-1、16-2、37")


class Issue(Form):
    """编号、用印、印发: both dates, and the number unless the next of the series is wanted."""

    formed_on: Annotated[date, asked("成文日期")]
    issued_on: Annotated[date, asked("印发日期")]
    doc_no: Annotated[
        DocumentNumber, asked("发文字号", hint="如 青应急〔2026〕12号；留空则取下一号", max_length=60)
    ] = ""
    series: Annotated[Line, asked("机关代字", hint="留空则用默认代字，如 青应急", max_length=30)] = ""

    def check(self, facts: FormFacts) -> None:
        if self.issued_on < self.formed_on:
            raise DatesOutOfOrder(where="issued_on", issued_on=self.issued_on, formed_on=self.formed_on)
        require_past(facts, formed_on=self.formed_on, issued_on=self.issued_on)
        holder = facts.number_holder(self.doc_no) if self.doc_no else None
        if holder is not None:
            raise NumberTaken(where="doc_no", doc_no=self.doc_no, holder=holder)


class PolicyIssue(Issue):
    """The same; the county's series is not the bureau's, so it is never left to the default."""

    def check(self, facts: FormFacts) -> None:
        if facts.intake.get("in_the_name_of", Issuer.OWN) != Issuer.OWN and not (self.doc_no or self.series):
            raise InvalidInput(
                where=facts.case_number,
                field="doc_no",
                why_zh="以县政府或其办公室名义印发，须填写发文字号或县政府的机关代字（如 青政办发）",
                why_en="a document of the county takes its number, or the county's series, such as 青政办发",
            )
        super().check(facts)


class PublishedPage(Form):
    """网站公开（人工）: where the publisher put the document, and when; the page is looked at."""

    page_url: Annotated[
        WebAddress,
        asked("网页地址", hint="文件在本单位网站上的网址；系统将打开该页，核对文号或标题", min_length=1),
    ]
    published_on: Annotated[date, asked("公开日期")]

    def check(self, facts: FormFacts) -> None:
        require_past(facts, published_on=self.published_on)
        require_seen(facts, "page_url", self.page_url)


class PaperCopy(Form):
    """移送查阅场所: when the paper copy went there, and the receipt (四(一)6; 条例 art. 25)."""

    moved_on: Annotated[date, asked("移送日期")]
    receipt: Annotated[Line, asked("收据", hint="查阅场所出具的收据编号或说明", min_length=1, max_length=200)]

    def check(self, facts: FormFacts) -> None:
        require_past(facts, moved_on=self.moved_on)


class PublishedPair(PublishedPage):
    """网站公开（人工）, of a document and its interpretation: both pages stand, and both are looked at."""

    interpretation_url: Annotated[
        WebAddress,
        asked("解读材料网页地址", hint="须与文件同时公开；系统将打开该页，核对解读标题", min_length=1),
    ]

    def check(self, facts: FormFacts) -> None:
        super().check(facts)
        require_seen(
            facts, "interpretation_url", self.interpretation_url, title=(facts.beside or {}).get("title", "")
        )
