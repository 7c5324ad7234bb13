"""A clock's date in words: the same lines for page, message, API and command line."""

from dataclasses import dataclass
from datetime import date, datetime

from engine.clocks.reckoning import Reckoned
from rules.due_data import as_data
from rules.explaining import day_lines, summary


@dataclass(frozen=True)
class Foreseen:
    """What a clock would come to: the last day, null while time is not counted, and how, by language."""

    due_on: date | None
    late_from: datetime | None
    provisional: bool
    explained: dict[str, list[str]]


def foreseen(made: Reckoned) -> Foreseen:
    """Dates that were reckoned and not stored."""
    due = made.due
    said = {language: explanation(made, language) for language in ("zh", "en")}
    return Foreseen(due.on, due.late_from, due.provisional, said)


def explanation(made: Reckoned, language: str = "zh", *, days: bool = True) -> list[str]:
    """Every line: the start that governs with its days, then the others, and which of them is earlier."""
    governing = made.governing
    order = [governing, *(place for place in range(len(made.starts)) if place != governing)]
    lines: list[str] = []
    for place in order:
        start, due = made.starts[place], made.dues[place]
        event = start.en if language == "en" else start.zh
        if len(order) > 1:
            lines.append(_heading(event, language, governs=place == governing))
        lines += summary(due, language)
        if days:
            lines += day_lines(due, language)
    return lines


def _heading(event: str, language: str, *, governs: bool) -> str:
    if language == "en":
        return f"From the {event}" + (": the earlier date, which governs" if governs else "")
    return f"自{event}起算" + ("（以较早者为准）" if governs else "")


def data_of(made: Reckoned) -> list[dict[str, object]]:
    """The same as plain data, a mapping per start."""
    return [
        {
            "event": {"zh": start.zh, "en": start.en},
            "rule": start.rule,
            "governs": place == made.governing,
            **as_data(due),
        }
        for place, (start, due) in enumerate(zip(made.starts, made.dues, strict=True))
    ]
