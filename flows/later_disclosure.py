"""转为主动公开 Later disclosure of a document issued as not open to all: 应急厅函〔2019〕390号 四(一)4.

The text is not touched: it is reviewed for secrecy as it stands, approved, marked anew and published under
its own number within 20 working days of the change.
"""

from flows.attribute_review_forms import LaterDisclosure
from flows.disclosure_forms import ConfidentialityReview, Finding, PaperCopy, PublishedPage
from rules.positions import Position
from tasks import (
    Action,
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

BASIS = "应急厅函〔2019〕390号 四(一)4"
ON_THE_WEBSITE = ("在政府网站公开", "Publication on the website")


def confidentiality_unsure(paper: Paper) -> bool:
    """无法确定是否涉密，或不涉密但无法确定是否适宜公开."""
    return paper.said("confidentiality-review", "finding") not in (None, Finding.NOT_SECRET_AND_SUITABLE)


CONFIDENTIALITY_REVIEW = review(
    "confidentiality-review",
    ("保密审查", "Confidentiality review"),
    Position.OPENNESS_OFFICE,
    actions=(Action.APPROVE,),
    opinion_for=(Action.APPROVE,),
    form="confidentiality",
    basis="应急厅函〔2019〕390号 五(三)",
    within="review-target",
)
REFERRAL = hold(
    "referral",
    ("保密审查请示", "Confidentiality referral"),
    reason=(
        "保密审查无法确定：请按程序请示；收到答复后由系统管理员解除暂停，审查人重新填写结论。确定之前不得公开。",
        "The confidentiality review is unsure: refer the document. When the answer is in, the administrator "
        "ends the hold and the reviewer states the finding again. Until then nothing is published.",
    ),
    asks_again="confidentiality-review",
    basis="应急厅函〔2019〕390号 五(三)",
)
APPROVAL = review(
    "approval",
    ("分管负责人审批", "Approval by the deputy head"),
    Position.DEPUTY_HEAD,
    actions=(Action.APPROVE, Action.RETURN),
    signs=True,
    basis="应急厅函〔2019〕390号 五(一)",
    within="signature-target",
)


@procedure(
    "later-disclosure",
    version=1,
    prefix="ZG",
    title=("转为主动公开", "Later disclosure"),
    source=BASIS,
    intake=LaterDisclosure,
    forms={
        "confidentiality": ConfidentialityReview,
        "published-page": PublishedPage,
        "paper-copy": PaperCopy,
    },
    positions=(
        Position.DRAFTER,
        Position.OPENNESS_OFFICE,
        Position.DEPUTY_HEAD,
        Position.PUBLISHER,
        Position.ARCHIVIST,
    ),
)
async def later_disclosure(intake: LaterDisclosure) -> str:
    """From the changed attribute to the reading room. Returns the closing word."""
    document = await record(
        "document",
        ("原文件", "The document as it was signed"),
        effect="take-over-document",
        basis=BASIS,
        number=intake.document,
    )
    version = document.facts.get("document_version_id")
    await start_clock(  # 条例 第26条：自该政府信息形成或者变更之日起20个工作日内
        "publication",
        ON_THE_WEBSITE,
        Since(
            ("公开属性变更之日", "date the attribute was changed"),
            rule="publication-from-formation",
            at=document.facts.get("changed_on", document.facts.get("issued_on", "")),
        ),
        basis="应急厅函〔2019〕390号 四(一)4；条例 第26条",
    )
    await circulate(
        CONFIDENTIALITY_REVIEW,  # 五(三) of this very version
        when(confidentiality_unsure, REFERRAL),
        APPROVAL,
        ends=lambda _paper: False,
    )
    marking = await record(  # 5. 标注“此件公开发布”: the mark it has from now on
        "marking",
        ("改标注", "Marked anew"),
        effect="mark-document",
        basis="应急厅函〔2019〕390号 四(一)5",
        document_version_id=version,
    )
    if marking.facts.get("website") == "by-hand":
        page = await review(
            "publication-by-hand",
            ("网站公开（人工）", "Publication by hand"),
            Position.PUBLISHER,
            actions=(Action.APPROVE,),
            form="published-page",
            clerical=True,
            version=version,
            basis="应急厅函〔2019〕390号 四(一)5、6",
            within="publication-by-hand-target",
        )
        published = await record(
            "publication-record",
            ("登记公开网址", "Publication record"),
            effect="record-publication",
            basis="应急厅函〔2019〕390号 四(一)5、6",
            document_version_id=version,
            **page.answers,
        )
    else:
        published = await publish(
            "publication",
            ("网站公开", "Publication"),
            version=version,
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
        version=version,
        basis="应急厅函〔2019〕390号 四(一)6；条例 第25条",
        within="paper-copy-target",
    )
    return "办结"
