"""One database for all tests of a run, as new for each: emptied in between, replaced when that is not enough.

Creating one per test took longer than most tests. What a test may rely on is the same: a migrated database
without rows of others, ids from 1, no connection left from before, and for the three roles what the
migrations grant.
"""

import psycopg
from psycopg import sql
from psycopg.rows import scalar_row

from deployments.instance import Instance

TEMPLATE = "gongkai"
TERMINATION_MILLISECONDS = 10_000

_REMEMBER = """
CREATE SCHEMA pristine;  -- closed to every role but the superuser
CREATE TABLE pristine.sequences AS SELECT schemaname, sequencename, start_value, last_value FROM pg_sequences;
DO $$
DECLARE name text; has_rows boolean;
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (TABLE public.%I)', name) INTO has_rows;
    IF has_rows THEN EXECUTE format('CREATE TABLE pristine.%I AS TABLE public.%I', name, name); END IF;
  END LOOP;
END $$
"""
"""Keeps what the migrations insert, so that it can be put back."""

_RESTORE = """
DO $$
DECLARE name text;
BEGIN
  SET LOCAL session_replication_role = replica;  -- tables that only grow are emptied, in any order
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DELETE FROM public.%I', name);
  END LOOP;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'pristine' AND tablename <> 'sequences' LOOP
    EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE TABLE pristine.%I', name, name);
  END LOOP;
  PERFORM setval(format('%I.%I', kept.schemaname, kept.sequencename)::regclass,
                 coalesce(kept.last_value, kept.start_value), kept.last_value IS NOT NULL)
    FROM pristine.sequences kept JOIN pg_sequences now USING (schemaname, sequencename)
   WHERE now.last_value IS DISTINCT FROM kept.last_value;
END $$
"""

_SCHEMA = """
SELECT md5(string_agg(said, E'\\n' ORDER BY said)) FROM (
  SELECT concat_ws(' ', 'relation', oid::regclass, relkind, relowner::regrole, relacl) FROM pg_class
   WHERE relnamespace = 'public'::regnamespace
  UNION ALL
  SELECT concat_ws(' ', 'column', attrelid::regclass, attname, atttypid, attnotnull, attacl) FROM pg_attribute
   WHERE attnum > 0 AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
  UNION ALL
  SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL
  SELECT concat_ws(' ', 'trigger', tgrelid::regclass, tgname, tgenabled, tgfoid) FROM pg_trigger
  UNION ALL
  SELECT concat_ws(' ', 'function', oid::regprocedure, md5(prosrc), proacl) FROM pg_proc
   WHERE pronamespace = 'public'::regnamespace
) AS everything(said)
"""
"""A digest of all a test could change besides rows."""

_TERMINATE = (
    "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


class ReusedDatabase:
    """Hands out the same database until a test has changed its schema or dropped it."""

    def __init__(self, instance: Instance, *, prefix: str = "test") -> None:
        self.instance, self.prefix = instance, prefix
        self._number, self._schema = 0, ""

    @property
    def name(self) -> str:
        """The present database."""
        return f"{self.prefix}_{self._number}"

    def as_new(self) -> str:
        """The name of a migrated database without foreign rows that nobody else is connected to."""
        if not self._number or not self._emptied():
            self._replace()
        return self.name

    def destroy(self) -> None:
        """Drop it, whoever is connected."""
        with self._connected("postgres") as server:
            server.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name))
            )

    def _emptied(self) -> bool:
        try:
            with self._connected(self.name) as database:
                database.execute(_TERMINATE, [TERMINATION_MILLISECONDS])
                if database.execute(_SCHEMA).fetchone() != self._schema:
                    return False
                database.execute(_RESTORE)
        except psycopg.Error:  # dropped, or damaged in a way the digest does not know
            return False
        return True

    def _replace(self) -> None:
        self.destroy()
        self._number += 1
        create = sql.SQL("CREATE DATABASE {} OWNER gongkai_owner TEMPLATE {}")
        with self._connected("postgres") as server:
            server.execute(create.format(sql.Identifier(self.name), sql.Identifier(TEMPLATE)))
        with self._connected(self.name) as database:
            database.execute(_REMEMBER)
            self._schema = str(database.execute(_SCHEMA).fetchone())

    def _connected(self, database: str) -> psycopg.Connection[str]:
        secret = self.instance.credentials.superuser_password
        url = self.instance.cluster.url("postgresql", "postgres", secret, database=database)
        return psycopg.connect(url, autocommit=True, row_factory=scalar_row)
