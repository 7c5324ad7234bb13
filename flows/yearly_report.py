"""主要负责人听取汇报 The head hears a report on openness work: 应急厅函〔2019〕390号 五(一), by sentence."""

from flows.attribute_review_forms import Report
from flows.yearly_forms import Hearing, YearlyReport
from rules.positions import Position
from tasks import (
    Action,
    Relation,
    Since,
    circulate,
    open_case,
    procedure,
    record,
    review,
    start_clock,
    stop_clock,
)

BASIS = "应急厅函〔2019〕390号 五(一)"
THE_HEARING = ("主要负责人听取政务公开工作汇报", "The head hears a report on openness work")

REPORT = review(
    "report",
    ("起草汇报", "Report drafted"),
    Position.DRAFTER,
    actions=(Action.APPROVE,),
    form="report",
    edits_document=True,
    basis=BASIS,
    within="review-target",
)
DEPUTY_HEAD_REVIEW = review(
    "deputy-head-review",
    ("分管负责人审核", "Deputy head review"),
    Position.DEPUTY_HEAD,  # 明确一位分管负责人具体抓
    basis=BASIS,
    within="review-target",
)
HEARING = review(
    "hearing",
    ("主要负责人听取汇报", "The head hears it"),
    Position.HEAD,  # 由本单位主要负责人亲自抓
    form="hearing",
    signs=True,
    basis=BASIS,
)


@procedure(
    "yearly-report",
    version=1,
    prefix="TB",
    title=("听取政务公开工作汇报", "Report to the head"),
    source=BASIS,
    intake=YearlyReport,
    forms={"report": Report, "hearing": Hearing},
    positions=(Position.OPENNESS_OFFICE, Position.DEPUTY_HEAD, Position.HEAD),
    opened_by=Position.OPENNESS_OFFICE,
    opens_yearly="yearly-report-opens",
)
async def yearly_report(intake: YearlyReport) -> str:
    """From the figures of the year to what the head decided. Returns the closing word."""
    plan = await record(
        "plan",
        ("汇报安排", "Plan"),
        effect="plan-year",
        basis=BASIS,
        rule="yearly-report-opens",
        year=intake.year,
    )
    await start_clock(  # 主要负责人每年至少听取一次政务公开工作汇报
        "yearly-report",
        THE_HEARING,
        Since(
            ("开展之日", "day it opens"),
            rule="yearly-report",
            at=plan.facts.get("opens", f"{intake.year}-11-01"),
        ),
        basis=BASIS,
    )
    await record(
        "report-draft",
        ("汇总全年情况", "The year's figures drawn together"),
        effect="draft-yearly-report",
        basis=BASIS,
        year=intake.year,
    )
    paper = await circulate(REPORT, DEPUTY_HEAD_REVIEW, HEARING, ends=lambda _paper: False)
    await stop_clock("yearly-report", THE_HEARING, basis=BASIS)
    for place, measure in enumerate(paper.outcomes["hearing"].answers.get("measures", []), 1):
        await open_case(  # 研究完善工作思路和保障措施
            f"follow-up-{place}",
            (f"措施{place}", f"Measure {place}"),
            procedure="follow-up",
            relation=Relation.FOLLOWS_UP,
            named_as="decided_in",
            basis=BASIS,
            what=measure["what"],
            who=measure["who"],
            due=measure["due"],
            **({"unit": measure["unit"]} if measure["unit"] else {}),
        )
    return "已听取汇报"
