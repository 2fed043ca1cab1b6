"""Rows that SQLite is given many at a time are kept as if they had been given one by one."""

import sqlite3

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.adapters.sql.dialects import insert, insert_columns

METADATA = sa.MetaData()
SOME = sa.Table(
    "some",
    METADATA,
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("first", sa.Text),
    sa.Column("second", sa.Float),
    sa.Column("third", sa.LargeBinary),  # no affinity: what is written stays of its type
)
NAMES = ("key", "first", "second", "third")
cells = st.sampled_from([None, "a", "b'; --", "", 1, 1.0, True, 0.0, -0.0, 2**40])


@st.composite
def tables(draw):
    """Columns of up to three stretches and a rest, of which some hold one value throughout."""
    size = draw(st.integers(0, 160))
    keys = draw(st.lists(st.integers(0, 200), min_size=size, max_size=size))
    columns = [[f"k{key}" for key in keys]]
    for _ in NAMES[1:]:
        few = draw(st.lists(cells, min_size=1, max_size=2))
        columns.append([few[place * place % 7 % len(few)] for place in range(size)])
    return columns


def kept(columns, clash, *, many):
    engine = sa.create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        rows = list(zip(*columns, strict=True))
        if many:
            written = insert_columns(connection, SOME, NAMES, columns, clash=clash)
        else:
            written = sum(insert(connection, SOME, NAMES, [row], clash=clash) for row in rows)
        found = connection.exec_driver_sql(
            "SELECT position, key, first, second, third, typeof(second), typeof(third) FROM some ORDER BY position"
        )
        found = [tuple(map(repr, row)) for row in found]
    engine.dispose()
    return written, found


@settings(max_examples=60, deadline=None)
@given(tables(), st.sampled_from(["skip", "replace"]))
def test_many_rows_are_kept_as_one_by_one(columns, clash):
    assert kept(columns, clash, many=False) == kept(columns, clash, many=True)


def test_a_key_that_is_there_is_refused_wherever_it_stands():
    columns = [[f"k{n % 119}" for n in range(120)], ["a"] * 120, [1.0] * 120, [None] * 120]
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        kept(columns, "error", many=True)
