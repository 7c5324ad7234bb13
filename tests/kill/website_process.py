"""The website process as a test holds it: started, asked what is open, told to hold, stopped."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import clean_environment
from tests.free_ports import free_port
from tests.kill.installation import ROOT
from tests.waiting import wait_until


class WebsiteProcess:
    """``tests.kill.website`` running."""

    def __init__(self, log: Path, seed: str) -> None:
        self.log, self.port = log, free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.kill.website", str(self.port), str(log), seed],
            cwd=ROOT,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
        )
        wait_until(self._answers, what="the website")

    @property
    def url(self) -> str:
        """Where documents are posted to."""
        return f"http://127.0.0.1:{self.port}/publish"

    def hold(self, stage: str) -> None:
        """Keep the next request open ``before`` or ``after`` it is stored."""
        self._ask("POST", "/hold", {"stage": stage})

    def is_holding(self) -> list[str]:
        """The keys of the open requests, once one of them is held."""
        said = self._ask("GET", "/")
        return [] if said["hold_at"] else list(said["open"])

    def release(self) -> None:
        """Let go what is held."""
        self._ask("POST", "/release", {})

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        try:
            self._ask("GET", "/")
        except httpx.HTTPError:
            return False
        return True

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        address = f"http://127.0.0.1:{self.port}{path}"
        answer = httpx.request(method, address, json=body, timeout=5, trust_env=False)
        answer.raise_for_status()
        return answer.json()
