"""公开属性年度自查 Yearly review of disclosure attributes: 应急厅函〔2019〕390号 四(一)4, by sentence.

Every issued document that is not open to all gets a case of its own; when all have ended, the report is drawn
from the records, signed by both offices and the head.
"""

from flows.attribute_review_forms import AnnualReport, AttributeReview, Report
from flows.attribute_review_item import KEPT_AGAINST_PROPOSAL, ON_REQUEST, OPENED
from rules.positions import Position
from tasks import (
    Action,
    SigningOrder,
    Since,
    await_cases,
    circulate,
    procedure,
    record,
    review,
    start_clock,
    stop_clock,
)

BASIS = "应急厅函〔2019〕390号 四(一)4"
THE_REVIEW = ("公开属性年度自查", "Yearly review of attributes")
ANNUAL_REPORT = ("政府信息公开工作年度报告", "Annual report on openness work")

REPORT = review(
    "report",
    ("形成自查报告", "Report of the review"),
    Position.DRAFTER,
    actions=(Action.APPROVE,),
    form="review-report",
    edits_document=True,
    basis=BASIS,
    within="review-target",
)
JOINT_SIGNATURE = review(
    "joint-signature",
    ("政务公开、文秘机构会签", "Both offices sign"),
    Position.OPENNESS_OFFICE,
    Position.OFFICE,
    order=SigningOrder.ALL,
    actions=(Action.APPROVE, Action.RETURN),
    clerical=True,  # 会同: the report is of both, and the openness office wrote it
    basis=BASIS,
    within="review-target",
)
SIGNATURE = review(
    "signature",
    ("主要负责人审签", "Signature of the head"),
    Position.HEAD,
    actions=(Action.APPROVE, Action.RETURN),
    signs=True,
    basis=BASIS,
    within="signature-target",
)


@procedure(
    "attribute-review",
    version=1,
    prefix="ZC",
    title=("公开属性年度自查", "Yearly attribute review"),
    source=BASIS,
    intake=AttributeReview,
    forms={"review-report": Report, "annual-report": AnnualReport},
    positions=(Position.OPENNESS_OFFICE, Position.OFFICE, Position.HEAD),
    opened_by=Position.OPENNESS_OFFICE,
    opens_yearly="attribute-review-opens",
)
async def attribute_review(intake: AttributeReview) -> str:
    """From the list to the report. Returns the closing word."""
    plan = await record(
        "plan", ("自查安排", "Plan"), effect="plan-attribute-review", basis=BASIS, year=intake.year
    )
    await start_clock(
        "attribute-review",
        THE_REVIEW,
        Since(
            ("开展之日", "day it opens"),
            rule="attribute-review",
            at=intake.opens or plan.facts.get("opens", f"{intake.year}-12-01"),
        ),
        basis=BASIS,
    )
    items = await record(  # 4. 每年对依申请公开、不予公开的文件进行全面自查: of whatever year
        "items",
        ("生成清单，逐件立项", "A case for each document"),
        effect="open-attribute-items",
        basis=BASIS,
        year=intake.year,
    )
    ended = await await_cases(
        "items-ended", ("逐件自查", "Each is reviewed"), items.facts.get("numbers", []), basis=BASIS
    )
    await record(
        "report-draft",
        ("汇总自查结果", "Results drawn together"),
        effect="draft-review-report",
        basis=BASIS,
        year=intake.year,
    )
    await circulate(REPORT, JOINT_SIGNATURE, SIGNATURE, ends=lambda _paper: False)
    await stop_clock("attribute-review", THE_REVIEW, basis=BASIS)
    await start_clock(  # 条例 第49条、第50条: the result goes into the annual report
        "annual-report",
        ANNUAL_REPORT,
        Since(("次年2月1日", "1 February next"), rule="annual-report", at=f"{intake.year + 1}-02-01"),
        basis="政府信息公开条例 第49条",
    )
    await review(
        "annual-report",
        ("公布年度报告", "Annual report is public"),
        Position.DRAFTER,
        actions=(Action.APPROVE,),
        form="annual-report",
        clerical=True,
        basis="政府信息公开条例 第49条、第50条",
    )
    await stop_clock("annual-report", ANNUAL_REPORT, basis="政府信息公开条例 第49条")
    outcomes = [each.outcome for each in ended]
    said = [
        f"{outcomes.count(outcome)}件{word}"
        for outcome, word in (
            (OPENED, "转主动公开"),
            (ON_REQUEST, "转依申请公开"),
            (KEPT_AGAINST_PROPOSAL, "维持并记录理由"),
        )
        if outcome in outcomes
    ]
    return "，".join(said) or "均维持原公开属性"
