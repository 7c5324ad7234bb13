"""The case every figure is about: ZD-01 of the samples, walked through its first four approvals.

The drafter confirms the draft beforehand; measured are section head, legal office, office and openness
office (with its form), each from the decision until the next holder's to-do is open.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import text

from deployments.samples import PROCEDURE, Sample, read_sample
from engine.actor import Actor
from engine.acts.decide import DecisionRequest, decide
from engine.acts.launch import LaunchRequest, launch
from engine.service import Service

APPROVALS = ("section-review", "legality-review", "office-review", "confidentiality-review")
LAST_OPENED, LAST_HOLDER = "deputy-head-review", "feng.tao"
"""The step the fourth approval opens, and whose to-do that is."""

HOLDERS = {
    "drafting": "zhang.wei",
    "section-review": "li.na",
    "legality-review": "zhou.min",
    "office-review": "sun.yan",
    "confidentiality-review": "wu.di",
}
LAUNCHER = "lin.xue"

_OPEN = text(
    "SELECT a.case_id, a.id FROM assignment a JOIN step s ON s.id = a.step_id"
    " WHERE a.case_id = ANY(:cases) AND s.key = :step AND a.closed_at IS NULL ORDER BY a.case_id"
)


class Desk:
    """Launches sample cases and decides their to-dos, in the names of the sample people."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.sample: Sample = read_sample("ZD-01", today=service.today)
        self._actors: dict[str, Actor] = {}

    def actor(self, username: str) -> Actor:
        """Whoever acts, looked up once: signing in is not part of a decision."""
        if username not in self._actors:
            self._actors[username] = self.service.actor(username, channel="api")
        return self._actors[username]

    def launch(self) -> int:
        """A case whose drafter has to confirm the draft. Returns its id."""
        request = LaunchRequest(PROCEDURE, self.sample.intake, self.sample.draft)
        return launch(self.service, self.actor(LAUNCHER), request).case_id

    def decide(self, step: str, todo: int) -> None:
        """What the sample's script says at this step."""
        decide(self.service, self.actor(HOLDERS[step]), self.request(step, todo))

    def request(self, step: str, todo: int) -> DecisionRequest:
        """The decision as the engine takes it."""
        said = self.sample.decision(step, 1)
        return DecisionRequest(todo, said.action, said.opinion, said.answers)

    def body(self, step: str) -> dict[str, Any]:
        """The decision as the API takes it."""
        said = self.sample.decision(step, 1)
        return {"action": said.action, "opinion": said.opinion, "answers": said.answers}

    def open_todos(self, step: str, cases: Sequence[int]) -> dict[int, int]:
        """The open to-do of every case that waits at this step, by case."""
        with self.service.read() as connection:
            rows = connection.execute(_OPEN, {"cases": list(cases), "step": step})
            return {row.case_id: row.id for row in rows}

    def open_todo(self, step: str, case: int) -> int:
        """The one open to-do of a case; fails if the case does not wait there."""
        return self.open_todos(step, [case])[case]

    def prepare(self, count: int) -> list[int]:
        """Cases that wait for the first of the four approvals."""
        cases = [self.launch() for _ in range(count)]
        for todo in self.open_todos("drafting", cases).values():
            self.decide("drafting", todo)
        return cases

    def walk(self, case: int, decide: Callable[[str, int], object]) -> None:
        """One prepared case through the four approvals."""
        for step in APPROVALS:
            decide(step, self.open_todo(step, case))
