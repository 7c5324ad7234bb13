"""The samples of 回应关切: what is done with each, and at which minute of its day."""

from datetime import datetime, timedelta
from typing import Any

from deployments.samples.story import Sample, Scripted, read_bureau, unit_code
from rules.positions import Position


def _intake(raw: dict[str, Any], *, seen: datetime, **more: Any) -> dict[str, Any]:
    roster = read_bureau().roster
    monitor = next(
        person.username
        for person in roster.people
        if any(held.position is Position.MONITOR for held in person.positions)
    )
    return {
        "drafter": monitor,
        "unit": unit_code(raw, roster),
        "first_seen_at": seen.isoformat(),
        **more,
    }


def _seen(raw: dict[str, Any]) -> datetime:
    """The organ's clock, as the samples tell it."""
    return datetime.fromisoformat(raw["dates"]["发现"] + "+08:00")


def _released(at: datetime, *channels: tuple[str, str]) -> dict[str, Any]:
    return {
        "releases": [
            {"channel": channel, "released_at": at.isoformat(), "address": address}
            for channel, address in channels
        ]
    }


def _answer(raw: dict[str, Any], body: str) -> dict[str, Any]:
    return {"title": raw["title"], "body": body}


def _suitable(at: datetime) -> Scripted:
    return Scripted(at=at, opinion="不涉密，适宜公开。", answers={"finding": "not_secret_and_suitable"})


def _rumour_answered(raw: dict[str, Any], _today: Any) -> Sample:
    """HY-01: a rumour, answered after an hour and forty minutes; the leads go to the police."""
    seen = _seen(raw)
    first = datetime.fromisoformat(raw["dates"]["首次回应"] + "+08:00")
    after = {minutes: seen + timedelta(minutes=minutes) for minutes in (30, 45, 60, 70, 80, 95, 120, 1560)}
    return Sample(
        id=raw["id"],
        title=raw["title"],
        procedure="opinion-response",
        intake=_intake(
            raw,
            seen=seen,
            source="短视频",
            link="https://video.example/v/20260318?share_source=copy",
            spread=2300,
            summary="网传县化工园区爆炸",
        ),
        draft={},
        script={
            ("verification", 0): Scripted(
                at=after[30],
                opinion="已逐家核实。",
                answers={
                    "asked_of": ["县消防救援大队", "县公安局", "化工园区管委会"],
                    "found": "15时10分园区外一废旧泡沫回收点起火，15时45分扑灭，无人员伤亡",
                },
            ),
            ("assessment", 0): Scripted(
                at=after[45], opinion="属不实信息，及时澄清。", answers={"risk": "ordinary", "truth": "false"}
            ),
            ("drafting", 0): Scripted(
                at=after[60],
                opinion="请审核。",
                answers=_answer(
                    raw,
                    "网传我县化工园区爆炸的消息不实。3月18日15时10分，园区外一处废旧泡沫回收点起火，"
                    "15时45分扑灭，没有人员伤亡，园区企业生产正常。请不要相信和转发没有核实的消息。",
                ),
            ),
            ("confidentiality-review", 0): _suitable(after[70]),
            ("deputy-head-review", 0): Scripted(at=after[80], opinion="同意。"),
            ("signature", 0): Scripted(at=after[95], opinion="同意发布。"),
            ("release", 0): Scripted(
                at=after[120],
                opinion="已发布。",
                answers=_released(
                    first,
                    ("微信", "https://weixin.example/qingling/318"),
                    ("政府网站", "https://qingling.example/news/318"),
                ),
            ),
            ("follow-up", 0): Scripted(at=after[1560], opinion="已平息，办结。", answers={"next": "close"}),
            ("rumour-leads", 0): Scripted(
                opinion="线索已移交。", answers={"handed_over": True, "receiver": "县公安局"}
            ),
            ("evaluation", 0): Scripted(
                opinion="评估办结。", answers={"worked": "1小时40分首次回应，传播随即下降"}
            ),
        },
        outcome="办结",
        begins=seen + timedelta(minutes=10),
    )


def _flood(raw: dict[str, Any], _today: Any) -> Sample:
    """HY-02: a major emergency at the weekend, beyond the bureau's capacity: reported, told within 5 hours,
    a press conference within 24, then rolling releases, one of them against a rumour.
    """
    seen = _seen(raw)

    def at(hours: float) -> datetime:
        return seen + timedelta(hours=hours)

    def text(hours: float, body: str) -> Scripted:
        return Scripted(at=at(hours), opinion="请审核。", answers=_answer(raw, body))

    def website(hours: float, place: int) -> Scripted:
        return Scripted(
            at=at(hours),
            opinion="已发布。",
            answers=_released(at(hours), ("政府网站", f"https://qingling.example/flood/{place}")),
        )

    return Sample(
        id=raw["id"],
        title=raw["title"],
        procedure="opinion-response",
        intake=_intake(
            raw,
            seen=seen,
            source="微博",
            link="https://weibo.example/flood/0627",
            spread=18000,
            summary="强降雨引发山洪，网上出现“已有数十人遇难”等信息",
            emergency=True,
        ),
        draft={},
        script={
            ("assessment", 0): Scripted(
                at=at(0.5),
                opinion="涉及重大突发事件，立即报告。",
                answers={
                    "risk": "major",
                    "truth": "partly",
                    "emergency": True,
                    "beyond_capacity": True,
                    "departments": ["县公安局", "县水利局"],
                    "proposal": "由宣传部统一口径，上午10时前首发权威信息，当日召开发布会，其后滚动发布。",
                },
            ),
            **{
                (f"emergency-report-{body}", 0): Scripted(at=at(1 + place), opinion="已阅，按建议办理。")
                for place, body in enumerate(("publicity", "cyberspace", "superior", "county-office"))
            },
            ("drafting", 1): text(1.5, "6月27日3时20分，强降雨引发山洪，救援力量已到位，正在搜救失联人员。"),
            ("drafting", 2): text(30, "截至目前，失联人员已全部找到。网传“数十人遇难”不实。"),
            ("confidentiality-review", 1): _suitable(at(2)),
            ("confidentiality-review", 2): _suitable(at(31)),
            ("deputy-head-review", 1): Scripted(at=at(2.5), opinion="同意。"),
            ("deputy-head-review", 2): Scripted(at=at(31.5), opinion="同意。"),
            ("signature", 1): Scripted(at=at(3), opinion="同意发布。"),
            ("signature", 2): Scripted(at=at(32), opinion="同意发布。"),
            ("release", 1): website(4, 1),
            ("release", 2): website(33, 2),
            ("press-conference", 0): Scripted(
                at=at(12),
                opinion="已举行。",
                answers={
                    "held_at": at(11).isoformat(),
                    "address": "https://qingling.example/flood/conference",
                },
            ),
            ("follow-up", 1): Scripted(at=at(29), opinion="继续发布并辟谣。", answers={"next": "update"}),
            ("follow-up", 2): Scripted(at=at(80), opinion="救援结束，办结。", answers={"next": "close"}),
            ("rumour-leads", 0): Scripted(
                opinion="线索已移交。", answers={"handed_over": True, "receiver": "县公安局"}
            ),
            ("evaluation", 0): Scripted(
                opinion="评估办结。",
                answers={"worked": "4小时首发，11小时召开发布会", "improve": "预置通报模板"},
            ),
        },
        outcome="办结",
        begins=seen + timedelta(minutes=10),
    )


SCRIPTS = {"HY-01": _rumour_answered, "HY-02": _flood}
