"""Where each rule of the notice is kept, tested and guarded: the parts joined to one table, and looked up.

``docs/traceability/rules.yaml`` names the rules; each part is a table of rows ``| id rule | source | code |
test | seeded bug |``. ``python -m tests.traceability`` writes ``docs/traceability.md`` anew.
"""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PARTS = ROOT / "docs" / "traceability"
JOINED = ROOT / "docs" / "traceability.md"
BUGS = ROOT / "tests" / "seeded_bugs"

_ID = re.compile(r"^(\d+\.\d+)\s+")
_CAUGHT = re.compile(r"^Caught-by: (\S+)", re.MULTILINE)
NONE = "—"


@dataclass(frozen=True)
class Rule:
    """One rule: its number, where the law says it, and what it says. ``waits``: not built yet."""

    id: str
    source: str
    rule: str
    waits: bool = False

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands."""
        section, number = self.id.split(".")
        return int(section), int(number)


@dataclass(frozen=True)
class Row:
    """One line of a part. ``id`` is empty where it names no rule of the list."""

    part: str
    id: str
    rule: str
    code: tuple[str, ...]
    tests: tuple[str, ...]
    bugs: tuple[str, ...]


def rules() -> list[Rule]:
    """All rules, in order."""
    found = [Rule(**raw) for raw in yaml.safe_load((PARTS / "rules.yaml").read_text(encoding="utf-8"))]
    return sorted(found, key=lambda rule: rule.place)


def rows() -> list[Row]:
    """Every line of every part."""
    return [row for part in sorted(PARTS.glob("*.md")) for row in _rows_of(part)]


def _rows_of(part: Path) -> list[Row]:
    found = []
    for line in part.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if (
            not line.startswith("|")
            or len(cells) != 5
            or cells[0] in ("rule", "")
            or set(cells[0]) <= {"-", ":"}
        ):
            continue
        named = _ID.match(cells[0])
        found.append(
            Row(
                part.name,
                named[1] if named else "",
                cells[0][named.end() :] if named else cells[0],
                *(_several(cell) for cell in cells[2:]),
            )
        )
    return found


def _several(cell: str) -> tuple[str, ...]:
    names = (name.strip().strip("`") for name in re.split(r"<br>|[,;，；、]\s*", cell))
    return tuple(name for name in names if name not in ("", NONE, "-"))


def exists(place: str) -> bool:
    """Whether ``path::name`` is there: a function, class, method, constant; a path alone is a file."""
    path, _, name = place.partition("::")
    file = ROOT / path
    if not file.is_file():
        return False
    if not name:
        return True
    if file.suffix != ".py":
        return name in file.read_text(encoding="utf-8")
    return name.partition("[")[0] in _names(file)


@cache
def _names(file: Path) -> frozenset[str]:
    found: set[str] = set()

    def look(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.update({prefix + node.name})
                if isinstance(node, ast.ClassDef):
                    look(node.body, f"{prefix}{node.name}.")
                    look(node.body, f"{prefix}{node.name}::")
            targets = node.targets if isinstance(node, ast.Assign) else []
            targets = [*targets, node.target] if isinstance(node, ast.AnnAssign) else targets
            found.update(prefix + target.id for target in targets if isinstance(target, ast.Name))

    look(ast.parse(file.read_text(encoding="utf-8")).body, "")
    return frozenset(found)


def caught_by(bug: str) -> str:
    """The test that a seeded bug is caught by; empty: there is no such file, or it names none."""
    file = BUGS / Path(bug).name  # written with its folder or without
    named = _CAUGHT.search(file.read_text(encoding="utf-8")) if file.is_file() else None
    return named[1] if named else ""


def joined() -> str:
    """``docs/traceability.md``."""
    lines = [
        "# From the notice to the code",
        "",
        "Written by `python -m tests.traceability` from [traceability/](traceability); a test keeps it true.",
        "",
        "| rule | source | code | test | seeded bug |",
        "|---|---|---|---|---|",
    ]
    found = rows()
    for rule in rules():
        theirs = [row for row in found if row.id == rule.id]
        lines.append(
            f"| **{rule.id}** {rule.rule} | {rule.source} | {_cell(theirs, 'code')} "
            f"| {_cell(theirs, 'tests')} | {_cell(theirs, 'bugs')} |"
        )
    return "\n".join(lines) + "\n"


def _cell(found: list[Row], of: str) -> str:
    names = dict.fromkeys(name for row in found for name in getattr(row, of))
    return "<br>".join(name.removeprefix("tests/seeded_bugs/") for name in names) or NONE
