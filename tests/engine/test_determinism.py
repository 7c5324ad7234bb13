"""Procedures are deterministic: they read nothing but their intake and outcomes, and hold nothing open."""

import ast
from pathlib import Path

import pytest

import flows
from engine.outcomes import encode
from engine.procedures import installed
from engine.replay import Recorded, ReplayMismatch, replay
from tests.engine.driver import Drive, Office

FILES = sorted(Path(flows.__file__).parent.glob("*.py"))
INTAKE = {
    "proactive-disclosure": {"drafter": "d", "unit": "u"},
    "publication-change": {"drafter": "d", "unit": "u", "document": "ZD-2026-0001"},
}
FORBIDDEN_CALLS = {"now", "today", "utcnow", "time", "open", "random", "uuid4", "getenv", "urandom", "sleep"}
FORBIDDEN_MODULES = {"time", "random", "os", "uuid", "secrets", "socket", "requests", "httpx", "subprocess"}


def bodies(tree: ast.AST) -> list[ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]


def faults(source: str) -> list[str]:
    """What in a flow file would make a replay differ from the first run."""
    tree = ast.parse(source)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            found += [f"import {n}" for n in names if n.split(".")[0] in FORBIDDEN_MODULES]
    for body in bodies(tree):
        for node in ast.walk(body):
            if isinstance(node, ast.Try | ast.With | ast.AsyncWith | ast.AsyncFor):
                found.append(f"{type(node).__name__} in a body (line {node.lineno})")
            if isinstance(node, ast.Call):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if name in FORBIDDEN_CALLS:
                    found.append(f"{name}() in a body (line {node.lineno})")
            if isinstance(node, ast.Set | ast.SetComp):
                found.append(f"a set's order is not fixed (line {node.lineno})")
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_flow_reads_no_clock_no_network_no_chance_and_holds_nothing_open(file: Path) -> None:
    assert faults(file.read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now()",
        "random.random()",
        "open('x')",
        "\n    try:\n        await a\n    finally:\n        pass",
        "\n    with a:\n        await a",
        "{1, 2}",
    ],
)
def test_the_check_sees_what_it_forbids(line: str) -> None:
    assert (
        faults(
            f"async def body(intake):\n    x = 1; {line}"
            if "\n" not in line
            else f"async def body(intake):{line}"
        )
        != []
    )


@pytest.mark.parametrize("chosen", installed(), ids=lambda p: f"{p.key}-v{p.version}")
def test_every_procedure_replays_step_by_step_from_a_cold_journal(chosen) -> None:
    for attribute in ("主动公开", "依申请公开", "不予公开"):
        run = Drive(chosen.body, chosen.intake.model_validate(INTAKE[chosen.key]))
        run.run(Office({"state_secret": False, "attribute": attribute, "ground": "16-1"}))
        again = Drive(chosen.body, run.intake)
        for step in run.journal:  # every prefix of the journal leads to the very next step
            position = replay(chosen.body, run.intake, again.journal)
            assert (position.call.key, position.round) == step
            again.journal[step] = run.journal[step]


def test_a_journal_of_another_procedure_is_refused() -> None:
    chosen = installed()[0]
    run = Drive(chosen.body, chosen.intake.model_validate({"drafter": "d", "unit": "u"}))
    run.run(Office({"state_secret": False, "attribute": "主动公开", "ground": ""}))
    del run.journal[("section-review", 1)]
    with pytest.raises(ReplayMismatch):
        replay(chosen.body, run.intake, run.journal)


def test_a_changed_step_is_refused_and_a_reworded_one_is_not() -> None:
    chosen = installed()[0]
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
