"""A stand-in of the confidentiality review's own case: for tests of what its answer does to a document."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import ClassVar

from engine import procedures
from rules.positions import Position
from tasks import Action, Form, Intake, Relation, procedure, reach, review


class Result(StrEnum):
    RELEASE = "release"
    PARTIAL = "partial"
    WITHHOLD = "withhold"


class Doubt(Intake):
    links: ClassVar[dict[str, Relation]] = {"document": Relation.REVIEWS_CONFIDENTIALITY}
    drafter: str
    unit: str
    document: str
    doubt: str
    subject: str = ""


class Answer(Form):
    result: Result
    ground: str = ""


@contextmanager
def confidentiality_case_installed() -> Iterator[None]:
    """It is the procedure of that key while the block runs."""
    before = dict(procedures._installed)
    for key in [key for key in before if key[0] == "confidentiality-review"]:
        del procedures._installed[key]

    @procedure(
        "confidentiality-review",
        version=1,
        prefix="BM",
        title=("保密审查", "Confidentiality review"),
        source="test",
        intake=Doubt,
        forms={"answer": Answer},
        positions=(Position.SECRECY_OFFICE,),
    )
    async def confidentiality_review(intake: Doubt) -> str:
        answer = await review(
            "answer", ("答复", "Answer"), Position.SECRECY_OFFICE, actions=(Action.APPROVE,), form="answer"
        )
        await reach("decided", ("已有结论", "Decided"), milestone="decided", **answer.answers)
        return "已答复"

    yield
    procedures._installed.clear()
    procedures._installed.update(before)
