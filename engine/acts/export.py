"""Tables people take away: who took which, with how many rows, is an entry in the organ's chain."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from engine.actor import Actor
from engine.exports import CSV_TYPE, XLSX_TYPE, Sheet, csv_bytes, xlsx_bytes
from engine.ledger import append_to_organ
from engine.policy import Act, Facts, permit
from engine.reading.registers import Register, Wanted, every_row
from engine.service import Service
from rules.catalogue import FIELDS
from rules.errors import InvalidInput


class Form(StrEnum):
    """In what form a table is taken."""

    CSV = "csv"
    XLSX = "xlsx"

    @classmethod
    def of(cls, said: str) -> "Form":
        """The form named.

        Raises:
            InvalidInput: none of these.
        """
        if said not in set(cls):
            raise InvalidInput(field="form", why_zh="须为 csv 或 xlsx", why_en="it must be csv or xlsx")
        return cls(said)

    @property
    def media_type(self) -> str:
        """What a browser is told it is."""
        return CSV_TYPE if self is Form.CSV else XLSX_TYPE


@dataclass(frozen=True)
class Table:
    """A table there is to take: its key in the ledger, its title, the heads of its columns."""

    key: str
    zh: str
    header: tuple[str, ...]


BOARD = Table(
    "catalogue-board",
    "标准目录公开情况",
    (*(field.zh for field in FIELDS), "已公开件数", "本年件数", "最近公开", "本年逾期件数"),
)


@dataclass(frozen=True)
class Taken:
    """A table as a file."""

    name: str
    form: Form
    content: bytes


def export_table(
    service: Service,
    actor: Actor,
    table: Table,
    rows: Sequence[Sequence[Any]],
    *,
    form: Form,
    filters: dict[str, str] | None = None,
) -> Taken:
    """The table as a file, of rows the actor may read.

    The entry says what was taken and by which filters; never what stood in it, nor the words looked for.

    Raises:
        NotAllowed.
    """
    permit(actor, Act.READ_REGISTERS, Facts(where=table.key))
    content = (
        csv_bytes(table.header, rows)
        if form is Form.CSV
        else xlsx_bytes([Sheet(table.zh, table.header, rows)])
    )
    told = {name: "…" if name == "q" else value for name, value in (filters or {}).items()}
    with service.database.begin() as connection:
        append_to_organ(
            connection,
            "table-exported",
            at=service.now,
            actor=actor.username,
            channel=actor.channel,
            data={"table": table.key, "form": form.value, "rows": len(rows), "filters": told},
        )
    return Taken(f"{table.zh}-{service.today.isoformat()}.{form.value}", form, content)


def export_register(
    service: Service, actor: Actor, register: Register, wanted: Wanted, *, form: Form
) -> Taken:
    """A register as a file: what the actor may know of it, and no more.

    Raises:
        NotAllowed.
    """
    table = Table(register.key, register.zh, tuple(column.zh for column in register.columns))
    rows = every_row(service, actor, register, wanted)
    return export_table(service, actor, table, rows, form=form, filters=wanted.said)
