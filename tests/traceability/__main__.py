"""Write ``docs/traceability.md`` anew."""

from tests.traceability import JOINED, joined

if __name__ == "__main__":
    JOINED.write_text(joined(), encoding="utf-8")
