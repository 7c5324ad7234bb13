"""Forms: what a decision must state besides its action. A form checks itself; the act stores it."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from rules.errors import InvalidInput
from rules.relations import Relation

MAX_TITLE = 200
MAX_BODY = 200_000
MAX_OPINION = 2_000

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Control characters, lone surrogates and the marks that reorder text so that it reads as another."""

MAX_MARKS = 30
"""Combining marks in a row, as in Unicode's stream-safe text: no script needs more, and sorting them, which
normalisation does, takes time that grows with the square of their number."""

_BLOCKS_WITH_MARKS = (
    r"[\u0300-\u036f\u0483-\u1dff\u20d0-\u20ff\u2cef-\u2dff\u302a-\u309a\ua66f-\uabed\ufb1e\ufe20-\ufe2f"
    r"\U00010000-\U0001efff]"
)
_PERHAPS_MARKS = re.compile(f"{_BLOCKS_WITH_MARKS}{_BLOCKS_WITH_MARKS}{{{MAX_MARKS},}}")


def _printable(text: str) -> str:
    found = _UNPRINTABLE.search(text)
    if found:
        code = f"U+{ord(found.group()):04X}"
        raise PydanticCustomError("control_character", "control character {code}", {"code": code})
    if any(_too_many_marks(run.group()) for run in _PERHAPS_MARKS.finditer(text)):
        raise PydanticCustomError("too_many_marks", "too many combining marks in a row")
    return unicodedata.normalize("NFC", text)


def _too_many_marks(text: str) -> bool:
    run = 0
    for character in text:
        run = run + 1 if is_mark(character) else 0
        if run > MAX_MARKS:
            return True
    return False


def is_mark(character: str) -> bool:
    """Whether it combines with what stands before it; a few do only once they are taken apart (U+0F73)."""
    return bool(unicodedata.combining(unicodedata.normalize("NFD", character)[0]))


def _one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise PydanticCustomError("not_one_line", "it must be one line")
    return _printable(text)


def _lines(text: str) -> str:
    return _printable(text.replace("\r\n", "\n"))


def _web_address(text: str) -> str:
    if text and (not text.startswith(("http://", "https://")) or not text.isascii() or " " in text):
        raise PydanticCustomError("not_an_address", "it must be a web address")
    return text


def _document_number(text: str) -> str:
    if not text:
        return text
    found = _DOCUMENT_NUMBER.fullmatch(text)
    if found is None:
        raise PydanticCustomError("not_a_number", "it must be a document number")
    return "{}〔{}〕{}号".format(*found.groups())


_DOCUMENT_NUMBER = re.compile(
    r"([^〔〕]*[^〔〕\s])\s*[〔\[［(（【](\d{4})[〕\]］)）】]\s*([1-9]\d{0,5})\s*号", re.ASCII
)

Line = Annotated[str, AfterValidator(_one_line)]
"""One line of text without control characters, NFC."""

WebAddress = Annotated[Line, Field(max_length=300), AfterValidator(_web_address)]
"""A web address as it is recorded and shown; what may be looked at is decided elsewhere."""

DocumentNumber = Annotated[Line, AfterValidator(_document_number)]
"""发文字号: 机关代字, year in 〔〕 and serial (《党政机关公文处理工作条例》 九(五)); or empty."""

Text = Annotated[str, AfterValidator(_lines)]
"""Several lines of text without control characters, NFC."""

Instant = AwareDatetime
"""A moment with its zone; pages take it on the organ's clock."""

CaseNumber = Annotated[Line, Field(max_length=20)]
"""The number of another case; empty: none."""


@dataclass(frozen=True)
class FormFacts:
    """What a form may look at when it checks itself against the case."""

    number_holder: Callable[[str], str | None]  # the case that uses a document number, if any
    case_number: str
    intake: dict[str, Any]
    document: dict[str, Any] | None  # the version under review
    today: Any  # local date
    files_with_traces: Callable[[], list[str]]  # names of the version's files that carry traces of drafting
    said: Callable[[str, str], Any]  # what a step last answered: its key, the name of the answer
    now: datetime
    unit_exists: Callable[[str], bool]  # whether a unit has that code
    signed_at: Callable[[], datetime | None]  # when the version under review got its final signature
    due_of: Callable[[str, date], date]  # the last day of a rule's period that runs from, or up to, a day
    reached: Callable[[str, str], bool]  # whether the case of a number has come to a milestone
    require_disposed: Callable[[], None]  # raises while a comment of the case has no disposition
    pages_seen: frozenset[str] = frozenset()  # addresses that were looked at, and say what was published
    beside: dict[str, Any] | None = None  # the version of another case that is decided on together with it
    interpreted: Callable[[], str] = str  # the text of the document that an interpretation is about


@dataclass(frozen=True)
class IntakeFacts:
    """What an intake may look at when it checks itself before a case is launched."""

    is_published: Callable[[str], bool]  # whether the case of that number has a document that is public now
    now: datetime
    is_over: Callable[[str, datetime], bool]  # whether the time a rule gives, from an instant on, is over


class Intake(BaseModel):
    """Base of frozen intakes: the only thing a procedure is given."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    links: ClassVar[Mapping[str, Relation]] = {}
    """The fields that name other cases by number (one, or a list), and what the new case is to them."""

    unique_by: ClassVar[tuple[str, ...]] = ()
    """Of each combination of these fields there is one case only, for ever: such as of a year. Where all of
    them are empty nothing is the same, and there may be many."""

    again: ClassVar[str] = ""
    """The effect that takes note, in the first case, of the second that was to be; empty: it is refused."""

    def name_of_case(self) -> str:
        """What the case is called until it has a document; empty: nothing."""
        return ""

    def check(self, facts: IntakeFacts) -> None:
        """Checks against what is stored.

        Raises:
            GongkaiError: naming the field, the reason and what to do.
        """


class Form(BaseModel):
    """Base of all forms: nothing unknown, nothing coerced, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, use_enum_values=False)

    usual: ClassVar[Mapping[str, Any]] = {}
    """What an approval answers when nothing is the matter; where a case goes next is foretold with it."""

    decides: ClassVar[tuple[Mapping[str, Any], ...]] = ()
    """The answers that lead to different steps, one by one."""

    def check(self, facts: FormFacts) -> None:
        """Checks across fields and against the case.

        Raises:
            GongkaiError: naming the field, the reason and what to do.
        """

    def journal(self) -> dict[str, Any]:
        """What the procedure is told: JSON without text that belongs to the document or the opinion."""
        return self.model_dump(mode="json")


def asked(
    title: str,
    *,
    hint: str = "",
    labels: Mapping[str, str] | None = None,
    needed: bool = False,
    files: bool = False,
    **bounds: Any,
) -> Any:
    """A field as people are asked for it: its Chinese name, what to enter, what its values are called.

    Args:
        labels: the name of each value of a choice.
        files: these are files, which are brought before the form is.
        needed: must be filled in although an earlier version may stand for it.
    """
    extra: dict[str, Any] = {"needed": True} if needed else {}
    if labels:
        extra["labels"] = dict(labels)
    if files:
        extra["files"] = True
    return Field(title=title, description=hint or None, json_schema_extra=extra or None, **bounds)


class NoAnswers(Form):
    """For steps that ask for nothing but the action."""


def require_past(facts: FormFacts, **days: date) -> None:
    """Dates of what was done: none of them may lie in the future.

    Raises:
        InvalidInput: naming the first that does.
    """
    for field, day in days.items():
        if day > facts.today:
            raise InvalidInput(
                where=facts.case_number,
                field=field,
                why_zh=f"{day}尚未到来（今天是{facts.today}）",
                why_en=f"{day} has not come yet (today is {facts.today})",
            )


class PageNotSeen(Exception):
    """A page must be looked at before the decision is stored: outside the transaction, which it ends."""

    def __init__(self, field: str, url: str, title: str) -> None:
        super().__init__(field, url, title)
        self.field, self.url, self.title = field, url, title


def require_seen(facts: FormFacts, field: str, url: str, *, title: str = "") -> None:
    """The page at ``url``, as stated in ``field``, was looked at and says what was published.

    Args:
        title: what it must say; the number or the title of the case's document, if nothing is named.

    Raises:
        PageNotSeen: not yet; ``decide`` looks, then checks everything again.
    """
    if f"{title} {url}" not in facts.pages_seen:
        raise PageNotSeen(field, url, title)


F = TypeVar("F", bound=BaseModel)


def fill(form: type[F], answers: Any, *, where: str) -> F:
    """Validate raw ``answers``; the first fault becomes an error a clerk can act on.

    Values never appear in the message: they may be what must not be stored.
    """
    try:
        return form.model_validate(answers)
    except ValidationError as error:
        raise invalid(error, where=where) from None


def invalid(error: ValidationError, *, where: str) -> InvalidInput:
    """The first fault pydantic found, in words a clerk can act on. The value itself is never quoted."""
    fault = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in fault["loc"]) or where
    zh, en = _explain(fault)
    return InvalidInput(where=where, field=field, why_zh=zh, why_en=en)


_OPINION = TypeAdapter(Annotated[Text, Field(max_length=MAX_OPINION)])


def clean_opinion(raw: str) -> str:
    """An opinion's text, stripped and printable.

    Raises:
        InvalidInput: control characters, or too long.
    """
    try:
        return _OPINION.validate_python(raw).strip()
    except ValidationError as error:
        raise invalid(error, where="opinion") from None


def clean_line(raw: str, *, where: str, longest: int) -> str:
    """One line of text, stripped and printable.

    Raises:
        InvalidInput: line ends, control characters, or too long.
    """
    try:
        return TypeAdapter(Annotated[Line, Field(max_length=longest)]).validate_python(raw).strip()
    except ValidationError as error:
        raise invalid(error, where=where) from None


_WORDING = {
    "not_a_number": (
        "须由机关代字、年份和序号组成，如 青应急〔2026〕12号",
        "it takes the organ's series, the year and the serial, such as 青应急〔2026〕12号",
    ),
    "not_one_line": ("须为一行文字", "it must be one line"),
    "too_many_marks": (
        f"连续的组合符号超过{MAX_MARKS}个",
        f"more than {MAX_MARKS} combining marks stand in a row",
    ),
    "not_an_address": (
        "须为以 http:// 或 https:// 开头的网址，汉字须先编码",
        "it must be an address that starts with http:// or https://, in ASCII",
    ),
    "missing": ("必填", "it is required"),
    "extra_forbidden": ("没有这一项", "there is no such field"),
    "string_type": ("须为文字", "it must be text"),
    "bool_type": ("须为是或否", "it must be true or false"),
    "bool_parsing": ("须为是或否", "it must be true or false"),
    "model_type": ("须为一个对象", "it must be an object"),
    "dict_type": ("须为一个对象", "it must be an object"),
    "list_type": ("须为列表", "it must be a list"),
    "date_from_datetime_parsing": ("须为日期，如 2026-04-22", "it must be a date such as 2026-04-22"),
    "date_parsing": ("须为日期，如 2026-04-22", "it must be a date such as 2026-04-22"),
    "int_parsing": ("须为整数", "it must be a whole number"),
    "datetime_parsing": (
        "须为日期和时刻，如 2026-03-18T15:40+08:00",
        "it must be a time such as 2026-03-18T15:40+08:00",
    ),
    "datetime_from_date_parsing": (
        "须为日期和时刻，如 2026-03-18T15:40+08:00",
        "it must be a time such as 2026-03-18T15:40+08:00",
    ),
    "timezone_aware": (
        "时刻须注明时区，如 2026-03-18T15:40+08:00",
        "a time needs its zone, as in 2026-03-18T15:40+08:00",
    ),
}


def _explain(fault: Any) -> tuple[str, str]:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "control_character":
        return (
            f"含有不可见的控制字符 {context['code']}",
            f"it contains the control character {context['code']}",
        )
    if kind in ("string_too_long", "too_long"):
        return f"超过{context['max_length']}个字", f"it is longer than {context['max_length']} characters"
    if kind in ("string_too_short", "too_short"):
        return "不能为空", "it must not be empty"
    if kind in ("enum", "literal_error"):
        return f"须为 {context['expected']} 之一", f"it must be one of {context['expected']}"
    return _WORDING.get(kind, ("格式不正确", str(fault["msg"])))
