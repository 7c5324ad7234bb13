"""Alembic environment: online only, as the owner role, one transaction per upgrade."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlmodel import SQLModel

import models  # noqa: F401  registers every table

# Two starts at once must not migrate at once.
_MIGRATION_LOCK = 7_390_2019

url = context.config.attributes["url"]
engine = create_engine(url)
with engine.connect() as connection:
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
    connection.commit()
    context.configure(connection=connection, target_metadata=SQLModel.metadata)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
