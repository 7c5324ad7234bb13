"""The one family of errors people can meet: what happened, where, why, and what to do now.

Arguments are facts; the text is made when it is shown, so an error survives pickling and can be
shown in either language.
"""

from enum import Enum
from typing import Any, ClassVar, NamedTuple


class Kind(Enum):
    """What sort of condition an error is; entry points map it to a status or an exit code."""

    INVALID = "invalid"
    NOT_SIGNED_IN = "not-signed-in"
    NOT_ALLOWED = "not-allowed"
    NOT_FOUND = "not-found"
    GONE = "gone"
    CONFLICT = "conflict"
    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"
    UNAVAILABLE = "unavailable"
    BROKEN = "broken"


class Said(NamedTuple):
    """One message in one language: what happened, why, what to do now."""

    what: str
    why: str
    todo: str


class GongkaiError(Exception):
    """Base of the family. ``where`` names the field, case or to-do the message is about."""

    kind: ClassVar[Kind] = Kind.INVALID
    code: ClassVar[str] = "error"
    zh: ClassVar[Said] = Said("发生错误", "", "")
    en: ClassVar[Said] = Said("Something went wrong", "", "")

    def __init__(self, **facts: Any) -> None:
        super().__init__(facts)

    def __init_subclass__(cls) -> None:
        name = cls.__name__
        cls.code = "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")

    def __reduce__(self) -> Any:
        return (_rebuild, (type(self), self.facts))

    @property
    def facts(self) -> dict[str, Any]:
        """The facts the message is made of."""
        facts: dict[str, Any] = self.args[0]
        return facts

    @property
    def where(self) -> str:
        """The field, case or to-do concerned; empty when the whole request is."""
        return str(self.facts.get("where", ""))

    def said(self, language: str = "zh") -> Said:
        """The message's three parts, in ``zh`` or ``en``."""
        parts = self.en if language == "en" else self.zh
        return Said(*(part.format_map(_Facts(self.facts)) for part in parts))

    def message(self, language: str = "zh") -> str:
        """One paragraph: where, what, why, what to do."""
        what, why, todo = self.said(language)
        if language == "en":
            place = f"{self.where}: " if self.where else ""
            return place + " ".join(f"{part.rstrip('.')}." for part in (what, why, todo) if part)
        place = f"{self.where}：" if self.where else ""
        return place + "".join(f"{part.rstrip('。')}。" for part in (what, why, todo) if part)

    def __str__(self) -> str:
        return self.message()


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def _rebuild(cls: type[GongkaiError], facts: dict[str, Any]) -> GongkaiError:
    return cls(**facts)


class InvalidInput(GongkaiError):
    """A field does not have the form it must have; ``why_zh``/``why_en`` say which."""

    zh = Said("“{field}”填写有误", "{why_zh}", "请改正后重新提交；没有保存任何内容")
    en = Said("“{field}” is not valid", "{why_en}", "Correct it and send again; nothing was stored")

    def called(self, title: str) -> "InvalidInput":
        """The same, naming the field as the page did that asked for it."""
        return InvalidInput(**{**self.facts, "field": title})
