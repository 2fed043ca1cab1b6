"""Whole columns out of SQL tables, dictionary-encoded, without an object for each row."""

import enum
import functools
import operator
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import attrs
import numpy as np
import numpy.typing as npt
import sqlalchemy as sql
from sqlalchemy import (
    BigInteger,
    Connection,
    Executable,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.sql import ColumnElement

from leadflow.adapters.cells import decode_arrays, decode_rows
from leadflow.adapters.sql.dialects import among, holds, ids, members, seconds
from leadflow.adapters.sql.tables import LEAD_COLUMNS, TABLES
from leadflow.columns import MISSING, Column, Flags
from leadflow.records import Extract, Extracted, StoreTable
from leadflow.records.batches import NO_TIME

__all__ = ["Cells", "Fetch", "Part", "PartKind", "fetch_rows", "read", "statement_of"]

_NOTHING: Final = "\x01"
"""Stands for no text: a driver that looks at the first rows must not take an empty column for numbers."""

_PAGE: Final = 20_000
_CHUNK: Final = 100_000
_JSON: Final = {
    StoreTable.LEADS: "more",
    StoreTable.RECORDS: "data",
    StoreTable.ACTIVITIES: "attributes",
    StoreTable.JOURNAL: "detail",
}
_NUMBERS: Final = frozenset({"employees"})
_BITS: Final = 60
"""So many yes-or-no answers travel in one number."""
_MANY: Final = 100_000
"""Fewer rows than this are fetched row by row: a further view of a file takes a while to begin."""

Cells = Column | npt.NDArray[np.int64]


class PartKind(enum.Enum):
    """What a selected expression is fetched as: int64, a column of texts, or the column of lead ids."""

    NUMBER = enum.auto()
    TEXT = enum.auto()
    LEAD = enum.auto()


@attrs.frozen(kw_only=True)
class Part:
    """One selected expression.

    Attributes:
        name: in the statement.
        kind: what it is fetched as.
    """

    name: str
    kind: PartKind


class Fetch(Protocol):
    """Runs a statement and returns its columns."""

    def __call__(
        self,
        statement: "Select[*tuple[Any, ...]]",
        parts: Sequence[Part],
        position: ColumnElement[int] | None,
    ) -> list[Cells] | None:
        """Return one array per part, or None when this way of fetching is not there.

        Args:
            statement: without parameters.
            parts: what it selects.
            position: a whole number in which its rows rise, and of which it can be asked for a stretch.
        """
        ...


def read(
    connection: Connection, wanted: Extract, lead_ids: Sequence[str] | None, fetch: Fetch | None
) -> Extracted:
    """Read what is wanted.

    Args:
        connection: in a transaction.
        wanted: the columns and rows.
        lead_ids: whose; None for all.
        fetch: a faster way to run a statement without parameters; rows are fetched when it is not there.
    """
    statement, parts = statement_of(wanted, connection.dialect.name, of_some=lead_ids is not None)
    cells = None
    if lead_ids is None and fetch is not None and _many(connection, wanted):
        position = TABLES[wanted.table].c.get("position") if wanted.after is None else None
        cells = fetch(statement, parts, position)
    if cells is None:
        parameters = {} if lead_ids is None else {"ids": ids(lead_ids)}
        cells = fetch_rows(connection, statement, parts, parameters)
    return _extracted(wanted, {part.name: cell for part, cell in zip(parts, cells, strict=True)})


def _many(connection: Connection, wanted: Extract) -> bool:
    """Return whether so many rows may come that a faster way to fetch them is worth its beginning."""
    table = TABLES[wanted.table]
    if "position" not in table.c:
        return (connection.scalar(select(func.count()).select_from(table)) or 0) > _MANY
    last = connection.scalar(select(func.max(table.c.position)))
    return last is not None and last - (wanted.after or 0) > _MANY


def statement_of(
    wanted: Extract, dialect: str, *, of_some: bool
) -> "tuple[Select[*tuple[Any, ...]], list[Part]]":
    """Return the statement that reads what is wanted, and what it selects.

    Args:
        wanted: the columns and rows.
        dialect: the database's name.
        of_some: whether the parameter ``ids`` says whose rows.
    """
    table = TABLES[wanted.table]
    chosen: list[tuple[Part, ColumnElement[Any]]] = []

    def add(name: str, expression: ColumnElement[Any], kind: PartKind) -> None:
        chosen.append((Part(name=name, kind=kind), expression))

    if "position" in table.c:
        add("position", table.c.position, PartKind.NUMBER)
    add("lead_id", table.c.lead_id, PartKind.LEAD)
    for name in wanted.texts:
        add(f"text {name}", _certain(table.c[name], table.c[name], literal(_NOTHING)), PartKind.TEXT)
    for name in wanted.times:
        moment = _certain(table.c[name], seconds(table.c[name]), _number(NO_TIME))
        add(f"time {name}", moment, PartKind.NUMBER)
    for name in _own(wanted):
        empty = _number(NO_TIME) if name in _NUMBERS else literal(_NOTHING)
        add(
            f"own {name}",
            func.coalesce(table.c[name], empty),
            PartKind.NUMBER if name in _NUMBERS else PartKind.TEXT,
        )
    for part, names in _packs(wanted).items():
        add(part, _packed(wanted, names, dialect), PartKind.TEXT)
    asked = _asked(wanted)
    for first in range(0, len(asked), _BITS):
        add(f"filled {first}", _flags(asked[first : first + _BITS], dialect), PartKind.NUMBER)
    statement = select(*(expression.label(f"c{place}") for place, (_, expression) in enumerate(chosen)))
    order = table.c.position if "position" in table.c else table.c.lead_id
    condition = _rows(wanted)
    if condition is not None:
        statement = statement.where(condition)
    if of_some:
        statement = statement.where(among(table.c.lead_id, "ids"))
    return statement.order_by(order), [part for part, _ in chosen]


def fetch_rows(
    connection: Connection,
    statement: Executable,
    parts: Sequence[Part],
    parameters: Mapping[str, str],
) -> list[Cells]:
    """Fetch row by row, a page at a time, encoding texts as they come."""
    indexes: list[defaultdict[Hashable, int]] = []
    for _ in parts:
        index: defaultdict[Hashable, int] = defaultdict()
        index.default_factory = index.__len__
        indexes.append(index)
    pages: list[list[npt.NDArray[np.integer]]] = [[] for _ in parts]
    result = connection.execute(statement, parameters, execution_options={"yield_per": _PAGE})
    for rows in result.partitions():
        for part, index, page, cells in zip(parts, indexes, pages, zip(*rows, strict=True), strict=True):
            source = map(index.__getitem__, cells) if part.kind is not PartKind.NUMBER else cells
            page.append(
                np.fromiter(source, np.int64 if part.kind is PartKind.NUMBER else np.int32, len(cells))
            )
    found: list[Cells] = []
    for part, index, page in zip(parts, indexes, pages, strict=True):
        if part.kind is not PartKind.NUMBER:
            found.append(_column(np.concatenate([np.empty(0, np.int32), *page]), tuple(index)))
        else:
            found.append(np.concatenate([np.empty(0, np.int64), *page]).astype(np.int64, copy=False))
    return found


def _extracted(wanted: Extract, cells: Mapping[str, Cells]) -> Extracted:
    leads = _text(cells["lead_id"])
    rows = None
    typed = _members(wanted, cells) if wanted.members else {}
    asked = _asked(wanted)
    if wanted.having and wanted.kinds is not None:
        kept = _text(cells["text kind"]).test(frozenset(wanted.kinds).__contains__)
        for name in wanted.having:
            kept |= typed[name].filled
        rows = None if kept.all() else np.flatnonzero(kept)
    positions = cells.get("position")
    extracted = Extracted(
        lead_ids=leads,
        positions=np.arange(len(leads)) if positions is None else _numbers(positions),
        texts={name: _without(_text(cells[f"text {name}"])) for name in wanted.texts},
        times={name: _numbers(cells[f"time {name}"]) for name in wanted.times},
        members={name: typed[name] for name in wanted.members},
        filled={
            name: typed[name].filled if name in typed else _bit(cells, asked.index(name))
            for name in wanted.filled
        },
    )
    return extracted if rows is None else extracted.take(rows)


def _members(wanted: Extract, cells: Mapping[str, Cells]) -> dict[str, Column]:
    typed: dict[str, Column] = {}
    for part, names in _packs(wanted).items():
        packed = _without(_text(cells[part]), "")
        texts = [str(value) for value in packed.values]
        of_names = _attributes if wanted.table is StoreTable.ACTIVITIES else decode_arrays
        typed |= {name: _spread(column, packed) for name, column in of_names(texts, names).items()}
    for name in _own(wanted):
        own = cells[f"own {name}"]
        plain = _without(own) if isinstance(own, Column) else _wholes(own)
        typed[name] = _joined(plain, typed[name]) if typed[name].filled.any() else plain
    return typed


def _asked(wanted: Extract) -> list[str]:
    """Return the fields of which SQL must say whether they are filled: the others are read anyway."""
    return [name for name in wanted.filled if name not in wanted.members]


def _bit(cells: Mapping[str, Cells], place: int) -> Flags:
    numbers = _numbers(cells[f"filled {place - place % _BITS}"])
    return (numbers >> (place % _BITS) & 1).astype(np.bool_)


def _packs(wanted: Extract) -> dict[str, list[str]]:
    """Return which members are taken out of the JSON together: apart those that are rarely there, having a column."""
    own = _own(wanted)
    packs = {"members": [name for name in wanted.members if name not in own], "members with columns": own}
    return {part: names for part, names in packs.items() if names}


def _packed(wanted: Extract, names: Sequence[str], dialect: str) -> ColumnElement[str]:
    data = TABLES[wanted.table].c[_JSON[wanted.table]]
    if wanted.table is StoreTable.ACTIVITIES:
        # many have the same attributes: reading each text once costs less than asking SQL for every row
        return data
    any_of_them = or_(*(holds(data, name) for name in names))
    return case((any_of_them, members(data, names, dialect)), else_=literal(""))


def _attributes(texts: Sequence[str], names: Sequence[str]) -> dict[str, Column]:
    parts: dict[str, list[Column]] = {name: [] for name in names}
    for first in range(0, max(len(texts), 1), _CHUNK):
        chunk = texts[first : first + _CHUNK]
        decoded = decode_rows(chunk)
        for name in names:
            parts[name].append(decoded.get(name) or Column.constant(None, len(chunk)))
    return {name: Column.concatenate(columns) for name, columns in parts.items()}


def _own(wanted: Extract) -> list[str]:
    return [name for name in wanted.members if wanted.table is StoreTable.LEADS and name in LEAD_COLUMNS]


def _rows(wanted: Extract) -> ColumnElement[bool] | None:
    kinds = _of_kinds(wanted)
    if wanted.after is None:
        return kinds
    later = TABLES[wanted.table].c.position > literal(wanted.after)
    return later if kinds is None else and_(later, kinds)


def _of_kinds(wanted: Extract) -> ColumnElement[bool] | None:
    table = TABLES[wanted.table]
    if wanted.kinds is None:
        return None
    kinds = table.c.kind.in_(wanted.kinds) if wanted.kinds else literal(value=False)
    data = table.c.attributes if wanted.having else None
    if data is None:
        return kinds
    return or_(kinds, and_(data != "{}", or_(*(holds(data, name) for name in wanted.having))))


def _flags(names: Sequence[str], dialect: str) -> ColumnElement[Any]:
    """Return one number with a bit for each field, set where it has a value."""
    bits = [_filled(name, dialect) * _number(1 << place) for place, name in enumerate(names)]
    return functools.reduce(operator.add, bits)


def _filled(name: str, dialect: str) -> ColumnElement[Any]:
    table = TABLES["leads"]
    data = table.c.more
    absent = literal("[null,null]") if dialect == "sqlite" else literal("[null]")
    tests: list[tuple[ColumnElement[bool], ColumnElement[int]]] = []
    if name in LEAD_COLUMNS:
        tests.append((table.c[name].is_not(None), _number(1)))
    tests.append((~holds(data, name), _number(0)))
    tests.append((func.replace(members(data, [name], dialect), " ", "") == absent, _number(0)))
    return case(*tests, else_=_number(1))


def _certain(
    column: sql.Column[Any], expression: ColumnElement[Any], otherwise: ColumnElement[Any]
) -> ColumnElement[Any]:
    """Return an expression of a column, and something else where the column can be empty."""
    return func.coalesce(expression, otherwise) if column.nullable else expression


def _number(value: int) -> ColumnElement[int]:
    return cast(literal(value, BigInteger), BigInteger)


def _joined(first: Column, second: Column) -> Column:
    pairs = zip(first.to_list(), second.to_list(), strict=True)
    return Column.of(other if cell is None else cell for cell, other in pairs)


def _wholes(numbers: npt.NDArray[np.int64]) -> Column:
    """Return whole numbers as a column, in the order in which they first come; ``NO_TIME`` is missing."""
    distinct, first, inverse = np.unique(numbers, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    order = order[distinct[order] != NO_TIME]
    table = np.full(len(distinct), MISSING, np.int32)
    table[order] = np.arange(len(order))
    return _column(table[inverse], distinct[order].tolist())


def _spread(values: Column, packed: Column) -> Column:
    """Return for each packed cell what its distinct value holds."""
    table = np.append(np.maximum(values.codes, np.int32(MISSING)), np.int32(MISSING))
    return _column(table[packed.codes], values.values)


def _without(column: Column, nothing: str = _NOTHING) -> Column:
    """Return the column without the text that stands for nothing."""
    if nothing not in column.values:
        return column
    place = column.values.index(nothing)
    codes = np.where(column.codes == place, MISSING, column.codes - (column.codes > place))
    return _column(codes, column.values[:place] + column.values[place + 1 :])


def _column(codes: npt.NDArray[np.integer], values: Iterable[Hashable]) -> Column:
    whole = codes.astype(np.int32, copy=False)
    whole.flags.writeable = False
    return Column(codes=whole, values=tuple(values))


def _text(cells: Cells) -> Column:
    assert isinstance(cells, Column), "a part that is fetched as texts"  # noqa: S101  # by statement_of
    return cells


def _numbers(cells: Cells) -> npt.NDArray[np.int64]:
    assert isinstance(cells, np.ndarray), "a part that is fetched as numbers"  # noqa: S101  # by statement_of
    return cells
