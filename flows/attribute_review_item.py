"""公开属性自查（单件） One document of the yearly review: 应急厅函〔2019〕390号 四(一)4.

The openness office says what it proposes, the unit that drafted it is asked, both offices sign; where they
disagree the head decides. A change is a row more: what was signed and marked stays as it was.
"""

from flows.attribute_review_forms import Conclusion, HeadsDecision, ItemOpinion, ReviewItem
from rules.disclosure import DisclosureAttribute
from rules.positions import Position
from tasks import Action, Paper, Relation, SigningOrder, circulate, open_case, procedure, record, review, when

BASIS = "应急厅函〔2019〕390号 四(一)4"
ATTRIBUTES = {
    Conclusion.PROACTIVE: DisclosureAttribute.PROACTIVE,
    Conclusion.ON_REQUEST: DisclosureAttribute.ON_REQUEST,
}

OPENED = "转为主动公开"
ON_REQUEST = "转为依申请公开"
KEPT = "维持原公开属性"
KEPT_AGAINST_PROPOSAL = "建议变更，经研究维持原公开属性"


def change_proposed(paper: Paper) -> bool:
    """对应公开而未公开的文件."""
    return paper.said("opinion", "conclusion") not in (None, Conclusion.KEEP)


def disputed(paper: Paper) -> bool:
    """起草单位不同意变更，或两个机构意见不一致."""
    asked = ("consultation", "joint-signature") if change_proposed(paper) else ("joint-signature",)
    return any(paper.stands(key) and paper.outcomes[key].rejected for key in asked)


OPINION = review(
    "opinion",
    ("逐件自查意见", "Opinion on the document"),
    Position.DRAFTER,  # whoever is in charge of the review for the openness office
    actions=(Action.APPROVE,),
    opinion_for=(Action.APPROVE,),
    form="item-opinion",
    basis=BASIS,
    within="review-target",
)
JOINT_SIGNATURE = review(
    "joint-signature",
    ("政务公开、文秘机构会签", "Both offices sign"),
    Position.OPENNESS_OFFICE,
    Position.OFFICE,
    order=SigningOrder.ALL,
    actions=(Action.APPROVE, Action.RETURN, Action.REJECT),
    clerical=True,  # 会同: the openness office signs what it proposed itself
    basis=BASIS,
    within="review-target",
)
DECISION = review(
    "decision",
    ("主要负责人决定", "Decision of the head"),
    Position.HEAD,
    actions=(Action.APPROVE,),
    opinion_for=(Action.APPROVE,),
    form="heads-decision",
    signs=True,
    basis=BASIS,
    within="signature-target",
)


@procedure(
    "attribute-review-item",
    version=1,
    prefix="ZJ",
    title=("公开属性自查（单件）", "Review of one document's attribute"),
    source=BASIS,
    intake=ReviewItem,
    forms={"item-opinion": ItemOpinion, "heads-decision": HeadsDecision},
    positions=(Position.OPENNESS_OFFICE, Position.SECTION_HEAD, Position.OFFICE, Position.HEAD),
    opened_by=Position.OPENNESS_OFFICE,
)
async def attribute_review_item(intake: ReviewItem) -> str:
    """From the opinion to the change, if there is one. Returns the closing word."""
    document = await record(
        "document",
        ("自查的文件", "The document"),
        effect="look-up-issued",
        basis=BASIS,
        number=intake.document,
    )
    consultation = review(
        "consultation",
        ("征求起草股室意见", "The drafting unit is asked"),
        Position.SECTION_HEAD,
        units=(document.facts.get("unit", intake.unit),),
        actions=(Action.APPROVE, Action.REJECT),
        basis=BASIS,
        within="attribute-consultation",
    )
    paper = await circulate(
        OPINION,  # 4. 由…承担政府信息和政务公开工作的部门…每年…进行全面自查
        when(change_proposed, consultation),  # 对应公开而未公开的文件，在征求起草单位意见后
        JOINT_SIGNATURE,  # 会同承担文秘工作的部门
        when(disputed, DECISION),
        ends=lambda _paper: False,
    )
    deciding = "decision" if disputed(paper) else "opinion"
    conclusion = paper.said(deciding, "conclusion") or Conclusion.KEEP
    if conclusion == Conclusion.KEEP:
        return KEPT_AGAINST_PROPOSAL if change_proposed(paper) else KEPT
    change = await record(  # 应调整公开属性
        "change",
        ("变更公开属性", "Attribute changed"),
        effect="change-attribute",
        basis=BASIS,
        number=intake.document,
        attribute=ATTRIBUTES[Conclusion(str(conclusion))],
        declassified_by=paper.said("opinion", "declassified_by") or "",
    )
    if conclusion == Conclusion.ON_REQUEST:
        return ON_REQUEST
    await open_case(  # 条例 第26条: within 20 working days of the change it is public
        "later-disclosure",
        ("转为主动公开", "Its disclosure"),
        procedure="later-disclosure",
        relation=Relation.FOLLOWS_UP,
        basis=BASIS,
        drafter=change.facts.get("drafter", ""),
        unit=change.facts.get("unit", intake.unit),
        document=intake.document,
    )
    return OPENED
