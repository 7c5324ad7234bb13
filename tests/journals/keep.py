"""``python -m tests.journals.keep [NUMBER…]``: write the journals that are not there yet.

Without numbers every walk of ``tests/journals/test_walks.py`` is walked; with numbers those closed cases of
the installation that ``GONGKAI_*`` names are kept, under their numbers.
"""

import os
import sys

import pytest

import flows  # noqa: F401  installs every procedure
from engine.service import service_from_environment
from tests.journals import FOLDER, journal_of, keep

KEEP = "KEEP_JOURNALS"


def main(numbers: list[str]) -> int:
    """Keep what is new; 0 when all went well."""
    if not numbers:
        os.environ[KEEP] = "1"
        return int(pytest.main(["-q", "-p", "no:xdist", str(FOLDER / "test_walks.py")]))
    service = service_from_environment()
    for number in numbers:
        kept = journal_of(service, number)
        name = f"{kept.procedure}-v{kept.version}-{number.lower()}.json"
        said = "kept" if keep(kept, FOLDER / name) else "is there already"
        sys.stdout.write(f"{name} {said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
