"""What the yearly review of disclosure attributes is given, and what its steps ask for."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from rules.disclosure import DisclosureAttribute
from rules.errors import AttributeNotChanged, InvalidInput, NotDeclassified
from tasks import (
    CaseNumber,
    Drafting,
    Form,
    FormFacts,
    Intake,
    IntakeFacts,
    Line,
    Relation,
    WebAddress,
    asked,
    require_past,
)

InCharge = Annotated[
    Line, Field(title="承办人", description="政务公开工作机构承办人的用户名", min_length=1, max_length=64)
]
Unit = Annotated[Line, Field(title="股室", description="股室代码", min_length=1, max_length=64)]
Year = Annotated[int, Field(title="年度", description="如 2026", ge=2019, le=2100)]


class AttributeReview(Intake):
    """Whose year it is; the days are the organ's own numbers, unless it opens on another."""

    unique_by: ClassVar[tuple[str, ...]] = ("year",)

    drafter: InCharge
    unit: Unit
    year: Year
    opens: Annotated[
        date | None, Field(title="开展日期", description="留空则按本单位规定（默认12月1日）")
    ] = None

    def name_of_case(self) -> str:
        return f"{self.year}年度公开属性自查"


class ReviewItem(Intake):
    """One document of one year's review, by the number of the case that issued it."""

    links: ClassVar[dict[str, Relation]] = {"document": Relation.REVIEWS_ATTRIBUTE}
    unique_by: ClassVar[tuple[str, ...]] = ("year", "document")

    drafter: InCharge
    unit: Unit
    year: Year
    document: Annotated[
        CaseNumber, Field(title="自查的文件", description="印发该文件的事项编号", min_length=1)
    ]

    def check(self, facts: IntakeFacts) -> None:
        attribute = facts.attribute_of(self.document)
        if attribute is None or attribute == DisclosureAttribute.PROACTIVE:
            raise InvalidInput(
                where="document",
                field="document",
                why_zh="编号不存在、文件尚未印发，或已是主动公开",
                why_en="there is none of that number, it is not issued, or it is open to all already",
            )


class LaterDisclosure(Intake):
    """Which document, by the number of the case that issued it."""

    links: ClassVar[dict[str, Relation]] = {"document": Relation.DISCLOSES_ANEW}
    unique_by: ClassVar[tuple[str, ...]] = ("document",)

    drafter: Annotated[Line, Field(title="拟稿人", description="拟稿人的用户名", min_length=1, max_length=64)]
    unit: Unit
    document: Annotated[
        CaseNumber, Field(title="转为主动公开的文件", description="印发该文件的事项编号", min_length=1)
    ]

    def check(self, facts: IntakeFacts) -> None:
        changed = facts.was_changed(self.document)
        if not changed or facts.attribute_of(self.document) != DisclosureAttribute.PROACTIVE:
            raise AttributeNotChanged(where="document", number=self.document)


class Conclusion(StrEnum):
    """What becomes of a document's attribute."""

    KEEP = "keep"
    PROACTIVE = "proactive"
    ON_REQUEST = "on_request"


_CONCLUSIONS = {"keep": "维持原公开属性", "proactive": "转为主动公开", "on_request": "转为依申请公开"}


class ItemOpinion(Form):
    """逐件自查意见: what is proposed, and what confirmed the end of a secrecy term. The opinion says why."""

    usual: ClassVar[dict[str, str]] = {"conclusion": Conclusion.KEEP.value}
    decides: ClassVar[tuple[dict[str, str], ...]] = tuple({"conclusion": each.value} for each in Conclusion)

    conclusion: Annotated[Conclusion, asked("自查结论", labels=_CONCLUSIONS)]
    declassified_on: Annotated[
        date | None, asked("解密确认日期", hint="仅涉及国家秘密的文件变更公开属性时填写")
    ] = None
    declassified_by: Annotated[
        Line, asked("解密确认文书", hint="出具机关和文号，不写涉密内容", max_length=120)
    ] = ""

    def check(self, facts: FormFacts) -> None:
        require_declassified(facts, self.conclusion, self.declassified_on, self.declassified_by)


class HeadsDecision(Form):
    """主要负责人决定: what becomes of it where the units disagree. The opinion says why."""

    usual: ClassVar[dict[str, str]] = {"conclusion": Conclusion.KEEP.value}
    decides: ClassVar[tuple[dict[str, str], ...]] = tuple({"conclusion": each.value} for each in Conclusion)

    conclusion: Annotated[Conclusion, asked("决定", labels=_CONCLUSIONS)]

    def check(self, facts: FormFacts) -> None:
        said = facts.said("opinion", "declassified_on")
        confirmed = date.fromisoformat(said) if said else None
        require_declassified(
            facts, self.conclusion, confirmed, facts.said("opinion", "declassified_by") or ""
        )


def require_declassified(
    facts: FormFacts, conclusion: Conclusion, confirmed_on: date | None, confirmed_by: str
) -> None:
    """A document under a secrecy term keeps its attribute until declassification is confirmed."""
    if conclusion is Conclusion.KEEP:
        return
    if facts.said("document", "secret_term") and not (confirmed_on and confirmed_by):
        raise NotDeclassified(where=facts.case_number)
    if confirmed_on:
        require_past(facts, declassified_on=confirmed_on)
    if (
        conclusion is Conclusion.ON_REQUEST
        and facts.said("document", "attribute") == DisclosureAttribute.ON_REQUEST
    ):
        raise InvalidInput(
            where=facts.case_number,
            field="conclusion",
            why_zh="该文件已是依申请公开",
            why_en="the document is open on request already",
        )


class Report(Drafting):
    """A report drawn up from the records; whoever is in charge completes it and sets its own attribute."""

    def check(self, facts: FormFacts) -> None:
        if self.claims_secret(facts.intake):
            raise InvalidInput(
                where=facts.case_number,
                field="state_secret",
                why_zh="报告由办理记录汇总，不得写入涉密内容；涉密事项线下报告",
                why_en="the report holds nothing secret; report such matters on paper",
            )
        super().check(facts)


class AnnualReport(Form):
    """年度报告: where and when the organ's annual report on openness work was made public."""

    published_on: Annotated[date, asked("公布日期")]
    page_url: Annotated[WebAddress, asked("网址", min_length=1)]

    def check(self, facts: FormFacts) -> None:
        require_past(facts, published_on=self.published_on)
