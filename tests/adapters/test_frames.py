"""Frames and rows in memory."""

import datetime as dt

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from leadflow.adapters.frames import cell_text
from leadflow.adapters.reading import read_leads
from leadflow.errors import InputError

CELLS = {
    "会社名": ["㈱山田", "鈴木商事", None],
    "メール": ["A@example.jp", "b@example.jp", "c@example.jp"],
    "従業員数": [10.0, None, 300.0],
    "更新日時": [dt.datetime(2026, 4, 1, 9, 0), None, dt.datetime(2026, 4, 2)],  # frames hold such times
}


def frames():
    arrow = pa.table(CELLS)
    return {
        "pandas": pd.DataFrame(CELLS),
        "polars": pl.DataFrame(CELLS),
        "lazy": pl.LazyFrame(CELLS),
        "pyarrow": arrow,
        "duckdb": duckdb.sql("select * from arrow"),
        "columns": CELLS,
        "rows": [dict(zip(CELLS, row, strict=True)) for row in zip(*CELLS.values(), strict=True)],
    }


class TestReadFrame:
    @pytest.mark.parametrize("name", ["pandas", "polars", "lazy", "pyarrow", "duckdb", "columns", "rows"])
    def test_every_frame_reads_alike(self, name):
        batch = read_leads(frames()[name], source="x").batch
        assert batch["company"].to_list() == ["株式会社山田", "鈴木商事", None]
        assert batch["employees"].to_list() == [10, None, 300]
        assert batch["updated_at"][0].isoformat() == "2026-04-01T09:00:00+09:00"
        assert batch.ids == read_leads(frames()["rows"], source="x").batch.ids

    def test_a_frame_goes_out_again_through_arrow(self):
        table = pl.DataFrame(read_leads(frames()["pandas"]).batch)
        assert table["email"].to_list() == ["a@example.jp", "b@example.jp", "c@example.jp"]

    def test_rows_with_different_names_are_joined(self):
        batch = read_leads([{"Email": "a@example.jp"}, {"Email": "b@example.jp", "Tags": ["x", "y"]}]).batch
        assert batch["tags"].to_list() == [None, ("x", "y")]

    @pytest.mark.parametrize("data", [[], [1, 2], {}, 7, pd.DataFrame()])
    def test_what_is_no_table_is_an_error(self, data):
        with pytest.raises(InputError):
            read_leads(data)

    def test_a_frame_without_known_columns_is_an_error(self):
        with pytest.raises(InputError, match="mapping="):
            read_leads(pd.DataFrame({"a": [1]}))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (312345678.0, "312345678"),
        (1.5, "1.5"),
        (1.18e12, "1180000000000"),
        (float("nan"), ""),
        (float("inf"), ""),
        (pd.NaT, ""),
        (pd.NA, ""),
        (None, ""),
        (False, "false"),
        (dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC), "2026-04-01 09:00:00+00:00"),
        (("a", 1), "a; 1"),
    ],
)
def test_the_text_of_a_cell_is_what_a_person_would_have_typed(value, expected):
    assert cell_text(value) == expected
