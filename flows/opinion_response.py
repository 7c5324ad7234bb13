"""回应关切流程 Opinion response: 应急厅函〔2019〕390号 四(三), read sentence by sentence.

What worries the public is registered when it is seen, assessed, answered by the unit whose matter it is, and
told of until it is over. Hours run from first seen, also at night and at weekends.

Over 300 lines because the whole procedure stands here: its steps, and to assess, to answer, to keep informed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flows.disclosure_forms import ConfidentialityReview
from flows.opinion_forms import (
    AnswerDraft,
    Assessment,
    Evaluation,
    FollowUp,
    Next,
    PressConference,
    PublicOpinion,
    Received,
    Releases,
    RumourLeads,
    Truth,
    Verification,
)
from flows.referral import refer
from rules.positions import Position
from tasks import (
    APPROVE_OR_RETURN,
    Action,
    Paper,
    SigningOrder,
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

BASIS = "应急厅函〔2019〕390号 四(三)"
FIRST_SEEN = ("首次发现", "first seen")
ANSWER = ("回应政务舆情", "Answer to public opinion")
INFORMATION = ("发布权威信息", "Authoritative information")
CONFERENCE = ("举行新闻发布会", "Press conference")

ONLY_APPROVE = (Action.APPROVE,)
APPROVE_RETURN_OR_ASSESS_AGAIN = (Action.APPROVE, Action.RETURN, Action.REJECT)
"""不同意: the matter is not what it was assessed to be, or not this unit's; it is assessed again."""

VERIFICATION = review(
    "verification",
    ("核实", "Verification"),
    Position.SECTION_HEAD,
    actions=ONLY_APPROVE,
    form="verification",
    basis=f"{BASIS}2",
    within="opinion-assessment-target",
)
ASSESSMENT = review(
    "assessment",
    ("研判", "Assessment"),
    Position.OPENNESS_OFFICE,
    actions=ONLY_APPROVE,
    form="assessment",
    basis=f"{BASIS}2",
    within="opinion-assessment-target",
)
CONFIDENTIALITY_REVIEW = review(
    "confidentiality-review",
    ("保密审查", "Confidentiality review"),
    Position.OPENNESS_OFFICE,
    actions=APPROVE_RETURN_OR_ASSESS_AGAIN,
    opinion_for=APPROVE_RETURN_OR_ASSESS_AGAIN,
    form="confidentiality",
    basis="应急厅函〔2019〕390号 五(三)",
    within="opinion-desk-target",
)
DEPUTY_HEAD_REVIEW = review(
    "deputy-head-review",
    ("分管负责人审核", "Deputy head review"),
    Position.DEPUTY_HEAD,
    actions=APPROVE_RETURN_OR_ASSESS_AGAIN,
    basis="应急厅函〔2019〕390号 四(二)5",
    within="opinion-desk-target",
)
SIGNATURE = review(
    "signature",
    ("主要负责人审定", "Decision of the head"),
    Position.HEAD,
    actions=APPROVE_OR_RETURN,  # 不予回应 is no outcome: the duty to answer remains
    signs=True,
    basis="应急厅函〔2019〕390号 四(二)5、五(三)",
    within="opinion-desk-target",
)
FOLLOW_UP = review(
    "follow-up",
    ("续报或办结", "Update or close"),
    Position.OPENNESS_OFFICE,
    actions=ONLY_APPROVE,
    form="follow-up",
    basis=f"{BASIS}3",
    within="opinion-follow-up-target",
)
RUMOUR_LEADS = review(
    "rumour-leads",
    ("造谣线索移交", "Leads on rumours to the police"),
    Position.OPENNESS_OFFICE,
    actions=ONLY_APPROVE,
    form="rumour-leads",
    basis=f"{BASIS}4",
    within="opinion-closing-target",
)
EVALUATION = review(
    "evaluation",
    ("评估", "Evaluation"),
    Position.OPENNESS_OFFICE,
    actions=ONLY_APPROVE,
    form="evaluation",
    basis="应急厅函〔2019〕390号 五(二)",
    within="opinion-closing-target",
)


@dataclass(frozen=True)
class Situation:
    """How a matter stands: the last assessment, and what was set going because of it."""

    emergency: bool
    said: Mapping[str, Any] = field(default_factory=dict)
    reported_as: tuple[str, ...] = ()
    conference: bool = False

    @property
    def report(self) -> str:
        """As what it is to be reported now: an emergency is told anew; empty: there is nothing to report."""
        if self.emergency:
            return "" if "emergency" in self.reported_as else "emergency"
        beyond = self.said["beyond_capacity"] or self.said["departments"]
        return "opinion" if beyond and not self.reported_as else ""


def to_be_assessed_again(paper: Paper) -> bool:
    """Some desk says that the assessment does not hold."""
    return any(outcome.rejected for outcome in paper.outcomes.values())


@procedure(
    "opinion-response",
    version=1,
    prefix="HY",
    title=("回应关切", "Opinion response"),
    source="应急厅函〔2019〕390号 四(三)",
    intake=PublicOpinion,
    forms={
        "verification": Verification,
        "assessment": Assessment,
        "drafting": AnswerDraft,
        "confidentiality": ConfidentialityReview,
        "releases": Releases,
        "press-conference": PressConference,
        "received": Received,
        "follow-up": FollowUp,
        "rumour-leads": RumourLeads,
        "evaluation": Evaluation,
    },
    positions=(
        Position.MONITOR,
        Position.SECTION_HEAD,
        Position.OPENNESS_OFFICE,
        Position.DEPUTY_HEAD,
        Position.HEAD,
        Position.SPOKESPERSON,
        Position.PUBLICITY,
        Position.CYBERSPACE,
        Position.SUPERIOR,
        Position.COUNTY_OFFICE,
    ),
    opened_by=Position.MONITOR,
)
async def opinion_response(intake: PublicOpinion) -> str:
    """From first seen to the evaluation. Returns the closing word.

    1. 各单位要安排专人加强对主要网络媒体及传统媒体的日常监测: the monitor registers what was seen.
    """
    at_first = Situation(intake.emergency)
    await duty_begins(intake, at_first)
    if (
        not intake.emergency
    ):  # 3. 涉及重大突发事件的，要第一时间发现、处置与发声: nothing comes before the assessment
        await VERIFICATION
    at_last = await assess_and_answer(intake, at_first)
    if at_last.said["truth"] != Truth.TRUE:
        await RUMOUR_LEADS
    await EVALUATION
    await record("response-time", ("回应用时", "Response time"), effect="reckon-response", basis=f"{BASIS}3")
    return "办结"


async def duty_begins(intake: PublicOpinion, now: Situation) -> None:
    """What has to be done in time, from first seen on, whenever it was entered or assessed."""
    seen = intake.first_seen_at
    if not now.emergency:  # 3. 对政务舆情原则上应在48小时内予以回应
        since = Since(FIRST_SEEN, rule="opinion-response", at=seen)
        await start_clock("opinion-response", ANSWER, since, basis=f"{BASIS}3")
        return
    # 国办发〔2016〕80号: 最迟要在5小时内发布权威信息，在24小时内举行新闻发布会
    await start_clock(
        "emergency-information",
        INFORMATION,
        Since(FIRST_SEEN, rule="emergency-information", at=seen),
        basis="国办发〔2016〕80号",
    )
    await start_clock(
        "emergency-press-conference",
        CONFERENCE,
        Since(FIRST_SEEN, rule="emergency-press-conference", at=seen),
        basis="国办发〔2016〕80号",
    )


async def duty_is_gone(before: Situation) -> None:
    """Another assessment, another duty: the old one is neither met nor missed."""
    if not before.emergency:
        await stop_clock("opinion-response", ANSWER, met=False, basis=f"{BASIS}2")
        return
    await stop_clock("emergency-information", INFORMATION, met=False, basis=f"{BASIS}2")
    await stop_clock("emergency-press-conference", CONFERENCE, met=False, basis=f"{BASIS}2")


async def assess_and_answer(intake: PublicOpinion, before: Situation) -> Situation:
    """2. 加强科学研判…做好舆情风险评估: and all that follows. Returns how the matter stands at the end."""
    assessed = await ASSESSMENT
    now = replace(before, emergency=assessed.answers["emergency"], said=assessed.answers)
    if now.emergency != before.emergency:
        await duty_is_gone(before)
        await duty_begins(intake, now)
    if not now.report:
        return await answer(intake, now)
    # 4. 要及时向宣传、网信、应急、政务公开等有关部门报告，并提出回应处置建议: side by side with the answer
    reports = reports_of(now.report)
    at_last: Situation
    at_last, *_ = await all_of(
        answer(intake, replace(now, reported_as=(*now.reported_as, now.report))), *reports
    )
    return at_last


def reports_of(kind: str) -> list[Any]:
    """The report to each of the four; none of them holds the release up."""
    return [
        review(
            f"{kind}-report-{position.value.replace('_', '-')}",
            (f"升级报告：{body[0]}", f"Escalation report: {body[1]}"),
            position,
            actions=ONLY_APPROVE,
            form="received",
            basis=f"{BASIS}4",
            within="opinion-report-target",
        )
        for position, body in (
            (Position.PUBLICITY, ("宣传", "publicity")),
            (Position.CYBERSPACE, ("网信", "cyberspace")),
            (Position.SUPERIOR, ("应急", "emergency management")),
            (Position.COUNTY_OFFICE, ("政务公开", "openness")),
        )
    ]


async def answer(intake: PublicOpinion, now: Situation) -> Situation:
    """3. 妥善处置回应: the first release meets the duty; a major emergency has its press conference too."""
    paper = await text_for_release(now)
    if to_be_assessed_again(paper):
        return await assess_and_answer(intake, now)
    assert paper.version is not None  # decided, so there is a version
    released_at = await log_release(paper.version)
    key, title = ("emergency-information", INFORMATION) if now.emergency else ("opinion-response", ANSWER)
    await stop_clock(key, title, at=released_at, basis=f"{BASIS}3")
    await reach("answered", ("已回应", "Answered"), milestone="answered", released_at=released_at)
    if not now.emergency or now.conference:
        return await keep_informed(intake, now)
    at_last: Situation
    at_last, _ = await all_of(
        keep_informed(intake, replace(now, conference=True)), press_conference(paper.version)
    )
    return at_last


async def text_for_release(now: Situation) -> Paper:
    """4. 坚持“谁主管谁发声、谁处置谁发声”: the owner writes, the others sign along, the head decides."""
    owner, joint = now.said["owner"], now.said["joint"]
    drafting = review(
        "drafting",
        ("起草回应口径", "Drafting the answer"),
        Position.SECTION_HEAD,
        units=(owner,) if owner else (),
        actions=(Action.APPROVE, Action.REJECT),
        form="drafting",
        edits_document=True,
        clerical=True,  # whoever wrote it may write it again
        basis=f"{BASIS}4",
        within="opinion-desk-target",
    )
    joint_signing = review(
        "joint-signing",
        ("会签", "Joint signing"),
        *[Position.SECTION_HEAD] * len(joint),
        units=tuple(joint),
        order=SigningOrder.ALL,
        actions=APPROVE_OR_RETURN,
        basis=f"{BASIS}4",
        within="opinion-desk-target",
    )
    return await circulate(
        drafting,
        when(lambda _: bool(joint), joint_signing),
        CONFIDENTIALITY_REVIEW,
        refer(),  # 五(三) 无法确定的，报请有权确定的机关确定
        DEPUTY_HEAD_REVIEW,
        SIGNATURE,
        ends=to_be_assessed_again,
    )


async def log_release(version: int) -> str:
    """3. 二是构建立体回应渠道: each with its channel and address. Returns the instant of the first."""
    release = await review(
        "release",
        ("发布并登记", "Release, logged"),
        Position.SPOKESPERSON,
        actions=ONLY_APPROVE,
        form="releases",
        clerical=True,
        version=version,
        basis=f"{BASIS}3",
        within="opinion-desk-target",
    )
    logged = await record(
        "release-log",
        ("登记发布", "Release log"),
        effect="log-releases",
        basis=f"{BASIS}3",
        document_version_id=version,
        releases=release.answers["releases"],
    )
    return str(logged.facts["first_released_at"])


async def press_conference(version: int) -> None:
    """国办发〔2016〕80号: on what was decided for release, beside the rolling releases."""
    held = await review(
        "press-conference",
        ("新闻发布会", "Press conference"),
        Position.SPOKESPERSON,
        actions=ONLY_APPROVE,
        form="press-conference",
        clerical=True,
        version=version,
        basis="国办发〔2016〕80号",
    )
    logged = await record(
        "press-conference-log",
        ("登记新闻发布会", "Press conference logged"),
        effect="log-releases",
        basis="国办发〔2016〕80号",
        document_version_id=version,
        releases=[
            {
                "channel": "新闻发布会",
                "address": held.answers["address"],
                "released_at": held.answers["held_at"],
            }
        ],
    )
    await stop_clock(
        "emergency-press-conference",
        CONFERENCE,
        at=logged.facts["first_released_at"],
        basis="国办发〔2016〕80号",
    )


async def keep_informed(intake: PublicOpinion, now: Situation) -> Situation:
    """3. 并根据工作进展情况持续发布权威信息, until it is over or is not what it was."""
    while (turn := await FOLLOW_UP).answers["next"] != Next.CLOSE:
        if turn.answers["next"] == Next.ASSESS_AGAIN:
            return await assess_and_answer(intake, now)
        paper = await text_for_release(now)
        if to_be_assessed_again(paper):
            return await assess_and_answer(intake, now)
        assert paper.version is not None
        await log_release(paper.version)
    return now
