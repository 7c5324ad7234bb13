"""调整权重: what each indicator counts in the evaluation, set by the bureau with its reason, and kept."""

from collections.abc import Mapping

from sqlalchemy import insert

from engine.actor import Actor
from engine.evaluation.figures import weights
from engine.forms import clean_line
from engine.ledger import append_to_organ
from engine.policy import Act, Facts, permit
from engine.service import Service
from models import IndicatorWeight
from rules.errors import InvalidInput

HEAVIEST = 100
LONGEST_REASON = 200


def set_weights(service: Service, actor: Actor, wanted: Mapping[str, int], reason: str) -> dict[str, int]:
    """Let these weights govern evaluations from now on; what was evaluated stays. Says which changed.

    Raises:
        NotAllowed, InvalidInput: nothing is stored then.
    """
    permit(actor, Act.SET_WEIGHTS, Facts(where="weights"))
    why = clean_line(reason, where="reason", longest=LONGEST_REASON)
    if not why:
        raise InvalidInput(where="weights", field="reason", why_zh="必填", why_en="it is required")
    with service.database.begin() as connection:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(739020191)")  # one after the other
        before = weights(connection)
        for key, weight in wanted.items():
            if key not in before or not 0 <= weight <= HEAVIEST:
                raise InvalidInput(
                    where="weights",
                    field=key,
                    why_zh=f"权重须为0至{HEAVIEST}的整数，且指标须存在",
                    why_en=f"a weight is 0 to {HEAVIEST}, of an indicator there is",
                )
        changed = {key: weight for key, weight in wanted.items() if before[key] != weight}
        if not any((before | changed).values()):
            raise InvalidInput(
                where="weights", field="weight", why_zh="权重不能全部为0", why_en="not all may be zero"
            )
        for key, weight in changed.items():
            connection.execute(
                insert(IndicatorWeight).values(
                    key=key, weight=weight, reason=why, set_by=actor.username, set_at=service.now
                )
            )
        if changed:
            append_to_organ(
                connection,
                "weights-set",
                at=service.now,
                actor=actor.username,
                channel=actor.channel,
                data={"before": {key: before[key] for key in changed}, "after": changed, "reason": why},
            )
    return changed
