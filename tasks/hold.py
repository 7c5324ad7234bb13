"""``hold`` 暂停: nobody here can decide yet. An incident stays open until an administrator asks again."""

from engine.calls import HoldCall, Title


def hold(
    key: str, title: tuple[str, str], *, reason: tuple[str, str], asks_again: str, basis: str = ""
) -> HoldCall:
    """Park the case with ``reason`` (Chinese, English); afterwards the step ``asks_again`` is asked again."""
    return HoldCall(
        key=key,
        title=Title(*title),
        basis=basis,
        reason_zh=reason[0],
        reason_en=reason[1],
        asks_again=asks_again,
    )
