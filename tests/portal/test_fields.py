"""What a form asks is drawn from its schema, and what was posted comes back as the form's answers."""

from enum import StrEnum
from typing import Annotated

from portal.web.fields import answers_from, fields_of
from tasks import Form, Instant, Line, asked


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Part(Form):
    part: Annotated[Line, asked("部分", min_length=1)]
    whole: Annotated[bool, asked("全部")] = False


class Rich(Form):
    seen_at: Annotated[Instant, asked("发现时间")]
    spread: Annotated[int, asked("转发量")] = 0
    links: Annotated[list[Line], asked("链接", min_length=1)]
    colours: Annotated[list[Colour], asked("颜色", labels={"red": "红", "blue": "蓝"})]
    parts: Annotated[list[Part], asked("分项", max_length=3)]


SCHEMA = Rich.model_json_schema()
POSTED = {
    "answer.seen_at": ["2026-03-18T15:40"],
    "answer.spread": ["2300"],
    "answer.links": [" https://a.example/1 \r\n\r\nhttps://a.example/2\n"],
    "answer.colours.blue": ["true"],
    "answer.parts.0.part": ["附件3"],
    "answer.parts.0.whole": ["true"],
    "answer.parts.2.part": ["第二条"],
}


def test_times_numbers_lists_and_tables_come_back_as_the_form_takes_them() -> None:
    answers = answers_from(SCHEMA, POSTED, timezone="Asia/Shanghai")
    assert answers == {
        "seen_at": "2026-03-18T15:40:00+08:00",
        "spread": "2300",
        "links": ["https://a.example/1", "https://a.example/2"],
        "colours": ["blue"],
        "parts": [{"part": "附件3", "whole": True}, {"part": "第二条", "whole": False}],
    }
    filled = Rich.model_validate(answers)
    again = fields_of(SCHEMA, filled.model_dump(mode="json"))
    assert {each.name: each.kind for each in again} == {
        "seen_at": "instant",
        "spread": "number",
        "links": "lines",
        "colours": "choices",
        "parts": "rows",
    }


def test_what_was_typed_stands_in_its_fields_again_and_a_table_has_no_more_lines_than_it_may() -> None:
    typed = {name.removeprefix("answer."): values[0] for name, values in POSTED.items()}
    fields = {each.name: each for each in fields_of(SCHEMA, typed)}
    assert [choice.value for choice in fields["colours"].choices if choice.chosen] == ["blue"]
    assert [[cell.value for cell in row] for row in fields["parts"].rows] == [
        ["附件3", "true"],
        ["第二条", ""],
        ["", ""],
    ]
    assert fields["parts"].rows[2][0].posted == "answer.parts.2.part"


def test_a_time_that_is_none_is_left_to_the_form_to_refuse() -> None:
    answers = answers_from(SCHEMA, {**POSTED, "answer.seen_at": ["昨天"]}, timezone="Asia/Shanghai")
    assert answers["seen_at"] == "昨天"
