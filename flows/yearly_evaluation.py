"""年度量化评价 Yearly evaluation: 应急厅函〔2019〕390号 五(二), read sentence by sentence.

The figures are computed from the records and kept as they were; what follows from them has holders and days.
"""

from flows.yearly_forms import Measures, YearlyEvaluation
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

BASIS = "应急厅函〔2019〕390号 五(二)"
THE_EVALUATION = ("年度量化评价", "Yearly evaluation")

ASSESSMENT = review(
    "assessment",
    ("评价意见", "Assessment"),
    Position.DRAFTER,
    actions=(Action.APPROVE,),
    opinion_for=(Action.APPROVE,),
    basis=BASIS,
    within="review-target",
)
DEPUTY_HEAD_REVIEW = review(
    "deputy-head-review",
    ("分管负责人审核", "Deputy head review"),
    Position.DEPUTY_HEAD,
    basis="应急厅函〔2019〕390号 五(一)",
    within="review-target",
)
SIGNATURE = review(
    "signature",
    ("主要负责人审定", "Approval of the head"),
    Position.HEAD,
    signs=True,
    basis="应急厅函〔2019〕390号 五(一)",
    within="signature-target",
)


@procedure(
    "yearly-evaluation",
    version=1,
    prefix="PG",
    title=THE_EVALUATION,
    source=BASIS,
    intake=YearlyEvaluation,
    forms={"measures": Measures},
    positions=(Position.OPENNESS_OFFICE, Position.DEPUTY_HEAD, Position.HEAD),
    opened_by=Position.OPENNESS_OFFICE,
    opens_yearly="yearly-evaluation-opens",
)
async def yearly_evaluation(intake: YearlyEvaluation) -> str:
    """From the figures to the measures. Returns the closing word."""
    plan = await record(
        "plan",
        ("评价安排", "Plan"),
        effect="plan-year",
        basis=BASIS,
        rule="yearly-evaluation-opens",
        year=intake.year,
    )
    await start_clock(  # 每年组织开展…评估
        "yearly-evaluation",
        THE_EVALUATION,
        Since(
            ("开展之日", "day it opens"),
            rule="yearly-evaluation",
            at=plan.facts.get("opens", f"{intake.year}-12-15"),
        ),
        basis=BASIS,
    )
    await record(  # 对信息公开、政策解读、回应关切、媒体参与等方面
        "figures",
        ("计算指标", "Figures computed"),
        effect="evaluate-year",
        basis=BASIS,
        year=intake.year,
    )
    await circulate(ASSESSMENT, DEPUTY_HEAD_REVIEW, SIGNATURE, ends=lambda _paper: False)
    measures = await review(  # 并根据评估结果不断调整优化政务公开的工作机制
        "measures",
        ("确定改进措施", "Measures"),
        Position.DRAFTER,
        actions=(Action.APPROVE,),
        form="measures",
        clerical=True,
        basis=BASIS,
        within="review-target",
    )
    for place, measure in enumerate(measures.answers.get("measures", []), 1):
        await open_case(
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
    await stop_clock("yearly-evaluation", THE_EVALUATION, basis=BASIS)
    return "评价完成"
