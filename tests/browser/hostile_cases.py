"""Cases whose every text is hostile: whatever the forms of every procedure ask for, to the end."""

import base64
import html
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from engine.acts.decide import DecisionRequest, decide
from engine.acts.launch import LaunchRequest, launch
from engine.decisions.checks import MAX_OPINION_ON_SECRET
from engine.forms import MAX_OPINION
from engine.procedures import installed
from engine.reading import Todo, read_assignment
from engine.service import Service
from portal.web.fields import FieldView, fields_of
from rules.positions import Position
from tests.browser.hostile import ALL, PAYLOADS
from tests.builders import UNIT, add_person, todos_of
from tests.sample_files import image
from tests.website_process import WebsiteProcess


@dataclass(frozen=True)
class Route:
    """One way through a procedure. ``answers``: what must be as it is, or is not asked on this way."""

    procedure: str = "proactive-disclosure"
    intake: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)


ROUTES = {
    "published": Route(intake={"legality_review": True}, answers={"series": ""}),
    "withheld": Route(answers={"attribute": "不予公开", "ground": "16-1", "series": ""}),
    "a state secret": Route(
        intake={"state_secret": True}, answers={"title": "", "body": "", "ground_text": ""}
    ),
    "moved": Route("publication-change", answers={"kind": "url_change"}),
    "taken down": Route("publication-change", answers={"kind": "take_down", "new_url": ""}),
}
ADDRESSES = {"page_url", "new_url"}
"""Fields that take nothing but a web address: what is hostile stands behind its #."""

CHOSEN = {"answer.drafter", "answer.unit", "answer.document", "answer.series"}
"""Text that must name something there is; nothing else of it is ever stored."""


@dataclass
class Walk:
    """Takes cases along their routes. ``at`` looks at each to-do first; ``used`` are the fields filled."""

    service: Service
    website: WebsiteProcess
    at: Callable[[str, Todo], None] = lambda _username, _todo: None
    used: set[str] = field(default_factory=set)
    _payloads: deque[str] = field(default_factory=lambda: deque(PAYLOADS))

    def take_all(self) -> list[str]:
        """One case per route; gives back their numbers."""
        numbers: list[str] = []
        for route in ROUTES.values():
            about = {"document": numbers[0]} if route.procedure == "publication-change" else {}
            numbers.append(self._take(route, about))
        return numbers

    def _take(self, route: Route, about: dict[str, str]) -> str:
        service = self.service
        administrator = service.actor("administrator", channel="api")
        intake = {"drafter": "drafter", "unit": UNIT, **route.intake, **about}
        number = launch(service, administrator, LaunchRequest(route.procedure, intake, {})).number
        while todos := todos_of(service, number):
            actor = service.actor(todos[0].position, channel="api")
            todo = read_assignment(service, actor, todos[0].id)
            assert todo.asks is not None
            self.at(actor.username, todo)
            opinion = self._opinion(todo.asks.form, route)
            if (todos[0].step, todos[0].round) == ("section-review", 1):  # a second version, to be compared
                decision = DecisionRequest(todo.id, "return", opinion, return_to="drafting")
            else:
                decision = DecisionRequest(todo.id, "approve", opinion, self._answers(todo, route))
            decide(service, actor, decision)
        return number

    def _opinion(self, form: str, route: Route) -> str:
        if not route.intake.get("state_secret"):
            return self._said(MAX_OPINION)
        return "" if form == "drafting" else self._said(MAX_OPINION_ON_SECRET)

    def _answers(self, todo: Todo, route: Route) -> dict[str, Any]:
        assert todo.asks is not None
        answers = {
            asked.name: route.answers[asked.name]
            if asked.name in route.answers
            else self._answer(todo, asked)
            for asked in fields_of(todo.asks.form_schema, {})
        }
        if answers.get("body"):
            answers["attachments"] = [self._file()]
        return {name: value for name, value in answers.items() if value not in ("", None)}

    def _answer(self, todo: Todo, asked: FieldView) -> Any:
        match asked.kind:
            case "text" | "long":
                self.used.add(asked.posted)
                if asked.name in ADDRESSES:
                    return self._address(todo)
                if asked.name == "doc_no":
                    return f"{self._said(40)}〔2026〕{todo.id}号"
                return self._said(asked.longest or 300)
            case "date":
                return self.service.today.isoformat()
            case "choice" if asked.required:
                return asked.choices[0].value
        return None

    def _address(self, todo: Todo) -> str:
        page = self.website.put_page("a.html", f"<p>{html.escape(todo.title or '')}</p>")
        return f"{page}#{self._said(200).replace(' ', '/').replace(chr(92), '/')}"

    def _file(self) -> dict[str, str]:
        name = "".join(c for c in self._said(100) if c not in "/\\")
        content = base64.b64encode(image("PNG")).decode()
        return {"name": f"{name}.png", "media_type": "image/png", "content_base64": content}

    def _said(self, longest: int) -> str:
        """As many as fit, the next ones each time."""
        said = ""
        for _ in PAYLOADS:
            if said and len(said) + 1 + len(self._payloads[0]) > longest:
                break
            said = f"{said} {self._payloads[0]}".strip()[:longest]
            self._payloads.rotate(-1)
        return said.strip()


NOT_WALKED_YET = frozenset(
    {
        "answer.about",
        "answer.address",
        "answer.advice",
        "answer.decided_in",
        "answer.decision",
        "answer.declassified_by",
        "answer.done",
        "answer.emergency_reason",
        "answer.found",
        "answer.grave_interest",
        "answer.improve",
        "answer.interpretation_url",
        "answer.late_reason",
        "answer.link",
        "answer.medium",
        "answer.minutes",
        "answer.offline",
        "answer.owner",
        "answer.participants",
        "answer.participation",
        "answer.place",
        "answer.plan",
        "answer.proposal",
        "answer.published_at",
        "answer.receiver",
        "answer.report",
        "answer.response_plan",
        "answer.selection",
        "answer.short_reason",
        "answer.source",
        "answer.subject",
        "answer.summary",
        "answer.team",
        "answer.what",
        "answer.worked",
    }
)
"""Fields of procedures of which no case is walked here so far. Whoever brings one in takes its fields out."""


def text_fields() -> set[str]:
    """Every field of every form that takes text, by the name it is posted under: none can be forgotten."""
    forms = [form for each in installed() for form in (each.intake, *each.forms.values())]
    fields = [asked for form in forms for asked in fields_of(form.model_json_schema(), {})]
    return {asked.posted for asked in fields if asked.kind in ("text", "long")}


def name_everything(service: Service) -> None:
    """People share the payloads as their names; unit, organ and reading room have all of them each."""
    with service.database.begin() as connection:
        unit = connection.scalar(text("SELECT id FROM unit"))
        add_person(connection, "second_drafter", Position.DRAFTER, unit_id=unit)
        people = connection.scalars(text("SELECT id FROM person ORDER BY id")).all()
        for start, person in enumerate(people):
            name = " ".join(PAYLOADS[start :: len(people)])
            connection.execute(text("UPDATE person SET name = :n WHERE id = :id"), {"n": name, "id": person})
        connection.execute(text("UPDATE unit SET name = :n"), {"n": ALL})
        connection.execute(text("UPDATE organ SET name = :n, reading_room = :n"), {"n": ALL})
