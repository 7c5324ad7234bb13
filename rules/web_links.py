"""Whether two links lead to the same page: what differs only in how the page was come by is left out.

Public opinion is reported again and again under links that carry who shared them and from where.
"""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING = frozenset(
    {"spm", "scm", "gclid", "fbclid", "msclkid", "yclid", "wfr", "nsukey", "isappinstalled", "sharer_shareid"}
)
_TRACKING_PREFIXES = ("utm_", "share_", "sharer_")


def same_page(link: str) -> str:
    """The link by which a page is known here: scheme and host in small letters, without default port,
    fragment and what only says how the reader came there. What is no web address stays as it is.
    """
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        return link
    if parts.scheme.lower() not in _DEFAULT_PORTS or not parts.hostname:
        return link
    scheme, host = parts.scheme.lower(), parts.hostname
    host = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        host = f"{host}:{port}"
    asked = parse_qsl(parts.query, keep_blank_values=True)
    kept = [pair for pair in asked if not _tracks(pair[0])]
    query = parts.query if kept == asked else urlencode(kept)  # untouched, as long as nothing is taken out
    return urlunsplit((scheme, host, parts.path or "/", query, ""))


def _tracks(name: str) -> bool:
    return name.lower() in _TRACKING or name.lower().startswith(_TRACKING_PREFIXES)
