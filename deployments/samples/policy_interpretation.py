"""The samples of 政策解读: each begins with its document, which opens the interpretation beside it."""

from datetime import date
from typing import Any

from deployments.samples.interpreting import interpretation_of
from deployments.samples.proactive_disclosure import in_the_name_of_the_county
from deployments.samples.story import Sample, Scripted, at_ten, draft_of, intake_of


def _rewards(raw: dict[str, Any], _today: date) -> Sample:
    """JD-01: document and interpretation signed together and public on one day."""
    signed, issued = (date.fromisoformat(raw["dates"][name]) for name in ("签发", "印发日期"))
    material = interpretation_of(
        raw,
        "发现身边的安全隐患怎么办？打个电话就能举报。谁来管、多久回话、能拿多少奖金、会不会泄露姓名，"
        "这五个大家最关心的问题，我们逐个讲给您听。",
        answered_by="head",
    )
    return Sample(
        id=raw["id"],
        title=raw["title"],
        intake=intake_of(raw, doc_type="办法", legality_review=True),
        draft=draft_of(raw, title="青岭县安全生产举报奖励办法", body=raw["body"].partition("解读含")[0]),
        script={
            ("drafting", 0): Scripted(
                opinion="需要解读，材料同步送审。", answers={"circumstances": ["wide", "livelihood"]}
            ),
            ("confidentiality-review", 0): Scripted(
                opinion="不涉密，适宜公开。", answers={"finding": "not_secret_and_suitable"}
            ),
            ("signature", 0): Scripted(opinion="文件与解读一并签发。", at=at_ten(signed)),
            ("issue", 0): Scripted(
                opinion="已编号、用印、印发。",
                answers={
                    "formed_on": signed.isoformat(),
                    "issued_on": issued.isoformat(),
                    "doc_no": raw["doc_no"].partition("(")[0],
                },
                at=at_ten(issued),
            ),
            ("paper-copy", 0): Scripted(
                opinion="已移送。", answers={"moved_on": issued.isoformat(), "receipt": "查阅点收据"}
            ),
        },
        outcome="办结",
        beside=(material,),
    )


def _emergency_plan(raw: dict[str, Any], today: date) -> Sample:
    """JD-02: with ZD-03, whose document it interprets; the talk with 宣传 and 网信 is on 6 May."""
    return in_the_name_of_the_county(raw, today)


def _duty_rules(raw: dict[str, Any], _today: date) -> Sample:
    """JD-04: on request only, so nothing is interpreted, and the reason is on record."""
    issued = date.fromisoformat(raw["dates"]["印发日期"])
    dates = {"formed_on": issued.isoformat(), "issued_on": issued.isoformat()}
    return Sample(
        id=raw["id"],
        title=raw["title"],
        intake=intake_of({**raw, "doc_type": "其他"}),
        draft=draft_of(raw),
        script={
            ("issue", 0): Scripted(opinion="已印发。", answers={**dates, "doc_no": raw["doc_no"]}),
        },
        outcome="已印发并标注",
    )


SCRIPTS = {"JD-01": _rewards, "JD-02": _emergency_plan, "JD-04": _duty_rules}
