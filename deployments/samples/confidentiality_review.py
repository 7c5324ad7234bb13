"""The samples of 信息公开保密审查: who finds what, and on which day."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from deployments.samples.story import Sample, Scripted, drafted

PROCEDURE = "confidentiality-review"
_ZONE = ZoneInfo("Asia/Shanghai")


def _at(day: str, hour: int = 10) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(hour), _ZONE)


def _said(day: str, opinion: str, hour: int = 10, **answers: Any) -> Scripted:
    return Scripted(opinion=opinion, answers=answers, at=_at(day, hour))


def _item(item: str, finding: str, reason: str = "", ground: str | None = None) -> dict[str, Any]:
    return {"item": item, "finding": finding, "ground": ground, "reason": reason}


def _sample(
    raw: dict[str, Any], script: dict[str, Scripted], outcome: str, *, begins: str, **intake: Any
) -> Sample:
    return Sample(
        id=raw["id"],
        title=raw["title"],
        intake={**drafted(raw), "subject": raw["title"], **intake},
        draft={},
        script={(step, 0): said for step, said in script.items()},
        outcome=outcome,
        procedure=PROCEDURE,
        begins=_at(begins, 8),
    )


def _privacy_removed(raw: dict[str, Any], _today: date) -> Sample:
    """BM-01: a penalty is shown within 7 working days, without what is private."""
    days = raw["dates"]
    private = "属个人隐私，删除后公开其余部分"
    script = {
        "item-review": _said(
            days["送审"],
            "逐项审查，删除个人隐私后公开。",
            items=[
                _item("处罚决定书正文", "release"),
                _item("法定代表人身份证号、住址", "withhold", private, "15b"),
                _item("含人像的现场照片", "withhold", private, "15b"),
            ],
        ),
        "section-review": _said(days["送审"], "审查意见属实，同意。", 11),
        "office-review": _said("2026-06-05", "同意。"),
        "deputy-head-approval": _said("2026-06-05", "同意脱敏后公开。", 15),
    }
    return _sample(raw, script, "部分公开，理由已记录", begins=days["送审"], decided_on=days["处罚决定"])


def _referred_to_the_authority(raw: dict[str, Any], _today: date) -> Sample:
    """BM-02: neither the unit nor the secrecy office can tell; nothing is public until the authority says."""
    days = raw["dates"]
    sent = _at(days["上报"])
    script = {
        "item-review": _said(
            days["提出"],
            "不能确定是否涉密，报保密工作机构审定。",
            items=[
                _item("储备库点位分布图", "unsure_whether_secret", "点位与储量汇总后可能涉密"),
                _item("储备物资品类", "release"),
            ],
        ),
        "section-review": _said(days["提出"], "同意报请审定。", 15),
        "secrecy-office": _said(
            days["保密工作机构"],
            "仍不能确定，拟报有权确定的机关；答复前一律不公开。",
            finding="unsure",
            proposed_on=days["保密工作机构"],
        ),
        "referral": _said(days["上报"], "已报送。", 11, sent_at=sent.isoformat(), received_on=days["上报"]),
        "secrecy-authority": _said("2026-03-27", "经审核，属于国家秘密。", finding="state_secret"),
        "handing-over": _said(
            "2026-03-27", "已转涉密渠道。", 15, handed_over_on="2026-03-27", outcome="按答复转涉密渠道办理"
        ),
    }
    return _sample(raw, script, "属于国家秘密，仅留登记", begins=days["提出"])


def _determined_by_the_county_office(raw: dict[str, Any], _today: date) -> Sample:
    """BM-03: no secret, but the departments differ whether it suits; the county office determines a part."""
    days = raw["dates"]
    plan = {"part": "厂区及周边敏感目标平面图", "ground": "14c", "reason": "公开后可能被利用，危及公共安全"}
    script = {
        "item-review": _said(
            days["提出"],
            "是否涉密、是否适宜公开均不能确定。",
            items=[
                _item("企业名称和危险源级别", "release"),
                _item("周边学校医院距离及平面图", "unsure_whether_secret", "汇总后可能涉密，也可能引发恐慌"),
            ],
        ),
        "section-review": _said(days["提出"], "同意。", 15),
        "secrecy-office": _said(
            "2026-04-15", "不涉密，是否适宜公开请业务主管部门研究。", finding="not_secret_but_unsure"
        ),
        "competent-department": _said(
            days["研究"], "研究后仍有分歧，请报县政府办公室确定。", result="unsure"
        ),
        "county-office": _said(
            days["答复"], "公开企业名称和级别，不公开平面图。", result="partial", parts=[plan]
        ),
        "final-word": _said(days["答复"], "按县政府办公室确定的意见办理。", 15, result="partial"),
    }
    return _sample(raw, script, "部分公开，理由已记录", begins=days["提出"])


SCRIPTS = {
    "BM-01": _privacy_removed,
    "BM-02": _referred_to_the_authority,
    "BM-03": _determined_by_the_county_office,
}
