"""The two starts of the twenty working days: 印发之日 (四(一)5 of the notice) and 形成之日 (条例第26条).

The notice counts from issue, the Regulations from formation. Both dates are shown; the earlier one drives.
"""

from dataclasses import dataclass
from datetime import date

from rules.due import Due, reckon
from rules.errors import DatesOutOfOrder
from rules.parameters import Parameters
from rules.working_calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class PublicationDates:
    """Until when a document must be public, by each of the two. Before it is issued only one is known."""

    from_formation: Due
    from_issue: Due | None

    @property
    def driving(self) -> Due:
        """The earlier one; on the same day the notice's own."""
        if self.from_issue is None:
            return self.from_formation
        both = (self.from_issue, self.from_formation)
        return min(both, key=lambda due: due.on or date.max)


def publication_dates(
    formed_on: date, issued_on: date | None, *, calendar: WorkingCalendar, parameters: Parameters
) -> PublicationDates:
    """Both due dates of a document that is to be published.

    Raises:
        DatesOutOfOrder: issued before it was formed.
        NoRuleInForce: older than the rule.
    """
    if issued_on is not None and issued_on < formed_on:
        raise DatesOutOfOrder(issued_on=issued_on.isoformat(), formed_on=formed_on.isoformat())

    def due(key: str, start: date) -> Due:
        return reckon(parameters.on(key, start).term, start, calendar=calendar)

    return PublicationDates(
        from_formation=due("publication-from-formation", formed_on),
        from_issue=None if issued_on is None else due("publication", issued_on),
    )
