"""公众参与流程 Public participation: 应急厅函〔2019〕390号 四(四), read sentence by sentence.

Before a major decision the draft is put before the public and comments are invited; every comment gets an
answer, and what became of them is published. The numbers are those of 重大行政决策程序暂行条例 (713).
"""

from flows.disclosure_forms import ConfidentialityReview
from flows.issuing import ISSUING_FORMS, issue_and_publish
from flows.public_participation_forms import (
    Dispositions,
    Event,
    Exemption,
    HearingList,
    HearingPapers,
    HearingRecord,
    HearingReport,
    HearingRules,
    Participation,
    Plan,
    Signature,
    Submission,
)
from flows.referral import refer
from rules.participation import ParticipationForm
from rules.positions import Position
from tasks import (
    APPROVE_OR_RETURN,
    APPROVE_RETURN_OR_DISAGREE,
    Action,
    Done,
    Drafting,
    Paper,
    Since,
    all_of,
    await_case,
    circulate,
    open_case,
    procedure,
    reach,
    record,
    review,
    start_clock,
    stop_clock,
    wait_until,
    when,
)

APPROVE = (Action.APPROVE,)
COMMENTS = ("公开征求意见", "Comments of the public")
PAPERS = ("听证材料送达", "Papers for the hearing")
LEGALITY = ("送请合法性审查", "Delivery for the legality review")


def emergency(paper: Paper) -> bool:
    """713 art. 3: 突发事件应急处置决策不适用."""
    return bool(paper.said("plan", "emergency_reason"))


def to_the_public(paper: Paper) -> bool:
    """An announcement is to be made."""
    return not emergency(paper)


def exempted(paper: Paper) -> bool:
    """The head has approved that the procedure does not apply."""
    return emergency(paper) and paper.stands("exemption") and not paper.outcomes["exemption"].rejected


DRAFTING = review(
    "drafting",
    ("编制公告、草案、依据、说明", "Drafting the announcement, draft, basis and explanation"),
    Position.DRAFTER,
    actions=APPROVE,
    form="drafting",
    edits_document=True,
    basis="应急厅函〔2019〕390号 四(四)1",
    within="review-target",
)
PLAN = review(
    "plan",
    ("拟定参与方式", "Plan of participation"),
    Position.DRAFTER,
    actions=APPROVE_OR_RETURN,
    form="plan",
    basis="应急厅函〔2019〕390号 四(四)1；重大行政决策程序暂行条例 第14、15条",
    within="review-target",
)
EXEMPTION = review(
    "exemption",
    ("批准不适用", "Approval of the exemption"),
    Position.HEAD,
    actions=APPROVE_RETURN_OR_DISAGREE,
    form="exemption",
    signs=True,
    basis="重大行政决策程序暂行条例 第3条",
    within="signature-target",
)
SECTION_REVIEW = review(
    "section-review",
    ("股室审核", "Section review"),
    Position.SECTION_HEAD,
    actions=APPROVE_RETURN_OR_DISAGREE,
    basis="应急厅函〔2019〕390号 四(四)1",
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
OPENNESS_REVIEW = review(
    "openness-review",
    ("政务公开审查", "Openness review"),
    Position.OPENNESS_OFFICE,
    actions=APPROVE_RETURN_OR_DISAGREE,
    basis="应急厅函〔2019〕390号 四(四)1",
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
    "public-participation",
    version=1,
    prefix="CY",
    title=("公众参与", "Public participation"),
    source="应急厅函〔2019〕390号 四(四)",
    intake=Participation,
    forms={
        "drafting": Drafting,
        "plan": Plan,
        "exemption": Exemption,
        "confidentiality": ConfidentialityReview,
        "signature": Signature,
        "event": Event,
        "hearing-rules": HearingRules,
        "hearing-list": HearingList,
        "hearing-papers": HearingPapers,
        "hearing-record": HearingRecord,
        "hearing-report": HearingReport,
        "dispositions": Dispositions,
        "submission": Submission,
        **ISSUING_FORMS,
    },
    positions=(
        Position.DRAFTER,
        Position.SECTION_HEAD,
        Position.LEGAL_OFFICE,
        Position.OFFICE,
        Position.OPENNESS_OFFICE,
        Position.DEPUTY_HEAD,
        Position.HEAD,
        Position.PUBLISHER,
    ),
)
async def public_participation(_intake: Participation) -> str:
    """From the announcement to the published outcome. Returns the closing word."""
    paper = await circulate(  # 1. 重大决策预公开。重大政策措施制定前，承办单位应提前…
        DRAFTING,
        PLAN,
        when(emergency, EXEMPTION),  # 713 art. 3: 突发事件应急处置决策不适用
        when(to_the_public, SECTION_REVIEW),
        when(to_the_public, LEGALITY_REVIEW),
        when(to_the_public, OPENNESS_REVIEW),
        when(to_the_public, CONFIDENTIALITY_REVIEW),  # 五(三) 拟公开的信息应由制作或保存单位进行保密审查
        refer(),  # 五(三) 无法确定的，报请有权确定的机关确定
        when(to_the_public, DEPUTY_HEAD_REVIEW),
        when(to_the_public, SIGNATURE),
        ends=exempted,
    )
    if emergency(paper):
        return "应急处置决策，不适用" if exempted(paper) else "未予批准"
    if paper.outcomes["signature"].rejected:
        return "未予签发"
    plan = paper.outcomes["plan"].answers
    _numbering, published = await issue_and_publish(paper.version)  # …向社会公布决策草案、决策依据等信息
    await participate(plan, published)  # …并向社会公开征求意见
    outcome = await publish_outcome()  # 2. 公众意见建议采纳情况公开
    await record(
        "outcome-disclosed",
        ("采纳情况公布", "Outcome published"),
        effect="disclose-outcome",
        basis="应急厅函〔2019〕390号 四(四)2",
        number=outcome,
    )
    await reach(
        "outcome-published",
        ("采纳情况已公布", "The outcome is public"),
        milestone="outcome-published",
        basis="应急厅函〔2019〕390号 四(四)2",
    )
    await submit()  # 713 arts. 25, 26: 采纳情况公布后方可送审
    return "采纳情况已公布，已送审"


async def participate(plan: dict[str, object], published: Done) -> None:
    """1. …通过政府网站、听证座谈、咨询协商、列席会议、媒体吹风等方式: those chosen, side by side."""
    chosen = [ParticipationForm(str(form)) for form in plan["forms"]]  # type: ignore[attr-defined]
    online = ParticipationForm.WEBSITE in chosen
    until = None
    if online:
        window = await start_clock(  # 713 art. 15: 公开征求意见的期限一般不少于30日
            "comment-window",
            COMMENTS,
            Since(
                ("公告公布之日", "publication of the announcement"),
                rule="comment-window",
                at=published.facts["published_at"],
                number=int(str(plan["days"])),
            ),
            basis="重大行政决策程序暂行条例 第15条",
            ends="arrive",
        )
        until = window.facts["due"]
    await record(
        "comments-open",
        ("开始接收意见", "Comments are accepted"),
        effect="open-comments",
        basis="应急厅函〔2019〕390号 四(四)1",
        published_at=published.facts["published_at"],
        until=until,
        online=online,
    )
    events = (ParticipationForm.CONSULTATION, ParticipationForm.MEETING, ParticipationForm.BRIEFING)
    branches = [held(form) for form in events if form in chosen]
    if ParticipationForm.HEARING in chosen:
        branches.append(hearing())
    if online:
        branches.append(window_over())
    await all_of(*branches)
    await record(
        "comments-closed",
        ("意见接收截止", "The window is over"),
        effect="close-comments",
        basis="应急厅函〔2019〕390号 四(四)1",
    )


async def window_over() -> None:
    """No comment is late, and none is cut short: the time itself is waited for."""
    await wait_until(
        "window-over",
        ("等待征求意见期满", "The window for comments"),
        clock="comment-window",
        basis="重大行政决策程序暂行条例 第15条",
    )


async def held(form: ParticipationForm) -> None:
    """咨询协商、列席会议、媒体吹风: records of one kind."""
    said = await review(
        form.value,
        form.names,
        Position.DRAFTER,
        actions=APPROVE,
        form="event",
        basis="应急厅函〔2019〕390号 四(四)1",
    )
    await record(
        f"{form.value}-record",
        (f"登记{form.names[0]}", f"{form.names[1]} recorded"),
        effect="record-consultation-event",
        basis="应急厅函〔2019〕390号 四(四)1",
        form=form.value,
        **said.answers,
    )


async def hearing() -> None:
    """听证座谈: 713 arts. 16, 17."""
    rules = await review(
        "hearing-rules",
        ("公布听证时间、地点和遴选办法", "Day, place and selection rules published"),
        Position.DRAFTER,
        actions=APPROVE,
        form="hearing-rules",
        basis="重大行政决策程序暂行条例 第16条",
    )
    listed = await review(
        "hearing-list",
        ("公布参加人名单", "List of participants published"),
        Position.DRAFTER,
        actions=APPROVE,
        form="hearing-list",
        basis="重大行政决策程序暂行条例 第16条",
    )
    await start_clock(  # 召开听证会7日前，将材料送达参加人
        "hearing-papers",
        PAPERS,
        Since(("听证会召开", "the hearing"), rule="hearing-papers", at=rules.answers["held_on"]),
        basis="重大行政决策程序暂行条例 第16条",
    )
    papers = await review(
        "hearing-papers",
        ("送达听证材料", "Papers reach the participants"),
        Position.DRAFTER,
        actions=APPROVE,
        form="hearing-papers",
        basis="重大行政决策程序暂行条例 第16条",
    )
    put_off = papers.answers["held_on"] is not None
    await stop_clock(  # a hearing that was put off has its papers in time for the new day, not for the old
        "hearing-papers", PAPERS, at=papers.answers["delivered_on"], met=not put_off
    )
    record_ = await review(  # 听证会由听证主持人主持；制作笔录，由参加人签字确认
        "hearing",
        ("听证并签字确认笔录", "Hearing held, record signed"),
        Position.HEARING_CHAIR,
        actions=APPROVE,
        form="hearing-record",
        basis="重大行政决策程序暂行条例 第17条",
    )
    await review(
        "hearing-report",
        ("形成听证报告", "Report of the hearing"),
        Position.DRAFTER,
        actions=APPROVE,
        form="hearing-report",
        basis="重大行政决策程序暂行条例 第17条",
        within="review-target",
    )
    await record(
        "hearing-recorded",
        ("登记听证", "Hearing recorded"),
        effect="record-consultation-event",
        basis="应急厅函〔2019〕390号 四(四)1",
        form=ParticipationForm.HEARING.value,
        held_on=papers.answers["held_on"] or rules.answers["held_on"],
        place=rules.answers["place"],
        participants="、".join(each["name"] for each in listed.answers["participants"]),
        summary=record_.answers["summary"],
    )


async def publish_outcome() -> str:
    """2. 认真收集、整理和分析公众提出的意见建议…采纳情况应予公布. Gives the number of the case that did.

    Also with no comment at all. An outcome that is not signed sends the dispositions back.
    """
    while True:
        await review(
            "dispositions",
            ("逐条处理意见", "Disposition of every comment"),
            Position.DRAFTER,
            actions=APPROVE,
            form="dispositions",
            basis="应急厅函〔2019〕390号 四(四)2",
            within="review-target",
        )
        await record(
            "comments-settled",
            ("意见处理完毕", "Every comment has its disposition"),
            effect="settle-comments",
            basis="应急厅函〔2019〕390号 四(四)2",
        )
        opened = await open_case(
            "outcome",
            ("采纳情况公布", "Publication of the outcome"),
            procedure="participation-outcome",
            named_as="participation",
            basis="应急厅函〔2019〕390号 四(四)2",
        )
        number = str(opened.facts["number"])
        reached = await await_case("outcome-awaited", ("等待采纳情况公布", "Waiting for the outcome"), number)
        if reached.outcome != "未予签发":
            return number
        await record(
            "comments-reopened",
            ("重新处理意见", "Dispositions are given anew"),
            effect="reopen-comments",
            basis="应急厅函〔2019〕390号 四(四)2",
        )


async def submit() -> None:
    """送审: 合法性审查的时间不少于7个工作日 (713 art. 26), counted back from the discussion."""
    said = await review(
        "submission",
        ("送审", "Submission"),
        Position.DRAFTER,
        actions=APPROVE,
        form="submission",
        basis="重大行政决策程序暂行条例 第25、26条",
    )
    await start_clock(
        "legality-review",
        LEGALITY,
        Since(("提请讨论", "the discussion"), rule="legality-review", at=said.answers["discussed_on"]),
        basis="重大行政决策程序暂行条例 第26条",
    )
    await stop_clock("legality-review", LEGALITY, at=said.answers["delivered_on"])
