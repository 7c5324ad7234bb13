"""撤下与网址变更 Take-down and change of address of what is public: never without a decision and its reason.

The notice is silent on it, and to withdraw what was published is an abuse: so it is proposed with a reason
for the public, reviewed, and signed by the head. The old address stays on record for ever.
"""

from flows.change_forms import CarriedOut, Change, Proposal, PublicationChange, Signature
from rules.positions import Position
from tasks import APPROVE_RETURN_OR_DISAGREE, Action, circulate, procedure, record, review, withdraw

BASIS = "本单位规定：已公开信息的撤下、变更网址须经审批"

PROPOSAL = review(
    "proposal",
    ("提出变更", "Proposal"),
    Position.DRAFTER,
    actions=(Action.APPROVE,),
    form="proposal",
    basis=BASIS,
    within="review-target",
)
OPENNESS_REVIEW = review(
    "openness-review",
    ("政务公开审查", "Openness review"),
    Position.OPENNESS_OFFICE,
    actions=APPROVE_RETURN_OR_DISAGREE,
    opinion_for=APPROVE_RETURN_OR_DISAGREE,
    basis=BASIS,
    within="review-target",
)
DEPUTY_HEAD_REVIEW = review(
    "deputy-head-review",
    ("分管负责人审核", "Deputy head review"),
    Position.DEPUTY_HEAD,
    actions=APPROVE_RETURN_OR_DISAGREE,
    basis="应急厅函〔2019〕390号 五(一)",
    within="review-target",
)
SIGNATURE = review(
    "signature",
    ("主要负责人审定", "Decision of the head"),
    Position.HEAD,
    actions=APPROVE_RETURN_OR_DISAGREE,
    form="signature",
    signs=True,
    basis="应急厅函〔2019〕390号 五(一)",
    within="signature-target",
)


@procedure(
    "publication-change",
    version=1,
    prefix="GB",
    title=("撤下与网址变更", "Take-down and change of address"),
    source=BASIS,
    intake=PublicationChange,
    forms={"proposal": Proposal, "signature": Signature, "carried-out": CarriedOut},
    positions=(
        Position.DRAFTER,
        Position.OPENNESS_OFFICE,
        Position.DEPUTY_HEAD,
        Position.HEAD,
        Position.PUBLISHER,
    ),
)
async def publication_change(intake: PublicationChange) -> str:
    """From the proposal to the register's notice. Returns the closing word."""
    await record(
        "document",
        ("已公开文件", "Published document"),
        effect="look-up-publication",
        basis=BASIS,
        number=intake.document,
    )
    paper = await circulate(
        PROPOSAL, OPENNESS_REVIEW, DEPUTY_HEAD_REVIEW, SIGNATURE, ends=lambda _paper: False
    )
    if paper.outcomes["signature"].rejected:
        return "未予批准"
    change = await record(
        "change",
        ("登记变更", "Change recorded"),
        effect="record-publication-change",
        basis=BASIS,
        number=intake.document,
        **paper.outcomes["proposal"].answers,
    )
    if change.facts.get("recorded") is False:
        return "此前已撤下"
    taken_down = paper.said("proposal", "kind") == Change.TAKE_DOWN
    website = change.facts.get("website")
    if website == "webhook" and taken_down:
        await withdraw("withdrawal", ("网站撤下", "Withdrawal from the website"), basis=BASIS)
    elif website in ("webhook", "unsigned", "by-hand"):  # what no request can change is the publisher's
        await review(
            "carried-out",
            ("网站办理", "Carried out on the website"),
            Position.PUBLISHER,
            actions=(Action.APPROVE,),
            form="carried-out",
            clerical=True,
            basis=BASIS,
            within="publication-by-hand-target",
        )
    return "已撤下" if taken_down else "已变更网址"
