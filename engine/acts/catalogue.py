"""标准目录 changed by the site itself: a row edited or added, each time with its reason."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.actor import Actor
from engine.catalogue import (
    Stored,
    add_row,
    change_row,
    last_change_of,
    lock_catalogue,
    note_change,
    stored_rows,
)
from engine.forms import clean_line
from engine.ledger import append_to_organ
from engine.policy import Act, permit
from engine.service import Service
from rules.catalogue import FIELDS, KEY, Row, Status, domains, key_of
from rules.errors import CatalogueChangedMeanwhile, CatalogueRowNotFound, CatalogueRowTaken, InvalidInput

LONGEST_REASON = 500


def edit_row(
    service: Service,
    actor: Actor,
    number: int,
    values: Mapping[str, str],
    *,
    active: bool,
    reason: str,
    seen: int,
) -> bool:
    """Let a row say what the site says; False: it said so already.

    Args:
        seen: the number of the row's last change as its page showed it.

    Raises:
        NotAllowed, CatalogueRowNotFound, InvalidInput, CatalogueRowTaken, CatalogueChangedMeanwhile.
    """
    permit(actor, Act.EDIT_CATALOGUE)
    row, why = _checked(values), _reason(reason)
    with service.database.begin() as connection:
        lock_catalogue(connection)
        stored = stored_rows(connection)
        before = next((each for each in stored if each.id == number), None)
        if before is None:
            raise CatalogueRowNotFound(where="row")
        if last_change_of(connection, number) != seen:
            raise CatalogueChangedMeanwhile(where="row")
        _require_free(stored, row, but=number)
        after = {**row, "active": active}
        if after == before.content:
            return False
        change_row(connection, number, after)
        changed = note_change(
            service, connection, actor, number, "edited", before=before.content, after=after, reason=why
        )
        _tell(service, connection, actor, "catalogue-edited", changed, why)
    return True


def add_item(service: Service, actor: Actor, values: Mapping[str, str], *, reason: str) -> int:
    """A row of the site's own. Returns its number.

    Raises:
        NotAllowed, InvalidInput, CatalogueRowTaken.
    """
    permit(actor, Act.EDIT_CATALOGUE)
    row, why = _checked(values), _reason(reason)
    with service.database.begin() as connection:
        lock_catalogue(connection)
        stored = stored_rows(connection)
        _require_free(stored, row, but=None)
        place = max((each.position for each in stored), default=0) + 1
        number = add_row(connection, row, position=place, imported=None)
        after = {**row, "active": True}
        changed = note_change(
            service, connection, actor, number, "added", before=None, after=after, reason=why
        )
        _tell(service, connection, actor, "catalogue-added", changed, why)
    return number


def _checked(values: Mapping[str, str]) -> Row:
    row = {}
    for field in FIELDS:
        row[field.name] = clean_line(values.get(field.name, ""), where=field.name, longest=field.longest)
        if field.name in KEY and not row[field.name]:
            raise InvalidInput(field=field.name, why_zh="必填", why_en="it is required")
    if row["domain"] not in {domain.zh for domain in domains()}:
        raise InvalidInput(field="domain", why_zh="没有这一领域", why_en="there is no such domain")
    if row["status"] not in set(Status):
        raise InvalidInput(field="status", why_zh="没有这一状态", why_en="there is no such status")
    return row


def _reason(said: str) -> str:
    reason = clean_line(said, where="reason", longest=LONGEST_REASON)
    if not reason:
        raise InvalidInput(
            field="reason", why_zh="修改目录必须说明理由", why_en="a change of the catalogue needs its reason"
        )
    return reason


def _require_free(stored: list[Stored], row: Row, *, but: int | None) -> None:
    if any(key_of(each.row) == key_of(row) and each.id != but for each in stored):
        raise CatalogueRowTaken(where="level2", named=" / ".join(key_of(row)))


def _tell(
    service: Service, connection: Connection, actor: Actor, action: str, changed: dict[str, Any], reason: str
) -> None:
    append_to_organ(
        connection,
        action,
        at=service.now,
        actor=actor.username,
        channel=actor.channel,
        data={"changes": [changed], "reason": reason},
    )
