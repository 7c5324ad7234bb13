"""What is stored, in bytes, once it is compacted."""

from benchmarks.installation import Installation


def stored_bytes(installation: Installation, database: str = "gongkai") -> int:
    """All tables and indexes. Compacted first: what clients extend ahead of need is as much as the cases."""
    installation.query("VACUUM FULL", database=database)
    [row] = installation.query(
        "SELECT sum(pg_total_relation_size(oid)) AS bytes FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
        database=database,
    )
    return int(str(row["bytes"]))
