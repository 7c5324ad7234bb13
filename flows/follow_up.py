"""跟进落实 Follow-up of what was decided after a report or an evaluation: 应急厅函〔2019〕390号 五(二).

根据评估结果不断调整优化: a measure has a holder and a day; its limit reminds, and is overdue for all to see.
"""

from datetime import timedelta

from flows.yearly_forms import CarriedOut, FollowUp
from rules.positions import Position
from tasks import Action, Since, circulate, procedure, review, start_clock, stop_clock

BASIS = "应急厅函〔2019〕390号 五(二)"
CARRIED_OUT = ("落实措施", "The measure is carried out")
CONFIRMATION = review(
    "confirmation",
    ("确认落实", "Confirmation"),
    Position.OPENNESS_OFFICE,
    clerical=True,  # the openness office keeps the list of measures; it judges no text of its own
    basis=BASIS,
    within="review-target",
)


@procedure(
    "follow-up",
    version=1,
    prefix="GJ",
    title=("跟进落实", "Follow-up"),
    source=BASIS,
    intake=FollowUp,
    forms={"carried-out": CarriedOut},
    positions=(Position.OPENNESS_OFFICE,),
    opened_by=Position.OPENNESS_OFFICE,
)
async def follow_up(intake: FollowUp) -> str:
    """From the decided measure to its confirmation. Returns the closing word."""
    await start_clock(
        "measure",
        CARRIED_OUT,
        Since(("完成日期的次日", "the day after it is due"), rule="follow-up", at=intake.due + timedelta(1)),
        basis=BASIS,
    )
    carried_out = review(
        "carried-out",
        CARRIED_OUT,
        Position(intake.who.value),
        actions=(Action.APPROVE,),
        form="carried-out",
        clerical=True,
        basis=BASIS,
    )
    await circulate(carried_out, CONFIRMATION, ends=lambda _paper: False)
    await stop_clock("measure", CARRIED_OUT, basis=BASIS)
    return "已落实"
