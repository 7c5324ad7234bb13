"""Files people give: whatever is in them, a value or a message, and soon."""

import contextlib
import time

import pytest

from engine.plain_files import DEEPEST, read_plain
from rules.errors import MalformedFile

LARGEST = 64_000


def read(content: str | bytes, name: str = "file.yaml") -> object:
    raw = content if isinstance(content, bytes) else content.encode()
    return read_plain(raw, name=name, largest=LARGEST)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"a": [1, "二", true, null]}', "file.json"),
        ('{"a": [1, "二", true, null]}', "file.yaml"),
        ('\ufeff{"a": [1, "二", true, null]}', "table"),
        ("a: [1, 二, true, null]", "file.yml"),
        ("a:\n- 1\n- 二\n- yes\n-\n", "table"),
    ],
)
def test_json_and_yaml_read_to_the_same_value(text: str, name: str) -> None:
    assert read(text, name) == {"a": [1, "二", True, None]}


@pytest.mark.parametrize("day", ["2027-02-08", "2027-02-30", "2027-13-99"])
def test_a_date_is_a_text_so_that_whoever_needs_it_says_what_is_wrong(day: str) -> None:
    assert read(f"date: {day}") == {"date": day}


REFUSED = {
    "alias": ("a: &x [1]\nb: *x", "file.yaml:2", "别名"),
    "tag": ("a: 1\nb: !!bool x", "file.yaml:2", "标签"),
    "own tag": ("a: !mine x", "file.yaml:1", "标签"),
    "python": ("!!python/object/apply:os.system [id]", "file.yaml:1", "标签"),
    "deep": ("a:\n  " + "[" * (DEEPEST + 1), "file.yaml:2", "层次过深"),
    "twice": ("a: 1\nb: 2\na: 3", "file.yaml:3", "重复填写了“a”"),
    "name": ("? [a]\n: b", "file.yaml:1", "名称不是文字"),
    "two documents": ("a: 1\n---\nb: 2", "file.yaml:2", "不是有效的 YAML"),
    "unclosed": ("a: [1", "file.yaml:1", "不是有效的 YAML"),
    "control": ("a: \x00", "file.yaml", "不是有效的 YAML"),
    "number": ("a: " + "9" * 60_000, "file.yaml", "不是有效的 YAML"),
    "sexagesimal": ("a: 1" + ":1" * 30_000 + ".5", "file.yaml", "不是有效的 YAML"),
    "empty": ("# nothing\n", "file.yaml", "空"),
    "not text": (b"a: 1\n\xff", "file.yaml:2", "UTF-8"),
    "large": ("#" * (LARGEST + 1), "file.yaml", "超过"),
}
REFUSED_JSON = {
    "twice": ('{"a": 1, "a": 2}', "file.json", "重复填写了“a”"),
    "nan": ('{"a": NaN}', "file.json", "不是有效的 JSON"),
    "cut": ('{"a":\n [1', "file.json:2", "第2行"),
    "deep": ("[" * 60_000, "file.json", "不是有效的 JSON"),
    "number": ("9" * 60_000, "file.json", "不是有效的 JSON"),
}


@pytest.mark.parametrize(("content", "where", "said"), REFUSED.values(), ids=REFUSED)
def test_what_no_file_of_ours_needs_is_refused_with_its_line(
    content: str | bytes, where: str, said: str
) -> None:
    with pytest.raises(MalformedFile) as refused:
        read(content)
    assert refused.value.where == where
    assert said in refused.value.message()


@pytest.mark.parametrize(("content", "where", "said"), REFUSED_JSON.values(), ids=REFUSED_JSON)
def test_json_that_is_none_is_refused_with_its_line(content: str, where: str, said: str) -> None:
    with pytest.raises(MalformedFile) as refused:
        read(content, "file.json")
    assert refused.value.where == where
    assert said in refused.value.message()


COSTLY = {
    "brackets": "[" * LARGEST,
    "indents": "\n".join("- " * n for n in range(1, 350)),
    "questions": "? " * (LARGEST // 2),
    "lists": "a: [" + "[]," * 20_000 + "]",
    "keys": "{" + ",".join(f"k{n}" for n in range(9_000)) + "}",
    "bits": "a: 0b" + "1" * 60_000,
    "sixties": "a: 1" + ":1" * 30_000,
    "underscores": "a: " + "1_" * 30_000 + "1",
}


@pytest.mark.parametrize("content", COSTLY.values(), ids=COSTLY)
def test_no_file_of_that_size_takes_long(content: str) -> None:
    began = time.process_time()
    with contextlib.suppress(MalformedFile):
        read(content)
    assert time.process_time() - began < 20  # without the guard: hours
