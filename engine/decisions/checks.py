"""The checks a decision passes before anything of it is stored."""

from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import select

from engine.awaiting import has_reached
from engine.calls import Action, ReturnMode
from engine.clocks.reckoning import Start, reckoned
from engine.decisions.claims import claimed
from engine.decisions.request import DecisionRequest
from engine.documents import load_version, number_holder
from engine.drafting import Writing, refuse_content
from engine.files.bringing import files_with_traces
from engine.forms import Form, FormFacts, NoAnswers, clean_opinion, fill
from engine.participation.comments import require_disposed
from engine.permitted import signed_at
from engine.procedures import procedure
from engine.publishing.interpreted import interpreted_text
from engine.work import StepRow, Work
from models import DocumentVersion, Unit
from rules.errors import AssignmentStale, ClassifiedContentRefused, InvalidInput, OpinionRequired
from rules.time import local_date

MAX_OPINION_ON_SECRET = 200
_FORMS = {Action.APPROVE: "form", Action.RETURN: "return_form"}


def refuse_stale(work: Work, request: DecisionRequest, todo: Any) -> None:
    """Refuse a decision about another version than the to-do names."""
    if request.document_version is None or todo.document_version_id is None:
        return
    versions = DocumentVersion.__table__
    current = work.connection.execute(
        select(versions.c.version).where(versions.c.id == todo.document_version_id)
    ).scalar_one()
    if current != request.document_version:
        raise AssignmentStale(where=str(todo.id), seen=request.document_version, current=current)


def checked_action(request: DecisionRequest, step: StepRow) -> Action:
    """The action, if the step offers it."""
    if request.action in step.call["actions"]:
        return Action(request.action)
    offered = "、".join(f"{Action(a).value}（{Action(a).chinese}）" for a in step.call["actions"])
    raise InvalidInput(
        where=str(request.assignment_id),
        field="action",
        why_zh=f"本环节只能选择：{offered}",
        why_en=f"this step offers {', '.join(step.call['actions'])}",
    )


def checked_opinion(raw: str, action: Action, step: StepRow) -> str:
    """The opinion's text; required for some actions."""
    opinion = clean_opinion(raw)
    if not opinion and action in step.call["opinion_for"]:
        raise OpinionRequired(where="opinion", act_zh=action.chinese, act_en=action.value)
    return opinion


def refuse_told_secret(opinion: str, answers: Form, intake: dict[str, Any]) -> None:
    """Where a state secret is claimed, an opinion must not become a way round the refusal of its text.

    Raises:
        ClassifiedContentRefused: the drafter wrote one.
        InvalidInput: a reviewer's is longer than saying what was done could need.
    """
    if isinstance(answers, Writing):
        if opinion and answers.claims_secret(intake):
            raise ClassifiedContentRefused(where="opinion", refused="意见", refused_en="opinion")
    elif intake.get("state_secret") and len(opinion) > MAX_OPINION_ON_SECRET:
        raise InvalidInput(
            where="opinion",
            field="opinion",
            why_zh=f"涉及国家秘密的事项，意见不超过{MAX_OPINION_ON_SECRET}字，且不得写入涉密内容",
            why_en=f"where a state secret is claimed it has at most {MAX_OPINION_ON_SECRET} characters "
            "and tells nothing of the content",
        )


def checked_return(request: DecisionRequest, action: Action, step: StepRow) -> tuple[str | None, ReturnMode]:
    """Where a return goes and how it comes back; nothing for other actions."""
    if action is not Action.RETURN:
        return None, ReturnMode.RUN_AGAIN
    offered = step.call["returns_to"]
    if request.return_to not in offered:
        raise InvalidInput(
            where=str(request.assignment_id),
            field="return_to",
            why_zh=f"退回须指明之前的一个环节：{'、'.join(offered)}",
            why_en=f"a return names one of the earlier steps: {', '.join(offered)}",
        )
    if request.return_mode not in set(ReturnMode):
        raise InvalidInput(
            field="return_mode",
            why_zh="须为 run_again（从该环节重新办理）或 come_back（改后直接回到我处）",
            why_en="it is run_again or come_back",
        )
    return request.return_to, ReturnMode(request.return_mode)


def checked_answers(
    work: Work, request: DecisionRequest, action: Action, step: StepRow, pages_seen: frozenset[str]
) -> Form:
    """The form an approval fills in, checked against the case."""
    name = _form_of(action, step)
    if action is not Action.APPROVE and not name:
        return NoAnswers()  # a return or a disagreement answers nothing but why
    form = procedure(work.case.procedure, work.case.version).forms[name] if name else NoAnswers
    if issubclass(form, Writing) and claimed_intake(work).get("state_secret"):
        refuse_content(request.answers)  # before validation could quote or complain about any of it
    answers: Form = fill(form, request.answers, where=str(request.assignment_id))  # type: ignore[assignment]
    document = load_version(work.connection, step.document_version_id) if name else None
    answers.check(
        FormFacts(
            number_holder=partial(number_holder, work.connection),
            case_number=work.case.number,
            intake=claimed_intake(work),
            document=document,
            today=local_date(work.now, work.timezone),
            files_with_traces=partial(files_with_traces, work, document),
            said=partial(_said, work),
            now=work.now,
            unit_exists=partial(_unit_exists, work),
            signed_at=partial(signed_at, work.connection, step.document_version_id),
            due_of=partial(_due_of, work),
            reached=partial(has_reached, work.connection),
            require_disposed=partial(require_disposed, work.connection, work.case.id, work.case.number),
            pages_seen=pages_seen,
            beside=load_version(work.connection, next(iter(step.call.get("beside", ())), None)),
            interpreted=partial(interpreted_text, work.connection, work.case.id),
        )
    )
    return answers


def _unit_exists(work: Work, code: str) -> bool:
    unit = Unit.__table__
    return work.connection.scalar(select(unit.c.id).where(unit.c.code == code)) is not None


def _form_of(action: Action, step: StepRow) -> str:
    """The form this action fills in, by name; empty: none."""
    return str(step.call[_FORMS[action]]) if action in _FORMS else ""


def _said(work: Work, key: str, answer: str) -> Any:
    """One answer of a step's latest form, or ``None``."""
    outcomes = [row.outcome for row in work.steps.values() if row.key == key and row.outcome is not None]
    return outcomes[-1].get("answers", {}).get(answer) if outcomes else None


def _due_of(work: Work, rule: str, day: date) -> date:
    """The last day of a rule's period from a day on, or up to it, under the present law."""
    due = reckoned([Start(rule, "", "", day)], (), work.law).due.on
    assert due is not None  # nothing is left uncounted here
    return due


def claimed_intake(work: Work) -> dict[str, Any]:
    """The intake as it stands now: a state secret may have been claimed, or cleared, on the way."""
    outcomes = [row.outcome for row in work.steps.values() if row.outcome is not None]  # as they were opened
    return work.case.intake | {"state_secret": claimed(work.case.intake, outcomes)}
