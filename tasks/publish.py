"""``publish`` 公开: the automated step that puts the signed version on the website, once."""

from engine.calls import ActivityCall, Title


def publish(key: str, title: tuple[str, str], *, version: int, basis: str = "") -> ActivityCall:
    """Publish exactly this version; awaiting gives its address and the instant it became public."""
    return ActivityCall(
        key=key,
        title=Title(*title),
        basis=basis,
        activity="publish",
        arguments={"document_version_id": version},
    )
