"""The family of errors: every message is whole in both languages and survives the way between processes."""

import pickle
import string

import pytest

from rules.errors import GongkaiError, WebsiteRefused


def family(base: type[GongkaiError] = GongkaiError) -> list[type[GongkaiError]]:
    """The errors defined under ``rules``, and under no test."""
    direct = [kind for kind in base.__subclasses__() if kind.__module__.startswith("rules.errors.")]
    return [*direct, *(each for kind in direct for each in family(kind))]


def names_in(kind: type[GongkaiError], language: str) -> set[str]:
    parts = kind.en if language == "en" else kind.zh
    return {name for part in parts for _, name, _, _ in string.Formatter().parse(part) if name}


@pytest.mark.parametrize("kind", family(), ids=lambda kind: kind.code)
def test_every_error_says_what_why_and_what_to_do_in_both_languages(kind: type[GongkaiError]) -> None:
    names = names_in(kind, "zh") | names_in(kind, "en")
    error = kind(**dict.fromkeys(names, "X"))
    for language in ("zh", "en"):
        said = error.said(language)
        assert said.what
        assert said.todo
        assert not any(letter in error.message(language) for letter in "{}?？")


@pytest.mark.parametrize("kind", family(), ids=lambda kind: kind.code)
def test_every_error_is_the_same_after_pickling(kind: type[GongkaiError]) -> None:
    error = kind(where="正文", value="X")
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), back.facts, str(back)) == (kind, error.facts, str(error))


def test_codes_are_unique() -> None:
    codes = [kind.code for kind in family()]
    assert len(codes) == len(set(codes))
    assert WebsiteRefused.code == "website-refused"
