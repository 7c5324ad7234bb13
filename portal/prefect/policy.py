"""The content policy of Prefect's pages: they share our origin, so they are kept from everything else on it.

The bundle is not ours. It may load its own files and ask its own API; it cannot fetch one of our pages,
frame one, open one in a window it can look into, or send a form.
"""

import re
from urllib.parse import urlsplit

from portal.prefect.reads import UI_BASE

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9a-fA-F:]+\](:[0-9]{1,5})?")


def headers_of_pages(base_url: str, host: str) -> dict[str, str]:
    """The security headers of a page of Prefect's.

    Args:
        base_url: where people reach the portal.
        host: the request's ``Host``: another name of the same portal, as ``localhost`` beside 127.0.0.1.
    """
    ours = urlsplit(base_url)
    hosts = dict.fromkeys([ours.netloc, host] if _HOST.fullmatch(host) else [ours.netloc])
    places = [f"{ours.scheme}://{name}{UI_BASE}" for name in hosts]
    files = " ".join(f"{place}/v2/" for place in places)
    asked = " ".join(f"{place}/{part}" for place in places for part in ("api/", "ui-settings", "v2/"))
    return {
        "content-security-policy": (
            f"default-src 'none'; script-src {files} 'unsafe-eval'; style-src {files} 'unsafe-inline'; "
            f"img-src {files} data: blob:; font-src {files}; connect-src {asked}; worker-src data: blob:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            "sandbox allow-scripts allow-same-origin allow-downloads"
        ),
        # Our own pages say same-origin: a window opened from here would not be reachable from here.
        "cross-origin-opener-policy": "unsafe-none",
    }
