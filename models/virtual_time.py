"""The stamp of a demonstration whose statutory time moves 虚拟时间."""

from datetime import datetime, timedelta

from sqlalchemy import Column, Interval
from sqlmodel import Field

from models.columns import Stored, instant


class VirtualTime(Stored, table=True):
    """One row in a database made for it, none in any other. How far it is ahead only grows.

    The database itself sees to both: the row is refused once anything is stored, and never taken back.
    """

    __tablename__ = "virtual_time"

    id: int = Field(primary_key=True)
    ahead: timedelta = Field(sa_column=Column(Interval, nullable=False))
    stamped_at: datetime = instant()
