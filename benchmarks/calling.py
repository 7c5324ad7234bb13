"""A client of the JSON API, with one kept-alive connection and everybody's personal tokens."""

import http.client
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from benchmarks.cases import HOLDERS, LAST_HOLDER, Desk
from engine.acts.tokens import create_token

_IDLE_SECONDS = 2.0


class Caller:
    """A client of the JSON API on one kept-alive connection."""

    def __init__(self, base_url: str, tokens: dict[str, str]) -> None:
        address = urlsplit(base_url)
        self._connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
        self._tokens = tokens
        self._used_at = 0.0

    def call(self, username: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One request as this person; the answer's content. Fails for anything but 2xx."""
        headers = {"Authorization": f"Bearer {self._tokens[username]}", "Content-Type": "application/json"}
        if time.monotonic() - self._used_at > _IDLE_SECONDS:
            self._connection.close()  # the portal ends idle connections; the next request connects anew
        content = None if body is None else json.dumps(body).encode()
        self._connection.request(method, f"/api/v1{path}", content, headers)
        response = self._connection.getresponse()
        answer = json.loads(response.read())
        self._used_at = time.monotonic()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {answer}")
        return answer

    def deciding(self, desk: Desk) -> Callable[[str, int], Any]:
        """The sample's decision at a step, as a request of whoever holds it."""
        return lambda step, todo: self.call(
            HOLDERS[step], "POST", f"/assignments/{todo}/decision", desk.body(step)
        )


def make_tokens(desk: Desk) -> dict[str, str]:
    """A personal token for everybody who decides, as each would make it after signing in."""
    people = {*HOLDERS.values(), LAST_HOLDER}
    return {
        name: create_token(desk.service, desk.actor(name), name="bench", days=1).secret for name in people
    }
