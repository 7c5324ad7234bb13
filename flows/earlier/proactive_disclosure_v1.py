"""Version 1 of 主动公开流程 Proactive disclosure: 应急厅函〔2019〕390号 四(一), read sentence by sentence.

A document is drafted with its disclosure attribute, goes from desk to desk, is signed, numbered, marked,
and, if it is to be disclosed, published on the website and moved to the reading room on paper.
"""

from flows.disclosure_forms import (
    ConfidentialityReview,
    Disclosure,
    Finding,
    GroundedReview,
    Issue,
    PaperCopy,
    PublishedPage,
    SecrecyFinding,
    SecrecyReturn,
    Signature,
)
from rules.disclosure import DisclosureAttribute
from rules.positions import Position
from tasks import (
    APPROVE_OR_RETURN,
    APPROVE_RETURN_OR_DISAGREE,
    Action,
    Drafting,
    Paper,
    Since,
    circulate,
    hold,
    procedure,
    publish,
    record,
    review,
    start_clock,
    stop_clock,
    when,
)

ON_THE_WEBSITE = ("在政府网站公开", "Publication on the website")


def state_secret_claimed(paper: Paper) -> bool:
    """涉及国家秘密."""
    return paper.said("drafting", "state_secret") is True


def withheld(paper: Paper) -> bool:
    """拟不予公开."""
    return paper.said("drafting", "attribute") == DisclosureAttribute.WITHHELD


def to_be_published(paper: Paper) -> bool:
    """拟主动公开."""
    return paper.said("drafting", "attribute") == DisclosureAttribute.PROACTIVE


def confidentiality_unsure(paper: Paper) -> bool:
    """无法确定是否涉密，或不涉密但无法确定是否适宜公开."""
    finding = paper.said("confidentiality-review", "finding")
    return finding in (Finding.UNSURE_WHETHER_SECRET, Finding.UNSURE_WHETHER_SUITABLE)


def secrecy_line_written(paper: Paper) -> bool:
    """The secrecy office has taken over: the online procedure ends."""
    return state_secret_claimed(paper) and paper.stands("secrecy-review-first")


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
REFERRAL = hold(
    "referral",
    ("保密审查请示", "Confidentiality referral"),
    reason=(
        "保密审查无法确定：请按线下程序报保密工作机构或业务主管部门确定；收到答复后由系统管理员解除暂停"
        "（gongkai case retry 编号 --kind hold），审查人据答复重新填写结论。确定之前不得公开。",
        "The confidentiality review is unsure: refer the document on paper to the secrecy office or the "
        "competent department. When the answer is in, the administrator ends the hold (gongkai case retry "
        "NUMBER --kind hold) and the reviewer states the finding again. "
        "Until then nothing is published.",
    ),
    asks_again="confidentiality-review",
    basis="应急厅函〔2019〕390号 五(三)",
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
    signs=True,
    basis="应急厅函〔2019〕390号 五(一)",
    within="signature-target",
)


@procedure(
    "proactive-disclosure",
    version=1,
    prefix="ZD",
    title=("主动公开", "Proactive disclosure"),
    source="应急厅函〔2019〕390号 四(一)",
    intake=Disclosure,
    forms={
        "drafting": Drafting,
        "secrecy-finding": SecrecyFinding,
        "secrecy-return": SecrecyReturn,
        "confidentiality": ConfidentialityReview,
        "grounded": GroundedReview,
        "signature": Signature,
        "issue": Issue,
        "published-page": PublishedPage,
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
async def proactive_disclosure(intake: Disclosure) -> str:
    """From the draft to the reading room. Returns the closing word."""
    paper = await circulate(
        DRAFTING,  # 1. 在起草政策性文件时…明确主动公开、依申请公开、不予公开的属性
        when(state_secret_claimed, SECRECY_REVIEW_FIRST),  # 2. 涉及国家秘密的，应先由承担保密工作的部门审查
        SECTION_REVIEW,
        when(lambda _: intake.legality_review, LEGALITY_REVIEW),
        OFFICE_REVIEW,
        when(to_be_published, CONFIDENTIALITY_REVIEW),  # 五(三) 拟公开的信息应由制作或保存单位进行保密审查
        when(confidentiality_unsure, REFERRAL),  # 五(三) 无法确定的，报请有权确定的机关确定
        when(withheld, OPENNESS_REVIEW),  # 2. 对拟不予公开的，在发文前由承担政务公开工作的部门进行审查
        DEPUTY_HEAD_REVIEW,
        SIGNATURE,
        ends=secrecy_line_written,
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
    assert paper.version is not None  # signed, so there is a version
    issue = await review(
        "issue",
        ("编号、用印、印发", "Numbering, sealing, issue"),
        Position.OFFICE,
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
        basis="应急厅函〔2019〕390号 四(一)5；条例 第26条",
    )
    if marking.facts.get("website") == "by-hand":  # 5, 6. 通过政府网站对外公开
        page = await review(
            "publication-by-hand",
            ("网站公开（人工）", "Publication by hand"),
            Position.PUBLISHER,
            actions=(Action.APPROVE,),
            form="published-page",
            clerical=True,
            version=paper.version,
            basis="应急厅函〔2019〕390号 四(一)5、6",
            within="publication-by-hand-target",
        )
        published = await record(
            "publication-record",
            ("登记公开网址", "Publication record"),
            effect="record-publication",
            basis="应急厅函〔2019〕390号 四(一)5、6",
            document_version_id=paper.version,
            **page.answers,
        )
    else:
        published = await publish(
            "publication",
            ("网站公开", "Publication"),
            version=paper.version,
            basis="应急厅函〔2019〕390号 四(一)5、6",
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
        version=paper.version,
        basis="应急厅函〔2019〕390号 四(一)6；条例 第25条",
        within="paper-copy-target",
    )
    return "办结"
