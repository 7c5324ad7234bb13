"""主动公开流程 Proactive disclosure: 应急厅函〔2019〕390号 四(一), read sentence by sentence.

A document is drafted with its disclosure attribute, goes from desk to desk, is signed, numbered, marked,
and, if it is to be disclosed, published on the website and moved to the reading room on paper. One that must
be interpreted 四(二) is signed and published together with its interpretation, in one act of this case.
"""

from typing import Any

from flows.disclosure_forms import (
    Decision,
    GroundedReview,
    Issuer,
    Kind,
    PaperCopy,
    PartialFinding,
    PolicyDocument,
    PolicyDrafting,
    PolicyIssue,
    PublishedPage,
    PublishedPair,
    Redaction,
    RedactionApproval,
    SecrecyFinding,
    SecrecyReturn,
    Signature,
    SignatureReturn,
    StandingMeeting,
    VersionReview,
)
from flows.referral import refer
from rules.disclosure import DisclosureAttribute
from rules.interpretation import Circumstance, Need, need_of
from rules.positions import Position
from tasks import (
    APPROVE_OR_RETURN,
    APPROVE_RETURN_OR_DISAGREE,
    Action,
    Paper,
    Relation,
    Since,
    aside,
    await_case,
    circulate,
    open_case,
    procedure,
    publish,
    reach,
    record,
    review,
    start_clock,
    stop_clock,
    when,
)

ON_THE_WEBSITE = ("在政府网站公开", "Publication on the website")
SOONER = {  # 国办发〔2018〕118号: 行政许可、行政处罚7个工作日，其他行政执法决定20个工作日
    Kind.LICENCE: ("licence-or-penalty",),
    Kind.PENALTY: ("licence-or-penalty",),
    Kind.ENFORCEMENT: ("other-enforcement",),
}


def state_secret_claimed(paper: Paper) -> bool:
    """涉及国家秘密."""
    return paper.said("drafting", "state_secret") is True


def withheld(paper: Paper) -> bool:
    """拟不予公开."""
    return paper.said("drafting", "attribute") == DisclosureAttribute.WITHHELD


def to_be_published(paper: Paper) -> bool:
    """拟主动公开."""
    return paper.said("drafting", "attribute") == DisclosureAttribute.PROACTIVE


def need(paper: Paper) -> Need:
    """四(二)1-3, 6: whether it must be interpreted, decided by rule from what was stated."""
    return need_of(str(paper.said("drafting", "attribute")), paper.facts.get("circumstances", ()))


def to_be_interpreted(paper: Paper) -> bool:
    """应当进行解读, and nobody has begun."""
    return need(paper).needed and "interpretation" not in paper.facts


def interpreted(paper: Paper) -> bool:
    """Once it is begun the two stay together."""
    return to_be_published(paper) and "interpretation" in paper.facts


def before_the_meeting(paper: Paper) -> bool:
    """提请县（市、区）政府常务会议审议."""
    return Circumstance.STANDING_MEETING in paper.facts.get("circumstances", ())


def not_passed(paper: Paper) -> bool:
    """常务会议未通过."""
    return paper.said("standing-meeting", "decision") == Decision.NOT_PASSED


def passed_with_changes(paper: Paper) -> bool:
    """原则通过，修改后印发."""
    return paper.said("standing-meeting", "decision") == Decision.WITH_CHANGES


def parts_withheld(paper: Paper) -> bool:
    """条例 第37条: the document is public, but for some parts."""
    return (
        paper.said("confidentiality-review", "finding") == PartialFinding.PARTS_WITHHELD
        or paper.facts.get("parts-withheld") == paper.version
    )


def secrecy_line_written(paper: Paper) -> bool:
    """The secrecy office has taken over: the online procedure ends."""
    return state_secret_claimed(paper) and paper.stands("secrecy-review-first")


async def note_circumstances(paper: Paper) -> None:
    """A draft that states no circumstances leaves those of the draft before."""
    said = paper.said("drafting", "circumstances")
    if said is not None:
        paper.facts["circumstances"] = said


async def begin_interpretation(paper: Paper) -> None:
    """四(二)6: 坚持政策性文件与解读材料同步组织起草."""
    opened = await open_case(
        "interpretation",
        ("同步组织解读", "Interpretation begun"),
        procedure="policy-interpretation",
        relation=Relation.INTERPRETS,
        named_as="document",
        basis="应急厅函〔2019〕390号 四(二)1、6",
    )
    paper.facts["interpretation"] = opened.facts["number"]


async def bring_interpretation(paper: Paper) -> None:
    """四(二)6: 同步审签. The signer gets both; what no longer fits the document goes back first."""
    mark = paper.facts.get("interpretation-mark", 0)
    if mark and (paper.facts["interpretation-for"] != paper.version or _sent_back(paper)):
        await reach(
            "interpretation-sent-back",
            ("解读材料一并退回", "Interpretation sent back"),
            milestone="document-says",
            basis="应急厅函〔2019〕390号 四(二)6",
            says="again",
        )
        paper.outcomes.pop("signature", None)
    elif mark:
        return
    ready = await await_case(
        "interpretation-ready",
        ("等待解读材料", "Waiting for the interpretation"),
        paper.facts["interpretation"],
        reaches="ready",
        after=mark,
        basis="应急厅函〔2019〕390号 四(二)6",
    )
    paper.beside = [ready.facts["version"]] if ready.facts.get("version") else []
    paper.facts |= {"interpretation-mark": ready.mark, "interpretation-for": paper.version}


def _sent_back(paper: Paper) -> bool:
    return paper.said("signature", "with_interpretation") is True


async def send_back_for_changes(paper: Paper) -> None:
    """What the meeting wants changed is drafted anew and passes every desk again."""
    paper.outcomes.pop("standing-meeting", None)
    paper.start_over()


DRAFTING = review(
    "drafting",
    ("拟稿", "Drafting"),
    Position.DRAFTER,
    actions=(Action.APPROVE,),
    form="drafting",
    edits_document=True,
    basis="应急厅函〔2019〕390号 四(一)1",
    within="review-target",
)
SECRECY_REVIEW_FIRST = review(
    "secrecy-review-first",
    ("保密先行审查", "Secrecy review first"),
    Position.SECRECY_OFFICE,
    actions=APPROVE_OR_RETURN,
    opinion_for=APPROVE_OR_RETURN,
    form="secrecy-finding",
    return_form="secrecy-return",
    basis="应急厅函〔2019〕390号 四(一)2",
    within="review-target",
)
SECTION_REVIEW = review(
    "section-review",
    ("股室审核", "Section review"),
    Position.SECTION_HEAD,
    actions=APPROVE_RETURN_OR_DISAGREE,
    basis="应急厅函〔2019〕390号 四(一)1",
    within="review-target",
)
LEGALITY_REVIEW = review(
    "legality-review",
    ("合法性审核", "Legality review"),
    Position.LEGAL_OFFICE,
    actions=APPROVE_RETURN_OR_DISAGREE,
    basis="本单位发文规定",
    within="review-target",
)
OFFICE_REVIEW = review(
    "office-review",
    ("办公室核稿", "Office review"),
    Position.OFFICE,
    actions=APPROVE_RETURN_OR_DISAGREE,
    basis="应急厅函〔2019〕390号 四(一)1",
    within="review-target",
)
CONFIDENTIALITY_REVIEW = review(
    "confidentiality-review",
    ("保密审查", "Confidentiality review"),
    Position.OPENNESS_OFFICE,
    actions=APPROVE_OR_RETURN,
    opinion_for=APPROVE_OR_RETURN,
    form="confidentiality",
    basis="应急厅函〔2019〕390号 五(三)",
    within="review-target",
)
OPENNESS_REVIEW = review(
    "openness-review",
    ("不予公开审查", "Openness review"),
    Position.OPENNESS_OFFICE,
    actions=APPROVE_RETURN_OR_DISAGREE,
    opinion_for=APPROVE_RETURN_OR_DISAGREE,
    form="grounded",
    basis="应急厅函〔2019〕390号 四(一)2",
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
    ("主要负责人签发", "Signature"),
    Position.HEAD,
    actions=APPROVE_RETURN_OR_DISAGREE,
    form="signature",
    return_form="signature-return",
    signs=True,
    basis="应急厅函〔2019〕390号 五(一)",
    within="signature-target",
)
COUNTY_OFFICE_REVIEW = review(
    "county-office-review",
    ("县政府办公室审核公开属性", "Review by the county government office"),
    Position.COUNTY_OFFICE,
    actions=APPROVE_OR_RETURN,
    form="grounded",
    basis="应急厅函〔2019〕390号 四(一)3；国办发〔2016〕80号",
    within="review-target",
)
STANDING_MEETING = review(
    "standing-meeting",
    ("县政府常务会议审议", "Standing meeting of the county government"),
    Position.COUNTY_OFFICE,
    actions=(Action.APPROVE,),
    form="standing-meeting",
    basis="应急厅函〔2019〕390号 四(二)3",
)
REDACTION = review(
    "redaction",
    ("区分处理", "Copy without the withheld parts"),
    Position.DRAFTER,
    actions=(Action.APPROVE,),
    form="redaction",
    edits_document=True,
    basis="政府信息公开条例 第37条",
    within="review-target",
)
REDACTION_REVIEW = review(
    "redaction-review",
    ("处理本保密审查", "Confidentiality review of the copy"),
    Position.OPENNESS_OFFICE,
    actions=APPROVE_OR_RETURN,
    opinion_for=APPROVE_OR_RETURN,
    form="confidentiality",
    basis="应急厅函〔2019〕390号 五(三)",
    within="review-target",
)
REDACTION_APPROVAL = review(
    "redaction-approval",
    ("处理本审批", "Approval of the copy"),
    Position.DEPUTY_HEAD,
    actions=APPROVE_OR_RETURN,
    form="redaction-approval",
    basis="应急厅函〔2019〕390号 五(一)；条例 第37条",
    within="review-target",
)


@procedure(
    "proactive-disclosure",
    version=2,
    prefix="ZD",
    title=("主动公开", "Proactive disclosure"),
    source="应急厅函〔2019〕390号 四(一)",
    intake=PolicyDocument,
    forms={
        "drafting": PolicyDrafting,
        "secrecy-finding": SecrecyFinding,
        "secrecy-return": SecrecyReturn,
        "confidentiality": VersionReview,
        "grounded": GroundedReview,
        "signature": Signature,
        "signature-return": SignatureReturn,
        "standing-meeting": StandingMeeting,
        "issue": PolicyIssue,
        "redaction": Redaction,
        "redaction-approval": RedactionApproval,
        "published-page": PublishedPage,
        "published-pair": PublishedPair,
        "paper-copy": PaperCopy,
    },
    positions=(
        Position.DRAFTER,
        Position.SECTION_HEAD,
        Position.LEGAL_OFFICE,
        Position.OFFICE,
        Position.SECRECY_OFFICE,
        Position.OPENNESS_OFFICE,
        Position.DEPUTY_HEAD,
        Position.HEAD,
        Position.PUBLISHER,
        Position.ARCHIVIST,
    ),
)
async def proactive_disclosure(intake: PolicyDocument) -> str:
    """From the draft to the reading room. Returns the closing word."""
    of_the_county = intake.in_the_name_of is not Issuer.OWN
    paper = await circulate(
        DRAFTING,  # 1. 在起草政策性文件时…明确主动公开、依申请公开、不予公开的属性
        aside("circumstances", note_circumstances),
        when(state_secret_claimed, SECRECY_REVIEW_FIRST),  # 2. 涉及国家秘密的，应先由承担保密工作的部门审查
        when(to_be_interpreted, aside("interpretation", begin_interpretation)),  # 四(二)6 同步组织起草
        SECTION_REVIEW,
        when(lambda _: intake.legality_review, LEGALITY_REVIEW),
        OFFICE_REVIEW,
        when(to_be_published, CONFIDENTIALITY_REVIEW),  # 五(三) 拟公开的信息应由制作或保存单位进行保密审查
        refer(),  # 五(三) 无法确定的，报请有权确定的机关确定
        when(withheld, OPENNESS_REVIEW),  # 2. 对拟不予公开的，在发文前由承担政务公开工作的部门进行审查
        DEPUTY_HEAD_REVIEW,
        when(interpreted, aside("together", bring_interpretation)),  # 四(二)6 同步审签
        SIGNATURE,
        when(lambda _: of_the_county, COUNTY_OFFICE_REVIEW),  # 3. 以县（市、区）政府或其办公室名义印发的
        when(before_the_meeting, STANDING_MEETING),  # 四(二)3 提请县（市、区）政府常务会议审议的
        when(passed_with_changes, aside("changes", send_back_for_changes)),
        ends=lambda paper: secrecy_line_written(paper) or not_passed(paper),
    )
    if state_secret_claimed(paper):
        await record(
            "secrecy-register",
            ("涉密登记", "Secrecy register"),
            effect="register-secrecy-line",
            basis="保守国家秘密法实施条例 第41条",
            source_unit=paper.said("drafting", "source_unit"),
            handed_over_on=paper.said("drafting", "handed_over_on"),
            outcome=paper.said("secrecy-review-first", "outcome"),
        )
        return "线上终止，仅留登记"
    if paper.outcomes["signature"].rejected:
        return "未予签发"
    if not_passed(paper):
        return "常务会议未通过"
    assert paper.version is not None  # signed, so there is a version
    issue = await review(
        "issue",
        ("编号、用印、印发", "Numbering, sealing, issue"),
        Position.COUNTY_OFFICE if of_the_county else Position.OFFICE,  # 6. 由制发单位
        actions=(Action.APPROVE,),
        form="issue",
        clerical=True,
        version=paper.version,
        basis="应急厅函〔2019〕390号 四(一)5",
        within="issue-target",
    )
    numbering = await record(
        "numbering",
        ("编号", "Numbering"),
        effect="allot-number",
        basis="应急厅函〔2019〕390号 四(一)5",
        document_version_id=paper.version,
        **issue.answers,
    )
    marking = await record(  # 5. 应当在文件成文日期后标注“此件公开发布”…“此件依申请公开”“此件不公开”
        "marking",
        ("标注", "Marking"),
        effect="mark-document",
        basis="应急厅函〔2019〕390号 四(一)5",
        document_version_id=paper.version,
        interpretation={"needed": need(paper).needed, "zh": need(paper).zh, "en": need(paper).en},
    )
    if not to_be_published(paper):
        return "已印发并标注"
    await start_clock(  # 5. 在文件印发之日起20个工作日内；条例 第26条：自形成或者变更之日起20个工作日内
        "publication",
        ON_THE_WEBSITE,
        Since(("印发之日", "date of issue"), rule="publication", at=numbering.facts["issued_on"]),
        Since(
            ("成文之日", "date of formation"),
            rule="publication-from-formation",
            at=numbering.facts["formed_on"],
        ),
        *(
            Since(("作出决定之日", "date of the decision"), rule=rule, at=numbering.facts["formed_on"])
            for rule in SOONER.get(intake.kind, ())
        ),
        basis="应急厅函〔2019〕390号 四(一)5；条例 第26条",
    )
    public = paper.version
    if parts_withheld(paper):  # 条例 第37条: 能够作区分处理的，应当提供可以公开的信息内容
        copy = await circulate(
            REDACTION,
            REDACTION_REVIEW,
            refer("redaction-review", key="redaction-referral"),
            REDACTION_APPROVAL,
            ends=lambda _paper: False,
            version=paper.version,
        )
        assert copy.version is not None
        public = copy.version
    together: dict[str, Any] = {"beside": paper.beside[0]} if paper.beside else {}
    if marking.facts.get("website") == "by-hand":  # 5, 6. 通过政府网站对外公开
        page = await review(
            "publication-by-hand",
            ("网站公开（人工）", "Publication by hand"),
            Position.PUBLISHER,
            actions=(Action.APPROVE,),
            form="published-pair" if together else "published-page",
            clerical=True,
            version=public,
            beside=paper.beside,
            basis="应急厅函〔2019〕390号 四(一)5、6",
            within="publication-by-hand-target",
        )
        published = await record(
            "publication-record",
            ("登记公开网址", "Publication record"),
            effect="record-publication",
            basis="应急厅函〔2019〕390号 四(一)5、6",
            document_version_id=public,
            **together,
            **page.answers,
        )
    else:  # 四(二)6 同步部署: one act for both
        published = await publish(
            "publication",
            ("网站公开", "Publication"),
            version=public,
            **together,
            basis="应急厅函〔2019〕390号 四(一)5、6",
        )
    if together:
        await reach(
            "published-together",
            ("文件与解读同时公开", "Both are public"),
            milestone="document-says",
            basis="应急厅函〔2019〕390号 四(二)6",
            says="published",
            published_at=published.facts["published_at"],
            version=paper.beside[0],
        )
    await stop_clock(
        "publication",
        ON_THE_WEBSITE,
        at=published.facts["published_at"],
        basis="应急厅函〔2019〕390号 四(一)5",
    )
    await review(  # 6. 并按规定将纸质文件移送至信息公开查阅场所
        "paper-copy",
        ("移送查阅场所", "Paper copy to the reading room"),
        Position.ARCHIVIST,
        actions=(Action.APPROVE,),
        form="paper-copy",
        clerical=True,
        version=public,
        basis="应急厅函〔2019〕390号 四(一)6；条例 第25条",
        within="paper-copy-target",
    )
    return "办结"
