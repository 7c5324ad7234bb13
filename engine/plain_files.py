"""Plain values from the files people give, JSON or YAML: whatever is in them, a value or a message comes out.

Faults name the line. What a file of ours never needs is refused: aliases, which stand for whole trees, depth,
which takes for ever to read, and tags. Dates stay texts: whoever needs one says what is wrong with it.
"""

import json
from typing import Any, NoReturn

import yaml  # type: ignore[import-untyped]

from rules.errors import MalformedFile

DEEPEST = 20
"""Levels of nested YAML: a roster has five. Reading takes the square of the depth."""

Lines = dict[tuple[Any, ...], int]
"""The line of each part of a file, by the path to it."""


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """The safe loader, to which a date is a text."""

    yaml_implicit_resolvers = {  # noqa: RUF012  (how this library is told)
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_text(raw: bytes, *, name: str, largest: int) -> str:
    """The file's text.

    Raises:
        MalformedFile: too large, or not UTF-8.
    """
    if len(raw) > largest:
        raise malformed(name, f"文件超过{largest}字节", f"it exceeds {largest} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        zh, en = f"第{line}行不是 UTF-8 编码，请另存为 UTF-8", f"line {line} is not UTF-8; save it as UTF-8"
        raise malformed(f"{name}:{line}", zh, en) from None


def read_plain(raw: bytes, *, name: str, largest: int) -> Any:
    """The value in a JSON or a YAML file; its name decides, else how it begins.

    Raises:
        MalformedFile: too large, not UTF-8, empty, no such file, a repeated key.
    """
    text = read_text(raw, name=name, largest=largest)
    is_yaml = name.lower().endswith((".yaml", ".yml"))
    if not is_yaml and (name.lower().endswith(".json") or text.lstrip()[:1] in ("{", "[")):
        return read_json(text, name)
    return read_yaml(text, name)[0]


def malformed(where: str, zh: str, en: str) -> MalformedFile:
    """That a file is not what it should be."""
    return MalformedFile(where=where, why_zh=zh, why_en=en)


# --- JSON ------------------------------------------------------------------------------------


def read_json(text: str, name: str) -> Any:
    """The value of a JSON text.

    Raises:
        MalformedFile: not JSON, or a repeated key.
    """
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_such_number)
    except json.JSONDecodeError as error:
        zh = f"第{error.lineno}行第{error.colno}列不是有效的 JSON"
        en = f"line {error.lineno} column {error.colno} is no JSON"
        raise malformed(f"{name}:{error.lineno}", zh, en) from None
    except _Repeated as error:
        raise malformed(name, f"重复填写了“{error}”", f"“{error}” is given twice") from None
    except (ValueError, RecursionError):
        raise malformed(name, "不是有效的 JSON", "it is no JSON") from None


class _Repeated(ValueError):
    """A key given twice: which of the two was meant?"""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Repeated(key[:60])
        found[key] = value
    return found


def _no_such_number(_text: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


# --- YAML ------------------------------------------------------------------------------------


def read_yaml(text: str, name: str) -> tuple[Any, Lines]:
    """The value of a YAML text, and the line of each part of it.

    Raises:
        MalformedFile: empty, no YAML, an alias, a tag, too deep, or a repeated key.
    """
    lines: Lines = {}
    try:
        _refuse_needless(text, name)
        loader = _Loader(text)
        root = loader.get_single_node()
        if root is None:
            raise malformed(name, "文件是空的", "it is empty")
        _note_lines(root, (), lines, name)
        return loader.construct_document(root), lines
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise malformed(f"{name}:{line}", f"第{line}行不是有效的 YAML", f"line {line} is no YAML") from None
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        raise malformed(name, "不是有效的 YAML", "it is no YAML") from None


def _refuse_needless(text: str, name: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise malformed(f"{name}:{line}", "不接受 YAML 别名（*）", "YAML aliases (*) are not accepted")
        if getattr(event, "tag", None) is not None:
            raise malformed(f"{name}:{line}", "不接受 YAML 标签（!）", "YAML tags (!) are not accepted")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            zh, en = f"第{line}行的 YAML 层次过深", f"the YAML is nested too deep on line {line}"
            raise malformed(f"{name}:{line}", zh, en)


def _note_lines(node: Any, path: tuple[Any, ...], lines: Lines, name: str) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for number, child in enumerate(node.value):
            _note_lines(child, (*path, number), lines, name)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, child in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise malformed(
                    f"{name}:{line}", f"第{line}行的名称不是文字", f"a name on line {line} is no text"
                )
            if key.value in seen:
                zh, en = f"第{line}行重复填写了“{key.value[:60]}”", f"line {line} repeats “{key.value[:60]}”"
                raise malformed(f"{name}:{line}", zh, en)
            seen.add(key.value)
            _note_lines(child, (*path, key.value), lines, name)
