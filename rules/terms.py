"""A term 时限: how much time a provision gives, in which direction, and how far it may be extended."""

from dataclasses import dataclass

from rules.citation import Citation
from rules.errors import InvalidInput
from rules.periods import Period


@dataclass(frozen=True, slots=True)
class Term:
    """``before`` counts back from the event: papers reach participants 7 days before the hearing.

    ``basis`` is empty where somebody only asks what a date would be.
    """

    period: Period
    basis: Citation | None = None
    extension: Period | None = None
    before: bool = False

    def __post_init__(self) -> None:
        if self.extension is not None and (self.before or type(self.extension) is not type(self.period)):
            raise InvalidInput(
                field="extension",
                why_zh="延长须与期限使用同一单位；向前倒计的期限不能延长",
                why_en="an extension is in the period's own unit, and none goes with a period counted back",
            )
