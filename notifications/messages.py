"""The messages there are, each with exactly what its templates may show: that is the contract."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TodoArrived:
    """A new to-do 待办. ``public_title`` is empty until the title may be shown."""

    recipient: str
    case_number: str
    public_title: str
    step_zh: str
    step_en: str
    position_zh: str
    position_en: str
    unit: str
    basis: str
    arrived: str
    link: str

    folder = "todo"


@dataclass(frozen=True)
class IncidentOpened:
    """An incident 异常 waits for an administrator. Its text may quote others, so only its kind is told."""

    recipient: str
    case_number: str
    unit: str
    kind: str
    blocking: bool
    arrived: str
    link: str

    folder = "incident"


Content = TodoArrived | IncidentOpened
