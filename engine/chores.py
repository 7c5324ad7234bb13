"""What the worker does for the database alone: repeats failed advances, looks after to-dos whose post
changed hands, removes uploads nobody submitted, makes the digests, seals the ledger once a day."""

import time
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import select

from engine import ledger
from engine.acts.bulk import forget_old_bulk
from engine.acts.desk import forget_old_drafts
from engine.acts.retry import retry_stuck
from engine.acts.uploads import remove_unused_uploads
from engine.digest import make_digests, release_held
from engine.law import law_of
from engine.projection.record import stuck_cases
from engine.roster_watch import RosterWatch
from engine.routing import give_orphans_to_mail
from engine.service import Service
from engine.yearly_watch import tell_missed_openings
from models import LedgerSeal

log = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS = 15.0
LONGEST_PAUSE_SECONDS = 900.0
BETWEEN_TIDYING = timedelta(hours=1)
"""Nobody waits for it: no page shows the drafts it drops."""


class Chores:
    """Remembers between rounds what was tried when; forgetting it at a restart only tries sooner."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._pauses: dict[int, tuple[float, float]] = {}  # case: (next try, pause), monotonic seconds
        self._sealed_on: date | None = None
        self._tidied_at: datetime | None = None
        self._yearly_on: date | None = None
        self._roster = RosterWatch(service)

    def run(self) -> None:
        """One round."""
        self.retry_stuck_cases()
        self._roster.run()
        self.remove_uploads()
        self.forget_drafts()
        self.make_digests()
        self.look_at_the_year()
        self.seal_ledger()

    def retry_stuck_cases(self) -> None:
        """Advance again the cases whose advance failed, ever more seldom: a holder may have been named."""
        with self.service.database.connect() as connection:
            stuck = stuck_cases(connection)
        now = time.monotonic()
        self._pauses = {case: pause for case, pause in self._pauses.items() if case in stuck}
        for case_id in stuck:
            due, pause = self._pauses.get(case_id, (now, FIRST_PAUSE_SECONDS))
            if due > now:
                continue
            self._pauses[case_id] = (now + pause, min(pause * 2, LONGEST_PAUSE_SECONDS))
            if retry_stuck(self.service, case_id):
                log.info("case-moves-again", case_id=case_id)

    def remove_uploads(self) -> None:
        """Delete files that were uploaded and will not be submitted any more."""
        removed = remove_unused_uploads(self.service)
        if removed:
            log.info("uploads-removed", files=removed)

    def forget_drafts(self) -> None:
        """Drop saved drafts nobody needs any more, once an hour, the first time at start."""
        now = self.service.machine_now
        if self._tidied_at is not None and now - self._tidied_at < BETWEEN_TIDYING:
            return
        forget_old_drafts(self.service)
        forget_old_bulk(self.service)
        self._tidied_at = now

    def make_digests(self) -> None:
        """Queue the digests of a working day; let go what waits for one, or for a channel, no more there."""
        release_held(self.service)
        give_orphans_to_mail(self.service)
        with self.service.read() as connection:
            law = law_of(connection, self.service.settings.timezone)
        made = make_digests(self.service, law.calendar)
        if made:
            log.info("digests-made", people=made)

    def look_at_the_year(self) -> None:
        """Once per local day, the first time at start: which yearly cases were to open and did not."""
        today = self.service.today
        if self._yearly_on != today:
            told = tell_missed_openings(self.service)
            if told:
                log.warning("yearly-openings-missed", procedures=told)
            self._yearly_on = today

    def seal_ledger(self) -> None:
        """Seal once per local day, the first time at start."""
        today = self.service.today
        if self._sealed_on == today:
            return
        seals = LedgerSeal.__table__
        with self.service.database.begin() as connection:
            known = connection.execute(select(seals.c.seq).where(seals.c.day == today)).first()
            if known is None:
                ledger.seal(connection, day=today, at=self.service.now)
        self._sealed_on = today
