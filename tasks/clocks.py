"""``start_clock`` 起算, ``stop_clock`` 止算, ``wait_until`` 等待: limits that belong to a case."""

from dataclasses import dataclass
from datetime import date, datetime

from engine.calls import RecordCall, Title, WaitCall


@dataclass(frozen=True)
class Since:
    """An event a time limit runs from, and the key of the number in ``rules/data/parameters.yaml``.

    ``at`` is the organ's date of the event as ISO text, or an instant with its zone for limits in hours.
    ``number``: so many of the rule's units, where a decision fixed another number than the rule's.
    """

    event: tuple[str, str]
    rule: str
    at: str | date | datetime
    number: int = 0


def start_clock(
    key: str,
    title: tuple[str, str],
    *since: Since,
    basis: str = "",
    ladder: str = "",
    ends: str = "missed",
) -> RecordCall:
    """Start the case's clock ``key``. Where the law knows several starts, the earliest due date governs.

    Args:
        title: what must be done in time, Chinese and English.
        ladder: which ladder of ``rules/data/ladders.yaml``; the unit's own if none is named.
        ends: ``missed``: a duty; ``arrive``: the time itself is waited for (``wait_until``).
    """
    starts = [
        {
            "rule": each.rule,
            "zh": each.event[0],
            "en": each.event[1],
            "at": each.at if isinstance(each.at, str) else each.at.isoformat(),
            **({"number": each.number} if each.number else {}),
        }
        for each in since
    ]
    return RecordCall(
        key=f"{key}-clock",
        title=Title(f"起算：{title[0]}", f"Clock starts: {title[1]}"),
        basis=basis,
        effect="start-clock",
        arguments={
            "clock": key,
            "title": {"zh": title[0], "en": title[1]},
            "starts": starts,
            "ladder": ladder,
            "ending": ends,
        },
    )


def stop_clock(
    key: str, title: tuple[str, str], *, at: object = None, met: bool = True, basis: str = ""
) -> RecordCall:
    """End the case's clock ``key``.

    Args:
        at: the instant or the day of what met it, as ISO text; now, if none is told.
        met: what was due was done; otherwise the duty is gone.
    """
    said = ("止算", "Clock ends") if met else ("不再计算", "Clock stopped")
    return RecordCall(
        key=f"{key}-clock-end",
        title=Title(f"{said[0]}：{title[0]}", f"{said[1]}: {title[1]}"),
        basis=basis,
        effect="stop-clock",
        arguments={"clock": key, "at": None if at is None else str(at), "met": met},
    )


def wait_until(key: str, title: tuple[str, str], *, clock: str, basis: str = "") -> WaitCall:
    """Wait for the time of the clock ``clock``, which was started with ``ends="arrive"``."""
    return WaitCall(key=key, title=Title(*title), basis=basis, clock=clock)
