"""The bureau at work through the HTTP API: people who launch and decide, and never take no answer for one.

Every act has one Idempotency-Key. It is in the log before the request leaves, and again when an answer has
come; without an answer the same request is sent again with the same key, however long it takes.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from rules.positions import Position
from rules.time import local_date, system_time
from tests.builders import ANSWERS, PROACTIVE_DRAFT, UNIT
from tests.kill.durable_log import DurableLog

PASSWORD = "青岭-correct-horse-42"
OPEN_CASES = 6
REVIEWERS = tuple(p.value for p in Position if p not in (Position.ADMINISTRATOR, Position.MANAGER))
LAST_STEP = "paper-copy"
_RETURNING = {"section-review", "office-review", "deputy-head-review"}


@dataclass(frozen=True)
class Act:
    """One thing a person wants done once."""

    key: str
    kind: str  # "launch" or "decide"
    by: str
    path: str
    body: dict[str, Any]
    todo: int | None = None
    step: str = ""


class Office:
    """Threads of people; ``log`` is all that a judge needs."""

    def __init__(self, portal: str, log: Path, seed: str) -> None:
        self.portal, self.seed, self.log = portal, seed, DurableLog(log)
        self.tokens: dict[str, str] = {}
        self.launching, self.working = threading.Event(), threading.Event()
        self.launched: set[str] = set()
        self.done: set[str] = set()
        self._attempts, self._begun = 0, threading.Condition()
        self._threads: list[threading.Thread] = []
        self._clients = threading.local()

    # --- the day -----------------------------------------------------------------------------

    def sign_in(self) -> None:
        """Everybody makes a token for the script they work with."""
        for username in (Position.ADMINISTRATOR.value, *REVIEWERS):
            with httpx.Client(base_url=self.portal, trust_env=False, timeout=20) as client:
                said = client.post("/api/v1/session", json={"username": username, "password": PASSWORD})
                said.raise_for_status()
                csrf = {"X-CSRF-Token": said.json()["csrf_token"]}
                made = client.post("/api/v1/tokens", json={"name": "office", "days": 1}, headers=csrf)
                made.raise_for_status()
                self.tokens[username] = made.json()["secret"]

    def open(self) -> None:
        """Begin to work."""
        self.launching.set()
        self.working.set()
        self._spawn(self._launch_cases)
        for username in REVIEWERS:
            self._spawn(lambda name=username: self._decide_all(name))

    def close(self) -> None:
        """Go home, whatever is open."""
        self.launching.clear()
        self.working.clear()
        for thread in self._threads:
            thread.join(30)

    def _spawn(self, work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    # --- what people do ----------------------------------------------------------------------

    def _launch_cases(self) -> None:
        chance, number = random.Random(f"launch:{self.seed}"), 0
        while self.launching.is_set():
            if len(self.launched) - len(self.done) >= OPEN_CASES:
                time.sleep(0.1)
                continue
            number += 1
            self.launch(number)
            time.sleep(chance.uniform(0.1, 0.8))

    def launch(self, number: int) -> str | None:
        """Launch the ``number``-th case; returns its case number."""
        body = {
            "procedure": "proactive-disclosure",
            "intake": {"drafter": "drafter", "unit": UNIT, "legality_review": number % 3 == 0},
            "draft": PROACTIVE_DRAFT | {"title": f"关于开展第{number}次安全生产检查的通知"},
        }
        act = Act(f"launch-{self.seed}-{number}", "launch", "administrator", "/api/v1/cases", body)
        said = self.perform(act)
        if said is None:
            return None
        self.launched.add(said["number"])
        return str(said["number"])

    def _decide_all(self, username: str) -> None:
        chance = random.Random(f"{username}:{self.seed}")
        while self.working.is_set():
            for todo in self.inbox(username):
                if not self.working.is_set():
                    return
                time.sleep(chance.uniform(0.05, 0.5))
                self._decide(username, todo, chance)
            time.sleep(chance.uniform(0.3, 0.7))

    def inbox(self, username: str) -> list[Any]:
        """The to-dos to decide; none while the portal does not answer."""
        try:
            said = self._client().get("/api/v1/inbox", headers=self._headers(username))
            todos = said.json()["todos"] if said.status_code == 200 else []
        except (httpx.HTTPError, ValueError):
            return []
        return [todo for todo in todos if todo["step"] is not None]

    def _decide(self, username: str, todo: Any, chance: random.Random) -> None:
        act = self.decision(username, todo, f"{username}-{todo['id']}-{chance.getrandbits(48):012x}")
        habit = chance.random()
        if habit < 0.08:  # two windows: another key for the same to-do
            other = self.decision(username, todo, f"{act.key}-window")
            window = self._spawn(lambda: self.perform(other) and None)
        elif habit < 0.16:  # a double click: the same key at the same time
            window = self._spawn(lambda: self.perform(act) and None)
        else:
            window = None
        self.perform(act)
        if window is not None:
            window.join()
        if 0.16 <= habit < 0.30:  # a script that was not sure
            self.perform(act)

    def decision(self, username: str, todo: Any, key: str) -> Act:
        """An approval, or now and then a return to the drafter."""
        step = todo["step"]["key"]
        body: dict[str, Any] = {"action": "approve", "opinion": "同意", "answers": _answers(step)}
        back = random.Random(f"{self.seed}:{todo['case']}:{step}").random() < 0.08
        if step in _RETURNING and todo["round"] == 1 and back:
            body = {"action": "return", "opinion": "请核对日期", "return_to": "drafting"}
        body["document_version"] = todo["document_version"]
        path = f"/api/v1/assignments/{todo['id']}/decision"
        return Act(key, "decide", username, path, body, todo["id"], step)

    # --- acts --------------------------------------------------------------------------------

    def perform(self, act: Act) -> Any:
        """Send until it is answered. Returns what an acknowledgement said, else None (refused)."""
        while self.working.is_set() or not self._threads:
            number = self._begin(act)
            try:
                headers = self._headers(act.by) | {"Idempotency-Key": act.key}
                answer = self._client().post(act.path, json=act.body, headers=headers)
                said = answer.json()
            except (httpx.HTTPError, ValueError) as error:
                self.log.write("broken", n=number, error=type(error).__name__)
                time.sleep(0.1)
                continue
            if answer.status_code in (200, 201):
                self.log.write("acked", n=number, status=answer.status_code, said=said)
                if act.step == LAST_STEP:
                    self.done.add(said["case_number"])
                return said
            code = said.get("code", "")
            if answer.status_code < 500:
                self.log.write("refused", n=number, status=answer.status_code, code=code)
                return None
            self.log.write("unavailable", n=number, status=answer.status_code, code=code)
            time.sleep(0.1)
        return None

    def wait_for_request(self, seconds: float) -> bool:
        """Until somebody sends the next launch or decision; its log line is on disk by then."""
        with self._begun:
            return self._begun.wait(seconds)

    def _begin(self, act: Act) -> int:
        with self._begun:
            self._attempts += 1
            number = self._attempts
        facts = {"key": act.key, "kind": act.kind, "by": act.by, "todo": act.todo, "step": act.step}
        self.log.write("asked", n=number, action=act.body.get("action", ""), **facts)
        with self._begun:
            self._begun.notify_all()
        return number

    def _headers(self, username: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[username]}"}

    def _client(self) -> httpx.Client:
        if not hasattr(self._clients, "client"):
            self._clients.client = httpx.Client(base_url=self.portal, trust_env=False, timeout=10)
        return self._clients.client  # type: ignore[no-any-return]


def _answers(step: str) -> dict[str, Any]:
    today = local_date(system_time(), "Asia/Shanghai").isoformat()
    return {k: today if k.endswith("_on") else v for k, v in ANSWERS.get(step, {}).items()}
