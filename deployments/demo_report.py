"""What a demonstration saw: the case's timeline and the checks made afterwards, as tables or as JSON."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from deployments.commands.terminal import head, local, print_table, say
from deployments.demo_walk import DemonstrationFailed, Walk
from deployments.samples import Sample
from engine.doctor import SEASONAL, examine
from engine.ledger import verify
from engine.service import Service


@dataclass(frozen=True)
class StepTaken:
    """One line of the timeline. An automated step has nobody; a step without a request no milliseconds."""

    step: dict[str, str]  # key, zh, en
    opened_at: datetime
    settled_at: datetime
    seconds: float
    name: str
    username: str
    action: dict[str, str] | None  # zh, en
    request_milliseconds: float | None


@dataclass(frozen=True)
class Check:
    """What was looked at and what was found, in both languages."""

    check: str
    title_zh: str
    title_en: str
    zh: str
    en: str


@dataclass(frozen=True)
class Report:
    """Everything a demonstration has to show."""

    case: str
    title: str
    outcome: str
    timeline: list[StepTaken]
    checks: list[Check]


def make_report(
    service: Service,
    case: dict[str, Any],
    walk: Walk,
    *,
    sample: Sample,
    run: dict[str, Any],
    letters: int,
) -> Report:
    """Look at everything; the first check that fails ends the demonstration.

    Args:
        case: the closed case as the API tells it.
        run: its flow run as Prefect tells it, with the number of its task runs as ``steps``.
        letters: how many messages lie in the mailbox folder.

    Raises:
        DemonstrationFailed: something is not as it must be.
    """
    shown = f"{run['name']} · {run['state_type']} · {run['steps']} task runs · {run['total_run_time']:.1f} s"
    published = local(datetime.fromisoformat(case["publication"]["published_at"]))
    told = f"{letters}封，存于邮箱目录", f"{letters} in the mailbox folder"
    checks = [
        _check_register(case, sample),
        Check("prefect", "Prefect", "Prefect", shown, shown),
        _check_ledger(service),
        check_invariants(service),
        Check("messages", "通知", "Messages", *told),
        Check("published", "公开于", "Published", published, published),
    ]
    return Report(case["number"], case["title"], case["outcome"], _timeline(case, walk), checks)


def _timeline(case: dict[str, Any], walk: Walk) -> list[StepTaken]:
    took = {(w.who, w.step_en): w.milliseconds for w in walk.taken}
    steps = []
    for step in case["timeline"]:
        opened, settled = (datetime.fromisoformat(step[name]) for name in ("opened_at", "settled_at"))
        decided = step["decisions"][0] if step["decisions"] else None
        username = walk.usernames[decided["by"]] if decided else ""
        steps.append(
            StepTaken(
                step=step["step"],
                opened_at=opened,
                settled_at=settled,
                seconds=(settled - opened).total_seconds(),
                name=decided["by"] if decided else "",
                username=username,
                action=decided["action"] if decided else None,
                request_milliseconds=took.get((username, step["step"]["en"])),
            )
        )
    return steps


def _check_register(case: dict[str, Any], sample: Sample) -> Check:
    """Fetched without signing in: exactly the document that was signed, under its own address."""
    url = case["publication"]["url"]
    with httpx.Client(timeout=10, trust_env=False) as anybody:
        page, told = anybody.get(url), anybody.get(f"{url}.json")
    if page.is_error or told.is_error:
        raise DemonstrationFailed(where=url, why=f"HTTP {page.status_code}, {told.status_code}")
    entry = told.json()
    wanted = {**sample.draft, "marking": case["issue"]["marking"], "doc_no": case["issue"]["doc_no"]}
    for name in ("title", "body", "doc_no", "marking"):
        if entry[name] != wanted[name]:
            raise DemonstrationFailed(where=url, why=f"{name} is not what was signed")
    if sample.draft["title"] not in page.text:
        raise DemonstrationFailed(where=url, why="the page does not show the title")
    return Check(
        "public-register", "公开目录", "Public register", f"{url} 与签发文稿一致", f"{url} is what was signed"
    )


def _check_ledger(service: Service) -> Check:
    with service.database.connect() as connection:
        done = verify(connection)
    return Check(
        "ledger",
        "留痕",
        "Ledger",
        f"{done.chains}条链、{done.entries}条记录完整，{done.seals}次封存",
        f"{done.chains} chains, {done.entries} entries intact, {done.seals} seals",
    )


def check_invariants(service: Service) -> Check:
    """The doctor finds nothing; that next year's days off are not known is no fault of a demonstration."""
    found = [finding for finding in examine(service) if finding.check not in SEASONAL]
    if found:
        raise DemonstrationFailed(where="doctor", why="; ".join(f"{f.check} {f.where}" for f in found))
    return Check("doctor", "体检", "Doctor", "全部不变量成立", "every invariant holds")


def print_report(report: Report) -> None:
    """Two tables."""
    columns = [head("环节", "step"), head("开始", "opened"), head("历时", "lasted"), head("办理人", "by")]
    columns += [head("结果", "result"), head("请求", "request")]
    rows = [_row(step) for step in report.timeline]
    print_table(f"{report.case}  {report.title}  {report.outcome}", columns, rows)
    found = [[say(each.title_zh, each.title_en), say(each.zh, each.en)] for each in report.checks]
    print_table(say("核验", "Checks"), [head("项目", "check"), head("结果", "result")], found)


def _row(step: StepTaken) -> list[str]:
    took = step.request_milliseconds
    return [
        f"{step.step['zh']} {step.step['en']}",
        step.opened_at.astimezone().strftime("%H:%M:%S.%f")[:-3],
        f"{step.seconds:.3f} s",
        f"{step.name} {step.username}" if step.name else say("自动", "automatic"),
        say(step.action["zh"], step.action["en"]) if step.action else "✓",
        "" if took is None else f"{took:.0f} ms",
    ]
