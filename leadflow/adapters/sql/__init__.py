"""Stores in SQLite and PostgreSQL, through SQLAlchemy Core."""

from leadflow.adapters.sql.store import SqlStore

__all__ = ["SqlStore"]
