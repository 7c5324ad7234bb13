"""信息公开保密审查 Confidentiality review: 应急厅函〔2019〕390号 五(三), read sentence by sentence.

The unit that made or keeps the information reviews it item by item. What it cannot decide goes up one of two
chains; what a chain brings is narrowed here or kept, never widened. While the case is open, nothing of what
it is about is published (``engine.confidentiality``).
"""

from typing import Any

from flows.confidentiality_forms import (
    AuthorityAnswer,
    AuthorityFinding,
    ConfidentialityCase,
    Doubt,
    HandedOver,
    ItemFinding,
    ItemReview,
    Referral,
    SecrecyFinding,
    SecrecyOffice,
    ThirdPartyAnswer,
    found,
)
from flows.confidentiality_results import (
    BusinessView,
    Determination,
    FinalWord,
    Result,
    Suitability,
    unconsented,
    withheld_parts,
)
from rules.disclosure import Ground
from rules.positions import Position
from tasks import (
    APPROVE_OR_RETURN,
    Action,
    Lapsed,
    Paper,
    Since,
    all_of,
    circulate,
    procedure,
    reach,
    record,
    review,
    start_clock,
    stop_clock,
    when,
)

ONLY_ANSWER = (Action.APPROVE,)
BASIS = "应急厅函〔2019〕390号 五(三)"
ARTICLE_25 = "保守国家秘密法实施条例 第25条"
ARTICLE_32 = "政府信息公开条例 第32条"
SENT_UPWARD = ("报请有权机关确定是否属于国家秘密", "Referral to the authority competent for state secrets")
ANSWERED = ("有权机关答复", "Answer of the competent authority")

ITEM_REVIEW = review(  # 拟公开的信息应由制作或保存单位进行保密审查；保密法实施条例 第42条：逐项审查
    "item-review",
    ("制作或保存单位逐项审查", "Review item by item"),
    Position.DRAFTER,
    actions=ONLY_ANSWER,
    form="item-review",
    basis=f"{BASIS}；保守国家秘密法实施条例 第42条",
    within="review-target",
)
SECTION_REVIEW = review(  # “谁公开、谁审查、谁负责”…并对最终审查结果负责
    "section-review",
    ("股室负责人复审", "Re-examination by the section head"),
    Position.SECTION_HEAD,
    actions=APPROVE_OR_RETURN,
    basis=BASIS,
    within="review-target",
)
SECRECY_OFFICE = review(  # 无法确定是否涉密时，应报本单位保密工作机构审定
    "secrecy-office",
    ("保密工作机构审定", "Decision of the secrecy office"),
    Position.SECRECY_OFFICE,
    actions=APPROVE_OR_RETURN,
    form="secrecy-office",
    basis=BASIS,
    within="review-target",
)
OFFICE_REVIEW = review(
    "office-review",
    ("办公室审查", "Review by the office"),
    Position.OFFICE,
    actions=APPROVE_OR_RETURN,
    basis=BASIS,
    within="review-target",
)
DEPUTY_HEAD = review(
    "deputy-head-approval",
    ("分管负责人批准", "Approval of the deputy head"),
    Position.DEPUTY_HEAD,
    actions=APPROVE_OR_RETURN,
    basis=f"{BASIS}；五(一)",
    within="review-target",
)
REFERRAL = review(  # 条例 第25条：自拟定之日起10个工作日内报请有权确定的机关
    "referral",
    ("报请有权确定的机关", "Referral to the competent authority"),
    Position.SECRECY_OFFICE,
    actions=ONLY_ANSWER,
    form="referral",
    clerical=True,
    basis=f"{BASIS}；{ARTICLE_25}",
)
AUTHORITY = review(  # 无法确定的，报请有权确定的机关确定
    "secrecy-authority",
    ("有权确定的机关确定", "Decision of the competent authority"),
    Position.SECRECY_AUTHORITY,
    actions=ONLY_ANSWER,
    form="authority-answer",
    basis=f"{BASIS}；{ARTICLE_25}",
)
HANDING_OVER = review(
    "handing-over",
    ("转涉密渠道", "Handing over"),
    Position.SECRECY_OFFICE,
    actions=ONLY_ANSWER,
    form="handed-over",
    clerical=True,
    basis="保守国家秘密法实施条例 第41条",
    within="review-target",
)
COMPETENT_DEPARTMENT = review(  # 不涉密，但无法确定是否适宜公开的，应与有关业务主管部门研究确定
    "competent-department",
    ("有关业务主管部门研究", "Study with the competent business department"),
    Position.COMPETENT_DEPARTMENT,
    actions=ONLY_ANSWER,
    opinion_for=ONLY_ANSWER,
    form="business-view",
    basis=BASIS,
    within="review-target",
)
COUNTY_OFFICE = review(  # 无法确定的，应报同级政府信息与政务公开主管部门确定
    "county-office",
    ("同级政务公开主管部门确定", "Decision of the openness authority"),
    Position.COUNTY_OFFICE,
    actions=ONLY_ANSWER,
    opinion_for=ONLY_ANSWER,
    form="determination",
    basis=BASIS,
    within="review-target",
)
FINAL_WORD = review(  # 本单位主要负责人是信息保密审查的“第一责任人”
    "final-word",
    ("主要负责人审定", "Final word of the head"),
    Position.HEAD,
    actions=ONLY_ANSWER,
    opinion_for=ONLY_ANSWER,
    form="final-word",
    signs=True,
    basis=BASIS,
    within="signature-target",
)


@procedure(
    "confidentiality-review",
    version=1,
    prefix="BM",
    title=("信息公开保密审查", "Confidentiality review"),
    source=BASIS,
    intake=ConfidentialityCase,
    forms={
        "item-review": ItemReview,
        "secrecy-office": SecrecyOffice,
        "referral": Referral,
        "authority-answer": AuthorityAnswer,
        "handed-over": HandedOver,
        "third-party-answer": ThirdPartyAnswer,
        "business-view": BusinessView,
        "determination": Determination,
        "final-word": FinalWord,
    },
    positions=(
        Position.DRAFTER,
        Position.SECTION_HEAD,
        Position.OFFICE,
        Position.DEPUTY_HEAD,
        Position.SECRECY_OFFICE,
        Position.HEAD,
        Position.SECRECY_AUTHORITY,
        Position.COMPETENT_DEPARTMENT,
        Position.COUNTY_OFFICE,
    ),
)
async def confidentiality_review(intake: ConfidentialityCase) -> str:
    """From the review of every item to one result. Returns the closing word."""

    def unsure_whether_secret(paper: Paper) -> bool:
        """无法确定是否涉密."""
        doubted = found(paper.said, ItemFinding.UNSURE_WHETHER_SECRET)
        return bool(doubted) or intake.doubt is Doubt.WHETHER_SECRET

    def unsure_whether_suitable(paper: Paper) -> bool:
        """不涉密，但无法确定是否适宜公开: the unit, whoever opened this case, or who found it not secret."""
        findings = (paper.said("secrecy-office", "finding"), paper.said("secrecy-authority", "finding"))
        return (
            bool(found(paper.said, ItemFinding.UNSURE_WHETHER_SUITABLE))
            or intake.doubt is Doubt.WHETHER_SUITABLE
            or SecrecyFinding.NOT_SECRET_BUT_UNSURE in findings
        )

    def without_doubt(paper: Paper) -> bool:
        return not unsure_whether_secret(paper) and not unsure_whether_suitable(paper)

    if intake.decided_on is not None:  # 国办发〔2018〕118号：行政许可、行政处罚决定7个工作日内公示
        await start_clock(
            "publication",
            ("决定的公示", "Publication of the decision"),
            Since(("决定之日", "day of the decision"), rule="licence-or-penalty", at=intake.decided_on),
            Since(("形成之日", "day of formation"), rule="publication-from-formation", at=intake.decided_on),
            basis="国办发〔2018〕118号；政府信息公开条例 第26条",
        )
    paper = await circulate(
        ITEM_REVIEW,
        SECTION_REVIEW,
        when(unsure_whether_secret, SECRECY_OFFICE),
        when(without_doubt, OFFICE_REVIEW),
        when(without_doubt, DEPUTY_HEAD),
        ends=lambda _paper: False,
    )
    if unsure_whether_secret(paper) and await found_to_be_secret(paper):
        return await ended_off_line()
    await third_parties_heard(paper)
    if unsure_whether_suitable(paper):
        view = await COMPETENT_DEPARTMENT
        paper.note(COMPETENT_DEPARTMENT, view)
        if view.answers["result"] == Suitability.UNSURE:
            paper.note(COUNTY_OFFICE, await COUNTY_OFFICE)
    result, ground = by_the_items(paper)
    if not without_doubt(paper) or result is Result.WITHHOLD or unconsented(paper.said):
        word = await FINAL_WORD
        paper.note(FINAL_WORD, word)
        result, ground = Result(word.answers["result"]), word.answers["ground"] or ""
    return await decided(result, ground, parts_withheld(paper, result))


def by_the_items(paper: Paper) -> tuple[Result, str]:
    """What the items come to where nobody doubts. 条例 第37条：作区分处理."""
    withheld = found(paper.said, ItemFinding.WITHHOLD)
    if not withheld and found(paper.said, ItemFinding.RELEASE, ItemFinding.THIRD_PARTY):
        return Result.RELEASE, ""
    if found(paper.said, ItemFinding.RELEASE, ItemFinding.THIRD_PARTY):
        return Result.PARTIAL, ""
    return Result.WITHHOLD, str(withheld[0]["ground"]) if withheld else ""


async def found_to_be_secret(paper: Paper) -> bool:
    """无法确定的，报请有权确定的机关确定: whether it is a state secret, by whoever may say so."""
    if paper.said("secrecy-office", "finding") != SecrecyFinding.UNSURE:
        return paper.said("secrecy-office", "finding") == SecrecyFinding.CLASSIFIED_ALREADY
    await start_clock(
        "secrecy-referral",
        SENT_UPWARD,
        Since(
            ("拟定之日", "day of the proposal"),
            rule="secrecy-referral",
            at=str(paper.said("secrecy-office", "proposed_on")),
        ),
        basis=ARTICLE_25,
    )
    sent = await REFERRAL
    await stop_clock("secrecy-referral", SENT_UPWARD, at=sent.answers["sent_at"], basis=ARTICLE_25)
    await start_clock(
        "secrecy-answer",
        ANSWERED,
        Since(("收到之日", "day of receipt"), rule="secrecy-answer", at=str(sent.answers["received_on"])),
        basis=ARTICLE_25,
    )
    answer = await AUTHORITY
    paper.note(AUTHORITY, answer)
    await stop_clock("secrecy-answer", ANSWERED, basis=ARTICLE_25)
    return bool(answer.answers["finding"] == AuthorityFinding.STATE_SECRET)


async def ended_off_line() -> str:
    """属于国家秘密的: a register line, nothing more on line (保密法实施条例 第41条)."""
    handed = await HANDING_OVER
    await record(
        "secrecy-register",
        ("涉密登记", "Secrecy register"),
        effect="register-secrecy-line",
        basis="保守国家秘密法实施条例 第41条",
        **handed.answers,
    )
    await record(
        "stored-content",
        ("已存内容处置", "What is stored of it"),
        effect="report-stored-secret",
        basis="保守国家秘密法实施条例 第41条",
    )
    await decided(Result.WITHHOLD, Ground.STATE_SECRET.value, [])
    return "属于国家秘密，仅留登记"


async def third_parties_heard(paper: Paper) -> None:
    """条例 第32条: 书面征求第三方的意见…15个工作日内；逾期未提出意见的，由行政机关决定是否公开."""
    asked_of = found(paper.said, ItemFinding.THIRD_PARTY)
    if asked_of:
        await all_of(*(third_party_heard(paper, place) for place in range(1, len(asked_of) + 1)))


async def third_party_heard(paper: Paper, place: int) -> None:
    """One letter and its answer, entered by the drafter's desk. Silence consents to nothing."""
    await review(
        f"consultation-{place}",
        (f"向第三方发出征求意见书（第{place}项）", f"Letter to the third party ({place})"),
        Position.DRAFTER,
        actions=ONLY_ANSWER,
        clerical=True,
        basis=ARTICLE_32,
        within="review-target",
    )
    answer = review(
        f"third-party-{place}",
        (f"登记第三方意见（第{place}项）", f"Answer of the third party ({place})"),
        Position.DRAFTER,
        actions=ONLY_ANSWER,
        form="third-party-answer",
        clerical=True,
        basis=ARTICLE_32,
        within="third-party-consultation",
        silence=ARTICLE_32,
    )
    outcome = await answer
    if not isinstance(outcome, Lapsed):
        paper.note(answer, outcome)


def parts_withheld(paper: Paper, result: Result) -> list[dict[str, Any]]:
    """条例 第37条: the parts withheld and why, by all who named any."""
    if result is not Result.PARTIAL:
        return []
    own = paper.said("final-word", "parts")
    return [*withheld_parts(paper.said), *(own if isinstance(own, list) else [])]


async def decided(result: Result, ground: str, parts: list[dict[str, Any]]) -> str:
    """The one result, for whoever waits for it; the parts and reasons are recorded in this case."""
    await record(
        "conclusion",
        ("登记所审文稿和不公开的部分", "Version reviewed, parts withheld"),
        effect="conclude-review",
        basis=f"{BASIS}；政府信息公开条例 第37条",
        parts=parts,
    )
    await reach(
        "decided",
        ("审查结论", "Result"),
        milestone="decided",
        basis=BASIS,
        result=result.value,
        ground=Ground.SEPARABLE.value if result is Result.PARTIAL else ground,
    )
    if result is Result.RELEASE:
        return "可以公开"
    if result is Result.PARTIAL:
        return "部分公开，理由已记录"
    return "不予公开"
