"""The samples of 公众参与: an announcement, what the public says, a hearing, what becomes of it all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from deployments.samples.story import Sample, Scripted, draft_of, drafted
from engine.acts.comments import explain_theme, register_comment, weigh_comment
from engine.service import Service

PROCEDURE, OUTCOME = "public-participation", "participation-outcome"
ZONE = ZoneInfo("Asia/Shanghai")
CONTAINS = ["draft", "basis", "explanation"]


@dataclass(frozen=True)
class Said:
    """A comment that came by letter or mail, and what becomes of it."""

    said: str
    on: str
    theme: str
    channel: str = "mail"
    organisation: bool = False
    disposition: str = "adopted"
    reason: str = ""


SEVEN = (
    Said("建议写明分散供养特困人员的转移责任人。", "2026-03-04", "转移安置"),
    Said("镇级物资储备点数量偏少，建议增加。", "2026-03-06", "物资储备", "letter"),
    Said("建议增加应急联系电话附表。", "2026-03-09", "附表与文字"),
    Said("第三章“启动条件”与市预案不一致，请核对。", "2026-03-12", "附表与文字", organisation=True),
    Said("建议明确与民政部门的信息共享时限。", "2026-03-18", "部门协同", "letter", organisation=True),
    Said(
        "建议将人均救助标准提高至500元。",
        "2026-03-25",
        "救助标准与审批",
        disposition="not_adopted",
        reason="超出上级规定的标准和本县财力",
    ),
    Said(
        "建议由村委会直接审批救助对象。",
        "2026-04-01",
        "救助标准与审批",
        organisation=True,
        disposition="not_adopted",
        reason="与“县定”的审批程序不符",
    ),
)
THREE = (
    Said("建议把夜间转移补助单列。", "2026-05-19", "补助项目"),
    Said("补助发放到户的时限请写明。", "2026-05-22", "发放"),
    Said("建议增加对投亲靠友转移的补助。", "2026-05-28", "补助项目"),
)
AT_THE_HEARING = (
    Said("零售点调减后请优先保留农村偏远点。", "2026-09-15", "布设", "hearing"),
    Said("请给予被调减经营户清理库存的过渡期。", "2026-09-15", "过渡期", "hearing"),
)


def at(day: str, hour: int = 9) -> datetime:
    """That hour of a day at the bureau."""
    return datetime.combine(date.fromisoformat(day), time(hour), ZONE)


def handled(drafter: str, comments: tuple[Said, ...]) -> Callable[[Service, str], None]:
    """The drafter's desk registers these comments and disposes of each."""

    def work(service: Service, number: str) -> None:
        actor = service.actor(drafter, channel="api")
        for each in comments:
            stated = {
                "said": each.said,
                "channel": each.channel,
                "received_at": at(each.on, 10).isoformat(),
                "organisation": each.organisation,
            }
            serial, _receipt = register_comment(service, actor, number, stated)
            weighed = {"theme": each.theme, "disposition": each.disposition, "reason": each.reason}
            weigh_comment(service, actor, number, serial, weighed)
        for theme in dict.fromkeys(each.theme for each in comments if each.reason):
            reasons = "；".join(each.reason for each in comments if each.theme == theme and each.reason)
            explain_theme(service, actor, number, {"theme": theme, "public_reason": reasons})

    return work


def outcome_of(raw: dict[str, Any], body: str, on: str, doc_no: str) -> Sample:
    """What is decided in the case that publishes the outcome."""
    title = f"{raw['title'].removesuffix('的公告')}采纳情况"
    return Sample(
        id=raw["id"],
        title=title,
        intake={},
        draft={},
        script={
            ("drafting", 0): Scripted(
                opinion="采纳情况已逐条核对，请审核。",
                answers={"title": title, "body": body, "attribute": "主动公开"},
                at=at(on),
            ),
            **_reviewed(),
            ("issue", 0): _issued(on, doc_no),
        },
        outcome="已公布",
        procedure=OUTCOME,
    )


def _reviewed() -> dict[tuple[str, int], Scripted]:
    finding = {"finding": "not_secret_and_suitable"}
    return {("confidentiality-review", 0): Scripted(opinion="不涉及国家秘密，适宜公开。", answers=finding)}


def _issued(on: str, doc_no: str) -> Scripted:
    answers = {"formed_on": on, "issued_on": on, "doc_no": doc_no}
    return Scripted(opinion="已编号、用印、印发。", answers=answers, at=at(on))


def _planned(forms: list[str], days: int, reason: str = "") -> Scripted:
    answers = {"contains": CONTAINS, "forms": forms, "days": days, "short_reason": reason}
    return Scripted(opinion="参与方式已拟定。", answers=answers)


def _submitted(on: str, discussed_on: str) -> Scripted:
    answers = {"delivered_on": on, "discussed_on": discussed_on}
    return Scripted(opinion="采纳情况已公布，送请合法性审查。", answers=answers, at=at(on))


def _sample(
    raw: dict[str, Any], script: dict[tuple[str, int], Scripted], begins: str, told: Sample
) -> Sample:
    return Sample(
        id=raw["id"],
        title=raw["title"],
        intake={**drafted(raw), "doc_type": "公告"},
        draft=draft_of(raw),
        script={**_reviewed(), **script},
        outcome="采纳情况已公布，已送审",
        procedure=PROCEDURE,
        begins=at(begins),
        beside=(told,),
    )


def _seven_comments(raw: dict[str, Any], _today: date) -> Sample:
    """CY-01: thirty days, seven comments, two of them not adopted with their reasons."""
    days = raw["dates"]
    drafter = drafted(raw)["drafter"]
    body = "收到意见7条：采纳5条；未采纳2条，理由为超出上级规定和本县财力、与“县定”程序不符。"
    return _sample(
        raw,
        {
            ("plan", 0): _planned(["website"], 30),
            ("issue", 0): _issued(days["公告"], raw["doc_no"]),
            ("dispositions", 0): Scripted(
                opinion="逐条处理完毕。", at=at("2026-04-08"), before=handled(drafter, SEVEN)
            ),
            ("submission", 0): _submitted("2026-04-16", "2026-05-08"),
        },
        "2026-02-26",
        outcome_of(raw, body, days["采纳情况公布"], "青应急公告〔2026〕4号"),
    )


def _hearing(raw: dict[str, Any], _today: date) -> Sample:
    """CY-02: a hearing whose papers arrive a day before the last."""
    days = raw["dates"]
    groups = (("经营户", 5), ("居民", 5), ("专家", 3), ("人大代表", 1), ("政协委员", 1))
    people = [{"name": f"{group}{n}", "group": group} for group, count in groups for n in range(1, count + 1)]
    signed = [{"name": person["name"], "signed": True} for person in people[1:]]
    refused = {"name": people[0]["name"], "signed": False, "reason": "认为补偿意见未完整记录，已另附书面意见"}
    drafter = drafted(raw)["drafter"]
    return _sample(
        raw,
        {
            ("plan", 0): _planned(["hearing"], 30),
            ("issue", 0): _issued(days["公告"], raw["doc_no"]),
            ("hearing-rules", 0): Scripted(
                answers={
                    "held_on": days["听证会"],
                    "place": "县政务服务中心三楼会议室",
                    "selection": "自愿报名，按经营户、居民分组抽签；专家由行业协会推荐。",
                    "published_on": days["公告"],
                },
                at=at(days["公告"], 11),
            ),
            ("hearing-list", 0): Scripted(
                answers={"participants": people, "published_on": days["名单公布"]}, at=at(days["名单公布"])
            ),
            ("hearing-papers", 0): Scripted(
                answers={"delivered_on": days["材料送达"]}, at=at(days["材料送达"], 16)
            ),
            ("hearing", 0): Scripted(
                answers={"signatures": [refused, *signed], "summary": "各方就布设数量和过渡期发表意见。"},
                at=at(days["听证会"], 17),
            ),
            ("hearing-report", 0): Scripted(
                answers={"report": "听证会意见集中于农村布点和过渡期。"}, at=at("2026-09-16")
            ),
            ("dispositions", 0): Scripted(at=at("2026-09-18"), before=handled(drafter, AT_THE_HEARING)),
            ("submission", 0): _submitted("2026-09-24", "2026-10-20"),
        },
        "2026-08-12",
        outcome_of(raw, "听证会意见2条，均采纳。", "2026-09-23", "青应急公告〔2026〕6号"),
    )


def _ten_days(raw: dict[str, Any], _today: date) -> Sample:
    """CY-03: ten days, with the reason in the announcement; three comments, all adopted."""
    days = raw["dates"]
    drafter = drafted(raw)["drafter"]
    return _sample(
        raw,
        {
            ("plan", 0): _planned(["website"], 10, "因主汛期临近需尽快实施"),
            ("issue", 0): _issued(days["公告"], raw["doc_no"]),
            ("dispositions", 0): Scripted(at=at("2026-05-29"), before=handled(drafter, THREE)),
            ("submission", 0): _submitted("2026-06-02", "2026-06-16"),
        },
        "2026-05-13",
        outcome_of(raw, "收到意见3条，均采纳。", "2026-06-01", "青应急公告〔2026〕7号"),
    )


SCRIPTS = {"CY-01": _seven_comments, "CY-02": _hearing, "CY-03": _ten_days}
