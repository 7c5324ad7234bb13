"""Prefect's server as the portal reaches it: with the operator's sign-in, which no visitor ever sees.

Of a request only what Prefect needs goes in; of an answer only what describes its content comes out.
"""

import ssl
from collections.abc import Mapping
from functools import cache
from urllib.parse import quote

import httpx
from fastapi import Request
from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse

from engine.settings import Settings
from portal.errors import PrefectAway

GOES_IN = ("accept", "accept-encoding", "content-type", "if-none-match", "if-modified-since")
COMES_OUT = ("content-type", "content-encoding", "content-length", "content-disposition", "etag")
SECONDS = 30.0


@cache
def _authorities() -> ssl.SSLContext:
    """Who is believed about an https address. Reading their list takes longer than a request."""
    return httpx.create_ssl_context(trust_env=False)


class PrefectServer:
    """One installation's Prefect. ``transport`` stands in for the network in a test."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        user, _, word = settings.prefect_auth_string.get_secret_value().partition(":")
        self.url = settings.prefect_server_url
        self._auth = httpx.BasicAuth(user, word)
        # No connection is kept: on the loopback address a new one costs less than a stale one.
        self._limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.AsyncClient(
            transport=transport,
            verify=_authorities(),
            timeout=SECONDS,
            limits=self._limits,
            trust_env=False,
            follow_redirects=False,
        )

    async def ask(self, request: Request, path: str) -> httpx.Response:
        """Send the request on, to this path of Prefect's; the answer's body is still to be read and closed.

        Raises:
            PrefectAway: there is none here, it does not answer, or it does not know our sign-in.
        """
        if not self.url:
            raise PrefectAway(where="prefect", why_zh="本实例未设 Prefect 地址", why_en="no address is set")
        url = f"{self.url}{quote(path, safe='/')}" + (f"?{request.url.query}" if request.url.query else "")
        headers = {name: request.headers[name] for name in GOES_IN if name in request.headers}
        body = await request.body() if request.method == "POST" else None
        sent = self._http.build_request(request.method, url, headers=headers, content=body)
        try:
            answer = await self._http.send(sent, stream=True, auth=self._auth)
        except httpx.HTTPError as error:
            # Only the kind of trouble: the text may name addresses.
            name = type(error).__name__
            raise PrefectAway(where="prefect", why_zh=f"无法连接（{name}）", why_en=name) from None
        if answer.status_code == 401:
            await answer.aclose()
            raise PrefectAway(where="prefect", why_zh="口令不符", why_en="the sign-in does not fit")
        return answer


def passed_on(answer: httpx.Response, headers: Mapping[str, str]) -> Response:
    """Prefect's answer as it streams, with these headers and no other but those that describe the content."""
    kept = {name: answer.headers[name] for name in COMES_OUT if name in answer.headers}
    return StreamingResponse(
        answer.aiter_raw(),
        answer.status_code,
        headers={**kept, **headers},
        background=BackgroundTask(answer.aclose),
    )
