"""Reading targets and the hierarchy from files."""

import csv
import datetime as dt
import json
import os
from pathlib import Path

from leadflow.errors import DefinitionError, EncodingError, InputError
from leadflow.reporting.hierarchies import Hierarchy, Move
from leadflow.reporting.targets import Target, Targets

__all__ = ["read_costs", "read_hierarchy", "read_moves", "read_targets"]

_ENCODINGS = ("utf-8-sig", "cp932")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .xls


def read_targets(path: str | os.PathLike[str]) -> Targets:
    """Read targets from CSV with the columns ``kpi``, ``period``, ``unit``, ``value`` and, if changed, ``set_on``, ``note``.

    Args:
        path: the file, in UTF-8 or CP932.

    Raises:
        InputError: the file cannot be read.
        EncodingError: it is in neither encoding.
        DefinitionError: a column is missing or a target is wrong.

    Example:
        >>> from leadflow.datasets import sample_company
        >>> read_targets(sample_company().targets_path).kpis[:2]
        ('calls', 'calls_connected')
    """
    made = []
    for line, row in _rows(Path(path), "targets", ("kpi", "period", "unit", "value")):
        try:
            made.append(Target.of(row))
        except DefinitionError as error:
            raise DefinitionError(f"{Path(path).name}, line {line}: {error}") from None
    return Targets(rows=tuple(made))


def read_costs(path: str | os.PathLike[str]) -> dict[str, float]:
    r"""Read what campaigns and origins cost from CSV with the columns ``name`` and ``cost``, in yen.

    Args:
        path: the file, in UTF-8 or CP932.

    Raises:
        InputError: the file cannot be read.
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
    for number, row in _rows(Path(path), "costs", ("name", "cost")):
        try:
            cost = float(row["cost"].replace(",", ""))
        except ValueError:
            cost = -1.0
        if not 0 <= cost < float("inf") or row["name"] in costs:
            raise DefinitionError(
                f"{Path(path).name}, line {number}: expected a new name and a cost in yen of zero or more; "
                "leave the line out when the cost is unknown."
            )
        costs[row["name"]] = cost
    return costs


def read_moves(path: str | os.PathLike[str]) -> tuple[Move, ...]:
    r"""Read who belongs to whom from which day on, from CSV with the columns ``unit``, ``parent`` and ``on``.

    Args:
        path: the file, in UTF-8 or CP932.

    Raises:
        InputError: the file cannot be read.
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
    for line, row in _rows(Path(path), "moves", ("unit", "parent", "on")):
        unit, parent = row["unit"].strip(), row["parent"].strip()
        try:
            on = dt.date.fromisoformat(row["on"].strip())
        except ValueError:
            on = None
        if not unit or not parent or on is None:
            raise DefinitionError(
                f"{Path(path).name}, line {line}: expected a unit, its parent and the first day there, such as 2026-08-17."
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
        data = json.loads(_text(Path(path)))
    except json.JSONDecodeError as error:
        raise InputError(
            f"The organisation is no JSON: {error.msg}.", place=f"{Path(path).name}, line {error.lineno}"
        ) from None
    if not isinstance(data, dict):
        raise InputError("The organisation must be a JSON object.", place=Path(path).name)
    return Hierarchy.from_organisation(data)


def _rows(path: Path, what: str, names: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Return the rows with the number of their line; those without any text, which spreadsheets leave, are passed over."""
    reader = csv.DictReader(_text(path).splitlines(keepends=True), strict=True)
    try:
        missing = [name for name in names if name not in (reader.fieldnames or ())]
        rows = [
            (reader.line_num, {name: row[name] or "" for name in row if name})
            for row in reader
            if not missing
        ]
    except csv.Error as error:
        raise InputError(f"The {what} cannot be read as CSV: {error}.", place=path.name) from None
    if missing:
        raise DefinitionError(
            f"The {what} in {path.name} have no column {', '.join(missing)}; expected {', '.join(names[:-1])} and {names[-1]}."
        )
    return [(line, row) for line, row in rows if any(cell.strip() for cell in row.values())]


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"The file cannot be read: {error.strerror}.", place=path.name) from None
    if data.startswith(_WORKBOOKS):
        raise InputError(
            "The file is a workbook, and expected is text: save its sheet as CSV UTF-8, or the organisation as JSON.",
            place=path.name,
        )
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise EncodingError("The file is neither UTF-8 nor CP932; save it as UTF-8.", place=path.name)
