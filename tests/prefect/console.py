"""Prefect's API as an operator's browser uses it, and what our own tables say beside it."""

import base64
import json
from typing import Any

import httpx
from sqlalchemy import text

from deployments.instance import Instance
from engine.service import Service
from tests.waiting import wait_until


class Console:
    """Reads runs and task runs; acts on them by hand."""

    def __init__(self, instance: Instance, service: Service) -> None:
        self.service = service
        secret = base64.b64encode(instance.credentials.prefect_auth_string.encode()).decode()
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{instance.ports.prefect}/api",
            headers={"Authorization": f"Basic {secret}"},
            timeout=20,
            trust_env=False,
        )

    def close(self) -> None:
        """Close the connection."""
        self.http.close()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One call; fails on an error status."""
        answer = self.http.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def run_id(self, number: str) -> str | None:
        """The flow run that shows a case now."""
        query = "SELECT s.flow_run_id FROM shown_case s JOIN cases c ON c.id = s.case_id WHERE c.number = :n"
        with self.service.database.connect() as connection:
            found = connection.execute(text(query), {"n": number}).scalar()
        return str(found) if found else None

    def run(self, number: str) -> dict[str, Any] | None:
        """That flow run as Prefect has it."""
        run_id = self.run_id(number)
        if run_id is None:
            return None
        answer = self.http.get(f"/flow_runs/{run_id}")
        return answer.json() if answer.status_code == 200 else None

    def runs(self) -> list[dict[str, Any]]:
        """All flow runs."""
        return list(self.ask("POST", "/flow_runs/filter", {"limit": 200}))

    def steps(self, number: str) -> dict[str, dict[str, Any]]:
        """The task runs of a case's run by ``key:round``, ``clock:id``, ``rung:id``."""
        body = {"flow_runs": {"id": {"any_": [self.run_id(number)]}}, "limit": 200}
        return {row["dynamic_key"]: row for row in self.ask("POST", "/task_runs/filter", body)}

    def everything(self, number: str) -> str:
        """Whatever Prefect gives out about a case's run."""
        run_id = self.run_id(number)
        of_run = {"flow_runs": {"id": {"any_": [run_id]}}, "limit": 200}
        bars = self.ask("POST", "/task_runs/filter", of_run)
        told = [
            self.run(number),
            bars,
            self.ask("POST", "/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run_id]}}}),
            self.ask("POST", "/logs/filter", {"logs": {"flow_run_id": {"any_": [run_id]}}}),
            self.ask(
                "POST", "/events/filter", {"filter": {"related": {"id": [f"prefect.flow-run.{run_id}"]}}}
            ),
            self.ask("GET", f"/flow_run_states/?flow_run_id={run_id}"),
            *(self.ask("GET", f"/task_run_states/?task_run_id={bar['id']}") for bar in bars),
        ]
        return json.dumps(told, ensure_ascii=False)

    def tables(self, number: str) -> dict[str, list[dict[str, str]]]:
        """The tables on the page of a case's run, without the case's number."""
        wanted = {"artifacts": {"flow_run_id": {"any_": [self.run_id(number)]}, "type": {"any_": ["table"]}}}
        return {
            row["key"].removesuffix(f"-{number.lower()}"): json.loads(row["data"])
            for row in self.ask("POST", "/artifacts/filter", wanted)
        }

    def wait_shown(self, number: str, *, seconds: float = 120.0) -> dict[str, Any]:
        """Wait until the case is shown as it is now; gives its run."""
        query = text(
            "SELECT s.shown_seq >= c.seq AND (c.closed_at IS NULL OR s.finished) AND s.pause_key <> ''"
            "    OR s.finished"
            " FROM cases c LEFT JOIN shown_case s ON s.case_id = c.id WHERE c.number = :n"
        )

        def shown() -> dict[str, Any] | None:
            with self.service.database.connect() as connection:
                return self.run(number) if connection.execute(query, {"n": number}).scalar() else None

        return wait_until(shown, seconds=seconds, what=f"{number} to be shown") or {}

    def wait_state(self, number: str, name: str, *, seconds: float = 120.0) -> dict[str, Any]:
        """Wait until the case's run has this state name."""

        def there() -> dict[str, Any] | None:
            run = self.run(number)
            return run if run and run["state"]["name"] == name else None

        return wait_until(there, seconds=seconds, what=f"{number} to be {name}") or {}

    def set_state(self, run_id: str, state: dict[str, Any], *, force: bool = True) -> Any:
        """What the UI posts when an operator changes a state."""
        return self.ask("POST", f"/flow_runs/{run_id}/set_state", {"state": state, "force": force})

    def flags(self, number: str) -> list[str]:
        """What was flagged in the ledger of a case, in order."""
        query = (
            "SELECT e.data ->> 'what' FROM ledger_entry e JOIN cases c ON c.id = e.chain WHERE c.number = :n"
            " AND e.action = 'prefect-run-changed-by-hand' ORDER BY e.seq"
        )
        with self.service.database.connect() as connection:
            return list(connection.execute(text(query), {"n": number}).scalars())
