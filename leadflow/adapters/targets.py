"""Reading targets, costs, moves and the hierarchy from files."""

import csv
import datetime as dt
import json
import os
from pathlib import Path

from leadflow.adapters.excel import read_small_table
from leadflow.adapters.frames import cell_text
from leadflow.adapters.reading_bytes import ByteSource
from leadflow.errors import DefinitionError, EncodingError, InputError
from leadflow.reporting.hierarchies import Hierarchy, Move
from leadflow.reporting.targets import Target, Targets

__all__ = ["read_costs", "read_hierarchy", "read_moves", "read_targets"]

_ENCODINGS = ("utf-8-sig", "cp932")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .xls


def read_targets(path: str | os.PathLike[str]) -> Targets:
    """Read targets from a table with the columns ``kpi``, ``period``, ``unit``, ``value`` and, if changed, ``set_on``, ``note``.

    Args:
        path: a CSV file in UTF-8 or CP932, or a workbook. A period is a text there too: spreadsheets make the first of
            April of a typed 2026-04, which would be the target of a day and is refused.

    Raises:
        InputError: the file cannot be read.
        MissingExtraError: it is a workbook, and the extra ``excel`` is not installed.
        EncodingError: it is in neither encoding.
        DefinitionError: a column is missing or a target is wrong.

    Example:
        >>> from leadflow.datasets import sample_company
        >>> read_targets(sample_company().targets_path).kpis[:2]
        ('calls', 'calls_connected')
    """
    made = []
    for place, row in _rows(Path(path), "targets", ("kpi", "period", "unit", "value")):
        try:
            made.append(Target.of(row))
        except DefinitionError as error:
            raise DefinitionError(f"{Path(path).name}, {place}: {error}") from None
    return Targets(rows=tuple(made))


def read_costs(path: str | os.PathLike[str]) -> dict[str, float]:
    r"""Read what campaigns and origins cost from a table with the columns ``name`` and ``cost``, in yen.

    Args:
        path: a CSV file in UTF-8 or CP932, or a workbook.

    Raises:
        InputError: the file cannot be read.
        MissingExtraError: it is a workbook, and the extra ``excel`` is not installed.
        EncodingError: it is in neither encoding.
        DefinitionError: a column is missing, a name comes twice, or a cost is no number of zero or more.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = (Path(folder) / "costs.csv").write_text("name,cost\n展示会,\"1,200,000\"\n", encoding="utf-8")
        ...     read_costs(Path(folder) / "costs.csv")
        {'展示会': 1200000.0}
    """
    costs: dict[str, float] = {}
    for place, row in _rows(Path(path), "costs", ("name", "cost")):
        try:
            cost = float(row["cost"].replace(",", ""))
        except ValueError:
            cost = -1.0
        if not 0 <= cost < float("inf") or row["name"] in costs:
            raise DefinitionError(
                f"{Path(path).name}, {place}: expected a new name and a cost in yen of zero or more; "
                "leave the row out when the cost is unknown."
            )
        costs[row["name"]] = cost
    return costs


def read_moves(path: str | os.PathLike[str]) -> tuple[Move, ...]:
    r"""Read who belongs to whom from which day on, from a table with the columns ``unit``, ``parent`` and ``on``.

    Args:
        path: a CSV file in UTF-8 or CP932, or a workbook.

    Raises:
        InputError: the file cannot be read.
        MissingExtraError: it is a workbook, and the extra ``excel`` is not installed.
        EncodingError: it is in neither encoding.
        DefinitionError: a column is missing, a unit or parent is empty, or a day is no date.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = (Path(folder) / "moves.csv").write_text("unit,parent,on\nu058,inside-west,2026-08-17\n", encoding="utf-8")
        ...     read_moves(Path(folder) / "moves.csv")
        (Move(unit='u058', parent='inside-west', on=datetime.date(2026, 8, 17)),)
    """
    moves = []
    for place, row in _rows(Path(path), "moves", ("unit", "parent", "on")):
        unit, parent = row["unit"].strip(), row["parent"].strip()
        try:
            on = dt.date.fromisoformat(row["on"].strip())
        except ValueError:
            on = None
        if not unit or not parent or on is None:
            raise DefinitionError(
                f"{Path(path).name}, {place}: expected a unit, its parent and the first day there, such as 2026-08-17."
            )
        moves.append(Move(unit=unit, parent=parent, on=on))
    return tuple(moves)


def read_hierarchy(path: str | os.PathLike[str]) -> Hierarchy:
    """Read the hierarchy from the JSON of an organisation.

    Args:
        path: the file.

    Raises:
        InputError: the file cannot be read or is no JSON.
        DefinitionError: it describes no hierarchy.

    Example:
        >>> from leadflow.datasets import sample_company
        >>> read_hierarchy(sample_company().organisation_path).top
        'company'
    """
    try:
        data = json.loads(_text(_bytes(Path(path)), Path(path).name))
    except json.JSONDecodeError as error:
        raise InputError(
            f"The organisation is no JSON: {error.msg}.", place=f"{Path(path).name}, line {error.lineno}"
        ) from None
    if not isinstance(data, dict):
        raise InputError("The organisation must be a JSON object.", place=Path(path).name)
    return Hierarchy.from_organisation(data)


def _rows(path: Path, what: str, names: tuple[str, ...]) -> list[tuple[str, dict[str, str]]]:
    """Return the rows with their places; those without any text, which spreadsheets leave, are passed over."""
    data = _bytes(path)
    if data.startswith(_WORKBOOKS):
        rows = _rows_of_workbook(ByteSource(name=path.name, data=data), what, names)
    else:
        rows = _rows_of_csv(data, path.name, what, names)
    return [(place, row) for place, row in rows if any(cell.strip() for cell in row.values())]


def _rows_of_workbook(
    source: ByteSource, what: str, names: tuple[str, ...]
) -> list[tuple[str, dict[str, str]]]:
    found = read_small_table(source, names)
    if found is None:
        raise DefinitionError(
            f"No sheet of {source.name} has the columns of {what} side by side; expected {_listed(names)}."
        )
    for place, row in found:
        if isinstance(row.get("period"), dt.date):
            raise DefinitionError(
                f"{source.name}, {place}: the period is a date, which spreadsheets make of a typed month; format the column "
                "as text and write 2026-04 for a month, or 2026-04-01 for a day."
            )
    return [(place, {name: _cell(cell) for name, cell in row.items()}) for place, row in found]


def _rows_of_csv(
    data: bytes, place: str, what: str, names: tuple[str, ...]
) -> list[tuple[str, dict[str, str]]]:
    reader = csv.DictReader(_text(data, place).splitlines(keepends=True), strict=True)
    try:
        missing = [name for name in names if name not in (reader.fieldnames or ())]
        rows = [
            (f"line {reader.line_num}", {name: row[name] or "" for name in row if name})
            for row in reader
            if not missing
        ]
    except csv.Error as error:
        raise InputError(f"The {what} cannot be read as CSV: {error}.", place=place) from None
    if missing:
        raise DefinitionError(
            f"The {what} in {place} have no column {', '.join(missing)}; expected {_listed(names)}."
        )
    return rows


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _cell(cell: object) -> str:
    return cell_text(cell.date() if isinstance(cell, dt.datetime) else cell)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"The file cannot be read: {error.strerror}.", place=path.name) from None


def _text(data: bytes, place: str) -> str:
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise EncodingError("The file is neither UTF-8 nor CP932; save it as UTF-8.", place=place)
