"""The samples of 主动公开: what a clerk would do with each."""

from datetime import date
from typing import Any

from deployments.samples.interpreting import interpretation_of
from deployments.samples.story import Sample, Scripted, at_ten, draft_of, intake_of, issue_of, raw_case


def _whole_way(raw: dict[str, Any], today: date) -> Sample:
    """ZD-01: from the draft to the reading room without a return."""
    return Sample(
        id=raw["id"],
        title=raw["title"],
        intake=intake_of(raw),
        draft=draft_of(raw),
        script={
            ("drafting", 0): Scripted(opinion="请审核。公开属性：主动公开。"),
            ("section-review", 0): Scripted(opinion="内容属实，同意送审。"),
            ("legality-review", 0): Scripted(opinion="未发现与上位法抵触，同意。"),
            ("office-review", 0): Scripted(opinion="格式、行文规则符合要求。"),
            ("confidentiality-review", 0): Scripted(
                opinion="逐项审查，不涉及国家秘密，适宜公开。", answers={"finding": "not_secret_and_suitable"}
            ),
            ("deputy-head-review", 0): Scripted(opinion="同意，报主要负责人签发。"),
            ("signature", 0): Scripted(opinion="同意印发。"),
            ("issue", 0): issue_of(raw, today),
            ("paper-copy", 0): Scripted(
                opinion="已移送。",
                answers={"moved_on": today.isoformat(), "receipt": "青岭县政务服务中心查阅点收据"},
            ),
        },
        outcome="办结",
    )


def _returned_for_its_ground(raw: dict[str, Any], today: date) -> Sample:
    """ZD-02: withheld without a ground; the openness office returns it once; then 16-1, up to the marking."""
    return Sample(
        id=raw["id"],
        title=raw["title"],
        intake=intake_of(raw),
        draft=draft_of(raw, ground_text="涉及内部工作"),
        script={
            ("openness-review", 1): Scripted(
                action="return",
                opinion="拟不予公开须写明条例条款，请补充法定依据后重新送审。",
                return_to="drafting",
            ),
            ("drafting", 2): Scripted(
                opinion="已补充依据：条例第16条第1款。",
                answers={"ground": "16-1", "ground_text": "内部工作流程"},
            ),
            ("openness-review", 2): Scripted(opinion="依据充分，同意不予公开。"),
            ("issue", 0): issue_of(raw, today),
        },
        outcome="已印发并标注",
    )


def _register_line_only(raw: dict[str, Any], today: date) -> Sample:
    """ZD-05: a state secret is claimed; the body is refused, then only the register line is taken."""
    handed_over = min(date.fromisoformat(raw["dates"]["登记"]), today).isoformat()
    intake = intake_of(raw, state_secret=True, legality_review=False)
    return Sample(
        id=raw["id"],
        title=raw["title"],
        intake=intake,
        draft={},
        script={
            ("drafting", 0): Scripted(
                answers={"state_secret": True, "source_unit": "上级来文单位", "handed_over_on": handed_over},
            ),
            ("secrecy-review-first", 0): Scripted(
                opinion="来文为标密文件，属派生定密，线下办理。",
                answers={"outcome": "来文为标密文件，转涉密渠道办理"},
            ),
        },
        outcome="线上终止，仅留登记",
        refused={"intake": intake, "draft": draft_of(raw)},
    )


def in_the_name_of_the_county(sample: dict[str, Any], _today: date) -> Sample:
    """ZD-03 and JD-02: of the county's office, annex 3 withheld; passes the standing meeting; both are public
    on one day. Told of either sample: they are one document and its interpretation.
    """
    raw, about = raw_case("ZD-03"), raw_case("JD-02")
    dates = {
        name: date.fromisoformat(raw["dates"][name]) for name in ("县政府常务会议", "成文日期", "印发日期")
    }
    meeting, formed, issued = dates.values()
    return Sample(
        id=sample["id"],
        title=sample["title"],
        intake=intake_of(raw, in_the_name_of="county_office", legality_review=True),
        draft=draft_of(raw),
        script={
            ("drafting", 0): Scripted(
                opinion="公开属性建议：主动公开，附件3不公开。",
                answers={"circumstances": ["livelihood", "vital_interests", "standing_meeting"]},
            ),
            ("confidentiality-review", 0): Scripted(
                opinion="不涉密；附件3含手机号，区分处理后公开。", answers={"finding": "parts_withheld"}
            ),
            ("county-office-review", 0): Scripted(opinion="公开属性建议明确，同意。"),
            ("standing-meeting", 0): Scripted(
                opinion="常务会议审议通过。",
                answers={"held_on": meeting.isoformat(), "decision": "passed"},
                at=at_ten(meeting),
            ),
            ("issue", 0): Scripted(
                opinion="已编号、用印、印发。",
                answers={
                    "formed_on": formed.isoformat(),
                    "issued_on": issued.isoformat(),
                    "doc_no": raw["doc_no"],
                },
                at=at_ten(issued),
            ),
            ("redaction", 0): Scripted(
                opinion="附件3已删除手机号。",
                answers={
                    "body": raw["body"].replace(
                        "附件3为县级救灾物资储备库点位及保管员姓名、手机号。", "附件3略。"
                    ),
                    "redactions": [
                        {"part": "附件3 保管员姓名、手机号", "ground": "15b", "reason": "个人隐私"}
                    ],
                },
            ),
            ("redaction-review", 0): Scripted(
                opinion="处理本不涉密，适宜公开。", answers={"finding": "not_secret_and_suitable"}
            ),
            ("paper-copy", 0): Scripted(
                opinion="已移送。",
                answers={"moved_on": issued.isoformat(), "receipt": "青岭县政务服务中心查阅点收据"},
            ),
        },
        outcome="办结",
        beside=(
            interpretation_of(
                about,
                "受灾了能领到哪些补助？冬春救助的标准有变化，倒了房子的乡亲要在规定时间内申请重建补助，"
                "怎么申请、找谁申请，下面说给您听。",
                before=about["dates"]["宣传网信沟通"],
                answered_by="spokesperson",
                interview=True,
            ),
        ),
    )


SCRIPTS = {
    "ZD-01": _whole_way,
    "ZD-02": _returned_for_its_ground,
    "ZD-03": in_the_name_of_the_county,
    "ZD-05": _register_line_only,
}
