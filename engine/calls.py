"""What a procedure may ask for, as plain values: they are what the journal stores and compares.

``tasks`` gives each of these the word a procedure awaits.
"""

from collections.abc import Generator
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, ClassVar, Self

from rules.positions import Position


class Action(StrEnum):
    """What the holder of a to-do may do: 同意, 退回, 不同意."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"

    @property
    def chinese(self) -> str:
        """The verb on the button."""
        return {"approve": "同意", "return": "退回", "reject": "不同意"}[self.value]


class SigningOrder(StrEnum):
    """会签方式: one signer, any of them 或签, all 会签, one after the other 依次."""

    ONE = "one"
    ANY = "any"
    ALL = "all"
    IN_ORDER = "in_order"


class ReturnMode(StrEnum):
    """After a return: run again from there, or come straight back to whoever returned it."""

    RUN_AGAIN = "run_again"
    COME_BACK = "come_back"


@dataclass(frozen=True, slots=True)
class Title:
    """A step's name: Chinese for people, English first in Prefect (its older page has no Chinese font)."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.en} {self.zh}"


@dataclass(frozen=True)
class Call:
    """An awaitable step. Awaiting yields the call to the driver, which sends back its outcome."""

    kind: ClassVar[str] = ""
    wording: ClassVar[frozenset[str]] = frozenset({"title", "basis", "target"})

    key: str
    title: Title
    basis: str = ""

    def __await__(self) -> Generator[Self, Any, Any]:
        outcome = yield self
        return outcome

    def as_json(self) -> dict[str, Any]:
        """What the journal stores."""
        content = {each.name: getattr(self, each.name) for each in fields(self)}
        return content | {"title": {"zh": self.title.zh, "en": self.title.en}}

    def identity(self) -> dict[str, Any]:
        """What a replay must meet again: everything but the wording."""
        return identity_of(self.as_json())


def identity_of(call: dict[str, Any]) -> dict[str, Any]:
    """The comparable part of a stored call: not its words, nor how long it may take.

    What is empty is left out, so that journals written before a call could say more are still its own.
    """
    return {
        name: value
        for name, value in call.items()
        if name not in Call.wording and value not in ("", [], None)
    }


@dataclass(frozen=True)
class ReviewCall(Call):
    """People decide 审核. ``document_version_id`` is the version every to-do and decision names."""

    kind: ClassVar[str] = "review"

    signers: list[Position] = field(default_factory=list)
    units: list[str] = field(default_factory=list)  # of the signers, by code; none: the case's own
    order: SigningOrder = SigningOrder.ONE
    actions: list[Action] = field(default_factory=lambda: [Action.APPROVE, Action.RETURN])
    returns_to: list[str] = field(default_factory=list)
    opinion_for: list[Action] = field(default_factory=lambda: [Action.RETURN, Action.REJECT])
    form: str = ""
    return_form: str = ""
    edits_document: bool = False
    signs: bool = False  # the final signature: nobody who reviewed may give it
    clerical: bool = False  # numbering, moving paper: no separation of duties
    document_version_id: int | None = None
    beside: list[int] = field(default_factory=list)  # versions of other cases decided on together with it
    target: str = ""  # key of the number that says how long it may take
    silence: str = ""  # where the law gives silence a meaning: the article; its target then lapses

    def on(self, document_version_id: int | None, returns_to: list[str]) -> "ReviewCall":
        """The same call about one version, offering these steps to return to."""
        return replace(self, document_version_id=document_version_id, returns_to=returns_to)


@dataclass(frozen=True)
class RecordCall(Call):
    """A database effect settled inside advance 登记."""

    kind: ClassVar[str] = "record"

    effect: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ActivityCall(Call):
    """An automated step with an effect outside 自动环节, executed by the flow run under a lease."""

    kind: ClassVar[str] = "activity"

    activity: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WaitCall(Call):
    """Nobody has to do anything: the time of a clock must come 等待."""

    kind: ClassVar[str] = "wait"

    clock: str = ""


@dataclass(frozen=True)
class AwaitCall(Call):
    """Other cases must come so far 等待相关事项: to a milestone each, or to their end."""

    kind: ClassVar[str] = "await"

    cases: list[str] = field(default_factory=list)  # their numbers
    milestone: str = ""  # empty: their end
    after: int = 0  # the mark of the last milestone of that name that was awaited before


@dataclass(frozen=True)
class HoldCall(Call):
    """Nobody here can decide this yet 暂停: an incident, until an administrator asks again."""

    kind: ClassVar[str] = "hold"

    reason_zh: str = ""
    reason_en: str = ""
    asks_again: str = ""  # the step asked again when the hold ends


@dataclass(frozen=True)
class Several:
    """Calls that are open at the same time 并行. The driver sends the outcome of each, ``None`` where it has
    none yet."""

    calls: tuple[Call, ...]
