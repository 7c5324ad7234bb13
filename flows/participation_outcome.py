"""采纳情况公布 The outcome of public participation: 应急厅函〔2019〕390号 四(四)2.

公开征求意见的采纳情况应予公布，对较为集中的意见建议未予采纳的，应公开说明理由. Opened by the participation
once every comment has its disposition; drafted, reviewed, signed and published like any document.
"""

from flows.disclosure_forms import ConfidentialityReview
from flows.issuing import ISSUING_FORMS, issue_and_publish
from flows.public_participation import (
    CONFIDENTIALITY_REVIEW,
    DEPUTY_HEAD_REVIEW,
    OPENNESS_REVIEW,
    SECTION_REVIEW,
    SIGNATURE,
)
from flows.public_participation_forms import Outcome, Signature
from flows.referral import refer
from rules.positions import Position
from tasks import Action, Drafting, circulate, procedure, review

DRAFTING = review(
    "drafting",
    ("形成采纳情况", "Drafting the outcome"),
    Position.DRAFTER,
    actions=(Action.APPROVE,),
    form="drafting",
    edits_document=True,
    basis="应急厅函〔2019〕390号 四(四)2",
    within="review-target",
)


@procedure(
    "participation-outcome",
    version=1,
    prefix="CN",
    title=("采纳情况公布", "Outcome of public participation"),
    source="应急厅函〔2019〕390号 四(四)2",
    intake=Outcome,
    forms={
        "drafting": Drafting,
        "confidentiality": ConfidentialityReview,
        "signature": Signature,
        **ISSUING_FORMS,
    },
    positions=(
        Position.DRAFTER,
        Position.SECTION_HEAD,
        Position.OFFICE,
        Position.OPENNESS_OFFICE,
        Position.DEPUTY_HEAD,
        Position.HEAD,
        Position.PUBLISHER,
    ),
)
async def participation_outcome(_intake: Outcome) -> str:
    """From the draft to the publication. Returns the closing word."""
    paper = await circulate(
        DRAFTING,
        SECTION_REVIEW,
        OPENNESS_REVIEW,
        CONFIDENTIALITY_REVIEW,  # 五(三) 拟公开的信息应由制作或保存单位进行保密审查
        refer(),
        DEPUTY_HEAD_REVIEW,
        SIGNATURE,
        ends=lambda _paper: False,
    )
    if paper.outcomes["signature"].rejected:
        return "未予签发"
    await issue_and_publish(paper.version)  # 公开征求意见的采纳情况应予公布
    return "已公布"
