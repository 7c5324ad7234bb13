"""Walking a sample case over HTTP as its people would: sign in, open the inbox, decide, next."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import httpx

from deployments.samples import Sample
from rules.errors import GongkaiError, Kind, Said

POLL_SECONDS = 0.1
AUTOMATED_SECONDS = 90.0


class DemonstrationFailed(GongkaiError):
    """The demonstration met something it must not meet."""

    kind = Kind.BROKEN
    zh = Said("演示未能完成", "{why}", "请查看上面的日志摘录并报告")
    en = Said("The demonstration could not be completed", "{why}", "See the logs quoted above and report")


@dataclass(frozen=True)
class Walked:
    """One thing that happened, and how long the request took."""

    at: float
    who: str
    step_zh: str
    step_en: str
    action: str
    milliseconds: float


class Desk:
    """One person signed in."""

    def __init__(self, base_url: str, username: str, password: str) -> None:
        self.username = username
        self._http = httpx.Client(base_url=f"{base_url}/api/v1", timeout=30, trust_env=False)
        opened = self._asked("POST", "/session", json={"username": username, "password": password})
        self._http.headers["X-CSRF-Token"] = opened["csrf_token"]

    def launch(self, sample: Sample) -> str:
        """Launch a sample; says its number."""
        body = {"procedure": sample.procedure, **sample.launch()}
        key = {"Idempotency-Key": f"demo-{sample.id}"}
        return str(self._asked("POST", "/cases", json=body, headers=key)["number"])

    def refused(self, sample: Sample) -> str:
        """Try the launch that a sample must be refused first; says the code of the refusal.

        Raises:
            DemonstrationFailed: it was taken.
        """
        body = {"procedure": sample.procedure, **(sample.refused or {})}
        answer = self._http.request("POST", "/cases", json=body)
        if not answer.is_client_error:
            raise DemonstrationFailed(where=sample.id, why=f"not refused: HTTP {answer.status_code}")
        return str(answer.json()["code"])

    def case(self, number: str) -> dict[str, Any]:
        """A case as this person sees it."""
        return self._asked("GET", f"/cases/{number}")

    def inbox(self) -> list[dict[str, Any]]:
        """This person's open to-dos."""
        return list(self._asked("GET", "/inbox")["todos"])

    def todo(self, todo_id: int) -> dict[str, Any]:
        """One to-do of this person's."""
        return self._asked("GET", f"/assignments/{todo_id}")

    def decide(self, todo: dict[str, Any], sample: Sample) -> dict[str, Any]:
        """Decide as the sample's script says, about the version that was shown."""
        what = sample.decision(todo["step"]["key"], todo["round"])
        body = {
            "action": what.action,
            "opinion": what.opinion,
            "answers": what.answers,
            "return_to": what.return_to,
            "return_mode": what.return_mode,
            "document_version": todo["document_version"],
        }
        key = {"Idempotency-Key": f"demo-todo-{todo['id']}"}
        return self._asked("POST", f"/assignments/{todo['id']}/decision", json=body, headers=key)

    def advance_to(self, instant: datetime) -> None:
        """Move virtual time."""
        self._asked("POST", "/clock/advance", json={"to": instant.isoformat()})

    def close(self) -> None:
        """Leave."""
        self._http.close()

    def _asked(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        answer = self._http.request(method, path, **request)
        if answer.is_error:
            raise DemonstrationFailed(
                where=f"{method} {path}",
                why=f"{self.username}: HTTP {answer.status_code} {answer.text[:600]}",
            )
        answered: dict[str, Any] = answer.json()
        return answered


def _alone(_number: str) -> list[str]:
    """Of whoever looks at one case only."""
    return []


@dataclass
class Walk:
    """A sample on its way from desk to desk."""

    base_url: str
    passwords: dict[str, str]  # by username
    usernames: dict[str, str]  # by name, as the case says who has it
    launcher: str
    family: Callable[[str], list[str]] = _alone  # numbers of the cases that belong with one
    taken: list[Walked] = field(default_factory=list)
    _desks: dict[str, Desk] = field(default_factory=dict)

    def whole(self, sample: Sample) -> dict[str, Any]:
        """Launch the sample and decide until it is closed; gives the closed case.

        Raises:
            DemonstrationFailed: a request was refused, or nothing moved for too long.
        """
        return self.until(sample, lambda case: bool(case["state"] == "closed"))

    def until(self, sample: Sample, there: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Launch the sample, unless it was, and decide until ``there`` says so of the case.

        A walk that was killed is continued by walking the sample again: launch and decisions carry keys.

        Raises:
            DemonstrationFailed: a request was refused, nothing moved for too long, or it ended elsewhere.
        """
        began = time.perf_counter()
        number = self._desk(self.launcher).launch(sample)
        self._note(began, self.launcher, ("发起", "launch"), "")
        until = time.monotonic() + AUTOMATED_SECONDS
        while not there(case := self._desk(self.launcher).case(number)):
            if case["state"] in ("stopped", "closed"):
                raise DemonstrationFailed(where=number, why=f"{case['outcome']} {case['incidents']}")
            if case["held_by"]:
                self._decide_next(case, sample)
                until = time.monotonic() + AUTOMATED_SECONDS
            elif self._decide_beside(number, sample):
                until = time.monotonic() + AUTOMATED_SECONDS
            elif time.monotonic() > until:
                raise DemonstrationFailed(where=number, why=f"nothing moved for {AUTOMATED_SECONDS:.0f} s")
            else:
                time.sleep(POLL_SECONDS)
        return case

    def advance_to(self, instant: datetime) -> None:
        """Move virtual time, as the administrator."""
        self._desk(self.launcher).advance_to(instant)

    def launch(self, sample: Sample) -> str:
        """Launch a sample, as the administrator; says its number."""
        desk = self._desk(self.launcher)
        if sample.refused is not None:
            desk.refused(sample)
        return desk.launch(sample)

    def decide(self, username: str, todo_id: int, sample: Sample) -> None:
        """Decide one to-do as its holder, as the sample's script says."""
        desk = self._desk(username)
        todo = desk.todo(todo_id)
        began = time.perf_counter()
        decided = desk.decide(todo, sample)
        self._note(began, username, (todo["step"]["zh"], todo["step"]["en"]), decided["action"])

    def asked(self, number: str) -> list[str]:
        """Whose inbox holds an escalation of this case."""
        return [
            name
            for name, username in self.usernames.items()
            if username in self.passwords
            and any(todo["case"] == number and todo["escalation"] for todo in self._desk(username).inbox())
        ]

    def _decide_beside(self, number: str, sample: Sample) -> bool:
        """Decide in a case it waits for, where the sample says what; whether anything was."""
        for other in self.family(number):
            case = self._desk(self.launcher).case(other)
            script = next((each for each in sample.beside if each.procedure == case["procedure"]), None)
            if script is not None and case["held_by"]:
                self._decide_next(case, script)
                return True
        return False

    def _decide_next(self, case: dict[str, Any], sample: Sample) -> None:
        username = self.usernames[case["held_by"][0]["people"][0]]
        desk = self._desk(username)
        todo = next(todo for todo in desk.inbox() if todo["case"] == case["number"])
        began = time.perf_counter()
        decided = desk.decide(todo, sample)
        self._note(began, username, (todo["step"]["zh"], todo["step"]["en"]), decided["action"])

    def _note(self, began: float, who: str, step: tuple[str, str], action: str) -> None:
        took = (time.perf_counter() - began) * 1000
        self.taken.append(Walked(time.time(), who, *step, action, took))

    def _desk(self, username: str) -> Desk:
        if username not in self._desks:
            self._desks[username] = Desk(self.base_url, username, self.passwords[username])
        return self._desks[username]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for desk in self._desks.values():
            desk.close()
