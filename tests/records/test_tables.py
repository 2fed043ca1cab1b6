"""Table: one view of every tabular thing."""

import pickle

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from leadflow.columns import Column
from leadflow.errors import InputError, UnknownNameError
from leadflow.records import LeadBatch
from leadflow.records.tables import Table

CELLS = {"name": ["佐藤", None, "佐藤"], "age": [30, 41, None]}


def arrow():
    return pa.table(CELLS)


@pytest.mark.parametrize(
    "make",
    [
        lambda: CELLS,
        lambda: [{"name": "佐藤", "age": 30}, {"age": 41}, {"name": "佐藤"}],
        arrow,
        lambda: pd.DataFrame(CELLS),
        lambda: pl.DataFrame(CELLS),
        lambda: pl.LazyFrame(CELLS),
        lambda: duckdb.from_arrow(arrow()),
        lambda: Table.of(CELLS),
        lambda: {name: Column.of(cells) for name, cells in CELLS.items()},
    ],
    ids=["mapping", "dicts", "arrow", "pandas", "polars", "lazy polars", "duckdb", "table", "columns"],
)
def test_every_kind_of_table_gives_the_same_cells(make):
    table = Table.of(make())
    assert (("name", "age"), 3) == (table.names, len(table))
    assert ["佐藤", None, "佐藤"] == table.column("name").to_list()
    assert [30, 41, None] == table.column("age").to_list()


def test_a_lead_batch_keeps_its_ids_and_says_what_it_is():
    table = Table.of(LeadBatch.from_dicts([{"title": "部長"}], ids=["L1"]))
    assert (("L1",), True, ["部長"]) == (table.ids, table.is_lead_batch, table.column("title").to_list())


def test_not_a_number_is_missing():
    table = Table.of({"x": [1.0, float("nan"), np.float64("nan")]})
    assert [1.0, None, None] == table.column("x").to_list()


def test_a_column_is_encoded_once():
    table = Table.of(CELLS)
    assert table.column("name") is table.column("name")


def test_an_unknown_column_suggests_the_near_miss():
    with pytest.raises(UnknownNameError, match="Did you mean 'name'"):
        Table.of(CELLS).column("nmae")


@pytest.mark.parametrize("data", ["text", 3, {"a": "text"}, [1, 2], {"a": [1], "b": [1, 2]}])
def test_what_is_not_a_table_is_refused(data):
    with pytest.raises(InputError):
        Table.of(data)


def test_dictionary_encoded_arrow_columns_are_read():
    table = Table.of(pa.table({"a": pa.array(["x", None, "x"]).dictionary_encode()}))
    assert ["x", None, "x"] == table.column("a").to_list()


def test_taking_and_joining_rows_keeps_cells_and_ids():
    batch = LeadBatch.from_dicts([{"title": "部長"}, {"title": "課長"}], ids=["a", "b"])
    table = Table.concatenate([Table.of(batch).take([1]), Table.of(batch).take([0])])
    assert (("b", "a"), ["課長", "部長"]) == (table.ids, table.column("title").to_list())


def test_a_table_of_a_frame_pickles():
    table = pickle.loads(pickle.dumps(Table.of(pd.DataFrame(CELLS))))
    assert ["佐藤", None, "佐藤"] == table.column("name").to_list()


def test_lists_in_cells_become_tuples():
    assert [("a", "b"), None] == Table.of({"tags": [["a", "b"], None]}).column("tags").to_list()


def test_headers_that_are_no_texts_become_texts():
    assert Table.of(pd.DataFrame([["佐藤", 1]])).names == ("0", "1")
    two = pd.DataFrame([["佐藤", 1]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")]))
    assert Table.of(two).column("a_c").to_list() == [1]


@pytest.mark.parametrize(
    "frame",
    [pd.DataFrame([["x", "y"]], columns=["a", "a"]), pa.table([pa.array(["x"])] * 2, names=["a", "a"])],
)
def test_headers_that_occur_twice_are_refused(frame):
    with pytest.raises(InputError, match="Two columns are named 'a'"):
        Table.of(frame)
