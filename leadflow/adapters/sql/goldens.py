"""Golden leads in SQL: the main fields as columns, the others as JSON, and where each came from."""

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, delete, select

from leadflow.adapters.cells import decode_rows, dump, encode_rows, load, moment_of, seconds_of, seconds_texts
from leadflow.adapters.sql.dialects import Row, among, ids, insert, insert_columns
from leadflow.adapters.sql.statements import rows_of
from leadflow.adapters.sql.tables import LEAD_COLUMNS, golden, records, rules, states
from leadflow.columns import Column
from leadflow.records import GoldenBatch, LeadBatch, Origin
from leadflow.records.compacting import compact, compact_batch
from leadflow.records.events import Json

__all__ = ["by_id", "origins", "put", "remove"]

_NAMES: Final = (
    "lead_id",
    *LEAD_COLUMNS,
    "more",
    "source",
    "observed_at",
    "record_id",
    "winners",
    "rules_id",
)
_ALL: Final = select(
    golden.c.lead_id,
    golden.c.source,
    golden.c.observed_at,
    golden.c.more,
    *(golden.c[name] for name in LEAD_COLUMNS),
).order_by(golden.c.position)
_BY_ID: Final = _ALL.where(among(golden.c.lead_id, "ids"))
_LARGEST: Final = 2**63 - 1


def put(connection: Connection, batch: GoldenBatch) -> None:
    """Insert or replace golden leads."""
    if not len(batch.leads):
        return
    rules_id, text = _rules(tuple(sorted(batch.rules.items())))
    insert(connection, rules, ("rules_id", "rules"), [(rules_id, text)], clash="skip")
    if len(batch.leads) == 1:
        insert(connection, golden, _NAMES, [_row(batch, rules_id)], clash="replace")
    else:
        insert_columns(connection, golden, _NAMES, _columns(batch, rules_id), clash="replace")


def _columns(batch: GoldenBatch, rules_id: str) -> Sequence[Sequence[object]]:
    leads = compact_batch(batch.leads)
    plain = {name: _fitting(name, leads[name]) for name in LEAD_COLUMNS if name in leads.columns}
    empty = [None] * len(leads)
    more = {
        name: rest
        for name, column in leads.columns.items()
        if (rest := _rest(column, plain.get(name))) is not None
    }
    main, winners = _winners(batch)
    return (
        leads.ids,
        *(plain[name].to_list() if name in plain else empty for name in LEAD_COLUMNS),
        encode_rows(more, len(leads), cleared=False),
        leads.sources.to_list(),
        seconds_texts(leads.observed_at),
        main,
        winners,
        [rules_id] * len(leads),
    )


def _row(batch: GoldenBatch, rules_id: str) -> Row:
    """Return the row of one lead, as ``_columns`` does of many."""
    leads = batch.leads
    cells = {name: value for name, column in leads.columns.items() if (value := column[0]) is not None}
    plain = {name: cells[name] for name in LEAD_COLUMNS if name in cells and _fits(name, cells[name])}
    more = {name: leads.columns[name] for name in cells if name not in plain}
    main, winners = _winners_of_one(batch)
    return (
        leads.ids[0],
        *(plain.get(name) for name in LEAD_COLUMNS),
        *encode_rows(more, 1, cleared=False),
        leads.sources[0],
        *seconds_texts(leads.observed_at),
        main,
        winners,
        rules_id,
    )


def remove(connection: Connection, lead_ids: Sequence[str]) -> None:
    """Remove golden leads and their states."""
    chosen = {"ids": ids(lead_ids)}
    connection.execute(delete(golden).where(among(golden.c.lead_id, "ids")), chosen)
    connection.execute(delete(states).where(among(states.c.lead_id, "ids")), chosen)


def by_id(connection: Connection, lead_ids: Sequence[str] | None) -> LeadBatch:
    """Return golden leads."""
    statement = _ALL if lead_ids is None else _BY_ID
    rows = rows_of(connection, statement, {} if lead_ids is None else {"ids": ids(lead_ids)})
    cells = list(zip(*rows, strict=True)) or [()] * (4 + len(LEAD_COLUMNS))
    columns = {}
    for name, column_cells in zip(LEAD_COLUMNS, cells[4:], strict=True):
        if any(cell is not None for cell in column_cells):
            columns[name] = Column.of(column_cells)
    for name, column in decode_rows(cells[3]).items():
        columns[name] = _joined(columns[name], column) if name in columns else column
    return LeadBatch.of(columns, ids=cells[0], sources=Column.of(cells[1]), observed_at=seconds_of(cells[2]))


def origins(connection: Connection, lead_ids: Sequence[str] | None) -> Mapping[str, Mapping[str, Origin]]:
    """Return by lead and field where each value came from."""
    statement = select(golden.c.lead_id, golden.c.record_id, golden.c.winners, golden.c.rules_id)
    chosen = {} if lead_ids is None else {"ids": ids(lead_ids)}
    if lead_ids is not None:
        statement = statement.where(among(golden.c.lead_id, "ids"))
    found = {row.lead_id: row for row in connection.execute(statement, chosen)}
    rule_sets = {
        row.rules_id: json_texts(row.rules)
        for row in connection.execute(select(rules.c.rules_id, rules.c.rules))
    }
    others = {lead_id: json_texts(row.winners) for lead_id, row in found.items()}
    wanted = {row.record_id for row in found.values()} | {r for w in others.values() for r in w.values()}
    sources = _sources(connection, [record_id for record_id in wanted if record_id])
    leads = by_id(connection, lead_ids)
    filled = {name: column.filled.tolist() for name, column in leads.columns.items()}
    answer: dict[str, Mapping[str, Origin]] = {}
    for row, lead_id in enumerate(leads.ids):
        stored, rule_of = found[lead_id], rule_sets[found[lead_id].rules_id]
        fields = {name: others[lead_id].get(name, stored.record_id) for name in filled if filled[name][row]}
        answer[lead_id] = {
            name: attrs.evolve(sources[record_id], rule=rule_of.get(name, ""))
            for name, record_id in fields.items()
            if record_id in sources
        }
    return answer


def json_texts(text: str) -> dict[str, str]:
    """Read a JSON object of texts."""
    value = load(text)
    assert isinstance(value, dict), "written by this package"  # noqa: S101  # the column holds objects only
    return {name: str(member) for name, member in value.items()}


def _sources(connection: Connection, record_ids: Sequence[str]) -> dict[str, Origin]:
    statement = select(records.c.record_id, records.c.source, records.c.observed_at)
    rows = connection.execute(statement.where(among(records.c.record_id, "ids")), {"ids": ids(record_ids)})
    return {
        record_id: Origin(
            record_id=record_id, source=source or "", observed_at=moment_of(observed) if observed else None
        )
        for record_id, source, observed in rows
    }


def _fits(name: str, value: Hashable) -> bool:
    if name == "employees":
        return type(value) is int and -_LARGEST <= value <= _LARGEST
    return isinstance(value, str) and value.isprintable()


def _fitting(name: str, column: Column) -> Column:
    """Return what of a column can stand in a column of its own."""
    texts = [value for value in column.values if isinstance(value, str)]
    if name != "employees" and len(texts) == len(column.values) and "".join(texts).isprintable():
        return column  # nearly always
    return column.map(lambda value: value if _fits(name, value) else None)


def _rest(column: Column, plain: Column | None) -> Column | None:
    if plain is None:
        return column if column.filled.any() else None
    left = column.filled & ~plain.filled
    if not left.any():
        return None
    codes = np.where(left, column.codes, np.int32(-1))
    return attrs.evolve(column, codes=codes)


def _joined(first: Column, second: Column) -> Column:
    pairs = zip(first.to_list(), second.to_list(), strict=True)
    return Column.of(other if cell is None else cell for cell, other in pairs)


def _winners(batch: GoldenBatch) -> tuple[list[str | None], list[str]]:
    """Return per lead the record that won its first field, and as JSON the fields that another one won."""
    n = len(batch.leads)
    names = list(batch.leads.columns)
    if not names:
        return [None] * n, ["{}"] * n
    codes, record_ids = _stacked([batch.winners.get(name, Column.constant(None, n)) for name in names])
    filled = np.stack([column.filled for column in batch.leads.columns.values()])
    main = codes[np.argmax(codes >= 0, axis=0), np.arange(n)]
    others: dict[int, dict[str, Json]] = {}
    fields, rows = np.nonzero((codes != main) & filled)
    for field, row in zip(fields.tolist(), rows.tolist(), strict=True):
        code = codes[field, row]
        others.setdefault(row, {})[names[field]] = str(record_ids[code]) if code >= 0 else ""
    texts = ["{}"] * n
    for row, winners in others.items():
        texts[row] = dump(dict(winners))
    return [None if code < 0 else str(record_ids[code]) for code in main.tolist()], texts


def _winners_of_one(batch: GoldenBatch) -> tuple[str | None, str]:
    """Return what ``_winners`` returns, of one lead."""
    won = {
        name: None if (column := batch.winners.get(name)) is None else column[0]
        for name in batch.leads.columns
    }
    main = next((record_id for record_id in won.values() if record_id is not None), None)
    others: dict[str, Json] = {
        name: "" if record_id is None else str(record_id)
        for name, record_id in won.items()
        if record_id != main and batch.leads.columns[name][0] is not None
    }
    return None if main is None else str(main), dump(others)


@lru_cache(maxsize=256)
def _rules(rules: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    """Return the id and the text of the rules by which fields were decided; they are the same for many leads."""
    text = dump(dict(rules))
    return hashlib.sha256(text.encode()).hexdigest()[:16], text


def _stacked(winners: Sequence[Column]) -> tuple[npt.NDArray[np.int32], Sequence[Hashable]]:
    """Return winners in one code space, (fields, n), without copying ids when they share it already."""
    shared = next((column.values for column in winners if column.values), ())
    if all(column.values is shared or not column.values for column in winners):
        return np.stack([column.codes for column in winners]), shared
    together = Column.concatenate([compact(column) for column in winners])
    return together.codes.reshape(len(winners), -1), together.values
