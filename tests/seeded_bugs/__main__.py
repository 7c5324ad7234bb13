"""Apply every patch to a copy of the tree and see that its test fails there."""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".gongkai", "__pycache__", ".*_cache", "*.egg-info")
TEST_FAILED = 1  # pytest's exit code; 2 and above mean that it could not run the test


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


def is_caught(bug: SeededBug) -> tuple[bool, str]:
    """Whether the named test fails on the patched copy; and what was seen."""
    with tempfile.TemporaryDirectory(prefix="gongkai-seeded-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        applied = subprocess.run(
            ["git", "apply", "--unidiff-zero", "--recount", str(bug.patch)],
            cwd=copy,
            capture_output=True,
            text=True,
        )
        if applied.returncode:
            return False, f"the patch no longer applies: {applied.stderr.strip()}"
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "--no-header", bug.caught_by],
            cwd=copy,
            env=os.environ | {"PYTHONPATH": str(copy)},
            capture_output=True,
            text=True,
        )
        last = ran.stdout.strip().splitlines()[-1] if ran.stdout.strip() else ran.stderr[-200:]
        return ran.returncode == TEST_FAILED, last


def main() -> int:
    """Print one line per bug; exit 1 when one was not caught."""
    missed = 0
    for bug in seeded_bugs():
        caught, seen = is_caught(bug)
        missed += not caught
        verdict = "caught" if caught else "MISSED"
        print(f"{verdict}  {bug.patch.stem}  by {bug.caught_by}  ({seen})", flush=True)
    total = len(seeded_bugs())
    print(f"{total - missed} passed, {missed} failed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
