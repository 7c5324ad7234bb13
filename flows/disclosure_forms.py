"""What the disclosure procedure is given, and what its steps ask for."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from rules.disclosure import DisclosureAttribute
from rules.errors import DatesOutOfOrder, GroundMissing, NumberTaken, TracesLeft
from tasks import DocumentNumber, Form, FormFacts, Intake, Line, WebAddress, asked, require_past, require_seen


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
