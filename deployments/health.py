"""Asking a part over HTTP whether it works; never through a proxy, never for long."""

import base64
import http.client
import urllib.request

from deployments.ports import LOOPBACK

TIMEOUT_SECONDS = 3.0

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def answers(port: int, path: str, *, body: bytes | None = None, auth_string: str = "") -> bool:
    """Whether this path answers with success. A body makes it a POST of JSON."""
    request = urllib.request.Request(f"http://{LOOPBACK}:{port}{path}", data=body)
    request.add_header("Content-Type", "application/json")
    if auth_string:
        request.add_header("Authorization", "Basic " + base64.b64encode(auth_string.encode()).decode())
    try:
        with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return 200 <= int(answer.status) < 300
    except (
        OSError,
        ValueError,
        http.client.HTTPException,
    ):  # Refused, slow, an error page, or dying as it answers.
        return False
