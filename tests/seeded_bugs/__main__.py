"""Apply every patch to a copy of the tree and see that its test fails there, and only there."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".gongkai*", "__pycache__", ".*_cache", "*.egg-info")


@dataclass(frozen=True)
class SeededBug:
    """One patch and the test that must catch it."""

    patch: Path
    caught_by: str

    @classmethod
    def read(cls, patch: Path) -> "SeededBug":
        """Raises ValueError when the first line does not name the test."""
        first = patch.read_text().splitlines()[0]
        name, _, node = first.partition(": ")
        if name != "Caught-by" or not node:
            raise ValueError(f"{patch.name} does not start with 'Caught-by: <test>'")
        return cls(patch, node.strip())


def seeded_bugs() -> list[SeededBug]:
    """All of them, by name."""
    return [SeededBug.read(patch) for patch in sorted(HERE.glob("*.patch"))]


@dataclass(frozen=True)
class Ran:
    """How a pytest run ended: its exit code and its last line, which counts."""

    code: int
    summary: str

    @property
    def passed(self) -> bool:
        """All of it, and something was run."""
        return self.code == 0 and self._counts("passed")

    @property
    def failed(self) -> bool:
        """A test failed. An error in a fixture has the same exit code and says nothing about the bug."""
        return self.code == 1 and self._counts("failed") and not self._counts("errors?")

    def _counts(self, word: str) -> bool:
        return re.search(rf"\b[1-9]\d* {word}\b", self.summary) is not None


@contextmanager
def copied_tree() -> Iterator[Path]:
    """The tree as it is, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="gongkai-seeded-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        yield copy


def run_tests(tree: Path, *nodes: str) -> Ran:
    """Run these tests on the programs of that tree."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "--no-header", *nodes],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
    )
    lines = done.stdout.strip().splitlines()
    return Ran(done.returncode, lines[-1] if lines else done.stderr[-200:])


def is_caught(bug: SeededBug) -> tuple[bool, str]:
    """Whether the named test fails on the patched copy; and what was seen."""
    with copied_tree() as copy:
        applied = subprocess.run(
            ["git", "apply", "--unidiff-zero", "--recount", str(bug.patch)],
            cwd=copy,
            capture_output=True,
            text=True,
        )
        if applied.returncode:
            return False, f"the patch no longer applies: {applied.stderr.strip()}"
        ran = run_tests(copy, bug.caught_by)
        return ran.failed, ran.summary


def main() -> int:
    """Print one line per bug; exit 1 when one was not caught, or when the tests fail without any bug."""
    bugs = seeded_bugs()
    with copied_tree() as copy:
        sound = run_tests(copy, *sorted({bug.caught_by for bug in bugs}))
    if not sound.passed:
        print(f"Without any bug the tests must pass, and they do not: {sound.summary}")
        return 1
    missed = 0
    for bug in bugs:
        caught, seen = is_caught(bug)
        missed += not caught
        verdict = "caught" if caught else "MISSED"
        print(f"{verdict}  {bug.patch.stem}  by {bug.caught_by}  ({seen})", flush=True)
    print(f"{len(bugs) - missed} passed, {missed} failed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
