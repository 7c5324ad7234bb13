"""The words Prefect shows. English first in names: its older page draws them without a Chinese font."""

from typing import Any
from zoneinfo import ZoneInfo

from engine.calls import Action
from engine.procedures import procedure
from engine.projection.deadlines import due_of, stage_of
from engine.projection.snapshot import CaseSeen, ClockSeen, StepSeen
from rules.positions import Position

_OUTCOMES = {
    "approve": ("approved", "同意"),
    "return": ("returned", "退回"),
    "reject": ("disagreed", "不同意"),
}
MAX_NAME = 250
MAX_WAITS = 4
"""Branches named in the message of a run; all of them are task runs anyhow."""


def run_name(case: CaseSeen) -> str:
    """Procedure and case number; the title only once it is public."""
    chosen = procedure(case.procedure)
    name = f"{chosen.english} {chosen.chinese} · {case.number}"
    return f"{name} · {case.title}"[:MAX_NAME] if case.title else name


def tags(case: CaseSeen) -> list[str]:
    """Procedure, unit, case number, the cases it is about (so a family is found by its document's case), the
    document number once public, and how pressing its limits are.
    """
    more = [case.doc_no, stage_of(case)]
    return [case.procedure, case.unit, case.number, *case.family, *(tag for tag in more if tag)]


def step_name(step: StepSeen, target: ClockSeen | None = None) -> str:
    """``Office review 办公室核稿 · approved, late``."""
    title = step.call["title"]
    name = f"{title['en']} {title['zh']}"
    late = ", late" if target and target.met_late else ""
    return f"{name} · {outcome(step)[0]}{late}" if step.settled_at else name


def outcome(step: StepSeen) -> tuple[str, str]:
    """What came of a settled step, English and Chinese."""
    if step.action == Action.APPROVE and step.finding.startswith("unsure"):
        return "unsure", "不能确定"
    if step.article:
        return f"lapsed by {step.article}", f"期满，依{step.article}"
    return _OUTCOMES.get(step.action or "", ("done", "完成"))


def positions(step: StepSeen) -> tuple[str, str]:
    """Who is asked: posts, never persons. Chinese and English."""
    signers = [Position(name) for name in step.call.get("signers", [])]
    if not signers:
        return "系统", "system"
    return "、".join(p.chinese for p in signers), ", ".join(p.english for p in signers)


def run_message(case: CaseSeen, timezone: str) -> str:
    """What the case waits for, in one line."""
    if case.closed_at is not None:
        return f"{case.outcome} · closed"
    if case.blocked or not case.open_steps:
        return "等待系统管理员处理异常 · an incident waits for the administrator"
    return "; ".join(_waits_for(case, step, timezone) for step in case.open_steps[:MAX_WAITS])


def _waits_for(case: CaseSeen, step: StepSeen, timezone: str) -> str:
    title, (zh, en) = step.call["title"], positions(step)
    if step.attempts is None:
        until_en, until_zh = _until(case.target_of(step), timezone)
        return f"等待 {title['zh']}（{zh}）{until_zh}· waiting for {title['en']} ({en}){until_en}"
    if step.attempts and step.next_try_at:
        at = step.next_try_at.astimezone(ZoneInfo(timezone)).strftime("%H:%M:%S")
        return f"等待 {title['zh']}，{at} 再试 · {title['en']} is tried again at {at}"
    return f"等待 {title['zh']}（自动环节）· {title['en']} is due"


def _until(target: ClockSeen | None, timezone: str) -> tuple[str, str]:
    """The end of a step's own target, and whether it is over, English and Chinese."""
    en, zh = due_of(target, timezone) if target else ("", "")
    if target is None or not en:
        return "", ""
    late = target.stage in ("overdue", "escalated")
    return f", due {en}{', overdue' if late else ''}", f"，限{zh}{'，已逾期' if late else ''} "


def routing_sheet(case: CaseSeen, timezone: str) -> list[dict[str, Any]]:
    """发文稿纸: steps, positions, outcomes, dates. No opinions, no persons, no text."""
    zone = ZoneInfo(timezone)
    return [
        {
            "环节 Step": f"{step.call['title']['zh']} {step.call['title']['en']}"
            + (f"（第{step.round}次）" if step.round > 1 else ""),
            "岗位 Position": positions(step)[0],
            "结果 Outcome": " ".join(reversed(outcome(step))) if step.settled_at else "办理中 open",
            "开始 Opened": step.opened_at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
            "结束 Settled": step.settled_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
            if step.settled_at
            else "",
        }
        for step in case.steps
    ]
