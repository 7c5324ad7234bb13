"""Downloads that a browser saves and never runs."""

from urllib.parse import quote

_KNOWN = {
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/ofd",
    "application/zip",
    "image/jpeg",
    "image/png",
    "text/csv",
    "text/plain",
}


def safe_media_type(stated: str) -> str:
    """The stated type where no browser would execute it, else plain bytes."""
    return stated if stated in _KNOWN else "application/octet-stream"


def content_disposition(name: str) -> str:
    """``attachment`` with the name in UTF-8 (RFC 6266) and an ASCII stand-in without anything to escape."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name).lstrip(".")
    return f"attachment; filename=\"{plain or 'attachment'}\"; filename*=UTF-8''{quote(name, safe='')}"
