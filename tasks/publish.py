"""``publish`` 公开: the automated step that puts the signed version on the website, once."""

from engine.calls import ActivityCall, Title


def publish(
    key: str, title: tuple[str, str], *, version: int, beside: int | None = None, basis: str = ""
) -> ActivityCall:
    """Publish exactly this version; awaiting gives its address and the instant it became public.

    Args:
        beside: the version of its interpretation; both become public in one act, or neither.
    """
    together = {} if beside is None else {"beside": beside}
    return ActivityCall(
        key=key,
        title=Title(*title),
        basis=basis,
        activity="publish",
        arguments={"document_version_id": version, **together},
    )


def publish_interpretation(
    key: str, title: tuple[str, str], *, version: int, basis: str = ""
) -> ActivityCall:
    """Publish an interpretation whose document is public already; awaiting gives the same."""
    return ActivityCall(
        key=key,
        title=Title(*title),
        basis=basis,
        activity="publish-interpretation",
        arguments={"document_version_id": version},
    )
