"""政策解读流程 Policy interpretation: 应急厅函〔2019〕390号 四(二), read sentence by sentence.

Drafted, signed and published together with its document: the document's case has the signature and the one
act that publishes both. An interpretation of what is public already is signed and published here.
"""

from flows.disclosure_forms import VersionReview
from flows.interpretation_forms import (
    BeforeRelease,
    Interpretation,
    InterpretationPage,
    Interview,
    Material,
    PlainLanguage,
    SignedAlone,
)
from flows.referral import refer
from rules.positions import Position
from tasks import (
    APPROVE_OR_RETURN,
    Action,
    Done,
    Paper,
    SigningOrder,
    Since,
    aside,
    await_case,
    circulate,
    procedure,
    publish_interpretation,
    reach,
    record,
    review,
    start_clock,
    stop_clock,
    when,
)

BASIS = "应急厅函〔2019〕390号 四(二)"
AFTER_ITS_DOCUMENT = ("解读材料公开", "Publication of the interpretation")

MATERIAL = review(  # 4. 坚持“谁起草、谁解读”原则
    "material",
    ("起草解读方案和材料", "Plan and material"),
    Position.DRAFTER,
    actions=(Action.APPROVE,),
    form="material",
    edits_document=True,
    basis=f"{BASIS}4、5",
    within="review-target",
)
SECTION_REVIEW = review(
    "section-review",
    ("股室审核", "Section review"),
    Position.SECTION_HEAD,
    actions=APPROVE_OR_RETURN,
    basis=f"{BASIS}4",
    within="review-target",
)
PLAIN_LANGUAGE = review(  # 4. 多使用社会公众喜闻乐见、便于理解的语言
    "plain-language",
    ("通俗易懂审查", "Plain-language check"),
    Position.OPENNESS_OFFICE,
    actions=APPROVE_OR_RETURN,
    form="plain-language",
    basis=f"{BASIS}4",
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
BEFORE_RELEASE = review(  # 2. 在发布前主动与同级宣传、网信等部门沟通
    "before-release",
    ("发布前与宣传、网信沟通", "Talk with 宣传 and 网信 before release"),
    Position.PUBLICITY,
    Position.CYBERSPACE,
    order=SigningOrder.ALL,
    actions=APPROVE_OR_RETURN,
    form="before-release",
    basis=f"{BASIS}2",
    within="review-target",
)
SIGNATURE = review(
    "signature",
    ("主要负责人签发", "Signature"),
    Position.HEAD,
    actions=(Action.APPROVE, Action.RETURN, Action.REJECT),
    form="signed-alone",
    signs=True,
    basis=f"{BASIS}5",
    within="signature-target",
)


@procedure(
    "policy-interpretation",
    version=1,
    prefix="JD",
    title=("政策解读", "Policy interpretation"),
    source=BASIS,
    intake=Interpretation,
    forms={
        "material": Material,
        "plain-language": PlainLanguage,
        "confidentiality": VersionReview,
        "before-release": BeforeRelease,
        "signed-alone": SignedAlone,
        "published-page": InterpretationPage,
        "interview": Interview,
    },
    positions=(
        Position.DRAFTER,
        Position.SECTION_HEAD,
        Position.OPENNESS_OFFICE,
        Position.HEAD,
        Position.SPOKESPERSON,
        Position.PUBLICITY,
        Position.CYBERSPACE,
        Position.PUBLISHER,
    ),
)
async def policy_interpretation(intake: Interpretation) -> str:
    """From the plan to the page beside its document's. Returns the closing word."""

    async def look_up(key: str) -> Done:
        done: Done = await record(
            key,
            ("解读的文件", "The document"),
            effect="look-up-interpreted",
            basis=f"{BASIS}1-3",
            document=intake.document,
        )
        return done

    about = await look_up("document")

    def major(paper: Paper) -> bool:
        return paper.facts.get("gate", about.facts.get("gate")) is True

    async def wait_beside_the_document(paper: Paper) -> None:
        """6. 同步审签、同步部署: the document's case signs and publishes both, or sends this one back."""
        await reach(
            "ready",
            ("解读材料就绪", "The interpretation is ready"),
            milestone="ready",
            basis=f"{BASIS}6",
            version=paper.version,
        )
        paper.facts["said"] = said = await await_case(
            "document-signed-and-published",
            ("等待与文件同步审签、公开", "Waiting to be signed and published with the document"),
            intake.document,
            reaches="document-says",
            after=paper.facts["said"].mark if "said" in paper.facts else 0,
            basis=f"{BASIS}6",
        )
        if said.facts.get("says") == "again":  # what is needed may have changed with the document
            anew = await look_up("document-anew")
            paper.facts["gate"] = anew.facts.get("gate")
            paper.start_over()

    desks = (
        MATERIAL,  # 4. 谁起草、谁解读; 5. 组建政策解读队伍
        SECTION_REVIEW,
        PLAIN_LANGUAGE,
        CONFIDENTIALITY_REVIEW,
        refer(),
        when(major, BEFORE_RELEASE),  # 2. 对涉及群众切身利益、影响社会预期等重大政策性文件
    )
    if about.facts.get("together") is True:
        paper = await circulate(
            *desks, aside("beside-the-document", wait_beside_the_document), ends=lambda _paper: False
        )
        if paper.facts["said"].facts.get("says") != "published":
            return "文件未公开，解读终止"
        public_since = published_at = paper.facts["said"].facts["published_at"]
        await _clock(public_since)
    else:
        if not about.facts.get("published"):  # launched alone for a document still under way
            await await_case(
                "document-ended",
                ("等待文件公开", "Waiting for the document to be public"),
                intake.document,
                basis=f"{BASIS}6",
            )
            about = await look_up("document-now")
            if not about.facts.get("published"):
                return "文件未公开，解读终止"
        await _clock(about.facts["published_at"])
        paper = await circulate(*desks, SIGNATURE, ends=lambda _paper: False)
        if paper.outcomes["signature"].rejected:
            await stop_clock("interpretation", AFTER_ITS_DOCUMENT, met=False, basis=f"{BASIS}6")
            return "未予签发"
        assert paper.version is not None
        published_at = await _publish_alone(paper.version, str(about.facts.get("website")))
    await stop_clock("interpretation", AFTER_ITS_DOCUMENT, at=published_at, basis=f"{BASIS}6")
    if paper.said("material", "interview") is True:
        await review(
            "interview",
            ("新闻发言人接受采访", "Interview with the spokesperson"),
            Position.SPOKESPERSON,
            actions=(Action.APPROVE,),
            form="interview",
            clerical=True,
            version=paper.version,
            basis=f"{BASIS}5",
        )
    return "解读已公开"


async def _clock(public_since: str) -> None:
    """The notice asks for both together; what comes after has the organ's own limit."""
    await start_clock(
        "interpretation",
        AFTER_ITS_DOCUMENT,
        Since(("文件公开之日", "its document is public"), rule="interpretation-ceiling", at=public_since),
        basis=f"{BASIS}6",
    )


async def _publish_alone(version: int, website: str) -> str:
    """The document is public already; says when its interpretation became so."""
    if website == "by-hand":
        page = await review(
            "publication-by-hand",
            ("网站公开（人工）", "Publication by hand"),
            Position.PUBLISHER,
            actions=(Action.APPROVE,),
            form="published-page",
            clerical=True,
            version=version,
            basis=f"{BASIS}6",
            within="publication-by-hand-target",
        )
        published = await record(
            "publication-record",
            ("登记公开网址", "Publication record"),
            effect="record-interpretation",
            basis=f"{BASIS}6",
            document_version_id=version,
            **page.answers,
        )
    else:
        published = await publish_interpretation(
            "publication", ("解读材料公开", "Publication"), version=version, basis=f"{BASIS}6"
        )
    return str(published.facts["published_at"])
