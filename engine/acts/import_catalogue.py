"""标准目录 brought from a file: what it would change is told, and its good rows are taken.

An import never overwrites what the site made of a row: where file and site both changed a field, the field
stays and is told as a conflict, until the site settles it or asks for the file's words.
"""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from engine.actor import Actor
from engine.catalogue import (
    Stored,
    add_row,
    change_row,
    lock_catalogue,
    note_change,
    revision_of,
    stored_rows,
)
from engine.ledger import append_to_organ
from engine.policy import Act, Facts, permit
from engine.service import Service
from rules.catalogue import key_of
from rules.catalogue_file import BadRow, Conflict, FileRow, Merged, merge, read_catalogue
from rules.errors import CatalogueChangedMeanwhile

LARGEST_BYTES = 512_000


@dataclass(frozen=True)
class Difference:
    """What an import makes of one row; ``item`` is null for a new one."""

    item: int | None
    line: int
    named: str
    fields: tuple[tuple[str, str, str], ...]  # name, before, after
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True)
class CatalogueImported:
    """What an import did, or would do. ``revision``: of the catalogue it was compared with.

    ``absent``: rows in use that came from a file and are not in this one; they stay.
    """

    revision: int
    added: tuple[Difference, ...]
    changed: tuple[Difference, ...]
    conflicts: tuple[Difference, ...]
    bad: tuple[BadRow, ...]
    absent: tuple[str, ...]
    rows: int
    stored: bool

    @property
    def same(self) -> bool:
        """Nothing to store."""
        return not self.added and not self.changed


def import_catalogue(
    service: Service,
    actor: Actor,
    said: str,
    *,
    where: str = "",
    seen: int | None = None,
    take_file: bool = False,
    dry_run: bool = False,
) -> CatalogueImported:
    """Take the good rows of a CSV file; the very same again changes nothing.

    Args:
        seen: the revision a preview was shown of.
        take_file: where the site changed what the file changed too, take the file's words.

    Raises:
        NotAllowed; MalformedFile: nothing is stored then; CatalogueChangedMeanwhile.
    """
    permit(actor, Act.EDIT_CATALOGUE, Facts(where=where))
    good, bad = read_catalogue(said, where=where)
    with service.database.begin() as connection:
        lock_catalogue(connection)
        revision = revision_of(connection)
        if seen is not None and seen != revision:
            raise CatalogueChangedMeanwhile(where="revision")
        stored = stored_rows(connection)
        plan = _plan(stored, good, take_file=take_file)
        done = _told(plan, stored, revision, (*bad, *plan.bad))
        if dry_run:
            return done
        changes = _store(service, connection, actor, plan, reason=f"导入 {where or '目录文件'}")
        if not changes:
            return done
        append_to_organ(
            connection,
            "catalogue-imported",
            at=service.now,
            actor=actor.username,
            channel=actor.channel,
            data={
                "file": where,
                "changes": changes,
                "conflicts": len(done.conflicts),
                "bad_rows": len(done.bad),
                "took_file": take_file,
            },
        )
    return replace(done, stored=True)


# --- importing -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Planned:
    """A good row of the file, the row it is about, and what the two come to."""

    file: FileRow
    stored: Stored | None
    merged: Merged

    @property
    def moves(self) -> bool:
        return self.stored is None or self.merged.row != self.stored.row

    @property
    def difference(self) -> Difference:
        before = self.stored.row if self.stored else dict.fromkeys(self.merged.row, "")
        fields = tuple(
            (name, before[name], after) for name, after in self.merged.row.items() if before[name] != after
        )
        named = " / ".join(key_of(self.merged.row))
        return Difference(
            self.stored.id if self.stored else None, self.file.line, named, fields, self.merged.conflicts
        )


@dataclass(frozen=True)
class _Plan:
    rows: tuple[_Planned, ...]
    bad: tuple[BadRow, ...]


def _plan(stored: list[Stored], good: list[FileRow], *, take_file: bool) -> _Plan:
    """Each file row beside the row it means: by what was imported before, else by the names it has now."""
    known = {key_of(each.row): each for each in stored}
    known |= {key_of(each.imported): each for each in stored if each.imported}
    taken = {key_of(each.row): each.id for each in stored}
    met, rows, bad = set[int](), list[_Planned](), list[BadRow]()
    for file in good:
        before = known.get(key_of(file.row))
        mine = before.row if before else file.row
        merged = merge(before.imported if before else None, mine, file.row, take_file=take_file)
        key = key_of(merged.row)
        own = before.id if before else None
        if (own is not None and own in met) or taken.get(key, own) != own:
            named = " / ".join(key_of(file.row))
            bad.append(BadRow(file.line, named, "与目录中的另一项重名", "another row has these names"))
            continue
        if own is not None:
            met.add(own)
        taken[key] = own if own is not None else -file.line
        rows.append(_Planned(file, before, merged))
    return _Plan(tuple(rows), tuple(bad))


def _told(plan: _Plan, stored: list[Stored], revision: int, bad: tuple[BadRow, ...]) -> CatalogueImported:
    met = {each.stored.id for each in plan.rows if each.stored}
    absent = [each for each in stored if each.active and each.imported and each.id not in met]
    return CatalogueImported(
        revision=revision,
        added=tuple(each.difference for each in plan.rows if each.stored is None),
        changed=tuple(each.difference for each in plan.rows if each.stored and each.moves),
        conflicts=tuple(each.difference for each in plan.rows if each.merged.conflicts),
        bad=bad,
        absent=tuple(" / ".join(key_of(each.row)) for each in absent),
        rows=len(plan.rows),
        stored=False,
    )


def _store(
    service: Service, connection: Connection, actor: Actor, plan: _Plan, *, reason: str
) -> list[dict[str, Any]]:
    changes = []
    for each in plan.rows:
        before, row = each.stored, each.merged.row
        if before is None:
            number = add_row(connection, row, position=each.file.place, imported=each.merged.base)
        else:
            number = before.id
            if each.moves or each.merged.base != before.imported:
                change_row(connection, number, {**row, "imported": each.merged.base})
        if each.moves:
            after = {**row, "active": before.active if before else True}
            content = before.content if before else None
            changes.append(
                note_change(
                    service, connection, actor, number, "imported", before=content, after=after, reason=reason
                )
            )
    return changes
