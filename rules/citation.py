"""A place in a statute or notice (依据), as a value that can be shown, stored and compared."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Citation:
    """One provision: the instrument's short name and the article within it."""

    instrument: str
    article: str

    def __str__(self) -> str:
        return f"{self.instrument} {self.article}"


NOTICE = "应急厅函〔2019〕390号"
REGULATIONS_ON_OPENNESS = "政府信息公开条例"
REGULATIONS_ON_DECISIONS = "重大行政决策程序暂行条例"
CIVIL_CODE = "民法典"
SECRETS_LAW = "保守国家秘密法"
SECRETS_REGULATIONS = "保守国家秘密法实施条例"


def notice(article: str) -> Citation:
    """A provision of the notice every procedure here follows."""
    return Citation(NOTICE, article)


def openness(article: str) -> Citation:
    """A provision of the Regulations on Open Government Information (国务院令第711号, 2019)."""
    return Citation(REGULATIONS_ON_OPENNESS, article)


def decisions(article: str) -> Citation:
    """A provision of the Regulations on Major Administrative Decisions (国务院令第713号, 2019)."""
    return Citation(REGULATIONS_ON_DECISIONS, article)


def civil_code(article: str) -> Citation:
    """A provision of the Civil Code, whose counting of periods (arts. 200-204) is followed by analogy."""
    return Citation(CIVIL_CODE, article)
