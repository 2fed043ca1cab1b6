"""The tables of a store, as plain SQL tools see them."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    select,
)

from leadflow.records import StoreTable

__all__ = ["LEAD_COLUMNS", "METADATA", "OVERVIEW", "TABLES"]

METADATA: Final = MetaData()

LEAD_COLUMNS: Final = (
    "company",
    "corporate_number",
    "department",
    "title",
    "full_name",
    "full_name_kana",
    "email",
    "phone",
    "mobile",
    "postal_code",
    "prefecture",
    "city",
    "industry",
    "employees",
    "lead_source",
    "campaign",
)
"""Fields of a golden lead that have a column of their own; the others are in the JSON of ``more``."""


def _position() -> "Column[int]":
    whole = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers only INTEGER keys
    return Column("position", whole, Identity(always=False), primary_key=True)


meta = Table("leadflow_meta", METADATA, Column("name", Text, primary_key=True), Column("value", Text))

records = Table(
    "records",
    METADATA,
    _position(),
    Column("record_id", Text, nullable=False, unique=True),
    Column("lead_id", Text, nullable=False, index=True),
    Column("source", Text),
    Column("observed_at", Text),
    Column("data", Text, nullable=False),
    Column("raw", Text, nullable=False),
)

golden = Table(
    "golden",
    METADATA,
    _position(),
    Column("lead_id", Text, nullable=False, unique=True),
    *(Column(name, BigInteger if name == "employees" else Text) for name in LEAD_COLUMNS),
    Column("more", Text, nullable=False),
    Column("source", Text),
    Column("observed_at", Text),
    Column("record_id", Text),
    Column("winners", Text, nullable=False),
    Column("rules_id", Text, nullable=False),
)

rules = Table(
    "survivorship_rules",
    METADATA,
    Column("rules_id", Text, primary_key=True),
    Column("rules", Text, nullable=False),
)

states = Table(
    "states",
    METADATA,
    Column("lead_id", Text, primary_key=True),
    Column("stage", Text),
    Column("stage_entered_at", Text),
    Column("fit", Float),
    Column("engagement", Float),
    Column("score", Float),
    Column("grade", Text),
    Column("owner", Text),
)

activities = Table(
    "activities",
    METADATA,
    _position(),
    Column("key", Text, nullable=False, unique=True),
    Column("lead_id", Text, nullable=False, index=True),
    Column("first_id", Text),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("attributes", Text, nullable=False),
)
Index(
    "ix_activities_first_id",
    activities.c.first_id,
    sqlite_where=activities.c.first_id.is_not(None),
    postgresql_where=activities.c.first_id.is_not(None),
)

stages = Table(
    "stages",
    METADATA,
    _position(),
    Column("lead_id", Text, nullable=False, index=True),
    Column("stage", Text, nullable=False),
    Column("entered_at", Text, nullable=False),
    Column("left_at", Text),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("definition", Text, nullable=False),
)

assignments = Table(
    "assignments",
    METADATA,
    _position(),
    Column("id", Text, nullable=False, unique=True),
    Column("lead_id", Text, nullable=False, index=True),
    Column("owner", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("offered_at", Text, nullable=False),
    Column("deadline", Text),
    Column("state", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("definition", Text, nullable=False),
    Column("routable", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
)
Index("ix_assignments_state_deadline", assignments.c.state, assignments.c.deadline)

journal = Table(
    "journal",
    METADATA,
    _position(),
    Column("kind", Text, nullable=False),
    Column("lead_id", Text, nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("detail", Text, nullable=False),
    sqlite_autoincrement=True,
)

redirects = Table(
    "redirects",
    METADATA,
    Column("old_id", Text, primary_key=True),
    Column("new_id", Text, nullable=False, index=True),
)

verdicts = Table(
    "verdicts",
    METADATA,
    Column("first", Text, primary_key=True),
    Column("second", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

consents = Table(
    "consents",
    METADATA,
    _position(),
    Column("key", Text, nullable=False, unique=True),
    Column("address", Text, nullable=False, index=True),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("actor", Text, nullable=False),
)

outbox = Table(
    "outbox",
    METADATA,
    _position(),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("lead_id", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("delivered_at", Text),
)
Index(
    "ix_outbox_pending",
    outbox.c.position,
    sqlite_where=outbox.c.delivered_at.is_(None),
    postgresql_where=outbox.c.delivered_at.is_(None),
)

tombstones = Table(
    "tombstones",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("lead_id", Text, nullable=False),
    Column("at", Text, nullable=False),
)

touched = Table(
    "touched",
    METADATA,
    Column("lead_id", Text, primary_key=True),
    Column("written_in", BigInteger, nullable=False),
    *(Column(f"{table}_in", BigInteger, nullable=False, server_default="0") for table in StoreTable),
    # what was written since is read out of the index alone, from pages that lie beside each other
    Index("ix_touched_changes", "written_in", "lead_id", *(f"{table}_in" for table in StoreTable)),
)

documents = Table(
    "documents", METADATA, Column("name", Text, primary_key=True), Column("value", Text, nullable=False)
)

TABLES: Final = {
    "records": records,
    "leads": golden,
    "activities": activities,
    "states": states,
    "stages": stages,
    "assignments": assignments,
    "journal": journal,
    "redirects": redirects,
    "verdicts": verdicts,
    "consents": consents,
    "outbox": outbox,
    "tombstones": tombstones,
    "documents": documents,
}
"""The tables that ``counts`` names."""

OVERVIEW: Final = (
    select(
        golden.c.lead_id,
        *(golden.c[name] for name in LEAD_COLUMNS),
        *(
            states.c[name]
            for name in ("stage", "stage_entered_at", "grade", "score", "fit", "engagement", "owner")
        ),
        golden.c.observed_at,
        golden.c.more,
    )
    .select_from(golden)
    .outerjoin(states, states.c.lead_id == golden.c.lead_id)
)
"""The view ``leads``: a golden lead and its state in one row, for people who look with plain SQL."""
