"""Both languages are whole: no page, form or ending is left untranslated."""

import ast
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import jinja2.ext
import pytest
from jinja2 import Environment, nodes

import flows  # noqa: F401  installs every procedure
from engine.calls import Action
from engine.procedures import installed
from portal.web.fields import fields_of
from portal.web.language import translations
from rules.disclosure import DisclosureAttribute
from tests.portal.conftest import SignIn

ROOT = Path(__file__).parent.parent.parent


def messages_of_templates() -> Iterator[str]:
    for path in sorted((ROOT / "portal/templates/web").glob("*.html")):
        source = BytesIO(path.read_bytes())
        for _line, _function, message, _comments in jinja2.ext.babel_extract(
            source, ("_", "gettext", "ngettext"), (), {"newstyle_gettext": "true"}
        ):
            if message is not None:  # a name chosen while drawing is found where it is defined
                yield message if isinstance(message, str) else str(message[0])


def messages_of_code() -> Iterator[str]:
    for path in sorted((ROOT / "portal/web").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "gettext":
                (argument,) = node.args
                assert isinstance(argument, ast.Constant)
                yield str(argument.value)


def messages_of_forms() -> Iterator[str]:
    for procedure in installed():
        forms: list[Any] = [procedure.intake, *procedure.forms.values()]
        for form in forms:
            asked = fields_of(form.model_json_schema(), {})
            for field in [*asked, *(cell for table in asked for row in table.rows[:1] for cell in row)]:
                yield field.title
                yield field.hint
                if field.name != "doc_type":  # 文种 are names: they stay Chinese
                    yield from (choice.label for choice in field.choices)


def endings() -> Iterator[str]:
    for path in sorted((ROOT / "flows").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant):
                yield str(node.value.value)


def everything() -> list[str]:
    words = {*messages_of_templates(), *messages_of_code(), *messages_of_forms(), *endings()}
    words |= {action.chinese for action in Action} | {attribute.value for attribute in DisclosureAttribute}
    return sorted(words - {""})


def translated_variables(source: str) -> list[int]:
    """Lines where ``_()`` is given anything but a text of the template.

    What it returns is taken for safe HTML: given a value, it would let people's text through unescaped.
    """
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(source)
    return [
        call.lineno
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
        and call.node.name in ("_", "gettext", "ngettext")
        and not isinstance(call.args[0], nodes.Const)
    ]


@pytest.mark.parametrize("path", sorted((ROOT / "portal/templates").rglob("*.html")), ids=lambda p: p.name)
def test_only_texts_of_the_templates_are_translated_as_html(path: Path) -> None:
    assert translated_variables(path.read_text(encoding="utf-8")) == []


def test_a_translated_variable_is_found() -> None:
    assert translated_variables("{{ _('一') }}\n{{ _(someone.text) }}") == [2]


def test_every_message_has_its_english() -> None:
    catalogue = translations("en")
    missing = [
        word
        for word in everything()
        if catalogue.gettext(word) == word and catalogue.ngettext(word, word, 2) == word
    ]
    assert missing == []


@pytest.mark.parametrize("path", ["/inbox", "/cases", "/launch", "/people", "/what-if"])
def test_pages_are_english_after_the_switch_and_chinese_before(signed_in: SignIn, path: str) -> None:
    browser = signed_in("administrator")
    assert 'lang="zh-CN"' in browser.get(path).text
    browser.cookies.set("language", "en")
    page = browser.get(path).text
    assert '<html lang="en">' in page
    assert "Sign out" in page


def test_an_unknown_language_is_chinese(signed_in: SignIn) -> None:
    browser = signed_in("drafter")
    browser.cookies.set("language", "../../etc")
    assert 'lang="zh-CN"' in browser.get("/inbox").text
