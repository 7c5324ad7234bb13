"""解读回应预案 Plan for interpretation and response: 应急厅函〔2019〕390号 四(三)2, ahead of a decision.

A case of its own, so that the decision's case can wait until it is approved.
"""

from flows.response_plan_forms import PlanDraft, ResponsePlan
from rules.positions import Position
from tasks import APPROVE_OR_RETURN, Action, circulate, procedure, reach, review

BASIS = "应急厅函〔2019〕390号 四(三)2"

DRAFTING = review(
    "drafting",
    ("起草预案", "Drafting the plan"),
    Position.DRAFTER,
    actions=(Action.APPROVE,),
    form="drafting",
    edits_document=True,
    basis=BASIS,
    within="review-target",
)
SECTION_REVIEW = review(
    "section-review",
    ("股室审核", "Section review"),
    Position.SECTION_HEAD,
    actions=APPROVE_OR_RETURN,
    basis=BASIS,
    within="review-target",
)
OPENNESS_REVIEW = review(
    "openness-review",
    ("政务公开审查", "Openness review"),
    Position.OPENNESS_OFFICE,
    actions=APPROVE_OR_RETURN,
    basis=BASIS,
    within="review-target",
)
SIGNATURE = review(
    "signature",
    ("分管负责人审定", "Decision of the deputy head"),
    Position.DEPUTY_HEAD,
    actions=(Action.APPROVE, Action.RETURN, Action.REJECT),
    signs=True,
    basis=f"{BASIS}；四(二)5",
    within="signature-target",
)


@procedure(
    "response-plan",
    version=1,
    prefix="YA",
    title=("解读回应预案", "Plan for interpretation and response"),
    source=BASIS,
    intake=ResponsePlan,
    forms={"drafting": PlanDraft},
    positions=(
        Position.DRAFTER,
        Position.SECTION_HEAD,
        Position.OPENNESS_OFFICE,
        Position.DEPUTY_HEAD,
    ),
)
async def response_plan(intake: ResponsePlan) -> str:
    """在重要决策部署…出台与实施前，预判舆情态势，提出解读回应预案. Returns the closing word."""
    paper = await circulate(DRAFTING, SECTION_REVIEW, OPENNESS_REVIEW, SIGNATURE, ends=lambda _paper: False)
    if paper.outcomes["signature"].rejected:
        return "未予批准"
    await reach(
        "approved",
        ("预案审定", "Plan approved"),
        milestone="approved",
        basis=BASIS,
        decision=intake.decision,
    )
    return "预案已审定"
