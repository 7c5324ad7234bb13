"""One POST, its whole answer bounded in time and size.

No words of an error are kept: the address of a robot is its secret, and errors quote addresses.
"""

import asyncio
import logging
from collections.abc import Mapping

import httpx

from notifications.channels import ChannelUnavailable

SECONDS = 10.0
LONGEST_ANSWER_BYTES = 64 * 1024

# It writes the address of every request at INFO.
logging.getLogger("httpx").setLevel(logging.WARNING)


def post(url: str, content: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Status and content of the answer. Redirects are not followed.

    Raises:
        ChannelUnavailable: no complete answer.
    """
    try:
        return asyncio.run(_post(url, content, dict(headers)))
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise ChannelUnavailable(type(error).__name__) from None


async def _post(url: str, content: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    headers = headers | {"Content-Type": "application/json; charset=utf-8", "Accept-Encoding": "identity"}
    async with asyncio.timeout(SECONDS), httpx.AsyncClient(timeout=SECONDS) as client:
        asked = client.stream("POST", url, content=content, headers=headers, follow_redirects=False)
        async with asked as answer:
            said = bytearray()
            async for piece in answer.aiter_raw():
                said += piece
                if len(said) > LONGEST_ANSWER_BYTES:
                    raise ChannelUnavailable("an answer too long")
            return answer.status_code, bytes(said)
