"""Comments read and required: what there is of each, and that none is left without its disposition."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from rules.errors import CommentsWithoutDisposition, ConcentratedWithoutReason
from rules.participation import CommentChannel, Disposition, number

_COMMENTS = text(
    """
    SELECT c.serial, c.said, c.channel, c.from_whom, c.received_at, m.shown, m.reason AS hidden_because,
           t.name AS theme, d.disposition, coalesce(d.reason, '') AS reason
      FROM public_comment c
      LEFT JOIN LATERAL (SELECT * FROM comment_moderation x WHERE x.comment_id = c.id
                          ORDER BY x.id DESC LIMIT 1) m ON true
      LEFT JOIN LATERAL (SELECT * FROM comment_disposition x WHERE x.comment_id = c.id
                          ORDER BY x.id DESC LIMIT 1) d ON true
      LEFT JOIN comment_theme t ON t.id = d.theme_id
     WHERE c.case_id = :case ORDER BY c.serial
    """
)
_THEMES = text("SELECT name, public_reason FROM comment_theme WHERE case_id = :case ORDER BY id")
NAMED = 20
"""So many numbers of comments an error names."""


@dataclass(frozen=True)
class Comment:
    """One comment with what became of it. Nothing of who wrote it."""

    serial: int
    said: str
    channel: CommentChannel
    from_whom: str
    received_at: datetime
    shown: bool | None
    hidden_because: str | None
    theme: str | None
    disposition: Disposition | None
    reason: str


@dataclass(frozen=True)
class Theme:
    """What several comments are about; ``counts`` by disposition."""

    name: str
    public_reason: str
    counts: dict[Disposition, int]

    @property
    def total(self) -> int:
        """How many comments."""
        return sum(self.counts.values())

    @property
    def concentrated(self) -> bool:
        """较为集中."""
        return self.total >= number("concentrated-comments")

    @property
    def lacks_reason(self) -> bool:
        """对较为集中的意见建议未予采纳的，应公开说明理由."""
        refused = self.total - self.counts.get(Disposition.ADOPTED, 0)
        return self.concentrated and refused > 0 and not self.public_reason


def comments_of(connection: Connection, case_id: int) -> list[Comment]:
    """All comments of a case, in the order they were registered."""
    return [
        Comment(
            **row._asdict()
            | {
                "channel": CommentChannel(row.channel),
                "disposition": Disposition(row.disposition) if row.disposition else None,
            }
        )
        for row in connection.execute(_COMMENTS, {"case": case_id})
    ]


def themes_of(connection: Connection, case_id: int, comments: list[Comment]) -> list[Theme]:
    """The themes a case names, each with the comments that are about it."""
    counted: dict[str, Counter[Disposition]] = {}
    for comment in comments:
        if comment.theme is not None and comment.disposition is not None:
            counted.setdefault(comment.theme, Counter())[comment.disposition] += 1
    return [
        Theme(row.name, row.public_reason, dict(counted.get(row.name, {})))
        for row in connection.execute(_THEMES, {"case": case_id})
    ]


def require_disposed(connection: Connection, case_id: int, where: str) -> None:
    """Every comment has its disposition, and every concentrated one that was not adopted its public reason.

    Raises:
        CommentsWithoutDisposition, ConcentratedWithoutReason: naming the first.
    """
    comments = comments_of(connection, case_id)
    open_ = [str(comment.serial) for comment in comments if comment.disposition is None]
    if open_:
        shown = "、".join(open_[:NAMED]) + ("…" if len(open_) > NAMED else "")
        raise CommentsWithoutDisposition(where=where, count=len(open_), serials=shown)
    for theme in themes_of(connection, case_id, comments):
        if theme.lacks_reason:
            raise ConcentratedWithoutReason(where=where, theme=theme.name, count=theme.total)
