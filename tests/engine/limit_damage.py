"""What an intruder or a bug could do to time limits, by the name of the check that finds it."""

LIMIT_DAMAGE = {
    "open-clock-has-one-armed-rung": "DELETE FROM rung WHERE fired_at IS NULL",
    "armed-rung-has-open-clock": "UPDATE clock SET closed_at = now(), closed_because = 'met'",
    "ended-step-has-no-open-clock": "UPDATE step SET settled_at = now() WHERE settled_at IS NULL",
    "step-with-target-has-clock": "UPDATE clock SET step_id = NULL",
    "open-wait-has-clock": "UPDATE clock SET key = 'another' WHERE ending = 'arrive'",
    "escalation-todo-has-open-clock": "UPDATE clock SET closed_at = now(), closed_because = 'met'",
    "request-of-clock-has-todo": "UPDATE assignment SET closed_at = now() WHERE clock_act_id IS NOT NULL",
    "only-silence-with-a-meaning-lapses": "UPDATE step SET call = call - 'silence'"
    " WHERE outcome->>'type' = 'lapse'",
    "clock-has-entry": "DELETE FROM ledger_entry WHERE action = 'clock-lapsed'",
    "granted-act-has-entry": "UPDATE clock_act SET number = number + 1 WHERE granted",
}
