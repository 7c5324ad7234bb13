"""Procedures are deterministic: they read nothing but their intake and outcomes, and hold nothing open."""

import ast
from pathlib import Path

import pytest

import flows
from engine.outcomes import encode
from engine.procedures import installed, procedure
from engine.replay import Recorded, ReplayMismatch, replay
from tests.engine.driver import Drive, Office

FILES = sorted(Path(flows.__file__).parent.rglob("*.py"))
INTAKE = {
    "opinion-response": {
        "drafter": "d",
        "unit": "u",
        "source": "短视频",
        "first_seen_at": "2026-03-18T15:40+08:00",
        "summary": "网传化工园区爆炸",
        "link": "https://video.example/1",
    },
    "policy-interpretation": {"drafter": "d", "unit": "u", "document": "ZD-2026-0001"},
    "proactive-disclosure": {"drafter": "d", "unit": "u"},
    "response-plan": {"drafter": "d", "unit": "u", "decision": "ZD-2026-0001"},
    "publication-change": {"drafter": "d", "unit": "u", "document": "ZD-2026-0001"},
    "public-participation": {"drafter": "d", "unit": "u"},
    "participation-outcome": {"drafter": "d", "unit": "u", "participation": "CY-2026-0001"},
}
FORBIDDEN_CALLS = {
    *("now", "today", "utcnow", "time", "time_ns", "monotonic", "perf_counter", "sleep", "system_time"),
    *("random", "randint", "choice", "shuffle", "uuid1", "uuid4", "urandom", "token_hex", "token_urlsafe"),
    *("open", "getenv", "input", "urlopen", "connect", "create_connection", "read_text", "read_bytes"),
}
HOLDING_OPEN = ast.Try | ast.TryStar | ast.With | ast.AsyncWith | ast.AsyncFor
FORBIDDEN_MODULES = {
    *("time", "random", "os", "uuid", "secrets", "socket", "requests", "httpx", "subprocess"),
    *("urllib", "http", "threading", "asyncio"),
}


FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def faults(source: str) -> list[str]:
    """What in a flow file would make a replay differ from the first run.

    Every function counts, conditions and lambdas too: a body asks them anew in every replay.
    """
    tree = ast.parse(source)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            found += [f"import {n}" for n in names if n.split(".")[0] in FORBIDDEN_MODULES]
    inside = {id(n): n for outer in ast.walk(tree) if isinstance(outer, FUNCTIONS) for n in ast.walk(outer)}
    for node in inside.values():
        if isinstance(node, HOLDING_OPEN):
            found.append(f"{type(node).__name__} in a function (line {node.lineno})")
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).split(".")
            if called[-1] in FORBIDDEN_CALLS or called[0] in FORBIDDEN_MODULES:
                found.append(f"{'.'.join(called)}() in a function (line {node.lineno})")
        if isinstance(node, ast.Set | ast.SetComp):
            found.append(f"a set's order is not fixed (line {node.lineno})")
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_flow_reads_no_clock_no_network_no_chance_and_holds_nothing_open(file: Path) -> None:
    assert faults(file.read_text()) == []


@pytest.mark.parametrize(
    "head", ["async def body(intake):", "def withheld(paper):", "class Form:\n  def check(self):"]
)
@pytest.mark.parametrize(
    "statement",
    [
        "x = datetime.now()",
        "x = date.today()",
        "x = random.random()",
        "x = open('x')",
        "x = httpx.get('https://example.invalid')",
        "x = {1, 2}",
        "x = lambda: now()",
        "try:\n        a()\n    finally:\n        pass",
        "try:\n        a()\n    except* OSError:\n        pass",
        "with a:\n        pass",
    ],
)
def test_the_check_sees_what_it_forbids_in_every_function(head: str, statement: str) -> None:
    assert faults(f"{head}\n    {statement}\n") != []
    assert faults(f"{head}\n    x = 1\n") == []


def test_the_check_looks_into_conditions_given_in_place() -> None:
    assert faults("LEGAL = when(lambda _: date.today() > DAY, REVIEW)") != []


@pytest.mark.parametrize("chosen", installed(), ids=lambda p: f"{p.key}-v{p.version}")
def test_every_procedure_replays_step_by_step_from_a_cold_journal(chosen) -> None:
    for attribute in ("主动公开", "依申请公开", "不予公开"):
        run = Drive(chosen.body, chosen.intake.model_validate(INTAKE[chosen.key]))
        run.run(Office({"state_secret": False, "attribute": attribute, "ground": "16-1"}))
        again = Drive(chosen.body, run.intake)
        for step in run.journal:  # every prefix of the journal leads to the very next step
            position = replay(chosen.body, run.intake, again.journal)
            assert (position.waiting[0].call.key, position.waiting[0].round) == step
            again.journal[step] = run.journal[step]


def test_a_journal_of_another_procedure_is_refused() -> None:
    chosen = procedure("proactive-disclosure")
    run = Drive(chosen.body, chosen.intake.model_validate({"drafter": "d", "unit": "u"}))
    run.run(Office({"state_secret": False, "attribute": "主动公开", "ground": ""}))
    del run.journal[("section-review", 1)]
    with pytest.raises(ReplayMismatch):
        replay(chosen.body, run.intake, run.journal)


def test_a_changed_step_is_refused_and_a_reworded_one_is_not() -> None:
    chosen = procedure("proactive-disclosure")
    run = Drive(chosen.body, chosen.intake.model_validate({"drafter": "d", "unit": "u"}))
    run.run(Office({"state_secret": False, "attribute": "主动公开", "ground": ""}))
    row = run.journal[("section-review", 1)]
    reworded = row.call | {"title": {"zh": "x", "en": "y"}, "basis": "z"}
    run.journal[("section-review", 1)] = Recorded(row.kind, reworded, row.outcome)
    replay(chosen.body, run.intake, run.journal)
    run.journal[("section-review", 1)] = Recorded(row.kind, row.call | {"signers": ["head"]}, row.outcome)
    with pytest.raises(ReplayMismatch):
        replay(chosen.body, run.intake, run.journal)


def test_journal_values_of_a_newer_program_are_refused() -> None:
    from engine.outcomes import Done, decode

    with pytest.raises(ValueError, match="version 2"):
        decode(encode(Done()) | {"v": 2})
